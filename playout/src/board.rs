//! The alarm board: one line per condition, with the time since when.

use domain::{Alarm, Finding, Frames, Position};
use jiff::Timestamp;

/// Alarms held at once: as many as vitals carry; an older one gives way.
const MAX_ALARMS: usize = 32;
/// An alarm stays readable this long after its condition is over, so that a short one is seen at all.
const LINGER: Frames = Frames::from_secs(60);

struct Line {
    about: String,
    alarm: Alarm,
    raised_at: Position,
    over_at: Option<Position>,
}

/// Conditions that somebody should know of, newest first.
#[derive(Default)]
pub(crate) struct Board {
    lines: Vec<Line>,
}

impl Board {
    /// Raises an alarm, or renews the one with the same code and subject without touching its time.
    pub(crate) fn raise(&mut self, at: Position, since: Timestamp, about: &str, finding: Finding) {
        if let Some(line) = self.lines.iter_mut().find(|l| l.about == about && l.alarm.finding.code == finding.code) {
            line.alarm.finding = finding;
            line.over_at = None;
            return;
        }
        tracing::warn!(code = %finding.code, "{}", finding.en);
        let alarm = Alarm { finding, since };
        self.lines.insert(0, Line { about: about.to_owned(), alarm, raised_at: at, over_at: None });
        self.lines.truncate(MAX_ALARMS);
    }

    /// Says that a condition is over; its alarm goes when it has been readable for a minute in all.
    pub(crate) fn calm(&mut self, at: Position, code: &str, about: &str) {
        let same = |l: &&mut Line| l.about == about && l.alarm.finding.code == code && l.over_at.is_none();
        if let Some(line) = self.lines.iter_mut().find(same) {
            line.over_at = Some(at.max(line.raised_at + LINGER));
        }
    }

    /// Forgets what is over.
    pub(crate) fn sweep(&mut self, at: Position) {
        self.lines.retain(|l| l.over_at.is_none_or(|over| at < over));
    }

    /// The alarms, newest first.
    pub(crate) fn alarms(&self) -> Vec<Alarm> {
        self.lines.iter().map(|l| l.alarm.clone()).collect()
    }
}
