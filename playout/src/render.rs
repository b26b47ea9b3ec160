//! The air without waiting for it: the same engine and the same mixer, faster than time.

use domain::{BootId, Frames, Loudness, Moment, Position, SiteId, TruePeak};
use jiff::{SignedDuration, Timestamp};

use crate::deck::Library;
use crate::engine::{Engine, EngineConfig};
use crate::planfile::PlanBundle;
use crate::realtime::{BLOCK_FRAMES, Block, Frame};

/// What is rendered before the first frame that is given, so that joins and fades of the start are over: the station had
/// been running.
const LEAD_IN: Frames = Frames::from_secs(2);

/// Which stretch of which site's air.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RenderSpec {
    /// The site.
    pub site: SiteId,
    /// Wall time of the first frame.
    pub from: Timestamp,
    /// How much.
    pub length: Frames,
    /// What nothing passes.
    pub ceiling: TruePeak,
    /// Where the station's levelling leads everything; `None` has none.
    pub agc: Option<Loudness>,
}

/// Renders what the site's transmitter gets from `spec.from` on and hands it to `sink`, in order, without a hole. The same
/// arguments give the same samples. Decks are waited for, so that no underrun can happen; `sink` may stop it by `false`.
pub fn render(
    spec: RenderSpec,
    plans: PlanBundle,
    library: Box<dyn Library>,
    mut sink: impl FnMut(&[Frame]) -> bool,
) -> Engine {
    let config = EngineConfig {
        site: spec.site,
        boot: BootId(0),
        shelf_dir: std::path::PathBuf::new(),
        bed: library.bed().is_some().then(std::path::PathBuf::new),
        journal_dir: None,
        last_seen: None,
        ceiling: spec.ceiling,
        agc: spec.agc,
    };
    let (mut engine, mut mixer) = Engine::in_step(&config, library);
    let lead_in = SignedDuration::from_nanos(LEAD_IN.as_duration().as_nanos() as i64);
    let start = spec.from.checked_sub(lead_in).unwrap_or(spec.from);
    let wall = |at: Position| start.checked_add(Frames(at.0).as_duration()).unwrap_or(start);
    let moment = |at: Position| Moment { at, wall: Some(wall(at)) };
    // The plans first: an engine that has turned without any says so.
    engine.set_plans(moment(Position(0)), plans);
    engine.turn(moment(Position(0)));
    let mut block = Block::default();
    let (first, last) = (LEAD_IN.0, LEAD_IN.0 + spec.length.0);
    while mixer.position().0 < last {
        engine.turn(moment(mixer.position()));
        mixer.render(&mut block);
        let skip = first.saturating_sub(block.at.0).min(BLOCK_FRAMES as u64) as usize;
        let take = (last - block.at.0).min(BLOCK_FRAMES as u64) as usize;
        let wanted = block.frames.get(skip..take.max(skip)).unwrap_or_default();
        if !wanted.is_empty() && !sink(wanted) {
            break;
        }
    }
    engine
}
