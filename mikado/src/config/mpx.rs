//! `[site.mpx]`: the stereo multiplex, how it is made and where it goes.

use std::path::Path;

use hardware::mpx::{DEVIATION_MAX_HZ, Emphasis, MpxOptions, Signal};
use playout::outputs::rtp::{RtpFormat, RtpOptions};

use super::file::{Mpx, Text};
use super::read::{Reader, address};
use super::{rtp, units};
use crate::run::air::{MpxOutput, MpxTo, PipeFormat};
use crate::speech::Said;

impl Reader<'_> {
    /// The multiplex, or `None` (with a complaint) when it cannot be made or goes nowhere.
    pub(super) fn mpx(&mut self, written: &Mpx, dir: &Path) -> Option<MpxOutput> {
        let usual = MpxOptions::default();
        let signal = MpxOptions {
            emphasis: self.value(written.emphasis.as_ref(), usual.emphasis, emphasis),
            drive_db: self.measure(written.drive.as_ref(), usual.drive_db, "dB", -30.0..=30.0),
            pilot: self.measure(written.pilot.as_ref(), usual.pilot * 100.0, "%", 8.0..=10.0) / 100.0,
            rds: self.measure(written.rds_deviation.as_ref(), RDS_KHZ, "kHz", 1.0..=7.5) / KHZ,
            power_max_dbr: written.power_max.as_ref().map(|t| self.measure(Some(t), 0.0, "dBr", -3.0..=12.0)),
            trim_ppm: self.measure(written.trim.as_ref(), usual.trim_ppm, "ppm", -500.0..=500.0),
            signal: self.value(written.signal.as_ref(), usual.signal, signal),
        };
        let to = match (&written.card, &written.pipe, &written.rtp) {
            (Some(card), None, None) => {
                MpxTo::Card { name: card.get_ref().clone(), period: hardware::soundcard::PERIOD }
            }
            (None, Some(pipe), None) => {
                let format = self.value(written.format.as_ref(), PipeFormat::F32, format);
                MpxTo::Pipe { path: dir.join(pipe.get_ref()), format }
            }
            (None, None, Some(to)) => MpxTo::Rtp(self.exciter(to, written)?),
            (one, two, _) => {
                let at = one.as_ref().or(two.as_ref()).map_or(0..0, toml::Spanned::span);
                self.complain(
                    &at,
                    "un multiplex va soit vers une carte (card), soit dans un tube nommé (pipe), soit par le réseau (rtp).",
                    "a multiplex goes either to a card (card), or into a named pipe (pipe), or over the network (rtp).",
                );
                return None;
            }
        };
        Some(MpxOutput { signal, to, traffic: written.traffic.unwrap_or(false), eon: written.eon.unwrap_or(false) })
    }

    /// How it goes to an exciter over the network, or `None` (with a complaint) when it cannot.
    fn exciter(&mut self, to: &Text, written: &Mpx) -> Option<RtpOptions> {
        let at = to;
        let to = self.value(Some(to), None, |t| address(t).map(Some))?;
        let format = self.value(written.format.as_ref(), RtpFormat::MultiplexL24, rtp_format);
        let packet_ms = self.value(written.packet_time.as_ref(), 1, rtp::packet_ms);
        let dscp = self.value(written.dscp.as_ref(), RtpOptions::DSCP_USUAL, rtp::dscp);
        RtpOptions::new(to, format, packet_ms, dscp)
            .inspect_err(|why| {
                let at = written.packet_time.as_ref().unwrap_or(at).span();
                self.complain(
                    &at,
                    format!("{packet_ms} ms : un paquet de multiplex porte 1 ou 2 ms."),
                    format!("{why}."),
                );
            })
            .ok()
    }

    fn measure(&mut self, text: Option<&Text>, usual: f64, unit: &str, range: std::ops::RangeInclusive<f64>) -> f64 {
        self.value(text, usual, |t| {
            units::with_unit(t, unit).filter(|v| range.contains(v)).ok_or_else(|| {
                let (from, to) = (range.start(), range.end());
                Said::new(
                    format!("« {t} » ne va pas ici : de \"{from} {unit}\" à \"{to} {unit}\"."),
                    format!("“{t}” does not do here: it takes \"{from} {unit}\" to \"{to} {unit}\"."),
                )
            })
        })
    }
}

/// What IEC 62106 recommends.
const RDS_KHZ: f64 = 2.0;
/// 100 % in kilohertz.
const KHZ: f64 = DEVIATION_MAX_HZ as f64 / 1_000.0;

fn emphasis(text: &str) -> Result<Emphasis, Said> {
    match text {
        "50us" | "50µs" => Ok(Emphasis::Us50),
        "75us" | "75µs" => Ok(Emphasis::Us75),
        "off" => Ok(Emphasis::Flat),
        _ => Err(Said::new(
            format!(
                "« {text} » n'est pas une préaccentuation : \"50us\", \"75us\" (Amériques) ou \"off\" (l'excitateur la fait)."
            ),
            format!("“{text}” is no pre-emphasis: \"50us\", \"75us\" (the Americas) or \"off\" (the exciter does it)."),
        )),
    }
}

fn signal(text: &str) -> Result<Signal, Said> {
    match text {
        "programme" => Ok(Signal::Programme),
        "tone" => Ok(Signal::Tone),
        "pilot" => Ok(Signal::PilotOnly),
        _ => Err(Said::new(
            format!(
                "« {text} » n'est pas un signal : \"programme\", \"tone\" (400 Hz à 100 %) ou \"pilot\" (pilote seule)."
            ),
            format!("“{text}” is no signal: \"programme\", \"tone\" (400 Hz at 100 %) or \"pilot\" (the pilot alone)."),
        )),
    }
}

fn format(text: &str) -> Result<PipeFormat, Said> {
    match text {
        "f32" => Ok(PipeFormat::F32),
        "s16" => Ok(PipeFormat::S16),
        _ => Err(Said::new(
            format!("« {text} » n'est pas un format de tube : \"f32\" ou \"s16\"."),
            format!("“{text}” is not a format of a pipe: \"f32\" or \"s16\"."),
        )),
    }
}

fn rtp_format(text: &str) -> Result<RtpFormat, Said> {
    match text {
        "L24" => Ok(RtpFormat::MultiplexL24),
        "L16" => Ok(RtpFormat::MultiplexL16),
        _ => Err(Said::new(
            format!("« {text} » n'est pas un format de multiplex par RTP : \"L24\" ou \"L16\"."),
            format!("“{text}” is not a format of a multiplex by RTP: \"L24\" or \"L16\"."),
        )),
    }
}
