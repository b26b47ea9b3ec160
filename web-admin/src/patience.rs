//! How long a sender is waited for: half a minute at a time, and in all no longer than the slowest line would take.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::error::WebError;

/// A sender that is silent this long has lost its line.
const SILENT: Duration = Duration::from_secs(30);
/// The slowest line that is waited for (3.5 kbit/s); slower ones hold a place for nothing.
const BYTES_A_SECOND_MIN: u64 = 437;

/// The patience with one body.
pub(crate) struct Patience {
    began: Instant,
    bytes: u64,
}

impl Patience {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), bytes: 0 }
    }

    /// Waits for what comes next.
    ///
    /// # Errors
    /// [`WebError::Silent`] when the sender was silent for half a minute, or slower than any line since the beginning.
    pub(crate) async fn with<T>(&self, next: impl Future<Output = T>) -> Result<T, WebError> {
        timeout_at(self.until(Instant::now()), next).await.map_err(|_| WebError::Silent)
    }

    /// When the wait that begins at `now` ends.
    fn until(&self, now: Instant) -> Instant {
        let in_all = self.began + SILENT + Duration::from_secs(self.bytes / BYTES_A_SECOND_MIN);
        in_all.min(now + SILENT)
    }

    /// Bytes have come.
    pub(crate) const fn came(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long a sender of `bytes` each `every` is listened to, up to an hour.
    fn listened_to_s(bytes: usize, every: Duration) -> u64 {
        let mut patience = Patience::new();
        let (began, mut now) = (patience.began, patience.began);
        while now - began < Duration::from_hours(1) {
            let until = patience.until(now);
            if now + every > until {
                return (until - began).as_secs();
            }
            now += every;
            patience.came(bytes);
        }
        3600
    }

    #[test]
    fn a_slow_line_is_waited_for_and_a_slower_one_is_not() {
        let rows = [
            ("512 bytes a second, the slowest satellite line in rain", 512, 1, 3600..3601),
            ("16 KiB each 29 s", 16 << 10, 29, 3600..3601),
            ("a byte each 10 s", 1, 10, 30..31),
            ("nothing", 0, 31, 30..31),
        ];
        for (what, bytes, every_s, within_s) in rows {
            let s = listened_to_s(bytes, Duration::from_secs(every_s));
            assert!(within_s.contains(&s), "{what}: {s} s");
        }
    }
}
