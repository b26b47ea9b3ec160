//! The engine: conductor, decks, mixer and journal of one site, tied together for whoever runs it.
//!
//! The shell calls [`Engine::turn`] on an ordinary thread at least every 50 ms and [`Mixer::render`] on the pace-maker;
//! neither ever waits for the other.

mod live;

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::{
    Alarm, BootId, Entry, Finding, Frames, Loudness, Moment, NowNext, Position, Revision, Rung, Severity, SiteId,
    TruePeak,
};
use jiff::Timestamp;

use crate::board::Board;
use crate::conductor::{Conductor, Cue, Fact, OnAir, Work};
use crate::deck::{Answer, Ask, Decks, Library, ShelfLibrary, Trouble};
use crate::error::{Error, Result};
use crate::journal::JournalWriter;
use crate::ledger::Ledger;
use crate::live::Seat;
use crate::planfile::PlanBundle;
use crate::realtime::{Agc, CueKey, Desk, Event, Feed, Floor, Gauges, Limiter, Load, Mixer, Order};
use crate::timeline::{Timeline, Trust};

/// How often a missing bed is looked for.
const BED_RETRY: Frames = Frames::from_secs(10);
/// How often the sounding stretches are written beside the journal: what a kill may cost of proof.
const PROOF: Frames = Frames::from_secs(2);
/// Rounds of work and answers in one turn; decks in this thread may need a few, and none may need for ever.
const MAX_ROUNDS: usize = 64;

/// What an engine needs to know of its site.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// The site.
    pub site: SiteId,
    /// This life of the process: random.
    pub boot: BootId,
    /// The shelf of canonical audio, `ab/<hash>.flac`; only read.
    pub shelf_dir: PathBuf,
    /// The sustaining bed, a canonical file; without it the ladder has no rung 1.
    pub bed: Option<PathBuf>,
    /// Where the as-run journal is kept; `None` keeps none, as in an offline render.
    pub journal_dir: Option<PathBuf>,
    /// The last wall time that this site wrote down; a clock before it is not believed.
    pub last_seen: Option<Timestamp>,
    /// What nothing that leaves its mixer passes; used where the engine makes the mixer.
    pub ceiling: TruePeak,
    /// Where the station's levelling leads everything, before the limiter; `None` has none. Used where the engine makes the mixer.
    pub agc: Option<Loudness>,
}

/// What an engine says of itself, for vitals.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Frames rendered since boot.
    pub position: Position,
    /// How far the wall clock is believed.
    pub trust: Trust,
    /// The rung that sounds.
    pub rung: Rung,
    /// What is on.
    pub now: Option<NowNext>,
    /// The entry that is on, whole, for those who tell receivers of it.
    pub entry: Option<Entry>,
    /// What is next.
    pub next: Option<NowNext>,
    /// The plan revision in use.
    pub revision: Option<Revision>,
    /// How far ahead plans reach.
    pub plan_until: Option<Timestamp>,
    /// Frames that fell to a lower rung because a deck was late.
    pub underrun: Frames,
    /// The most that the limiter took away in the last second, in decibels, 0 or less; `None` in the first.
    pub limited_db: Option<f32>,
    /// Conditions, newest first, at most 32.
    pub alarms: Vec<Alarm>,
}

/// The deciding half of a site's air; the [`Mixer`] is the sounding half.
pub struct Engine {
    desk: DeskSide,
    decks: Decks,
    conductor: Conductor,
    ledger: Ledger,
    journal: Option<JournalWriter>,
    board: Board,
    live: Option<Seat>,
    on_air: OnAir,
    feeds: BTreeMap<CueKey, Feed>,
    plan_findings: Vec<String>,
    bed_retry_at: Option<Position>,
    proof_at: Position,
    /// What the limiter did in the last second, and when that ended.
    limited_db: Option<f32>,
    limited_at: Position,
}

/// The engine's end of the desk; the decks have taken the way home.
struct DeskSide {
    orders: rtrb::Producer<Order>,
    events: rtrb::Consumer<Event>,
    gauges: Arc<Gauges>,
    /// Orders that found the ring full; the mixer takes 16 in 10 ms, so this is empty a moment later.
    waiting: VecDeque<Order>,
}

impl Engine {
    /// An engine whose decks and journal have threads of their own, and its mixer. The mixer sounds at once; an error
    /// means that not even a thread could be started, and gives the mixer nothing to do but its floor.
    pub fn new(config: EngineConfig) -> Result<(Self, Mixer)> {
        let library = ShelfLibrary::new(&config.shelf_dir, config.bed.clone());
        let (mixer, desk) = Mixer::limited(Floor::new(), Limiter::new(config.ceiling));
        let mixer = mixer.levelled(config.agc.map(Agc::new));
        let engine = Self::beside(config, Box::new(library), desk)?;
        Ok((engine, mixer))
    }

