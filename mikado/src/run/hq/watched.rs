//! The watched folder: a file laid into `DIR/…/LANGUAGE/` comes in by itself, as a draft, once it is whole.
//!
//! ```text
//! DIR/bm/kɔnɔ.mp3             waits until its size and date have stood still
//! DIR/revue-presse-bm/bm/…    the same, as an edition of that programme
//! DIR/.taken/bm/kɔnɔ.mp3      is being decoded; after a crash it is taken up again
//! DIR/done/bm/kɔnɔ.mp3        has come in: its sentences lie beside it as kɔnɔ.mp3.txt
//! DIR/refused/bm/…            is no sound that can air, or lies in no language; why stands beside it
//! ```
//!
//! A name is a label and nothing else. The card's identifier comes from the name and the bytes, so that the same file taken
//! up twice is one card.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use domain::{AssetKind, Language, ProgrammeId};
use media::catalogue::NewCard;
use media::ingest::Ingest;
use media::wire::IngestReport;
use scheduler::Station;
use tokio::sync::{Notify, watch};
use web_admin::{Act, People};

use super::Rooms;
use crate::clock::WallClock;
use crate::command::name_of;
use crate::speech::Said;

/// How often the folder is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// How long a full disk or a share that is away is left alone.
const AFTER_TROUBLE: Duration = Duration::from_secs(20);
/// Looks that must find a file unchanged before it is taken: a copy over a network pauses for a second or two.
const STILL_LOOKS: u32 = 4;
/// Folders below the watched one: a programme, a language, and one that people make for themselves.
const DEPTH_MAX: usize = 4;
/// Files seen in one look; the others have their turn later.
const FILES_MAX: usize = 1000;
/// The largest file, as for uploads.
const FILE_BYTES_MAX: u64 = 2 << 30;
/// Characters of a title.
const TITLE_CHARS_MAX: usize = 200;
/// A file name holds 255 bytes; a number and `.txt` may come behind.
const NAME_BYTES_MAX: usize = 200;

/// Who brings it in, for the history and the audit.
const WHO: &str = "depot";
const TAKEN: &str = ".taken";
const DONE: &str = "done";
const REFUSED: &str = "refused";

/// What the watch works with.
pub(super) struct Watched {
    dir: PathBuf,
    clock: WallClock,
    catalogue: Arc<media::catalogue::Catalogue>,
    people: Arc<People>,
    ingest: Arc<Ingest>,
    station: watch::Receiver<Arc<Station>>,
    replan: Arc<Notify>,
    seen: BTreeMap<PathBuf, Seen>,
}

/// How a file looked, and for how many looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    bytes: u64,
    modified: Option<SystemTime>,
    looks: u32,
}

impl Watched {
    pub(super) fn new(
        dir: PathBuf,
        rooms: &Rooms,
        ingest: &Arc<Ingest>,
        station: watch::Receiver<Arc<Station>>,
        replan: &Arc<Notify>,
    ) -> Self {
        Self {
            dir,
            clock: rooms.clock,
            catalogue: Arc::clone(&rooms.catalogue),
            people: Arc::clone(&rooms.people),
            ingest: Arc::clone(ingest),
            station,
            replan: Arc::clone(replan),
            seen: BTreeMap::new(),
        }
    }

    /// Watches for ever. A folder that is away (a share that is not mounted) is waited for.
    pub(super) async fn watch(mut self) {
        let mut turn = tokio::time::interval(EVERY);
        turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut was_trouble = false;
        loop {
            turn.tick().await;
            let looked = tokio::task::spawn_blocking(move || {
                let looked = self.look();
                (self, looked)
            });
            let Ok((back, looked)) = looked.await else {
                return tracing::error!("the watched folder is no longer watched; restart hq");
            };
            self = back;
            match &looked {
                Err(why) if !was_trouble => tracing::warn!("{}: {why}; it is looked at again", self.dir.display()),
                _ => {}
            }
            was_trouble = looked.is_err();
            if was_trouble {
                tokio::time::sleep(AFTER_TROUBLE).await;
            }
        }
    }

