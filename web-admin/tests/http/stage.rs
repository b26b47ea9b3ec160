//! A station on a stage: the reference week, real databases and a real shelf in a folder of its own, and sites whose
//! readings the caller sets.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use domain::{BootId, LevelReading, NowNext, Position, Revision, Rung, Vitals};
use jiff::{Timestamp, ToSpan};
use media::catalogue::Catalogue;
use media::ingest::Ingest;
use media::shelf::Shelf;
use scheduler::{PlanInputs, Station, Store};
use tempfile::TempDir;
use tokio::sync::{Notify, watch};
use web_admin::{App, People, Planned, SiteView};

/// Everything behind the pages, and the handles that move it.
pub struct Stage {
    pub dir: TempDir,
    pub app: App,
    pub tell: watch::Sender<Arc<Vec<SiteView>>>,
    pub tell_untold: watch::Sender<Arc<Vec<(domain::SiteId, domain::Alarm)>>>,
    pub tell_lacks: watch::Sender<Arc<Vec<scheduler::readiness::Lack>>>,
    pub time: Arc<Mutex<Timestamp>>,
    // The pages' end of the watch lives as long as this one.
    _station: watch::Sender<Arc<Station>>,
}

/// The reference week as a station.
pub fn station() -> Station {
    let read =
        |name: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo").join(name)).unwrap();
    Station::from_reference(&read("reference_week.toml"), &read("campaigns.toml")).unwrap()
}

impl Stage {
    /// A stage whose clock stands at `now`; foreign files are decoded by `decoder`.
    pub fn new(now: Timestamp, decoder: impl Into<PathBuf>) -> Self {
        let dir = TempDir::new().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir_all(at("staging")).unwrap();
        let shelf = Shelf::open(&at("shelf")).unwrap();
        let catalogue = Arc::new(Catalogue::open(&at("catalogue.db")).unwrap());
        let store = Arc::new(Store::open(&at("station.db")).unwrap());
        let (tell_station, station) = watch::channel(Arc::new(station()));
        let (tell, live) = watch::channel(Arc::new(Vec::new()));
        let (tell_lacks, lacks) = watch::channel(Arc::new(Vec::new()));
        let (tell_untold, untold) = watch::channel(Arc::new(Vec::new()));
        let time = Arc::new(Mutex::new(now));
        let app = App {
            people: Arc::new(People::open(&at("people.db")).unwrap()),
            ingest: Arc::new(Ingest::new(decoder, shelf, at("staging"))),
            clock: {
                let time = Arc::clone(&time);
                Arc::new(move || *time.lock().unwrap())
            },
            plans: plans(station.clone(), Arc::clone(&catalogue), Arc::clone(&store)),
            past: Arc::new(|_, _| None),
            replan: Arc::new(Notify::new()),
            jobs: Arc::new(Kept(at("jobs"))),
            air_checks: Arc::new(Recorded(at("aircheck"))),
            station,
            catalogue,
            store,
            live,
            lacks,
            untold,
        };
        Self { dir, app, tell, tell_lacks, tell_untold, time, _station: tell_station }
    }

    /// Makes an account with a password.
    pub fn person(&self, name: &str, role: web_admin::Role, password: &str) {
        let now = self.app.now();
        let people = &self.app.people;
        people.add_user(name, role, "stage", now).unwrap();
        let id = people.users().unwrap().iter().find(|p| p.name == name).unwrap().id;
        people.choose_password(id, password, "stage", now).unwrap();
    }
}

fn plans(station: watch::Receiver<Arc<Station>>, catalogue: Arc<Catalogue>, store: Arc<Store>) -> web_admin::Plans {
    Arc::new(move |site, day| {
        let station = station.borrow().clone();
        let assets = catalogue.ready().ok()?;
        let placements = store.placements(day, day).ok()?;
        let inputs = PlanInputs { placements: &placements, ..PlanInputs::new(site, day, &station, &assets) };
        let (plan, findings) = scheduler::plan(&inputs, Revision(1)).ok()?;
        Some(Arc::new(Planned { plan, findings }))
    })
}

/// One job, whose last run did not end well and left a file.
struct Kept(PathBuf);

impl web_admin::Jobs for Kept {
    fn all(&self) -> Vec<web_admin::JobView> {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let run = |id: &str, due, ended, end, asked_by| web_admin::JobRun {
            id: id.to_owned(),
            at: at(due),
            asked_by,
            begun: at(due),
            ended: Some(at(ended)),
            end,
            files: vec![("output.txt".to_owned(), 31)],
        };
        let failed = web_admin::JobEnd::Failed;
        vec![web_admin::JobView {
            name: "sauvegarde".to_owned(),
            cron: "30 2 * * *".to_owned(),
            command: "mikado backup".to_owned(),
            next: Some(at("2026-11-25T02:30:00Z")),
            runs: vec![
                run("20261124T023000Z", "2026-11-24T02:30:00Z", "2026-11-24T02:30:04Z", failed, None),
                run(
                    "20261123T080000Zm",
                    "2026-11-23T08:00:00Z",
                    "2026-11-23T08:00:01Z",
                    web_admin::JobEnd::Fine,
                    Some("<b>Awa".to_owned()),
                ),
            ],
        }]
    }

