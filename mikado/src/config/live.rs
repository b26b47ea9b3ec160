//! `[site.live]`: where somebody live may come in, and how long their network may be late.

use std::net::IpAddr;

use domain::Frames;
use playout::live::{Bits, DEPTH, Linear};

use super::file::{Line, Live, Text};
use super::read::{Reader, address};
use super::units;
use crate::rights::PERSON_CHARS_MAX;
use crate::run::air::{LineBy, LineOptions, LiveOptions};
use crate::speech::Said;

/// A telephone network, a satellite: what they are late on a usual day.
const DEPTH_USUAL: Frames = Frames::from_secs(1);
/// A cable or a switch between two rooms.
const LINE_USUAL: Frames = Frames::from_millis(40);
/// What the mixer's block and the ring before it need; beside them the buffer learns what it needs.
const DEPTH_MIN: Frames = Frames::from_millis(20);

impl Reader<'_> {
    /// The door, or `None` (with a complaint) when it cannot be opened.
    pub(super) fn live(&mut self, written: &Live) -> Option<LiveOptions> {
        let listen = self.value(Some(&written.listen), None, |t| address(t).map(Some))?;
        let depth = self.value(written.buffer.as_ref(), DEPTH_USUAL, depth);
        if let Some(one_more) = written.line.get(LiveOptions::LINES_MAX) {
            let max = LiveOptions::LINES_MAX;
            let (fr, en) = (format!("plus de {max} lignes."), format!("more than {max} lines."));
            self.complain(&one_more.person.span(), fr, en);
        }
        let lines = written.line.iter().filter_map(|line| self.line(line)).collect();
        Some(LiveOptions { listen, depth, lines })
    }

    fn line(&mut self, written: &Line) -> Option<LineOptions> {
        let person = self.value(Some(&written.person), None, |t| person(t).map(Some));
        let depth = self.value(written.buffer.as_ref(), LINE_USUAL, depth);
        let shape = (written.format.as_ref(), written.channels.as_ref());
        let by = match (&written.rtp, &written.from, &written.card) {
            (Some(rtp), Some(from), None) => self.rtp_line(rtp, from, shape)?,
            (None, None, Some(card)) => LineBy::Card(card.get_ref().clone()),
            _ => {
                self.complain(
                    &written.person.span(),
                    "une ligne entre soit par RTP (rtp et from), soit par une carte (card).",
                    "a line comes in either by RTP (rtp and from) or by a card (card).",
                );
                return None;
            }
        };
        Some(LineOptions { person: person?, by, depth })
    }

    /// RTP that comes in; shared with the witness.
    pub(super) fn rtp_line(
        &mut self,
        rtp: &Text,
        from: &Text,
        (format, channels): (Option<&Text>, Option<&Text>),
    ) -> Option<LineBy> {
        let shape =
            Linear { bits: self.value(format, Bits::L16, bits), is_stereo: self.value(channels, true, units::stereo) };
        let listen = self.value(Some(rtp), None, |t| address(t).map(Some));
        let from = self.value(Some(from), None, |t| sender(t).map(Some));
        Some(LineBy::Rtp { listen: listen?, from: from?, shape })
    }
}

fn depth(text: &str) -> Result<Frames, Said> {
    let depth = Frames::from_duration(units::duration(text)?);
    if (DEPTH_MIN..=*DEPTH.end()).contains(&depth) {
        return Ok(depth);
    }
    Err(Said::new(
        format!(
            "« {text} » : le tampon d'un direct va de \"20ms\" (câble) à \"10s\" ; \"1s\" convient à un satellite."
        ),
        format!("“{text}”: the buffer of a live line takes \"20ms\" (a cable) to \"10s\"; \"1s\" suits a satellite."),
    ))
}

fn sender(text: &str) -> Result<IpAddr, Said> {
    text.parse().map_err(|_| {
        Said::new(
            format!("« {text} » n'est pas une adresse IP, comme \"192.168.10.7\" : celle d'où vient le son, et d'où lui seul est cru."),
            format!("“{text}” is no IP address such as \"192.168.10.7\": the one that the sound comes from, which alone is believed."),
        )
    })
}

fn person(text: &str) -> Result<String, Said> {
    let name = text.trim();
    if !name.is_empty() && name.chars().count() <= PERSON_CHARS_MAX && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    Err(Said::new(
        format!("« {text} » n'est pas un nom : de 1 à {PERSON_CHARS_MAX} lettres, celui du droit (mikado live grant)."),
        format!("“{text}” is no name: 1 to {PERSON_CHARS_MAX} letters, that of the right (mikado live grant)."),
    ))
}

fn bits(text: &str) -> Result<Bits, Said> {
    match text {
        "L16" => Ok(Bits::L16),
        "L24" => Ok(Bits::L24),
        _ => Err(Said::new(
            format!("« {text} » n'est pas un format d'entrée RTP : \"L16\" ou \"L24\", à 48 kHz."),
            format!("“{text}” is not a format of RTP that comes in: \"L16\" or \"L24\", at 48 kHz."),
        )),
    }
}
