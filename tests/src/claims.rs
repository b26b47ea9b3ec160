//! Claims about a running station: all are tried, all failures are told.

/// Collects what did not hold, because a station is too dear to start for one claim at a time.
#[derive(Debug, Default)]
pub struct Claims {
    held: usize,
    broken: Vec<String>,
}

impl Claims {
    /// Notes `otherwise` when the claim does not hold.
    pub fn check(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if holds {
            self.held += 1;
        } else {
            self.broken.push(otherwise());
        }
    }

    /// Ends the test: fails when any claim did not hold, with what the station said at its end.
    pub fn settle(self, said: &str) {
        let tail: Vec<&str> = said.lines().rev().take(60).collect();
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        assert!(
            self.broken.is_empty(),
            "{} of {} claims do not hold:\n- {}\nThe station's last words:\n{}",
            self.broken.len(),
            self.broken.len() + self.held,
            self.broken.join("\n- "),
            tail.join("\n")
        );
    }
}
