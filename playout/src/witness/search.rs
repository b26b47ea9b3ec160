//! Where in what was sent lies what was heard.

use std::collections::VecDeque;

use super::print::Print;

/// Bits that may differ: what was sent stays below a third at 20 dB of noise, anything else above four tenths.
const DIFFERENT_MAX: f32 = 0.36;
/// Less than this many bits say nothing: a pause, a held note.
const BITS_MIN: u32 = 700;
/// How far a delay that is known may have moved since the last judgement: a tenth of a second for what comes in pieces, and more.
const NEAR: usize = 12;

/// The newest prints of a sound.
pub(super) struct Prints {
    prints: VecDeque<Print>,
    most: usize,
}

impl Prints {
    pub(super) fn keeping(most: usize) -> Self {
        Self { prints: VecDeque::with_capacity(most + 1), most }
    }

    pub(super) fn push(&mut self, print: Print) {
        self.prints.push_back(print);
        if self.prints.len() > self.most {
            self.prints.pop_front();
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.prints.len() == self.most
    }
}

/// The likeliest place of what was heard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    /// Prints between sending and hearing.
    pub delay: usize,
    /// The share of bits that differ.
    pub different: f32,
}

impl Match {
    pub(super) fn is_sure(&self) -> bool {
        self.different <= DIFFERENT_MAX
    }

    /// 1 for the same, 0 for what is alike by chance.
    pub(super) fn likeness(&self) -> f32 {
        (1.0 - 2.0 * self.different).clamp(0.0, 1.0)
    }
}

/// Looks where the delay was, then everywhere; `None` when too little was sent to tell.
pub(super) fn search(sent: &Prints, heard: &Prints, known: Option<usize>) -> Option<Match> {
    let delay_max = sent.prints.len().checked_sub(heard.prints.len())?;
    if let Some(known) = known {
        let near = best(sent, heard, known.saturating_sub(NEAR)..=(known + NEAR).min(delay_max));
        // While nothing was sent that could be recognised, whatever is heard is no reproach.
        if near.is_none_or(|near| near.is_sure()) {
            return near;
        }
    }
    best(sent, heard, 0..=delay_max)
}

fn best(sent: &Prints, heard: &Prints, delays: std::ops::RangeInclusive<usize>) -> Option<Match> {
    let at = |delay| Some(Match { delay, different: different(sent, heard, delay)? });
    delays.filter_map(at).min_by(|a, b| a.different.total_cmp(&b.different))
}

fn different(sent: &Prints, heard: &Prints, delay: usize) -> Option<f32> {
    let from = sent.prints.len().checked_sub(heard.prints.len() + delay)?;
    let pairs = sent.prints.range(from..from + heard.prints.len()).zip(&heard.prints);
    let (sure, differ) = pairs.fold((0, 0), |(sure, differ), (sent, heard)| {
        (sure + sent.sure.count_ones(), differ + ((sent.bits ^ heard.bits) & sent.sure).count_ones())
    });
    (sure >= BITS_MIN).then(|| differ as f32 / sure as f32)
}
