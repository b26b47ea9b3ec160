//! `mikado transmitter`: an order of a person to a site's transmitter, waited for until the site has read it back.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Answer;
use super::ingest::who;
use super::studio::site_of;
use crate::args::{Args, OrderArgs, TransmitterCommand};
use crate::config::{Config, SiteConfig};
use crate::error::Error;
use crate::hand::{Answer as Told, End, Order, Word};
use crate::speech::{Said, Voice};

const LOOK: Duration = Duration::from_millis(200);
/// A minute of looks: a site asks its transmitter every ten seconds at most, and reads back for thirty.
const LOOKS: u32 = 300;
const WORDS: [Word; 4] = [Word::CarrierOff, Word::CarrierOn, Word::ExciterMain, Word::ExciterStandby];

pub(super) fn run(args: &Args, what: &TransmitterCommand) -> Result<Answer, Error> {
    let config = Config::load(&args.config)?;
    let now = args.clock_beside(&config).now();
    match (what.order(), what) {
        (Some((word, order)), _) => give(args.voice(), site_of(&config, order.site)?, (word, order), now),
        (None, TransmitterCommand::Show { site: Some(site) }) => show(args.voice(), &[site_of(&config, *site)?]),
        (None, _) => show(args.voice(), &config.sites.iter().collect::<Vec<_>>()),
    }
}

fn give(voice: Voice, site: &SiteConfig, (word, args): (Word, &OrderArgs), now: Timestamp) -> Result<Answer, Error> {
    if !site.may_order(word) {
        let (fr, en) = hardware::transmitter::Refusal::NotWired.said();
        return Err(Error::failed(fr, en));
    }
    let order = Order::new(word, &who(), &args.reason, now).map_err(Error::Usage)?;
    let does = word.does(site.id);
    if !args.yes {
        return Err(Error::usage(
            format!("Cet ordre {}. Rien n'a été envoyé : ajoutez --yes pour l'ordonner.", does.fr),
            format!("This order {}. Nothing was sent: add --yes to order it.", does.en),
        ));
    }
    order.write(&site.dir).map_err(|e| Error::file(&site.dir, e))?;
    let Some(told) = answered(site, &order) else {
        let id = site.id;
        return Err(Error::failed(
            format!(
                "{id} n'a pas répondu en une minute : son processus d'antenne tourne-t-il ? L'ordre est trop vieux pour être encore exécuté."
            ),
            format!(
                "{id} has not answered within a minute: does its air process run? The order is too old to be carried out now."
            ),
        ));
    };
    if voice.json {
        voice.json(&wire(site, Some(&order), Some(&told)));
    } else {
        voice.say(&Said::new(told.fr.clone(), told.en.clone()));
    }
    Ok(Answer::findings_if(told.end != End::Obeyed))
}

fn answered(site: &SiteConfig, order: &Order) -> Option<Told> {
    (0..LOOKS).find_map(|_| {
        let told = Told::read(&site.dir).ok().flatten().filter(|told| told.id == order.id);
        if told.is_none() {
            std::thread::sleep(LOOK);
        }
        told
    })
}

fn show(voice: Voice, sites: &[&SiteConfig]) -> Result<Answer, Error> {
    let mut all = Vec::new();
    for site in sites {
        let order = Order::read(&site.dir).map_err(|e| Error::file(&site.dir, e))?;
        let told = Told::read(&site.dir).map_err(|e| Error::file(&site.dir, e))?;
        let told = told.filter(|t| order.as_ref().is_some_and(|o| o.id == t.id));
        if voice.json {
            all.push(wire(site, order.as_ref(), told.as_ref()));
        } else {
            voice.say(&line(site, order.as_ref(), told.as_ref()));
        }
    }
    if voice.json {
        voice.json(&all);
    }
    Ok(Answer::Fine)
}

fn wire(site: &SiteConfig, order: Option<&Order>, told: Option<&Told>) -> Value {
    let may: Vec<Word> = WORDS.into_iter().filter(|word| site.may_order(*word)).collect();
    json!({ "site": site.id.to_string(), "may": may, "order": order, "answer": told })
}

fn line(site: &SiteConfig, order: Option<&Order>, told: Option<&Told>) -> Said {
    let id = site.id;
    let can = |off: &str, on: &str, pair: &str, none: &str| {
        let words = [(Word::CarrierOff, off), (Word::CarrierOn, on), (Word::ExciterStandby, pair)];
        let words: Vec<&str> = words.into_iter().filter(|(w, _)| site.may_order(*w)).map(|(_, text)| text).collect();
        if words.is_empty() { none.to_owned() } else { words.join(", ") }
    };
    let fr = can("off", "on", "main et standby", "rien n'est branché pour un ordre");
    let en = can("off", "on", "main and standby", "nothing is wired for an order");
    let Some(Order { at, by, reason, word, .. }) = order else {
        return Said::new(format!("{id} : {fr} ; aucun ordre encore."), format!("{id}: {en}; no order yet."));
    };
    let does = word.does(id);
    let (told_fr, told_en) = told.map_or(("Pas de réponse.", "No answer."), |t| (t.fr.as_str(), t.en.as_str()));
    Said::new(
        format!("{id} : {fr} ; le {at:.0}, {by} ({reason}) : un ordre qui {}. {told_fr}", does.fr),
        format!("{id}: {en}; at {at:.0}, {by} ({reason}): an order that {}. {told_en}", does.en),
    )
}
