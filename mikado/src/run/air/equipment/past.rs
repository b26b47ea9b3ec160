//! What was ordered of the transmitter, on disk: what a new life of the process must know, and the journal that people read.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use hardware::transmitter::{CHANGES_PER_HOUR_MAX, LinkError, Order, Past, RESTARTS_PER_HOUR_MAX, Ration, Why};
use jiff::Timestamp;

/// A few lines of a time each.
const NOTES_BYTES_MAX: usize = 4_096;
/// Some ten thousand orders; then the journal is put aside and a new one begins.
const JOURNAL_BYTES_MAX: u64 = 1 << 20;

/// The files of one site's transmitter.
pub struct PastFiles {
    restarts: Notes,
    changes: Notes,
    exercise: PathBuf,
    in_exercise: bool,
    /// There while the carrier is off by a person's word.
    off: PathBuf,
    journal: PathBuf,
}

impl PastFiles {
    /// Those of this piece of equipment in the site's folder; the journal is one for all.
    pub fn in_dir(dir: &Path, key: &str) -> Self {
        let exercise = dir.join(format!("{key}.exercise"));
        Self {
            restarts: Notes(dir.join(format!("{key}.restarts")), RESTARTS_PER_HOUR_MAX),
            changes: Notes(dir.join(format!("{key}.changes")), CHANGES_PER_HOUR_MAX),
            in_exercise: exercise.exists(),
            exercise,
            off: dir.join(format!("{key}.off")),
            journal: dir.join("equipment.journal"),
        }
    }

    /// What earlier lives ordered.
    pub fn read(&self, now: Timestamp) -> Past {
        Past {
            restarts: Ration::restarts().remembering(self.restarts.ages(now), Duration::ZERO),
            changes: Ration::changes().remembering(self.changes.ages(now), Duration::ZERO),
            in_exercise: self.in_exercise,
            held_off: self.off.exists(),
        }
    }

    /// An order is about to be sent.
    pub fn ordered(&mut self, order: Order, told: &str, now: Timestamp) {
        match order {
            Order::Restart => self.restarts.add(now),
            Order::Select(_, Why::Dead) => self.changes.add(now),
            Order::Select(_, Why::Exercise) => self.exercise(true),
            Order::Carrier(on) => self.hold_off(!on, now),
            Order::Select(_, Why::ExerciseOver | Why::Hand) => {}
        }
        self.line(now, &format!("ordered {told}"));
    }

    /// An order of a person is not carried out.
    pub fn refused(&self, told: &str, why: &str, now: Timestamp) {
        self.line(now, &format!("refused ({why}) {told}"));
    }

    /// An order of a person has been read back.
    pub fn read_back(&self, obeyed: bool, now: Timestamp) {
        self.line(now, if obeyed { "obeyed" } else { "not obeyed" });
    }

    /// What came back to it; whether it was obeyed is what the roles read afterwards.
    pub fn answered(&self, told: &str, refused: Option<&LinkError>, now: Timestamp) {
        match refused {
            Some(why) => self.line(now, &format!("not taken ({why}) {told}")),
            None => self.line(now, &format!("taken {told}")),
        }
    }

    /// Whether the standby exciter is being exercised, so that a new life of the process ends it.
    pub fn exercise(&mut self, is: bool) {
        if is == self.in_exercise {
            return;
        }
        self.in_exercise = is;
        // A note that cannot be written costs an exercise that somebody must end, and the wall says so.
        let _ = if is { fs::write(&self.exercise, "") } else { fs::remove_file(&self.exercise) };
    }

    /// Whether the carrier is off by a person's word. Whoever says on has it counted among the restarts.
    fn hold_off(&mut self, is: bool, now: Timestamp) {
        let written = if is {
            fs::write(&self.off, format!("{now}\n")).and_then(|()| fs::File::open(&self.off)?.sync_all())
        } else {
            self.restarts.add(now);
            fs::remove_file(&self.off)
        };
        if let Err(why) = written
            && why.kind() != io::ErrorKind::NotFound
        {
            // Only the next life of the process would not know it.
            self.line(now, &format!("cannot be remembered ({why})"));
        }
    }

