//! The headquarters' files as a command uses them, whether `hq` runs or not.

use std::path::Path;

use domain::{Asset, Revision, SiteId, SitePlan};
use jiff::Timestamp;
use jiff::civil::Date;
use media::catalogue::Catalogue;
use media::shelf::Shelf;
use scheduler::{Changes, Owed, Placement, PlanInputs, Station, Store};

use crate::args::Args;
use crate::clock::WallClock;
use crate::config::{Config, SiteConfig};
use crate::error::Error;
use crate::speech::Said;

/// The open databases of a station folder.
pub(crate) struct Studio {
    /// The config that named them.
    pub config: Config,
    /// The cards.
    pub catalogue: Catalogue,
    /// Station revisions, placements, as-run.
    pub store: Store,
    /// The wall clock that the station shows.
    pub clock: WallClock,
}

impl Studio {
    /// Opens what the config names; nothing is made but the databases themselves.
    pub fn open(args: &Args) -> Result<Self, Error> {
        let config = Config::load(&args.config)?;
        std::fs::create_dir_all(&config.hq).map_err(|e| Error::file(&config.hq, e))?;
        let catalogue = open_catalogue(&config)?;
        let store = open_store(&config)?;
        let clock = args.clock_beside(&config);
        Ok(Self { config, catalogue, store, clock })
    }

    /// The station in force: the store's, else the file's that the first start of `hq` would import.
    pub fn station(&self) -> Result<Station, Error> {
        match self.store.station().map_err(store_error)? {
            Some(revision) => Station::parse(&revision.toml).map_err(|e| station_error(Path::new("station.db"), &e)),
            None => read_station(&self.config.station, None),
        }
    }

    /// The shelf.
    pub fn shelf(&self) -> Result<Shelf, Error> {
        Shelf::open(&self.config.shelf)
            .map_err(|e| Error::doing("le rayonnage ne s'ouvre pas", "the shelf cannot be opened", e))
    }

    /// Everything that a plan for `day` depends on.
    pub fn material(&self, station: Station, day: Date) -> Result<Material, Error> {
        let assets = self.catalogue.ready().map_err(catalogue_error)?;
        // The day before is among them: its last spots keep their distance over midnight.
        let eve = day.yesterday().unwrap_or(day);
        let placements = self.store.placements(eve, day).map_err(store_error)?;
        let changes = self.store.changes(eve, day).map_err(store_error)?;
        let debts = self.store.debts(self.clock.now().checked_sub(Owed::WITHIN).unwrap_or(Timestamp::MIN));
        let mut debts = debts.map_err(store_error)?;
        debts.retain(|d| d.is_open_on(day));
        let owed = debts.into_iter().map(|d| d.owed).collect();
        Ok(Material { station, assets, placements, changes, owed })
    }
}

/// What plans are made of, held together.
pub(crate) struct Material {
    /// The station.
    pub station: Station,
    /// Its ready assets.
    pub assets: Vec<Asset>,
    /// What was put into the grid by hand.
    pub placements: Vec<Placement>,
    /// What was decided beside the grid.
    pub changes: Changes,
    /// What the sites owe their campaigns.
    pub owed: Vec<Owed>,
}

impl Material {
    /// A station without sound: its plans promise the bed.
    pub fn bare(station: Station) -> Self {
        Self { station, assets: Vec::new(), placements: Vec::new(), changes: Changes::default(), owed: Vec::new() }
    }

    /// The inputs for one site and day. What aired before is not among them: it moves spots, never programmes.
    pub fn inputs(&self, site: SiteId, day: Date) -> PlanInputs<'_> {
        PlanInputs {
            placements: &self.placements,
            changes: &self.changes,
            owed: &self.owed,
            ..PlanInputs::new(site, day, &self.station, &self.assets)
        }
    }

    /// The plan of the day before, as it would be made now; `None` where there is no such day.
    pub fn eve(&self, site: SiteId, day: Date) -> Option<SitePlan> {
        let made = scheduler::plan(&self.inputs(site, day.yesterday().ok()?), Revision::default());
        made.ok().map(|(plan, _)| plan)
    }

    /// The sites asked for: one, or all.
    pub fn sites(&self, asked: Option<SiteId>) -> Result<Vec<SiteId>, Error> {
        let all: Vec<SiteId> = self.station.sites().iter().map(|s| s.id).collect();
        match asked {
            None => Ok(all),
            Some(site) if all.contains(&site) => Ok(vec![site]),
            Some(site) => Err(unknown_site(site, &all)),
        }
    }
}

