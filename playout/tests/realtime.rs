//! The real-time line: it never allocates, never waits, never falls silent, and says what was consumed.
// Samples that were copied are equal to the last bit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::float_cmp, missing_docs)]

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use domain::{Curve, Frames, Gain, Position, Rung};
use playout::realtime::{
    BLOCK_FRAMES, Block, CHUNK_FRAMES, Chunk, CueKey, Desk, Event, Fanout, Feed, Filler, Floor, LiveFiller, Load,
    MAX_VOICES, Mixer, Order, TapSpec, Under, feed, live_feed,
};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// A value per frame that grows slowly, so that every sample names its place.
fn ramp(i: u64) -> f32 {
    (i % 48_000) as f32 / 96_000.0
}

fn fill(filler: &mut Filler, chunks: std::ops::Range<u64>, value: fn(u64) -> f32) {
    for c in chunks {
        let mut chunk = Chunk::default();
        for (i, f) in chunk.room().iter_mut().enumerate() {
            *f = [value(c * CHUNK_FRAMES as u64 + i as u64); 2];
        }
        chunk.set_length(CHUNK_FRAMES);
        assert!(filler.push(chunk).is_ok());
    }
}

fn filled(chunks: u64, value: fn(u64) -> f32) -> Feed {
    let (mut filler, feed) = feed(chunks as usize);
    fill(&mut filler, 0..chunks, value);
    filler.finish();
    feed
}

fn load(key: u64, feed: Option<Feed>, at: u64, end: u64) -> Order {
    let rung = if feed.is_some() { Rung::Plan } else { Rung::Sustaining };
    Order::Load(Load {
        key: CueKey(key),
        feed,
        at: Position(at),
        end: Position(end),
        gain: Gain::UNITY,
        fade_in: Frames::ZERO,
        fade_out: Frames::ZERO,
        curves: [Curve::EqualPower; 2],
        under: None,
        rung,
        silence_meant: false,
    })
}

fn order(desk: &mut Desk, order: Order) {
    assert!(desk.orders.push(order).is_ok());
}

/// Renders under the allocator that aborts.
fn play(mixer: &mut Mixer, blocks: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(blocks * BLOCK_FRAMES);
    let mut block = Block::default();
    for _ in 0..blocks {
        assert_no_alloc(|| mixer.render(&mut block));
        out.extend(block.frames.iter().map(|f| f[0]));
    }
    out
}

fn events(desk: &mut Desk) -> Vec<String> {
    let mut told = Vec::new();
    while let Ok(event) = desk.events.pop() {
        told.push(match event {
            Event::Began { key, at, late } => format!("began {} at {} late {}", key.0, at.0, late.0),
            Event::Starved { key, at } => format!("starved {} at {}", key.0, at.0),
            Event::Resumed { key, at } => format!("resumed {} at {}", key.0, at.0),
            Event::Ended { key, at, began, .. } => format!("ended {} at {} {began}", key.0, at.0),
            Event::Refused { key, .. } => format!("refused {}", key.0),
            Event::Rung { rung, at } => format!("rung {} at {}", rung.number(), at.0),
            Event::Hushed { fallen, at } => format!("hushed {fallen} at {}", at.0),
            Event::BedHome(_) => "bed home".to_owned(),
            Event::LiveHome(_) => "live home".to_owned(),
        });
    }
    told
}

fn longest_silence(samples: &[f32]) -> usize {
    let quiet = samples.split(|s| s.abs() >= 0.001).map(<[f32]>::len);
    quiet.max().unwrap_or_default()
}

#[test]
fn with_no_order_at_all_the_floor_sounds_for_ever() {
    let (mut mixer, desk) = Mixer::new(Floor::new());
    let got = play(&mut mixer, 1_000);
    assert!(longest_silence(&got[4_800..]) < 480);
    assert!(got.iter().all(|s| s.abs() < 0.2), "the floor is soft");
    let step = got.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    assert!(step < 0.02, "the loop has no click, largest step {step}");
    assert_eq!(desk.gauges.rung(), Rung::Floor);
    assert_eq!(desk.gauges.position(), Position(480_000));
}