    fn line(&self, now: Timestamp, text: &str) {
        if fs::metadata(&self.journal).is_ok_and(|m| m.len() >= JOURNAL_BYTES_MAX) {
            let _ = fs::rename(&self.journal, self.journal.with_extension("journal.old"));
        }
        let opened = fs::OpenOptions::new().create(true).append(true).open(&self.journal);
        // What cannot be written is in the traces and on the wall.
        let _ = opened.and_then(|mut file| writeln!(file, "{now} {text}"));
    }
}

/// Orders of the last hour as lines of wall times, so that a process that starts again does not begin to count anew.
struct Notes(PathBuf, usize);

impl Notes {
    /// How long ago each was; one that lies ahead of the clock was just now.
    fn ages(&self, now: Timestamp) -> Vec<Duration> {
        let text = fs::read(&self.0).unwrap_or_default();
        let text = String::from_utf8_lossy(&text[..text.len().min(NOTES_BYTES_MAX)]).into_owned();
        let times = text.lines().filter_map(|line| line.parse::<Timestamp>().ok());
        times.map(|at| Duration::try_from(now.duration_since(at)).unwrap_or(Duration::ZERO)).collect()
    }

    fn add(&self, now: Timestamp) {
        let old = fs::read_to_string(&self.0).unwrap_or_default();
        let kept: Vec<&str> = old.lines().rev().take(self.1).collect();
        let lines: Vec<&str> = kept.into_iter().rev().collect();
        // A note that cannot be written is missed only when the process ends within the hour.
        let _ = fs::write(&self.0, format!("{}\n{now}\n", lines.join("\n")));
    }
}

#[cfg(test)]
mod tests {
    use hardware::transmitter::Unit;

    use super::*;

    #[test]
    fn restarts_are_remembered_over_an_end_of_the_process() {
        let dir = tempfile::tempdir().unwrap();
        let mut files = PastFiles::in_dir(dir.path(), "transmitter");
        let at = |s: i64| Timestamp::from_second(1_790_000_000 + s).unwrap();
        let may =
            |s: i64| PastFiles::in_dir(dir.path(), "transmitter").read(at(s)).restarts.may(Duration::from_mins(6));
        assert!(may(0));
        for s in [0, 400, 800, 1_200] {
            files.ordered(Order::Restart, "restart", at(s));
        }
        assert!(!may(1_300));
        assert!(may(4_100));
        assert!(!may(-100), "a clock that went back allows nothing");
        fs::write(dir.path().join("transmitter.restarts"), [0xff; 10_000]).unwrap();
        assert!(may(0));
        let journal = fs::read_to_string(dir.path().join("equipment.journal")).unwrap();
        assert_eq!(journal.lines().count(), 4);
        assert!(journal.starts_with("2026-09-21T14:13:20Z ordered restart\n"), "{journal}");
    }

    #[test]
    fn changes_and_an_exercise_are_remembered_too() {
        let dir = tempfile::tempdir().unwrap();
        let mut files = PastFiles::in_dir(dir.path(), "transmitter");
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let read = || PastFiles::in_dir(dir.path(), "transmitter").read(now);
        files.ordered(Order::Select(Unit::Standby, Why::Exercise), "standby", now);
        assert!(read().in_exercise && read().changes.may(Duration::ZERO), "an exercise is not counted");
        files.exercise(false);
        files.ordered(Order::Select(Unit::Standby, Why::Dead), "standby", now);
        assert!(!read().in_exercise && !read().changes.may(Duration::from_mins(9)));
        files.answered("standby", Some(&LinkError::Silent), now);
        let journal = fs::read_to_string(dir.path().join("equipment.journal")).unwrap();
        assert!(journal.contains("not taken (it does not answer) standby"), "{journal}");
        files.ordered(Order::Carrier(false), "carrier off", now);
        assert!(read().held_off, "whoever is at the mast is safe over a restart too");
        files.ordered(Order::Carrier(true), "carrier on", now);
        assert!(!read().held_off && !read().restarts.may(Duration::ZERO), "and it counts as a restart");
    }
}
