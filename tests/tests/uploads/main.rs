//! Ways in, with the real headquarters: a client that is not ours, power cuts at random moments, a browser that reloads, a
//! watched folder.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise and says where")]

mod browser;
mod foreign;
mod killed;
mod watched;

use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A mono tone as a WAV file of 16 bits at 48 kHz.
fn tone(path: &Path, hz: f64, seconds: u32) -> PathBuf {
    let frames = seconds * 48_000;
    let data = frames * 2;
    let mut bytes = Vec::with_capacity(data as usize + 44);
    bytes.extend(b"RIFF");
    bytes.extend((data + 36).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(48_000_u32.to_le_bytes());
    bytes.extend(96_000_u32.to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend(data.to_le_bytes());
    for n in 0..frames {
        let sample = (f64::from(n) * hz * TAU / 48_000.0).sin() * 6_000.0;
        bytes.extend((sample as i16).to_le_bytes());
    }
    std::fs::write(path, bytes).unwrap();
    path.to_owned()
}

/// Looks again and again until there is something to see.
#[track_caller]
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_mins(1), "{what} does not come");
        sleep(Duration::from_millis(20));
    }
}
