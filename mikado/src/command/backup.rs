//! `mikado backup`: databases, station file and config, copied whole while the station runs.
//!
//! The sound itself is not among them: the shelf's files never change, so any tool that copies folders keeps them.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use web_admin::People;

use super::Answer;
use super::studio::{Studio, catalogue_error, database_error, store_error};
use crate::args::{Args, BackupArgs};
use crate::error::Error;
use crate::speech::Said;

/// In the form that `sha256sum --check` reads.
const SUMS: &str = "SHA256SUMS";
/// Read at once for a sum.
const PIECE_BYTES: usize = 256 * 1024;
const NAMES: [&str; 5] = ["catalogue.db", "station.db", "people.db", "station.toml", "mikado.toml"];

pub(super) fn run(args: &Args, what: &BackupArgs) -> Result<Answer, Error> {
    let studio = Studio::open(args)?;
    let dir = empty_enough(&what.to)?;
    let [catalogue, station_db, people_db, station, config] = NAMES.map(|name| dir.join(name));
    // The cards last: a sound that comes in meanwhile is then known to the copy before anything names it.
    studio.store.copy_to(&station_db).map_err(store_error)?;
    let source = studio.config.people_db();
    People::open(&source).and_then(|p| p.copy_to(&people_db)).map_err(|e| database_error(&source, &e))?;
    studio.catalogue.copy_to(&catalogue).map_err(catalogue_error)?;
    if let Some(revision) = studio.store.station().map_err(store_error)? {
        written(&station, revision.toml.as_bytes())?;
    }
    let text = fs::read(&studio.config.file).map_err(|e| Error::file(&studio.config.file, e))?;
    written(&config, &text)?;
    let bytes = sealed(&dir)?;
    let at = dir.display();
    let megabytes = bytes as f64 / 1e6;
    args.voice().say(&Said::new(
        format!(
            "Copié dans {at} ({megabytes:.1} Mo) ; à vérifier par « sha256sum --check {SUMS} ». Le son est dans {}.",
            studio.config.shelf.display()
        ),
        format!(
            "Copied to {at} ({megabytes:.1} MB); verify with “sha256sum --check {SUMS}”. The sound is in {}.",
            studio.config.shelf.display()
        ),
    ));
    Ok(Answer::Fine)
}

/// The folder, made if it is not there; nothing in it may have a name that is about to be written.
fn empty_enough(dir: &Path) -> Result<PathBuf, Error> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.and_then(|()| fs::canonicalize(dir)).map_err(|e| Error::file(dir, e)).and_then(|dir| {
        match NAMES.iter().chain([&SUMS]).find(|name| dir.join(name).exists()) {
            None => Ok(dir),
            Some(name) => Err(Error::failed(
                format!("« {} » contient déjà {name} ; donnez un dossier neuf.", dir.display()),
                format!("“{}” holds {name} already; name a new folder.", dir.display()),
            )),
        }
    })
}

fn written(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut f| f.write_all(bytes)).map_err(|e| Error::file(path, e))
}

/// Writes the sums of what is there and has the disk keep it; returns its size in bytes.
fn sealed(dir: &Path) -> Result<u64, Error> {
    let (mut sums, mut bytes) = (Vec::new(), 0);
    for path in NAMES.iter().map(|name| dir.join(name)).filter(|p| p.exists()) {
        let (size, sum) = kept(&path).map_err(|e| Error::file(&path, e))?;
        bytes += size;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        sums.push(format!("{sum}  {name}\n"));
    }
    let path = dir.join(SUMS);
    written(&path, sums.concat().as_bytes())?;
    File::open(&path).and_then(|f| f.sync_all()).map_err(|e| Error::file(&path, e))?;
    File::open(dir).and_then(|f| f.sync_all()).map_err(|e| Error::file(dir, e))?;
    Ok(bytes)
}

fn kept(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.sync_all()?;
    let (mut sum, mut size, mut piece) = (Sha256::new(), 0, vec![0; PIECE_BYTES]);
    loop {
        match file.read(&mut piece)? {
            0 => break,
            n => {
                sum.update(&piece[..n]);
                size += n as u64;
            }
        }
    }
    let hex = sum.finalize().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    Ok((size, hex))
}
