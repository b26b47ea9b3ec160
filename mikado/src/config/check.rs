//! What no single value shows: two sites on one card, one port, one folder, one file, one mount.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use super::Config;
use super::file::{File, Mpx, Site};
use super::read::Reader;
use crate::speech::Said;

/// Complains of everything that two parts of the config claim at once, and of a config without sites.
pub(super) fn site_clashes(file: &File, reader: &mut Reader<'_>) {
    if file.site.is_empty() {
        reader.complain(
            &(0..0),
            "aucun site : il faut au moins un [[site]].",
            "no site: at least one [[site]] is needed.",
        );
    }
    if file.site.len() > Config::SITES_MAX {
        let span = file.site[Config::SITES_MAX].span();
        let max = Config::SITES_MAX;
        reader.complain(&span, format!("plus de {max} sites."), format!("more than {max} sites."));
    }
    let mut once = Once::default();
    let sites: Vec<&Site> = file.site.iter().map(toml::Spanned::get_ref).collect();
    if let Some(http) = &file.hq.http {
        once.claim(reader, ("port", http.get_ref().clone()), &http.span(), "hq");
    }
    if let Some(metrics) = &file.hq.metrics {
        once.claim(reader, ("port", metrics.get_ref().clone()), &metrics.span(), "hq");
    }
    for site in sites {
        let name = site.id.get_ref().as_str();
        once.claim(reader, ("site", name.to_owned()), &site.id.span(), name);
        let dir = site.dir.as_ref().map_or_else(|| format!("sites/{name}"), |d| d.get_ref().clone());
        once.claim(reader, ("dossier", dir), &site.dir.as_ref().map_or(site.id.span(), toml::Spanned::span), name);
        if let Some(http) = &site.http {
            once.claim(reader, ("port", http.get_ref().clone()), &http.span(), name);
        }
        if let Some(live) = &site.live {
            once.claim(reader, ("port", live.listen.get_ref().clone()), &live.listen.span(), name);
            for line in &live.line {
                if let Some(rtp) = &line.rtp {
                    once.claim(reader, ("port", rtp.get_ref().clone()), &rtp.span(), name);
                }
            }
        }
        if let Some(card) = &site.card {
            once.claim(reader, ("carte", card_key(card.get_ref())), &card.span(), name);
            unpaced_card(reader, card);
        }
        if let Some(mpx) = &site.mpx {
            multiplex(&mut once, reader, mpx, name);
        }
        for mount in &site.icecast {
            let whole = format!("{}{}", mount.url.get_ref().trim_end_matches('/'), mount.mount.get_ref());
            once.claim(reader, ("montage", whole), &mount.mount.span(), name);
        }
        for stream in &site.rtp {
            once.claim(reader, ("rtp", stream.to.get_ref().clone()), &stream.to.span(), name);
        }
        if let Some(one_more) = site.rtp.get(Config::RTP_MAX) {
            let max = Config::RTP_MAX;
            let (fr, en) = (format!("plus de {max} flux RTP."), format!("more than {max} RTP streams."));
            reader.complain(&one_more.to.span(), fr, en);
        }
        if site.icecast.len() > Config::ICECAST_MAX {
            let max = Config::ICECAST_MAX;
            let span = site.icecast[Config::ICECAST_MAX].url.span();
            reader.complain(
                &span,
                format!("plus de {max} serveurs Icecast."),
                format!("more than {max} Icecast servers."),
            );
        }
    }
}

fn multiplex(once: &mut Once, reader: &mut Reader<'_>, mpx: &Mpx, name: &str) {
    if let Some(card) = &mpx.card {
        once.claim(reader, ("carte", card_key(card.get_ref())), &card.span(), name);
        unpaced_card(reader, card);
    }
    if let Some(to) = &mpx.rtp {
        once.claim(reader, ("rtp", to.get_ref().clone()), &to.span(), name);
    }
}

/// A card without a crystal of its own paces nothing: ALSA's `null` takes samples as fast as they come.
fn unpaced_card(reader: &mut Reader<'_>, card: &toml::Spanned<String>) {
    let name = card.get_ref();
    if ["null", "default"].contains(&name.as_str()) {
        let Said { fr, en } = Said::new(
            format!(
                "« {name} » n'est pas une carte d'antenne : elle ne donne pas le rythme. Prenez un nom de « mikado doctor », comme \"hw:0,0\"."
            ),
            format!(
                "“{name}” is no card for the air: it does not pace. Take a name from “mikado doctor”, such as \"hw:0,0\"."
            ),
        );
        reader.complain(&card.span(), fr, en);
    }
}

/// One name per card: `plughw:CARD=PCH,DEV=0`, `hw:PCH,0` and `hw:PCH` are the same.
fn card_key(name: &str) -> String {
    let bare = name.strip_prefix("plug").unwrap_or(name);
    let bare = bare.replace("CARD=", "").replace("DEV=", "");
    let bare = bare.strip_prefix("hw:").unwrap_or(&bare);
    bare.strip_suffix(",0").unwrap_or(bare).to_owned()
}

#[derive(Default)]
struct Once(HashMap<(&'static str, String), String>);

impl Once {
    fn claim(&mut self, reader: &mut Reader<'_>, key: (&'static str, String), at: &Range<usize>, by: &str) {
        let (what, value) = key.clone();
        let Some(first) = insert_once(&mut self.0, key, by.to_owned()) else { return };
        let said = match what {
            "site" => Said::new(
                format!("le site « {value} » est écrit deux fois."),
                format!("the site “{value}” is written twice."),
            ),
            "port" => Said::new(
                format!("l'adresse « {value} » est déjà prise par {first}. Donnez un autre port à {by}."),
                format!("the address “{value}” is already taken by {first}. Give {by} another port."),
            ),
            "carte" => Said::new(
                format!(
                    "la carte son « {value} » est déjà prise par {first} : une carte ne porte qu'une sortie. Donnez une autre carte à {by}."
                ),
                format!(
                    "the sound card “{value}” is already taken by {first}: a card carries one output. Give {by} another card."
                ),
            ),
            "rtp" => Said::new(
                format!("« {value} » reçoit déjà le flux RTP de {first}. Donnez une autre adresse à celui de {by}."),
                format!("“{value}” already gets the RTP stream of {first}. Give that of {by} another address."),
            ),
            "dossier" => Said::new(
                format!("le dossier « {value} » est déjà celui de {first}. Donnez un autre dossier à {by}."),
                format!("the folder “{value}” is already that of {first}. Give {by} another folder."),
            ),
            _ => Said::new(
                format!("le point de montage « {value} » est déjà celui de {first}. Donnez-en un autre à {by}."),
                format!("the mount “{value}” is already that of {first}. Give {by} another one."),
            ),
        };
        reader.complain(at, said.fr, said.en);
    }
}

/// Keeps the first owner of a key; answers with it when there was one.
fn insert_once<K: Hash + Eq>(map: &mut HashMap<K, String>, key: K, by: String) -> Option<String> {
    if let Some(first) = map.get(&key) {
        return Some(first.clone());
    }
    map.insert(key, by);
    None
}