#[test]
fn a_cue_starts_and_stops_on_its_frame_inside_a_block() {
    let (mut mixer, mut desk) = Mixer::new(Floor::new());
    order(&mut desk, Order::Bed(filled(20, |_| 0.0)));
    order(&mut desk, load(1, Some(filled(2, |_| 0.5)), 1_000, 5_001));
    order(&mut desk, load(2, Some(filled(2, |_| -0.5)), 5_001, 9_003));
    let got = play(&mut mixer, 30);
    for (i, s) in got.iter().enumerate() {
        let want = if !(1_000..9_003).contains(&i) {
            0.0
        } else if i < 5_001 {
            0.5
        } else {
            -0.5
        };
        assert!((s - want).abs() < 1e-6, "frame {i}: {s}");
    }
    let told = events(&mut desk);
    for line in ["began 1 at 1000 late 0", "ended 1 at 5001 true", "began 2 at 5001 late 0", "ended 2 at 9003 true"] {
        assert!(told.iter().any(|t| t == line), "{line} in {told:?}");
    }
    assert_eq!(desk.gauges.underrun(), Frames::ZERO);
}

#[test]
fn a_late_cue_joins_where_it_should_be() {
    let (mut mixer, mut desk) = Mixer::new(Floor::new());
    order(&mut desk, Order::Bed(filled(20, |_| 0.0)));
    play(&mut mixer, 50);
    order(&mut desk, load(1, Some(filled(20, ramp)), 10_000, 90_000));
    let got = play(&mut mixer, 50);
    assert!(events(&mut desk).contains(&"began 1 at 24000 late 14000".to_owned()));
    for (i, s) in got.iter().enumerate().skip(2_410) {
        assert_eq!(*s, ramp(14_000 + i as u64), "frame {i} after the join's fade");
    }
}

#[test]
fn a_late_deck_falls_to_the_bed_without_a_click_and_comes_back_in_place() {
    let (mut mixer, mut desk) = Mixer::new(Floor::new());
    order(&mut desk, Order::Bed(filled(20, |_| 0.25)));
    let (mut filler, voice) = feed(20);
    fill(&mut filler, 0..2, |_| 0.25);
    order(&mut desk, load(1, Some(voice), 0, 96_000));
    let mut got = play(&mut mixer, 40);
    fill(&mut filler, 2..8, |_| 0.25);
    got.extend(play(&mut mixer, 20));
    let told = events(&mut desk);
    assert!(told.contains(&"starved 1 at 9600".to_owned()), "{told:?}");
    assert!(told.contains(&"resumed 1 at 19200".to_owned()), "{told:?}");
    assert!(desk.gauges.underrun() >= Frames(9_600) && desk.gauges.underrun() < Frames(11_000));
    // Both sound at 0.25, so an equal-power crossfade stays between 0.17 and 0.36 throughout.
    assert!(got[480..].iter().all(|s| (0.15..0.40).contains(s)));
    let step = got.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    assert!(step < 0.02, "largest step {step}");
}

#[test]
fn a_bed_that_runs_dry_falls_to_the_floor_without_silence() {
    let (mut mixer, mut desk) = Mixer::new(Floor::new());
    let (mut filler, bed) = feed(20);
    fill(&mut filler, 0..10, |_| 0.1);
    order(&mut desk, Order::Bed(bed));
    let got = play(&mut mixer, 300);
    assert!(longest_silence(&got[960..]) < 480);
    assert_eq!(desk.gauges.rung(), Rung::Floor);
    assert!(desk.gauges.underrun() > Frames::ZERO);
    fill(&mut filler, 0..10, |_| 0.1);
    play(&mut mixer, 20);
    assert_eq!(desk.gauges.rung(), Rung::Sustaining);
    let told = events(&mut desk);
    assert!(told.iter().any(|t| t.starts_with("rung 0")) && told.iter().any(|t| t.starts_with("rung 1")), "{told:?}");
}

