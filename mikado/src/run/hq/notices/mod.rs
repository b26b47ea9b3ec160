//! Notices on their way: what the sites say is held against what readers were told, and messages go out.
//!
//! One thread of its own does the sending. It waits for mail servers and modems, and nobody waits for it.

mod mail;
mod smtp;
#[cfg(test)]
mod tests;
mod ways;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use domain::{Alarm, Finding, Severity, SiteId};
use jiff::{SignedDuration, Timestamp};
use scheduler::Station;
use tokio::sync::watch;
use web_admin::SiteView;

use self::ways::is_same_way;
pub use self::ways::{NotSent, Ways, mark};
use crate::clock::WallClock;
use crate::config::Config;
use crate::notices::{Address, Condition, Memory, NoticeOptions, Notices};
use crate::speech::Said;

/// As often as the sites are asked.
const EVERY: Duration = Duration::from_secs(1);
/// A site that has said nothing for this long is told of: an air process that starts again takes seconds.
const UNHEARD_AFTER: SignedDuration = SignedDuration::from_mins(1);
/// What readers were told, in the folder of headquarters.
const MEMORY_FILE: &str = "notices.json";

/// What could not be told to whom, as conditions of the sites that it is about.
pub type Untold = Vec<(SiteId, Alarm)>;

/// Starts telling readers; without readers nothing is started.
pub(super) fn start(
    config: &Config,
    clock: WallClock,
    station: watch::Receiver<Arc<Station>>,
    live: watch::Receiver<Arc<Vec<SiteView>>>,
    untold: watch::Sender<Arc<Untold>>,
) -> std::io::Result<()> {
    if config.notices.readers.is_empty() {
        return Ok(());
    }
    let memory = config.hq.join(MEMORY_FILE);
    let telling = Telling {
        notices: Notices::new(&config.notices, Memory::read(&memory)),
        ways: Ways::new(&config.notices),
        memory,
        sites: config.sites.iter().map(|s| s.id).collect(),
        begun: clock.now(),
        clock,
        station,
        live,
        untold,
    };
    thread::Builder::new().name("notices".into()).spawn(move || telling.run()).map(drop)
}

struct Telling {
    notices: Notices,
    ways: Ways,
    memory: PathBuf,
    sites: Vec<SiteId>,
    begun: Timestamp,
    clock: WallClock,
    station: watch::Receiver<Arc<Station>>,
    live: watch::Receiver<Arc<Vec<SiteView>>>,
    untold: watch::Sender<Arc<Untold>>,
}

impl Telling {
    /// Until headquarters ends, which takes this thread with it.
    fn run(mut self) {
        while !self.untold.is_closed() {
            let begun = Instant::now();
            self.turn();
            thread::sleep(EVERY.saturating_sub(begun.elapsed()));
        }
    }

    fn turn(&mut self) {
        let views = Arc::clone(&self.live.borrow());
        let now = self.clock.now();
        self.notices.heard(now, conditions(&views, self.begun, now));
        let zone = self.station.borrow().zone().clone();
        let mut closed: Vec<(Address, Said)> = Vec::new();
        // At most one message to each reader in a turn.
        for _ in 0..NoticeOptions::READERS_MAX {
            let now = self.clock.now();
            let Some((at, notice)) = self.notices.next(now, &zone) else { break };
            let Some(reader) = self.notices.reader(at).cloned() else { break };
            let known = closed.iter().find(|(address, _)| is_same_way(address, &reader.address));
            let sent = match known {
                Some((_, why)) => Err(NotSent::Closed(why.clone())),
                None => self.ways.send(&reader.address, &notice, mark()),
            };
            match sent {
                Ok(()) => {
                    tracing::info!(reader = reader.name, "a notice went out");
                    self.notices.sent(self.clock.now(), at, &notice);
                    if let Err(why) = self.notices.memory().write(&self.memory) {
                        tracing::warn!("what readers were told is not remembered over a restart: {why}");
                    }
                }
                Err(not_sent) => {
                    if let NotSent::Closed(why) = &not_sent {
                        closed.push((reader.address.clone(), why.clone()));
                    }
                    let why = not_sent.why();
                    tracing::warn!(reader = reader.name, "a notice did not go out: {}", why.en);
                    self.notices.failed(self.clock.now(), at, why);
                }
            }
        }
        self.untold.send_replace(Arc::new(self.notices.untold(self.clock.now(), &self.sites)));
    }
}

/// What lasts: what the sites say themselves, the troubles of their outputs, and that they say nothing.
fn conditions(views: &[SiteView], begun: Timestamp, now: Timestamp) -> Vec<Condition> {
    let mut all = Vec::new();
    for view in views {
        let heard = view.last_contact.unwrap_or(begun);
        if now.duration_since(heard) > UNHEARD_AFTER {
            all.push(Condition { site: view.site, finding: unheard(view.last_contact.is_some()), since: heard });
        }
        let Some(vitals) = &view.vitals else { continue };
        // Of a site that is not heard the last words stand: nobody knows that they are over.
        let said = vitals.alarms.iter().map(|a| (a.finding.clone(), a.since));
        let outputs = vitals.outputs.iter().filter_map(|o| Some((o.trouble.clone()?, vitals.read_at)));
        all.extend(said.chain(outputs).map(|(finding, since)| Condition { site: view.site, finding, since }));
    }
    all
}

fn unheard(was_heard: bool) -> Finding {
    let (fr, en) = if was_heard {
        (
            "Le site ne répond plus au siège ; son antenne joue seule si elle vit. Écoutez-le, puis vérifiez la liaison et la machine.",
            "The site no longer answers headquarters; its air goes on alone if it lives. Listen to it, then check the link and the machine.",
        )
    } else {
        (
            "Le site n'a rien dit depuis le démarrage du siège. Vérifiez que son antenne tourne.",
            "The site has said nothing since headquarters started. Check that its air runs.",
        )
    };
    Finding {
        code: "site.unheard".to_owned(),
        severity: Severity::Blocking,
        at_s: None,
        fr: fr.to_owned(),
        en: en.to_owned(),
    }
}
