//! HE-AAC in a build without a decoder for it: it is refused with what to export instead (see `design/0012`).

use symphonia::core::codecs::audio::AudioCodecParameters;

use super::foreign::Spec;

/// No such decoder exists.
pub enum HeAac {}

impl HeAac {
    /// There is none.
    pub fn open(_: &AudioCodecParameters) -> Option<Self> {
        None
    }

    /// There is none.
    pub fn recognise(_: &AudioCodecParameters, _: &[u8]) -> Option<Self> {
        None
    }

    /// Never called.
    pub fn decode(&mut self, _: &[u8], _: &mut Vec<f32>) -> Option<Spec> {
        match *self {}
    }

    /// Never called.
    pub fn finish(&mut self, _: &mut Vec<f32>) -> Option<Spec> {
        match *self {}
    }

    /// Never called.
    pub fn delay_frames(&self) -> i64 {
        match *self {}
    }
}
