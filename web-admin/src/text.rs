//! How values are written for people and for addresses.

use std::fmt::Write;

use domain::Frames;

/// Percent-encodes everything but letters, digits and `-._~/`, so that it fits a query value or a path piece.
pub(crate) fn query_encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, b| {
        if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(b));
        } else {
            let _ = write!(out, "%{b:02X}");
        }
        out
    })
}

/// A length as `h:mm:ss` or `m:ss`, rounded to the second.
pub(crate) fn length(frames: Frames) -> String {
    let s = (frames.as_secs_f64()).round() as u64;
    if s >= 3600 {
        format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    } else {
        format!("{}:{:02}", s / 60, s % 60)
    }
}

/// A number of bytes as people say it.
pub(crate) fn size(bytes: u64, decimal: &str) -> String {
    let (unit, divisor) = match bytes {
        0..1_000_000 => ("ko", 1e3),
        1_000_000..1_000_000_000 => ("Mo", 1e6),
        _ => ("Go", 1e9),
    };
    format!("{:.1} {unit}", bytes as f64 / divisor).replace('.', decimal)
}

/// What people typed as one line: controls and direction overrides taken out, white space made single, at most `max`
/// characters.
pub fn one_line(text: &str, max: usize) -> String {
    let overrides =
        |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !overrides(*c)).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_survives_its_encoding() {
        assert_eq!(query_encoded("/grille?jour=2026-11-24&é"), "/grille%3Fjour%3D2026-11-24%26%C3%A9");
    }

    #[test]
    fn lengths_read_like_a_running_order() {
        let rows = [(0, "0:00"), (59, "0:59"), (600, "10:00"), (3_600, "1:00:00"), (5_461, "1:31:01")];
        for (s, text) in rows {
            assert_eq!(length(Frames::from_secs(s)), text);
        }
    }

    #[test]
    fn a_line_has_no_controls_and_an_end() {
        assert_eq!(one_line("  Kɔnɔ\r\n\u{202E}ba\tro\0 ", 80), "Kɔnɔ ba ro");
        assert_eq!(one_line(&"é".repeat(500), 200).chars().count(), 200);
    }
}
