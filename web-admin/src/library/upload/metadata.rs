//! What stands in the `Upload-Metadata` of a parcel: names and values in Base64.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::asked::{TITLE_CHARS_MAX, Typed};
use super::refusal::Refusal;
use crate::text::one_line;

/// Longer than every field at its longest.
const METADATA_BYTES_MAX: usize = 8 << 10;
/// More pairs than a sender has to say.
const PAIRS_MAX: usize = 24;
/// Characters by which a page knows its file again.
const MARK_CHARS_MAX: usize = 400;

/// What a sender says.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub typed: Typed,
    pub source_name: String,
    pub mark: String,
}

/// Reads the header. Names that nobody here knows are the sender's own affair; a name twice is a mistake.
pub(super) fn read(headers: &HeaderMap) -> Result<Said, Refusal> {
    let text = headers.get("upload-metadata").map_or(Ok(""), |v| v.to_str()).map_err(|_| Refusal::Label)?;
    let pairs: Vec<&str> = text.split(',').filter(|p| !p.trim().is_empty()).take(PAIRS_MAX + 1).collect();
    if text.len() > METADATA_BYTES_MAX || pairs.len() > PAIRS_MAX {
        return Err(Refusal::Label);
    }
    let mut said = Said::default();
    let mut names = Vec::new();
    for pair in pairs {
        let mut words = pair.split_whitespace();
        let (name, value) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if words.next().is_some() || names.contains(&name) {
            return Err(Refusal::Label);
        }
        names.push(name);
        let value = STANDARD.decode(value).ok().and_then(|b| String::from_utf8(b).ok()).ok_or(Refusal::Label)?;
        match name {
            "title" => said.typed.title = value,
            "language" => said.typed.language = value,
            "kind" => said.typed.kind = value,
            "programme" => said.typed.programme = value,
            "asset" => said.typed.asset = value,
            "silence_intended" => said.typed.silence_intended = value,
            "filename" => said.source_name = one_line(&value, TITLE_CHARS_MAX),
            "mark" => said.mark = value.chars().take(MARK_CHARS_MAX).collect(),
            _ => {}
        }
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_from(text: &[u8]) -> Result<Said, Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert("upload-metadata", axum::http::HeaderValue::from_bytes(text).unwrap());
        read(&headers)
    }

    #[test]
    fn names_and_values_are_read_and_foreign_names_let_be() {
        let said =
            read_from(b"title S8mUbsmU,language Ym0=,filename Li4vLi4vZXRjL3gK,is_private,filetype YXVkaW8=").unwrap();
        assert_eq!((said.typed.title.as_str(), said.typed.language.as_str()), ("K\u{254}n\u{254}", "bm"));
        assert_eq!(said.source_name, "../../etc/x");
        assert!(read(&HeaderMap::new()).unwrap().typed.title.is_empty());
    }

    #[test]
    fn what_is_no_metadata_is_refused() {
        let long = [b"title ".as_slice(), &b"A".repeat(9_000)].concat();
        let many = b"a QQ==,".repeat(30);
        let rows: [&[u8]; 7] = [
            b"title !!!",
            b"title QQ== QQ==",
            b"title QQ==,title QQ==",
            b"title /////w==",
            b"title \xff",
            &long,
            &many,
        ];
        for row in rows {
            assert!(read_from(row).is_err(), "{}", String::from_utf8_lossy(row));
        }
    }
}
