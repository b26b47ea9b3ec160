//! The silence watch: a programme that has gone silent although it should sound leaves its place to the rungs below.

use domain::Frames;

use super::block::{BLOCK_FRAMES, Frame};

/// Below this there is nothing at all: −120 dBFS, less than a bit of 16.
const NOTHING: f32 = 1e-6;
/// Below this nobody hears anything: −60 dBFS.
const LOW: f32 = 1e-3;
/// How long a programme may be digitally silent: longer than any pause of speech, shorter than a listener's patience.
pub const SILENCE_MAX: Frames = Frames::from_secs(2);
/// How long it may stay below −60 dBFS: the room of a hall between two sentences is louder.
pub const LOW_MAX: Frames = Frames::from_secs(8);
/// How long it must sound to be believed again.
const SOUND_MIN: Frames = Frames::from_millis(200);

/// What the cues have sounded like lately.
#[derive(Debug, Default)]
pub(super) struct Hush {
    nothing: Frames,
    low: Frames,
    sound: Frames,
    /// Whether the rungs below sound instead.
    fallen: bool,
}

impl Hush {
    /// Looks at what the cues made of a block, where they `cover` it. While they are too silent, takes their cover away, so
    /// that the bed comes in under them. Says when that begins and ends. Silence that is `meant` is none.
    pub(super) fn watch(
        &mut self,
        sound: &[Frame; BLOCK_FRAMES],
        cover: &mut [u8; BLOCK_FRAMES],
        meant: bool,
    ) -> Option<bool> {
        if meant || cover.iter().all(|c| *c == 0) {
            // Nothing is promised here, or just this: what follows is judged anew.
            let was = std::mem::take(self).fallen;
            return was.then_some(false);
        }
        let peak = sound.iter().flatten().fold(0.0f32, |m, s| m.max(s.abs()));
        let block = Frames(BLOCK_FRAMES as u64);
        let count = |so_far: Frames, goes_on: bool| if goes_on { so_far + block } else { Frames::ZERO };
        self.nothing = count(self.nothing, peak < NOTHING);
        self.low = count(self.low, peak < LOW);
        self.sound = count(self.sound, peak >= LOW);
        let was = self.fallen;
        self.fallen = if was { self.sound < SOUND_MIN } else { self.nothing >= SILENCE_MAX || self.low >= LOW_MAX };
        if self.fallen {
            *cover = [0; BLOCK_FRAMES];
        }
        (self.fallen != was).then_some(self.fallen)
    }
}
