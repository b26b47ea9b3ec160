//! What the station file decides for dates: live events, calendar, seasons, prayer times.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::SiteId;
use jiff::civil::Date;

use super::error::line_of_table;
use super::{ClockFormat, Day, Programme, SegmentKind, SegmentSpec, Slot, Station, StationError, StationFile};
use crate::calendar::{Almanac, BadEvent, Method, Prayer};
use crate::changes::{BadOverride, Changes, Override};
use crate::grid::{Grid, GridSlot};
use crate::season::{BadSeason, Season, SeasonSpec};

/// The checked part of the file that speaks of dates.
#[derive(Clone, Debug)]
pub(super) struct Decided {
    overrides: Vec<Override>,
    almanac: Almanac,
    seasons: Vec<Season>,
    filler: Option<usize>,
}

impl Decided {
    pub(super) fn read(file: &StationFile, formats: &[ClockFormat], text: &str) -> Result<Self, StationError> {
        let refused =
            |n: usize, why: BadOverride| StationError::new(line_of_table(text, "override", n), why.fr, why.en);
        let many = file.overrides.len() > Changes::MAX_OVERRIDES || file.season.len() > Season::MAX;
        if many {
            let (fr, en) =
                ("Le fichier porte trop de directs ou de saisons.", "The file holds too many live events or seasons.");
            return Err(StationError::new(None, fr, en));
        }
        figures(file)?;
        let read = |(n, spec): (usize, &crate::OverrideSpec)| {
            Override::new(spec.clone(), file.meta.anchor_monday).map_err(|why| refused(n, why))
        };
        let overrides = file.overrides.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        let almanac = Almanac::new(&file.event).map_err(|why| bad_event(file, text, &why))?;
        Ok(Self { overrides, almanac, seasons: seasons(file, formats, text)?, filler: filler(file) })
    }
}

/// Every figure set otherwise is one of a rule's.
fn figures(file: &StationFile) -> Result<(), StationError> {
    for (id, own) in &file.rule {
        for (name, value) in own {
            let known = crate::rules::rule(id).is_some_and(|r| r.figure(name, &BTreeMap::new()).is_some());
            if !known || !value.is_finite() {
                let fr = format!("La règle {id} n'a pas de chiffre « {name} » à régler.");
                return Err(StationError::new(None, fr, format!("Rule {id} has no figure “{name}” to set.")));
            }
        }
    }
    Ok(())
}

fn bad_event(file: &StationFile, text: &str, why: &BadEvent) -> StationError {
    let line = file.event.iter().position(|e| e.id == why.id).and_then(|n| line_of_table(text, "event", n));
    let fr = format!("L'événement {} du calendrier ne tombe à aucune date: « {} ».", why.id, why.text);
    StationError::new(line, fr, format!("{why}."))
}

/// The file's seasons, and those that every station knows.
fn seasons(file: &StationFile, formats: &[ClockFormat], text: &str) -> Result<Vec<Season>, StationError> {
    let known = Season::known().into_iter().filter(|k| file.season.iter().all(|s| s.id != k.id));
    let one = |(n, spec): (usize, SeasonSpec)| {
        Season::new(spec, file, formats).map_err(|why| {
            let line = line_of_table(text, "season", n);
            match why {
                BadSeason::Week(hole) => StationError::of_hole(line, &hole),
                BadSeason::Override(why) => StationError::new(line, why.fr, why.en),
            }
        })
    };
    file.season.iter().cloned().chain(known).enumerate().map(one).collect()
}

/// What fills: the calmest programme that exists to fill, by the file's order.
fn filler(file: &StationFile) -> Option<usize> {
    let calm = |p: &Programme| p.fill && p.break_policy == super::BreakPolicy::Calme && p.music_share >= 1.0;
    file.programme.iter().position(calm).or_else(|| file.programme.iter().position(|p| p.fill))
}

