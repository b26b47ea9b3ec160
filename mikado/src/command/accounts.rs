//! `mikado user`: the accounts of the pages.

use jiff::Timestamp;
use serde_json::json;
use web_admin::{People, PeopleError};

use super::Answer;
use super::studio::database_error;
use crate::args::{Args, Role, UserCommand};
use crate::config::Config;
use crate::error::Error;
use crate::speech::{Said, Tongue};

pub(super) fn run(args: &Args, what: &UserCommand) -> Result<Answer, Error> {
    let config = Config::load(&args.config)?;
    std::fs::create_dir_all(&config.hq).map_err(|e| Error::file(&config.hq, e))?;
    let people = People::open(&config.people_db()).map_err(|e| database_error(&config.people_db(), &e))?;
    match what {
        UserCommand::Add { name, role } => add(args, &people, name, *role, args.clock_beside(&config).now()),
        UserCommand::List => list(args, &people),
    }
}

fn add(args: &Args, people: &People, name: &str, role: Role, now: Timestamp) -> Result<Answer, Error> {
    let role = match role {
        Role::Technician => web_admin::Role::Technician,
        Role::Producer => web_admin::Role::Producer,
        Role::Administrator => web_admin::Role::Administrator,
        Role::Director => web_admin::Role::Director,
        Role::Protection => web_admin::Role::Protection,
    };
    let made = people.add_user(name, role, &super::ingest::who(), now).map_err(refused)?;
    let voice = args.voice();
    if voice.json {
        let answer =
            json!({ "name": made.name, "role": role.as_str(), "secret": made.secret, "until": made.until.to_string() });
        voice.json(&answer);
    } else {
        voice.say(&Said::new(
            format!("Compte « {} » créé. Mot de passe à usage unique, valable jusqu'au {} :", made.name, made.until),
            format!("Account “{}” made. One-time password, valid until {}:", made.name, made.until),
        ));
        voice.line(&made.secret);
    }
    Ok(Answer::Fine)
}

fn list(args: &Args, people: &People) -> Result<Answer, Error> {
    let voice = args.voice();
    let users = people.users().map_err(refused)?;
    if voice.json {
        let all: Vec<_> = users
            .iter()
            .map(|p| {
                json!({ "name": p.name, "role": p.role.as_str(), "has_password": p.has_password,
                        "created_at": p.created_at.to_string(), "closed": p.closed })
            })
            .collect();
        voice.json(&all);
        return Ok(Answer::Fine);
    }
    for p in users {
        let state = match (voice.tongue, p.closed, p.has_password) {
            (Tongue::Fr, true, _) => "fermé",
            (Tongue::Fr, false, true) => "actif",
            (Tongue::Fr, false, false) => "mot de passe à choisir",
            (Tongue::En, true, _) => "closed",
            (Tongue::En, false, true) => "active",
            (Tongue::En, false, false) => "password to be chosen",
        };
        voice.line(&format!("{:<24} {:<14} {state}", p.name, p.role.as_str()));
    }
    Ok(Answer::Fine)
}

fn refused(why: PeopleError) -> Error {
    Error::doing("compte refusé", "account refused", why)
}
