//! Who has to be told what now: what lasts, held against what each reader was told.

use std::collections::BTreeMap;

use domain::{Alarm, Finding, Severity, SiteId};
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{Address, Condition, Kind, Memory, Notice, NoticeOptions, Reader};
use crate::speech::Said;

/// What has not been seen for this long is over; what comes back within it never ended.
const OVER_AFTER: SignedDuration = SignedDuration::from_mins(2);
/// A site's conditions that begin together are told together.
const GATHER: SignedDuration = SignedDuration::from_secs(10);
/// At most one message per cause in this time.
const CAUSE_EVERY: SignedDuration = SignedDuration::from_mins(10);
/// Messages of one reader in an hour: a short message rings at night, mail only fills a box.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const SMS_PER_HOUR_MAX: usize = 6;
const MAILS_PER_HOUR_MAX: usize = 12;
/// The first and the longest wait before a message is tried again.
const AGAIN_FIRST: SignedDuration = SignedDuration::from_mins(1);
const AGAIN_LAST: SignedDuration = SignedDuration::from_mins(30);
/// A message that has not gone out for this long is told on the wall.
pub const UNTOLD_AFTER: SignedDuration = SignedDuration::from_mins(2);
/// More than all sites can complain of at once.
const CONDITIONS_MAX: usize = 2_048;

/// A condition is the same as long as its site and code are.
pub(super) type Key = (SiteId, String);

/// What lasts, and what each reader was told.
#[derive(Debug)]
pub struct Notices {
    after: SignedDuration,
    known: BTreeMap<Key, Known>,
    desks: Vec<Desk>,
}

#[derive(Debug)]
struct Known {
    condition: Condition,
    first: Timestamp,
    last: Timestamp,
}

/// What one reader was told, and what stands in the way of telling them more.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) reader: Reader,
    pub(super) told: BTreeMap<Key, Condition>,
    pub(super) told_at: BTreeMap<Key, Timestamp>,
    pub(super) sends: Vec<Timestamp>,
    pub(super) daily: Option<Date>,
    gathering: Option<Timestamp>,
    failing: Option<Failing>,
}

#[derive(Debug)]
struct Failing {
    since: Timestamp,
    again: Timestamp,
    times: u32,
    why: Said,
}

/// Whether `then` is at least `length` ago; a time that lies ahead belongs to a clock that was wrong and is long past.
fn is_past(now: Timestamp, then: Timestamp, length: SignedDuration) -> bool {
    now < then || now.duration_since(then) >= length
}

impl Notices {
    /// Nothing is known yet; `memory` is what readers were told before.
    pub fn new(options: &NoticeOptions, memory: Memory) -> Self {
        let after = SignedDuration::try_from(options.after).unwrap_or(SignedDuration::ZERO);
        let mut desks: Vec<Desk> =
            options.readers.iter().take(NoticeOptions::READERS_MAX).cloned().map(Desk::new).collect();
        memory.into_desks(&mut desks);
        Self { after, known: BTreeMap::new(), desks }
    }

    /// These and no others last now.
    pub fn heard(&mut self, now: Timestamp, conditions: impl IntoIterator<Item = Condition>) {
        for condition in conditions {
            let key = (condition.site, condition.finding.code.clone());
            if let Some(known) = self.known.get_mut(&key) {
                known.last = now;
                known.condition = Condition { since: known.condition.since, ..condition };
            } else if self.known.len() < CONDITIONS_MAX {
                self.known.insert(key, Known { condition, first: now, last: now });
            }
        }
        self.known.retain(|_, known| !is_past(now, known.last, OVER_AFTER));
    }

    /// What a reader has to be told now, and which; none may be sent for them before [`Notices::sent`] or
    /// [`Notices::failed`] is said of it.
    pub fn next(&mut self, now: Timestamp, zone: &TimeZone) -> Option<(usize, Notice)> {
        let steady: Vec<&Condition> =
            self.known.values().filter(|k| is_past(now, k.first, self.after)).map(|k| &k.condition).collect();
        let known = &self.known;
        let ended = |key: &Key| !known.contains_key(key);
        let notice = |desk: &mut Desk| desk.notice(now, zone, &steady, ended);
        self.desks.iter_mut().enumerate().find_map(|(n, desk)| Some((n, notice(desk)?)))
    }

    /// The reader at a place.
    pub fn reader(&self, at: usize) -> Option<&Reader> {
        self.desks.get(at).map(|d| &d.reader)
    }

    /// It went out.
    pub fn sent(&mut self, now: Timestamp, at: usize, notice: &Notice) {
        if let Some(desk) = self.desks.get_mut(at) {
            desk.sent(now, notice);
        }
    }

    /// It did not, for this reason.
    pub fn failed(&mut self, now: Timestamp, at: usize, why: Said) {
        let Some(desk) = self.desks.get_mut(at) else { return };
        let before = desk.failing.take();
        let times = before.as_ref().map_or(0, |f| f.times);
        let wait = (AGAIN_FIRST * 2_i32.pow(times.min(5))).min(AGAIN_LAST);
        let since = before.map_or(now, |f| f.since);
        desk.failing = Some(Failing { since, again: now.checked_add(wait).unwrap_or(now), times: times + 1, why });
    }

