//! The journal after kills, power cuts, flipped bytes and full disks.

use std::fs;
use std::path::Path;

use domain::{AsRun, BootId, Frames, Outcome, Position, Rung, Seq};

use super::*;

fn as_run(boot: u64, seq: u64) -> AsRun {
    AsRun {
        site: "GAO".parse().unwrap(),
        boot: BootId(boot),
        seq: Seq(seq),
        entry: Some(format!("2026-11-24/080000/{seq}").parse().unwrap()),
        asset: Some("journal-fr.1".parse().unwrap()),
        audio: Some(domain::AudioHash([7; 32])),
        from: Frames(5),
        at: Position(seq * 48_000),
        length: Frames(48_000),
        wall: Some("2026-11-24T08:00:00.25Z".parse().unwrap()),
        rung: Rung::Plan,
        outcome: Outcome::Whole,
    }
}

fn open(dir: &Path, boot: u64) -> (Journal, Vec<domain::Finding>) {
    Journal::open(dir, "GAO".parse().unwrap(), BootId(boot)).unwrap()
}

fn as_runs(dir: &Path) -> Vec<AsRun> {
    let only = |r| if let Record::AsRun(a) = r { Some(a) } else { None };
    read(dir).unwrap().records.into_iter().filter_map(only).collect()
}

#[test]
fn what_was_appended_reads_back_and_the_chain_holds_over_boots() {
    let dir = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    for boot in 1..=3 {
        let (mut journal, findings) = open(dir.path(), boot);
        assert_eq!(findings, vec![]);
        for seq in 0..4 {
            journal.append(&[as_run(boot, seq)]).unwrap();
            all.push(as_run(boot, seq));
        }
    }
    assert_eq!(as_runs(dir.path()), all);
    assert_eq!(verify(dir.path()).unwrap(), vec![]);
}

#[test]
fn a_tail_torn_at_any_byte_costs_that_record_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path(), 1);
    journal.append(&[as_run(1, 0)]).unwrap();
    let path = dir.path().join(file_name(1));
    let before = fs::read(&path).unwrap();
    journal.append(&[as_run(1, 1)]).unwrap();
    let whole = fs::read(&path).unwrap();
    for cut in before.len() + 1..whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let (mut journal, findings) = open(dir.path(), 2);
        assert_eq!(findings[0].code, "journal.torn", "cut at {cut}");
        journal.append(&[as_run(2, 0)]).unwrap();
        assert_eq!(as_runs(dir.path()), vec![as_run(1, 0), as_run(2, 0)]);
        assert_eq!(verify(dir.path()).unwrap(), vec![]);
    }
}

#[test]
fn a_flipped_byte_is_named_by_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path(), 1);
    journal.append(&[as_run(1, 0), as_run(1, 1), as_run(1, 2)]).unwrap();
    let path = dir.path().join(file_name(1));
    let good = fs::read(&path).unwrap();
    let line_of = |i: usize| good[..i].split(|b| *b == b'\n').count();
    for i in (0..good.len()).filter(|i| good[*i] != b'\n') {
        let mut bad = good.clone();
        bad[i] ^= 1;
        fs::write(&path, bad).unwrap();
        let findings = verify(dir.path()).unwrap();
        assert!(findings[0].en.contains(&format!("line {}:", line_of(i))), "byte {i}: {}", findings[0].en);
    }
}

#[test]
fn a_removed_line_breaks_the_chain() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path(), 1);
    journal.append(&[as_run(1, 0), as_run(1, 1), as_run(1, 2)]).unwrap();
    let path = dir.path().join(file_name(1));
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.lines().collect();
    fs::write(&path, format!("{}\n{}\n{}\n", lines[0], lines[1], lines[3])).unwrap();
    assert!(verify(dir.path()).unwrap()[0].en.contains("line 3"));
}

