//! As-run records come home: every site's journal is tailed into the scheduler's database.
//!
//! The journal stays the proof; the database is its readable copy. A record that comes twice changes nothing, so a lost
//! mark costs a reading, never a record.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::{AsRun, SiteId};
use playout::journal::{Cursor, Record, read_since};
use scheduler::Store;
use serde::{Deserialize, Serialize};
use tokio::time::{MissedTickBehavior, interval};

/// As-run of today is looked at by people: a record is there before they look up from the radio.
const EVERY: Duration = Duration::from_secs(2);
/// Files read for one site in one turn: a site that was away for a month does not keep the others waiting.
const READINGS_MAX: usize = 8;

/// How far one site's journal was read, as kept between two lives of hq.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    file: u64,
    offset: u64,
}

struct Tail {
    site: SiteId,
    journal: PathBuf,
    mark: PathBuf,
    cursor: Cursor,
}

/// Tails all journals for ever.
pub(super) async fn bring_home(rooms_config: Arc<crate::config::Config>, store: Arc<Store>) {
    let mut tails: Vec<Tail> = rooms_config
        .sites
        .iter()
        .map(|s| {
            let mark = rooms_config.hq.join(format!("as-run-{}.json", s.id));
            Tail { site: s.id, journal: s.journal(), cursor: read_mark(&mark), mark }
        })
        .collect();
    let mut turn = interval(EVERY);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turn.tick().await;
        let store = Arc::clone(&store);
        let round = tokio::task::spawn_blocking(move || {
            for tail in &mut tails {
                tail.follow(&store);
            }
            tails
        });
        tails = match round.await {
            Ok(back) => back,
            Err(why) => return tracing::error!("as-run is no longer brought home: {why}; restart hq"),
        };
    }
}

impl Tail {
    fn follow(&mut self, store: &Store) {
        for _ in 0..READINGS_MAX {
            let reading = match read_since(&self.journal, self.cursor) {
                Ok(reading) => reading,
                Err(why) => return tracing::warn!("{}: the journal cannot be read: {why}", self.site),
            };
            if reading.cursor == self.cursor {
                return;
            }
            for f in &reading.findings {
                tracing::warn!("{}: {}", self.site, f.en);
            }
            let records: Vec<AsRun> = reading.records.into_iter().filter_map(as_run_of(self.site)).collect();
            if let Err(why) = store.import_as_run(&records) {
                return tracing::error!("{}: as-run could not be kept: {why}", self.site);
            }
            self.cursor = reading.cursor;
            if let Err(why) = write_mark(&self.mark, self.cursor) {
                tracing::warn!("{}: {why}; the journal will be read again after a restart", self.mark.display());
            }
        }
    }
}

/// The as-run records of a site; one that names another site came with a wrong folder and is not believed.
fn as_run_of(site: SiteId) -> impl Fn(Record) -> Option<AsRun> {
    move |record| match record {
        Record::AsRun(record) if record.site == site => Some(record),
        Record::AsRun(record) => {
            tracing::error!("the journal of {site} holds a record of {}", record.site);
            None
        }
        Record::Boot { .. } => None,
    }
}

fn read_mark(path: &Path) -> Cursor {
    let mark: Option<Mark> = std::fs::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok());
    mark.map_or_else(Cursor::default, |m| Cursor { file: m.file, offset: m.offset })
}

fn write_mark(path: &Path, cursor: Cursor) -> std::io::Result<()> {
    let temp = path.with_extension("new");
    std::fs::write(&temp, serde_json::to_vec(&Mark { file: cursor.file, offset: cursor.offset })?)?;
    std::fs::rename(temp, path)
}

#[cfg(test)]
mod tests {
    use domain::{BootId, Frames, Outcome, Position, Rung, Seq};
    use playout::journal::Journal;

    use super::*;

    fn record(seq: u64) -> AsRun {
        AsRun {
            site: "GAO".parse().unwrap(),
            boot: BootId(7),
            seq: Seq(seq),
            entry: None,
            asset: None,
            audio: None,
            from: Frames::ZERO,
            at: Position(seq * 48_000),
            length: Frames::from_secs(1),
            wall: Some(jiff::Timestamp::from_second(1_790_000_000 + i64::try_from(seq).unwrap()).unwrap()),
            rung: Rung::Sustaining,
            outcome: Outcome::Whole,
        }
    }

    #[test]
    fn every_record_comes_home_once_also_when_the_mark_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let site: SiteId = "GAO".parse().unwrap();
        let store = Store::open(&dir.path().join("station.db")).unwrap();
        let (journal, mark) = (dir.path().join("journal"), dir.path().join("as-run-GAO.json"));
        let (mut writer, _) = Journal::open(&journal, site, BootId(7)).unwrap();
        let mut tail = Tail { site, journal: journal.clone(), mark: mark.clone(), cursor: Cursor::default() };
        tail.follow(&store);
        for seq in 0..3 {
            writer.append(&[record(seq)]).unwrap();
            tail.follow(&store);
        }
        let home = |store: &Store| store.as_run_of_boot(site, BootId(7)).unwrap().len();
        assert_eq!(home(&store), 3);
        assert_eq!(read_mark(&mark), tail.cursor);
        let mut again = Tail { site, journal, mark, cursor: Cursor::default() };
        again.follow(&store);
        assert_eq!((home(&store), again.cursor), (3, tail.cursor));
    }
}
