//! Whoever speaks on a line that lies open: their seat while they have a right, and what of their sound goes to the air.

use std::time::{Duration, Instant};

use domain::Frames;
use playout::realtime::Frame;

use super::door::{Door, Seat, is_revoked};
use super::line::Word;
use crate::rights::Right;

/// How often right and seat are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Who sends nothing for this long has left their seat.
const SENDS_WITHIN: Duration = Duration::from_secs(30);

/// The seat of a line.
pub struct Sitting<'a> {
    door: &'a Door,
    person: &'a str,
    /// What they send, for people.
    source: String,
    depth: Frames,
    seat: Option<(Seat<'a>, Right)>,
    /// Whose time was over while they went on sending: the line falls silent once, or another right opens it.
    barred: Option<String>,
    heard: Option<Instant>,
    looked: Option<Instant>,
    /// Since when what waits is given to its end.
    leaving: Option<Instant>,
}

impl<'a> Sitting<'a> {
    pub fn new(door: &'a Door, person: &'a str, source: String, depth: Frames) -> Self {
        Self { door, person, source, depth, seat: None, barred: None, heard: None, looked: None, leaving: None }
    }

    /// Sound has come.
    pub fn hear(&mut self, sound: Vec<Frame>) {
        self.heard = Some(Instant::now());
        if let Some((seat, _)) = self.seat.as_ref().filter(|_| !sound.is_empty() && self.leaving.is_none()) {
            // A thread that has stood still for seconds has lost more than this.
            let _ = self.door.words.try_send(Word::Sound(seat.number, sound));
        }
    }

    /// They say goodbye: they are heard to their last word, and not complained of.
    pub fn leave(&mut self) {
        if let Some((seat, _)) = self.seat.as_ref().filter(|_| self.leaving.is_none()) {
            let _ = self.door.words.try_send(Word::Ended(seat.number));
            self.leaving = Some(Instant::now());
        }
    }

    /// Once a second, and at once while somebody leaves: who may sit, and who must go.
    pub fn look(&mut self) {
        let quiet = self.heard.is_none_or(|at| at.elapsed() > SENDS_WITHIN);
        let gone = self.leaving.is_some_and(|at| self.door.desk.is_over() || at.elapsed() > Door::DRAIN_WITHIN);
        if gone || (quiet && self.seat.is_some()) {
            (self.seat, self.leaving, self.heard) = (None, None, None);
        }
        if self.looked.is_some_and(|at| at.elapsed() < LOOK) {
            return;
        }
        self.looked = Some(Instant::now());
        let sends = self.heard.is_some_and(|at| at.elapsed() < LOOK);
        self.barred = self.barred.take().filter(|_| sends);
        match &self.seat {
            Some((seat, right)) => {
                let over = self.door.clock.now() >= seat.until;
                if over || is_revoked(&self.door.rights, right) {
                    self.barred = over.then(|| right.id.clone());
                    (self.seat, self.leaving) = (None, None);
                }
            }
            None if sends => self.seat = self.sit(),
            None => {}
        }
    }

    /// Takes the line for the line's person, where they have a right now and nobody else is there.
    fn sit(&self) -> Option<(Seat<'a>, Right)> {
        let right = self.door.right_of(self.person).filter(|right| self.barred.as_ref() != Some(&right.id))?;
        Some((self.door.sit(&right, self.source.clone(), self.depth).ok()?, right))
    }
}
