//! Proposals that wait, and publications: who put what in force, why, and what was in force then.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{OptionalExtension as _, Transaction, params, params_from_iter};
use serde::{Deserialize, Serialize};

use super::changes::{By, DROP_OVERRIDE, DROP_SEASON, changes_in, put_feast, put_override, put_season};
use super::{Store, StoreError, changed, read, unsigned};
use crate::changes::{BadOverride, Changes, FeastConfirmed, SeasonSwitched};
use crate::proposal::Proposal;

/// A proposal that waits, with who made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposed {
    /// What it changes.
    pub key: String,
    /// The change.
    pub act: Proposal,
    /// Who proposes it.
    pub author: String,
    /// Why, in their words.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

/// One act of publishing. Its state is kept whole, so that it can come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Its number, from 1.
    pub number: u64,
    /// The station revision that it put in force.
    pub station: u64,
    /// What it changed, one sentence a line, in French and English.
    pub said: Vec<(String, String)>,
    /// Warnings that were taken, by code, with the reason given for each.
    pub accepted: BTreeMap<String, String>,
    /// The publication whose state it put back, when that is what it did.
    pub restores: Option<u64>,
    /// Who published.
    pub author: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// Everything beside the station file, as a publication keeps it.
#[derive(Default, Serialize, Deserialize)]
struct State {
    #[serde(default)]
    over: Vec<[String; 7]>,
    #[serde(default)]
    feast: Vec<[String; 5]>,
    #[serde(default)]
    season: Vec<[String; 6]>,
}

#[derive(Default, Serialize, Deserialize)]
struct Words {
    #[serde(default)]
    said: Vec<(String, String)>,
}

impl Store {
    /// Most publications listed.
    pub const MAX_PUBLICATIONS: u32 = 200;

