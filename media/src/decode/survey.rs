//! What a file is, before any foreign code sees it: which of its bytes are sound, where that sound begins and ends, and
//! what a person should know of the rest.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use domain::Finding;

use super::mp4::{self, Fault, Gapless};
use super::view::View;
use super::{ogg, sniff, tags, wave};
use crate::sentences;

/// A picture longer than this is told: it is most of what was uploaded.
const COVER_BYTES_MAX: u64 = 4 << 20;

/// What a survey found.
#[derive(Debug)]
pub struct Survey {
    pub view: View,
    /// Where the sound begins and ends, where the container says so.
    pub gapless: Option<Gapless>,
    /// What must be said.
    pub told: Vec<Finding>,
}

/// Looks at `file`: the sound in it, or a refusal that names what it is.
pub fn survey(file: File) -> Result<Survey, Finding> {
    let bad = |e: io::Error| sentences::unreadable(&e);
    let head = head(&file, 0).map_err(bad)?;
    if let Some(finding) = sniff::refuse(&head) {
        return Err(finding);
    }
    if wave::is_wave(&head) {
        let wave::Wave { view, told } = wave::open(file)?;
        return Ok(Survey { view, gapless: None, told });
    }
    if head.get(4..8) == Some(b"ftyp") {
        return isomp4(file);
    }
    if head.starts_with(b"OggS") && ogg::is_truncated(&file).map_err(bad)? {
        return Err(sentences::truncated(None));
    }
    stream(&file).map_err(bad)
}

fn head(file: &File, at: u64) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len().saturating_sub(at).min(sniff::HEAD_BYTES as u64);
    let mut head = vec![0; length as usize];
    file.read_exact_at(&mut head, at)?;
    Ok(head)
}

fn isomp4(file: File) -> Result<Survey, Finding> {
    let found = mp4::survey(&file).map_err(|e| sentences::unreadable(&e))?;
    if let Some(finding) = found.sound.as_ref().and_then(|s| sniff::refuse_codec(s.codec)) {
        return Err(finding);
    }
    match found.fault {
        Some(Fault::Truncated) => return Err(sentences::truncated(None)),
        Some(Fault::Impossible) => return Err(sentences::undecodable()),
        None => {}
    }
    let end = file.metadata().map_err(|e| sentences::unreadable(&e))?.len();
    let gapless = found.gapless();
    let mut told = cover(found.cover_bytes);
    if found.place || found.device {
        told.push(sentences::private(found.place, found.device));
    }
    let mut view = View::new(file);
    let mut at = 0;
    let mut needless = found.needless;
    needless.sort_unstable();
    needless.dedup();
    for name in needless.into_iter().filter(|n| n + 4 <= end) {
        // A box within one that is hidden already needs no hiding.
        if name >= at {
            view = view.and_file(at..name).and_bytes(b"free".to_vec());
            at = name + 4;
        }
    }
    Ok(Survey { view: view.and_file(at..end), gapless, told })
}

fn cover(length_bytes: u64) -> Vec<Finding> {
    if length_bytes > COVER_BYTES_MAX { vec![sentences::cover(length_bytes)] } else { Vec::new() }
}

/// MPEG, ADTS, FLAC, Ogg, AIFF: from the first byte after the tags.
fn stream(file: &File) -> io::Result<Survey> {
    let end = file.metadata()?.len();
    let mut lead = tags::id3(file)?;
    let mut view = View::new(file.try_clone()?);
    let is_flac = head(file, lead.end)?.starts_with(b"fLaC");
    if let Some(flac) = if is_flac { tags::flac(file, lead.end)? } else { None } {
        view = view.and_bytes(flac.clean);
        lead = tags::Lead {
            longest_bytes: lead.longest_bytes.max(flac.lead.longest_bytes),
            damaged: lead.damaged || flac.lead.damaged,
            ..flac.lead
        };
    }
    let mut told = cover(lead.longest_bytes);
    if lead.damaged {
        told.push(sentences::damaged_tag());
    }
    Ok(Survey { view: view.and_file(lead.end..end), gapless: None, told })
}