#[test]
fn a_retimed_cue_fades_out_and_a_forgotten_one_is_never_heard() {
    let (mut mixer, mut desk) = Mixer::new(Floor::new());
    order(&mut desk, Order::Bed(filled(20, |_| 0.0)));
    order(&mut desk, load(1, Some(filled(20, |_| 0.5)), 0, 96_000));
    order(&mut desk, load(2, Some(filled(20, |_| 0.9)), 9_600, 96_000));
    play(&mut mixer, 1);
    order(&mut desk, Order::Forget { key: CueKey(2) });
    order(&mut desk, Order::Retime { key: CueKey(1), end: Position(14_400), fade_out: Frames(4_800), under: None });
    let got = play(&mut mixer, 40);
    let at = |p: usize| got[p - BLOCK_FRAMES];
    assert!((at(9_599) - 0.5).abs() < 1e-6);
    assert!(
        (at(12_000) - 0.5 * std::f32::consts::FRAC_1_SQRT_2).abs() < 1e-3,
        "half way an equal-power fade is at −3 dB"
    );
    assert_eq!(at(14_400), 0.0);
    assert!(events(&mut desk).contains(&"ended 2 at 960 false".to_owned()));
}

#[test]
fn one_voice_too_many_comes_home_unheard() {
    let (mut mixer, mut desk) = Mixer::new(Floor::new());
    for key in 0..=MAX_VOICES as u64 {
        order(&mut desk, load(key, Some(filled(1, |_| 0.0)), 480_000, 500_000));
    }
    play(&mut mixer, 1);
    assert_eq!(events(&mut desk).iter().filter(|t| t.starts_with("refused")).count(), 1);
}

#[test]
fn whatever_the_sound_the_output_is_finite_and_within_full_scale() {
    let rows: [fn(u64) -> f32; 4] = [|_| f32::NAN, |_| f32::INFINITY, |_| 3.0, |_| f32::NEG_INFINITY];
    for value in rows {
        let (mut mixer, mut desk) = Mixer::new(Floor::new());
        order(&mut desk, load(1, Some(filled(5, value)), 0, 24_000));
        assert!(play(&mut mixer, 50).iter().all(|s| s.is_finite() && s.abs() <= 1.0));
    }
}

#[test]
fn a_stopping_process_fades_to_silence() {
    let (mut mixer, mut desk) = Mixer::new(Floor::new());
    play(&mut mixer, 100);
    order(&mut desk, Order::Close { over: Frames::from_millis(100) });
    let got = play(&mut mixer, 20);
    assert!(got[..480].iter().any(|s| s.abs() > 0.01));
    assert!(got[4_810..].iter().all(|s| *s == 0.0));
}

#[test]
fn a_slow_tap_loses_its_own_sound_and_keeps_its_time() {
    let specs = [TapSpec::new("slow", Frames(4_800)), TapSpec::new("quick", Frames(4_800))];
    let (mut fanout, mut taps) = Fanout::new(&specs);
    let (mut slow, mut quick) = (taps.remove(0), taps.remove(0));
    let (mut got_slow, mut got_quick) = (Vec::new(), Vec::new());
    let mut buffer = [[0.0; 2]; 700];
    for b in 0..100u64 {
        let mut block = Block { at: Position(b * 480), ..Block::default() };
        (0..).zip(block.frames.iter_mut()).for_each(|(i, f)| *f = [ramp(b * 480 + i) + 0.1; 2]);
        assert_no_alloc(|| fanout.push(&block));
        let n = quick.read(&mut buffer);
        got_quick.extend_from_slice(&buffer[..n]);
        if !(20..60).contains(&b) {
            loop {
                let n = slow.read(&mut buffer);
                if n == 0 {
                    break;
                }
                got_slow.extend_from_slice(&buffer[..n]);
                assert_eq!(slow.position(), Position(got_slow.len() as u64));
            }
        }
    }
    assert_eq!((got_quick.len(), quick.lost()), (48_000, Frames::ZERO));
    assert_eq!((got_slow.len(), slow.lost()), (48_000, Frames(31 * 480)));
    let silent = got_slow.iter().filter(|f| **f == [0.0; 2]).count();
    assert_eq!(silent, 31 * 480);
    for (i, (s, q)) in got_slow.iter().zip(&got_quick).enumerate() {
        assert!(s == q || *s == [0.0; 2], "frame {i} stands where it sounded");
    }
    drop(fanout);
    assert!(slow.ended());
}

