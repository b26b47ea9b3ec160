//! The maker: a background worker that brings the demonstration's sounds in by the same way as everyone's.
//!
//! Each piece is written as a WAV file into staging, decoded and measured by the throw-away process, shelved, entered
//! and approved by “démonstration”. What airs soonest comes first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use domain::{AssetId, Status};
use jiff::{SignedDuration, Timestamp};
use media::catalogue::{Card, Catalogue, NewCard};
use media::ingest::Ingest;
use media::shelf::Shelf;
use scheduler::{Station, Store};

use super::choice::{AHEAD, Held, Situation, Step};
use super::needs::{Need, needs};
use super::piece::Piece;
use super::sound::write_wav;
use super::voices::{Texts, Voices};
use crate::clock::WallClock;
use crate::config::Config;
use crate::speech::{Said, Voice};

/// Who brings in and approves.
const WHO: &str = "démonstration";
/// A piece that failed is tried again after this long; a passing trouble (a full disk) mends itself meanwhile.
const RETRY_AFTER: Duration = Duration::from_mins(1);
/// How often an idle worker looks again.
const IDLE: Duration = Duration::from_millis(500);
/// What is wanted later than this is made at half speed: the machine has other work.
const COMFORT: SignedDuration = SignedDuration::from_mins(30);
/// The longest pause between two pieces.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// The maker's tools. Shared by its workers.
pub struct Maker {
    texts: Texts,
    voices: Voices,
    catalogue: Catalogue,
    store: Store,
    shelf: Shelf,
    ingest: Ingest,
    staging: PathBuf,
    station_file: PathBuf,
    budget_bytes: u64,
    clock: WallClock,
    voice: Voice,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Being made now.
    taken: BTreeSet<AssetId>,
    /// Failed, and when.
    failed: BTreeMap<AssetId, Instant>,
    /// The grid in force, and the store's revision that it was read at.
    station: Option<(u64, std::sync::Arc<Station>)>,
}

impl Maker {
    /// Opens the station's catalogue, shelf and grid; sweeps what an earlier maker left in staging. `decoder` is the
    /// executable that understands `decode`.
    pub fn open(config: &Config, decoder: &Path, clock: WallClock, voice: Voice) -> Result<Self> {
        let shelf = Shelf::open(&config.shelf)?;
        let staging = config.staging();
        std::fs::create_dir_all(&staging).with_context(|| staging.display().to_string())?;
        sweep(&staging)?;
        Ok(Self {
            texts: Texts::embedded()?,
            voices: Voices::embedded()?,
            catalogue: Catalogue::open(&config.catalogue_db())?.towards(config.target()),
            store: Store::open(&config.station_db())?,
            ingest: Ingest::new(decoder, shelf.clone(), &staging),
            shelf,
            staging,
            station_file: config.station.clone(),
            budget_bytes: config.disk_budget_bytes,
            clock,
            voice,
            state: Mutex::default(),
        })
    }

    /// Works as long as the process lives. With `urgent_only` it only helps with what is wanted in the next two minutes.
    pub fn work(&self, urgent_only: bool) {
        loop {
            let begun = Instant::now();
            let pause = match self.turn(urgent_only) {
                Ok(Some(from)) if from > self.after(COMFORT) => begun.elapsed().min(PAUSE_MAX),
                Ok(Some(_)) => Duration::ZERO,
                Ok(None) => IDLE,
                Err(error) => {
                    tracing::warn!("the demonstration's maker: {error:#}");
                    IDLE * 10
                }
            };
            std::thread::sleep(pause);
        }
    }

    /// Takes our files out of staging; one that is still being written goes with the process.
    pub fn leave(&self) {
        if let Err(error) = sweep(&self.staging) {
            tracing::info!("staging is not clean: {error:#}");
        }
    }

    /// One step; the answer is when the piece is wanted that was made, or `None` when there was nothing to do.
    pub fn turn(&self, urgent_only: bool) -> Result<Option<Timestamp>> {
        let (step, there) = self.choose(urgent_only)?;
        match step {
            Step::Rest => Ok(None),
            Step::LetGo(id) => self.let_go(&id).map(|()| Some(self.clock.now())),
            Step::Make(need) => {
                let made = self.make(&need);
                let mut state = self.state();
                state.taken.remove(need.piece.id());
                if let Err(error) = made {
                    state.failed.insert(need.piece.id().clone(), Instant::now());
                    return Err(error.context(format!("“{}” was not made", need.piece.id())));
                }
                drop(state);
                self.tell(&need, there);
                Ok(Some(need.from))
            }
        }
    }

