//! What is missing for the days that a site must be able to play alone, who is to be told, and how soon.

use domain::{Origin, ProgrammeId, SiteId};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::plan::{Draft, NoPlan, PlanInputs};
use crate::station::Site;

/// How long before its time missing content is called out (R-OPT-05), the most urgent first.
pub const ALARMS: [SignedDuration; 3] =
    [SignedDuration::from_mins(10), SignedDuration::from_hours(2), SignedDuration::from_hours(24)];

/// Who sees to missing content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Responsible {
    /// The network's newsroom and control room.
    Network,
    /// The site that makes it.
    Site(SiteId),
}

/// A slot without sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Where it would be heard.
    pub site: SiteId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub programme: ProgrammeId,
    /// Its title.
    pub title: String,
    /// Who sees to it.
    pub responsible: Responsible,
    /// What sounds instead: the network's programme, or `None` for the bed.
    pub instead: Option<ProgrammeId>,
}

impl Missing {
    /// The alarm that has begun by `now`: the shortest lead that is not shorter than what is left; `None` before the
    /// first. What should have begun already stays at the last one.
    pub fn alarm(&self, now: Timestamp) -> Option<SignedDuration> {
        let left = self.at.duration_since(now);
        ALARMS.into_iter().find(|lead| left <= *lead)
    }
}

/// Hours that a site must be able to play alone: 72, more where the file says so (R-RES-01).
pub fn horizon(site: &Site) -> SignedDuration {
    SignedDuration::from_hours(i64::from(site.tech.buffer_h.clamp(72, 240)))
}

/// The slots of a site's day that have no sound, in the order of the day.
pub fn missing(inputs: &PlanInputs<'_>) -> Result<Vec<Missing>, NoPlan> {
    let draft = Draft::new(inputs, None)?;
    let mut missing = Vec::<Missing>::new();
    for stretch in &draft.stretches {
        let silent = stretch.content.is_none() && !stretch.rotates && inputs.station.content_of(&stretch.slot) > 0;
        let (slot, instead) = match &stretch.instead_of {
            Some(opt_out) => (opt_out, (!silent).then(|| stretch.slot.programme.clone())),
            None if silent => (&stretch.slot, None),
            None => continue,
        };
        let programme = inputs.station.programme(&slot.programme);
        let maker = programme.and_then(|p| p.site).or((slot.origin != Origin::Network).then_some(inputs.site));
        let at = inputs.station.instant(inputs.day, slot.start_s).unwrap_or(stretch.at);
        let one = Missing {
            site: inputs.site,
            at,
            programme: slot.programme.clone(),
            title: programme.map_or_else(|| slot.programme.to_string(), |p| p.title.clone()),
            responsible: maker.map_or(Responsible::Network, Responsible::Site),
            instead,
        };
        // An opt-out over two programmes of the network is missing once.
        if missing.last().is_none_or(|last| (last.at, &last.programme) != (one.at, &one.programme)) {
            missing.push(one);
        }
    }
    Ok(missing)
}

/// A slot without sound, with since when that has been known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// What is missing.
    pub missing: Missing,
    /// Since when it has been known.
    pub since: Timestamp,
}

/// What a site lacks from `now` to its [`horizon`], in order; `inputs` are those of each day.
pub fn ahead<'a>(site: &Site, inputs: impl Fn(Date) -> PlanInputs<'a>, now: Timestamp) -> Result<Vec<Missing>, NoPlan> {
    let until = now.saturating_add(horizon(site)).unwrap_or(Timestamp::MAX);
    let mut found = Vec::new();
    let station = inputs(Date::ZERO).station;
    for day in station.day_of(now).series(jiff::Span::new().days(1)).take_while(|d| *d <= station.day_of(until)) {
        found.extend(missing(&inputs(day))?.into_iter().filter(|m| now <= m.at && m.at < until));
    }
    Ok(found)
}
