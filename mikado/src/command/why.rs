//! `mikado why`: which entry airs at a moment, which rule decided, what lost.

use scheduler::{PlanInputs, Reason, Why, origin_word};
use serde_json::json;

use super::Answer;
use super::plan_text::entry_json;
use super::studio::{Studio, local_time};
use crate::args::{Args, WhyArgs};
use crate::error::Error;
use crate::speech::{Said, Tongue, Voice};

pub(super) fn run(args: &Args, what: &WhyArgs) -> Result<Answer, Error> {
    let studio = Studio::open(args)?;
    let station = studio.station()?;
    let at = what.at.unwrap_or_else(|| studio.clock.now());
    let day = station.day_of(at);
    let material = studio.material(station, day)?;
    material.sites(Some(what.site))?;
    let eve = material.eve(what.site, day);
    let inputs = PlanInputs { yesterday: eve.as_ref(), ..material.inputs(what.site, day) };
    let found = scheduler::why(&inputs, at)
        .map_err(|e| Error::doing("le plan ne se fait pas", "the plan cannot be made", e))?;
    let Some(why) = found else {
        return Err(Error::usage(
            format!("{at} n'est pas un instant de la grille."),
            format!("{at} is no moment of the grid."),
        ));
    };
    let voice = args.voice();
    if voice.json {
        voice.json(&why_json(&why));
    } else {
        tell(voice, &why, &local_time(&material.station, why.entry.at));
    }
    Ok(Answer::Fine)
}

fn tell(voice: Voice, why: &Why, since: &str) {
    let (title, id) = (&why.entry.title, &why.entry.id);
    voice.say(&Said::new(format!("{since} « {title} » ({id})"), format!("{since} “{title}” ({id})")));
    for reason in &why.reasons {
        voice.line(&format!("  {:<24} {}", reason.code, sentence(voice, reason)));
    }
    if !why.losers.is_empty() {
        voice.say(&Said::new("Écartés :", "Lost:"));
    }
    for loser in &why.losers {
        voice.line(&format!("  {:<24} {} : {}", loser.reason.code, loser.what, sentence(voice, &loser.reason)));
    }
}

fn sentence(voice: Voice, reason: &Reason) -> &str {
    if voice.tongue == Tongue::Fr { &reason.fr } else { &reason.en }
}

fn reason_json(r: &Reason) -> serde_json::Value {
    json!({ "code": r.code, "fr": r.fr, "en": r.en })
}

fn why_json(why: &Why) -> serde_json::Value {
    let slot = &why.slot;
    json!({
        "entry": entry_json(&why.entry),
        "slot": {
            "site": slot.site.to_string(), "day": slot.day.to_string(), "start_s": slot.start_s, "end_s": slot.end_s,
            "programme": slot.programme.as_str(), "title": slot.title, "origin": origin_word(slot.origin),
            "window": slot.window, "clock": slot.clock_format,
        },
        "reasons": why.reasons.iter().map(reason_json).collect::<Vec<_>>(),
        "losers": why.losers.iter()
            .map(|l| json!({ "what": l.what, "reason": reason_json(&l.reason) })).collect::<Vec<_>>(),
    })
}
