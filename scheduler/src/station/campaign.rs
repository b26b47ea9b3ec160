//! Campaigns and their spots as the station file writes them.

use std::collections::BTreeMap;

use domain::{Language, SiteId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::text;

/// An awareness campaign: what a client asks for, with its limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// Its name.
    pub id: String,
    /// Who asks for it; two spots of one client never share a break (R-CAMP-02).
    pub client: String,
    /// Title for screens.
    pub title: String,
    /// What it speaks of; spots of one theme keep their distance.
    pub themes: Vec<String>,
    /// Who gives way when room is short: 1 first served (R-CAMP-08).
    pub priority: u8,
    /// First day on the air.
    #[serde(with = "text")]
    pub start: Date,
    /// Last day on the air (R-CAMP-06).
    #[serde(with = "text")]
    pub end: Date,
    /// Where it airs.
    #[serde(with = "text::list")]
    pub sites: Vec<SiteId>,
    /// Airings a day and site, by daypart (R-CAMP-04).
    pub per_day: BTreeMap<String, u32>,
    /// Its versions.
    pub spots: Vec<Spot>,
    /// Whether it is kept away from children's programmes (R-CHILD-01).
    pub sensitive: bool,
    /// What children's programmes may carry of it.
    pub child_policy: ChildPolicy,
    /// Kinds of programmes that never carry it.
    pub exclude_kinds: Vec<String>,
    /// Minutes between two of its spots.
    pub sep_same_campaign_min: u32,
    /// Minutes between one of its spots and one of the same theme.
    pub sep_same_theme_min: u32,
    /// Numbers that its spots may say; empty means that the source names none (R-HOT-03).
    pub hotlines: Vec<Hotline>,
    /// How the number is said, in words.
    pub hotline_rule: String,
    /// For whom.
    pub audiences: Vec<String>,
    /// The French script.
    pub script_fr: String,
    /// Figures copied from the source.
    pub source_figures: Vec<SourceFigure>,
    /// What its report shows.
    pub report: Vec<String>,
    /// Dates that belong to it, in words.
    pub events: Vec<String>,
    /// Factors on `per_day` by site.
    #[serde(with = "text::keys")]
    pub site_factor: BTreeMap<SiteId, f64>,
    /// Whether it speaks of an election.
    pub electoral: bool,
    /// Whether each site has its own tail with its own number.
    pub regional_tag: bool,
    /// Airings a day and site in all.
    pub target_per_day: u32,
    /// Whether it takes no side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub non_partisan: Option<bool>,
    /// What electoral silence does to it, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence_policy: Option<String>,
}

impl Campaign {
    /// Whether it is on the air at `site` on `day`.
    pub fn airs(&self, site: SiteId, day: Date) -> bool {
        self.start <= day && day <= self.end && self.sites.contains(&site)
    }
}

/// What children's programmes may carry of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChildPolicy {
    /// Any of its spots.
    Autorise,
    /// Only the versions made for children.
    VersionEnfantsOuRien,
    /// None.
    Interdit,
}

/// One version of a campaign's message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spot {
    /// Its name, also the identifier of its asset.
    pub id: String,
    /// Station language.
    #[serde(with = "text")]
    pub lang: Language,
    /// Exact variant.
    #[serde(with = "text")]
    pub variant: Language,
    /// Title for screens.
    pub title: String,
    /// Ordered length in seconds.
    pub duration_s: u32,
    /// Voice: `F`, `M`, `E` (child), `J` (young).
    pub voice: String,
    /// `pad` or `manquant`, as the client was told; the catalogue decides what airs.
    pub status: String,
    /// Whether it is a version for children.
    pub child_safe: bool,
    /// Loudness as delivered, in LUFS.
    pub loudness_lufs: f64,
}

/// A number or address that a spot may say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hotline {
    /// Where it is right: `national` or `site:GAO`.
    pub scope: String,
    /// Whose it is.
    pub label: String,
    /// Exactly as the source writes it.
    pub raw: String,
    /// As it is spoken.
    pub spoken: String,
    /// E.164 form; empty for short codes and addresses.
    pub e164: String,
    /// `telephone`, `numero-vert` or `courriel`.
    pub kind: String,
    /// Whether the call is free.
    pub toll_free: bool,
    /// Regions that it serves.
    pub serves_regions: Vec<String>,
}

impl Hotline {
    /// Whether it is a right number for listeners of `site`.
    pub fn serves(&self, site: SiteId) -> bool {
        self.scope == "national" || self.scope.strip_prefix("site:") == Some(site.as_str())
    }
}

/// A figure copied from the source documents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceFigure {
    /// What it counts.
    pub label: String,
    /// Its value, a number or words.
    pub value: toml::Value,
    /// `plus de`, `environ`…
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
}
