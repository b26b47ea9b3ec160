//! An override as it is written, in the station file and in the store.

use std::fmt;
use std::str::FromStr;

use domain::{Language, ProgrammeId};
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::calendar::Prayer;
use crate::station::{Day, text};

/// A live event or another one-off change of the grid (R-LIVE-01).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverrideSpec {
    /// Its name; editions of a programme of this name are its sound.
    #[serde(with = "text")]
    pub id: ProgrammeId,
    /// Its day in the reference week, when it has no date.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub day: Option<Day>,
    /// Its date; the first one when it recurs.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// RFC 5545 recurrence from that date on, e.g. `FREQ=MONTHLY;BYDAY=1WE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rrule: Option<String>,
    /// When it recurs as a cron expression, in place of `start` and `rrule`: `30 14 * * 4`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// Dates on which it does not recur.
    #[serde(default, with = "text::list", skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Date>,
    /// When it starts, unless the sun says so.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub start: Option<Time>,
    /// When it starts at each site by its own sun: `maghrib`, `fajr-60`.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub anchor: Option<SunAnchor>,
    /// Seconds that an insertion may wait for a break, or else another change of segment, beneath it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub wait_s: u32,
    /// Seconds that it is meant to last.
    pub planned_s: u32,
    /// Seconds that it may last longer; by its kind when absent (R-LIVE-02).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_overrun_s: Option<u32>,
    /// Seconds that it does last longer, as was decided so far.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub overrun_s: u32,
    /// When it ends whatever happens.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub hard_end: Option<Time>,
    /// What it is.
    #[serde(default)]
    pub kind: LiveKind,
    /// Title on screens.
    pub title: String,
    /// Language on air.
    #[serde(with = "text")]
    pub lang: Language,
    /// `reseau`, or `site:GAO,MEN`.
    pub scope: String,
    /// Where the sound comes from, in words.
    #[serde(default)]
    pub source: String,
    /// Slots of the network's week that it displaces, by name.
    #[serde(default)]
    pub displaces: Vec<String>,
    /// What becomes of them, in words.
    #[serde(default)]
    pub on_displaced: String,
    /// What becomes of them, slot by slot; one that is not named is joined in progress when enough of it is left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub displaced: Vec<Displaced>,
    /// Who wins where two meet: 1 first.
    pub priority: u8,
    /// Whether opt-outs wait for its end even past their window's latest leave (R-LIVE-03).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lifts_latest: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over by reference")]
const fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// What an override is; decides how long it may run over and how the grid is joined again after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LiveKind {
    /// An address or a press point.
    #[default]
    Discours,
    /// A match.
    Match,
    /// A debate.
    Debat,
    /// A news edition.
    Journal,
    /// A national ceremony.
    Ceremonie,
    /// An alert: the network goes on beneath and is joined where it is.
    Alerte,
    /// A short insertion, such as a spot at sunset: the network goes on beneath.
    Insert,
}

impl LiveKind {
    /// Longest overrun where none is given, in seconds (R-LIVE-02).
    pub const fn max_overrun_s(self) -> u32 {
        match self {
            Self::Discours | Self::Ceremonie => 1_800,
            Self::Match => 1_200,
            Self::Debat => 300,
            Self::Journal | Self::Alerte | Self::Insert => 0,
        }
    }

    /// Whether the grid goes on beneath and is joined where it is, whatever is left of it.
    pub const fn passes_over(self) -> bool {
        matches!(self, Self::Alerte | Self::Insert)
    }
}

/// What becomes of a displaced slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Displaced {
    /// The slot.
    pub slot: String,
    /// What becomes of it.
    pub then: Then,
    /// The slot that it moves to, in the same week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Minutes that must be left for it to be joined; by its kind when absent (R-LIVE-05).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest_min: Option<u32>,
}

/// The fates of a displaced slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// Moved to another slot; what is left of its time is filled.
    Reporter,
    /// Dropped; what is left of its time is filled.
    Supprimer,
    /// Joined in progress when enough is left of it.
    Joindre,
    /// Aired whole right after the live event.
    Inserer,
}

/// A moment that the sun decides site by site, with minutes added: `maghrib`, `fajr-60`, `sunrise+5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SunAnchor {
    /// Which moment.
    pub prayer: Prayer,
    /// Minutes after it; negative before.
    pub minutes: i32,
}

/// The text names no moment of the sun.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no moment of the sun: write maghrib, sunrise+5 or fajr-60 (at most 180 min)")]
pub struct BadAnchor(pub String);

impl FromStr for SunAnchor {
    type Err = BadAnchor;

    fn from_str(s: &str) -> Result<Self, BadAnchor> {
        let bad = || BadAnchor(s.chars().take(24).collect());
        let at = s.find(['+', '-']).unwrap_or(s.len());
        let prayer = s[..at].parse().map_err(|_| bad())?;
        let minutes = if at == s.len() { 0 } else { s[at..].parse().map_err(|_| bad())? };
        if (-180..=180).contains(&minutes) { Ok(Self { prayer, minutes }) } else { Err(bad()) }
    }
}

impl fmt::Display for SunAnchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.prayer)?;
        if self.minutes == 0 { Ok(()) } else { write!(f, "{:+}", self.minutes) }
    }
}
