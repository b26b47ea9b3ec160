//! Speech and music through what lies between a studio and a receiver.

use std::io::Cursor;

use domain::WitnessState;

use super::Witness;
use crate::realtime::Frame;

const RATE: usize = 48_000;

/// So many seconds of the demonstration's recorded voices, from the clip of this number on.
fn voices(from: usize, seconds: usize) -> Vec<f32> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../demo/voices/");
    let index = std::fs::read_to_string(format!("{folder}index.tsv")).unwrap();
    let pack = std::fs::read(format!("{folder}voices.opus")).unwrap();
    let places: Vec<(usize, usize)> = (index.lines().skip(1))
        .map(|line| line.split('\t').skip(2).map(|n| n.parse().unwrap()).collect::<Vec<usize>>())
        .map(|place| (place[0], place[1]))
        .collect();
    let mut sound = Vec::new();
    for (at, length) in places.iter().cycle().skip(from) {
        sound.extend(decoded(&pack[*at..at + length]));
        if sound.len() >= seconds * RATE {
            break;
        }
    }
    sound.truncate(seconds * RATE);
    sound
}

fn decoded(bytes: &[u8]) -> Vec<f32> {
    let mut packets = ogg::PacketReader::new(Cursor::new(bytes));
    let mut decoder = opus::Decoder::new(48_000, opus::Channels::Mono).unwrap();
    let mut block = vec![0.0; 5_760];
    let (mut sound, mut n) = (Vec::new(), 0);
    while let Some(packet) = packets.read_packet().unwrap() {
        // Two headers come first (RFC 7845, 3).
        if n >= 2 {
            let length = decoder.decode_float(&packet.data, &mut block, false).unwrap();
            sound.extend_from_slice(&block[..length]);
        }
        n += 1;
    }
    sound
}

/// Noise from −1 to 1, the same for the same seed.
fn noise(seed: u32) -> impl FnMut() -> f32 {
    let mut state = seed | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as f32 / u32::MAX as f32 * 2.0 - 1.0
    }
}

/// Struck notes with overtones over a beat, two to the second or so.
fn music(seed: u32, seconds: usize) -> Vec<f32> {
    let mut random = noise(seed.wrapping_mul(2_654_435_761));
    let (mut notes, beat) = ([220.0f32; 3], 18_000 + seed as usize % 7 * 1_500);
    (0..seconds * RATE)
        .map(|n| {
            let at = n % beat;
            if at == 0 {
                notes = std::array::from_fn(|_| 110.0 * 2f32.powf(((random() + 1.0) * 12.0).floor() / 12.0));
            }
            let t = n as f32 / RATE as f32;
            let tone =
                |hz: f32| (1..6).map(|k| (std::f32::consts::TAU * hz * k as f32 * t).sin() / k as f32).sum::<f32>();
            let struck = (-(at as f32) / 12_000.0).exp();
            let drum = (-(at as f32) / 900.0).exp() * random();
            0.06 * struck * notes.map(tone).iter().sum::<f32>() + 0.1 * drum
        })
        .collect()
}

/// What a processor, a transmitter and a receiver make of it: late, by another clock, pressed, dull, with noise below it.
fn off_air(sound: &[f32], late_ms: usize, ppm: f64, snr_db: f32) -> Vec<f32> {
    let power = sound.iter().map(|s| s * s).sum::<f32>() / sound.len() as f32;
    let mut noise = noise(77);
    let (mut level, mut low, mut next) = (0.05f32, 0.0f32, 0.0f64);
    let mut out = vec![0.0; late_ms * 48];
    // White noise of this height has a third of its square as power.
    let height = |pressed: f32| (3.0 * pressed * 10f32.powf(-snr_db / 10.0)).sqrt();
    let loud = height(0.04);
    while let Some([a, b]) = sound.get(next as usize..next as usize + 2) {
        let sample = a + (b - a) * next.fract() as f32;
        level += (sample.abs() - level) * if sample.abs() > level { 0.01 } else { 0.000_02 };
        let pressed = (sample * 0.25 / level.max(0.02)).clamp(-0.5, 0.5);
        low += (pressed - low) * 0.6;
        out.push(low + loud * noise());
        next += 1.0 + ppm * 1e-6;
    }
    assert!(power > 0.0);
    out.resize(sound.len(), 0.0);
    out
}

fn frames(mono: &[f32]) -> Vec<Frame> {
    mono.iter().map(|s| [*s; 2]).collect()
}

/// What the witness says after each second.
fn said(sent: &[f32], heard: &[f32]) -> Vec<WitnessState> {
    let mut witness = Witness::default();
    let mut states = Vec::new();
    for (sent, heard) in sent.chunks(RATE).zip(heard.chunks(RATE)) {
        for (sent, heard) in sent.chunks(4_800).zip(heard.chunks(4_800)) {
            witness.heard(&frames(heard));
            witness.sent(&frames(sent));
        }
        states.push(witness.reading().state);
    }
    states
}

#[test]
fn what_was_sent_is_recognised_late_pressed_noisy_and_by_another_clock() {
    for (what, sound) in [("speech", voices(0, 100)), ("music", music(1, 100))] {
        for (late_ms, ppm) in [(40, 200.0), (12_345, -200.0), (29_000, 200.0)] {
            let states = said(&sound, &off_air(&sound, late_ms, ppm, 20.0));
            let first = late_ms / 1_000 + 16;
            let bad = (0..)
                .zip(&states)
                .find(|(n, s)| **s != WitnessState::Right && (*n > first || **s != WitnessState::Listening));
            assert_eq!(bad, None, "{what} {late_ms} ms late");
        }
    }
}

#[test]
fn a_dead_or_foreign_carrier_is_told_within_half_a_minute_and_taken_back() {
    let sent = voices(0, 110);
    let right = off_air(&sent, 700, 50.0, 20.0);
    let hiss: Vec<f32> = {
        let (mut random, mut low) = (noise(3), 0.0);
        (0..40 * RATE)
            .map(|_| {
                low += (0.3 * random() - low) * 0.35;
                low
            })
            .collect()
    };
    let mute = vec![1e-4; 40 * RATE];
    for (what, instead, state) in [
        ("mute", mute, WitnessState::Mute),
        ("hiss", hiss, WitnessState::Noise),
        ("another voice", off_air(&voices(150, 40), 0, 0.0, 25.0), WitnessState::Foreign),
        ("music", off_air(&music(9, 40), 0, 0.0, 25.0), WitnessState::Foreign),
    ] {
        let mut heard = right.clone();
        heard[30 * RATE..70 * RATE].copy_from_slice(&instead);
        let states = said(&sent, &heard);
        let told = states.iter().position(|s| *s == state).unwrap_or_else(|| panic!("{what}: {states:?}"));
        assert!(
            (35..60).contains(&told) && states[25..told].iter().all(|s| *s == WitnessState::Right),
            "{what}: {states:?}"
        );
        assert!(states[told..70].iter().all(|s| *s == state), "{what}: {states:?}");
        assert!(states[90..].iter().all(|s| *s == WitnessState::Right), "{what}: {states:?}");
    }
}

#[test]
fn a_pause_or_a_held_note_is_no_reproach() {
    let mut sent = voices(0, 100);
    sent[30 * RATE..60 * RATE].fill(0.0);
    let tone = |n: usize| 0.1 * (n as f32 * std::f32::consts::TAU / 48.0).sin();
    (60 * RATE..90 * RATE).for_each(|n| sent[n] = tone(n));
    let states = said(&sent, &off_air(&sent, 700, 50.0, 20.0));
    assert!(states[25..].iter().all(|s| *s == WitnessState::Right), "{states:?}");
}
