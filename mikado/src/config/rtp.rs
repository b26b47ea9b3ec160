//! `[[site.rtp]]`: where RTP goes, and in which shape.

use playout::outputs::rtp::{RtpFormat, RtpOptions};

use super::file::Rtp;
use super::read::{Reader, address};
use super::units;
use crate::speech::Said;

/// What a link of a few hundred kilobits carries without being heard.
const OPUS_BITS_PER_S: u32 = 128_000;

impl Reader<'_> {
    /// A stream, or `None` (with a complaint) when it cannot be sent.
    pub(super) fn rtp(&mut self, written: &Rtp) -> Option<RtpOptions> {
        let to = self.value(Some(&written.to), None, |t| address(t).map(Some))?;
        let bitrate = self.value(written.bitrate.as_ref(), OPUS_BITS_PER_S, opus_rate);
        let format = self.value(written.format.as_ref(), RtpFormat::L24, |t| format(t, bitrate));
        let usual_ms = if matches!(format, RtpFormat::Opus { .. }) { 20 } else { 1 };
        let packet_ms = self.value(written.packet_time.as_ref(), usual_ms, packet_ms);
        let dscp = self.value(written.dscp.as_ref(), RtpOptions::DSCP_USUAL, dscp);
        match RtpOptions::new(to, format, packet_ms, dscp) {
            Ok(options) => Some(options),
            Err(why) => {
                let fr = format!(
                    "{packet_ms} ms : un paquet RTP porte de 1 à 5 ms en L24, de 1 à 7 ms en L16, et 5, 10 ou 20 ms en Opus."
                );
                let at = written.packet_time.as_ref().unwrap_or(&written.to).span();
                self.complain(&at, fr, format!("{why}."));
                None
            }
        }
    }
}

fn format(text: &str, bitrate_bps: u32) -> Result<RtpFormat, Said> {
    match text {
        "L16" => Ok(RtpFormat::L16),
        "L24" => Ok(RtpFormat::L24),
        "opus" => Ok(RtpFormat::Opus { bitrate_bps }),
        _ => Err(Said::new(
            format!("« {text} » n'est pas un format RTP : \"L16\", \"L24\" ou \"opus\"."),
            format!("“{text}” is not an RTP format: \"L16\", \"L24\" or \"opus\"."),
        )),
    }
}

fn opus_rate(text: &str) -> Result<u32, Said> {
    match units::bit_rate(text)? {
        rate @ 16_000..=320_000 => Ok(rate),
        _ => Err(Said::new(
            format!("« {text} » : Opus va de \"16 kbit/s\" à \"320 kbit/s\"."),
            format!("“{text}”: Opus takes \"16 kbit/s\" to \"320 kbit/s\"."),
        )),
    }
}

pub(super) fn packet_ms(text: &str) -> Result<u8, Said> {
    let ms = units::duration(text)?.as_micros();
    let whole = u8::try_from(ms / 1_000).ok().filter(|n| ms % 1_000 == 0 && (1..=20).contains(n));
    whole.ok_or_else(|| {
        Said::new(
            format!("« {text} » : un paquet RTP dure de \"1ms\" à \"20ms\", en millisecondes entières."),
            format!("“{text}”: an RTP packet lasts \"1ms\" to \"20ms\", in whole milliseconds."),
        )
    })
}

/// The classes by their names (RFC 2474, 2597, 3246).
pub(super) fn dscp(text: &str) -> Result<u8, Said> {
    match text {
        "EF" => Ok(46),
        "AF41" => Ok(34),
        "best effort" => Ok(0),
        _ => Err(Said::new(
            format!("« {text} » n'est pas une classe de service : \"EF\", \"AF41\" ou \"best effort\"."),
            format!("“{text}” is not a class of service: \"EF\", \"AF41\" or \"best effort\"."),
        )),
    }
}
