//! Who was heard speaking, for how long: the as-run times the cards.
//!
//! What sounded comes from the as-run alone, who speaks in it from the card. A sound of which only a part was heard counts in
//! that part. Where a card says nothing, nothing is guessed: the share of what is known stands beside every figure.

use std::collections::BTreeSet;

use domain::{AsRun, AssetId};
use jiff::Timestamp;

use crate::sheets::{Sheet, Sheets, Speech};
use crate::station::Station;

/// One stretch that sounded, with the card of what it was.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'a> {
    /// The sound.
    pub asset: &'a AssetId,
    /// Its card.
    pub sheet: &'a Sheet,
    /// When its first frame was heard.
    pub at: Timestamp,
    /// How much of the sound it is, 0 to 1.
    pub share: f64,
    /// The record.
    pub record: &'a AsRun,
}

impl Stretch<'_> {
    /// What was spoken in it.
    pub fn speech(&self, station: &Station) -> Speech {
        self.sheet.speech(station).part(self.share)
    }

    /// Seconds that a person spoke in it.
    pub fn spoken_by(&self, name: &str) -> Option<f64> {
        self.sheet.spoken_by(name).map(|s| s * self.share)
    }
}

/// The stretches of speech among `records`, in their order. A record given twice counts once; one without a trusted time
/// belongs to no day and is left out.
pub fn stretches<'a>(records: &'a [AsRun], sheets: &'a Sheets) -> Vec<Stretch<'a>> {
    let mut seen = BTreeSet::new();
    let stretch = |record: &'a AsRun| {
        let (asset, at) = (record.asset.as_ref()?, record.wall?);
        let sheet = sheets.get(asset).filter(|s| s.speaks())?;
        let whole = sheet.length.as_secs_f64();
        let share = if whole > 0.0 { (record.length.as_secs_f64() / whole).min(1.0) } else { 0.0 };
        Some(Stretch { asset, sheet, at, share, record })
    };
    records.iter().filter(|r| seen.insert((r.site, r.boot, r.seq))).filter_map(stretch).collect()
}

/// What was spoken in stretches.
pub fn spoken<'a>(station: &Station, stretches: impl IntoIterator<Item = &'a Stretch<'a>>) -> Speech {
    let mut sum = Speech::default();
    for stretch in stretches {
        sum.add(&stretch.speech(station));
    }
    sum
}
