//! XMLTV: a listing that television and radio guides read (the DTD of the XMLTV project, 2017 and later).

use std::fmt::Write as _;

use jiff::Timestamp;

use super::{bounds, xml};
use crate::station::Station;
use crate::week::ProgrammeSlot;

/// A listing of slots, with a channel for each site that is among them.
pub fn xmltv(station: &Station, slots: &[ProgrammeSlot]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE tv SYSTEM \"xmltv.dtd\">\n");
    text.push_str("<tv generator-info-name=\"Mikado\">\n");
    for site in station.sites().iter().filter(|site| slots.iter().any(|s| s.site == site.id)) {
        let (id, name) = (channel(site.id), xml(&format!("Mikado FM {}", site.name)));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  <channel id=\"{id}\"><display-name lang=\"fr\">{name}</display-name></channel>");
    }
    for slot in slots {
        let Some((from, to)) = bounds(station, slot) else { continue };
        let language = slot.language.as_ref().map(domain::Language::as_str).filter(|l| *l != "mul");
        let lang = language.map(|l| format!(" lang=\"{}\"", xml(l))).unwrap_or_default();
        let kind = station.programme(&slot.programme).map_or("", |p| p.kind.as_str());
        let (start, stop, channel) = (time(from), time(to), channel(slot.site));
        let _ = writeln!(text, "  <programme start=\"{start}\" stop=\"{stop}\" channel=\"{channel}\">");
        let _ = writeln!(text, "    <title{lang}>{}</title>", xml(&slot.title));
        if !kind.is_empty() {
            let _ = writeln!(text, "    <category lang=\"fr\">{}</category>", xml(kind));
        }
        if let Some(language) = language {
            let _ = writeln!(text, "    <language>{}</language>", xml(language));
        }
        text.push_str("  </programme>\n");
    }
    text.push_str("</tv>\n");
    text
}

/// A channel's name in the form that the DTD asks for: like a domain name.
fn channel(site: domain::SiteId) -> String {
    format!("{}.mikado-fm.ml", site.as_str().to_ascii_lowercase())
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y%m%d%H%M%S +0000").to_string()
}
