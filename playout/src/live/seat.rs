//! The engine's end of a live line: each turn from the desk to the gate, with what somebody should know of it.

use std::sync::Arc;

use domain::{AssetId, Finding, LiveState, Moment, Outcome, Position};

use super::desk::{Guest, LiveDesk, Report};
use super::hearing::SILENT_MAX;
use super::takeover::{End, Gate, Source, Standing, Takeover};
use super::{Fault, sentences};
use crate::conductor::OnAir;
use crate::realtime::LiveGate;
use crate::timeline::Timeline;

/// Everything of a live line but its sound.
pub(crate) struct Seat {
    desk: Arc<LiveDesk>,
    gate: Arc<LiveGate>,
    takeover: Takeover,
    /// Who had the air last, and how they left it.
    person: String,
    outcome: Outcome,
    /// What is being complained of.
    raised: Vec<String>,
}

/// What a turn wants somebody to know: conditions that are, and codes of those that are over.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) raised: Vec<Finding>,
    pub(crate) calmed: Vec<String>,
}

impl Seat {
    pub(crate) fn new(desk: Arc<LiveDesk>, gate: Arc<LiveGate>) -> Self {
        let (person, raised) = (String::new(), Vec::new());
        Self { desk, gate, takeover: Takeover::default(), person, outcome: Outcome::Whole, raised }
    }

    /// One turn; `kept` is the present or next stretch that nobody may cover.
    pub(crate) fn turn(&mut self, now: Moment, time: &Timeline, kept: Option<(Position, Position)>) -> Told {
        let there = self.desk.look();
        let source = there.as_ref().map(|(guest, report)| self.source(now, time, guest, *report));
        match self.takeover.look(now.at, source, kept) {
            Gate::Open(from, until) => self.gate.open(from, until),
            Gate::Closed => self.gate.close(),
        }
        let mut findings = Vec::new();
        if let Some(end) = self.takeover.take_end() {
            self.outcome = outcome(end);
            tracing::info!(person = %self.person, ?end, "live off the air");
        }
        if let (Some((guest, report)), Some(source)) = (&there, source) {
            let on_since = self.takeover.on_since();
            if on_since.is_some() && self.person != guest.person {
                self.person.clone_from(&guest.person);
            }
            findings.extend(source.fault.map(|fault| fault.finding(&guest.person)));
            findings.extend(warning(self.takeover.standing(), guest, report));
            findings.extend(ending(now, source.until, &guest.person).filter(|_| on_since.is_some()));
            self.desk.show(state(self.takeover.standing()), on_since.and_then(|at| time.wall_of(at)));
        }
        self.compare(findings)
    }

    /// The last who had the air, as the thing that sounded, and how it ended.
    pub(crate) fn aired(&self) -> (Option<AssetId>, Outcome) {
        (asset(&self.person), self.outcome)
    }

    /// How whoever has, or had, the air stands to the plan.
    pub(crate) fn on_air(&self) -> OnAir {
        match (self.takeover.on_since(), self.outcome) {
            (Some(_), _) => OnAir::Live,
            (None, Outcome::Whole) => OnAir::Nobody,
            (None, _) => OnAir::Lost,
        }
    }

    fn source(&self, now: Moment, time: &Timeline, guest: &Guest, report: Report) -> Source {
        // Two must agree that somebody on the air is silent: who listened to what came in, and the mixer.
        let silent_here = now.at.since(self.gate.sounded()).is_some_and(|quiet| quiet >= SILENT_MAX);
        let believed = |fault: &Fault| *fault != Fault::Silent || self.takeover.on_since().is_none() || silent_here;
        Source {
            number: guest.number,
            is_flowing: report.is_flowing,
            is_over: report.is_over,
            fault: report.fault.filter(believed),
            // A right whose time cannot be told on this output has not begun.
            until: time.position_of(guest.until).unwrap_or(Position(0)),
        }
    }

    fn compare(&mut self, findings: Vec<Finding>) -> Told {
        let codes: Vec<String> = findings.iter().map(|f| f.code.clone()).collect();
        let calmed = std::mem::replace(&mut self.raised, codes.clone());
        Told { raised: findings, calmed: calmed.into_iter().filter(|c| !codes.contains(c)).collect() }
    }
}

fn warning(standing: Standing, guest: &Guest, report: &Report) -> Option<Finding> {
    let lost = matches!(standing, Standing::Holding | Standing::Proving(_));
    (lost && !report.is_over && report.fault.is_none()).then(|| sentences::lost(&guest.person))
}

fn ending(now: Moment, until: Position, person: &str) -> Option<Finding> {
    let left = until.since(now.at)?.as_duration();
    match left.as_secs() {
        0..60 => Some(sentences::ends_in_a_minute(person)),
        60..600 => Some(sentences::ends_in_ten(person)),
        _ => None,
    }
}

fn state(standing: Standing) -> LiveState {
    match standing {
        Standing::Nobody | Standing::Waiting => LiveState::Waiting,
        Standing::Proving(_) => LiveState::Proving,
        Standing::Kept => LiveState::Kept,
        Standing::OnAir => LiveState::OnAir,
        Standing::Holding => LiveState::Holding,
    }
}

fn outcome(end: End) -> Outcome {
    match end {
        End::Left | End::Expired => Outcome::Whole,
        End::Kept => Outcome::Cut,
        End::Lost | End::Fault(_) => Outcome::Damaged,
    }
}

/// `direct-` and the name in the letters that names of things have; a name in other letters leaves `direct`.
fn asset(person: &str) -> Option<AssetId> {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let name: String = media::catalogue::sort_key(person).chars().take(40).map(plain).collect();
    format!("direct-{}", name.trim_matches('-')).trim_end_matches('-').parse().ok()
}