    /// Like [`Engine::new`], for a mixer that sounds already: the pace-maker need not wait for the engine.
    #[expect(clippy::needless_pass_by_value, reason = "a config is given away: one engine, one config")]
    pub fn beside(config: EngineConfig, library: Box<dyn Library>, desk: Desk) -> Result<Self> {
        let journal = config.journal_dir.as_ref().map(|dir| JournalWriter::start(dir, config.site, config.boot));
        let journal = journal.transpose()?;
        let (side, home) = split(desk);
        let doing = "starting the deck threads for";
        let decks = Decks::threads(library, home).map_err(Error::io(doing, &config.shelf_dir))?;
        Ok(Self::tie(&config, Timeline::new(config.last_seen), side, decks, journal))
    }

    /// An engine whose decks work inside [`Engine::turn`]: the same sound every time, for rendering faster than time.
    pub fn in_step(config: &EngineConfig, library: Box<dyn Library>) -> (Self, Mixer) {
        let (mixer, desk) = Mixer::limited(Floor::new(), Limiter::new(config.ceiling));
        let (side, home) = split(desk);
        let engine = Self::tie(config, Timeline::told(), side, Decks::here(library, home), None);
        (engine, mixer.levelled(config.agc.map(Agc::new)))
    }

    fn tie(
        config: &EngineConfig,
        timeline: Timeline,
        desk: DeskSide,
        mut decks: Decks,
        journal: Option<JournalWriter>,
    ) -> Self {
        if config.bed.is_some() {
            decks.ask(Ask::OpenBed);
        }
        Self {
            desk,
            decks,
            conductor: Conductor::new(timeline),
            ledger: Ledger::new(config.site, config.boot),
            journal,
            board: Board::default(),
            live: None,
            on_air: OnAir::default(),
            feeds: BTreeMap::new(),
            plan_findings: Vec::new(),
            bed_retry_at: None,
            proof_at: Position(0),
            limited_db: None,
            limited_at: Position(0),
        }
    }

    /// One turn of work at `now`; returns how long the next one may wait. Never blocks on a disk (except where the decks
    /// work in step).
    pub fn turn(&mut self, now: Moment) -> Duration {
        self.take_events(now);
        self.tell(now, Fact::Turn);
        for _ in 0..MAX_ROUNDS {
            self.decks.settle();
            if !self.take_answers(now) {
                break;
            }
        }
        self.turn_live(now);
        self.look_for_bed(now.at);
        self.board.sweep(now.at);
        self.keep_proof(now);
        self.read_limiter(now.at);
        let wake = self.conductor.wake_at(now.at).since(now.at).unwrap_or_default();
        wake.as_duration().min(Duration::from_millis(50))
    }

    /// Gives the engine newer plans; a revision that is not higher changes nothing.
    pub fn set_plans(&mut self, now: Moment, bundle: PlanBundle) {
        self.tell(now, Fact::Plans(bundle));
    }

    /// Gives the engine the site's own plans, for when the published ones end; each call replaces what was given before.
    pub fn set_own_plans(&mut self, now: Moment, bundle: PlanBundle) {
        self.tell(now, Fact::OwnPlans(bundle));
    }

    /// Says what was found wrong with the plan slots; each call replaces what the last one said.
    pub fn set_plan_findings(&mut self, now: Moment, findings: Vec<Finding>) {
        let since = self.wall(now);
        for code in std::mem::take(&mut self.plan_findings) {
            if !findings.iter().any(|f| f.code == code) {
                self.board.calm(now.at, &code, "slots");
            }
        }
        for finding in findings {
            self.plan_findings.push(finding.code.clone());
            self.board.raise(now.at, since, "slots", finding);
        }
    }

    /// Raises an alarm of the shell's own (an output, a card); [`Engine::calm`] ends it.
    pub fn raise(&mut self, now: Moment, about: &str, finding: Finding) {
        let since = self.wall(now);
        self.board.raise(now.at, since, about, finding);
    }

    /// Ends an alarm raised with the same code and subject.
    pub fn calm(&mut self, now: Moment, about: &str, code: &str) {
        self.board.calm(now.at, code, about);
    }

    /// Fades everything out for good, because the process is about to stop.
    pub fn fade_out(&mut self, over: Frames) {
        self.order(Order::Close { over });
    }

