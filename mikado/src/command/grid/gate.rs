//! The gate that every change passes, from the command line as from the pages.

use std::collections::BTreeMap;

use domain::Finding;
use jiff::Span;
use scheduler::changes::BadOverride;
use scheduler::review::{NotReviewed, Review, State};
use scheduler::store::By;
use scheduler::{Proposal, Station};
use serde_json::json;

use crate::args::{Args, PublishArgs};
use crate::command::Answer;
use crate::command::studio::{Studio, catalogue_error, store_error};
use crate::error::Error;
use crate::speech::{Said, finding_json};

/// The word that takes every warning.
const ALL: &str = "tout";

/// Publishes one change; only what keeps it from being published is said.
pub(super) fn publish_quietly(args: &Args, studio: &Studio, act: Proposal, how: &PublishArgs) -> Result<Answer, Error> {
    let acts = [act];
    match through(args, studio, &acts, how)? {
        Passed::Through(..) | Passed::Waits => Ok(Answer::Fine),
        Passed::Stopped => Ok(Answer::Findings),
    }
}

/// Publishes changes when nothing stops them, or leaves them waiting when that was asked.
pub(super) fn publish(args: &Args, studio: &Studio, acts: &[Proposal], how: &PublishArgs) -> Result<Answer, Error> {
    match through(args, studio, acts, how)? {
        Passed::Through(review, number) => {
            tell(args, &review, Some(number), false);
            Ok(Answer::Fine)
        }
        Passed::Waits => Ok(Answer::Fine),
        Passed::Stopped => Ok(Answer::Findings),
    }
}

/// How changes came through the gate.
enum Passed {
    Through(Box<Review>, u64),
    Waits,
    Stopped,
}

fn through(args: &Args, studio: &Studio, acts: &[Proposal], how: &PublishArgs) -> Result<Passed, Error> {
    let (voice, station) = (args.voice(), studio.station()?);
    for act in acts {
        act.check(&station).map_err(refused)?;
    }
    let by = By { author: &crate::command::ingest::who(), reason: &how.reason, at: studio.clock.now() };
    if how.propose {
        for act in acts {
            studio.store.propose(act, by).map_err(store_error)?;
        }
        voice.say(&Said::new("En attente de publication.", "Waits to be published."));
        return Ok(Passed::Waits);
    }
    let review = review(studio, &station, acts)?;
    let accepted = accepted(&review, &how.accept)?;
    let stopping = review.stopping(&accepted, how.director);
    if !stopping.is_empty() {
        voice.findings(&once(stopping.into_iter().map(|b| &b.finding)));
        voice.say(&Said::new(
            "Rien n'est publié. Corrigez, ou donnez un motif par --accept RÈGLE=motif ; ce qui est gelé demande --director.",
            "Nothing is published. Mend it, or give a reason by --accept RULE=reason; what is frozen needs --director.",
        ));
        return Ok(Passed::Stopped);
    }
    let number = studio.store.publish(acts, &accepted, by).map_err(store_error)?;
    Ok(Passed::Through(Box::new(review), number))
}

/// Looks at what waits.
pub(super) fn look(args: &Args, studio: &Studio) -> Result<Answer, Error> {
    let acts: Vec<Proposal> = studio.store.proposals().map_err(store_error)?.into_iter().map(|p| p.act).collect();
    let review = review(studio, &studio.station()?, &acts)?;
    tell(args, &review, None, acts.is_empty());
    Ok(Answer::findings_if(!review.stopping(&BTreeMap::new(), false).is_empty()))
}

pub(super) fn review(studio: &Studio, station: &Station, acts: &[Proposal]) -> Result<Review, Error> {
    if acts.is_empty() {
        return Ok(Review::default());
    }
    let assets = studio.catalogue.ready().map_err(catalogue_error)?;
    let sheets = web_admin::sheets(&studio.catalogue.all().map_err(catalogue_error)?);
    let reviewed = Review::of(&studio.store, station, acts, (&assets, &sheets), studio.clock.now());
    reviewed.map_err(|why| match why {
        NotReviewed::Store(why) => store_error(why),
        NotReviewed::Refused(why) => refused(why),
    })
}

