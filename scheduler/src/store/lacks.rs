//! Since when a slot has been known to have no sound.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::{Store, StoreError, read};
use crate::readiness::{Lack, Missing};

impl Store {
    /// Says of each missing sound since when it has been known, and forgets what is no longer missing. The whole list of
    /// all sites is given at once.
    pub fn note_missing(&self, missing: Vec<Missing>, now: Timestamp) -> Result<Vec<Lack>, StoreError> {
        let mut db = self.db();
        let tx = db.transaction()?;
        let mut lacks = Vec::with_capacity(missing.len());
        {
            let mut find =
                tx.prepare_cached("SELECT since FROM lack WHERE site = ?1 AND at = ?2 AND programme = ?3")?;
            for missing in missing {
                let key = params![missing.site.as_str(), missing.at.to_string(), missing.programme.as_str()];
                let since: Option<String> = find.query_row(key, |r| r.get(0)).optional()?;
                let since = since.map(|text| read("lack", &text)).transpose()?.unwrap_or(now);
                lacks.push(Lack { missing, since });
            }
            tx.execute("DELETE FROM lack", [])?;
            let mut keep = tx.prepare_cached("INSERT OR IGNORE INTO lack VALUES (?1, ?2, ?3, ?4)")?;
            for Lack { missing: m, since } in &lacks {
                keep.execute(params![m.site.as_str(), m.at.to_string(), m.programme.as_str(), since.to_string()])?;
            }
        }
        tx.commit()?;
        Ok(lacks)
    }
}
