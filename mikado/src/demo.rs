//! `mikado demo`: a whole station with seven sites, the reference week and sound, in one command.
//!
//! The folder is an ordinary station: `mikado run`, `check`, `plan` and the rest work on it. What is special is the
//! [`maker`], which brings in the sounds that a real station's people would.

pub mod choice;
pub mod folder;
pub mod maker;
pub mod markers;
pub mod music;
pub mod needs;
pub mod piece;
pub mod sound;
pub mod titles;
pub mod tone;
pub mod voices;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use web_admin::{OneTimeSecret, People};

use self::maker::Maker;
use crate::clock::WallClock;
use crate::config::Config;
use crate::error::Error;
use crate::run::supervisor::{self, RunOptions};
use crate::speech::{Said, Voice};

/// What `mikado demo` is asked for.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// The station's folder; made when it is not there.
    pub dir: PathBuf,
    /// Where the pages are served.
    pub http: SocketAddr,
    /// What the wall clock shall show now; `None` for the machine's own time.
    pub at: Option<Timestamp>,
}

/// How gently the maker works: the sites' processes and hq go first. Its helper for what is wanted within two minutes
/// takes what it needs, as the beds do.
const NICENESS: i32 = 10;

/// Makes the station's folder where it is missing, starts the station and its maker, and returns when it is stopped.
///
/// # Errors
/// When the folder cannot be made or read, or another station runs on it.
pub fn run(options: &DemoOptions, voice: Voice) -> Result<(), Error> {
    let clock = clock(options.at);
    let config = folder::prepare(&options.dir, options.http)?;
    let decoder = std::env::current_exe().map_err(failed)?;
    let maker = Maker::open(&config, &decoder, clock, voice).map_err(failed)?;
    let maker = Arc::new(maker);
    // Sound first: the sites' floor needs nothing of what follows, so nothing of it is waited for; nor at the end, when
    // a piece in the making is thrown away and its decoder dies with us.
    let (welcomed, bedded) = (config.clone(), config.clone());
    std::thread::spawn(move || welcome(&welcomed, clock, voice));
    std::thread::spawn(move || tell(folder::make_beds(&bedded).map_err(failed), voice));
    let helper = Arc::clone(&maker);
    std::thread::spawn(move || helper.work(true));
    let worker = Arc::clone(&maker);
    std::thread::spawn(move || {
        work_gently();
        worker.work(false);
    });
    // The wall tells each alarm with its sentence; the terminal is for where to look and listen.
    let ended = supervisor::run(&config, RunOptions { clock, voice, trace: Some("error") });
    maker.leave();
    ended
}

fn tell(done: Result<(), Error>, voice: Voice) {
    if let Err(error) = done {
        voice.complain(&error);
    }
}

/// Issues the administrator's secret and says where to look and listen.
fn welcome(config: &Config, clock: WallClock, voice: Voice) {
    match first_secret(config, clock) {
        Ok(secret) => announce(config, secret.as_ref(), clock, voice),
        Err(error) => voice.complain(&error),
    }
}

/// A clock that shows `at` now.
fn clock(at: Option<Timestamp>) -> WallClock {
    let shift = at.map_or(SignedDuration::ZERO, |at| at.duration_since(WallClock::default().now()));
    // Children get the shift in milliseconds; all processes must agree to the nanosecond.
    WallClock::shifted(SignedDuration::from_millis(i64::try_from(shift.as_millis()).unwrap_or_default()))
}

fn work_gently() {
    // On Linux this is the thread's own; a system that refuses only makes the maker less gentle.
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::info!("the maker keeps its usual priority: {error}");
    }
}

fn first_secret(config: &Config, clock: WallClock) -> Result<Option<OneTimeSecret>, Error> {
    let people = People::open(&config.people_db()).map_err(failed)?;
    people.ensure_first_admin(clock.now()).map_err(failed)
}

