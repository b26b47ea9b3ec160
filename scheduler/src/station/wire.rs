//! The station file as it is written: sites, languages, grid, clock formats, programmes.
//!
//! Reading it proves spelling and types; only [`Station`](super::Station) proves that it makes sense.

use std::collections::BTreeMap;

use domain::{Language, ProgrammeId, SiteId};
use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use super::campaign::Campaign;
use super::day::Day;
use super::text;
use crate::calendar::Event;
use crate::changes::OverrideSpec;
use crate::season::SeasonSpec;

/// The whole station file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StationFile {
    /// The station as a whole.
    pub meta: Meta,
    /// What the campaigns' source said of itself, kept verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign_meta: Option<toml::Table>,
    /// Transmitter places.
    pub site: Vec<Site>,
    /// Languages of the station.
    pub language: Vec<LanguageCard>,
    /// How music and jingles meet.
    #[serde(default)]
    pub join: super::JoinSpec,
    /// Parts of the day for which campaigns set targets.
    #[serde(default)]
    pub daypart: Vec<Daypart>,
    /// When sites may leave the network.
    #[serde(default)]
    pub window: Vec<Window>,
    /// Recipes of slots.
    pub clock_format: Vec<ClockFormat>,
    /// What recurs.
    pub programme: Vec<Programme>,
    /// The network's week.
    pub slot: Vec<Slot>,
    /// What sites air instead of it.
    #[serde(default)]
    pub optout: Vec<OptOut>,
    /// Exceptional live events of the reference week and after.
    #[serde(default, rename = "override")]
    pub overrides: Vec<OverrideSpec>,
    /// Holidays, feasts, market days.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub event: Vec<Event>,
    /// Orders that turn by period (R-LANG-04).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rotation: Vec<super::Turning>,
    /// How music is chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub music: Vec<super::MusicSpec>,
    /// Weeks that differ while they are in force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub season: Vec<SeasonSpec>,
    /// Elections with their official campaigns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub election: Vec<super::ElectionSpec>,
    /// Figures of rules that this station sets otherwise: `[rule.R-CAMP-01]` with `max_s_per_hour = 300`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rule: crate::rules::Tuning,
    /// Situations with their expected result, kept verbatim.
    #[serde(default)]
    pub scenario: Vec<toml::Table>,
    /// Awareness campaigns.
    #[serde(default)]
    pub campaign: Vec<Campaign>,
    /// Alert templates, kept verbatim.
    #[serde(default)]
    pub alert_template: Vec<toml::Table>,
}

/// The station as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// Title of the grid.
    pub title: String,
    /// Its version, free text.
    #[serde(default)]
    pub version: String,
    /// IANA zone of every civil time in the file.
    pub timezone: String,
    /// Informative: the zone's offset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utc_offset: Option<String>,
    /// Informative: whether the zone has daylight saving.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dst: Option<bool>,
    /// A Monday on which the reference week begins.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub anchor_monday: Option<jiff::civil::Date>,
    /// When people say that the broadcast day begins; plans go by civil days.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub broadcast_day_start: Option<Time>,
    /// First day of the week on screens.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub week_starts: Option<Day>,
    /// Most seconds of spots in one clock hour (R-CAMP-01).
    #[serde(default = "max_spot_seconds")]
    pub max_spot_seconds_per_clock_hour: u32,
    /// Where the facts come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<String>,
}

const fn max_spot_seconds() -> u32 {
    360
}

/// A transmitter place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Its code.
    #[serde(with = "text")]
    pub id: SiteId,
    /// Its name for people.
    pub name: String,
    /// Administrative region.
    pub region: String,
    /// ISO 3166-2 code of the region.
    pub iso3166_2: String,
    /// Carrier frequency in kHz (106 600 is 106.6 MHz).
    pub frequency_khz: u32,
    /// Latitude in degrees, north positive.
    pub lat: f64,
    /// Longitude in degrees, east positive.
    pub lon: f64,
    /// RDS programme identification, hexadecimal.
    pub rds_pi: String,
    /// `hub`, `regional` or `unattended`.
    pub role: String,
    /// Whether it has a studio.
    pub studio: bool,
    /// When somebody is there.
    pub staffed: String,
    /// The human-rights number of this site, as the source writes it (R-HOT-01).
    pub hr_hotline: String,
    /// RDS programme service name.
    pub rds_ps: String,
    /// RDS extended country code.
    pub rds_ecc: String,
    /// Languages by local importance, first is first.
    #[serde(with = "text::list")]
    pub languages: Vec<Language>,
    /// Variants in which people here are spoken to, best first (R-LANG-05); the usual table's where none is named.
    #[serde(default, with = "text::list", skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Language>,
    /// Weights of the draw of a spot's language (R-CAMP-05).
    #[serde(with = "text::keys")]
    pub spot_language_weights: BTreeMap<Language, u32>,
    /// Floor of the first language's share of spoken time, in percent (R-LANG-02).
    pub min_local_language_share_pct: f64,
    /// Power and link.
    pub tech: Tech,
    /// How prayer times are computed here; by the World League's method when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prayer: Option<PrayerSpec>,
}

