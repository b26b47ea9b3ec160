//! The thread that tells an RDS encoder what is on the air: it reads what the engine said last and waits for nobody else.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use domain::{Finding, Severity};
use hardware::encoder::{Dialect, Display, EncoderLink, Feed, Item, LineAddress};

use super::super::alarms::AlarmBoard;
use super::super::turning::EngineView;
use crate::clock::WallClock;

/// A text that is half a second late is late for nobody.
const LOOK: Duration = Duration::from_millis(500);
/// A line that cannot be opened is tried again so often.
const AGAIN: Duration = Duration::from_secs(5);
const STACK_BYTES: usize = 512 * 1024;

/// What is told to whom.
#[derive(Clone, Debug)]
pub struct EncoderOptions {
    /// Where the encoder is.
    pub address: LineAddress,
    /// What it understands.
    pub dialect: Dialect,
    /// What it shows beside the text.
    pub display: Display,
}

/// Starts telling; the thread lives as long as the process.
pub fn start(
    options: &EncoderOptions,
    engine: &Arc<Mutex<EngineView>>,
    alarms: &Arc<AlarmBoard>,
    clock: WallClock,
) -> std::io::Result<()> {
    let telling = Telling {
        link: EncoderLink::new(options.address.clone(), options.dialect),
        feed: Feed::new(options.display.clone()),
        display: options.display.clone(),
        engine: Arc::clone(engine),
        alarms: Arc::clone(alarms),
        clock,
        begun: Instant::now(),
    };
    let builder = thread::Builder::new().name("rds-encoder".into()).stack_size(STACK_BYTES);
    builder.spawn(move || telling.run()).map(drop)
}

struct Telling {
    link: EncoderLink,
    feed: Feed,
    display: Display,
    engine: Arc<Mutex<EngineView>>,
    alarms: Arc<AlarmBoard>,
    clock: WallClock,
    begun: Instant,
}

impl Telling {
    fn run(mut self) {
        loop {
            self.look();
            match self.link.open() {
                Ok(anew) => {
                    if anew {
                        self.feed.appeared(self.begun.elapsed());
                    }
                    self.tell();
                    self.complain();
                    thread::sleep(LOOK);
                }
                Err(why) => {
                    self.alarms.set("rds", vec![no_line(&why)], self.clock.now());
                    thread::sleep(AGAIN);
                }
            }
        }
    }

    fn look(&mut self) {
        let now = self.engine.lock().unwrap_or_else(PoisonError::into_inner).now.clone();
        if let Some(on) = now {
            let display = self.display.clone().with(&on.title, "", &on.language);
            self.feed.shall(self.begun.elapsed(), display);
        }
    }

    fn tell(&mut self) {
        while let Some((item, said)) = self.feed.next(self.begun.elapsed()) {
            let heard = self.link.say(item, &said);
            self.feed.heard(self.begun.elapsed(), item, &said, heard);
            if self.link.is_closed() {
                return;
            }
        }
    }

    fn complain(&self) {
        let findings = match (self.feed.is_silent(), self.feed.refused()) {
            (true, _) => vec![silent()],
            (false, Some(item)) => vec![refused(item)],
            (false, None) => Vec::new(),
        };
        self.alarms.set("rds", findings, self.clock.now());
    }
}

fn finding(code: &str, fr: String, en: String) -> Finding {
    Finding { code: format!("rds.{code}"), severity: Severity::Warning, at_s: None, fr, en }
}

fn no_line(why: &std::io::Error) -> Finding {
    let why = why.kind();
    finding(
        "line",
        format!(
            "Le codeur RDS ne peut pas être joint ({why}) ; les récepteurs gardent l'ancien texte, le son continue. Vérifiez son câble et son adresse."
        ),
        format!(
            "The RDS encoder cannot be reached ({why}); receivers keep the old text, the sound goes on. Check its cable and address."
        ),
    )
}

fn silent() -> Finding {
    finding(
        "silent",
        "Le codeur RDS ne répond pas à ce qu'on lui dit ; les récepteurs gardent l'ancien texte, le son continue. Vérifiez sa vitesse, son dialecte et son adresse.".to_owned(),
        "The RDS encoder does not answer to what it is told; receivers keep the old text, the sound goes on. Check its speed, dialect and address.".to_owned(),
    )
}

fn refused(item: Item) -> Finding {
    let (fr, en) = match item {
        Item::Traffic => ("l'annonce routière", "the traffic flag"),
        Item::Pi => ("le code PI", "the PI"),
        Item::Ps => ("le nom PS", "the PS"),
        Item::Pty => ("le type d'émission", "the programme type"),
        Item::Language => ("le code de langue", "the language code"),
        Item::Rt => ("le radiotexte", "the radio text"),
    };
    finding(
        "refused",
        format!("Le codeur RDS refuse {fr}. Vérifiez son dialecte et ce qu'il sait faire."),
        format!("The RDS encoder refuses {en}. Check its dialect and what it can do."),
    )
}
