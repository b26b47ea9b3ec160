//! Changes of the week from the command line: live events, seasons, feasts; and what was published.

use scheduler::changes::{Displaced, Then};
use scheduler::store::{By, Publication};
use scheduler::{OverrideSpec, Proposal};
use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use serde_json::json;

use super::gate::publish;
use crate::args::{Args, OverrideArgs, SeasonCommand};
use crate::command::Answer;
use crate::command::studio::{Studio, local_time, store_error};
use crate::error::Error;
use crate::speech::{Said, Tongue};

pub(super) fn season(args: &Args, what: &SeasonCommand) -> Result<Answer, Error> {
    let studio = Studio::open(args)?;
    let (act, how) = match what {
        SeasonCommand::On { season, from, until, how } => {
            (Proposal::Season { season: season.clone(), from: *from, until: *until }, how)
        }
        SeasonCommand::Off { season, from, how } => (Proposal::SeasonOff { season: season.clone(), from: *from }, how),
    };
    publish(args, &studio, &[act], how)
}

pub(super) fn live(args: &Args, what: &OverrideArgs) -> Result<Answer, Error> {
    let studio = Studio::open(args)?;
    let act = if what.off {
        Proposal::LiveOff { id: what.id.clone(), date: what.date }
    } else {
        Proposal::Live { spec: Box::new(spec(what)?) }
    };
    publish(args, &studio, &[act], &what.how)
}

fn spec(what: &OverrideArgs) -> Result<OverrideSpec, Error> {
    let displaced = what.displaces.iter().map(|d| fate(d)).collect::<Result<Vec<_>, _>>()?;
    let sites = what.sites.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let kind: serde::de::value::StrDeserializer<'_, serde::de::value::Error> = what.kind.as_str().into_deserializer();
    let bad = |e: &dyn std::fmt::Display| {
        Error::usage(format!("le direct « {} » ne va pas : {e}.", what.id), format!("live event “{}”: {e}.", what.id))
    };
    let kind = scheduler::changes::LiveKind::deserialize(kind).map_err(|e| bad(&e))?;
    Ok(OverrideSpec {
        id: what.id.parse().map_err(|e| bad(&e))?,
        day: None,
        date: Some(what.date),
        rrule: what.rrule.clone(),
        cron: what.cron.clone(),
        except: Vec::new(),
        start: what.start,
        anchor: what.anchor.as_deref().map(moment).transpose()?,
        wait_s: what.wait.saturating_mul(60),
        planned_s: what.seconds.unwrap_or_else(|| what.minutes.unwrap_or_default().saturating_mul(60)),
        max_overrun_s: Some(kind.max_overrun_s()),
        overrun_s: what.overrun.saturating_mul(60),
        hard_end: what.hard_end,
        kind,
        title: if what.title.is_empty() { what.id.clone() } else { what.title.clone() },
        lang: what.language.clone(),
        scope: if sites.is_empty() { "reseau".to_owned() } else { format!("site:{sites}") },
        source: String::new(),
        displaces: displaced.iter().map(|d| d.slot.clone()).collect(),
        on_displaced: String::new(),
        displaced,
        priority: 3,
        lifts_latest: false,
    })
}

/// `maghrib+1`.
fn moment(text: &str) -> Result<scheduler::changes::SunAnchor, Error> {
    text.parse().map_err(|why| {
        let fr = format!(
            "« {text} » n'est pas un repère du soleil : écrire maghrib, sunrise+5 ou fajr-60 (180 min au plus)."
        );
        Error::usage(fr, format!("{why}."))
    })
}

/// `thu-1505=supprimer`, or `wed-0905=sat-1915`.
fn fate(text: &str) -> Result<Displaced, Error> {
    let (slot, word) = text.split_once('=').ok_or_else(|| {
        let fr = format!("« {text} » n'est pas de la forme CASE=SORT.");
        Error::usage(fr, format!("“{text}” is not of the form SLOT=FATE."))
    })?;
    let (then, to) = match word {
        "joindre" => (Then::Joindre, None),
        "supprimer" => (Then::Supprimer, None),
        "inserer" => (Then::Inserer, None),
        home => (Then::Reporter, Some(home.to_owned())),
    };
    Ok(Displaced { slot: slot.to_owned(), then, to, rest_min: None })
}

pub(super) fn undo(args: &Args, to: Option<u64>, reason: &str) -> Result<Answer, Error> {
    let studio = Studio::open(args)?;
    let last = studio.store.publications(2).map_err(store_error)?;
    let before = to
        .or_else(|| last.get(1).map(|p| p.number))
        .ok_or_else(|| Error::usage("il n'y a pas de publication d'avant.", "there is no publication before."))?;
    let by = By { author: &crate::command::ingest::who(), reason, at: studio.clock.now() };
    let number = studio.store.restore(before, by).map_err(store_error)?;
    let voice = args.voice();
    if voice.json {
        voice.json(&json!({ "publication": number, "restores": before }));
    }
    voice.say(&Said::new(
        format!("Publication n° {number} : celle du n° {before} est de nouveau en vigueur."),
        format!("Publication no. {number}: that of no. {before} is in force again."),
    ));
    Ok(Answer::Fine)
}

pub(super) fn history(args: &Args) -> Result<Answer, Error> {
    let studio = Studio::open(args)?;
    let station = studio.station()?;
    let all = studio.store.publications(50).map_err(store_error)?;
    let voice = args.voice();
    if voice.json {
        voice.json(&all.iter().map(publication_json).collect::<Vec<_>>());
        return Ok(Answer::Fine);
    }
    for p in &all {
        voice.line(&format!("n° {:<4} {}  {}  {}", p.number, local_time(&station, p.at), p.author, p.reason));
        for (fr, en) in &p.said {
            voice.line(&format!("        {}", if voice.tongue == Tongue::Fr { fr } else { en }));
        }
    }
    Ok(Answer::Fine)
}

fn publication_json(p: &Publication) -> serde_json::Value {
    json!({
        "number": p.number, "station": p.station, "author": p.author, "reason": p.reason, "at": p.at.to_string(),
        "restores": p.restores, "accepted": p.accepted,
        "said": p.said.iter().map(|(fr, en)| json!({ "fr": fr, "en": en })).collect::<Vec<_>>(),
    })
}
