//! What a file is by its first bytes, when it is certainly not audio that we take.

use domain::Finding;

use crate::sentences;

/// Enough for every signature, and for a web page to show itself behind blank lines.
pub const HEAD_BYTES: usize = 4096;

/// A refusal that names what the file really is, or `None` when it may be audio.
pub fn refuse(head: &[u8]) -> Option<Finding> {
    if head.is_empty() {
        return Some(sentences::empty());
    }
    if is_web_page(head) {
        return Some(sentences::web_page());
    }
    if head.starts_with(b"#!AMR") {
        return Some(sentences::unsupported("AMR"));
    }
    if head.starts_with(&[0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]) {
        return Some(sentences::unsupported("WMA"));
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
