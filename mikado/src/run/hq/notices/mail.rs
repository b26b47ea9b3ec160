//! A notice as a mail (RFC 5322): plain text, marked as written by a machine so that nobody's absence answers it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Zoned;

use crate::notices::Notice;

/// Bytes of UTF-8 in one encoded word, so that the first line of a subject keeps to 76 characters (RFC 2047, 2).
const WORD_BYTES_MAX: usize = 39;
/// Bytes of text in one line of 76 characters (RFC 2045, 6.8).
const LINE_BYTES: usize = 57;

/// The whole mail, lines ending in `\n`. `mark` makes its identifier one of its own.
pub fn written(notice: &Notice, from: &str, to: &str, mark: u64) -> String {
    let host = from.rsplit_once('@').map_or("localhost", |(_, host)| host);
    let head = [
        format!("Date: {}", date(&notice.at)),
        format!("From: Mikado <{from}>"),
        format!("To: <{to}>"),
        format!("Message-ID: <mikado.{}.{mark:016x}@{host}>", notice.at.timestamp().as_second()),
        format!("Subject: {}", words(&notice.subject())),
        "Auto-Submitted: auto-generated".to_owned(),
        "MIME-Version: 1.0".to_owned(),
        "Content-Type: text/plain; charset=utf-8".to_owned(),
        "Content-Transfer-Encoding: base64".to_owned(),
    ];
    let body = notice.body().replace('\n', "\r\n");
    let lines: Vec<String> = body.as_bytes().chunks(LINE_BYTES).map(|line| STANDARD.encode(line)).collect();
    format!("{}\n\n{}\n", head.join("\n"), lines.join("\n"))
}

fn date(at: &Zoned) -> String {
    // A year beyond 9999 has no date in a mail; the server puts its own.
    jiff::fmt::rfc2822::to_string(at).unwrap_or_default()
}

/// A header's text in encoded words, never cut inside a character.
fn words(text: &str) -> String {
    let mut words = vec![String::new()];
    for c in text.chars().filter(|c| !c.is_control()) {
        if words.last().is_none_or(|w| w.len() + c.len_utf8() > WORD_BYTES_MAX) {
            words.push(String::new());
        }
        if let Some(last) = words.last_mut() {
            last.push(c);
        }
    }
    let encoded: Vec<String> = words.iter().map(|w| format!("=?utf-8?B?{}?=", STANDARD.encode(w))).collect();
    encoded.join("\n ")
}