    /// One look: what has stood still is taken, and everything taken comes in, several files at once.
    fn look(&mut self) -> io::Result<()> {
        for folder in [&self.dir, &self.dir.join(TAKEN), &self.dir.join(DONE), &self.dir.join(REFUSED)] {
            fs::create_dir_all(folder)?;
        }
        for place in self.still()? {
            let taken = free_place(&self.dir.join(TAKEN).join(&place))?;
            match fs::rename(self.dir.join(&place), &taken) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => {}
            }
        }
        let waiting = files_below(&self.dir.join(TAKEN), &[])?;
        let each = waiting.len().div_ceil(thread::available_parallelism().map_or(1, usize::from)).max(1);
        thread::scope(|scope| {
            let workers: Vec<_> = waiting.chunks(each).map(|part| scope.spawn(|| self.take_in_all(part))).collect();
            workers.into_iter().try_for_each(|w| w.join().unwrap_or_else(|_| Err(io::Error::other("a look stopped"))))
        })
    }

    /// The files that have looked the same long enough.
    fn still(&mut self) -> io::Result<Vec<PathBuf>> {
        let mut seen = BTreeMap::new();
        for (place, metadata) in files_below(&self.dir, &[TAKEN, DONE, REFUSED])? {
            let now = Seen { bytes: metadata.len(), modified: metadata.modified().ok(), looks: 0 };
            let before = self.seen.get(&place).filter(|b| (b.bytes, b.modified) == (now.bytes, now.modified));
            seen.insert(place, Seen { looks: before.map_or(0, |b| b.looks + 1), ..now });
        }
        self.seen = seen;
        Ok(self.seen.iter().filter(|(_, s)| s.looks >= STILL_LOOKS).map(|(place, _)| place.clone()).collect())
    }

    fn take_in_all(&self, files: &[(PathBuf, Metadata)]) -> io::Result<()> {
        // One file that cannot be read holds up none of the others.
        let tried: Vec<_> = files.iter().map(|(place, metadata)| self.take_in(place, metadata)).collect();
        tried.into_iter().collect()
    }

    /// Brings one taken file in and moves it to where people find it with its sentences.
    fn take_in(&self, place: &Path, metadata: &Metadata) -> io::Result<()> {
        let file = self.dir.join(TAKEN).join(place);
        let (goal, sentences) = match self.card(place, &file, metadata)? {
            Err(why) => (REFUSED, vec![why]),
            Ok(card) => {
                let now = self.clock.now();
                let entered = self.ingest.enter(&self.catalogue, &file, &card, now);
                let (report, entered) = entered.map_err(io::Error::other)?;
                let detail = format!("{} · {} · {entered:?}", report.verdict, card.source_name);
                let act = Act {
                    who: WHO,
                    address: "local",
                    act: "asset.upload",
                    object: card.id.as_str(),
                    detail: &detail,
                    allowed: true,
                };
                self.people.record(&act, now).map_err(io::Error::other)?;
                if entered.is_some() {
                    self.replan.notify_one();
                }
                (if report.hash.is_some() { DONE } else { REFUSED }, told(&card, &report))
            }
        };
        let goal = free_place(&self.dir.join(goal).join(place))?;
        let mut text = String::new();
        for sentence in &sentences {
            text = text + &sentence.fr + "\n" + &sentence.en + "\n\n";
        }
        // The sentences first: a file in its last place has them beside it.
        fs::write(beside(&goal), text.trim_end().to_owned() + "\n")?;
        fs::rename(&file, &goal)
    }

    /// The card that the file's place asks for, or why there is none.
    fn card(&self, place: &Path, file: &Path, metadata: &Metadata) -> io::Result<Result<NewCard, Said>> {
        let folders: Vec<String> =
            place.parent().into_iter().flat_map(Path::iter).map(|f| f.to_string_lossy().into_owned()).collect();
        let station = self.station.borrow().clone();
        let ours = |l: &Language| l.as_str() == "mul" || station.languages().iter().any(|s| s.same_umbrella(l));
        let Some(language) = folders.last().and_then(|tag| tag.parse().ok()).filter(ours) else {
            return Ok(Err(no_language(&place.to_string_lossy())));
        };
        if metadata.len() > FILE_BYTES_MAX {
            return Ok(Err(too_large()));
        }
        let id = name_of(file).map_err(|e| io::Error::other(e.said().en))?;
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        let stem = place.file_stem().unwrap_or_default().to_string_lossy().replace('_', " ");
        let title = Some(web_admin::one_line(&stem, TITLE_CHARS_MAX)).filter(|t| !t.is_empty());
        let programme = |f: &String| f.parse::<ProgrammeId>().ok().filter(|p| station.programme(p).is_some());
        let mut card =
            NewCard::new(id.clone(), title.unwrap_or_else(|| id.to_string()), AssetKind::Programme, language);
        card.programme = folders[..folders.len() - 1].iter().rev().find_map(programme);
        WHO.clone_into(&mut card.by);
        card.source_name = web_admin::one_line(&name, TITLE_CHARS_MAX);
        Ok(Ok(card))
    }
}

