//! As-run records as rows.

use domain::{AsRun, AudioHash, BootId, Frames, Outcome, Position, Rung, Seq};
use rusqlite::{CachedStatement, Row, params};

use super::{StoreError, read};

pub(super) const INSERT: &str = "INSERT INTO as_run (site, boot, seq, entry, asset, audio, from_frames, at_frames,
    length_frames, wall_ms, wall, rung, outcome) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
    ON CONFLICT DO NOTHING";

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT site, boot, seq, entry, asset, audio, from_frames, at_frames, length_frames, wall, rung, outcome
             FROM as_run ",
            $rest
        )
    };
}

pub(super) const BY_TIME: &str =
    select!("WHERE site = ?1 AND wall_ms >= ?2 AND wall_ms < ?3 ORDER BY wall_ms, boot, seq LIMIT ?4");
pub(super) const NEWEST: &str =
    select!("WHERE site = ?1 AND wall_ms IS NOT NULL ORDER BY wall_ms DESC, boot DESC, seq DESC LIMIT ?2");
pub(super) const UNTIL: &str =
    select!("WHERE site = ?1 AND wall_ms <= ?2 ORDER BY wall_ms DESC, boot DESC, seq DESC LIMIT ?3");
pub(super) const BY_BOOT: &str = select!("WHERE site = ?1 AND boot = ?2 ORDER BY seq LIMIT ?3");

pub(super) fn insert(statement: &mut CachedStatement<'_>, r: &AsRun) -> Result<usize, StoreError> {
    // SQLite has signed numbers; frames at 48 kHz reach their end in six million years.
    Ok(statement.execute(params![
        r.site.as_str(),
        r.boot.to_string(),
        r.seq.0 as i64,
        r.entry.as_ref().map(domain::EntryId::as_str),
        r.asset.as_ref().map(domain::AssetId::as_str),
        r.audio.map(|a| a.0.to_vec()),
        r.from.0 as i64,
        r.at.0 as i64,
        r.length.0 as i64,
        r.wall.map(jiff::Timestamp::as_millisecond),
        r.wall.map(|t| t.to_string()),
        r.rung.number(),
        outcome_word(r.outcome)
    ])?)
}

/// A row as `SQLite` gives it, before it is believed.
pub(super) struct Raw {
    site: String,
    boot: String,
    seq: i64,
    entry: Option<String>,
    asset: Option<String>,
    audio: Option<Vec<u8>>,
    frames: [i64; 3],
    wall: Option<String>,
    rung: u8,
    outcome: String,
}

pub(super) fn raw(r: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok(Raw {
        site: r.get(0)?,
        boot: r.get(1)?,
        seq: r.get(2)?,
        entry: r.get(3)?,
        asset: r.get(4)?,
        audio: r.get(5)?,
        frames: [r.get(6)?, r.get(7)?, r.get(8)?],
        wall: r.get(9)?,
        rung: r.get(10)?,
        outcome: r.get(11)?,
    })
}

impl Raw {
    pub(super) fn read(self) -> Result<AsRun, StoreError> {
        const WHAT: &str = "as-run record";
        let damaged = |text: &str| StoreError::Damaged { what: WHAT, text: text.chars().take(80).collect() };
        let [from, at, length] = self.frames.map(i64::unsigned_abs);
        let audio =
            self.audio.map(|bytes| bytes.try_into().map(AudioHash).map_err(|_| damaged("audio"))).transpose()?;
        Ok(AsRun {
            site: read(WHAT, &self.site)?,
            boot: u64::from_str_radix(&self.boot, 16).map(BootId).map_err(|_| damaged(&self.boot))?,
            seq: Seq(self.seq.unsigned_abs()),
            entry: self.entry.map(|e| read(WHAT, &e)).transpose()?,
            asset: self.asset.map(|a| read(WHAT, &a)).transpose()?,
            audio,
            from: Frames(from),
            at: Position(at),
            length: Frames(length),
            wall: self.wall.map(|w| read(WHAT, &w)).transpose()?,
            rung: Rung::from_number(self.rung).ok_or_else(|| damaged("rung"))?,
            outcome: outcome_of(&self.outcome).ok_or_else(|| damaged(&self.outcome))?,
        })
    }
}

const OUTCOMES: [(Outcome, &str); 5] = [
    (Outcome::Whole, "whole"),
    (Outcome::Joined, "joined"),
    (Outcome::Cut, "cut"),
    (Outcome::Damaged, "damaged"),
    (Outcome::Stopped, "stopped"),
];

fn outcome_word(outcome: Outcome) -> &'static str {
    OUTCOMES.iter().find(|(o, _)| *o == outcome).map_or("stopped", |(_, word)| word)
}

fn outcome_of(word: &str) -> Option<Outcome> {
    OUTCOMES.iter().find(|(_, w)| *w == word).map(|(o, _)| *o)
}
