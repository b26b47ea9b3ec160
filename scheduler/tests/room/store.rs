//! The scheduler's database.
use crate::catalogue::station;
use domain::{AsRun, AudioHash, BootId, Frames, Outcome, Position, Revision, Rung, Seq};
use jiff::Timestamp;
use scheduler::{Placement, Store, StoreError};

fn open() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("station.db")).unwrap();
    (dir, store)
}

fn now() -> Timestamp {
    "2026-11-24T08:00:00.123456789Z".parse().unwrap()
}

fn placement(site: Option<&str>, asset: &str) -> Placement {
    Placement {
        site: site.map(|s| s.parse().unwrap()),
        day: "2026-11-24".parse().unwrap(),
        start: "08:10:00".parse().unwrap(),
        asset: asset.parse().unwrap(),
    }
}

fn record(boot: u64, seq: u64, wall: Option<Timestamp>) -> AsRun {
    AsRun {
        site: "GAO".parse().unwrap(),
        boot: BootId(boot),
        seq: Seq(seq),
        entry: Some("2026-11-24/081000/gao-journal-son/2".parse().unwrap()),
        asset: Some("gao-journal-son.a".parse().unwrap()),
        audio: Some(AudioHash([9; 32])),
        from: Frames(12),
        at: Position(seq * 480),
        length: Frames(480),
        wall,
        rung: Rung::Plan,
        outcome: Outcome::Joined,
    }
}

#[test]
fn station_files_are_kept_with_author_and_reason_over_restarts() {
    let (dir, store) = open();
    assert_eq!(store.station().unwrap(), None);
    let toml = station().to_toml().unwrap();
    assert_eq!(store.save_station(&toml, "awa", "première grille", now()).unwrap(), 1);
    assert_eq!(store.save_station(&toml, "awa", "la même", now()).unwrap(), 2);
    drop(store);
    let store = Store::open(&dir.path().join("station.db")).unwrap();
    let newest = store.station().unwrap().unwrap();
    assert_eq!((newest.number, newest.reason.as_str(), newest.at), (2, "la même", now()));
    assert_eq!(newest.toml, toml);
    assert_eq!(store.stations(10).unwrap().len(), 2);
}

#[test]
fn a_broken_station_file_is_refused_and_changes_nothing() {
    let (_dir, store) = open();
    let refused = store.save_station("[meta]\ntitle = 3\n", "awa", "?", now());
    assert!(matches!(refused, Err(StoreError::Station(_))), "{refused:?}");
    assert_eq!((store.station().unwrap(), store.revision().unwrap()), (None, 0));
}

#[test]
fn a_placement_replaces_the_one_before_and_can_be_taken_back() {
    let (_dir, store) = open();
    let day = "2026-11-24".parse().unwrap();
    store.place(&placement(None, "a"), "awa", now()).unwrap();
    store.place(&placement(None, "b"), "awa", now()).unwrap();
    store.place(&placement(Some("GAO"), "c"), "awa", now()).unwrap();
    assert_eq!(store.placements(day, day).unwrap(), [placement(None, "b"), placement(Some("GAO"), "c")]);
    assert!(store.unplace(None, day, "08:10:00".parse().unwrap()).unwrap());
    assert!(!store.unplace(None, day, "08:10:00".parse().unwrap()).unwrap());
    assert_eq!(store.placements(day, day).unwrap(), [placement(Some("GAO"), "c")]);
    assert_eq!(store.revision().unwrap(), 4, "three placements and one taking back");
}

#[test]
fn plan_revisions_only_grow_over_restarts() {
    let (dir, store) = open();
    assert_eq!([store.next_plan_revision().unwrap(), store.next_plan_revision().unwrap()], [Revision(1), Revision(2)]);
    drop(store);
    let store = Store::open(&dir.path().join("station.db")).unwrap();
    assert_eq!(store.next_plan_revision().unwrap(), Revision(3));
}

#[test]
fn as_run_records_come_home_once_and_read_back_exactly() {
    let (_dir, store) = open();
    let gao = "GAO".parse().unwrap();
    let later = now().checked_add(jiff::SignedDuration::from_secs(10)).unwrap();
    let bare = AsRun { entry: None, asset: None, audio: None, rung: Rung::Floor, ..record(u64::MAX, 2, None) };
    let all = [record(u64::MAX, 0, Some(now())), record(u64::MAX, 1, Some(later)), bare.clone()];
    assert_eq!(store.import_as_run(&all).unwrap(), 3);
    assert_eq!(store.import_as_run(&all).unwrap(), 0);
    assert_eq!(store.as_run(gao, now(), later).unwrap(), all[..1]);
    assert_eq!(store.as_run_newest(gao, 10).unwrap(), [all[1].clone(), all[0].clone()]);
    assert_eq!(store.as_run_of_boot(gao, BootId(u64::MAX)).unwrap(), all);
    assert_eq!(store.last_seq(gao, BootId(u64::MAX)).unwrap(), Some(Seq(2)));
    assert_eq!(store.last_seq(gao, BootId(1)).unwrap(), None);
    assert_eq!(store.revision().unwrap(), 0, "facts from the air change no plan");
}

#[test]
fn a_database_of_a_newer_program_is_left_alone() {
    let (dir, store) = open();
    drop(store);
    let path = dir.path().join("station.db");
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::TooNew { found: 99, .. })));
}
