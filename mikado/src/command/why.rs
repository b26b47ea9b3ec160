//! `mikado why`: which entry airs at a moment, which rule decided, what lost; for the past out of the plan that was in force.

use domain::{AsRun, Revision, SiteId};
use jiff::Timestamp;
use scheduler::{InForce, PlanInputs, Reason, Why, heard_said, origin_word, why_given};
use serde_json::json;

use super::Answer;
use super::plan_text::entry_json;
use super::studio::{Material, Studio, local_time, store_error};
use crate::args::{Args, WhyArgs};
use crate::error::Error;
use crate::given;
use crate::speech::{Said, Tongue, Voice};

pub(super) fn run(args: &Args, what: &WhyArgs) -> Result<Answer, Error> {
    let studio = Studio::open(args)?;
    let station = studio.station()?;
    let at = what.at.unwrap_or_else(|| studio.clock.now());
    let day = station.day_of(at);
    let material = studio.material(station, day)?;
    material.sites(Some(what.site))?;
    let past = in_force(&studio, what.site, (&material, at))?;
    let Some(why) = explained(&material, what.site, at, past.as_ref())? else {
        return Err(Error::usage(
            format!("{at} n'est pas un instant de la grille."),
            format!("{at} is no moment of the grid."),
        ));
    };
    let over = at <= studio.clock.now();
    let heard = if over { studio.store.as_run_at(what.site, at).map_err(store_error)? } else { Vec::new() };
    let voice = args.voice();
    if voice.json {
        voice.json(&why_json(&why, past.as_ref(), &heard));
        return Ok(Answer::Fine);
    }
    tell(voice, &why, &local_time(&material.station, why.entry.at));
    let zone = material.station.zone();
    for (fr, en) in past.iter().map(|p| p.said(at, zone)).chain(heard.iter().map(|r| heard_said(r, zone))) {
        voice.say(&Said::new(fr, en));
    }
    if over && heard.is_empty() {
        voice.say(&Said::new(
            "Le réalisé n'a rien de cet instant, ou pas encore.",
            "The as-run has nothing of this moment, or not yet.",
        ));
    }
    Ok(Answer::Fine)
}

/// The plan that was in force at a moment that is over; `None` for what is to come, and when none is kept.
fn in_force(studio: &Studio, site: SiteId, (material, at): (&Material, Timestamp)) -> Result<Option<InForce>, Error> {
    if at > studio.clock.now() {
        return Ok(None);
    }
    given::in_force(&studio.store, site, &material.station, at)
        .map_err(|e| Error::doing("le conducteur d'alors ne se lit pas", "the plan of then cannot be read", e))
}

fn explained(material: &Material, site: SiteId, at: Timestamp, past: Option<&InForce>) -> Result<Option<Why>, Error> {
    let of_today = (&material.station, &material.changes);
    let (station, changes) = past.and_then(|p| p.grid.as_ref()).map_or(of_today, |(s, c)| (s, c));
    let day = station.day_of(at);
    let inputs = |day| PlanInputs { station, changes, ..material.inputs(site, day) };
    let eve = day.yesterday().ok().and_then(|eve| scheduler::plan(&inputs(eve), Revision::default()).ok());
    let inputs = PlanInputs { yesterday: eve.as_ref().map(|(plan, _)| plan), ..inputs(day) };
    past.map_or_else(|| scheduler::why(&inputs, at), |p| why_given(&inputs, &p.plan, at))
        .map_err(|e| Error::doing("le plan ne se fait pas", "the plan cannot be made", e))
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

fn why_json(why: &Why, past: Option<&InForce>, heard: &[AsRun]) -> serde_json::Value {
    let slot = &why.slot;
    let past = past.map(|p| {
        json!({
            "revision": p.plan.revision().0, "since": p.since.to_string(),
            "publication": p.publication.as_ref().map(|p| p.number),
            "author": p.publication.as_ref().map(|p| &p.author),
        })
    });
    let heard = heard.iter().map(|r| {
        json!({
            "at": r.wall.map(|t| t.to_string()), "length_frames": r.length.0, "rung": r.rung.number(),
            "asset": r.asset.as_ref().map(ToString::to_string),
            "entry": r.entry.as_ref().map(ToString::to_string),
        })
    });
    json!({
        "in_force": past, "heard": heard.collect::<Vec<_>>(),
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