    /// Lays a change beside what is in force; nothing that is heard changes. One of the same key gives way.
    pub fn propose(&self, proposal: &Proposal, by: By<'_>) -> Result<(), StoreError> {
        let mut db = self.db();
        let tx = db.transaction()?;
        let waiting: i64 = tx.query_row("SELECT count(*) FROM proposal", [], |r| r.get(0))?;
        if waiting >= Proposal::MAX as i64 {
            let most = Proposal::MAX;
            let fr = format!("{most} modifications attendent déjà: publiez-les ou retirez-en.");
            let en = format!("{most} changes wait already: publish them or withdraw some.");
            return Err(BadOverride { fr, en }.into());
        }
        tx.execute(
            "INSERT INTO proposal (key, act, author, reason, at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (key) DO UPDATE SET act = excluded.act, author = excluded.author, reason = excluded.reason,
             at = excluded.at",
            params![proposal.key(), written(proposal)?, by.author, by.reason, by.at.to_string()],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// Takes a proposal away; false when there was none.
    pub fn withdraw(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.db().execute("DELETE FROM proposal WHERE key = ?1", [key])? > 0)
    }

    /// Everything that waits to be published, in the order of its making.
    pub fn proposals(&self) -> Result<Vec<Proposed>, StoreError> {
        let db = self.db();
        let mut query =
            db.prepare_cached("SELECT key, act, author, reason, at FROM proposal ORDER BY at, key LIMIT ?1")?;
        let rows = query.query_map([Proposal::MAX as i64], |r| {
            Ok::<[String; 5], _>([r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?])
        })?;
        rows.map(|row| {
            let [key, act, author, reason, at] = row?;
            let damaged = |_| StoreError::Damaged { what: "proposal", text: key.clone() };
            Ok(Proposed {
                act: toml::from_str(&act).map_err(damaged)?,
                at: read("proposal", &at)?,
                key,
                author,
                reason,
            })
        })
        .collect()
    }

    /// Puts changes in force in one transaction, and says under which number. What waits under their keys is gone.
    /// Whether they may be is for the gate to say before: see [`Review`](crate::Review).
    pub fn publish(
        &self,
        acts: &[Proposal],
        accepted: &BTreeMap<String, String>,
        by: By<'_>,
    ) -> Result<u64, StoreError> {
        let mut db = self.db();
        let tx = db.transaction()?;
        baseline(&tx, by.at)?;
        for act in acts {
            put(&tx, act, by)?;
            tx.execute("DELETE FROM proposal WHERE key = ?1", [act.key()])?;
        }
        let said: Vec<_> = acts.iter().map(Proposal::said).collect();
        let number = record(&tx, &said, by)?;
        let accepted = toml::to_string(accepted).map_err(|_| unwritten())?;
        tx.execute("UPDATE publication SET accepted = ?2 WHERE number = ?1", params![number as i64, accepted])?;
        changed(&tx)?;
        tx.commit()?;
        Ok(number)
    }

    /// What a publication put in force: the station file, and what was decided for the days `from` to `to`.
    pub fn published(&self, number: u64, (from, to): (Date, Date)) -> Result<(String, Changes), StoreError> {
        let mut db = self.db();
        // Nothing of it stays: the state is laid into the tables, read as it would be read, and rolled back.
        let tx = db.transaction()?;
        let found = tx
            .query_row(
                "SELECT toml, state FROM publication p JOIN station s ON s.number = p.station WHERE p.number = ?1",
                [number as i64],
                |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)),
            )
            .optional()?;
        let (toml, state) = found.ok_or(StoreError::NoPublication(number))?;
        let damaged = |_| StoreError::Damaged { what: "publication", text: number.to_string() };
        put_back(&tx, &toml::from_str::<State>(&state).map_err(damaged)?)?;
        let changes = changes_in(&tx, from, to)?;
        tx.rollback()?;
        Ok((toml, changes))
    }

    /// Puts back what a publication had put in force, as a new publication. What waits stays.
    pub fn restore(&self, number: u64, by: By<'_>) -> Result<u64, StoreError> {
        let mut db = self.db();
        let tx = db.transaction()?;
        let found = tx
            .query_row("SELECT station, state FROM publication WHERE number = ?1", [number as i64], |r| {
                Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?))
            })
            .optional()?;
        let (station, state) = found.ok_or(StoreError::NoPublication(number))?;
        let damaged = |_| StoreError::Damaged { what: "publication", text: number.to_string() };
        let state: State = toml::from_str(&state).map_err(damaged)?;
        put_back(&tx, &state)?;
        let in_force: i64 = tx.query_row("SELECT max(number) FROM station", [], |r| r.get(0))?;
        let same =
            "SELECT count(*) FROM station a JOIN station b ON a.toml = b.toml WHERE a.number = ?1 AND b.number = ?2";
        if tx.query_row(same, [in_force, station], |r| r.get::<_, i64>(0))? == 0 {
            tx.execute(
                "INSERT INTO station (toml, author, reason, at) SELECT toml, ?2, ?3, ?4 FROM station WHERE number = ?1",
                params![station, by.author, by.reason, by.at.to_string()],
            )?;
        }
        let said = vec![(
            format!("La publication n° {number} est de nouveau en vigueur."),
            format!("Publication no. {number} is in force again."),
        )];
        let new = record(&tx, &said, by)?;
        tx.execute("UPDATE publication SET undoes = ?2 WHERE number = ?1", params![new as i64, number as i64])?;
        changed(&tx)?;
        tx.commit()?;
        Ok(new)
    }

    /// The newest publications, newest first.
    pub fn publications(&self, most: u32) -> Result<Vec<Publication>, StoreError> {
        self.publications_to(u64::MAX, most)
    }

    /// One publication; `None` when there is none of that number.
    pub fn publication(&self, number: u64) -> Result<Option<Publication>, StoreError> {
        Ok(self.publications_to(number, 1)?.pop().filter(|p| p.number == number))
    }

    fn publications_to(&self, last: u64, most: u32) -> Result<Vec<Publication>, StoreError> {
        let db = self.db();
        let mut query = db.prepare_cached(
            "SELECT number, station, said, accepted, undoes, author, reason, at FROM publication
             WHERE number <= ?2 ORDER BY number DESC LIMIT ?1",
        )?;
        let last = i64::try_from(last).unwrap_or(i64::MAX);
        let rows = query.query_map(params![most.min(Self::MAX_PUBLICATIONS), last], |r| {
            let texts: [String; 5] = [r.get(2)?, r.get(3)?, r.get(5)?, r.get(6)?, r.get(7)?];
            Ok((unsigned(r, 0)?, unsigned(r, 1)?, r.get::<_, Option<i64>>(4)?, texts))
        })?;
        rows.map(|row| {
            let (number, station, restores, [said, accepted, author, reason, at]) = row?;
            let damaged = |_| StoreError::Damaged { what: "publication", text: number.to_string() };
            let words: Words = toml::from_str(&said).map_err(damaged)?;
            Ok(Publication {
                number,
                station,
                said: words.said,
                accepted: toml::from_str(&accepted).map_err(damaged)?,
                restores: restores.map(i64::unsigned_abs),
                author,
                reason,
                at: read("publication", &at)?,
            })
        })
        .collect()
    }
}

pub(super) fn put_station(tx: &Transaction<'_>, toml: &str, by: By<'_>) -> Result<u64, StoreError> {
    tx.execute(
        "INSERT INTO station (toml, author, reason, at) VALUES (?1, ?2, ?3, ?4)",
        params![toml, by.author, by.reason, by.at.to_string()],
    )?;
    Ok(tx.last_insert_rowid().unsigned_abs())
}

