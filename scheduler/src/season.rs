//! Seasons: what replaces or silences part of the week while it is in force (Ramadan, holidays, mourning, elections).

use jiff::SignedDuration;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::changes::{BadOverride, Override, OverrideSpec};
use crate::grid::{Grid, GridParts, Hole, second_of};
use crate::station::{Campaign, ClockFormat, OptOut, Programme, Slot, StationFile, Window};

/// A season as the station file writes it. What it does not name stays as in the usual week.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeasonSpec {
    /// Its name; the calendar's event of this name or with this `grid` puts it in force.
    pub id: String,
    /// Its name for people.
    pub name_fr: String,
    /// Windows that differ, by their names, and windows that the usual week has not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub window: Vec<Window>,
    /// Slots of the network that stand in place of those that they meet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slot: Vec<Slot>,
    /// Opt-outs that stand in place of all usual ones of the windows that they name. The others move with their window, and
    /// rest on a day that it no longer has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optout: Vec<OptOut>,
    /// What is heard once on each of its days, such as a spot at sunset: with a time or a moment of the sun, without a date.
    #[serde(default, rename = "override", skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<OverrideSpec>,
    /// Kinds of programmes that are filled instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_kinds: Vec<String>,
    /// Programmes that are filled instead, with their repeats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_programmes: Vec<String>,
    /// Themes whose campaigns rest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_themes: Vec<String>,
    /// Whether electoral campaigns rest that are not declared to take no side (R-ELEC-03).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_partisans: bool,
}

/// A season with its proven week.
#[derive(Clone, Debug, PartialEq)]
pub struct Season {
    spec: SeasonSpec,
    grid: Option<Grid>,
    overrides: Vec<Override>,
}

impl Season {
    /// Most seasons of a station: one a month, twice over.
    pub const MAX: usize = 24;
    /// Most things heard once a day in a season: five prayers in seven languages.
    pub const MAX_OVERRIDES: usize = 35;
    /// The calendar's word for the grid of a holiday: Sunday's.
    pub const SUNDAY: &'static str = "dimanche";

    /// The season over the usual week of a station file, or what keeps its week from being whole.
    pub(crate) fn new(spec: SeasonSpec, file: &StationFile, formats: &[ClockFormat]) -> Result<Self, BadSeason> {
        let own_week = !(spec.window.is_empty() && spec.slot.is_empty() && spec.optout.is_empty());
        let grid = own_week.then(|| week(&spec, file, formats)).transpose().map_err(BadSeason::Week)?;
        let overrides = daily(&spec).map_err(BadSeason::Override)?;
        Ok(Self { spec, grid, overrides })
    }

    /// National mourning (R-CAL-02) and electoral silence (R-ELEC-03): every station knows them.
    pub(crate) fn known() -> Vec<SeasonSpec> {
        let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        vec![
            SeasonSpec {
                id: "deuil".to_owned(),
                name_fr: "Deuil national".to_owned(),
                without_kinds: words(&["jeu", "dédicaces"]),
                without_programmes: words(&["bal-mikado"]),
                without_themes: words(&["jeunesse", "participation-jeunes"]),
                ..SeasonSpec::default()
            },
            SeasonSpec {
                id: "silence-electoral".to_owned(),
                name_fr: "Silence électoral".to_owned(),
                without_partisans: true,
                ..SeasonSpec::default()
            },
        ]
    }

    /// As it is written.
    pub const fn spec(&self) -> &SeasonSpec {
        &self.spec
    }

    /// Its week, when it has one of its own.
    pub(crate) const fn grid(&self) -> Option<&Grid> {
        self.grid.as_ref()
    }

    /// What is heard once on each of its days.
    pub fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// Whether a programme rests while it is in force.
    pub(crate) fn withholds(&self, programme: &Programme) -> bool {
        let named = |id: &str| self.spec.without_programmes.iter().any(|p| p == id);
        self.spec.without_kinds.contains(&programme.kind)
            || named(programme.id.as_str())
            || programme.repeat_of.as_deref().is_some_and(named)
    }

    /// Whether a campaign rests while it is in force.
    pub(crate) fn rests(&self, campaign: &Campaign) -> bool {
        let partisan = campaign.electoral && campaign.non_partisan != Some(true);
        (self.spec.without_partisans && partisan)
            || campaign.themes.iter().any(|t| self.spec.without_themes.contains(t))
    }
}

/// Why a season cannot be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum BadSeason {
    /// Its week is not whole.
    Week(Hole),
    /// Something that it brings each day cannot be.
    Override(BadOverride),
}

/// The days of the season decide when these are heard: as overrides they recur on every day.
fn daily(spec: &SeasonSpec) -> Result<Vec<Override>, BadOverride> {
    if spec.overrides.len() > Season::MAX_OVERRIDES {
        let (id, max) = (&spec.id, Season::MAX_OVERRIDES);
        return Err(BadOverride {
            fr: format!("La saison « {id} » porte plus de {max} directs par jour."),
            en: format!("Season “{id}” brings more than {max} live events a day."),
        });
    }
    let every_day = |one: &OverrideSpec| {
        let dated = one.day.is_some() || one.date.is_some() || one.rrule.is_some() || one.cron.is_some();
        if dated || !one.except.is_empty() {
            let (season, id) = (&spec.id, &one.id);
            return Err(BadOverride {
                fr: format!("« {id} » de la saison « {season} » porte une date ; il passe chaque jour de la saison."),
                en: format!("“{id}” of season “{season}” has a date; it airs on each day of the season."),
            });
        }
        Override::new(OverrideSpec { date: Some(Date::ZERO), ..one.clone() }, None)
    };
    spec.overrides.iter().map(every_day).collect()
}

fn week(spec: &SeasonSpec, file: &StationFile, formats: &[ClockFormat]) -> Result<Grid, Hole> {
    let meets = |new: &Slot, old: &Slot| {
        let (new_s, old_s) = (second_of(new.start), second_of(old.start));
        new.day == old.day && new_s < old_s + old.duration_s && old_s < new_s + new.duration_s
    };
    let usual = file.slot.iter().filter(|old| !spec.slot.iter().any(|new| meets(new, old)));
    let slots: Vec<Slot> = usual.chain(&spec.slot).cloned().collect();
    let kept = file.window.iter().filter(|w| !spec.window.iter().any(|new| new.id == w.id));
    let windows: Vec<Window> = kept.chain(&spec.window).cloned().collect();
    let sites: Vec<_> = file.site.iter().map(|s| s.id).collect();
    Grid::new(GridParts {
        sites: &sites,
        windows: &windows,
        clock_formats: formats,
        slots: &slots,
        opt_outs: &opt_outs(spec, file),
    })
}

/// The opt-outs of a season: its own, and the usual ones of other windows, each as long after the start of its window as
/// ever.
fn opt_outs(spec: &SeasonSpec, file: &StationFile) -> Vec<OptOut> {
    let window = |o: &OptOut| spec.window.iter().find(|w| w.id == o.window);
    let usual = file.optout.iter().filter(|o| spec.optout.iter().all(|own| own.window != o.window));
    let stays = usual.filter(|o| window(o).is_none_or(|w| w.days.contains(&o.day)));
    let moved = stays.map(|o| {
        let by = |w: &Window| w.start.checked_add(SignedDuration::from_secs(o.offset_s.into())).ok();
        OptOut { start: window(o).and_then(by).unwrap_or(o.start), ..o.clone() }
    });
    moved.chain(spec.optout.iter().cloned()).collect()
}
