//! `mikado ingest`: files through the throw-away decoder onto the shelf and into the catalogue, as many at once as the
//! machine has processors.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use domain::{AssetId, AudioHash};
use media::catalogue::NewCard;
use media::ingest::Ingest;
use media::wire::IngestReport;
use serde::Serialize;

use super::Answer;
use super::studio::{Studio, catalogue_error};
use crate::args::{Args, IngestArgs, Kind};
use crate::error::Error;
use crate::speech::Tongue;

/// What is printed for one file.
#[derive(Serialize)]
struct Answered<'a> {
    file: String,
    #[serde(flatten)]
    report: &'a IngestReport,
    /// `draft`, `ready`; `null` when refused.
    status: Option<&'static str>,
}

pub(super) fn run(args: &Args, what: &IngestArgs) -> Result<Answer, Error> {
    if what.asset.is_some() && what.files.len() > 1 {
        return Err(Error::usage("--asset ne vaut que pour un seul fichier.", "--asset is for a single file only."));
    }
    if what.title.is_none() && what.kind != Kind::Music {
        return Err(Error::usage(
            "--title manque; seul un titre de musique le tire du nom de son fichier.",
            "--title is missing; only a title of music takes it from the name of its file.",
        ));
    }
    let studio = Studio::open(args)?;
    let decoder =
        crate::run::our_executable().map_err(|e| Error::doing("exécutable introuvable", "executable not found", e))?;
    let ingest = Ingest::new(decoder, studio.shelf()?, studio.config.staging());
    let mut refused = false;
    let mut trouble = None;
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let (tell_done, done) = mpsc::channel();
        for _ in 0..thread::available_parallelism().map_or(1, usize::from).min(what.files.len()) {
            let (tell_done, next, studio, ingest) = (tell_done.clone(), &next, &studio, &ingest);
            scope.spawn(move || {
                while let Some((n, file)) = take(next, &what.files) {
                    // Nobody listens any more once one file met trouble.
                    if tell_done.send((n, one(what, studio, ingest, file))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(tell_done);
        match told_in_order(args, what, &done) {
            Ok(any_refused) => refused = any_refused,
            Err(e) => trouble = Some(e),
        }
        drop(done);
    });
    trouble.map_or_else(|| Ok(Answer::findings_if(refused)), Err)
}

/// The next file that nobody has begun.
fn take<'a>(next: &AtomicUsize, files: &'a [PathBuf]) -> Option<(usize, &'a Path)> {
    let n = next.fetch_add(1, Ordering::Relaxed);
    files.get(n).map(|file| (n, file.as_path()))
}

/// What became of one file, and where its card stands.
type Done = Result<(IngestReport, Option<&'static str>), Error>;

/// Prints the answers in the order in which the files were named, each as soon as all before it are there.
fn told_in_order(args: &Args, what: &IngestArgs, done: &mpsc::Receiver<(usize, Done)>) -> Result<bool, Error> {
    let (mut early, mut refused) = (BTreeMap::new(), false);
    for (n, file) in what.files.iter().enumerate() {
        while !early.contains_key(&n) {
            let Ok((m, answer)) = done.recv() else { break };
            early.insert(m, answer);
        }
        let Some(answer) = early.remove(&n) else { break };
        let (report, status) = answer?;
        tell(args, file, &report, status);
        refused |= report.verdict == "refused";
    }
    Ok(refused)
}

fn one(what: &IngestArgs, studio: &Studio, ingest: &Ingest, file: &Path) -> Done {
    let now = studio.clock.now();
    let id = match &what.asset {
        Some(id) => id.clone(),
        None => name_of(file)?,
    };
    let (artist, title) = names_of(file);
    let title = what.title.clone().unwrap_or(title);
    let mut card = NewCard::new(id.clone(), title, what.kind.into(), what.language.clone());
    card.programme.clone_from(&what.programme);
    if what.kind == Kind::Music {
        card.artist = what.artist.clone().unwrap_or(artist);
        card.category = what.category.clone().unwrap_or_default();
    }
    card.by = who();
    card.silence_intended = what.silence_intended;
    card.source_name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let (report, _) = ingest
        .enter(&studio.catalogue, file, &card, now)
        .map_err(|e| Error::doing("le fichier n'a pas pu entrer", "the file could not come in", e))?;
    let hash: Option<AudioHash> = report.hash.as_deref().and_then(|h| h.parse().ok());
    let mut status = hash.map(|_| "draft");
    if let Some(hash) = hash.filter(|_| what.approve) {
        studio.catalogue.approve(&id, &hash, &who(), now).map_err(catalogue_error)?;
        status = Some("ready");
    }
    Ok((report, status))
}

fn tell(args: &Args, file: &Path, report: &IngestReport, status: Option<&'static str>) {
    let voice = args.voice();
    let name = file.display().to_string();
    if voice.json {
        return voice.json(&Answered { file: name, report, status });
    }
    let length_s = report.length_frames as f64 / f64::from(report.sample_rate_hz);
    let loudness = report.loudness_lufs.map_or_else(|| "–".to_owned(), |v| format!("{v:.1} LUFS"));
    let asset = report.asset.as_deref().unwrap_or("–");
    voice.line(&format!("{name}: {} · {asset} · {length_s:.1} s · {loudness}", report.verdict));
    for f in &report.findings {
        voice.line(&format!("  {} : {}", f.code, if voice.tongue == Tongue::Fr { &f.fr } else { &f.en }));
    }
}

/// The artist and the title that the name of a file of music says: `Artiste - Titre.mp3`. What stands inside the file is
/// never read.
fn names_of(file: &Path) -> (String, String) {
    let stem = file.file_stem().map(|s| s.to_string_lossy().replace('_', " ")).unwrap_or_default();
    let line = |text: &str| web_admin::one_line(text, 120);
    match stem.split_once(" - ").or_else(|| stem.split_once(" – ")) {
        Some((artist, title)) if !title.trim().is_empty() => (line(artist), line(title)),
        _ => (String::new(), line(&stem)),
    }
}

/// Who works at this console, for the papers.
pub(super) fn who() -> String {
    let user = std::env::var("SUDO_USER").or_else(|_| std::env::var("USER")).unwrap_or_else(|_| "root".to_owned());
    format!("console:{user}")
}

/// An identifier from the file's name and bytes: the same file keeps it, another file of that name gets another one.
pub(crate) fn name_of(file: &Path) -> Result<AssetId, Error> {
    let mut hasher = blake3::Hasher::new();
    let mut reader = std::fs::File::open(file).map_err(|e| Error::file(file, e))?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match reader.read(&mut buffer).map_err(|e| Error::file(file, e))? {
            0 => break,
            n => hasher.update(&buffer[..n]),
        };
    }
    let stem = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let plain: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let words: Vec<&str> = plain.split('-').filter(|w| !w.is_empty()).collect();
    let mut slug = words.join("-");
    slug.truncate(72);
    let mark = &hasher.finalize().to_hex()[..8];
    let id = if slug.is_empty() { format!("son-{mark}") } else { format!("{slug}-{mark}") };
    id.parse().map_err(|e| Error::doing("identifiant impossible", "impossible identifier", e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_music_says_its_artist_and_its_title_by_its_name() {
        for (name, artist, title) in [
            ("Oumou Sangaré - Kèlè magni.mp3", "Oumou Sangaré", "Kèlè magni"),
            ("Ali_Farka_Touré - Diaraby - live.flac", "Ali Farka Touré", "Diaraby - live"),
            ("Sans artiste.wav", "", "Sans artiste"),
            ("X - .wav", "", "X -"),
        ] {
            assert_eq!(names_of(Path::new(name)), (artist.to_owned(), title.to_owned()), "{name}");
        }
    }

    #[test]
    fn any_file_name_gives_an_identifier_that_depends_on_the_bytes() {
        let dir = tempfile::tempdir().unwrap();
        for (name, begins) in
            [("Émission n°3 (final).MP3", "mission-n-3-final-"), ("日本.wav", "son-"), ("..wav", "son-")]
        {
            let file = dir.path().join(name);
            std::fs::write(&file, b"one").unwrap();
            let first = name_of(&file).unwrap();
            assert!(first.as_str().starts_with(begins), "{first}");
            assert_eq!(name_of(&file).unwrap(), first);
            std::fs::write(&file, b"two").unwrap();
            assert_ne!(name_of(&file).unwrap(), first);
        }
    }
}