fn put(tx: &Transaction<'_>, act: &Proposal, by: By<'_>) -> Result<(), StoreError> {
    match act {
        Proposal::Grid { toml } => {
            crate::station::Station::parse(toml)?;
            put_station(tx, toml, by).map(drop)
        }
        Proposal::Live { spec } => put_override(tx, spec, by),
        Proposal::LiveOff { id, date } => Ok(tx.execute(DROP_OVERRIDE, params![id, date.to_string()]).map(drop)?),
        Proposal::Feast { event, predicted, moved_days } => {
            let feast = FeastConfirmed { event: event.clone(), predicted: *predicted, moved_days: *moved_days };
            put_feast(tx, &feast, by)
        }
        Proposal::Season { season, from, until } => {
            put_season(tx, &SeasonSwitched { season: season.clone(), from: *from, until: *until }, by)
        }
        Proposal::SeasonOff { season, from } => {
            Ok(tx.execute(DROP_SEASON, params![season, from.to_string()]).map(drop)?)
        }
    }
}

/// What was in force before the first publication can come back like all others.
fn baseline(tx: &Transaction<'_>, at: Timestamp) -> Result<(), StoreError> {
    let some: i64 = tx.query_row("SELECT count(*) FROM publication", [], |r| r.get(0))?;
    if some == 0 {
        record(tx, &[], By { author: "hq", reason: "", at })?;
    }
    Ok(())
}

/// Keeps what is in force now as a publication.
pub(super) fn record(tx: &Transaction<'_>, said: &[(String, String)], by: By<'_>) -> Result<u64, StoreError> {
    let station: i64 = tx.query_row("SELECT coalesce(max(number), 0) FROM station", [], |r| r.get(0))?;
    let state = toml::to_string(&state(tx)?).map_err(|_| unwritten())?;
    let said = toml::to_string(&Words { said: said.to_vec() }).map_err(|_| unwritten())?;
    tx.execute(
        "INSERT INTO publication (station, state, said, accepted, author, reason, at) VALUES (?1, ?2, ?3, '', ?4, ?5, ?6)",
        params![station, state, said, by.author, by.reason, by.at.to_string()],
    )?;
    Ok(tx.last_insert_rowid().unsigned_abs())
}

const OVERRIDES: &str = "SELECT id, date, recurs || '', spec, author, reason, at FROM override ORDER BY date, id";
const FEASTS: &str = "SELECT event, predicted, moved_days || '', author, at FROM feast ORDER BY predicted, event";
const SEASONS: &str = "SELECT season, first, last, author, reason, at FROM season ORDER BY first, season";

fn state(tx: &Transaction<'_>) -> Result<State, StoreError> {
    Ok(State { over: all(tx, OVERRIDES)?, feast: all(tx, FEASTS)?, season: all(tx, SEASONS)? })
}

/// The texts of a whole table.
fn all<const N: usize>(tx: &Transaction<'_>, sql: &str) -> Result<Vec<[String; N]>, StoreError> {
    let mut query = tx.prepare_cached(sql)?;
    let rows = query.query_map([], |r| {
        let mut texts = std::array::from_fn(|_| String::new());
        for (n, text) in texts.iter_mut().enumerate() {
            *text = r.get(n)?;
        }
        Ok(texts)
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn put_back(tx: &Transaction<'_>, state: &State) -> Result<(), StoreError> {
    tx.execute_batch("DELETE FROM override; DELETE FROM feast; DELETE FROM season;")?;
    let mut over = tx.prepare_cached("INSERT INTO override VALUES (?1, ?2, CAST(?3 AS INTEGER), ?4, ?5, ?6, ?7)")?;
    for row in &state.over {
        over.execute(params_from_iter(row))?;
    }
    let mut feast = tx.prepare_cached("INSERT INTO feast VALUES (?1, ?2, CAST(?3 AS INTEGER), ?4, ?5)")?;
    for row in &state.feast {
        feast.execute(params_from_iter(row))?;
    }
    let mut season = tx.prepare_cached("INSERT INTO season VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for row in &state.season {
        season.execute(params_from_iter(row))?;
    }
    Ok(())
}

fn written(proposal: &Proposal) -> Result<String, StoreError> {
    toml::to_string(proposal).map_err(|e| {
        let fr = format!("Cette modification ne s'écrit pas: {e}.");
        BadOverride { fr, en: format!("This change cannot be written: {e}.") }.into()
    })
}

fn unwritten() -> StoreError {
    StoreError::Damaged { what: "publication", text: "it cannot be written".to_owned() }
}
