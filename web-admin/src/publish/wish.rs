//! A live event as people type it: what lies under it, and what becomes of that.

use domain::SiteId;
use jiff::civil::Date;
use scheduler::changes::{Displaced, LiveKind, Then};
use scheduler::grid::hms;
use scheduler::station::{Day, Slot};
use scheduler::{Changes, OverrideSpec, Proposal, Station};
use unicode_normalization::UnicodeNormalization;

use super::act::{Fields, field};
use super::changes::Asked;
use crate::asked;
use crate::error::{Field, WebError};

/// What the name of a field begins with that says what becomes of a slot; the slot's name follows.
const FATE: &str = "sort-";

/// What lies under an event that is being entered.
pub(super) struct Under {
    pub slots: Vec<Line>,
    /// Where a programme can move: slots of the week's following days, by name.
    pub homes: Vec<(String, String)>,
    /// Opt-outs that it suspends, in words.
    pub opt_outs: Vec<String>,
}

/// A slot of the network under an event.
pub(super) struct Line {
    pub slot: String,
    pub time: String,
    pub title: String,
}

/// The network's slots and the sites' opt-outs under the stretch asked for.
pub(super) fn under(station: &Station, changes: &Changes, asked: &Asked, today: Date) -> Result<Under, WebError> {
    let on = asked::day(&asked.date, today)?;
    let from = second_of(asked::time(&asked.debut)?);
    let to = from.saturating_add(minutes(&asked.duree)? * 60).min(86_400);
    let title = |slot: &Slot| station.programme(&slot.programme).map_or_else(String::new, |p| p.title.clone());
    let start = |slot: &Slot| second_of(slot.start);
    let week = &station.file().slot;
    let here = week.iter().filter(|s| s.day == Day::of(on) && start(s) < to && from < start(s) + s.duration_s);
    let slots = here.map(|s| Line {
        slot: s.id.clone(),
        time: format!("{}–{}", hms(start(s)), hms(start(s) + s.duration_s)),
        title: title(s),
    });
    let later = week.iter().filter(|s| s.day > Day::of(on));
    let homes = later.map(|s| (s.id.clone(), format!("{} {} · {}", s.day.fr(), hms(start(s)), title(s)))).collect();
    let mut opt_outs = Vec::new();
    for site in station.sites() {
        let own = station.programmes_on(site.id, on, changes);
        let met = own.iter().filter(|s| s.origin != domain::Origin::Network && s.start_s < to && from < s.end_s);
        opt_outs.extend(met.map(|s| format!("{} · {} · {}", site.name, hms(s.start_s), s.title)));
    }
    Ok(Under { slots: slots.collect(), homes, opt_outs })
}

/// The event that a form describes.
pub(super) fn live(fields: &Fields, today: Date) -> Result<Proposal, WebError> {
    let title = crate::one_line(field(fields, "titre"), 120);
    if title.is_empty() {
        return Err(WebError::Unreadable(Field::Title));
    }
    let date = asked::day(field(fields, "date"), today)?;
    let start = asked::time(field(fields, "debut"))?;
    let displaced = fates(fields)?;
    let overrun = field(fields, "debordement");
    let kind = kind(field(fields, "genre"))?;
    let spec = OverrideSpec {
        id: name(&title).parse().map_err(|_| WebError::Unreadable(Field::Title))?,
        day: None,
        date: Some(date),
        rrule: Some(field(fields, "rrule").to_owned()).filter(|r| !r.is_empty()),
        cron: None,
        except: Vec::new(),
        start: Some(start),
        anchor: None,
        wait_s: 0,
        planned_s: minutes(field(fields, "duree"))? * 60,
        max_overrun_s: Some(if overrun.is_empty() { kind.max_overrun_s() } else { minutes(overrun)? * 60 }),
        overrun_s: 0,
        hard_end: match field(fields, "fin") {
            "" => None,
            text => Some(asked::time(text)?),
        },
        kind,
        title,
        lang: field(fields, "langue").parse().map_err(|_| WebError::Unreadable(Field::Language))?,
        scope: scope(fields)?,
        source: crate::one_line(field(fields, "source"), 120),
        displaces: displaced.iter().map(|d| d.slot.clone()).collect(),
        on_displaced: String::new(),
        displaced,
        priority: field(fields, "priorite").parse().unwrap_or(3),
        lifts_latest: false,
    };
    Ok(Proposal::Live { spec: Box::new(spec) })
}

fn second_of(time: jiff::civil::Time) -> u32 {
    u32::try_from(i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60 + i32::from(time.second())).unwrap_or(0)
}

/// A day of a form's field; empty is no day.
pub(super) fn date(fields: &Fields, name: &str) -> Result<Date, WebError> {
    let text = field(fields, name);
    let date = if text.len() == 10 { text.parse().ok() } else { None };
    date.ok_or(WebError::Unreadable(Field::Day))
}

fn minutes(text: &str) -> Result<u32, WebError> {
    text.parse().ok().filter(|n| (1..=720).contains(n)).ok_or(WebError::Unreadable(Field::Length))
}

fn kind(word: &str) -> Result<LiveKind, WebError> {
    Ok(match word {
        "" | "discours" => LiveKind::Discours,
        "match" => LiveKind::Match,
        "debat" => LiveKind::Debat,
        "journal" => LiveKind::Journal,
        "ceremonie" => LiveKind::Ceremonie,
        "alerte" => LiveKind::Alerte,
        "insert" => LiveKind::Insert,
        _ => return Err(WebError::Unreadable(Field::Kind)),
    })
}

/// The network, or the sites whose boxes are ticked.
fn scope(fields: &Fields) -> Result<String, WebError> {
    let ticked = fields.iter().filter(|(name, _)| name == "site");
    let sites: Vec<SiteId> =
        ticked.map(|(_, s)| s.parse()).collect::<Result<_, _>>().map_err(|_| WebError::Unreadable(Field::Site))?;
    if sites.is_empty() {
        return Ok("reseau".to_owned());
    }
    Ok(format!("site:{}", sites.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")))
}

/// What becomes of each slot: `joindre`, `supprimer`, `inserer`, or the name of the slot that it moves to.
fn fates(fields: &Fields) -> Result<Vec<Displaced>, WebError> {
    let mut all = Vec::new();
    for (name, word) in fields {
        let Some(slot) = name.strip_prefix(FATE) else { continue };
        let (then, to) = match word.as_str() {
            "joindre" | "" => (Then::Joindre, None),
            "supprimer" => (Then::Supprimer, None),
            "inserer" => (Then::Inserer, None),
            home => (Then::Reporter, Some(home.to_owned())),
        };
        all.push(Displaced { slot: slot.to_owned(), then, to, rest_min: None });
    }
    if all.len() > 64 { Err(WebError::Unreadable(Field::Form)) } else { Ok(all) }
}

/// A name from a title: small letters, digits and dashes, at most 48.
fn name(title: &str) -> String {
    let plain: String = title
        .nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' })
        .collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join("-");
    let cut: String = words.chars().take(48).collect();
    format!("direct-{}", if cut.is_empty() { "sans-titre" } else { cut.trim_matches('-') })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_name() {
        assert_eq!(name("Conférence de presse, 2e édition"), "direct-conference-de-presse-2e-edition");
    }
}
