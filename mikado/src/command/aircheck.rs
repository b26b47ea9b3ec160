//! `mikado aircheck`: an exact clip of what went out, or the proof that nothing of it was changed since.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use domain::{Finding, Frames, SAMPLE_RATE_HZ, Severity};
use hound::{SampleFormat, WavSpec, WavWriter};
use jiff::Timestamp;
use playout::aircheck::{Archive, Clip, clip, verify};
use serde_json::json;

use super::Answer;
use super::studio::{site_of, unknown_site};
use crate::args::{AirCheckArgs, Args};
use crate::config::{Config, SiteConfig};
use crate::error::Error;
use crate::speech::{Said, finding_json};

/// A day is more than anybody hears at once, and 8 GB as WAV.
const LENGTH_MAX: Frames = Frames::from_secs(86_400);
/// An hour as Ogg/Opus: it is coded in memory.
const OPUS_LENGTH_MAX: Frames = Frames::from_secs(3_600);
const FULL_SCALE: f32 = 32_767.0;

pub(super) fn run(args: &Args, what: &AirCheckArgs) -> Result<Answer, Error> {
    let config = Config::load(&args.config)?;
    if what.verify {
        return verified(args, &config, what);
    }
    let (Some(site), Some(from), Some(length), Some(out)) = (what.site, what.from, what.length, &what.out) else {
        return Err(Error::usage(
            "il manque --site, --from, --for ou --out.",
            "--site, --from, --for or --out is missing.",
        ));
    };
    let carried = site_of(&config, site)?;
    let length = Frames::from_duration(length);
    let is_opus = out.extension().is_some_and(|e| e.eq_ignore_ascii_case("opus"));
    let max = if is_opus { OPUS_LENGTH_MAX } else { LENGTH_MAX };
    if length == Frames::ZERO || length > max {
        return Err(Error::usage(
            "--for va de quelques millisecondes à un jour (une heure en .opus).",
            "--for is from some milliseconds to a day (an hour as .opus).",
        ));
    }
    let dir = if what.witness { carried.witness_dir() } else { carried.aircheck_dir() };
    let found = clip(&Archive::new(&dir), from, length).map_err(unread)?;
    if found.is_empty() {
        return Err(Error::failed(
            format!("la pige de {site} ne garde rien à partir de {from}."),
            format!("the air check of {site} keeps nothing from {from} on."),
        ));
    }
    if is_opus {
        let bytes = found.to_opus(&format!("Mikado FM {site} {from}")).map_err(unread)?;
        std::fs::write(out, bytes).map_err(|e| Error::file(out, e))?;
    } else {
        write_wav(&found, out)?;
    }
    Ok(tell(args, carried, from, &found, out))
}

/// What is wrong with the air check of a site, for `check`.
pub(super) fn check(site: &SiteConfig, findings: &mut Vec<Finding>) {
    check_in(site, &site.aircheck_dir(), findings);
    if site.witness_dir().exists() {
        check_in(site, &site.witness_dir(), findings);
    }
}

fn check_in(site: &SiteConfig, dir: &Path, findings: &mut Vec<Finding>) {
    match verify(dir) {
        Ok(found) => findings.extend(found),
        Err(why) => findings.push(Finding {
            code: "aircheck.unreadable".to_owned(),
            severity: Severity::Warning,
            at_s: None,
            fr: format!("La pige de {} ne se lit pas : {why}.", site.id),
            en: format!("The air check of {} cannot be read: {why}.", site.id),
        }),
    }
}

