//! What readers were told, kept over an end of the process: who has been told of a fault is not told again by a restart, and
//! is told when it is over.

use std::path::{Path, PathBuf};

use domain::Finding;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Condition;
use super::heart::{Desk, key_of};
use crate::speech::severity_word;

/// Of a few dozen readers and a few dozen conditions each.
const BYTES_MAX: u64 = 4 << 20;

/// What every reader was told.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Memory {
    readers: Vec<Told>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
struct Told {
    name: String,
    address: String,
    conditions: Vec<One>,
    /// When causes were last told that may not be told again yet.
    causes: Vec<(String, String, i64)>,
    /// Times are whole seconds since 1970.
    sends_s: Vec<i64>,
    daily: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
struct One {
    site: String,
    code: String,
    severity: String,
    fr: String,
    en: String,
    since_s: i64,
}

impl Memory {
    /// What was remembered in `path`; nothing when it is not there or not whole: everybody is told anew.
    pub fn read(path: &Path) -> Self {
        let is_small = std::fs::metadata(path).is_ok_and(|m| m.len() <= BYTES_MAX);
        let bytes = is_small.then(|| std::fs::read(path).ok()).flatten();
        bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Writes it whole or not at all.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        let beside: PathBuf = path.with_extension("new");
        std::fs::write(&beside, serde_json::to_vec(self)?)?;
        std::fs::rename(&beside, path)
    }

    pub(super) fn of(desks: &[Desk]) -> Self {
        let one = |c: &Condition| One {
            site: c.site.to_string(),
            code: c.finding.code.clone(),
            severity: severity_word(c.finding.severity).to_owned(),
            fr: c.finding.fr.clone(),
            en: c.finding.en.clone(),
            since_s: c.since.as_second(),
        };
        let told = |d: &Desk| Told {
            name: d.reader.name.clone(),
            address: d.reader.address.to_string(),
            conditions: d.told.values().map(one).collect(),
            causes: d
                .told_at
                .iter()
                .map(|((site, code), at)| (site.to_string(), code.clone(), at.as_second()))
                .collect(),
            sends_s: d.sends.iter().map(|at| at.as_second()).collect(),
            daily: d.daily.map(|day| day.to_string()),
        };
        Self { readers: desks.iter().map(told).collect() }
    }

    pub(super) fn into_desks(self, desks: &mut [Desk]) {
        for told in self.readers {
            let is_theirs = |d: &&mut Desk| d.reader.name == told.name && d.reader.address.to_string() == told.address;
            let Some(desk) = desks.iter_mut().find(is_theirs) else { continue };
            let conditions = told.conditions.into_iter().filter_map(One::condition);
            desk.told = conditions.map(|c| (key_of(&c), c)).collect();
            let cause = |(site, code, at): (String, String, i64)| {
                Some(((site.parse().ok()?, code), Timestamp::from_second(at).ok()?))
            };
            desk.told_at = told.causes.into_iter().filter_map(cause).collect();
            desk.sends = told.sends_s.into_iter().filter_map(|at| Timestamp::from_second(at).ok()).collect();
            desk.daily = told.daily.and_then(|day| day.parse().ok());
        }
    }
}

impl One {
    fn condition(self) -> Option<Condition> {
        let severity = crate::speech::severity_of(&self.severity)?;
        let finding = Finding { code: self.code, severity, at_s: None, fr: self.fr, en: self.en };
        Some(Condition { site: self.site.parse().ok()?, finding, since: Timestamp::from_second(self.since_s).ok()? })
    }
}