/// Every plain file below `dir` with its place relative to it, but for those in `without` and those that are still being
/// written under a name that says so.
fn files_below(dir: &Path, without: &[&str]) -> io::Result<Vec<(PathBuf, Metadata)>> {
    let mut found = Vec::new();
    let mut folders = vec![(PathBuf::new(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(dir.join(&folder))? {
            let entry = entry?;
            let (name, place) = (entry.file_name(), folder.join(entry.file_name()));
            // Gone again, or no business of ours: a link, a pipe, a socket.
            let Ok(metadata) = entry.metadata() else { continue };
            let name = name.to_string_lossy();
            if metadata.is_dir() && depth < DEPTH_MAX && !name.starts_with('.') && !without.contains(&&*name) {
                folders.push((place, depth + 1));
            } else if metadata.is_file() && !is_unfinished(&name) {
                found.push((place, metadata));
            }
            if found.len() >= FILES_MAX {
                return Ok(found);
            }
        }
    }
    Ok(found)
}

/// Names that programs give to files in the making.
fn is_unfinished(name: &str) -> bool {
    let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    name.starts_with('.') || ["part", "tmp", "crdownload", "filepart", "partial"].contains(&ending.as_str())
}

/// `wanted`, or with a number before its ending when something lies there; its folder is made.
fn free_place(wanted: &Path) -> io::Result<PathBuf> {
    let folder = wanted.parent().unwrap_or(wanted);
    fs::create_dir_all(folder)?;
    let stem = wanted.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let ending = wanted.extension().map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default();
    let fits = wanted.file_name().is_some_and(|n| n.len() <= NAME_BYTES_MAX);
    let mut place = wanted.to_owned();
    let mut number = 1;
    while !fits && number == 1 || place.symlink_metadata().is_ok() || beside(&place).symlink_metadata().is_ok() {
        number += 1;
        let end = stem.char_indices().map(|(at, _)| at).take_while(|at| *at <= NAME_BYTES_MAX / 2).last().unwrap_or(0);
        place = folder.join(format!("{} ({number}){}", &stem[..if fits { stem.len() } else { end }], &ending));
    }
    Ok(place)
}

/// Where the sentences of a file lie.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".txt");
    file.with_file_name(name)
}

fn told(card: &NewCard, report: &IngestReport) -> Vec<Said> {
    let first = if report.hash.is_some() {
        Said::new(
            format!("Entré dans la médiathèque comme « {} » ; à écouter et à approuver.", card.id),
            format!("Came into the library as “{}”; to be heard and approved.", card.id),
        )
    } else {
        Said::new("Refusé. Rien n'a été gardé dans la médiathèque.", "Refused. Nothing was kept in the library.")
    };
    let more = report.findings.iter().map(|f| Said::new(f.fr.clone(), f.en.clone()));
    [first].into_iter().chain(more).collect()
}

fn no_language(place: &str) -> Said {
    Said::new(
        format!(
            "« {place} » n'est pas dans un dossier de langue : mettez-le dans un dossier nommé fr, bm, ses, taq, ff…"
        ),
        format!("“{place}” is in no language's folder: put it into a folder named fr, bm, ses, taq, ff…"),
    )
}

fn too_large() -> Said {
    Said::new("Plus de 2 Go : c'est trop grand pour un son.", "More than 2 GB: this is too large for a sound.")
}
