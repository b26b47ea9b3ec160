//! The trash: what was deleted, by whom, and for how long it can come back.

use domain::{AssetId, AudioHash};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Transaction, params};

use super::change::unnamed;
use super::history::versions_in;
use super::search::{self, Place};
use super::store::{Catalogue, Doing, run, step};
use crate::Result;

/// How long a deleted sound can be taken back.
pub const TRASH_DAYS: i64 = 30;

impl Catalogue {
    /// Deletes the card as people mean it: nobody finds it and nothing airs it, and for [`TRASH_DAYS`] it can come back.
    pub fn throw_away(&self, asset: &AssetId, who: &str, now: Timestamp, why: &str) -> Result<()> {
        self.change(asset, Place::Same, |tx| {
            let card = self.known(tx, asset)?;
            if card.trashed.is_some() {
                return Ok(());
            }
            run(
                tx,
                "UPDATE card SET trashed_at = ?2, trashed_by = ?3, trashed_why = ?4 WHERE id = ?1",
                params![asset.as_str(), now.to_string(), who, why],
            )?;
            step(tx, (asset, &card.asset.hash), "trash", Doing { who, now }, why)
        })
    }

    /// Takes the card out of the trash, as it was: what was approved is approved.
    pub fn restore(&self, asset: &AssetId, who: &str, now: Timestamp) -> Result<()> {
        self.change(asset, Place::Same, |tx| {
            let card = self.known(tx, asset)?;
            if card.trashed.is_none() {
                return Ok(());
            }
            let none = "UPDATE card SET trashed_at = NULL, trashed_by = NULL, trashed_why = NULL WHERE id = ?";
            run(tx, none, [asset.as_str()])?;
            step(tx, (asset, &card.asset.hash), "restore", Doing { who, now }, "")
        })
    }

    /// Ends the cards that have been in the trash for [`TRASH_DAYS`]; their history stays. The answer is the hashes to
    /// remove from the shelf, which no card names any more. A clock that runs behind ends nothing.
    pub fn empty_trash(&self, now: Timestamp) -> Result<Vec<AudioHash>> {
        let Ok(before) = now.checked_sub(SignedDuration::from_hours(TRASH_DAYS * 24)) else { return Ok(Vec::new()) };
        let over: Vec<AssetId> = self
            .trash()?
            .into_iter()
            .filter(|card| card.trashed.as_ref().is_some_and(|gone| gone.at <= before))
            .map(|card| card.asset.id)
            .collect();
        if over.is_empty() {
            return Ok(Vec::new());
        }
        self.write(|tx| {
            let mut free = Vec::new();
            for asset in &over {
                free.extend(self.end(tx, asset, now)?);
            }
            unnamed(tx, free)
        })
    }

    fn end(&self, tx: &Transaction, asset: &AssetId, now: Timestamp) -> Result<Vec<AudioHash>> {
        let card = self.known(tx, asset)?;
        let held = versions_in(tx, asset)?.into_iter().filter(|v| v.bytes_gone.is_none());
        let held = held.map(|v| v.hash).collect();
        run(tx, "DELETE FROM card WHERE id = ?", [asset.as_str()])?;
        search::forget(tx, asset)?;
        step(tx, (asset, &card.asset.hash), "end", Doing { who: "", now }, "")?;
        Ok(held)
    }
}
