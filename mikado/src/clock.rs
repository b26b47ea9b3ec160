//! The wall clock of this process: the machine's, moved by a fixed shift when a demonstration asks for another time.

use jiff::{SignedDuration, Timestamp};

/// The one place where a mikado process reads the wall clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct WallClock {
    shift: SignedDuration,
}

impl WallClock {
    /// A clock that shows the machine's time plus `shift`.
    pub const fn shifted(shift: SignedDuration) -> Self {
        Self { shift }
    }

    /// The shift, for handing on to child processes.
    pub const fn shift(&self) -> SignedDuration {
        self.shift
    }

    /// What the wall shows now.
    pub fn now(&self) -> Timestamp {
        let machine = Timestamp::now();
        machine.checked_add(self.shift).unwrap_or(machine)
    }
}
