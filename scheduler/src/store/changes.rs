//! What was decided beside the grid, kept with who decided it and why.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use rusqlite::{Connection, Transaction, params};

use super::{Store, StoreError, changed, read};
use crate::changes::{BadOverride, Changes, FeastConfirmed, Override, OverrideSpec, SeasonSwitched};

/// A displaced programme moves to another day of the same week: overrides of so many days before still matter.
const WEEK_DAYS: i64 = 6;

/// Who decided, why and when.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// The person.
    pub author: &'a str,
    /// In their words.
    pub reason: &'a str,
    /// When.
    pub at: Timestamp,
}

pub(super) const DROP_OVERRIDE: &str = "DELETE FROM override WHERE id = ?1 AND date = ?2";
pub(super) const DROP_SEASON: &str = "DELETE FROM season WHERE season = ?1 AND first = ?2";

impl Store {
    /// Puts a live event or another one-off change in force, in place of the one of its name and date.
    pub fn save_override(&self, spec: &OverrideSpec, by: By<'_>) -> Result<(), StoreError> {
        let mut db = self.db();
        let tx = db.transaction()?;
        put_override(&tx, spec, by)?;
        changed(&tx)?;
        tx.commit()?;
        Ok(())
    }

    /// Takes a change back; false when there was none.
    pub fn remove_override(&self, id: &str, date: Date) -> Result<bool, StoreError> {
        self.remove(DROP_OVERRIDE, id, date)
    }

    /// Says when a feast of the moon is: on its predicted day, or a day before or after (R-PRAY-05).
    pub fn confirm_feast(&self, feast: &FeastConfirmed, by: By<'_>) -> Result<(), StoreError> {
        let mut db = self.db();
        let tx = db.transaction()?;
        put_feast(&tx, feast, by)?;
        changed(&tx)?;
        tx.commit()?;
        Ok(())
    }

    /// Switches a season on for some days, in one action.
    pub fn switch_season(&self, season: &SeasonSwitched, by: By<'_>) -> Result<(), StoreError> {
        let mut db = self.db();
        let tx = db.transaction()?;
        put_season(&tx, season, by)?;
        changed(&tx)?;
        tx.commit()?;
        Ok(())
    }

    /// Switches a season off again; false when it was not on.
    pub fn unswitch_season(&self, season: &str, from: Date) -> Result<bool, StoreError> {
        self.remove(DROP_SEASON, season, from)
    }

    fn remove(&self, sql: &str, id: &str, date: Date) -> Result<bool, StoreError> {
        let mut db = self.db();
        let tx = db.transaction()?;
        let gone = tx.execute(sql, params![id, date.to_string()])? > 0;
        if gone {
            changed(&tx)?;
        }
        tx.commit()?;
        Ok(gone)
    }

    /// Everything decided that matters for the days `from` to `to`, both included.
    pub fn changes(&self, from: Date, to: Date) -> Result<Changes, StoreError> {
        changes_in(&self.db(), from, to)
    }
}

/// What a database says was decided for some days.
pub(super) fn changes_in(db: &Connection, from: Date, to: Date) -> Result<Changes, StoreError> {
    let early = from.checked_sub(Span::new().days(WEEK_DAYS)).unwrap_or(from).to_string();
    let (first, last) = (from.to_string(), to.to_string());
    let mut query = db.prepare_cached(
        "SELECT spec FROM override WHERE date <= ?2 AND (recurs OR date >= ?1) ORDER BY date, id LIMIT ?3",
    )?;
    let texts = query.query_map(params![early, last, Changes::MAX_OVERRIDES as i64], |r| r.get::<_, String>(0))?;
    let damaged = |text: &str| StoreError::Damaged { what: "live event", text: text.chars().take(80).collect() };
    let overrides = texts.map(|text| {
        let text = text?;
        let spec = toml::from_str::<OverrideSpec>(&text).map_err(|_| damaged(&text))?;
        Ok(Override::new(spec, None)?)
    });
    let overrides = overrides.collect::<Result<_, StoreError>>()?;
    let mut query = db.prepare_cached("SELECT event, predicted, moved_days FROM feast ORDER BY event, predicted")?;
    let rows = query.query_map([], |r| Ok((r.get(0)?, r.get::<_, String>(1)?, r.get(2)?)))?;
    let feasts = rows.map(|row| {
        let (event, predicted, moved_days) = row?;
        Ok(FeastConfirmed { event, predicted: read("feast", &predicted)?, moved_days })
    });
    let feasts = feasts.collect::<Result<_, StoreError>>()?;
    let mut query = db.prepare_cached(
        "SELECT season, first, last FROM season WHERE first <= ?2 AND last >= ?1 ORDER BY season, first",
    )?;
    let rows = query.query_map([first, last], |r| Ok((r.get(0)?, r.get::<_, String>(1)?, r.get::<_, String>(2)?)))?;
    let seasons = rows.map(|row| {
        let (season, from, until) = row?;
        Ok(SeasonSwitched { season, from: read("season", &from)?, until: read("season", &until)? })
    });
    Ok(Changes { overrides, feasts, seasons: seasons.collect::<Result<_, StoreError>>()? })
}

pub(super) fn put_override(tx: &Transaction<'_>, spec: &OverrideSpec, by: By<'_>) -> Result<(), StoreError> {
    let checked = Override::new(spec.clone(), None)?;
    let text = toml::to_string(spec).map_err(|e| BadOverride {
        fr: format!("Ce direct ne s'écrit pas: {e}."),
        en: format!("This live event cannot be written: {e}."),
    })?;
    let (id, date) = (checked.id().as_str(), checked.date().to_string());
    tx.execute(
        "INSERT INTO override (id, date, recurs, spec, author, reason, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (id, date) DO UPDATE SET recurs = excluded.recurs, spec = excluded.spec,
         author = excluded.author, reason = excluded.reason, at = excluded.at",
        params![id, date, spec.rrule.is_some(), text, by.author, by.reason, by.at.to_string()],
    )?;
    Ok(())
}

pub(super) fn put_feast(tx: &Transaction<'_>, feast: &FeastConfirmed, by: By<'_>) -> Result<(), StoreError> {
    let FeastConfirmed { event, predicted, moved_days } = feast;
    if !(-1..=1).contains(moved_days) {
        let fr = "Une fête lunaire ne bouge que d'un jour.".to_owned();
        return Err(BadOverride { fr, en: "A feast of the moon moves by one day at most.".to_owned() }.into());
    }
    tx.execute(
        "INSERT INTO feast (event, predicted, moved_days, author, at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (event, predicted) DO UPDATE SET moved_days = excluded.moved_days,
         author = excluded.author, at = excluded.at",
        params![event, predicted.to_string(), moved_days, by.author, by.at.to_string()],
    )?;
    Ok(())
}

pub(super) fn put_season(tx: &Transaction<'_>, season: &SeasonSwitched, by: By<'_>) -> Result<(), StoreError> {
    let SeasonSwitched { season, from, until } = season;
    tx.execute(
        "INSERT INTO season (season, first, last, author, reason, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (season, first) DO UPDATE SET last = excluded.last, author = excluded.author,
         reason = excluded.reason, at = excluded.at",
        params![season, from.to_string(), until.to_string(), by.author, by.reason, by.at.to_string()],
    )?;
    Ok(())
}