    /// The next step, already noted as taken, and how many pieces are there.
    fn choose(&self, urgent_only: bool) -> Result<(Step, usize)> {
        let station = self.station()?;
        let now = self.clock.now();
        let cards = self.catalogue.all()?;
        let used_bytes = self.shelf.bytes_used()?;
        let until = self.after(AHEAD);
        let changes = self.store.changes(station.day_of(now), station.day_of(until))?;
        let needs = needs((&station, &changes), &self.texts, now, until);
        let mut state = self.state();
        state.failed.retain(|_, at| at.elapsed() < RETRY_AFTER);
        let there: BTreeSet<AssetId> = cards
            .iter()
            .filter(|c| is_there(c))
            .map(|c| c.asset.id.clone())
            .chain(state.taken.iter().cloned())
            .chain(state.failed.keys().cloned())
            .collect();
        let held: Vec<Held> = cards.iter().filter_map(held).collect();
        let situation =
            Situation { now, needs: &needs, there: &there, held: &held, used_bytes, budget_bytes: self.budget_bytes };
        let step = situation.step(urgent_only);
        if let Step::Make(need) = &step {
            state.taken.insert(need.piece.id().clone());
        }
        Ok((step, there.len()))
    }

    fn make(&self, need: &Need) -> Result<()> {
        let Piece { card, recipe } = &need.piece;
        let staged = Staged(self.staging.join(format!("{STAGED}{}.wav", card.id)));
        write_wav(recipe.clone(), &self.voices, &staged.0)?;
        let card = NewCard { source_name: WHO.to_owned(), ..card.clone() };
        let (report, entered) = self.ingest.enter(&self.catalogue, &staged.0, &card, self.clock.now())?;
        let (Some(_), Some(hash)) = (entered, report.hash) else {
            let why: Vec<_> = report.findings.iter().map(|f| f.en.as_str()).collect();
            bail!("the ingest refused it: {}", why.join(" "));
        };
        Ok(self.catalogue.approve(&card.id, &hash.parse()?, WHO, self.clock.now())?)
    }

    fn let_go(&self, id: &AssetId) -> Result<()> {
        let why = "Émission de démonstration diffusée; son fichier a laissé la place aux suivantes.";
        for hash in self.catalogue.purge_bytes(id, self.clock.now(), why)? {
            self.shelf.remove(&hash)?;
        }
        tracing::info!("“{id}” let go");
        Ok(())
    }

    /// The grid in force: the store's, and before hq has imported it the station file's.
    fn station(&self) -> Result<std::sync::Arc<Station>> {
        let revision = self.store.revision()?;
        let known = self.state().station.clone();
        if let Some((_, station)) = known.filter(|(at, _)| *at == revision) {
            return Ok(station);
        }
        let text = match self.store.station()? {
            Some(stored) => stored.toml,
            None => std::fs::read_to_string(&self.station_file)?,
        };
        let station = std::sync::Arc::new(Station::parse(&text)?);
        self.state().station = Some((revision, station.clone()));
        Ok(station)
    }

    fn tell(&self, need: &Need, there: usize) {
        let id = need.piece.id();
        if !Piece::is_edition_id(id) || need.from > self.after(COMFORT) {
            return tracing::info!("“{id}” is ready, wanted at {}", need.from);
        }
        let (title, at) = (&need.piece.card.title, need.from.strftime("%H:%M:%S"));
        self.voice.say(&Said::new(
            format!("Prêt à diffuser pour {at} : {title} ({there} sons en médiathèque)."),
            format!("Ready for {at}: {title} ({there} sounds in the library)."),
        ));
    }

    fn after(&self, time: SignedDuration) -> Timestamp {
        self.clock.now().checked_add(time).unwrap_or(Timestamp::MAX)
    }

    /// A worker that panicked was doing nothing to the state that could be left half done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How the names of our staged files begin.
const STAGED: &str = ".demo-";

/// A staged file, removed when it was brought in, or was not.
struct Staged(PathBuf);

impl Drop for Staged {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Removes what a maker that was killed left behind: nobody else will.
fn sweep(staging: &Path) -> Result<()> {
    for entry in std::fs::read_dir(staging)? {
        let entry = entry?;
        if is_left_over(&entry.file_name().to_string_lossy()) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Whether a staged file is ours, or the work of an ingest (`.ingest-<process>-…`) whose process is gone or is us.
fn is_left_over(name: &str) -> bool {
    let process = name.strip_prefix(".ingest-").and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
    let gone = |pid: u32| pid == std::process::id() || !Path::new("/proc").join(pid.to_string()).exists();
    name.starts_with(STAGED) || process.is_some_and(gone)
}

/// Whether there is nothing to make: the bytes are there and approved, or a person has taken the card in hand.
fn is_there(card: &Card) -> bool {
    let ours = card.source_name == WHO;
    !ours || (card.has_bytes() && card.asset.status != Status::Draft)
}

/// The card as something that may be let go: only our own editions, never what people brought in.
fn held(card: &Card) -> Option<Held> {
    let asset = &card.asset;
    let ours = card.has_bytes() && card.source_name == WHO && Piece::is_edition_id(&asset.id);
    ours.then_some(())?;
    Some(Held { id: asset.id.clone(), from: asset.not_before?, until: asset.expires? })
}