    /// Closes the books at `now` and waits until the journal is on disk.
    pub fn close(mut self, now: Moment) {
        self.take_events(now);
        self.ledger.stop(now.at, self.conductor.timeline());
        if let Some(mut journal) = self.journal.take() {
            journal.record(self.ledger.take());
            journal.close();
        }
    }

    /// Wall time and output, as the engine sees them.
    pub fn timeline(&self) -> &Timeline {
        self.conductor.timeline()
    }

    /// Readings of the mixer, for any thread.
    pub fn gauges(&self) -> Arc<Gauges> {
        Arc::clone(&self.desk.gauges)
    }

    /// What plays, what follows and what is wrong.
    pub fn snapshot(&self) -> Snapshot {
        let position = self.desk.gauges.position();
        let (now, next) = self.conductor.now_next(position);
        Snapshot {
            position,
            trust: self.timeline().trust(),
            rung: self.desk.gauges.rung(),
            now: now.map(now_next),
            entry: now.cloned(),
            next: next.map(now_next),
            revision: self.conductor.revision(),
            plan_until: self.conductor.plan_until(position),
            underrun: self.desk.gauges.underrun(),
            limited_db: self.limited_db,
            alarms: self.board.alarms(),
        }
    }

    fn wall(&self, now: Moment) -> Timestamp {
        self.timeline().wall_of(now.at).or(now.wall).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn tell(&mut self, now: Moment, fact: Fact) {
        self.conductor.handle(now, fact);
        while let Some(work) = self.conductor.poll() {
            self.carry_out(now, work);
        }
    }

    fn carry_out(&mut self, now: Moment, work: Work) {
        match work {
            Work::Open { key, hash, from } => {
                if !self.decks.ask(Ask::Open { key, hash, from }) {
                    let why = Trouble::Damaged("the disk has not answered for a long time".to_owned());
                    self.conductor.handle(now, Fact::Refused { key, why });
                }
            }
            Work::Close { key } => self.close_deck(key),
            Work::Load(cue) => self.load(&cue),
            Work::Start { key, at, end, fade_out } => self.start(key, (at, end, fade_out)),
            Work::Retime { key, end, fade_out, under } => self.order(Order::Retime { key, end, fade_out, under }),
            Work::Forget { key } => self.order(Order::Forget { key }),
            Work::Raise { about, finding } => {
                let since = self.wall(now);
                self.board.raise(now.at, since, &about, finding);
            }
            Work::Calm { code, about } => self.board.calm(now.at, code, &about),
        }
    }

    fn load(&mut self, cue: &Cue) {
        self.ledger.load(cue);
        let (key, at, end, gain, rung) = (cue.key, cue.at, cue.last(), cue.gain, cue.rung);
        let silence_meant = cue.entry.silence_meant;
        let feed = self.feeds.remove(&key).filter(|_| rung > Rung::Sustaining);
        let (fade_in, fade_out, curves, under) = (cue.fade_in, cue.last_fade(), cue.curves, cue.under());
        let load = Load { key, feed, at, end, gain, fade_in, fade_out, curves, under, rung, silence_meant };
        self.order(Order::Load(load));
    }

    fn close_deck(&mut self, key: CueKey) {
        self.decks.ask(Ask::Close { key });
        let unused = self.feeds.remove(&key);
        self.empty(unused);
    }

    fn order(&mut self, order: Order) {
        self.desk.waiting.push_back(order);
        while let Some(order) = self.desk.waiting.pop_front() {
            if let Err(rtrb::PushError::Full(order)) = self.desk.orders.push(order) {
                self.desk.waiting.push_front(order);
                return;
            }
        }
    }

    fn take_events(&mut self, now: Moment) {
        while let Ok(event) = self.desk.events.pop() {
            self.take_event(now, event);
        }
        let records = self.ledger.take();
        if let Some(journal) = self.journal.as_mut().filter(|_| !records.is_empty()) {
            journal.record(records);
            self.proof_at = now.at;
        }
    }

    fn take_event(&mut self, now: Moment, event: Event) {
        let time = self.conductor.timeline();
        match event {
            Event::Began { key, at, late } => {
                self.ledger.began(key, at, late, time);
                self.tell(now, Fact::Began { key });
            }
            Event::Starved { key, at } => self.ledger.turned(key, at, false, time),
            Event::Resumed { key, at } => self.ledger.turned(key, at, true, time),
            Event::Rung { rung, at } => self.turn_rung(rung, at),
            Event::Hushed { fallen, at } => {
                self.ledger.hushed(at, fallen, time);
                self.tell_silence(now, fallen);
            }
            Event::BedHome(feed) => self.empty(Some(feed)),
            Event::LiveHome(_) => {}
            Event::Ended { key, at, feed, .. } => {
                self.ledger.ended(key, at, time);
                self.empty(feed);
                self.tell(now, Fact::Ended { key });
            }
            Event::Refused { key, feed } => {
                self.ledger.ended(key, now.at, time);
                self.empty(feed);
                self.tell(now, Fact::Ended { key });
            }
        }
    }

    fn tell_silence(&mut self, now: Moment, fallen: bool) {
        if fallen {
            let title = self.conductor.now_next(now.at).0.map_or_else(String::new, |e| e.title.clone());
            let since = self.wall(now);
            self.board.raise(now.at, since, "", silent(&title));
        } else {
            self.board.calm(now.at, "air.silent", "");
        }
    }

    fn empty(&mut self, feed: Option<Feed>) {
        if let Some(feed) = feed {
            self.decks.ask(Ask::Empty(feed));
        }
    }

    fn take_answers(&mut self, now: Moment) -> bool {
        let mut any = false;
        while let Some(answer) = self.decks.answer() {
            any = true;
            match answer {
                Answer::Ready { key, length, feed } => {
                    self.feeds.insert(key, feed);
                    self.tell(now, Fact::Ready { key, length });
                }
                Answer::Refused { key, why } => self.tell(now, Fact::Refused { key, why }),
                Answer::Failed { key, at, why } => self.tell(now, Fact::Failed { key, at, why }),
                Answer::Bed(feed) => {
                    self.board.calm(now.at, "bed.missing", "");
                    self.order(Order::Bed(feed));
                }
                Answer::NoBed(why) => {
                    self.bed_retry_at = Some(now.at + BED_RETRY);
                    let since = self.wall(now);
                    self.board.raise(now.at, since, "", no_bed(&why));
                }
            }
        }
        any
    }

    fn read_limiter(&mut self, at: Position) {
        if self.limited_at + Frames::from_secs(1) <= at {
            self.limited_db = Some(self.desk.gauges.take_limited_db());
            self.limited_at = at;
        }
    }

    fn look_for_bed(&mut self, at: Position) {
        if self.bed_retry_at.take_if(|t| *t <= at).is_some() {
            self.decks.ask(Ask::OpenBed);
        }
    }

    fn keep_proof(&mut self, now: Moment) {
        let Some(journal) = &mut self.journal else { return };
        if self.proof_at <= now.at {
            self.proof_at = now.at + PROOF;
            journal.sounding(self.ledger.sounding(now.at, self.conductor.timeline()));
        }
        let since = self.conductor.timeline().wall_of(now.at).or(now.wall).unwrap_or(Timestamp::UNIX_EPOCH);
        let findings = journal.findings();
        for code in ["journal.disk", "journal.torn", "journal.full"] {
            match findings.iter().find(|f| f.code == code) {
                Some(f) => self.board.raise(now.at, since, "journal", f.clone()),
                None => self.board.calm(now.at, code, "journal"),
            }
        }
    }
}

fn split(desk: Desk) -> (DeskSide, rtrb::Consumer<crate::realtime::Chunk>) {
    let Desk { orders, events, home, gauges } = desk;
    (DeskSide { orders, events, gauges, waiting: VecDeque::new() }, home)
}

fn now_next(entry: &Entry) -> NowNext {
    NowNext {
        entry: entry.id.to_string(),
        title: entry.title.clone(),
        programme: entry.programme.to_string(),
        language: entry.language.to_string(),
        at: entry.at,
        ends: entry.end(),
    }
}

fn silent(title: &str) -> Finding {
    Finding {
        code: "air.silent".to_owned(),
        severity: Severity::Blocking,
        at_s: None,
        fr: format!(
            "« {title} » ne donne plus de son ; le tapis musical passe jusqu’à ce qu’il revienne ou finisse. Écoutez le fichier et remplacez-le."
        ),
        en: format!(
            "“{title}” gives no sound; the bed plays until it does again, or ends. Listen to the file and replace it."
        ),
    }
}

fn no_bed(why: &str) -> Finding {
    Finding {
        code: "bed.missing".to_owned(),
        severity: Severity::Blocking,
        at_s: None,
        fr: "Le tapis musical de ce site ne peut pas être lu ; s’il fallait combler, la boucle de secours passerait. Remettez le fichier en place : il est cherché toutes les 10 s.".to_owned(),
        en: format!("The sustaining bed of this site cannot be read ({why}); if it were needed, the floor loop would play. Put the file back: it is looked for every 10 s."),
    }
}
