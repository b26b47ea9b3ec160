//! The thread that tells an RDS encoder what is on the air: it reads what the engine said last and waits for nobody else.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use domain::{Finding, Severity, SiteId};
use hardware::encoder::{Dialect, Display, EncoderLink, Feed, Item, LineAddress};

use super::super::alarms::AlarmBoard;
use super::super::facts::Facts;
use super::super::turning::EngineView;
use crate::clock::WallClock;
use crate::receivers::Receivers;

/// A text that is half a second late is late for nobody.
const LOOK: Duration = Duration::from_millis(500);
/// A line that cannot be opened is tried again so often.
const AGAIN: Duration = Duration::from_secs(5);
/// Reading a station file goes a few calls deep.
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// What is told to whom.
#[derive(Clone, Debug)]
pub struct EncoderOptions {
    /// Where the encoder is.
    pub address: LineAddress,
    /// What it understands.
    pub dialect: Dialect,
    /// What it shows until the studio has left the station's facts here.
    pub display: Display,
    /// Whether it is told what parts of the text mean (RT+).
    pub tags: bool,
}

/// Starts telling; the thread lives as long as the process.
pub fn start(
    options: &EncoderOptions,
    (site, site_dir): (SiteId, &Path),
    engine: &Arc<Mutex<EngineView>>,
    alarms: &Arc<AlarmBoard>,
    clock: WallClock,
) -> std::io::Result<()> {
    let telling = Telling {
        link: EncoderLink::new(options.address.clone(), options.dialect),
        feed: Feed::new(options.display.clone()),
        display: options.display.clone(),
        tags: options.tags,
        site,
        facts: Facts::new(site_dir),
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
    tags: bool,
    site: SiteId,
    facts: Facts,
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
        let (sounding, title) = {
            let view = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
            (view.sounding().cloned(), view.now.as_ref().map(|on| on.title.clone()))
        };
        let receivers = self.facts.station().and_then(|(_, station)| Receivers::new(station, self.site, &[], &[]));
        let display = match (receivers, title) {
            (Some(receivers), _) => {
                let mut said = receivers.said(sounding.as_ref());
                said.others.extend(receivers.beside(sounding.as_ref()));
                let display = Display::of(&said, said.tuning.pty.is_alarm());
                Display { tags: display.tags.filter(|_| self.tags), ..display }
            }
            // Until the studio has left the station's facts here, what the config says and the title.
            (None, Some(title)) => self.display.clone().with_text(&title),
            (None, None) => return,
        };
        self.feed.shall(self.begun.elapsed(), display);
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
        Item::Af => ("la liste des fréquences", "the list of frequencies"),
        Item::Rt => ("le radiotexte", "the radio text"),
        Item::TagsAnnounced | Item::Tags => (
            "les repères du radiotexte (RT+ ; rt_plus = false s'il n'en a pas)",
            "the tags of the radio text (RT+; rt_plus = false if it has none)",
        ),
        Item::Other => ("l'autre réseau (EON)", "the other network (EON)"),
    };
    finding(
        "refused",
        format!("Le codeur RDS refuse {fr}. Vérifiez son dialecte et ce qu'il sait faire."),
        format!("The RDS encoder refuses {en}. Check its dialect and what it can do."),
    )
}

#[cfg(test)]
mod tests {
    use domain::{Origin, Revision, Rung};
    use hardware::encoder::Heard;
    use scheduler::{PlanInputs, Station};

    use super::*;
    use crate::kit::{self, Kit};

    #[test]
    fn an_encoder_is_told_the_stations_facts_and_in_an_opt_out_the_sites_own() {
        let (week, campaigns) = (
            include_str!("../../../../../demo/reference_week.toml"),
            include_str!("../../../../../demo/campaigns.toml"),
        );
        let station = Station::from_reference(week, campaigns).unwrap();
        let site: SiteId = "GAO".parse().unwrap();
        let day = "2026-11-24".parse().unwrap();
        let (plan, _) = scheduler::plan(&PlanInputs::new(site, day, &station, &[]), Revision(1)).unwrap();
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("plans")).unwrap();
        let kit = Kit::new(site, station.to_toml().unwrap(), &[]).to_bytes().unwrap();
        Kit::write(&kit::path(dir.path()), &kit).unwrap();
        let mut entry = plan.entries().iter().find(|e| e.origin == Origin::Network).unwrap().clone();
        let engine = Arc::new(Mutex::new(EngineView { rung: Rung::Plan, ..EngineView::default() }));
        let fallback = Display::new("5999".parse().unwrap(), "CONFIG", 1);
        let mut telling = Telling {
            link: EncoderLink::new(LineAddress::Tcp(([127, 0, 0, 1], 1).into()), Dialect::Ascii { answers: true }),
            feed: Feed::new(fallback.clone()),
            display: fallback,
            tags: true,
            site,
            facts: Facts::new(dir.path()),
            engine: Arc::clone(&engine),
            alarms: Arc::default(),
            clock: WallClock::default(),
            begun: Instant::now(),
        };
        let mut pi_of = |entry: &domain::Entry| {
            engine.lock().unwrap().entry = Some(entry.clone());
            telling.look();
            let mut display = None;
            while let Some((item, said)) = telling.feed.next(Duration::ZERO) {
                telling.feed.heard(Duration::ZERO, item, &said, Heard::Taken);
                display = Some(said);
            }
            let display = display.unwrap();
            assert!(!display.af.is_empty() && !display.rt.is_empty());
            assert!(display.tags.is_some_and(|tags| !tags.is_empty()), "a programme's name is tagged");
            (display.pi.to_string(), display.other.map(|other| other.pi.to_string()))
        };
        let own = station.site(site).unwrap().rds_pi.clone();
        let (national, beside) = pi_of(&entry);
        assert!(national != own && beside.is_none(), "on the network it has the country's");
        entry.origin = Origin::OptOut;
        assert_eq!(pi_of(&entry), (own, Some(national)), "and the network beside it");
    }
}