/// The site of this machine's config, or the sentence for one that it does not carry.
pub(super) fn site_of(config: &Config, id: SiteId) -> Result<&SiteConfig, Error> {
    let all: Vec<_> = config.sites.iter().map(|s| s.id).collect();
    config.site(id).ok_or_else(|| unknown_site(id, &all))
}

/// The sentence for a site that the station does not have.
pub(crate) fn unknown_site(site: SiteId, all: &[SiteId]) -> Error {
    let list = all.iter().map(SiteId::to_string).collect::<Vec<_>>().join(", ");
    Error::usage(
        format!("il n'y a pas de site {site} ; les sites sont {list}."),
        format!("there is no site {site}; the sites are {list}."),
    )
}

/// Today at the station.
pub(crate) fn today(station: &Station, clock: WallClock) -> Date {
    station.day_of(clock.now())
}

/// Reads a station file, or a reference week with its campaigns.
pub(crate) fn read_station(file: &Path, campaigns: Option<&Path>) -> Result<Station, Error> {
    let text = text_of(file)?;
    let Some(campaigns) = campaigns else {
        return Station::parse(&text).map_err(|e| station_error(file, &e));
    };
    let more = text_of(campaigns)?;
    Station::from_reference(&text, &more).map_err(|e| station_error(file, &e))
}

fn text_of(file: &Path) -> Result<String, Error> {
    let length = std::fs::metadata(file).map_err(|e| Error::file(file, e))?.len();
    if length > Station::MAX_BYTES as u64 {
        let most = Station::MAX_BYTES >> 20;
        let name = file.display();
        return Err(Error::usage(
            format!("« {name} » est trop grand pour un fichier de station : au plus {most} Mio."),
            format!("“{name}” is too large for a station file: at most {most} MiB."),
        ));
    }
    std::fs::read_to_string(file).map_err(|e| Error::file(file, e))
}

/// What is wrong with a station file, with its line.
pub(crate) fn station_error(file: &Path, error: &scheduler::StationError) -> Error {
    let name = file.display();
    let (fr, en) = error.line.map_or_else(Default::default, |n| (format!(", ligne {n}"), format!(", line {n}")));
    Error::Failed(Said::new(format!("{name}{fr} : {}", error.fr), format!("{name}{en}: {}", error.en)))
}

/// Opens the catalogue, or says what is wrong with its file.
pub(crate) fn open_catalogue(config: &Config) -> Result<Catalogue, Error> {
    let path = config.catalogue_db();
    let catalogue = Catalogue::open(&path).map_err(|e| database_error(&path, &e))?;
    Ok(catalogue.towards(config.target()))
}

/// Opens the scheduler's store, or says what is wrong with its file.
pub(crate) fn open_store(config: &Config) -> Result<Store, Error> {
    let path = config.station_db();
    Store::open(&path).map_err(|e| database_error(&path, &e))
}

/// The sentence for a database that cannot be used: what it says, and that the air does not depend on it.
pub(crate) fn database_error(path: &Path, why: &dyn std::fmt::Display) -> Error {
    let name = path.display();
    Error::failed(
        format!(
            "la base « {name} » ne s'ouvre pas ({why}). L'antenne continue sans elle ; remettez la dernière sauvegarde en place."
        ),
        format!(
            "the database “{name}” cannot be opened ({why}). The air goes on without it; put the last backup in its place."
        ),
    )
}

/// A failure of the catalogue.
pub(crate) fn catalogue_error(why: media::Error) -> Error {
    Error::doing("le catalogue ne répond pas", "the catalogue does not answer", why)
}

/// A failure of the store.
pub(crate) fn store_error(why: scheduler::StoreError) -> Error {
    Error::doing("la base de la grille ne répond pas", "the scheduler's database does not answer", why)
}

/// An instant as people at the station read it: `2026-11-24 08:10:00`.
pub(crate) fn local_time(station: &Station, at: Timestamp) -> String {
    station.zone().to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}
