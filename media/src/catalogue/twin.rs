//! Sounds that the library already has under another name.

use domain::{AssetId, AudioHash, Finding, Frames, Severity};
use rusqlite::params;

use super::store::Catalogue;
use crate::report::Report;
use crate::{Result, fingerprint};

/// A card that holds the same recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twin {
    /// The card.
    pub id: AssetId,
    /// Its title.
    pub title: String,
}

impl Twin {
    /// What is said to whoever brings the copy in.
    pub fn finding(&self) -> Finding {
        Finding {
            code: "asset.twin".to_owned(),
            severity: Severity::Warning,
            at_s: None,
            fr: format!("Ce son est déjà en médiathèque : « {} » ({}). Est-ce le même ?", self.title, self.id),
            en: format!("This sound is already in the library as “{}” ({}). Is it the same?", self.title, self.id),
        }
    }
}

/// More copies of one sound than this help nobody.
const TWINS_MAX: usize = 3;

impl Catalogue {
    /// Other cards that hold these bytes, or a recording that sounds the same: at most three, the newest first. What is in
    /// the trash does not count.
    pub fn twins(&self, asset: &AssetId, report: &Report, hash: &AudioHash) -> Result<Vec<Twin>> {
        let lengths = fingerprint::lengths(report.length);
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT card.id, card.title, version.hash, version.fingerprint, version.length_frames
                 FROM version JOIN card ON card.id = version.asset
                 WHERE version.length_frames BETWEEN ?1 AND ?2 AND card.id <> ?3 AND card.trashed_at IS NULL
                 ORDER BY version.number DESC",
            )?;
            let (least, most) = (*lengths.start() as i64, *lengths.end() as i64);
            let mut rows = statement.query(params![least, most, asset.as_str()])?;
            let mut twins = Vec::<Twin>::new();
            while let Some(row) = rows.next()? {
                let words =
                    fingerprint::from_bytes(row.get_ref(3)?.as_blob_or_null().unwrap_or_default().unwrap_or_default());
                let length = Frames(row.get::<_, i64>(4)?.unsigned_abs());
                let sounds_same = fingerprint::same((&report.fingerprint, report.length), (&words, length));
                let is_same = row.get::<_, String>(2)? == hash.to_string() || sounds_same;
                // A card whose name cannot be read is told by `check`.
                let Ok(id) = row.get::<_, String>(0)?.parse::<AssetId>() else { continue };
                if is_same && twins.iter().all(|t| t.id != id) {
                    twins.push(Twin { id, title: row.get(1)? });
                }
                if twins.len() == TWINS_MAX {
                    break;
                }
            }
            Ok(twins)
        })
    }
}
