//! What a site airs, programme by programme: the grid after opt-outs, and its CSV form.

use std::fmt::Write as _;

use domain::{Language, Origin, ProgrammeId, SiteId};
use jiff::civil::Date;

use crate::grid::hms;
use crate::station::{Day, Ending};

/// One programme of a site's day as the grid says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgrammeSlot {
    /// The site.
    pub site: SiteId,
    /// The civil day.
    pub day: Date,
    /// Start in seconds of the civil day.
    pub start_s: u32,
    /// End in seconds of the civil day, at most 86 400.
    pub end_s: u32,
    /// What airs.
    pub programme: ProgrammeId,
    /// Its title.
    pub title: String,
    /// Its language; `None` when the programme is not in the file (which a checked station excludes).
    pub language: Option<Language>,
    /// Whose it is.
    pub origin: Origin,
    /// The window that it fills, or that opens on it.
    pub window: Option<String>,
    /// Its recipe.
    pub clock_format: String,
    /// Which edition, in words.
    pub edition: Option<String>,
    /// How it ends where its sound lasts longer.
    pub ending: Ending,
}

/// The word of the reference week for an origin.
pub const fn origin_word(origin: Origin) -> &'static str {
    match origin {
        Origin::Network => "reseau",
        Origin::OptOut => "decrochage",
        Origin::File => "fichier",
        Origin::Relay => "reprise",
    }
}

/// Programme slots as CSV with the columns of the reference week: days by their three letters, `24:00:00` for midnight.
pub fn programme_csv(slots: &[ProgrammeSlot]) -> String {
    let mut csv = String::from("site,day,start,end,duration_s,programme,lang,origin,window,clock\n");
    for s in slots {
        let language = s.language.as_ref().map(Language::as_str).unwrap_or_default();
        let (window, format) = (field(s.window.as_deref().unwrap_or_default()), field(&s.clock_format));
        let (start, end, length_s, origin) = (hms(s.start_s), hms(s.end_s), s.end_s - s.start_s, origin_word(s.origin));
        // Writing to a string cannot fail.
        let _ = writeln!(
            csv,
            "{},{},{start},{end},{length_s},{},{language},{origin},{window},{format}",
            s.site,
            Day::of(s.day),
            s.programme
        );
    }
    csv
}

/// A field quoted where RFC 4180 asks for it.
pub(crate) fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
