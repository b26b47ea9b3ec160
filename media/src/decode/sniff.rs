//! What a file is by its first bytes, when it is certainly not audio that we take.

use domain::Finding;

use crate::sentences;

/// Enough for every signature, and for a web page to show itself behind blank lines.
pub const HEAD_BYTES: usize = 4096;

/// Sound, but of kinds that nobody here decodes, by their first bytes.
const FOREIGN: &[(&[u8], &str)] = &[
    (b"#!AMR", "AMR"),
    (&[0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11], "WMA"),
    (&[0x0B, 0x77], "AC-3"),
    (&[0x7F, 0xFE, 0x80, 0x01], "DTS"),
    (b"DSD ", "DSD (DSF)"),
    (b"FRM8", "DSD (DSDIFF)"),
    (b"caff", "CAF"),
    (b".snd", "AU"),
    (b"wvpk", "WavPack"),
    (b"MAC ", "Monkey’s Audio (APE)"),
    (b"MPCK", "Musepack"),
    (b"MP+", "Musepack"),
    (b"TTA1", "True Audio (TTA)"),
    (b".RMF", "RealAudio"),
    (b".ra\xFD", "RealAudio"),
    (b"MThd", "MIDI"),
    (b"FLV\x01", "Flash (FLV)"),
];

/// A refusal for a codec inside MP4 or 3GP that nobody here decodes, by its sample entry.
pub fn refuse_codec(entry: [u8; 4]) -> Option<Finding> {
    let name = match &entry {
        b"samr" => "AMR (3GP)",
        b"sawb" => "AMR-WB (3GP)",
        b"sawp" => "AMR-WB+ (3GP)",
        b"ac-3" | b"ec-3" | b"ac-4" => "AC-3 (MP4)",
        b"dtsc" | b"dtsh" | b"dtsl" | b"dtse" => "DTS (MP4)",
        b"enca" | b"drms" => "MP4 protégé / protected MP4 (DRM)",
        b"QDM2" | b"QDMC" | b"MAC3" | b"MAC6" => "QuickTime",
        _ => return None,
    };
    Some(sentences::unsupported(name))
}

/// A refusal that names what the file really is, or `None` when it may be audio.
pub fn refuse(head: &[u8]) -> Option<Finding> {
    if head.is_empty() {
        return Some(sentences::empty());
    }
    if is_web_page(head) {
        return Some(sentences::web_page());
    }
    if let Some((_, name)) = FOREIGN.iter().find(|(mark, _)| head.starts_with(mark)) {
        return Some(sentences::unsupported(name));
    }
    if head.starts_with(b"OggS") && head.get(28..36) == Some(b"Speex   ") {
        return Some(sentences::unsupported("Speex"));
    }
    if let Some(kind) = infer::get(head) {
        use infer::MatcherType as M;
        let what = match kind.matcher_type() {
            M::Archive => Some(("une archive", "an archive")),
            M::Image => Some(("une image", "a picture")),
            M::Doc | M::Book => Some(("un document", "a document")),
            M::App => Some(("un programme", "a program")),
            M::Font => Some(("une police de caractères", "a font")),
            M::Text => Some(("un texte", "a text")),
            _ => None,
        };
        if let Some((fr, en)) = what {
            return Some(sentences::not_audio(fr, en, kind.extension()));
        }
    }
    is_text(head).then(|| sentences::not_audio("un texte", "a text", "txt"))
}

fn is_web_page(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_lowercase();
    let markup = text.strip_prefix("<?xml").map_or(text.as_str(), |t| t.split_once("?>").map_or("", |(_, t)| t));
    let mut markup = markup.trim_start();
    while let Some(rest) = markup.strip_prefix("<!--").and_then(|t| t.split_once("-->")) {
        markup = rest.1.trim_start();
    }
    ["<!doctype html", "<html", "<head", "<body", "<script", "<title"].iter().any(|tag| markup.starts_with(tag))
}

fn is_text(head: &[u8]) -> bool {
    // A character may be cut at the end of what was read.
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(e) if e.error_len().is_none() => std::str::from_utf8(&head[..e.valid_up_to()]).unwrap_or_default(),
        Err(_) => return false,
    };
    !text.is_empty() && text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_audio_is_named() {
        let mut zeros = vec![0; 4096];
        zeros[2000] = 1;
        for (head, want) in [
            (&b""[..], Some("file.empty")),
            (b"<!DOCTYPE html><html>", Some("file.web-page")),
            (b"\xEF\xBB\xBF \n <HTML lang=fr>", Some("file.web-page")),
            (b"<?xml version='1.0'?><!-- x --><html>", Some("file.web-page")),
            (b"PK\x03\x04rest of a zip file", Some("file.not-audio")),
            (b"%PDF-1.7 ...", Some("file.not-audio")),
            (b"\xFF\xD8\xFF\xE0..JFIF", Some("file.not-audio")),
            (b"\x89PNG\r\n\x1A\n....", Some("file.not-audio")),
            (b"MZ\x90\x00", Some("file.not-audio")),
            ("Bonjour, ɛ ɔ ɲ.\n".as_bytes(), Some("file.not-audio")),
            (b"#!AMR\n...", Some("file.unsupported")),
            (b"RIFF\x24\0\0\0WAVEfmt ", None),
            (b"OggS\x00\x02", None),
            (b"ID3\x04\x00", None),
            (b"\xFF\xFB\x90\x64", None),
            (&zeros, None),
        ] {
            assert_eq!(refuse(head).map(|f| f.code).as_deref(), want, "{head:.16?}");
        }
    }
}
