//! Where nothing is heard: before, after and in between.

use domain::Frames;

use super::HOP_FRAMES;

/// Silence is where no sample of 10 ms passes −60 dBFS: below the noise of any room, above dither.
pub const SILENCE_PEAK: f32 = 0.001;
/// Listeners take longer silence for a fault.
pub const SILENCE_MS_MAX: u64 = 3000;
/// More places than a person looks at.
pub const SILENCES_MAX: usize = 20;

/// A stretch in which nothing is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Where it begins.
    pub at: Frames,
    /// How long it lasts.
    pub length: Frames,
}

/// Silences in the making, hop by hop.
#[derive(Clone, Debug, Default)]
pub struct Silences {
    /// Hops seen, and hops since the last that sounded.
    hops: u64,
    run: u64,
    lead: Option<u64>,
    long: Vec<Silence>,
    longest: Option<Silence>,
    count: usize,
}

impl Silences {
    /// Adds one hop, whose highest sample is `peak`.
    pub fn add(&mut self, peak: f32) {
        if peak < SILENCE_PEAK {
            self.run += 1;
        } else {
            self.end_run();
            self.lead.get_or_insert(self.hops);
        }
        self.hops += 1;
    }

    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        if Frames(run * HOP_FRAMES as u64) > Frames::from_millis(SILENCE_MS_MAX) {
            let hops = |n: u64| Frames(n * HOP_FRAMES as u64);
            let silence = Silence { at: hops(self.hops - run), length: hops(run) };
            self.count += 1;
            if self.longest.is_none_or(|l| l.length < silence.length) {
                self.longest = Some(silence);
            }
            if self.long.len() < SILENCES_MAX {
                self.long.push(silence);
            }
        }
    }

    /// Silence before the first sound of `length` in all.
    pub fn lead(&self, length: Frames) -> Frames {
        Frames(self.lead.unwrap_or(self.hops) * HOP_FRAMES as u64).min(length)
    }

    /// Silence after the last sound of `length` in all.
    pub fn trail(&self, length: Frames) -> Frames {
        Frames(self.run * HOP_FRAMES as u64).min(length)
    }

    /// The first [`SILENCES_MAX`] silences over 3 s, how many there are, and the longest.
    pub fn finish(mut self) -> (Vec<Silence>, usize, Option<Silence>) {
        self.end_run();
        (self.long, self.count, self.longest)
    }
}
