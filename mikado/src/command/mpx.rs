//! `mikado mpx`: the stereo multiplex of a sound file, with RDS, as an exciter would get it.

mod file;
mod sound;

use hardware::rds::{Alternatives, Encoder, Pi, Pty, Said as RdsSaid, Tuning};
use serde_json::json;

pub(super) use self::file::{MpxEnd, MpxFile, Teller, fits};
use super::Answer;
use crate::args::{Args, MpxArgs};
use crate::error::Error;
use crate::speech::Said;

pub(super) fn run(args: &Args, what: &MpxArgs) -> Result<Answer, Error> {
    let source = sound::Source::open(&what.input)?;
    let (encoder, left_out) = what.pi.map_or_else(Default::default, |pi| {
        let (encoder, left_out) = encoder_of(pi, what);
        (Some(encoder), left_out)
    });
    let teller = Teller { encoder, starts: what.at, tells: None };
    let mut file = MpxFile::create(&what.out, what.signal.options(), teller)?;
    let length = source.read(|frames| file.take(frames))?;
    let end = file.finish()?;
    let voice = args.voice();
    if voice.json {
        voice.json(&json!({
            "in": what.input.display().to_string(), "length_frames": length.0, "left_out": left_out, "signal": end.json(),
            "out": what.out.display().to_string(),
        }));
    } else {
        end.tell(voice, &what.out);
        if !left_out.is_empty() {
            voice.say(&Said::new(
                format!("Sans écriture en RDS, laissé de côté : {left_out}"),
                format!("Without a writing in RDS, left out: {left_out}"),
            ));
        }
    }
    Ok(Answer::findings_if(!left_out.is_empty()))
}

/// What receivers are told all along, and the characters that cannot be told.
fn encoder_of(pi: Pi, what: &MpxArgs) -> (Encoder, String) {
    let mut said = RdsSaid::new(pi, &what.ps);
    said.tuning = Tuning {
        traffic: what.tp,
        pty: match what.pty {
            30 => Pty::ALARM_TEST,
            31 => Pty::ALARM,
            code => Pty::programme(code),
        },
        music: what.music,
        stereo: true,
        dynamic_pty: false,
    };
    said.long_ps.clone_from(&what.long_ps);
    said.pty_name = what.ptyn.as_deref().map(RdsSaid::name_of);
    (said.ecc, said.language) = (what.ecc, what.language);
    said.alternatives = match what.own {
        Some(own) => Alternatives::method_b(own, &what.af, &what.variants),
        None => Alternatives::method_a(None, &what.af),
    };
    let parts: Vec<_> = what.tags.iter().map(|(kind, words)| (*kind, words.as_str())).collect();
    let left_out = said.set_text(&what.rt, &parts).left_out.iter().collect();
    let mut encoder = Encoder::new(said);
    if what.version_b {
        encoder = encoder.in_version_b();
    }
    if what.ta {
        encoder.announce(Encoder::ANNOUNCEMENT_MAX);
    }
    (encoder, left_out)
}
