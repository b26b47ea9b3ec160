//! Airings that were lost: kept until a plan has had room for them, or until they are too old.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::params;

use super::{Store, StoreError, changed, read};
use crate::owed::Owed;

/// A lost airing and the day whose plan makes it good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debt {
    /// The airing.
    pub owed: Owed,
    /// The day whose newest plan has room for it; `None` while none has.
    pub placed_on: Option<Date>,
}

impl Debt {
    /// Whether a plan of `day` is to hold it: no plan of an earlier day did.
    pub fn is_open_on(&self, day: Date) -> bool {
        self.placed_on.is_none_or(|placed| placed >= day)
    }
}

impl Store {
    /// Most debts read at once: a site without power for two days loses some 200.
    pub const MAX_DEBTS: u32 = 20_000;

    /// Takes down lost airings and returns how many were new; known ones change nothing. Those that are too old to be
    /// made good at `now` are forgotten.
    pub fn note_owed(&self, lost: &[Owed], now: Timestamp) -> Result<usize, StoreError> {
        let mut db = self.db();
        let tx = db.transaction()?;
        let mut new = 0;
        {
            let mut keep = tx.prepare_cached("INSERT OR IGNORE INTO owed VALUES (?1, ?2, ?3, NULL)")?;
            for o in lost {
                new += keep.execute(params![o.site.as_str(), o.campaign, o.missed.as_millisecond()])?;
            }
        }
        if new > 0 {
            let oldest = now.checked_sub(Owed::WITHIN * 2).unwrap_or(Timestamp::MIN);
            tx.execute("DELETE FROM owed WHERE missed_ms < ?1", params![oldest.as_millisecond()])?;
            changed(&tx)?;
        }
        tx.commit()?;
        Ok(new)
    }

    /// Lost airings from a time on, oldest first, at most [`Self::MAX_DEBTS`].
    pub fn debts(&self, from: Timestamp) -> Result<Vec<Debt>, StoreError> {
        let db = self.db();
        let mut query = db.prepare_cached(
            "SELECT site, campaign, missed_ms, placed_on FROM owed WHERE missed_ms >= ?1
             ORDER BY missed_ms, site, campaign LIMIT ?2",
        )?;
        let rows = query.query_map(params![from.as_millisecond(), Self::MAX_DEBTS], |r| {
            Ok((r.get::<_, String>(0)?, r.get(1)?, r.get(2)?, r.get::<_, Option<String>>(3)?))
        })?;
        rows.map(|row| {
            let (site, campaign, missed, placed_on) = row?;
            let missed = Timestamp::from_millisecond(missed)
                .map_err(|_| StoreError::Damaged { what: "owed airing", text: missed.to_string() })?;
            let placed_on = placed_on.map(|day| read("owed airing", &day)).transpose()?;
            Ok(Debt { owed: Owed { site: read("owed airing", &site)?, campaign, missed }, placed_on })
        })
        .collect()
    }

    /// Says which day's plan makes lost airings good. Plans do not depend on it before the next day begins.
    pub fn note_placed(&self, debts: &[Debt]) -> Result<(), StoreError> {
        let mut db = self.db();
        let tx = db.transaction()?;
        {
            let mut set = tx.prepare_cached(
                "UPDATE owed SET placed_on = ?4 WHERE site = ?1 AND campaign = ?2 AND missed_ms = ?3",
            )?;
            for Debt { owed: o, placed_on } in debts {
                let day = placed_on.map(|d| d.to_string());
                set.execute(params![o.site.as_str(), o.campaign, o.missed.as_millisecond(), day])?;
            }
        }
        tx.commit()?;
        Ok(())
    }

    /// When a site was first heard of; `None` before its first as-run record with a time.
    pub fn first_heard(&self, site: domain::SiteId) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT min(wall_ms) FROM as_run WHERE site = ?1";
        let first: Option<i64> = self.db().query_row(sql, params![site.as_str()], |r| r.get(0))?;
        Ok(first.and_then(|ms| Timestamp::from_millisecond(ms).ok()))
    }
}
