//! The headquarters' shell: databases, plans for every site, what the sites say, the pages.
//!
//! Everything here may die and start again: the sites play their published plans, write their own journals and serve
//! their own streams.

mod air_checks;
pub(crate) mod jobs;
mod journals;
mod losses;
mod metrics;
pub(crate) mod notices;
mod planner;
mod porch;
mod readiness;
mod sites;
mod stopping;
mod trash;
mod watched;

use std::sync::Arc;

use scheduler::Station;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use web_admin::{App, People};

use self::planner::{Planner, Published};
pub(crate) use self::readiness::lacks;
pub use self::sites::{NoAnswer, ask};
use media::ingest::Ingest;
use media::shelf::Shelf;

use crate::clock::WallClock;
use crate::command::studio::{database_error, open_catalogue, open_store, read_station, station_error, store_error};
use crate::config::Config;
use crate::error::Error;

/// What hq works with, opened once and shared by its threads.
pub(crate) struct Rooms {
    pub(crate) config: Arc<Config>,
    pub(crate) clock: WallClock,
    pub(crate) catalogue: Arc<media::catalogue::Catalogue>,
    pub(crate) store: Arc<scheduler::Store>,
    pub(crate) people: Arc<People>,
}

/// Runs the headquarters until it is asked to stop.
///
/// # Errors
/// When a database cannot be opened, no station file is there to begin with, or the pages' address is taken.
pub fn run(config: Config, clock: WallClock) -> Result<(), Error> {
    let rooms = open(config, clock)?;
    let station = station_in_force(&rooms)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Error::doing("démarrage impossible", "cannot start", e))?;
    let served = runtime.block_on(serve(rooms, station));
    // A page that still reads or a plan in the making is not waited for: plans are published whole or not at all.
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    served
}

fn open(config: Config, clock: WallClock) -> Result<Rooms, Error> {
    for dir in [config.hq.clone(), config.staging()] {
        std::fs::create_dir_all(&dir).map_err(|e| Error::file(&dir, e))?;
    }
    let people = People::open(&config.people_db()).map_err(|e| database_error(&config.people_db(), &e))?;
    Ok(Rooms {
        clock,
        catalogue: Arc::new(open_catalogue(&config)?),
        store: Arc::new(open_store(&config)?),
        people: Arc::new(people),
        config: Arc::new(config),
    })
}

/// The station file in force; the first start takes the one beside the config.
fn station_in_force(rooms: &Rooms) -> Result<Station, Error> {
    if let Some(revision) = rooms.store.station().map_err(store_error)? {
        return Station::parse(&revision.toml).map_err(|e| station_error(&rooms.config.station_db(), &e));
    }
    let file = &rooms.config.station;
    let station = read_station(file, None)?;
    let text = std::fs::read_to_string(file).map_err(|e| Error::file(file, e))?;
    rooms.store.save_station(&text, "hq", "first start", rooms.clock.now()).map_err(store_error)?;
    Ok(station)
}

async fn serve(rooms: Rooms, station: Station) -> Result<(), Error> {
    let listener = TcpListener::bind(rooms.config.http).await.map_err(|e| address_taken(&rooms.config, &e))?;
    let (tell_station, station) = watch::channel(Arc::new(station));
    let (tell_live, live) = watch::channel(Arc::new(sites::unheard(&rooms.config)));
    let (tell_lacks, lacks) = watch::channel(Arc::new(Vec::new()));
    let replan = Arc::new(Notify::new());
    let published = Published::default();
    let planner = Planner::new(&rooms, published.clone(), tell_station);
    tokio::spawn(planner.run(Arc::clone(&replan)));
    tokio::spawn(losses::LookBack::new(&rooms, published.clone(), station.clone()).run());
    tokio::spawn(readiness::LookAhead::new(&rooms, station.clone(), tell_lacks).run());
    tokio::spawn(journals::bring_home(Arc::clone(&rooms.config), Arc::clone(&rooms.store)));
    tokio::spawn(sites::ask_all(Arc::clone(&rooms.config), rooms.clock, tell_live));
    if let Some(address) = rooms.config.metrics {
        tokio::spawn(metrics::serve(address, live.clone(), rooms.clock));
    }
    let (tell_untold, untold) = watch::channel(Arc::new(Vec::new()));
    if let Err(why) = notices::start(&rooms.config, rooms.clock, station.clone(), live.clone(), tell_untold) {
        tracing::error!("nobody is told of the sites' conditions: {why}; restart hq");
    }
    let ingest = Arc::new(ingest(&rooms.config)?);
    if let Some(dir) = rooms.config.watch.clone() {
        tokio::spawn(watched::Watched::new(dir, &rooms, &ingest, station.clone(), &replan).watch());
    }
    let clock = rooms.clock;
    let jobs = jobs::keep(&rooms, station.clone())?;
    tokio::spawn(trash::empty(Arc::clone(&rooms.catalogue), ingest.shelf.clone(), clock));
    let past = planner::past_for_pages(&rooms, station.clone());
    let app = App {
        people: Arc::clone(&rooms.people),
        catalogue: Arc::clone(&rooms.catalogue),
        ingest,
        store: Arc::clone(&rooms.store),
        station,
        live,
        lacks,
        untold,
        clock: Arc::new(move || clock.now()),
        replan,
        plans: planner::plans_for_pages(&rooms, published),
        past,
        jobs: Arc::new(jobs),
        air_checks: Arc::new(air_checks::SiteAirChecks(Arc::clone(&rooms.config))),
    };
    tracing::info!("pages on http://{}/", rooms.config.http);
    stopping::serve_until_asked(listener, web_admin::router(app)).await
}

/// The way in for uploads: this same program decodes them, in processes of their own.
fn ingest(config: &Config) -> Result<Ingest, Error> {
    let decoder = crate::run::our_executable()
        .map_err(|e| Error::doing("le programme ne se trouve pas lui-même", "the program cannot find itself", e))?;
    let shelf = Shelf::open(&config.shelf)
        .map_err(|e| Error::doing("le rayonnage ne s'ouvre pas", "the shelf cannot be opened", e))?;
    let ingest = Ingest::new(decoder, shelf, config.staging());
    if let Err(why) = ingest.sweep() {
        tracing::warn!("what killed decoders left could not be swept: {why}");
    }
    Ok(ingest)
}

fn address_taken(config: &Config, why: &std::io::Error) -> Error {
    let address = config.http;
    Error::failed(
        format!(
            "l'adresse {address} des pages n'est pas libre ({why}). Libérez-la ou changez [hq] http ; l'antenne continue."
        ),
        format!(
            "the address {address} of the pages is not free ({why}). Free it or change [hq] http; the air goes on."
        ),
    )
}
