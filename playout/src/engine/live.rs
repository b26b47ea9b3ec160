//! What the engine does for somebody live: the gate on every turn, the alarms, the record.

use std::sync::Arc;

use domain::{Entry, Frames, Moment, Position, Rung};

use super::Engine;
use crate::conductor::Fact;
use crate::live::{LiveDesk, Seat};
use crate::realtime::{CueKey, LiveFeed, LiveGate, Order};

impl Engine {
    /// Gives the site a line on which somebody live may take the air: the sound by `feed`, everything else by `desk`.
    pub fn set_live(&mut self, feed: LiveFeed, gate: Arc<LiveGate>, desk: Arc<LiveDesk>) {
        self.order(Order::Live(feed));
        self.live = Some(Seat::new(desk, gate));
    }

    pub(super) fn turn_live(&mut self, now: Moment) {
        let Some(mut seat) = self.live.take() else { return };
        let kept = self.kept(now.at);
        let told = seat.turn(now, self.conductor.timeline(), kept);
        let since = self.wall(now);
        for finding in told.raised {
            self.board.raise(now.at, since, "live", finding);
        }
        for code in told.calmed {
            self.board.calm(now.at, &code, "live");
        }
        let on_air = seat.on_air();
        self.live = Some(seat);
        if std::mem::replace(&mut self.on_air, on_air) != on_air {
            self.tell(now, Fact::Live(on_air));
        }
    }

    /// A cue that waits begins elsewhere than it was loaded for, on the mixer and in the books.
    pub(super) fn start(&mut self, key: CueKey, (at, end, fade_out): (Position, Position, Frames)) {
        self.ledger.start(key, at, end.since(at).unwrap_or_default());
        self.order(Order::Start { key, at, end, fade_out });
    }

    /// Another rung sounds: what that means for the record.
    pub(super) fn turn_rung(&mut self, rung: Rung, at: Position) {
        let time = self.conductor.timeline();
        let (asset, outcome) = self.live.as_ref().map(Seat::aired).unwrap_or_default();
        if rung == Rung::Live {
            self.ledger.covered(at, asset, time);
        } else {
            self.ledger.uncovered(at, outcome, time);
        }
        self.ledger.rung(rung, at, time);
    }

    /// The present or next stretch of the plan that nobody may cover.
    fn kept(&self, now: Position) -> Option<(Position, Position)> {
        let (present, next) = self.conductor.now_next(now);
        let time = self.conductor.timeline();
        let stretch = |e: &Entry| Some((time.position_of(e.at)?, time.position_of(e.end())?));
        [present, next].into_iter().flatten().filter(|e| keeps_its_place(e)).find_map(stretch)
    }
}

/// What nobody live may cover: a silence that is meant, and an alert, which the station's templates name so. Everything else
/// that starts hard goes on beneath and is joined when the air comes back.
fn keeps_its_place(entry: &Entry) -> bool {
    entry.silence_meant || entry.programme.as_str().starts_with("alerte-")
}
