//! How much of the site's load is shed now, as the thread of the power equipment says it and the encoders read it.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use hardware::power::Shed;

/// Written by one thread, read by the encoders.
#[derive(Debug, Default)]
pub struct SharedShed(AtomicU8);

impl SharedShed {
    /// From now on this much.
    pub fn set(&self, shed: Shed) {
        self.0.store(shed as u8, Relaxed);
    }

    /// Whether at least this much is shed.
    pub fn is(&self, least: Shed) -> bool {
        self.0.load(Relaxed) >= least as u8
    }
}