/// How a site computes its prayer times (R-PRAY-02).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrayerSpec {
    /// How far below the horizon the sun stands at fajr, 9 to 21 degrees.
    pub fajr_deg: f64,
    /// The same at isha.
    pub isha_deg: f64,
    /// Lengths of a stick that its shadow has grown at asr: 1 or 2.
    pub asr_shadow: u8,
    /// Minutes added to each time by name, −30 to 30.
    #[serde(default, with = "text::keys")]
    pub offsets_min: BTreeMap<crate::calendar::Prayer, i32>,
}

/// Power and link of a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tech {
    /// Sources of power, joined by `+`.
    pub power: String,
    /// Hours of mains a day.
    pub grid_h_per_day: u32,
    /// Minutes on battery.
    pub ups_min: u32,
    /// Kind of link.
    pub link: String,
    /// Uplink in kbit/s.
    pub uplink_kbps: u32,
    /// Hours that the site must be able to play alone (R-RES-01).
    pub buffer_h: u32,
    /// When it fetches.
    pub sync: String,
}

/// A language of the station.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageCard {
    /// Tag used in the grid.
    #[serde(with = "text")]
    pub id: Language,
    /// French name.
    pub name_fr: String,
    /// Its own name.
    pub autonym: String,
    /// Tag to publish.
    #[serde(with = "text")]
    pub bcp47: Language,
    /// ISO 639-1 code; empty where there is none.
    pub iso639_1: String,
    /// ISO 639-2 code; empty where there is none.
    pub iso639_2: String,
    /// ISO 639-3 code; empty where there is none.
    pub iso639_3: String,
    /// Variants that belong to it.
    #[serde(with = "text::list")]
    pub variants: Vec<Language>,
    /// ISO 15924 script.
    pub script: String,
    /// Writing direction, `ltr` or `rtl`.
    pub dir: String,
    /// RDS language code; 0 where there is none.
    pub rds: u8,
}

/// A part of the day. One that ends before it starts runs over midnight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Daypart {
    /// Its name, e.g. `matin`.
    pub id: String,
    /// First moment.
    #[serde(with = "text")]
    pub start: Time,
    /// First moment after it.
    #[serde(with = "text")]
    pub end: Time,
}

/// When sites may leave the network (R-OPT-01).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Its name, e.g. `W1`.
    pub id: String,
    /// When the network is left.
    #[serde(with = "text")]
    pub start: Time,
    /// When the network is joined again, to the second (R-OPT-02).
    #[serde(with = "text")]
    pub end: Time,
    /// On which days.
    #[serde(with = "text::list")]
    pub days: Vec<Day>,
    /// How it is left, in words.
    pub leave: String,
    /// `end_of_previous` or `clock` (R-OPT-03).
    pub anchor: String,
    /// Earliest leave.
    #[serde(with = "text")]
    pub earliest: Time,
    /// Latest leave.
    #[serde(with = "text")]
    pub latest: Time,
    /// How the network is joined again: `dur`.
    pub return_mode: String,
    /// Tolerance of the return in seconds.
    pub return_tolerance_s: u32,
    /// What pads a short opt-out, in words.
    pub pad: String,
    /// What a missing opt-out does, in words (R-OPT-04).
    pub on_missing: String,
}

/// The recipe of a slot: segments whose lengths sum to it (R-GRID-03).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockFormat {
    /// Its name, e.g. `M60`.
    pub id: String,
    /// Length in seconds.
    pub duration_s: u32,
    /// Segments in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentSpec>,
    /// Other formats, one after the other, in place of segments of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
}

