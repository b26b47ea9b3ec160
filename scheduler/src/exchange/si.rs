//! `RadioDNS` (ETSI TS 102 818, schema 3.1): the station's services and a site's day for hybrid receivers.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::{bounds, xml};
use crate::station::{Site, Station};
use crate::week::ProgrammeSlot;

/// The schema's name, as receivers that ask at `/radiodns/spi/3.1/` expect it.
const NAMESPACE: &str = "http://www.worlddab.org/schemas/spi/31";

/// What a receiver tunes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// `fm:<gcc>.<pi>.<frequency>` (ETSI TS 103 270, 5.1.2.4).
    pub id: String,
}

impl Bearer {
    /// The FM bearer of a site; `None` when its programme identification or country code is not hexadecimal.
    pub fn fm(site: &Site) -> Option<Self> {
        let digits = |text: &str| text.trim_start_matches("0x").to_ascii_lowercase();
        let (pi, ecc) = (digits(&site.rds_pi), digits(&site.rds_ecc));
        let hexadecimal = |t: &str, length: usize| t.len() == length && t.bytes().all(|b| b.is_ascii_hexdigit());
        if !hexadecimal(&pi, 4) || !hexadecimal(&ecc, 2) {
            return None;
        }
        // The global country code is the first digit of the identification before the extended country code.
        let id = format!("fm:{}{ecc}.{pi}.{:05}", &pi[..1], site.frequency_khz / 10);
        Some(Self { id })
    }
}

/// The service information: every site that a receiver can tune to (TS 102 818, clause 6). `now` is the moment of writing.
pub fn services(station: &Station, now: Timestamp) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "<serviceInformation xmlns=\"{NAMESPACE}\" version=\"1\" creationTime=\"{}\" originator=\"Mikado FM\" xml:lang=\"fr\">",
        time(now)
    );
    text.push_str("  <services>\n");
    for (site, bearer) in station.sites().iter().filter_map(|s| Some((s, Bearer::fm(s)?))) {
        let long = xml(&clipped(&format!("Mikado FM {}", site.name), 128));
        let _ = writeln!(text, "    <service>\n      <shortName>{}</shortName>", xml(&clipped(site.rds_ps.trim(), 8)));
        let _ =
            writeln!(text, "      <mediumName>{}</mediumName>", xml(&clipped(&format!("Mikado FM {}", site.id), 16)));
        let _ = writeln!(text, "      <longName>{long}</longName>");
        let _ = writeln!(text, "      <bearer id=\"{}\" cost=\"50\"/>\n    </service>", bearer.id);
    }
    text.push_str("  </services>\n</serviceInformation>\n");
    text
}

/// The programme information of a site for the slots of one day. `now` is the moment of writing.
pub fn si(station: &Station, site: &Site, slots: &[ProgrammeSlot], now: Timestamp) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string cannot fail.
    let _ = writeln!(text, "<epg xmlns=\"{NAMESPACE}\" xml:lang=\"fr\">");
    let own: Vec<_> = slots.iter().filter(|s| s.site == site.id).collect();
    let bounds_of = |slot: &&ProgrammeSlot| bounds(station, slot);
    let (first, last) = (own.first().and_then(bounds_of), own.last().and_then(bounds_of));
    let _ = writeln!(text, "  <schedule version=\"1\" creationTime=\"{}\" originator=\"Mikado FM\">", time(now));
    if let (Some((from, _)), Some((_, to)), Some(bearer)) = (first, last, Bearer::fm(site)) {
        let _ = writeln!(text, "    <scope startTime=\"{}\" stopTime=\"{}\">", time(from), time(to));
        let _ = writeln!(text, "      <serviceScope id=\"{}\"/>\n    </scope>", bearer.id);
    }
    for (n, slot) in own.iter().enumerate() {
        let Some((from, to)) = bounds(station, slot) else { continue };
        let seconds = to.duration_since(from).as_secs();
        let id = xml(&format!("crid://mikado-fm.ml/{}/{}/{}", slot.site, slot.day, slot.start_s));
        let _ = writeln!(text, "    <programme shortId=\"{}\" id=\"{id}\">", n + 1);
        let _ = writeln!(text, "      <mediumName>{}</mediumName>", xml(&clipped(&slot.title, 16)));
        let _ = writeln!(text, "      <longName>{}</longName>", xml(&clipped(&slot.title, 128)));
        let _ = writeln!(text, "      <location><time time=\"{}\" duration=\"PT{seconds}S\"/></location>", time(from));
        text.push_str("    </programme>\n");
    }
    text.push_str("  </schedule>\n</epg>\n");
    text
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

fn clipped(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
