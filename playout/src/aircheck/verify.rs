//! Is the air check what was recorded? Every finished piece against its line of the chain, the open one page by page.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use domain::{Finding, Severity};

use super::chain::{FILE, Record, checked, hash_of};
use super::name::{PieceName, pieces_in};
use super::pages::{Read1, next_page};
use crate::error::{Error, Result};

/// Checks the whole air check in `dir`; the findings name the file. A missing folder is fine: nothing was recorded.
///
/// A piece that the chain does not know yet is the one being written, or was when the process was killed; one is usual,
/// and its pages must be whole. Reads every byte: a month of a site takes a minute.
pub fn verify(dir: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut sealed: BTreeMap<PieceName, (u64, String, String)> = BTreeMap::new();
    for (line, number) in checked(dir)?.into_iter().zip(1..) {
        match line {
            Ok(Record::Piece { piece, sound_bytes, sound, index }) => match piece.parse() {
                Ok(name) => drop(sealed.insert(name, (sound_bytes, sound, index))),
                Err(_) => findings.push(broken(&dir.join(FILE), &format!("line {number} names no piece"))),
            },
            Ok(Record::Gone { piece, .. }) => drop(piece.parse().ok().and_then(|name: PieceName| sealed.remove(&name))),
            Err(why) => findings.push(broken(&dir.join(FILE), &format!("line {number}: {why}"))),
        }
    }
    let mut open = Vec::new();
    for name in pieces_in(dir).map_err(Error::io("listing", dir))? {
        match sealed.remove(&name) {
            Some(said) => findings.extend(compare(dir, name, &said)),
            None => open.push(name),
        }
    }
    findings
        .extend(sealed.keys().map(|name| broken(&dir.join(name.sound()), "it is gone, and no retention let it go")));
    // One is being written. What else stands outside the chain was sealed once, or put there by somebody.
    let newest = open.pop();
    findings.extend(open.iter().map(|name| broken(&dir.join(name.sound()), "the chain does not know it")));
    if let Some(name) = newest {
        findings.extend(whole_pages(&dir.join(name.sound()))?);
    }
    Ok(findings)
}

fn compare(dir: &Path, name: PieceName, (bytes, sound, index): &(u64, String, String)) -> Option<Finding> {
    let path = dir.join(name.sound());
    match hash_of(&path) {
        Ok(found) if found == (*bytes, sound.clone()) => {}
        Ok((found, _)) if found != *bytes => {
            return Some(broken(&path, &format!("it has {found} bytes instead of {bytes}")));
        }
        Ok(_) => return Some(broken(&path, "its bytes have changed")),
        Err(why) => return Some(broken(&path, &why.to_string())),
    }
    let path = dir.join(name.index());
    let found = hash_of(&path).map(|(_, hash)| hash).unwrap_or_default();
    (found != *index).then(|| broken(&path, "its bytes have changed"))
}

/// The pages of a piece that nobody has sealed yet; half a page at its end is what is being written.
fn whole_pages(path: &Path) -> Result<Option<Finding>> {
    let file = File::open(path).map_err(Error::io("opening", path))?;
    let length = file.metadata().map_err(Error::io("reading", path))?.len();
    let (mut reader, mut at) = (BufReader::new(file), 0);
    loop {
        match next_page(&mut reader).map_err(Error::io("reading", path))? {
            Read1::Page(page) => at += page.bytes,
            Read1::End => return Ok(None),
            // No page is longer than this (RFC 3533 §6).
            Read1::Torn if length.saturating_sub(at) <= 65_307 && !follows(&mut reader) => return Ok(None),
            Read1::Torn => return Ok(Some(broken(path, &format!("the page at byte {at} has changed")))),
        }
    }
}

/// Whether more pages come: then what was torn was not the last one.
fn follows(reader: &mut BufReader<File>) -> bool {
    use std::io::Read;
    let mut rest = Vec::new();
    let read = reader.take(131_072).read_to_end(&mut rest);
    read.is_ok() && rest.windows(5).any(|w| w == b"OggS\0")
}

fn broken(path: &Path, why: &str) -> Finding {
    let name = path.display();
    Finding {
        code: "aircheck.broken".to_owned(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!(
            "La pige {name} n’est plus ce qui a été enregistré ({why}). Gardez le fichier et cherchez qui l’a touché."
        ),
        en: format!(
            "The air check {name} is not what was recorded: {why}. Keep the file and find out what touched it."
        ),
    }
}
