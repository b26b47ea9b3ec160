//! Transmitter places.

use std::fmt;
use std::str::FromStr;

/// A transmitter place by its station code: two to four capital letters or digits (`BKO`, `GAO`).
///
/// Fixed in the station file. Parsed once; also safe as a file name and in a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId([u8; 4]);

/// The text is not a site code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a site code: two to four capital letters or digits, such as GAO")]
pub struct BadSite(pub String);

impl FromStr for SiteId {
    type Err = BadSite;

    fn from_str(s: &str) -> Result<Self, BadSite> {
        let fits = (2..=4).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !fits {
            return Err(BadSite(s.chars().take(16).collect()));
        }
        let mut code = [0; 4];
        code[..s.len()].copy_from_slice(s.as_bytes());
        Ok(Self(code))
    }
}

impl SiteId {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|b| *b == 0).unwrap_or(4);
        std::str::from_utf8(&self.0[..end]).unwrap_or_default()
    }
}

impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_code_is_short_and_plain() {
        assert_eq!("GAO".parse::<SiteId>().unwrap().to_string(), "GAO");
        for bad in ["", "G", "gao", "GAO/..", "GAOOO", "GÀO"] {
            assert!(bad.parse::<SiteId>().is_err(), "{bad}");
        }
    }
}