fn verified(args: &Args, config: &Config, what: &AirCheckArgs) -> Result<Answer, Error> {
    let (mut findings, mut pieces) = (Vec::new(), 0);
    let asked: Vec<_> = config.sites.iter().filter(|s| what.site.is_none_or(|id| id == s.id)).collect();
    if asked.is_empty() {
        let all: Vec<_> = config.sites.iter().map(|s| s.id).collect();
        return Err(what.site.map_or(Error::Told, |id| unknown_site(id, &all)));
    }
    for site in asked {
        check(site, &mut findings);
        let dirs = [site.aircheck_dir(), site.witness_dir()];
        pieces += dirs.iter().map(|dir| Archive::new(dir).names().map_or(0, |n| n.len())).sum::<usize>();
    }
    let voice = args.voice();
    if voice.json {
        let findings: Vec<_> = findings.iter().map(finding_json).collect();
        voice.json(&json!({ "pieces": pieces, "findings": findings }));
    } else {
        voice.findings(&findings);
        let count = findings.len();
        let s = |n: usize| if n > 1 { "s" } else { "" };
        let en = |n: usize| if n == 1 { "" } else { "s" };
        voice.say(&Said::new(
            format!("{pieces} pièce{0} de pige vérifiée{0}, {count} constat{1}.", s(pieces), s(count)),
            format!("{pieces} piece{} of air check verified, {count} finding{}.", en(pieces), en(count)),
        ));
    }
    Ok(Answer::findings_if(!findings.is_empty()))
}

fn write_wav(clip: &Clip, path: &Path) -> Result<(), Error> {
    let unwritten = |why: hound::Error| {
        let name = path.display();
        Error::failed(format!("« {name} » ne s'écrit pas : {why}."), format!("“{name}” cannot be written: {why}."))
    };
    let channels = u16::from(clip.channels());
    let spec = WavSpec { channels, sample_rate: SAMPLE_RATE_HZ, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut writer: WavWriter<BufWriter<File>> = WavWriter::create(path, spec).map_err(unwritten)?;
    let mut fault = None;
    let decoded = clip.decode(|frames| {
        for sample in frames.iter().flat_map(|f| &f[..usize::from(channels)]) {
            let value = (sample.clamp(-1.0, 1.0) * FULL_SCALE).round() as i16;
            fault = fault.take().or_else(|| writer.write_sample(value).err());
        }
        Ok(())
    });
    decoded.map_err(unread)?;
    fault.map_or_else(|| writer.finalize(), Err).map_err(unwritten)
}

/// Where the clip has holes or the time was not sure, the answer is 1: it is no proof by itself.
fn tell(args: &Args, site: &SiteConfig, from: Timestamp, clip: &Clip, out: &Path) -> Answer {
    let voice = args.voice();
    let (holes, trusted) = (clip.holes(), clip.is_trusted());
    let missing: f64 = holes.iter().map(|(_, length)| length.as_secs_f64()).sum();
    if voice.json {
        let holes: Vec<_> = holes.iter().map(|(at, n)| json!({ "at_frames": at.0, "length_frames": n.0 })).collect();
        voice.json(&json!({
            "site": site.id.to_string(), "from": from.to_string(), "length_frames": clip.length().0,
            "sample_rate_hz": SAMPLE_RATE_HZ, "channels": clip.channels(), "out": out.display().to_string(),
            "holes": holes, "time_trusted": trusted,
        }));
    } else {
        let (name, seconds, id) = (out.display(), clip.length().as_secs_f64(), site.id);
        voice.say(&Said::new(
            format!("{name} : {seconds:.1} s de {id} à partir de {from}."),
            format!("{name}: {seconds:.1} s of {id} from {from}."),
        ));
        if missing > 0.0 {
            voice.say(&Said::new(
                format!("{missing:.1} s n'ont pas été gardées : elles sont muettes dans l'extrait."),
                format!("{missing:.1} s were not kept: they are silent in the clip."),
            ));
        }
        if !trusted {
            voice.say(&Said::new(
                "L'heure du site n'était pas vérifiée pendant cet extrait.",
                "The site's time was not verified during this clip.",
            ));
        }
    }
    Answer::findings_if(missing > 0.0 || !trusted)
}

fn unread(why: playout::Error) -> Error {
    Error::doing("la pige ne se lit pas", "the air check cannot be read", why)
}
