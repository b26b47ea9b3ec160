//! From what the mixer consumed to as-run records: facts, never the plan.

use std::collections::BTreeMap;

use domain::{AsRun, AssetId, AudioHash, BootId, EntryId, Frames, Outcome, Position, Rung, Seq, SiteId, What};

use crate::conductor::Cue;
use crate::realtime::{CueKey, TAIL};
use crate::timeline::Timeline;

/// What is known of a cue on the mixer.
struct Known {
    entry: EntryId,
    asset: Option<AssetId>,
    hash: Option<AudioHash>,
    /// Where in the file the cue begins, and where the entry does.
    from: Frames,
    entry_from: Frames,
    at: Position,
    length: Frames,
    rung: Rung,
    open: Option<Stretch>,
}

/// One uninterrupted stretch of sound.
#[derive(Clone, Copy)]
struct Stretch {
    at: Position,
    /// The rung, and whether it is the entry's own sound.
    rung: Rung,
    own: bool,
    joined: bool,
}

/// Turns events into records.
pub(crate) struct Ledger {
    site: SiteId,
    boot: BootId,
    next_seq: u64,
    known: BTreeMap<CueKey, Known>,
    /// The rung below the cues.
    below: Rung,
    /// Since when no cue has been on.
    bare_since: Option<Position>,
    /// Since when somebody live has covered all that, and who.
    covered: Option<(Position, Option<AssetId>)>,
    records: Vec<AsRun>,
}

impl Ledger {
    pub(crate) fn new(site: SiteId, boot: BootId) -> Self {
        let (known, records) = (BTreeMap::new(), Vec::new());
        let bare_since = Some(Position(0));
        Self { site, boot, next_seq: 0, known, below: Rung::Floor, bare_since, covered: None, records }
    }

    /// The records made since the last call.
    pub(crate) fn take(&mut self) -> Vec<AsRun> {
        std::mem::take(&mut self.records)
    }

    /// A cue goes to the mixer.
    pub(crate) fn load(&mut self, cue: &Cue) {
        let (asset, hash, entry_from) = match &cue.entry.what {
            What::Audio { asset, hash, from, .. } => (Some(asset.clone()), Some(*hash), *from),
            What::Bed => (None, None, Frames::ZERO),
        };
        let into = cue.from.saturating_sub(entry_from);
        let known = Known {
            entry: cue.entry.id.clone(),
            asset,
            hash,
            from: cue.from,
            entry_from,
            at: cue.at,
            length: cue.entry.length.saturating_sub(into),
            rung: cue.rung,
            open: None,
        };
        self.known.insert(cue.key, known);
    }

    /// A cue that waits will begin elsewhere than it was loaded for, and last so long.
    pub(crate) fn start(&mut self, key: CueKey, at: Position, length: Frames) {
        if let Some(known) = self.known.get_mut(&key) {
            (known.at, known.length) = (at, length);
        }
    }

    pub(crate) fn began(&mut self, key: CueKey, at: Position, late: Frames, time: &Timeline) {
        if let Some(since) = self.bare_since.take().filter(|s| *s < at) {
            self.write_bare(since, at, Outcome::Cut, time);
        }
        let below = self.below;
        let Some(known) = self.known.get_mut(&key) else { return };
        let own = known.rung > Rung::Sustaining;
        let joined = late > Frames::ZERO || known.from > known.entry_from;
        known.open = Some(Stretch { at, rung: if own { known.rung } else { below.max(Rung::Floor) }, own, joined });
    }

    /// The cue's own sound stops or comes back in its middle.
    pub(crate) fn turned(&mut self, key: CueKey, at: Position, own: bool, time: &Timeline) {
        let below = self.below.min(Rung::Sustaining);
        let Some(known) = self.known.get_mut(&key) else { return };
        let rung = if own { known.rung } else { below };
        let Some(old) = known.open.replace(Stretch { at, rung, own, joined: true }) else { return };
        self.write(key, old, at, Outcome::Damaged, time);
    }

    /// Everything on the air has gone silent and the rungs below sound, or it sounds again.
    pub(crate) fn hushed(&mut self, at: Position, fallen: bool, time: &Timeline) {
        let other = |k: &Known| k.hash.is_some() && k.open.is_some_and(|s| s.own == fallen && s.at < at);
        let keys: Vec<_> = self.known.iter().filter(|(_, k)| other(k)).map(|(key, _)| *key).collect();
        for key in keys {
            self.turned(key, at, !fallen, time);
        }
    }

    /// Somebody live covers everything from `at` on: what sounded ends there, and what comes beneath is no fact.
    pub(crate) fn covered(&mut self, at: Position, who: Option<AssetId>, time: &Timeline) {
        if self.covered.is_some() {
            return;
        }
        let open: Vec<_> = self.known.iter().filter_map(|(key, k)| Some((*key, k.open?))).collect();
        for (key, stretch) in open {
            self.write(key, stretch, at, Outcome::Cut, time);
        }
        if let Some(since) = self.bare_since.filter(|s| *s < at) {
            self.write_bare(since, at, Outcome::Cut, time);
        }
        self.covered = Some((at, who));
    }

