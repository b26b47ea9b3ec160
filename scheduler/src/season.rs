//! Seasons: what replaces or silences part of the week while it is in force (Ramadan, holidays, mourning, elections).

use serde::{Deserialize, Serialize};

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
    /// Windows that differ, by their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub window: Vec<Window>,
    /// Slots of the network that stand in place of those that they cover.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slot: Vec<Slot>,
    /// The sites' opt-outs, all of them; the usual ones when `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub optout: Option<Vec<OptOut>>,
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
}

impl Season {
    /// Most seasons of a station: one a month, twice over.
    pub const MAX: usize = 24;
    /// The calendar's word for the grid of a holiday: Sunday's.
    pub const SUNDAY: &'static str = "dimanche";

    /// The season over the usual week of a station file, or what keeps its week from being whole.
    pub(crate) fn new(spec: SeasonSpec, file: &StationFile, formats: &[ClockFormat]) -> Result<Self, Hole> {
        let own_week = !(spec.window.is_empty() && spec.slot.is_empty() && spec.optout.is_none());
        let grid = own_week.then(|| week(&spec, file, formats)).transpose()?;
        Ok(Self { spec, grid })
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

fn week(spec: &SeasonSpec, file: &StationFile, formats: &[ClockFormat]) -> Result<Grid, Hole> {
    let covers = |new: &Slot, old: &Slot| {
        let (from, to) = (second_of(new.start), second_of(new.start) + new.duration_s);
        let start = second_of(old.start);
        new.day == old.day && from <= start && start + old.duration_s <= to
    };
    let usual = file.slot.iter().filter(|old| !spec.slot.iter().any(|new| covers(new, old)));
    let slots: Vec<Slot> = usual.chain(&spec.slot).cloned().collect();
    let kept = file.window.iter().filter(|w| !spec.window.iter().any(|new| new.id == w.id));
    let windows: Vec<Window> = kept.chain(&spec.window).cloned().collect();
    let sites: Vec<_> = file.site.iter().map(|s| s.id).collect();
    Grid::new(GridParts {
        sites: &sites,
        windows: &windows,
        clock_formats: formats,
        slots: &slots,
        opt_outs: spec.optout.as_deref().unwrap_or(&file.optout),
    })
}
