//! Whatever happens to a file under its player, no other sound than the approved one is ever heard.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod sound;

use std::fs::{self, OpenOptions};
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Instant;

use domain::{AudioHash, Frames};
use media::Error;
use media::canonical::Canonical;
use media::flac::{Depth, Writer};
use sound::programme;

fn canonical(path: &Path, seconds: f64) -> AudioHash {
    let output = BufWriter::new(fs::File::create(path).unwrap());
    let mut writer = Writer::new(output, 1, Depth::Sixteen).unwrap();
    writer.write(&programme(seconds, 48_000, 1)).unwrap();
    writer.finish().unwrap();
    AudioHash(*blake3::hash(&fs::read(path).unwrap()).as_bytes())
}

/// Reads to the end or the first error; everything given must be the original.
fn play(player: &mut Canonical, original: &[[f32; 2]]) -> (u64, Option<Error>) {
    let mut out = vec![[0.0; 2]; 480];
    let mut at = player.position().0 as usize;
    loop {
        match player.read(&mut out) {
            Ok(0) => return (at as u64, None),
            Ok(n) => {
                assert!(out[..n] == original[at..at + n], "other sound at frame {at}");
                at += n;
            }
            Err(e) => return (at as u64, Some(e)),
        }
    }
}

#[test]
fn a_file_overwritten_in_place_stops_before_the_first_foreign_sample() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.flac");
    let hash = canonical(&path, 20.0);
    let original = sound::frames(&path);
    let whole = fs::read(&path).unwrap();
    for (at, patch) in [(0, 1), (40_000, 1), (70_000, 200), (300_000, 1), (whole.len() - 1, 1)] {
        fs::write(&path, &whole).unwrap();
        let mut player = Canonical::open(&path, &hash).unwrap();
        player.read(&mut [[0.0; 2]; 480]).unwrap();
        let mut file = OpenOptions::new().write(true).open(&path).unwrap();
        file.seek(SeekFrom::Start(at as u64)).unwrap();
        file.write_all(&whole[at..at + patch].iter().map(|b| !b).collect::<Vec<_>>()).unwrap();
        let (heard, error) = play(&mut player, &original);
        if at < 65_536 {
            // The first piece was read, checked and kept at opening.
            assert!(error.is_none() && heard == 960_000, "{at}");
        } else {
            assert!(matches!(error, Some(Error::Damaged { at }) if at.0 == heard), "byte {at}: {heard} {error:?}");
            assert!(matches!(player.read(&mut [[0.0; 2]; 480]), Err(Error::Damaged { .. })), "it stays damaged");
        }
    }
}

#[test]
fn a_file_cut_under_the_player_ends_in_an_error_and_not_in_silence() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.flac");
    let hash = canonical(&path, 20.0);
    let original = sound::frames(&path);
    let mut player = Canonical::open(&path, &hash).unwrap();
    OpenOptions::new().write(true).open(&path).unwrap().set_len(200_000).unwrap();
    let (heard, error) = play(&mut player, &original);
    assert!(heard > 0 && matches!(error, Some(Error::Damaged { at }) if at.0 == heard), "{heard} {error:?}");
}

#[test]
fn a_deleted_file_plays_on_to_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.flac");
    let hash = canonical(&path, 5.0);
    let original = sound::frames(&path);
    let mut player = Canonical::open(&path, &hash).unwrap();
    player.seek(Frames(1_234)).unwrap();
    fs::remove_file(&path).unwrap();
    let (heard, error) = play(&mut player, &original);
    assert!(error.is_none() && heard == 240_000);
}

#[test]
fn a_file_that_is_not_the_approved_one_does_not_open() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.flac");
    let hash = canonical(&path, 2.0);
    let whole = fs::read(&path).unwrap();
    let mut last = whole.clone();
    *last.last_mut().unwrap() ^= 1;
    for other in [&last[..], &whole[..whole.len() - 1], b"", b"fLaC"] {
        fs::write(&path, other).unwrap();
        assert!(matches!(Canonical::open(&path, &hash), Err(Error::Damaged { at: Frames(0) })));
    }
    fs::remove_file(&path).unwrap();
    assert!(matches!(Canonical::open(&path, &hash), Err(Error::Gone(h)) if h == hash));
    // The right hash of something else is not sound either.
    for other in [&b"not sound"[..], &whole[..5000], &b"fLaC\0\0\0\x22".repeat(2000)[..]] {
        fs::write(&path, other).unwrap();
        let hash = AudioHash(*blake3::hash(other).as_bytes());
        let opened = Canonical::open(&path, &hash).and_then(|mut c| c.read(&mut vec![[0.0; 2]; 9000]));
        assert!(opened.is_err(), "{opened:?}");
    }
}

#[test]
fn a_foreign_flac_file_is_not_canonical() {
    let dir = tempfile::tempdir().unwrap();
    let (wav, flac) = (dir.path().join("a.wav"), dir.path().join("a.flac"));
    sound::wav(&wav, &programme(1.0, 48_000, 1), 48_000, 1, 16);
    sound::tool("flac", &["-s", "-o", flac.to_str().unwrap(), wav.to_str().unwrap()]);
    assert!(matches!(Canonical::open_unnamed(&flac), Err(Error::NotSound { .. })));
}

#[test]
fn sixty_megabytes_open_quickly() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.flac");
    let mut bytes = Vec::new();
    canonical(&path, 4.0);
    let one = fs::read(&path).unwrap();
    while bytes.len() < 60 << 20 {
        bytes.extend_from_slice(&one);
    }
    fs::write(&path, &bytes).unwrap();
    let hash = AudioHash(*blake3::hash(&bytes).as_bytes());
    let best = (0..5)
        .map(|_| {
            let begun = Instant::now();
            Canonical::open(&path, &hash).unwrap();
            begun.elapsed()
        })
        .min()
        .unwrap();
    // A tenth of a second on a quiet machine; the tests may share it with others.
    assert!(best.as_millis() < 500, "{best:?}");
}
