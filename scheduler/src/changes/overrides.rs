//! An override that makes sense: when it sounds, where, how long, and what becomes of the slots under it.

use std::collections::BTreeMap;
use std::ops::Range;

use domain::{ProgrammeId, SiteId};
use jiff::Span;
use jiff::civil::Date;

use super::spec::{Displaced, LiveKind, OverrideSpec, Then};
use crate::calendar::{Place, prayer_times};
use crate::grid::{DAY_S, second_of};
use crate::recurrence::{Cron, Recurrence};
use crate::station::{BreakPolicy, Day, Programme, Site, Slot, Station};

/// Where an override is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// On the network: everywhere that does not opt out.
    Network,
    /// At these sites alone, over what they air.
    Sites(Vec<SiteId>),
}

impl Scope {
    /// Whether it concerns a site.
    pub fn holds(&self, site: SiteId) -> bool {
        match self {
            Self::Network => true,
            Self::Sites(sites) => sites.contains(&site),
        }
    }
}

/// Why an override is refused, in both languages of the pages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{en}")]
pub struct BadOverride {
    /// The French sentence.
    pub fr: String,
    /// The English sentence.
    pub en: String,
}

/// A checked override: it has a date, ends on its day, and never runs past its hard end (R-LIVE-01).
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    spec: OverrideSpec,
    date: Date,
    dates: Option<Recurrence>,
    scope: Scope,
    programme: Programme,
}

impl Override {
    /// Longest override: half a day; what lasts longer is a season.
    pub const MAX_S: u32 = 43_200;
    /// Longest wait of an insertion for a break: later it is no longer about the moment that it was meant for.
    pub const MAX_WAIT_S: u32 = 900;

    /// Checks an override against the station; `monday` is the week in which a `day` without date lies.
    pub fn new(spec: OverrideSpec, monday: Option<Date>) -> Result<Self, BadOverride> {
        let spec = uncronned(spec)?;
        let bad = |fr: &str, en: &str| BadOverride {
            fr: format!("Le direct « {} » {fr}.", spec.id),
            en: format!("The live event “{}” {en}.", spec.id),
        };
        let of_week = || monday?.checked_add(Span::new().days(spec.day? as i64)).ok();
        let date = spec.date.or_else(of_week).ok_or_else(|| bad("n'a pas de date", "has no date"))?;
        if spec.start.is_some() == spec.anchor.is_some() {
            return Err(bad("a besoin d'une heure ou d'un repère solaire", "needs a start or a moment of the sun"));
        }
        let scope = scope(&spec.scope).ok_or_else(|| {
            bad("a une portée inconnue: reseau ou site:GAO", "has an unknown scope: reseau or site:GAO")
        })?;
        let longest = spec.planned_s.checked_add(max_overrun(&spec)).filter(|s| *s <= Self::MAX_S);
        if spec.planned_s == 0 || longest.is_none() || spec.overrun_s > max_overrun(&spec) {
            return Err(bad(
                "doit durer de 1 s à 12 h et ne pas dépasser son débordement maximal",
                "must last from 1 s to 12 h and stay inside its longest overrun",
            ));
        }
        if spec.wait_s > Self::MAX_WAIT_S || (spec.wait_s > 0 && spec.kind != LiveKind::Insert) {
            return Err(bad(
                "ne peut attendre: seule une insertion attend un écran, 15 min au plus",
                "cannot wait: only an insertion waits for a break, 15 min at most",
            ));
        }
        if spec.start.is_some_and(|t| spec.hard_end.is_some_and(|end| second_of(end) != 0 && end <= t)) {
            return Err(bad("finit avant de commencer", "ends before it starts"));
        }
        if spec.displaced.iter().any(|d| d.then == Then::Reporter && d.to.is_none()) {
            return Err(bad("reporte une case sans dire où", "moves a slot without saying where"));
        }
        let dates = spec.rrule.as_deref().map(|r| Recurrence::parse(r, date, &spec.except)).transpose();
        let dates = dates.map_err(|why| {
            bad(&format!("a une récurrence illisible ({why})"), &format!("recurs unreadably ({why})"))
        })?;
        let programme = programme(&spec);
        Ok(Self { spec, date, dates, scope, programme })
    }

    /// As it is written.
    pub const fn spec(&self) -> &OverrideSpec {
        &self.spec
    }

    /// Its name.
    pub const fn id(&self) -> &ProgrammeId {
        &self.spec.id
    }

    /// Its date, the first one when it recurs.
    pub const fn date(&self) -> Date {
        self.date
    }

    /// Where it is heard.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The programme that it is while it sounds.
    pub const fn programme(&self) -> &Programme {
        &self.programme
    }

    /// Whether it sounds on a date.
    pub fn on(&self, date: Date) -> bool {
        self.dates.as_ref().map_or(date == self.date, |r| r.on(date))
    }

