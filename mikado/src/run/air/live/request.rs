//! The first lines of somebody who knocks: hostile until read, and read within limits.
//!
//! Icecast's source protocol: `SOURCE /mount HTTP/1.0`, or `PUT` with or without `Expect: 100-continue`, HTTP Basic for who
//! it is, a content type for what follows. Anything else gets a sentence.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// The longest head: real ones have a few hundred bytes.
pub const HEAD_BYTES_MAX: usize = 8 * 1024;
/// The most header lines.
const LINES_MAX: usize = 64;
/// What is shown of a client's name.
const AGENT_CHARS_MAX: usize = 40;

/// What a client wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To send sound, by `SOURCE` (false) or `PUT` (true).
    Send {
        /// Whether it waits for `100 Continue`.
        expects: bool,
        /// Whether the sound comes in HTTP chunks.
        chunked: bool,
    },
    /// To tell a title, as source clients do while they send.
    Title,
    /// To know what it may do.
    Options,
    /// To look.
    Look,
}

/// Sound that can be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Ogg with Opus, Vorbis or FLAC.
    Ogg,
    /// MP3.
    Mp3,
    /// FLAC without Ogg.
    Flac,
}

impl Format {
    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ogg => "Ogg",
            Self::Mp3 => "MP3",
            Self::Flac => "FLAC",
        }
    }
}

/// A head that could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What it wants.
    pub wish: Wish,
    /// The path that it names.
    pub path: String,
    /// The password that it gave; the user's name is of no use, since most clients cannot set it.
    pub password: Option<String>,
    /// What the sound is, when it can be decoded.
    pub format: Option<Format>,
    /// The program's name.
    pub agent: String,
}

/// Why a head cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadRequest {
    /// No HTTP at all.
    NotHttp,
    /// HTTP, but nothing that is done here.
    NotHere,
}

/// Where a head ends, its empty line included, once all of it is there.
pub fn head_end(bytes: &[u8]) -> Option<usize> {
    let crlf = bytes.windows(4).position(|w| w == b"\r\n\r\n").map(|i| i + 4);
    let lf = bytes.windows(2).position(|w| w == b"\n\n").map(|i| i + 2);
    crlf.into_iter().chain(lf).min()
}

/// Reads a whole head.
pub fn read(head: &[u8]) -> Result<Request, BadRequest> {
    let text = std::str::from_utf8(head).map_err(|_| BadRequest::NotHttp)?;
    let mut lines = text.lines();
    let mut first = lines.next().unwrap_or_default().split_ascii_whitespace();
    let (Some(method), Some(path), Some(version)) = (first.next(), first.next(), first.next()) else {
        return Err(BadRequest::NotHttp);
    };
    // Some clients of old write ICE/1.0.
    if !(version.starts_with("HTTP/1.") || version.starts_with("ICE/1.")) {
        return Err(BadRequest::NotHttp);
    }
    let mut request = Request {
        wish: Wish::Look,
        path: path.chars().take(128).collect(),
        password: None,
        format: None,
        agent: String::new(),
    };
    let (mut expects, mut chunked) = (false, false);
    for line in lines.take(LINES_MAX) {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "authorization" => request.password = password(value),
            "content-type" => request.format = format(value),
            "user-agent" => request.agent = plain(value),
            "expect" => expects = value.eq_ignore_ascii_case("100-continue"),
            "transfer-encoding" => chunked = value.to_ascii_lowercase().contains("chunked"),
            _ => {}
        }
    }
    request.wish = match method {
        "SOURCE" => Wish::Send { expects: false, chunked: false },
        "PUT" => Wish::Send { expects, chunked },
        "OPTIONS" => Wish::Options,
        "GET" | "HEAD" if path.starts_with("/admin/metadata") => Wish::Title,
        "GET" | "HEAD" => Wish::Look,
        _ => return Err(BadRequest::NotHere),
    };
    Ok(request)
}

fn password(value: &str) -> Option<String> {
    let (scheme, coded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(BASE64_STANDARD.decode(coded.trim()).ok()?).ok()?;
    pair.split_once(':').map(|(_, password)| password.to_owned())
}

fn format(value: &str) -> Option<Format> {
    match value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "audio/ogg" | "application/ogg" | "application/x-ogg" | "audio/opus" | "audio/vorbis" => Some(Format::Ogg),
        "audio/mpeg" | "audio/mp3" | "audio/x-mpeg" => Some(Format::Mp3),
        "audio/flac" | "audio/x-flac" => Some(Format::Flac),
        _ => None,
    }
}

/// A name that can be shown anywhere.
fn plain(value: &str) -> String {
    value.chars().filter(|c| !c.is_control()).take(AGENT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(expects: bool, chunked: bool) -> Wish {
        Wish::Send { expects, chunked }
    }

    #[test]
    fn every_client_is_understood_and_nothing_hostile_is() {
        type Row = (&'static str, Result<(Wish, Option<Format>, bool), BadRequest>);
        // "source:ab-c:d" in base64.
        let auth = "Authorization: Basic c291cmNlOmFiLWM6ZA==\r\n";
        let rows: [Row; 12] = [
            (
                "SOURCE /gao HTTP/1.0\r\n{a}Content-Type: audio/mpeg\r\nice-name: x\r\n\r\n",
                Ok((send(false, false), Some(Format::Mp3), true)),
            ),
            (
                "PUT /gao HTTP/1.1\r\n{a}Expect: 100-continue\r\nContent-Type: application/ogg\r\n\r\n",
                Ok((send(true, false), Some(Format::Ogg), true)),
            ),
            (
                "PUT /gao HTTP/1.1\n{a}content-type: audio/ogg; codecs=opus\nTransfer-Encoding: chunked\n\n",
                Ok((send(false, true), Some(Format::Ogg), true)),
            ),
            ("SOURCE /gao ICE/1.0\r\nContent-Type: video/mp4\r\n\r\n", Ok((send(false, false), None, false))),
            ("PUT /gao HTTP/1.1\r\nAuthorization: Bearer x\r\n\r\n", Ok((send(false, false), None, false))),
            ("PUT /gao HTTP/1.1\r\nAuthorization: Basic ////\r\n\r\n", Ok((send(false, false), None, false))),
            ("GET /admin/metadata?mode=updinfo&song=x HTTP/1.0\r\n{a}\r\n", Ok((Wish::Title, None, true))),
            ("OPTIONS * HTTP/1.1\r\n\r\n", Ok((Wish::Options, None, false))),
            ("GET / HTTP/1.1\r\n: \r\n:::\r\nnothing\r\n\r\n", Ok((Wish::Look, None, false))),
            ("DELETE /gao HTTP/1.1\r\n\r\n", Err(BadRequest::NotHere)),
            ("\u{16}\u{3}\u{1} hello\r\n\r\n", Err(BadRequest::NotHttp)),
            ("SOURCE\r\n\r\n", Err(BadRequest::NotHttp)),
        ];
        for (text, want) in rows {
            let text = text.replace("{a}", auth);
            assert_eq!(head_end(text.as_bytes()), Some(text.len()), "{text:?}");
            let got = read(text.as_bytes());
            let short = got.as_ref().map(|r| (r.wish, r.format, r.password.as_deref() == Some("ab-c:d")));
            assert_eq!(short.map_err(|e| *e), want, "{text:?}");
        }
        assert_eq!(read(b"GET /\xff HTTP/1.0\r\n\r\n"), Err(BadRequest::NotHttp));
    }
}
