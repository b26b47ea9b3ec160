//! A start that waits for somebody live, sample by sample.

use std::path::PathBuf;
use std::sync::Arc;

use domain::{BootId, Fit, Moment, Position, Start, Wait};
use jiff::{SignedDuration, Timestamp};
use playout::engine::{Engine, EngineConfig};
use playout::live::{Guest, LiveDesk, Report};
use playout::realtime::{Block, live_feed};

use super::*;

/// A network element of 10 s, an opt-out (5 s of opening and 20 s that give way) and the network again at 08:00:35.
fn opt_out() -> SitePlan {
    let plan = day(&[10, 5, 20, 20].map(|s| (s, audio(s as u8, Frames::ZERO))));
    let mut entries = plan.entries().to_vec();
    entries[2].what = audio(5, Frames::ZERO);
    entries[2].wait = Wait { early: Frames::from_secs(2), late: Frames::from_secs(15) };
    (entries[3].start, entries[3].fit, entries[3].fade_out) = (Start::Follows, Fit::Elastic, Frames::from_secs(3));
    entries[4].what = audio(9, Frames::ZERO);
    let bounds = (entries[0].at, entries[entries.len() - 1].end());
    SitePlan::new(plan.site(), plan.day(), plan.revision(), bounds, entries).unwrap()
}

/// What is heard from 08:00:00 on with somebody live from 4 s until then; the live sound is a constant.
fn with_live(until_s: u64, library: &Tones) -> Vec<f32> {
    let config = EngineConfig {
        site: "GAO".parse().unwrap(),
        boot: BootId(0),
        shelf_dir: PathBuf::new(),
        bed: Some(PathBuf::new()),
        journal_dir: None,
        last_seen: None,
        ceiling: TruePeak::CEILING,
        agc: None,
    };
    let (mut engine, mut mixer) = Engine::in_step(&config, Box::new(library.clone()));
    let start: Timestamp = "2026-11-24T08:00:00Z".parse().unwrap();
    let moment = |at: Position| Moment { at, wall: Some(start + Frames(at.0).as_duration()) };
    engine.set_plans(moment(mixer.position()), bundle(1, vec![opt_out()]));
    let (mut filler, feed, gate) = live_feed();
    let desk = Arc::new(LiveDesk::default());
    engine.set_live(feed, gate, Arc::clone(&desk));
    let (mut out, mut block) = (Vec::new(), Block::default());
    for n in 0..40 * 100 {
        if n == 400 {
            let (person, source) = ("Awa Touré".to_owned(), "Ogg".to_owned());
            desk.seat(Some(Guest { number: 1, person, source, until: start + SignedDuration::from_hours(1) }));
            desk.report(Report { is_flowing: true, ..Report::default() });
        } else if n == until_s * 100 {
            desk.seat(None);
        }
        filler.push(&[[0.125; 2]; BLOCK_FRAMES]);
        engine.turn(moment(mixer.position()));
        mixer.render(&mut block);
        out.extend(block.frames.iter().map(|f| f[0]));
    }
    out
}

#[test]
fn an_opt_out_is_heard_whole_from_where_the_live_element_ended_and_the_network_comes_back_on_its_frame() {
    let library = tones(&[(10, tone(441.3, 10)), (5, tone(1_000.7, 5)), (20, tone(523.0, 20)), (9, tone(300.0, 20))]);
    let [opening, content, network] = [5, 20, 9].map(|n| library.0[&n]);
    // When who is live leaves, and when the opt-out may begin: at once, or at its time.
    for (until_s, begins_ms) in [(7, 10_000..10_001), (9, 9_000..9_200), (18, 18_000..18_200)] {
        let got = with_live(until_s, &library);
        let fades = 9_600; // Whoever was live is still fading away.
        let is = |p: usize| (fades..5 * 48_000).step_by(97).all(|i| close(got[p + i], opening.sample(i as u64)));
        let frames = begins_ms.start * 48..begins_ms.end * 48;
        let begun = frames.clone().find(|p| is(*p)).unwrap_or_else(|| panic!("{until_s}: not begun in {frames:?}"));
        let (goes_on, fades, back) = (begun + 5 * 48_000, 32 * 48_000, 35 * 48_000);
        for (p, heard) in got.iter().enumerate().take(fades).skip(goes_on) {
            assert!(close(*heard, content.sample((p - goes_on) as u64)), "{until_s}: frame {p}");
        }
        assert!(got[back - 48..back].iter().all(|s| s.abs() < 0.01), "{until_s}: it has faded away");
        // Where the bed filled what was gained, it is still leaving beneath.
        let leaves = if until_s == 9 { 2_880 } else { 0 };
        for (p, heard) in got.iter().enumerate().skip(back + leaves) {
            assert!(close(*heard, network.sample((p - back) as u64)), "{until_s}: frame {p} is the network's");
        }
        let silent = got[48_000..].chunks(480).position(|b| b.iter().all(|s| s.abs() < 1e-3));
        assert_eq!(silent, None, "{until_s}: never silent");
    }
}
