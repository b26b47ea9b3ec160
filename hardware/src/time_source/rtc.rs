//! The clock with the battery, as the kernel shows it in `/sys/class/rtc`.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

/// How far the first real-time clock of this machine is ahead of `now`; `None` where there is none or it does not answer.
///
/// It shows whole seconds, so that it is up to one behind. Read through the kernel it takes no right.
pub fn rtc_ahead(class: &Path, now: Timestamp) -> Option<SignedDuration> {
    let text = std::fs::read_to_string(class.join("rtc0/since_epoch")).ok()?;
    let shows = Timestamp::from_second(text.trim().parse().ok()?).ok()?;
    // In the middle of the second that it shows.
    shows.checked_add(SignedDuration::from_millis(500)).ok().map(|shows| shows.duration_since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_a_battery_has_no_opinion() {
        let class = tempfile::tempdir().unwrap();
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        assert_eq!(rtc_ahead(class.path(), now), None);
        std::fs::create_dir(class.path().join("rtc0")).unwrap();
        for (text, ahead_s) in [("1790000060\n", Some(60)), ("0\n", Some(-1_790_000_000)), ("", None), ("later", None)]
        {
            std::fs::write(class.path().join("rtc0/since_epoch"), text).unwrap();
            let ahead = rtc_ahead(class.path(), now).map(|d| d - SignedDuration::from_millis(500));
            assert_eq!(ahead, ahead_s.map(SignedDuration::from_secs), "{text}");
        }
    }
}
