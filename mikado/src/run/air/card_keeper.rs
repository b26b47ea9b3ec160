//! Opens a sound card, again and again, and hands its ring to whoever fills it: the pace-maker, or the multiplex.
//!
//! Opening may block for seconds and a broken driver may never answer: both happen in this thread and nowhere else.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use domain::{Finding, Frames, OutputReading, Severity};
use hardware::soundcard::PERIOD_MAX;
use hardware::{Card, CardError, CardName, Carries};

use super::card_link::{CardLink, link};

/// How often a missing card is looked for.
const RETRY: Duration = Duration::from_secs(2);
/// How often an open card is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// An open card that takes nothing for this long is closed and opened anew; the metronome paces since half a second.
const STALL: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
struct Shared {
    taken: AtomicU64,
    starved: Arc<AtomicU64>,
    xruns: AtomicU64,
    stop: AtomicBool,
    trouble: Mutex<Option<Finding>>,
}

/// The readings of a kept card.
#[derive(Clone, Debug)]
pub struct CardKeeper {
    carries: Carries,
    shared: Arc<Shared>,
}

impl CardKeeper {
    /// Starts looking for the card called `name`; each time that it opens, `cards` gets its ring.
    pub fn start(carries: Carries, name: &str, period: Frames, cards: SyncSender<CardLink>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let keeper = Self { carries, shared: Arc::clone(&shared) };
        match CardName::new(name) {
            Ok(name) => {
                let builder = thread::Builder::new().name("card".into()).stack_size(512 * 1024);
                builder.spawn(move || keep(carries, &name, period, &shared, &cards))?;
            }
            Err(e) => set_trouble(&shared, Some(finding(name, &e))),
        }
        Ok(keeper)
    }