/// Says where to look, what to type and where to listen.
fn announce(config: &Config, secret: Option<&OneTimeSecret>, clock: WallClock, voice: Voice) {
    let streams: Vec<(String, String)> = config
        .sites
        .iter()
        .filter_map(|s| Some((s.id.to_string(), format!("http://{}/{}.opus", s.http?, s.id))))
        .collect();
    let now = clock.now().strftime("%Y-%m-%d %H:%M:%S").to_string();
    if voice.json {
        let sites: serde_json::Map<_, _> = streams.into_iter().map(|(id, url)| (id, json!(url))).collect();
        let secret = secret.map(|s| json!({ "name": s.name, "secret": s.secret }));
        voice.json(
            &json!({ "http": format!("http://{}/", config.http), "administrator": secret, "sites": sites, "now": now }),
        );
        return;
    }
    let said = |fr: String, en: String| voice.say(&Said::new(fr, en));
    said(
        format!(
            "Mikado FM, station de démonstration dans « {} ».",
            config.file.parent().unwrap_or(&config.file).display()
        ),
        format!("Mikado FM, demonstration station in “{}”.", config.file.parent().unwrap_or(&config.file).display()),
    );
    said(format!("  Pages    : http://{}/", config.http), format!("  Pages:   http://{}/", config.http));
    match secret {
        Some(s) => said(
            format!("  Compte   : {}, secret à usage unique : {}", s.name, s.secret),
            format!("  Account: {}, one-time secret: {}", s.name, s.secret),
        ),
        None => said("  Compte   : celui que vous avez choisi.".into(), "  Account: the one that you chose.".into()),
    }
    said(format!("  Horloge  : {now} (UTC)"), format!("  Clock:   {now} (UTC)"));
    for (id, url) in streams {
        said(format!("  Écouter {id:<4}: {url} (ou .mp3)"), format!("  Listen {id:<4}: {url} (or .mp3)"));
    }
    said(
        "  Arrêter  : Ctrl-C. Tout le monde sonne déjà; les émissions arrivent, les plus proches d'abord.".into(),
        "  Stop:    Ctrl-C. Everyone sounds already; programmes come in, the nearest first.".into(),
    );
}

/// The error of another room as ours.
fn failed(error: impl std::fmt::Display) -> Error {
    let sentence = format!("{error:#}");
    Error::failed(
        format!("La station de démonstration ne démarre pas : {sentence}."),
        format!("The demonstration does not start: {sentence}."),
    )
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use scheduler::Station;

    use super::piece::{Piece, jingle_word};
    use super::voices::Texts;

    pub(super) fn reference() -> Station {
        let week = include_str!("../../demo/reference_week.toml");
        Station::from_reference(week, include_str!("../../demo/campaigns.toml")).unwrap()
    }

    pub(super) fn texts() -> Texts {
        Texts::embedded().unwrap()
    }

    /// Everything that the demonstration can make for the reference station, with its markers.
    fn markers_csv(station: &Station, texts: &Texts) -> String {
        let mut rows = Vec::new();
        let mut row = |kind: &str, id: &str, recipe: &super::sound::Recipe| {
            rows.push((kind.to_owned(), id.to_owned(), recipe.marker_hz.unwrap(), recipe.second_hz.unwrap()));
        };
        let day = "2026-11-24".parse().unwrap();
        for programme in station.programmes() {
            let mut slot = station.day_slots(station.sites()[0].id, day).remove(0);
            (slot.programme, slot.language) = (programme.id.clone(), Some(programme.lang.clone()));
            let whole = station.day_bounds(day).unwrap();
            let edition = Piece::edition(texts, &slot, whole, domain::Frames::from_secs(60)).unwrap();
            row("programme", programme.id.as_str(), &edition.recipe);
        }
        for campaign in station.campaigns() {
            for spot in &campaign.spots {
                row("spot", &spot.id, &Piece::spot(texts, campaign, spot).unwrap().recipe);
            }
        }
        let mut jingles: Vec<_> = station.file().clock_format.iter().flat_map(|f| &f.segments).collect();
        jingles.sort_by_key(|s| (s.kind, s.dur_s));
        jingles.dedup_by_key(|s| (s.kind, s.dur_s));
        for (word, seconds) in jingles.iter().filter_map(|s| Some((jingle_word(s.kind)?, s.dur_s))) {
            let sites = station.sites().iter().map(|s| Some(s.id)).filter(|_| word == "ident");
            for site in [None].into_iter().chain(sites) {
                let jingle = Piece::jingle(texts, word, seconds, site).unwrap();
                row("jingle", jingle.id().as_str(), &jingle.recipe);
            }
        }
        for site in station.sites() {
            let bed = Piece::bed(texts, site.id).unwrap();
            row("bed", bed.id().as_str(), &bed.recipe);
        }
        let mut csv = "kind,id,marker_hz,second_hz\n".to_owned();
        for (kind, id, marker, second) in rows {
            writeln!(csv, "{kind},{id},{marker},{second}").unwrap();
        }
        csv
    }

    #[test]
    fn the_table_of_markers_is_what_is_made() {
        let made = markers_csv(&reference(), &texts());
        let written = std::env::temp_dir().join("mikado-markers.csv");
        let table = include_str!("../../demo/markers.csv");
        if made != table {
            std::fs::write(&written, &made).unwrap();
        }
        assert!(made == table, "demo/markers.csv is out of date; the true one is in {}", written.display());
        let mut pairs: Vec<_> = made.lines().skip(1).map(|l| l.splitn(3, ',').nth(2).unwrap()).collect();
        let all = pairs.len();
        pairs.sort_unstable();
        pairs.dedup();
        // Jingles of one kind sound alike whatever their length.
        assert!(all - pairs.len() <= 20, "{all} things share {} pairs of markers", pairs.len());
    }
}
