//! What a deck can play, and where it gets it.

use domain::{AudioHash, Frames};

use crate::error::Result;
use crate::realtime::Frame;

/// A sound that can be read from any frame on. [`media`'s canonical reader](media) is the one that airs.
pub trait Sound: Send {
    /// Its whole length.
    fn length(&self) -> Frames;
    /// Goes to frame `to` exactly.
    fn seek(&mut self, to: Frames) -> Result<()>;
    /// Fills `out` from the front and says how many frames; 0 only at the end. Frames given before an error are good.
    fn read(&mut self, out: &mut [Frame]) -> Result<usize>;
}

/// Where sounds come from.
pub trait Library: Send {
    /// Opens the sound with exactly these bytes, checked whole.
    fn open(&self, hash: AudioHash) -> Result<Box<dyn Sound>>;
    /// Opens the site's sustaining bed; `None` when the site has none.
    fn bed(&self) -> Option<Result<Box<dyn Sound>>>;
}
