//! The thread that turns the engine: at most 50 ms apart, whatever the rest of the process does.

use domain::{Alarm, Frames, NowNext, Revision, Rung};
use jiff::Timestamp;

/// What the engine said after its last turn.
#[derive(Clone, Debug, Default)]
pub struct EngineView {
    /// Whether the wall clock is trusted.
    pub time_trusted: bool,
    /// The rung that sounds.
    pub rung: Rung,
    /// What is on.
    pub now: Option<NowNext>,
    /// What is next.
    pub next: Option<NowNext>,
    /// The plan revision in use.
    pub revision: Option<Revision>,
    /// How far ahead plans reach.
    pub plan_until: Option<Timestamp>,
    /// Frames that a late voice cost.
    pub underrun: Frames,
    /// The engine's own conditions.
    pub alarms: Vec<Alarm>,
}