/// One part of a clock format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentSpec {
    /// What it is.
    pub kind: SegmentKind,
    /// Length in seconds.
    pub dur_s: u32,
    /// Whether it absorbs differences of length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elastic: Option<bool>,
    /// The second of the slot at which it begins, come what may before it; the elastic content before it gives way.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub at: Option<super::Pin>,
}

/// What a segment of a clock format is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SegmentKind {
    /// Opening theme.
    Generique,
    /// A stretch of the programme itself.
    Contenu,
    /// A break, filled with spots.
    Ecran,
    /// Trailer.
    Promo,
    /// Station identification.
    Ident,
    /// Sweeper.
    Virgule,
    /// Time signal.
    TopHoraire,
    /// Back announcement.
    Desannonce,
}

/// Something that recurs in the grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// Its name in the grid.
    #[serde(with = "text")]
    pub id: ProgrammeId,
    /// Title in its own language.
    pub title: String,
    /// Genre in French words (`journal`, `magazine`, `enfants`…): campaigns exclude by it.
    pub kind: String,
    /// Language on air, or `mul`.
    #[serde(with = "text")]
    pub lang: Language,
    /// Shares of spoken time by language.
    #[serde(with = "text::keys")]
    pub lang_mix: BTreeMap<Language, f64>,
    /// Declared variant.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub variant: Option<Language>,
    /// `direct`, `pad` or `auto`.
    pub mode: String,
    /// Nominal length in seconds; the slot's own length rules.
    pub duration_s: u32,
    /// For whom.
    pub audience: String,
    /// RDS programme type.
    pub rds_pty: u8,
    /// Share of women's voices aimed at, 0 to 1.
    pub women_voice_target: f64,
    /// Share of music, 0 to 1.
    pub music_share: f64,
    /// What breaks inside it may hold.
    pub break_policy: BreakPolicy,
    /// Whether it exists to fill.
    pub fill: bool,
    /// Whether the title is publicly attested.
    pub attested_title: bool,
    /// A sentence about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desc: Option<String>,
    /// The programme that it repeats, or words in brackets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_of: Option<String>,
    /// The programme that it is a version of, or words in brackets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_of: Option<String>,
    /// The site that makes it.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// What becomes of sound that lasts longer than its place, where its slot says nothing: `cut` when absent.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub ending: Option<super::Ending>,
}

impl Programme {
    /// Whether it is news: what is old within a day (R-GRID-05, R-LIVE-05).
    pub fn is_news(&self) -> bool {
        matches!(self.kind.as_str(), "journal" | "journal régional" | "flash" | "titres" | "revue de presse")
    }
}

/// What breaks inside a programme may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BreakPolicy {
    /// The station's usual rules.
    Normal,
    /// Quiet sound around it.
    Calme,
    /// Children listen (R-CHILD-01).
    Enfants,
}

/// One cell of the network's week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// Its name, e.g. `mon-0810`.
    pub id: String,
    /// Its day.
    #[serde(with = "text")]
    pub day: Day,
    /// Its start.
    #[serde(with = "text")]
    pub start: Time,
    /// Its length in seconds.
    pub duration_s: u32,
    /// What airs.
    #[serde(with = "text")]
    pub programme: ProgrammeId,
    /// By which recipe.
    pub clock_format: String,
    /// Which edition, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// The window that opens here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    /// What becomes of sound that lasts longer than its place.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub ending: Option<super::Ending>,
}

/// What a site airs instead of the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptOut {
    /// The site.
    #[serde(with = "text")]
    pub site: SiteId,
    /// The day.
    #[serde(with = "text")]
    pub day: Day,
    /// In which window.
    pub window: String,
    /// Seconds after the window's start.
    pub offset_s: u32,
    /// Its start.
    #[serde(with = "text")]
    pub start: Time,
    /// Its length in seconds.
    pub duration_s: u32,
    /// What airs.
    #[serde(with = "text")]
    pub programme: ProgrammeId,
    /// By which recipe.
    pub clock_format: String,
    /// Where it comes from.
    pub mode: OptOutMode,
    /// The site that it comes from, when another.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub source_site: Option<SiteId>,
    /// What becomes of sound that lasts longer than its place.
    #[serde(default, with = "text::option", skip_serializing_if = "Option::is_none")]
    pub ending: Option<super::Ending>,
}

/// Where an opt-out comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptOutMode {
    /// Made at the site.
    Local,
    /// Delivered as a file.
    Fichier,
    /// Taken over from another site.
    Reprise,
}