impl Station {
    /// Live events of the file.
    pub fn overrides(&self) -> &[Override] {
        &self.decided.overrides
    }

    /// The calendar.
    pub fn almanac(&self) -> &Almanac {
        &self.decided.almanac
    }

    /// Every season that can be switched on.
    pub fn seasons(&self) -> &[Season] {
        &self.decided.seasons
    }

    /// The programme that fills what nothing else does.
    pub fn filler(&self) -> Option<&Programme> {
        self.decided.filler.and_then(|n| self.file.programme.get(n))
    }

    /// The network's slot with this name, in the usual week.
    pub fn slot(&self, id: &str) -> Option<&Slot> {
        self.file.slot.iter().find(|s| s.id == id)
    }

    /// How prayer times are computed at a site.
    pub fn prayer_method(&self, site: SiteId) -> Method {
        let Some(own) = self.site(site).and_then(|s| s.prayer.as_ref()) else { return Method::MWL };
        let offset = |p: &Prayer| own.offsets_min.get(p).copied().unwrap_or(0).clamp(-30, 30);
        Method {
            fajr_deg: own.fajr_deg.clamp(9.0, 21.0),
            isha_deg: own.isha_deg.clamp(9.0, 21.0),
            asr_shadow: f64::from(own.asr_shadow.clamp(1, 2)),
            offsets_min: Prayer::ALL.each_ref().map(offset),
        }
    }

    /// The seasons in force on a date: switched on by people, or by the calendar.
    pub(crate) fn seasons_on<'a>(&'a self, changes: &Changes, date: Date) -> Vec<&'a Season> {
        let occasions = changes.occasions(self, date);
        let switched = changes.seasons(date);
        let on = |s: &&Season| {
            let id = s.spec().id.as_str();
            switched.contains(&id) || occasions.iter().any(|o| o.event.grid == id || o.event.id == id)
        };
        self.decided.seasons.iter().filter(on).collect()
    }

    /// The seasons that the calendar alone puts in force on a date, after people's word about the moon.
    pub fn seasons_of_calendar<'a>(&'a self, changes: &Changes, date: Date) -> Vec<&'a Season> {
        let switched = changes.seasons(date);
        let own = |s: &&Season| !switched.contains(&s.spec().id.as_str());
        self.seasons_on(changes, date).into_iter().filter(own).collect()
    }

    /// The week that rules on a date, and whether the date is a holiday that takes its Sunday.
    pub(crate) fn ruling(&self, changes: &Changes, date: Date) -> (&Grid, bool) {
        let grid = self.seasons_on(changes, date).into_iter().find_map(Season::grid).unwrap_or(&self.grid);
        let holiday = changes.occasions(self, date).iter().any(|o| o.event.grid == Season::SUNDAY)
            || changes.seasons(date).contains(&Season::SUNDAY);
        (grid, holiday)
    }

    /// The week that rules on a date, and which of its days: Sunday on a holiday.
    pub(crate) fn ruled(&self, changes: &Changes, date: Date) -> (&Grid, Day) {
        let (grid, holiday) = self.ruling(changes, date);
        (grid, if holiday { Day::Sun } else { Day::of(date) })
    }

    /// The segments of a slot: its recipe's, or one stretch of content for a slot without a recipe.
    pub(crate) fn segments(&self, slot: &GridSlot) -> Cow<'_, [SegmentSpec]> {
        self.clock_format(&slot.clock_format).map_or_else(
            || {
                let whole =
                    SegmentSpec { kind: SegmentKind::Contenu, dur_s: slot.length_s, elastic: Some(true), at: None };
                Cow::Owned(vec![whole])
            },
            |format| Cow::Borrowed(format.segments.as_slice()),
        )
    }

    /// Seconds of programme that a slot needs.
    pub(crate) fn content_of(&self, slot: &GridSlot) -> u32 {
        self.segments(slot).iter().filter(|s| s.kind == SegmentKind::Contenu).map(|s| s.dur_s).sum()
    }
}