    /// Who wins, smallest first.
    pub(crate) fn strength(&self) -> impl Ord + use<'_> {
        (self.spec.priority, self.spec.start.map(second_of), &self.spec.id, self.date)
    }

    /// The same event running over by so much more than planned, or what forbids it.
    pub fn running_over(&self, overrun_s: u32) -> Result<Self, BadOverride> {
        Self::new(OverrideSpec { overrun_s, date: Some(self.date), ..self.spec.clone() }, None)
    }

    /// The seconds of the day that it takes at a site, and the part of them that was planned; `None` where the sun does
    /// not say when.
    pub(crate) fn seconds(&self, station: &Station, site: &Site, date: Date) -> Option<(Range<u32>, u32)> {
        let start = match (self.spec.start, self.spec.anchor) {
            (Some(time), _) => second_of(time),
            (None, Some(anchor)) => {
                let place = Place { lat: site.lat, lon: site.lon };
                let at = prayer_times(place, date, &station.prayer_method(site.id))?.at(anchor.prayer);
                let civil = station.zone().to_datetime(at);
                // To the full minute before it, like every printed table.
                let second = i64::from(second_of(civil.time()) / 60 * 60) + i64::from(anchor.minutes) * 60;
                u32::try_from(second).ok().filter(|s| civil.date() == date && *s < DAY_S)?
            }
            (None, None) => return None,
        };
        let hard = self.spec.hard_end.map_or(DAY_S, |t| if second_of(t) == 0 { DAY_S } else { second_of(t) });
        let end = |s: u32| (start + s).min(hard).min(DAY_S);
        let (planned, end) = (end(self.spec.planned_s), end(self.spec.planned_s + self.spec.overrun_s));
        (start < end).then_some((start..end, planned))
    }

    /// What becomes of a slot of the network's week under it.
    pub(crate) fn fate(&self, slot: Option<&Slot>) -> Option<&Displaced> {
        let id = &slot?.id;
        self.spec.displaced.iter().find(|d| d.slot == *id)
    }

    /// Slots of `date` that take a programme displaced by it: the slot's name, and the displaced slot's.
    pub(crate) fn moves_to<'a>(&'a self, station: &'a Station, date: Date) -> Vec<(&'a str, &'a str)> {
        let moved = self.spec.displaced.iter().filter(|d| d.then == Then::Reporter);
        let here = |to: &&str| {
            let Some(slot) = station.slot(to) else { return false };
            let last = date.checked_sub(Span::new().days(6)).unwrap_or(date);
            Day::of(date) == slot.day && last.series(Span::new().days(1)).take(7).any(|d| self.on(d))
        };
        moved.filter_map(|d| Some((d.to.as_deref().filter(here)?, d.slot.as_str()))).collect()
    }
}

/// A cron expression read as the start and the recurrence that it says.
fn uncronned(mut spec: OverrideSpec) -> Result<OverrideSpec, BadOverride> {
    let Some(text) = spec.cron.take() else { return Ok(spec) };
    let id = &spec.id;
    if spec.start.is_some() || spec.anchor.is_some() || spec.rrule.is_some() {
        return Err(BadOverride {
            fr: format!(
                "Le direct « {id} » a un cron, qui dit déjà l'heure et les jours: ni start, ni anchor, ni rrule."
            ),
            en: format!(
                "The live event “{id}” has a cron, which says time and days already: no start, anchor or rrule."
            ),
        });
    }
    let read = Cron::parse(&text).and_then(|cron| Ok((cron.one_time()?, cron.rrule)));
    let (start, rrule) = read.map_err(|why| BadOverride {
        fr: format!("Le direct « {id} » a un cron illisible, « {} »: {}.", why.text, why.fr),
        en: format!("The live event “{id}”: {why}."),
    })?;
    (spec.start, spec.rrule) = (Some(start), Some(rrule));
    Ok(spec)
}

fn max_overrun(spec: &OverrideSpec) -> u32 {
    spec.max_overrun_s.unwrap_or(spec.kind.max_overrun_s())
}

fn scope(text: &str) -> Option<Scope> {
    if text == "reseau" {
        return Some(Scope::Network);
    }
    let mut sites: Vec<SiteId> =
        text.strip_prefix("site:")?.split(',').map(|s| s.trim().parse().ok()).collect::<Option<_>>()?;
    sites.sort_unstable();
    Some(Scope::Sites(sites))
}

/// A live event as a programme: nothing of it is known but its title and language.
fn programme(spec: &OverrideSpec) -> Programme {
    let calm = spec.kind.passes_over();
    Programme {
        id: spec.id.clone(),
        title: spec.title.clone(),
        kind: "direct".to_owned(),
        lang: spec.lang.clone(),
        lang_mix: BTreeMap::from([(spec.lang.clone(), 1.0)]),
        variant: None,
        mode: "direct".to_owned(),
        duration_s: spec.planned_s,
        audience: String::new(),
        rds_pty: if spec.kind == LiveKind::Alerte { 31 } else { 3 },
        women_voice_target: 0.0,
        music_share: 0.0,
        break_policy: if calm { BreakPolicy::Calme } else { BreakPolicy::Normal },
        fill: false,
        attested_title: false,
        desc: None,
        repeat_of: None,
        version_of: None,
        site: None,
        ending: None,
    }
}