    /// What could not be told to whom, as conditions of the sites that it is about.
    pub fn untold(&self, now: Timestamp, sites: &[SiteId]) -> Vec<(SiteId, Alarm)> {
        let stuck = |d: &&Desk| d.failing.as_ref().is_some_and(|f| is_past(now, f.since, UNTOLD_AFTER));
        let mut untold = Vec::new();
        for desk in self.desks.iter().filter(stuck) {
            let Some(failing) = &desk.failing else { continue };
            let about = self.known.keys().map(|(site, _)| *site).filter(|s| desk.reader.hears_of(*s));
            let mut about: Vec<SiteId> = about.collect();
            about.dedup();
            if about.is_empty() {
                about.extend(sites.iter().find(|s| desk.reader.hears_of(**s)));
            }
            let alarm = Alarm { finding: not_told(&desk.reader, &failing.why), since: failing.since };
            untold.extend(about.into_iter().map(|site| (site, alarm.clone())));
        }
        untold
    }

    /// What has to be remembered over an end of the process.
    pub fn memory(&self) -> Memory {
        Memory::of(&self.desks)
    }
}

impl Desk {
    fn new(reader: Reader) -> Self {
        let (told, told_at) = (BTreeMap::new(), BTreeMap::new());
        Self { reader, told, told_at, sends: Vec::new(), daily: None, gathering: None, failing: None }
    }

    fn notice(
        &mut self,
        now: Timestamp,
        zone: &TimeZone,
        steady: &[&Condition],
        ended: impl Fn(&Key) -> bool,
    ) -> Option<Notice> {
        let civil = now.to_zoned(zone.clone());
        let hears = |c: &&Condition| self.reader.hears_of(c.site) && c.finding.severity >= self.reader.least;
        let lasting: Vec<Condition> = steady.iter().filter(|c| hears(c)).map(|c| (*c).clone()).collect();
        let ripe = |key: &Key| self.told_at.get(key).is_none_or(|at| is_past(now, *at, CAUSE_EVERY));
        let new = |c: &&Condition| !self.told.contains_key(&key_of(c)) && ripe(&key_of(c));
        let raised: Vec<Condition> = lasting.iter().filter(new).cloned().collect();
        let over: Vec<Condition> =
            self.told.iter().filter(|(key, _)| ended(key) && ripe(key)).map(|(_, c)| c.clone()).collect();
        let is_daily = self.reader.daily.is_some_and(|at| civil.time() >= at) && self.daily != Some(civil.date());
        let is_quiet = self.reader.quiet.is_some_and(|hours| is_within(civil.time(), hours));
        let is_urgent = raised.iter().any(|c| c.finding.severity == Severity::Blocking);
        let differs = (!raised.is_empty() || !over.is_empty()) && (is_urgent || !is_quiet);
        if !differs && !is_daily {
            self.gathering = None;
            // Nothing is left that failed to be told.
            self.failing = None;
            return None;
        }
        let since = *self.gathering.get_or_insert(now);
        let is_gathered = is_daily || is_past(now, since, GATHER);
        let may_again = self
            .failing
            .as_ref()
            .is_none_or(|f| now >= f.again || f.again > now.saturating_add(AGAIN_LAST).unwrap_or(now));
        if !is_gathered || !may_again || self.is_spent(now) {
            return None;
        }
        let kind = if is_daily { Kind::Daily } else { Kind::Change };
        Some(Notice { kind, at: civil, raised, over, lasting })
    }

    fn is_spent(&mut self, now: Timestamp) -> bool {
        self.sends.retain(|at| !is_past(now, *at, HOUR));
        let max = match self.reader.address {
            Address::Sms(_) => SMS_PER_HOUR_MAX,
            Address::Mail(_) => MAILS_PER_HOUR_MAX,
        };
        self.sends.len() >= max
    }

    fn sent(&mut self, now: Timestamp, notice: &Notice) {
        for condition in &notice.raised {
            self.told.insert(key_of(condition), condition.clone());
            self.told_at.insert(key_of(condition), now);
        }
        for condition in &notice.over {
            self.told.remove(&key_of(condition));
            self.told_at.insert(key_of(condition), now);
        }
        let told = &self.told;
        self.told_at.retain(|key, at| told.contains_key(key) || !is_past(now, *at, CAUSE_EVERY));
        if notice.kind == Kind::Daily {
            self.daily = Some(notice.at.date());
        }
        self.sends.push(now);
        (self.gathering, self.failing) = (None, None);
    }
}

pub(super) fn key_of(condition: &Condition) -> Key {
    (condition.site, condition.finding.code.clone())
}

/// Hours may pass midnight.
fn is_within(time: Time, (from, to): (Time, Time)) -> bool {
    if from <= to { (from..to).contains(&time) } else { time >= from || time < to }
}

fn not_told(reader: &Reader, why: &Said) -> Finding {
    let Reader { name, address, .. } = reader;
    Finding {
        code: "notice.untold".to_owned(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!(
            "L'avis à {name} ({address}) ne part pas : {} Il est essayé encore, de la minute à la demi-heure.",
            why.fr
        ),
        en: format!(
            "The notice to {name} ({address}) does not go out: {} It is tried again, from each minute to each half hour.",
            why.en
        ),
    }
}

#[cfg(test)]
#[path = "heart_tests.rs"]
mod tests;