/// What sounds otherwise from one publication to another, over the seven days from today on.
pub(super) fn compare(args: &Args, from: u64, to: Option<u64>) -> Result<Answer, Error> {
    let studio = Studio::open(args)?;
    let now = studio.clock.now();
    let newest = studio.store.publications(1).map_err(store_error)?.first().map_or(0, |p| p.number);
    let today = studio.station()?.day_of(now);
    let days = (today, today.saturating_add(Span::new().days(7)));
    let state = |number| {
        let (toml, changes) = studio.store.published(number, days).map_err(store_error)?;
        let station = Station::parse(&toml).map_err(|e| Error::usage(e.fr, e.en))?;
        Ok::<_, Error>((toml, station, changes))
    };
    let ((_, old, was), (toml, new, is)) = (state(from)?, state(to.unwrap_or(newest))?);
    let placements = studio.store.placements(today, days.1).map_err(store_error)?;
    let assets = studio.catalogue.ready().map_err(catalogue_error)?;
    let (before, after) = (State { station: &old, changes: &was }, State { station: &new, changes: &is });
    let review = Review::between((before, after), toml, (&assets, &placements), now);
    if review.changes.is_empty() {
        let said = Said::new(
            "Dans les sept jours, aucune émission ne changerait.",
            "Within seven days no programme would change.",
        );
        args.voice().say(&said);
    }
    tell(args, &review, None, false);
    Ok(Answer::Fine)
}

/// The reasons by rule, as `--accept` gives them.
fn accepted(review: &Review, given: &[String]) -> Result<BTreeMap<String, String>, Error> {
    let mut all = BTreeMap::new();
    for one in given {
        let (code, why) = one.split_once('=').ok_or_else(|| {
            let fr = format!("« {one} » n'est pas de la forme RÈGLE=motif.");
            Error::usage(fr, format!("“{one}” is not of the form RULE=reason."))
        })?;
        if code == ALL {
            all.extend(review.findings.iter().map(|b| (b.finding.code.clone(), why.to_owned())));
        } else {
            all.insert(code.to_owned(), why.to_owned());
        }
    }
    Ok(all)
}

/// Each sentence once, however many days of a series bring it.
fn once<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Finding> {
    let mut said: Vec<Finding> = Vec::new();
    for finding in findings {
        if !said.iter().any(|s| (&s.code, &s.fr) == (&finding.code, &finding.fr)) {
            said.push(finding.clone());
        }
    }
    said
}

/// A change that makes no sense.
pub(super) fn refused(why: BadOverride) -> Error {
    Error::usage(why.fr, why.en)
}

fn tell(args: &Args, review: &Review, number: Option<u64>, nothing: bool) {
    let voice = args.voice();
    if voice.json {
        let sites = |sites: &[domain::SiteId]| sites.iter().map(ToString::to_string).collect::<Vec<_>>();
        voice.json(&json!({
            "publication": number,
            "changes": review.changes.iter().map(|c| json!({
                "day": c.day.to_string(), "at_s": c.at_s, "sites": sites(&c.sites), "spot": c.is_spot, "fr": c.fr, "en": c.en,
            })).collect::<Vec<_>>(),
            "findings": review.findings.iter().map(|b| finding_json(&b.finding)).collect::<Vec<_>>(),
            "frozen": review.frozen.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }));
        return;
    }
    if number.is_none() && nothing {
        voice.say(&Said::new(
            "Rien n'attend : ce qui est publié est ce qui s'entend.",
            "Nothing waits: what is published is what is heard.",
        ));
    }
    for c in review.changes.iter().filter(|c| !c.is_spot) {
        let sites = c.sites.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        voice.say(&Said::new(format!("{} {sites} : {}", c.day, c.fr), format!("{} {sites}: {}", c.day, c.en)));
    }
    let spots = review.changes.iter().filter(|c| c.is_spot).count();
    if spots > 0 {
        voice.say(&Said::new(
            format!("Spots qui passent plus ou moins souvent : {spots}."),
            format!("Spots that air more or less often: {spots}."),
        ));
    }
    voice.findings(&once(review.findings.iter().map(|b| &b.finding)));
    if let Some(n) = number {
        voice.say(&Said::new(format!("Publication n° {n} en vigueur."), format!("Publication no. {n} is in force.")));
    }
}