    /// They are gone at `at`, with this outcome: what lies beneath is heard from there.
    pub(crate) fn uncovered(&mut self, at: Position, outcome: Outcome, time: &Timeline) {
        let Some(live) = self.covered.take() else { return };
        let record = self.live_record(&live, at, outcome, self.next_seq, time);
        self.next_seq += 1;
        self.records.push(record);
        for stretch in self.known.values_mut().filter_map(|k| k.open.as_mut()).filter(|s| s.at < at) {
            (stretch.at, stretch.joined) = (at, true);
        }
        self.bare_since = self.bare_since.map(|since| since.max(at));
    }

    pub(crate) fn ended(&mut self, key: CueKey, at: Position, time: &Timeline) {
        let Some(open) = self.known.get_mut(&key).and_then(|k| k.open.take()) else {
            self.known.remove(&key);
            return;
        };
        let outcome = self.known.get(&key).map_or(Outcome::Cut, |k| k.outcome(open, at));
        self.write(key, open, at, outcome, time);
        self.known.remove(&key);
        if self.known.values().all(|k| k.open.is_none()) {
            self.bare_since = Some(at);
        }
    }

    /// Another rung sounds.
    pub(crate) fn rung(&mut self, rung: Rung, at: Position, time: &Timeline) {
        if rung > Rung::Sustaining || rung == self.below {
            return;
        }
        if let Some(since) = self.bare_since.filter(|s| *s < at) {
            self.write_bare(since, at, Outcome::Cut, time);
            self.bare_since = Some(at);
        }
        self.below = rung;
        let open = |k: &Known| k.open.filter(|s| !s.own && s.rung != rung);
        let keys: Vec<_> = self.known.iter().filter_map(|(key, k)| Some((*key, open(k)?))).collect();
        for (key, old) in keys {
            if old.at < at {
                self.write(key, old, at, Outcome::Cut, time);
            }
            if let Some(known) = self.known.get_mut(&key) {
                known.open = Some(Stretch { at: at.max(old.at), rung, ..old });
            }
        }
    }

    /// What would be recorded if the process stopped at `at`: kept beside the journal, so that a kill loses no proof.
    pub(crate) fn sounding(&self, at: Position, time: &Timeline) -> Vec<AsRun> {
        if let Some(live) = &self.covered {
            return vec![self.live_record(live, at, Outcome::Stopped, self.next_seq, time)];
        }
        let open = self.known.values().filter_map(|k| Some((Some(k), k.open.filter(|s| s.at < at)?)));
        let bare = Stretch { at: self.bare_since.unwrap_or(at), rung: self.below, own: false, joined: false };
        let bare = self.bare_since.filter(|s| *s < at).map(|_| (None, bare));
        let numbered = open.chain(bare).zip(self.next_seq..);
        numbered.map(|((known, s), seq)| self.record(known, s, at, Outcome::Stopped, seq, time)).collect()
    }

    /// The process stops: closes everything that is open.
    pub(crate) fn stop(&mut self, at: Position, time: &Timeline) {
        let open = self.sounding(at, time);
        self.next_seq += open.len() as u64;
        self.records.extend(open);
        self.known.clear();
        (self.bare_since, self.covered) = (None, None);
    }

    fn write(&mut self, key: CueKey, stretch: Stretch, end: Position, outcome: Outcome, time: &Timeline) {
        if end <= stretch.at || self.covered.is_some() {
            return;
        }
        let record = self.record(self.known.get(&key), stretch, end, outcome, self.next_seq, time);
        self.next_seq += 1;
        self.records.push(record);
    }

    fn write_bare(&mut self, since: Position, end: Position, outcome: Outcome, time: &Timeline) {
        if self.covered.is_some() {
            return;
        }
        let stretch = Stretch { at: since, rung: self.below, own: false, joined: false };
        let record = self.record(None, stretch, end, outcome, self.next_seq, time);
        self.next_seq += 1;
        self.records.push(record);
    }

    fn live_record(
        &self,
        (since, who): &(Position, Option<AssetId>),
        end: Position,
        outcome: Outcome,
        seq: u64,
        time: &Timeline,
    ) -> AsRun {
        let s = Stretch { at: *since, rung: Rung::Live, own: false, joined: false };
        AsRun { asset: who.clone(), ..self.record(None, s, end, outcome, seq, time) }
    }

    fn record(
        &self,
        known: Option<&Known>,
        s: Stretch,
        end: Position,
        outcome: Outcome,
        seq: u64,
        time: &Timeline,
    ) -> AsRun {
        let own = known.filter(|_| s.own);
        AsRun {
            site: self.site,
            boot: self.boot,
            seq: Seq(seq),
            entry: known.map(|k| k.entry.clone()),
            asset: known.and_then(|k| k.asset.clone()),
            audio: own.and_then(|k| k.hash),
            from: own.map_or(Frames::ZERO, |k| k.from + s.at.since(k.at).unwrap_or_default()),
            at: s.at,
            length: end.since(s.at).unwrap_or_default(),
            wall: time.wall_of(s.at),
            rung: s.rung,
            outcome,
        }
    }
}

impl Known {
    fn outcome(&self, open: Stretch, at: Position) -> Outcome {
        let to_its_end = at + TAIL >= self.at + self.length;
        match (open.own, self.hash.is_some(), to_its_end) {
            // The entry promised a sound, and the bed stood in for it.
            (false, true, _) => Outcome::Damaged,
            (_, _, false) => Outcome::Cut,
            (..) if open.joined => Outcome::Joined,
            (..) => Outcome::Whole,
        }
    }
}
