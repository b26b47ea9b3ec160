//! `mikado live`: who may take the air of a site, and when. Writes the file that the air process reads.

use domain::SiteId;
use jiff::Timestamp;
use serde_json::json;

use super::Answer;
use super::ingest::who;
use super::studio::site_of;
use crate::args::{Args, LiveCommand};
use crate::config::{Config, SiteConfig};
use crate::error::Error;
use crate::rights::{self, BadGrant, RIGHTS_MAX, Right, Rights};
use crate::speech::Said;

pub(super) fn run(args: &Args, what: &LiveCommand) -> Result<Answer, Error> {
    let config = Config::load(&args.config)?;
    let now = args.clock_beside(&config).now();
    match what {
        LiveCommand::Grant { site, person, from, until } => {
            grant(args, site_of(&config, *site)?, person, (from.unwrap_or(now), *until), now)
        }
        LiveCommand::Revoke { site, id } => revoke(args, site_of(&config, *site)?, id),
        LiveCommand::List { site: Some(site) } => list(args, &[site_of(&config, *site)?], now),
        LiveCommand::List { site: None } => list(args, &config.sites.iter().collect::<Vec<_>>(), now),
    }
}

fn read(site: &SiteConfig) -> Result<Rights, Error> {
    let path = rights::path(&site.dir);
    Rights::read(&path).map_err(|e| Error::file(&path, e))
}

fn write(site: &SiteConfig, rights: &Rights) -> Result<(), Error> {
    let path = rights::path(&site.dir);
    std::fs::create_dir_all(&site.dir).map_err(|e| Error::file(&site.dir, e))?;
    rights.write(&path).map_err(|e| Error::file(&path, e))
}

fn grant(
    args: &Args,
    site: &SiteConfig,
    person: &str,
    times: (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<Answer, Error> {
    let mut rights = read(site)?;
    let (right, password) = rights.grant(person, times, &who(), now).map_err(refused)?;
    write(site, &rights)?;
    let voice = args.voice();
    let door = site.live.as_ref().map(|live| live.listen.to_string());
    if voice.json {
        let answer = json!({ "site": site.id.to_string(), "id": right.id, "person": right.person, "door": door,
            "from": right.from.to_string(), "until": right.until.to_string(), "password": password });
        voice.json(&answer);
        return Ok(Answer::Fine);
    }
    let (person, from, until) = (&right.person, right.from, right.until);
    voice.say(&Said::new(
        format!(
            "{person} peut prendre l'antenne de {} du {from} au {until}. Mot de passe, affiché une seule fois :",
            site.id
        ),
        format!("{person} may take the air of {} from {from} until {until}. Password, shown once:", site.id),
    ));
    voice.line(&password);
    match door {
        Some(door) => voice.say(&Said::new(
            format!(
                "Programme d'envoi : Icecast 2, serveur {door}, point de montage /{}, utilisateur « source ».",
                site.id
            ),
            format!("Sending program: Icecast 2, server {door}, mount /{}, user “source”.", site.id),
        )),
        None => voice.say(&Said::new(
            "Ce site n'a pas encore de porte : ajoutez [site.live] à sa configuration et relancez son antenne.",
            "This site has no door yet: add [site.live] to its config and restart its air.",
        )),
    }
    Ok(Answer::findings_if(site.live.is_none()))
}

fn revoke(args: &Args, site: &SiteConfig, id: &str) -> Result<Answer, Error> {
    let mut rights = read(site)?;
    if !rights.revoke(id) {
        return Err(Error::usage(
            format!("Aucun droit « {id} » à {}. « mikado live list » les donne.", site.id),
            format!("There is no right “{id}” at {}. “mikado live list” lists them.", site.id),
        ));
    }
    write(site, &rights)?;
    args.voice().say(&Said::new("Droit retiré.", "The right has been taken back."));
    Ok(Answer::Fine)
}

fn list(args: &Args, sites: &[&SiteConfig], now: Timestamp) -> Result<Answer, Error> {
    let voice = args.voice();
    let mut all = Vec::new();
    for site in sites {
        all.extend(read(site)?.rights.into_iter().map(|r| (site.id, r)));
    }
    if voice.json {
        let row = |(site, r): &(SiteId, Right)| {
            json!({ "site": site.to_string(), "id": r.id, "person": r.person, "from": r.from.to_string(),
                "until": r.until.to_string(), "granted_by": r.granted_by, "granted_at": r.granted_at.to_string() })
        };
        voice.json(&all.iter().map(row).collect::<Vec<_>>());
        return Ok(Answer::Fine);
    }
    for (site, r) in all {
        let state = if now < r.from {
            Said::new("à venir", "to come")
        } else if now < r.until {
            Said::new("ouvert", "open")
        } else {
            Said::new("fini", "over")
        };
        let (id, person, from, until) = (&r.id, &r.person, r.from, r.until);
        voice.line(&format!("{site:<4} {id}  {person:<32} {from} – {until}  {}", state.in_tongue(voice.tongue)));
    }
    Ok(Answer::Fine)
}

fn refused(why: BadGrant) -> Error {
    match why {
        BadGrant::Person => Error::usage(
            "Le nom de la personne doit avoir de 1 à 60 caractères.",
            "The person's name takes 1 to 60 characters.",
        ),
        BadGrant::Times => Error::usage(
            "Un droit d'antenne finit après son début et dans l'avenir, et reste ouvert 31 jours au plus.",
            "A right to the air ends after its beginning and in the future, and stays open for 31 days at most.",
        ),
        BadGrant::Full => Error::failed(
            format!("Ce site a déjà {RIGHTS_MAX} droits. Retirez-en avec « mikado live revoke »."),
            format!("This site has {RIGHTS_MAX} rights already. Take some back with “mikado live revoke”."),
        ),
        BadGrant::Machine => Error::failed(
            "Cette machine n'a pas donné de nombres aléatoires. Réessayez.",
            "This machine gave no random numbers. Try again.",
        ),
    }
}
