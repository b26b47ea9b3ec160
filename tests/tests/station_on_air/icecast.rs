//! What a client of a real Icecast server received keeps the wall's time over the switch at 08:10:00.

use tests::claims::Claims;
use tests::listener::Stretch;
use tests::sound::{RATE_HZ, Sound, offsets};

/// 128 kbit/s, constant: so many bytes are a second of MP3.
const MP3_BYTES_PER_SECOND: f64 = 16_000.0;
const APART_MS_MAX: f64 = 20.0;

/// The recording lies on the render by one offset before and after its switches (its own constant delay), and its bytes
/// arrived at one constant delay, too.
pub fn keeps_time(stretch: &Stretch, heard: &Sound, render: &Sound, claims: &mut Claims) {
    // From 08:10:00 on, which is about the 25th second of the recording, every place of the sound is the
    // plan's; a second switch lies at about 55 s.
    let found = offsets(heard, render, &[28.0, 33.0, 38.0, 43.0, 48.0, 58.0, 60.0], 2.0, (3.0, 8.0));
    claims.check(found.len() == 7 && found.iter().all(|f| f.1 > 0.9), || {
        format!("what came through Icecast is not like the render: {found:?}")
    });
    let (low, high) = (found.iter().map(|f| f.0).min(), found.iter().map(|f| f.0).max());
    let spread_ms = (high.unwrap_or(0) - low.unwrap_or(0)) as f64 * 1000.0 / RATE_HZ as f64;
    claims.check(spread_ms < APART_MS_MAX, || {
        format!("what came through Icecast moves against the plan by {spread_ms:.1} ms: {found:?}")
    });
    let (before, after) = (delay_ms(stretch, 3.0, 22.0), delay_ms(stretch, 28.0, 60.0));
    claims.check((before - after).abs() < APART_MS_MAX, || {
        format!("bytes arrived {before:.1} ms behind their sound before the switch, {after:.1} ms after it")
    });
}

/// How far the bytes that arrived from `from_s` to `to_s` were behind their own sound, as the median in milliseconds.
fn delay_ms(stretch: &Stretch, from_s: f64, to_s: f64) -> f64 {
    let arrived = stretch.arrivals.iter().map(|(at, bytes)| {
        let sound_s = *bytes as f64 / MP3_BYTES_PER_SECOND;
        ((*at - stretch.first).as_secs_f64(), sound_s)
    });
    let within = arrived.filter(|(at_s, _)| (from_s..to_s).contains(at_s));
    let mut delays: Vec<f64> = within.map(|(at_s, sound_s)| 1000.0 * (at_s - sound_s)).collect();
    delays.sort_by(f64::total_cmp);
    delays.get(delays.len() / 2).copied().unwrap_or(f64::NAN)
}