    /// How the card fares: `lost` is what it asked for and did not get.
    pub fn reading(&self) -> OutputReading {
        OutputReading {
            name: match self.carries {
                Carries::Sound => "card".into(),
                Carries::Multiplex => "mpx".into(),
            },
            taken: Frames(self.shared.taken.load(Relaxed)),
            lost: Frames(self.shared.starved.load(Relaxed)),
            listeners: None,
            trouble: self.shared.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Lets the thread close the card and end.
    pub fn stop(&self) {
        self.shared.stop.store(true, Relaxed);
    }
}

fn keep(carries: Carries, name: &CardName, period: Frames, shared: &Shared, cards: &SyncSender<CardLink>) {
    while !shared.stop.load(Relaxed) {
        match opened(carries, name, period, shared) {
            Ok((card, ring)) => {
                let since = Instant::now();
                tracing::info!(card = %name, period = ?card.period(), "the sound card is open");
                set_trouble(
                    shared,
                    card.period().filter(|real| is_far(*real, period)).map(|real| other_period(name, real, period)),
                );
                if cards.send(ring).is_err() {
                    return;
                }
                let why = watch(&card, shared);
                set_trouble(shared, Some(gone(name, &why)));
                if since.elapsed() > RETRY {
                    // A sound server drops what it carries after an xrun, and takes it again at once.
                    continue;
                }
            }
            Err(e) => set_trouble(shared, Some(finding(name.as_str(), &e))),
        }
        thread::sleep(RETRY);
    }
}

/// Opens the card with this period, or with its own where it cannot have this one.
fn opened(carries: Carries, name: &CardName, period: Frames, shared: &Shared) -> Result<(Card, CardLink), CardError> {
    let (mut ring, mut feed) = link(carries, period, Arc::clone(&shared.starved));
    let card = match Card::open(name, carries, Some(period), move |out| feed.fill(out)) {
        Err(CardError::NoPeriod { .. }) => {
            let mut feed;
            (ring, feed) = link(carries, PERIOD_MAX, Arc::clone(&shared.starved));
            let card = Card::open(name, carries, None, move |out| feed.fill(out))?;
            ring.asks_for(card.period().unwrap_or(PERIOD_MAX));
            card
        }
        other => {
            let card = other?;
            ring.asks_for(card.period().unwrap_or(period));
            card
        }
    };
    Ok((card, ring))
}

/// Whether a card took a period so much longer that somebody would hear it: cards round to what their hardware counts in, and some
/// hold more than two.
fn is_far(real: Frames, asked: Frames) -> bool {
    real.0 > asked.0 + asked.0 / 4
}

/// Watches an open card until it fails or stalls, and says why it is given up.
fn watch(card: &Card, shared: &Shared) -> String {
    let (before, mut beat, mut moved) = (shared.taken.load(Relaxed), Frames::ZERO, Instant::now());
    let mut xruns = 0;
    loop {
        thread::sleep(LOOK);
        let health = card.health();
        shared.taken.store(before + health.taken.0, Relaxed);
        shared.xruns.fetch_add(health.xruns - xruns, Relaxed);
        xruns = health.xruns;
        if let Some(why) = health.failed {
            return why;
        }
        if health.taken != beat {
            (beat, moved) = (health.taken, Instant::now());
        }
        if moved.elapsed() > STALL || shared.stop.load(Relaxed) {
            return "it takes no sound".to_owned();
        }
    }
}

fn set_trouble(shared: &Shared, trouble: Option<Finding>) {
    let mut old = shared.trouble.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(new) = trouble.as_ref().filter(|new| old.as_ref() != Some(new)) {
        tracing::warn!(code = new.code, "{}", new.en);
    }
    *old = trouble;
}

fn finding(name: &str, error: &CardError) -> Finding {
    let (code, fr) = match error {
        CardError::Unpaced(_) => (
            "card.unpaced",
            format!(
                "« {name} » ne peut pas porter l'antenne : ce nom désigne n'importe quelle carte, ou aucune. Écrivez le nom \
                 de la carte elle-même (voir « mikado doctor »). Les flux continuent."
            ),
        ),
        CardError::Gone(_) => (
            "card.gone",
            format!(
                "La carte son « {name} » n'est pas là. Branchez-la ; les flux continuent et elle sera reprise d'elle-même."
            ),
        ),
        CardError::OtherRate { hz, .. } => (
            "card.rate",
            format!(
                "La carte son « {name} » tourne à {hz} Hz et le multiplex demande 192000 Hz ; converti, il n'aurait plus de \
                 pilote. Prenez une autre carte, ou son nom « hw:… ». Les flux continuent."
            ),
        ),
        CardError::NoPeriod { reason, .. } | CardError::Refused { reason, .. } => (
            "card.refused",
            format!(
                "La carte son « {name} » ne peut pas être utilisée ({reason}). Les flux continuent, nouvel essai bientôt."
            ),
        ),
    };
    Finding {
        code: code.into(),
        severity: Severity::Warning,
        at_s: None,
        fr,
        en: format!("{error}. The streams go on."),
    }
}

fn other_period(name: &CardName, real: Frames, asked: Frames) -> Finding {
    let ms = |period: Frames| period.as_duration().as_millis() * 2;
    let (real, asked) = (ms(real), ms(asked));
    Finding {
        code: "card.buffer".into(),
        severity: Severity::Info,
        at_s: None,
        fr: format!(
            "La carte son « {name} » garde {real} ms au lieu des {asked} ms demandées : un direct s'y entend plus tard d'autant. Demandez {real} ms (card_buffer), ou prenez une autre carte."
        ),
        en: format!(
            "The sound card “{name}” holds {real} ms instead of the {asked} ms asked for: somebody live is heard on it later by as much. Ask for {real} ms (card_buffer), or take another card."
        ),
    }
}

fn gone(name: &CardName, why: &str) -> Finding {
    Finding {
        code: "card.lost".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!(
            "La carte son « {name} » s'est arrêtée ({why}). Les flux continuent, elle sera reprise d'elle-même."
        ),
        en: format!("The sound card “{name}” has stopped ({why}). The streams go on; it is taken back by itself."),
    }
}
