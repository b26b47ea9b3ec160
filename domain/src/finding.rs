//! Complaints that stand beside a result.

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Goes through, and somebody should look.
    Warning,
    /// Refuses what it stands beside.
    Blocking,
}

/// One complaint: what is wrong, where, what to do, in both languages of the pages.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// A stable code: a rule (`R-OPT-04`) or a cause (`audio.clipping`).
    pub code: String,
    /// How much it matters.
    pub severity: Severity,
    /// Where, in seconds from the start of the sound or of the day it speaks of; `None` when it has no place.
    pub at_s: Option<f64>,
    /// The French sentence.
    pub fr: String,
    /// The English sentence.
    pub en: String,
}