#[test]
fn a_programme_that_has_gone_silent_leaves_its_place_until_it_sounds_again() {
    // Levels of the programme, and after how many seconds the bed takes over: never for what is heard or meant.
    type Row = (&'static str, fn(u64) -> f32, bool, Option<u64>);
    let rows: [Row; 5] = [
        ("nothing", |_| 0.0, false, Some(2)),
        ("hardly anything", |i| if i % 2 == 0 { 5e-4 } else { -5e-4 }, false, Some(8)),
        ("a quiet room", |i| if i % 2 == 0 { 2e-3 } else { -2e-3 }, false, None),
        ("pauses of a second and a half", |i| if i % 96_000 < 24_000 { 0.1 } else { 0.0 }, false, None),
        ("a minute of silence", |_| 0.0, true, None),
    ];
    for (name, value, meant, falls_s) in rows {
        let (mut mixer, mut desk) = Mixer::new(Floor::new());
        order(&mut desk, Order::Bed(filled(200, |_| 0.25)));
        let Order::Load(cue) = load(1, Some(filled(120, value)), 0, 12 * 48_000) else { unreachable!() };
        order(&mut desk, Order::Load(Load { silence_meant: meant, ..cue }));
        order(&mut desk, load(2, Some(filled(40, |_| 0.5)), 12 * 48_000, 16 * 48_000));
        let got = play(&mut mixer, 1_500);
        let told = events(&mut desk);
        let fallen = told.iter().find(|t| t.starts_with("hushed true"));
        let block_before = |s: u64| s * 48_000 - BLOCK_FRAMES as u64;
        assert_eq!(fallen.cloned(), falls_s.map(|s| format!("hushed true at {}", block_before(s))), "{name}: {told:?}");
        if let Some(s) = falls_s {
            let bed = &got[s as usize * 48_000 + 4_800..12 * 48_000];
            assert!(bed.iter().all(|s| (s - 0.25).abs() < 0.001), "{name}: the bed sounds");
            assert!(told.iter().any(|t| t.starts_with("hushed false at 5")), "{name}: the next is believed: {told:?}");
            assert!((got[12 * 48_000 + 24_000] - 0.5).abs() < 0.001, "{name}");
            assert_eq!(desk.gauges.rung(), Rung::Plan);
        }
    }
}

/// Keeps the live ring filled while blocks are rendered under the allocator that aborts.
fn play_live(mixer: &mut Mixer, filler: &mut LiveFiller, blocks: usize, value: f32) -> Vec<f32> {
    let mut out = Vec::new();
    for _ in 0..blocks {
        filler.push(&[[value; 2]; BLOCK_FRAMES]);
        out.extend(play(mixer, 1));
    }
    out
}

#[test]
fn somebody_live_is_heard_from_gate_to_gate_and_the_plan_goes_on_beneath() {
    let (mut mixer, mut desk) = Mixer::new(Floor::new());
    let (mut filler, line, gate) = live_feed();
    order(&mut desk, Order::Live(line));
    order(&mut desk, load(1, Some(filled(100, ramp)), 0, 480_000));
    let before = play_live(&mut mixer, &mut filler, 10, 0.5);
    assert!((before[4_799] - ramp(4_799)).abs() < 1e-6, "a closed gate changes nothing");
    gate.open(Position(9_600), Position(96_000));
    let heard = play_live(&mut mixer, &mut filler, 200, 0.5);
    let at = |i: usize| heard[i - 4_800];
    assert_eq!(at(9_599), ramp(9_599));
    assert!((19_201..86_400).all(|i| at(i) == 0.5), "nothing but the live sound");
    assert!((96_001..100_000).all(|i| at(i) == ramp(i as u64)), "the plan is where it would have been");
    let middle = at(14_400);
    let (half, want) = (std::f32::consts::FRAC_1_SQRT_2, 0.5 + ramp(14_400));
    assert!((middle - half * want).abs() < 1e-3, "a crossfade of equal power: {middle}");
    let step = heard[..90_000].windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    assert!(step < 0.001, "no click, largest step {step}");
    let told: Vec<_> = events(&mut desk).into_iter().filter(|e| e.starts_with("rung")).collect();
    // The rung changes in the middle of the crossfade, as exactly as a ramp of floats has a middle.
    let near = |told: &str, want: (&str, u64)| {
        told.strip_prefix(want.0).is_some_and(|at| at.parse::<u64>().unwrap().abs_diff(want.1) < 8)
    };
    let want = [("rung 3 at ", 0), ("rung 4 at ", 14_400), ("rung 3 at ", 91_200)];
    assert!(told.len() == 3 && told.iter().zip(want).all(|(told, want)| near(told, want)), "{told:?}");
}

#[test]
fn a_live_line_whose_thread_has_gone_gives_the_air_back_by_itself() {
    let (mut mixer, mut desk) = Mixer::new(Floor::new());
    let (mut filler, line, gate) = live_feed();
    order(&mut desk, Order::Live(line));
    order(&mut desk, load(1, Some(filled(100, |_| 0.25)), 0, 480_000));
    gate.open(Position(0), Position(u64::MAX));
    play_live(&mut mixer, &mut filler, 100, 0.5);
    drop(filler);
    let after = play(&mut mixer, 100);
    assert!(after[4_800 + 9_600 + 480..].iter().all(|s| (s - 0.25).abs() < 1e-6));
    assert!(longest_silence(&after) < 9_600, "0.1 s, and the crossfade has begun");
    assert_eq!(desk.gauges.rung(), Rung::Plan);
}

#[test]
fn the_line_does_not_know_the_words_of_waiting_and_failing() {
    const FORBIDDEN: [&str; 24] = [
        ".lock(",
        "Mutex",
        "RwLock",
        "Condvar",
        "Vec::push",
        "format!",
        "println",
        "eprintln",
        "std::fs",
        "std::net",
        "std::io",
        "HashMap",
        "BTreeMap",
        "Instant",
        "SystemTime",
        "Timestamp",
        ".unwrap()",
        ".expect(",
        "panic!",
        "unreachable!",
        "todo!",
        ".await",
        "tracing",
        "sleep",
    ];
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/src/realtime");
    let mut files = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.lines().filter(|l| !l.trim_start().starts_with("//"));
        for (line, i) in code.zip(1..) {
            for word in FORBIDDEN {
                assert!(!line.contains(word), "{}: {i}: “{word}” in: {line}", path.display());
            }
        }
        files += 1;
    }
    assert!(files >= 10, "the folder was found");
}

#[test]
fn a_sound_steps_back_and_comes_forward_without_a_jump() {
    let (mut mixer, mut desk) = Mixer::new(Floor::new());
    let under = Under { from: Position(4_800), factor: 0.25, attack: Frames(2_400), release: Frames(4_800) };
    let Order::Load(cue) = load(1, Some(filled(10, |_| 0.5)), 0, 48_000) else { unreachable!() };
    order(&mut desk, Order::Load(Load { under: Some(under), ..cue }));
    let mut out = play(&mut mixer, 30);
    // What was to speak over it does not come: it is let forward again.
    order(&mut desk, Order::Retime { key: CueKey(1), end: Position(48_000), fade_out: Frames::ZERO, under: None });
    out.extend(play(&mut mixer, 60));
    let rows =
        [("before", 4_799, 0.5), ("in the middle", 6_000, 0.3125), ("back", 7_200, 0.125), ("forward", 19_300, 0.5)];
    for (name, at, want) in rows {
        assert!((out[at] - want).abs() < 1e-3, "{name}: {} instead of {want}", out[at]);
    }
    let jump = out[480..40_000].windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0f32, f32::max);
    assert!(jump < 0.375 * 1.6 / 2_400.0, "{jump}");
}
