//! What sounds where no cue does: the bed, and under it the floor.

use domain::{Frames, Rung};
use rtrb::Producer;

use super::block::{BLOCK_FRAMES, Frame, SILENCE};
use super::feed::{Chunk, Feed};
use super::floor::Floor;
use super::ramp::Ramp;

/// Frames over which a lower rung comes in or goes: 50 ms, a quarter of what a listener may notice as a hole.
pub const RUNG_FADE: Frames = Frames::from_millis(50);

/// A bed with less than this ahead is leaving: its fade, and the block in which that is noticed.
const BED_LOW: usize = RUNG_FADE.0 as usize + BLOCK_FRAMES;
/// A bed that ran low is believed again when this much is ahead: half a second.
const BED_GOOD: usize = 24_000;

/// Rungs 1 and 0. The bed stands still, primed, while it is not heard.
pub(super) struct Ladder {
    bed: Option<Feed>,
    bed_ready: bool,
    bed_ramp: Ramp,
    floor: Floor,
    floor_ramp: Ramp,
    rung: Rung,
}

/// What one block did on the lower rungs.
pub(super) struct Fallen {
    /// The last change of rung in the block, and its frame.
    pub(super) change: Option<(Rung, usize)>,
    /// Frames that should have been the bed's and were the floor's.
    pub(super) late_frames: u64,
}

impl Ladder {
    pub(super) fn new(floor: Floor) -> Self {
        let (bed_ramp, floor_ramp) = (Ramp::at(0.0), Ramp::at(0.0));
        Self { bed: None, bed_ready: false, bed_ramp, floor, floor_ramp, rung: Rung::Floor }
    }

    pub(super) fn rung(&self) -> Rung {
        self.rung
    }

    pub(super) fn set_bed(&mut self, bed: Feed) -> Option<Feed> {
        self.bed.replace(bed)
    }

    /// Adds the lower rungs wherever `cover` is 0, with a ramp on either side, the bed at the gains of `below`. The floor
    /// is never faded: it sounds when all else has failed.
    pub(super) fn render(
        &mut self,
        out: &mut [Frame; BLOCK_FRAMES],
        (cover, below): (&[u8; BLOCK_FRAMES], &[f32; BLOCK_FRAMES]),
        home: &mut Producer<Chunk>,
    ) -> Fallen {
        let was_ready = self.bed_ready;
        let ahead = self.bed.as_ref().map_or(0, Feed::available);
        self.bed_ready = ahead >= if was_ready { BED_LOW } else { BED_GOOD };
        let mut fallen = Fallen { change: None, late_frames: 0 };
        let quiet = self.bed_ramp.is_silent() && self.floor_ramp.is_silent();
        if quiet && cover.iter().all(|c| *c == self.rung.number()) && self.rung > Rung::Sustaining {
            return fallen;
        }
        let fade = RUNG_FADE.0 as f32;
        for (i, ((frame, cover), below)) in out.iter_mut().zip(cover).zip(below).enumerate() {
            let bare = *cover == 0;
            self.track(*cover, i, &mut fallen);
            let bed_wanted = bare && self.bed_ready;
            let floor_wanted = bare && !self.bed_ready;
            if bed_wanted || !self.bed_ramp.is_silent() {
                let g = self.bed_ramp.step(bed_wanted, fade) * below;
                add(frame, self.bed_frame(home), g);
            }
            if floor_wanted || !self.floor_ramp.is_silent() {
                let g = self.floor_ramp.step(floor_wanted, fade);
                add(frame, self.floor.next_frame(), g);
                fallen.late_frames += u64::from(floor_wanted && self.bed.is_some());
            }
        }
        fallen
    }

    fn track(&mut self, cover: u8, i: usize, fallen: &mut Fallen) {
        let below = if self.bed_ready { Rung::Sustaining } else { Rung::Floor };
        let rung = Rung::from_number(cover).filter(|_| cover > 0).unwrap_or(below);
        if rung != self.rung {
            self.rung = rung;
            fallen.change = Some((rung, i));
        }
    }

    fn bed_frame(&mut self, home: &mut Producer<Chunk>) -> Frame {
        let mut one = [SILENCE];
        if let Some(bed) = &mut self.bed {
            bed.take(&mut one, home);
        }
        let [frame] = one;
        frame
    }
}

fn add(out: &mut Frame, frame: Frame, gain: f32) {
    out[0] += frame[0] * gain;
    out[1] += frame[1] * gain;
}