#[test]
fn what_sounded_at_a_kill_is_recorded_by_the_next_boot_once() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path(), 1);
    journal.append(&[as_run(1, 0)]).unwrap();
    journal.sounding(&[as_run(1, 1)]).unwrap();
    drop(journal);
    let stopped = AsRun { outcome: Outcome::Stopped, ..as_run(1, 1) };
    open(dir.path(), 2);
    assert_eq!(as_runs(dir.path()), vec![as_run(1, 0), stopped.clone()]);
    open(dir.path(), 3);
    assert_eq!(as_runs(dir.path()), vec![as_run(1, 0), stopped]);
    assert_eq!(verify(dir.path()).unwrap(), vec![]);
}

#[test]
fn a_stretch_that_was_recorded_after_its_note_is_not_recorded_twice() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path(), 1);
    journal.sounding(&[as_run(1, 0)]).unwrap();
    journal.append(&[as_run(1, 0)]).unwrap();
    open(dir.path(), 2);
    assert_eq!(as_runs(dir.path()), vec![as_run(1, 0)]);
}

#[test]
fn a_reader_that_follows_sees_each_record_once_over_file_ends() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path(), 1);
    let mut cursor = Cursor::default();
    let mut seen = 0;
    for batch in 0..40 {
        let records: Vec<_> = (0..500).map(|i| as_run(1, batch * 500 + i)).collect();
        journal.append(&records).unwrap();
        loop {
            let reading = read_since(dir.path(), cursor).unwrap();
            seen += reading.records.iter().filter(|r| matches!(r, Record::AsRun(_))).count();
            if reading.cursor == cursor {
                break;
            }
            cursor = reading.cursor;
        }
    }
    assert_eq!(seen, 20_000);
    assert!(numbers(dir.path()).unwrap().len() > 1, "the journal went over several files");
    assert_eq!(verify(dir.path()).unwrap(), vec![]);
}

#[test]
fn a_full_disk_takes_whole_records_or_none_and_all_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path(), 1);
    journal.append(&[as_run(1, 0)]).unwrap();
    // The kernel's own full disk: every write to it fails for want of room.
    journal.divert(Path::new("/dev/full"));
    assert!(journal.append(&[as_run(1, 1)]).is_err() && !journal.is_suspect());
    journal.divert(&dir.path().join(file_name(1)));
    journal.append(&[as_run(1, 1), as_run(1, 2)]).unwrap();
    assert_eq!(as_runs(dir.path()), vec![as_run(1, 0), as_run(1, 1), as_run(1, 2)]);
    assert_eq!(verify(dir.path()).unwrap(), vec![]);
}

#[test]
fn a_disk_that_fails_to_sync_is_told_and_not_written_again() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = open(dir.path(), 1);
    journal.append(&[as_run(1, 0)]).unwrap();
    // A device that takes everything and cannot sync it.
    journal.divert(Path::new("/dev/null"));
    assert!(journal.append(&[as_run(1, 1)]).is_err() && journal.is_suspect());
    journal.divert(&dir.path().join(file_name(1)));
    let before = fs::read(dir.path().join(file_name(1))).unwrap();
    assert!(journal.append(&[as_run(1, 1)]).is_err(), "what failed to sync once is not trusted again");
    assert_eq!(fs::read(dir.path().join(file_name(1))).unwrap(), before);
}

#[test]
fn a_disk_that_refuses_keeps_records_in_memory_until_it_takes_them() {
    let dir = tempfile::tempdir().unwrap();
    let blocked = dir.path().join("journal");
    fs::write(&blocked, "in the way").unwrap();
    let mut writer = JournalWriter::start(&blocked, "GAO".parse().unwrap(), BootId(1)).unwrap();
    writer.record(vec![as_run(1, 0)]);
    let told = (0..500).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        writer.findings().iter().any(|f| f.code == "journal.disk")
    });
    assert!(told, "the refusal is told");
    fs::remove_file(&blocked).unwrap();
    writer.record(vec![as_run(1, 1)]);
    writer.close();
    assert_eq!(as_runs(&blocked), vec![as_run(1, 0), as_run(1, 1)]);
}
