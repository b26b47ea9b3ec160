//! The shelf keeps its promise through repeats, leftovers, damage and kill -9.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use media::Error;
use media::shelf::Shelf;
use rustix::fs::{FlockOperation, flock};

fn staged(dir: &Path, byte: u8, length: usize) -> std::path::PathBuf {
    let path = dir.join(format!("staged-{byte}"));
    fs::write(&path, vec![byte; length]).unwrap();
    path
}

#[test]
fn the_same_bytes_twice_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let shelf = Shelf::open(&dir.path().join("shelf")).unwrap();
    let file = staged(dir.path(), 7, 300_000);
    let hash = shelf.put(&file).unwrap();
    assert_eq!(hash.0, *blake3::hash(&vec![7; 300_000]).as_bytes());
    let before = fs::metadata(shelf.path(&hash)).unwrap();
    assert!(before.permissions().readonly());
    assert_eq!(shelf.put(&file).unwrap(), hash);
    assert_eq!(fs::metadata(shelf.path(&hash)).unwrap().modified().unwrap(), before.modified().unwrap());
    assert_eq!((shelf.list().unwrap().len(), shelf.strays().unwrap().len()), (1, 0));
    assert_eq!(shelf.bytes_used().unwrap(), 300_000);
    shelf.verify(&hash).unwrap();
}

#[test]
fn a_damaged_file_is_mended_by_the_same_upload_and_kept_beside() {
    let dir = tempfile::tempdir().unwrap();
    let shelf = Shelf::open(&dir.path().join("shelf")).unwrap();
    let file = staged(dir.path(), 9, 1000);
    let hash = shelf.put(&file).unwrap();
    fs::remove_file(shelf.path(&hash)).unwrap();
    fs::write(shelf.path(&hash), b"rotten").unwrap();
    assert!(matches!(shelf.verify(&hash), Err(Error::Damaged { .. })));
    assert_eq!(shelf.put(&file).unwrap(), hash);
    shelf.verify(&hash).unwrap();
    assert_eq!(fs::read(shelf.path(&hash).with_extension("damaged")).unwrap(), b"rotten");
}

#[test]
fn what_is_let_go_is_gone_with_its_waveform() {
    let dir = tempfile::tempdir().unwrap();
    let shelf = Shelf::open(&dir.path().join("shelf")).unwrap();
    let hash = shelf.put(&staged(dir.path(), 1, 10)).unwrap();
    shelf.put_peaks(&hash, b"MKP1").unwrap();
    assert!(shelf.strays().unwrap().is_empty());
    assert!(shelf.remove(&hash).unwrap());
    assert!(!shelf.remove(&hash).unwrap());
    assert!(matches!(shelf.verify(&hash), Err(Error::Gone(_))));
    assert_eq!(shelf.bytes_used().unwrap(), 0);
}

#[test]
fn parts_of_the_dead_are_swept_and_those_of_the_living_are_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("shelf");
    Shelf::open(&path).unwrap();
    let (dead, living) = (path.join(".put-1-0.part"), path.join(".put-2-0.part"));
    fs::write(&dead, b"half").unwrap();
    let held = File::create(&living).unwrap();
    flock(&held, FlockOperation::LockExclusive).unwrap();
    Shelf::open(&path).unwrap();
    assert!(!dead.exists() && living.exists());
}

#[test]
fn a_staged_file_that_vanished_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let shelf = Shelf::open(&dir.path().join("shelf")).unwrap();
    assert!(matches!(shelf.put(&dir.path().join("none")), Err(Error::Io { .. })));
    assert!(shelf.strays().unwrap().is_empty() && shelf.list().unwrap().is_empty());
}

/// Not a claim of its own: what the killed process of the next test does.
#[test]
fn puts_until_killed() {
    let Ok(dir) = std::env::var("SHELF_TEST_DIR") else { return };
    let dir = Path::new(&dir);
    let shelf = Shelf::open(&dir.join("shelf")).unwrap();
    for byte in 0..=255 {
        shelf.put(&staged(dir, byte, 400_000)).unwrap();
    }
}

#[test]
fn kill_9_at_any_moment_leaves_only_whole_files() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..25u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "puts_until_killed"])
            .env("SHELF_TEST_DIR", dir.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(4 + round * 3));
        child.kill().unwrap();
        child.wait().unwrap();
        let shelf = Shelf::open(&dir.path().join("shelf")).unwrap();
        assert_eq!(shelf.strays().unwrap(), [], "round {round}");
        for shelved in shelf.list().unwrap() {
            shelf.verify(&shelved.hash).unwrap();
        }
    }
    assert!(!Shelf::open(&dir.path().join("shelf")).unwrap().list().unwrap().is_empty(), "nothing was ever put");
}
