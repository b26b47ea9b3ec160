//! A journal line: JSON and its place in the chain.

use domain::{AsRun, BootId, ChainHash, Frames, Outcome, Position, Rung, Seq, SiteId};
use serde::{Deserialize, Serialize};

use super::read::Record;
use crate::chained::{self, Link};

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum WireRecord {
    Boot { site: String, boot: String, version: String },
    AsRun(Box<WireAsRun>),
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireAsRun {
    site: String,
    boot: String,
    seq: u64,
    entry: Option<String>,
    asset: Option<String>,
    audio: Option<String>,
    from_frames: u64,
    at_frames: u64,
    length_frames: u64,
    wall: Option<String>,
    rung: u8,
    outcome: WireOutcome,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WireOutcome {
    Whole,
    Joined,
    Cut,
    Damaged,
    Stopped,
}

/// A line that was read: what it says, what it follows, what follows it.
pub(super) type Line = Link<Record>;

/// The line (with its end) for a record after `prev`, and its own hash.
pub(super) fn to_line(record: &Record, prev: ChainHash) -> (String, ChainHash) {
    let wire = match record {
        Record::Boot { site, boot } => {
            let version = env!("CARGO_PKG_VERSION").to_owned();
            WireRecord::Boot { site: site.to_string(), boot: boot.to_string(), version }
        }
        Record::AsRun(r) => WireRecord::AsRun(Box::new(WireAsRun::from(r))),
    };
    // A struct of strings and numbers always has a JSON text; an empty one would fail its own check on reading.
    let json = serde_json::to_string(&wire).unwrap_or_default();
    chained::to_line(&json, prev)
}

/// Reads a line without its end; the error says what is wrong with it.
pub(super) fn from_line(line: &[u8]) -> Result<Line, String> {
    let Link { record: wire, prev, hash } = chained::from_line(line)?;
    Ok(Line { record: record(wire)?, prev, hash })
}

/// The content of the `sounding` file: records and a checksum.
pub(super) fn to_sounding(records: &[AsRun]) -> String {
    let wires: Vec<_> = records.iter().map(WireAsRun::from).collect();
    let json = serde_json::to_string(&wires).unwrap_or_default();
    format!("{}\n{json}\n", blake3::hash(json.as_bytes()).to_hex())
}

/// The records of a `sounding` file, or `None` when it is not whole.
pub(super) fn from_sounding(text: &str) -> Option<Vec<AsRun>> {
    let (sum, json) = text.trim_end().split_once('\n')?;
    if blake3::hash(json.as_bytes()).to_hex().as_str() != sum {
        return None;
    }
    let wires: Vec<WireAsRun> = serde_json::from_str(json).ok()?;
    wires.iter().map(|w| as_run(w).ok()).collect()
}

fn record(wire: WireRecord) -> Result<Record, String> {
    match wire {
        WireRecord::Boot { site, boot, .. } => Ok(Record::Boot { site: parse(&site)?, boot: boot_id(&boot)? }),
        WireRecord::AsRun(w) => as_run(&w).map(Record::AsRun),
    }
}

fn as_run(w: &WireAsRun) -> Result<AsRun, String> {
    Ok(AsRun {
        site: parse::<SiteId>(&w.site)?,
        boot: boot_id(&w.boot)?,
        seq: Seq(w.seq),
        entry: w.entry.as_deref().map(parse).transpose()?,
        asset: w.asset.as_deref().map(parse).transpose()?,
        audio: w.audio.as_deref().map(parse).transpose()?,
        from: Frames(w.from_frames),
        at: Position(w.at_frames),
        length: Frames(w.length_frames),
        wall: w.wall.as_deref().map(parse).transpose()?,
        rung: Rung::from_number(w.rung).ok_or("there is no such rung")?,
        outcome: w.outcome.into(),
    })
}

fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(s: &str) -> Result<T, String> {
    s.parse().map_err(|e: T::Err| e.to_string())
}

fn boot_id(s: &str) -> Result<BootId, String> {
    u64::from_str_radix(s, 16).map(BootId).map_err(|e| e.to_string())
}

impl From<&AsRun> for WireAsRun {
    fn from(r: &AsRun) -> Self {
        Self {
            site: r.site.to_string(),
            boot: r.boot.to_string(),
            seq: r.seq.0,
            entry: r.entry.as_ref().map(ToString::to_string),
            asset: r.asset.as_ref().map(ToString::to_string),
            audio: r.audio.map(|a| a.to_string()),
            from_frames: r.from.0,
            at_frames: r.at.0,
            length_frames: r.length.0,
            wall: r.wall.map(|t| t.to_string()),
            rung: r.rung.number(),
            outcome: r.outcome.into(),
        }
    }
}

impl From<Outcome> for WireOutcome {
    fn from(o: Outcome) -> Self {
        match o {
            Outcome::Whole => Self::Whole,
            Outcome::Joined => Self::Joined,
            Outcome::Cut => Self::Cut,
            Outcome::Damaged => Self::Damaged,
            Outcome::Stopped => Self::Stopped,
        }
    }
}

impl From<WireOutcome> for Outcome {
    fn from(o: WireOutcome) -> Self {
        match o {
            WireOutcome::Whole => Self::Whole,
            WireOutcome::Joined => Self::Joined,
            WireOutcome::Cut => Self::Cut,
            WireOutcome::Damaged => Self::Damaged,
            WireOutcome::Stopped => Self::Stopped,
        }
    }
}
