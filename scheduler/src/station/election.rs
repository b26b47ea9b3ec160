//! An election as the station file writes it: when its campaign runs, who stands, in which drawn order they speak.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::{StationError, StationFile, text};

/// An election and its official campaign (R-ELEC).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElectionSpec {
    /// Its name.
    pub id: String,
    /// Title for screens.
    pub title: String,
    /// First day of the official campaign.
    #[serde(with = "text")]
    pub campaign_from: Date,
    /// Its last day.
    #[serde(with = "text")]
    pub campaign_until: Date,
    /// The day of the vote.
    #[serde(with = "text")]
    pub vote: Date,
    /// When the polls close on that day.
    #[serde(with = "text")]
    pub polls_close: Time,
    /// Who stands, by the names that cards write.
    #[serde(default)]
    pub candidates: Vec<String>,
    /// The seed of the draw; `None` until it was drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draw_seed: Option<u64>,
    /// Where the minutes of the draw are kept, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub draw_minutes: String,
    /// Journalists who stand or are related to somebody who does, by the names that cards write (R-ELEC-05).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off_air: Vec<String>,
}

impl ElectionSpec {
    /// Most elections in a file: twenty years of them.
    pub const MAX: usize = 40;
    /// Most candidates, and most journalists off the air: the presidential election with most had 27.
    pub const NAMES_MAX: usize = 64;

    /// Whether the official campaign runs on a day.
    pub fn campaigns_on(&self, day: Date) -> bool {
        self.campaign_from <= day && day <= self.campaign_until
    }

    /// Whether partisans are silent at a moment of a day: from the eve of the vote until the polls close (R-ELEC-03).
    pub fn is_silent(&self, day: Date, time: Time) -> bool {
        day.tomorrow().is_ok_and(|next| next == self.vote) || (day == self.vote && time < self.polls_close)
    }

    /// Who speaks in which order on a day of the campaign: the drawn order, turned by one each day (R-ELEC-02). `None`
    /// before the draw and outside the campaign.
    pub fn order_on(&self, day: Date) -> Option<Vec<&str>> {
        let seed = self.draw_seed.filter(|_| self.campaigns_on(day))?;
        let drawn = |name: &&str| {
            let mut hasher = blake3::Hasher::new_derive_key("mikado 2026 draw of candidates");
            hasher.update(&seed.to_le_bytes()).update(name.as_bytes());
            *hasher.finalize().as_bytes()
        };
        let mut order: Vec<&str> = self.candidates.iter().map(String::as_str).collect();
        order.sort_by_key(drawn);
        let days = day.duration_since(self.campaign_from).as_hours() / 24;
        let turned = usize::try_from(days).unwrap_or(0) % order.len().max(1);
        order.rotate_left(turned);
        Some(order)
    }

    fn is_sound(&self) -> bool {
        let few = |names: &[String]| {
            names.len() <= Self::NAMES_MAX && names.iter().enumerate().all(|(n, name)| !names[..n].contains(name))
        };
        let ordered = self.campaign_from <= self.campaign_until && self.campaign_until < self.vote;
        ordered && few(&self.candidates) && few(&self.off_air)
    }
}

/// Refuses elections that make no sense.
pub(super) fn checked(file: &StationFile) -> Result<(), StationError> {
    let elections = &file.election;
    let twice = |n: usize, e: &ElectionSpec| elections[..n].iter().any(|other| other.id == e.id);
    let bad = elections.iter().enumerate().find(|(n, e)| *n >= ElectionSpec::MAX || twice(*n, e) || !e.is_sound());
    let Some((_, bad)) = bad else { return Ok(()) };
    Err(StationError::new(
        None,
        format!(
            "L'élection « {} »: la campagne finit avant le jour du scrutin, chaque nom n'y figure qu'une fois, {} noms au plus.",
            bad.id,
            ElectionSpec::NAMES_MAX
        ),
        format!(
            "The election “{}”: its campaign ends before the day of the vote, each name stands there once, at most {} names.",
            bad.id,
            ElectionSpec::NAMES_MAX
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawn_order_turns_by_one_each_day_and_comes_back_from_its_seed() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let names = ["Awa", "Boubacar", "Coumba", "Demba"];
        let election = ElectionSpec {
            id: "communales".to_owned(),
            title: "Communales".to_owned(),
            campaign_from: day("2026-11-09"),
            campaign_until: day("2026-11-27"),
            vote: day("2026-11-29"),
            polls_close: "18:00:00".parse().unwrap(),
            candidates: names.map(str::to_owned).to_vec(),
            draw_seed: Some(7),
            draw_minutes: "PV 3".to_owned(),
            off_air: Vec::new(),
        };
        let first = election.order_on(day("2026-11-09")).unwrap();
        let second = election.order_on(day("2026-11-10")).unwrap();
        let mut turned = first.clone();
        turned.rotate_left(1);
        assert_eq!(second, turned);
        assert_eq!(election.order_on(day("2026-11-13")).unwrap(), first, "four days on, four candidates");
        assert_eq!(election.order_on(day("2026-11-28")), None);
        let mut other = election.clone();
        other.candidates.reverse();
        assert_eq!(other.order_on(day("2026-11-09")).unwrap(), first, "the order of the file draws nothing");
        let silent = |d: &str, t: &str| election.is_silent(day(d), t.parse().unwrap());
        assert!(silent("2026-11-28", "00:00:00") && silent("2026-11-29", "17:59:59"));
        assert!(!silent("2026-11-27", "23:59:59") && !silent("2026-11-29", "18:00:00"));
    }
}
