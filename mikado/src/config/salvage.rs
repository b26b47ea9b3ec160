//! What a site can still use of a config that is refused: its sound does not wait for a corrected line.
//!
//! Every part is read by itself; what cannot be read falls back to its usual place beside the config file, a doubted
//! output is left out, and the virtual card paces.

use std::path::Path;

use domain::SiteId;
use hardware::soundcard::SOUND_PERIOD;
use playout::aircheck::AirCheckOptions;
use serde::de::DeserializeOwned;

use super::read::{self, Reader};
use super::{SiteConfig, file};

/// The site's part of a config file as far as it can be used, and the shelf.
#[derive(Clone, Debug)]
pub struct Salvaged {
    /// The site, with everything about it that could be read.
    pub site: SiteConfig,
    /// The shelf's folder.
    pub shelf: std::path::PathBuf,
}

/// Reads what can be read of a refused or missing config for one site. Never fails.
pub fn salvage(path: &Path, site: SiteId) -> Salvaged {
    let text = read::text_of(path).unwrap_or_default();
    let table: toml::Table = text.parse().unwrap_or_default();
    let mut reader = Reader::new(path, "");
    let shelf: file::Shelf = part(table.get("shelf").and_then(|s| known_only(s, &["dir"])));
    let mut written = table.get("site").and_then(toml::Value::as_array).into_iter().flatten();
    let own = written.rfind(|s| s.get("id").and_then(toml::Value::as_str) == Some(site.as_str()));
    let fallback = toml::Table::from_iter([("id".to_owned(), toml::Value::String(site.to_string()))]);
    let mut kept = fallback.clone();
    for key in [
        "dir",
        "http",
        "opus",
        "mp3",
        "card",
        "card_buffer",
        "wav",
        "icecast",
        "aircheck",
        "rtp",
        "mpx",
        "live",
        "witness",
        "transmitter",
        "power",
        "rds_encoder",
        "time",
    ] {
        let Some(value) = own.and_then(|s| s.get(key)) else { continue };
        let mut alone = fallback.clone();
        alone.insert(key.to_owned(), value.clone());
        if usable(path, &alone) {
            kept.insert(key.to_owned(), value.clone());
        }
    }
    let shared_card = kept.get("card").is_some_and(|card| claims(&table, card) > 1);
    if shared_card {
        kept.remove("card");
    }
    let config = site_of(&mut reader, &kept).or_else(|| site_of(&mut reader, &fallback));
    let dir = reader.path(None, &format!("sites/{site}"));
    let bare = SiteConfig {
        id: site,
        dir,
        http: None,
        opus_bits_per_s: None,
        mp3_bits_per_s: None,
        card: None,
        card_period: SOUND_PERIOD,
        wav: None,
        icecast: Vec::new(),
        aircheck: Some(AirCheckOptions::default()),
        rtp: Vec::new(),
        mpx: None,
        live: None,
        witness: None,
        transmitter: None,
        power: None,
        rds_encoder: None,
        time: None,
    };
    Salvaged { site: config.unwrap_or(bare), shelf: reader.path(shelf.dir.as_ref(), "shelf") }
}

/// How many sites name this card: two of them would take it from one another, so both go without.
fn claims(table: &toml::Table, card: &toml::Value) -> usize {
    let sites = table.get("site").and_then(toml::Value::as_array);
    sites.map_or(0, |sites| sites.iter().filter(|s| s.get("card") == Some(card)).count())
}

fn usable(path: &Path, alone: &toml::Table) -> bool {
    let mut reader = Reader::new(path, "");
    site_of(&mut reader, alone).is_some() && reader.complaints.is_empty()
}

fn site_of(reader: &mut Reader<'_>, table: &toml::Table) -> Option<SiteConfig> {
    let text = toml::to_string(table).ok()?;
    let site: file::Site = toml::from_str(&text).ok()?;
    reader.site(&site)
}

fn known_only(section: &toml::Value, keys: &[&str]) -> Option<toml::Table> {
    let table = section.as_table()?;
    Some(table.iter().filter(|(k, _)| keys.contains(&k.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect())
}

fn part<T: DeserializeOwned + Default>(table: Option<toml::Table>) -> T {
    let text = table.and_then(|t| toml::to_string(&t).ok()).unwrap_or_default();
    toml::from_str(&text).unwrap_or_default()
}
