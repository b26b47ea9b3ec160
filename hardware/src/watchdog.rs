//! The machine's own watchdog (`/dev/watchdog`, Linux's watchdog API): a machine that nobody feeds starts anew.
//!
//! Opening it starts it, any byte feeds it, and only a `V` before the end lets it rest: whatever ends this process otherwise
//! leaves it running. How long it waits is the driver's (usually a minute).

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use rustix::fs::OFlags;

const FOOD: &[u8] = b"\n";
/// The magic close.
const REST: &[u8] = b"V";

/// A watchdog that runs.
#[derive(Debug)]
pub struct MachineWatchdog {
    device: File,
}

impl MachineWatchdog {
    /// Starts it: from now on it is to be fed.
    ///
    /// # Errors
    /// When there is none, somebody else feeds it, or this process may not.
    pub fn start(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = (OFlags::NONBLOCK | OFlags::CLOEXEC).bits().cast_signed();
        let device = OpenOptions::new().write(true).custom_flags(flags).open(path)?;
        Ok(Self { device })
    }

    /// Feeds it once.
    ///
    /// # Errors
    /// When the device is gone.
    pub fn feed(&mut self) -> io::Result<()> {
        self.device.write_all(FOOD)
    }

    /// Lets it rest: an ordered end. A driver built to never rest (`nowayout`) goes on.
    ///
    /// # Errors
    /// When the device is gone.
    pub fn rest(mut self) -> io::Result<()> {
        self.device.write_all(REST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_ordered_end_lets_it_rest() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut dog = MachineWatchdog::start(file.path()).unwrap();
        dog.feed().unwrap();
        dog.feed().unwrap();
        drop(dog);
        assert_eq!(std::fs::read(file.path()).unwrap(), b"\n\n", "a process that just ends leaves it running");
        MachineWatchdog::start(file.path()).unwrap().rest().unwrap();
        assert_eq!(std::fs::read(file.path()).unwrap()[..1], *b"V");
        assert!(MachineWatchdog::start(Path::new("/nonexistent/watchdog")).is_err());
    }
}