    fn run_now(&self, name: &str, _: &str) -> bool {
        name == "sauvegarde"
    }

    fn file(&self, name: &str, run: &str, file: &str) -> Option<PathBuf> {
        std::fs::write(&self.0, b"what a job wrote").unwrap();
        (name == "sauvegarde" && run == "20261124T023000Z" && file == "output.txt").then(|| self.0.clone())
    }
}

/// An air check of one piece: from 08:00:10 to 08:09 of the day of the tests, and only at Gao.
struct Recorded(PathBuf);

impl web_admin::AirChecks for Recorded {
    fn pieces(&self, site: domain::SiteId, from: Timestamp, to: Timestamp) -> Vec<web_admin::RecordedPiece> {
        let run = |text: &str| text.parse::<Timestamp>().unwrap();
        let (begins, ends) = (run("2026-11-24T08:00:10Z"), run("2026-11-24T08:09:00Z"));
        let is_here = site.as_str() == "GAO" && begins < to && from < ends;
        let piece = web_admin::RecordedPiece { name: "2026-11-24T08".into(), runs: vec![(begins, ends, true)] };
        is_here.then_some(piece).into_iter().collect()
    }

    fn file(&self, site: domain::SiteId, piece: &str) -> Option<PathBuf> {
        let is_here = site.as_str() == "GAO" && piece == "2026-11-24T08";
        std::fs::write(&self.0, b"OggS, as far as a page can tell").unwrap();
        is_here.then(|| self.0.clone())
    }

    fn clip(&self, site: domain::SiteId, from: Timestamp, length: domain::Frames) -> Option<Vec<u8>> {
        let to = from + length.as_duration();
        (!self.pieces(site, from, to).is_empty()).then(|| format!("OggS {from} {}", length.0).into_bytes())
    }
}

/// What a healthy site would say at `now`: its grid's programme, and levels like speech.
pub fn vitals(station: &Station, site: &scheduler::station::Site, now: Timestamp, seed: u64) -> Vitals {
    let local = now.to_zoned(station.zone().clone());
    let slots = station.day_slots(site.id, local.date());
    let second = local.hour() as u32 * 3600 + local.minute() as u32 * 60 + local.second() as u32;
    let here = slots.iter().position(|s| s.start_s <= second && second < s.end_s).unwrap();
    let turn = |n: usize| {
        let slot = slots.get(n)?;
        Some(NowNext {
            entry: format!("{}/{}", local.date(), slot.programme),
            title: slot.title.clone(),
            programme: slot.programme.to_string(),
            language: slot.language.as_ref()?.to_string(),
            at: station.instant(local.date(), slot.start_s)?,
            ends: station.instant(local.date(), slot.end_s)?,
        })
    };
    let half = (now.as_millisecond() / 500) as u64;
    let levels = (0..120).map(|n| speech(seed, half - 119 + n)).collect();
    Vitals {
        site: site.id,
        boot: BootId(seed),
        read_at: now,
        time_trusted: true,
        position: Position(half * 24_000),
        levels,
        rung: Rung::Plan,
        now: turn(here),
        next: turn(here + 1),
        revision: Some(Revision(12)),
        plan_until: Some(now + 60.hours()),
        underrun: domain::Frames::ZERO,
        limited_db: None,
        render_blocks: [0; 7],
        live: None,
        mpx: None,
        witness: None,
        outputs: Vec::new(),
        equipment: Vec::new(),
        alarms: Vec::new(),
    }
}

/// Half a second that rises and falls as words do; the same number always sounds the same.
fn speech(seed: u64, half: u64) -> LevelReading {
    let mixed = (half ^ (seed << 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let noise = ((mixed >> 40) as f32) / 16_777_216.0;
    let phrase = f32::midpoint((half as f32 / (5.0 + seed as f32)).sin(), 1.0);
    let rms = -36.0 + 14.0 * phrase + 8.0 * noise;
    LevelReading { rms_dbfs: Some(rms), peak_dbfs: Some((rms + 9.0 + 3.0 * noise).min(-1.0)) }
}

/// A notice about Gao that did not go out.
pub fn untold(since: Timestamp) -> (domain::SiteId, domain::Alarm) {
    let (fr, en) = ("L'avis à Awa ne part pas.".to_owned(), "The notice to Awa does not go out.".to_owned());
    let finding =
        domain::Finding { code: "notice.untold".into(), severity: domain::Severity::Warning, at_s: None, fr, en };
    ("GAO".parse().unwrap(), domain::Alarm { finding, since })
}
