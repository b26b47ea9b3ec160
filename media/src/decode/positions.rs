//! What the positions of Ogg's pages may take off a sound.
//!
//! A page says which frame it ends with; frames beyond that are the coder's filling (RFC 7845 §4.4, Vorbis I §A.2). A false
//! position must not cost more than a coder ever fills: what it says to be no sound is held back until nothing follows, and
//! given when something does, or when there is too much of it.

use symphonia::core::packet::Packet;
use symphonia::core::units::Duration;

use super::foreign::Spec;

/// The longest that a coder adds at either end: a Vorbis block of 8,192 frames at 44.1 kHz takes 186 ms, an Opus packet 120.
const FILLING_MS_MAX: u64 = 200;

/// The positions of one link of an Ogg file.
#[derive(Debug, Default)]
pub struct Positions {
    held: Vec<f32>,
    /// How far the first position is off; known with the first packet.
    off: Option<i64>,
    /// Whether one of them was false: then none takes anything off any more.
    pub lie: bool,
}

impl Positions {
    /// What the demuxer would have the decoder take off this packet's end; the packet is decoded whole.
    pub fn end_of(packet: &mut Packet) -> Duration {
        std::mem::replace(&mut packet.trim_end, Duration::ZERO)
    }

    /// Where a packet begins, counted from the first frame that is to be heard, of which `delay` frames lie before.
    pub fn start(&mut self, at: i64, delay: i64, rate_hz: u32) -> i64 {
        let most = filling(rate_hz) as i64;
        let is_far = at < delay.saturating_neg().saturating_sub(most);
        let off = *self.off.get_or_insert(if is_far { at.saturating_add(delay) } else { 0 });
        self.lie |= is_far;
        at.saturating_sub(off)
    }

    /// Leaves in `out`, which are the frames of a packet, what is sound; `filling` of its frames at the end are said not to be.
    pub fn keep(&mut self, spec: Spec, filling_frames: u64, out: &mut Vec<f32>) {
        if self.lie || (filling_frames == 0 && self.held.is_empty()) {
            return;
        }
        let sounding =
            (out.len() / spec.channels).saturating_sub(usize::try_from(filling_frames).unwrap_or(usize::MAX));
        let end = out.split_off(sounding * spec.channels);
        let goes_on = !self.held.is_empty() && !out.is_empty();
        let is_long = self.held.len() + end.len() > filling(spec.rate_hz) as usize * spec.channels;
        if goes_on || is_long {
            self.lie = true;
            self.held.append(out);
            self.held.extend(end);
            std::mem::swap(out, &mut self.held);
        } else {
            self.held.extend(end);
        }
    }
}

const fn filling(rate_hz: u32) -> u64 {
    FILLING_MS_MAX * rate_hz as u64 / 1000
}
