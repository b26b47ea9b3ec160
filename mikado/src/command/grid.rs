//! `mikado grid`: the station file in, out, and checked.

use std::path::Path;

use scheduler::Station;
use serde_json::json;

use super::Answer;
use super::studio::{Studio, read_station, station_error, store_error};
use crate::args::{Args, GridCommand};
use crate::error::Error;
use crate::speech::Said;

pub(super) fn run(args: &Args, what: &GridCommand) -> Result<Answer, Error> {
    match what {
        GridCommand::Import { file, campaigns, reason } => import(args, file, campaigns.as_deref(), reason),
        GridCommand::Export { file } => export(args, file),
        GridCommand::Check { file, campaigns } => {
            let station = read_station(file, campaigns.as_deref())?;
            tell(args, &station, None);
            Ok(Answer::Fine)
        }
    }
}

fn import(args: &Args, file: &Path, campaigns: Option<&Path>, reason: &str) -> Result<Answer, Error> {
    let station = read_station(file, campaigns)?;
    let text = match campaigns {
        // As written, so that the comments of the file come back with an export.
        None => std::fs::read_to_string(file).map_err(|e| Error::file(file, e))?,
        Some(_) => station.to_toml().map_err(|e| station_error(file, &e))?,
    };
    let studio = Studio::open(args)?;
    let number =
        studio.store.save_station(&text, &super::ingest::who(), reason, studio.clock.now()).map_err(store_error)?;
    tell(args, &station, Some(number));
    Ok(Answer::Fine)
}

fn export(args: &Args, file: &Path) -> Result<Answer, Error> {
    let studio = Studio::open(args)?;
    let text = match studio.store.station().map_err(store_error)? {
        Some(revision) => revision.toml,
        None => studio.station()?.to_toml().map_err(|e| station_error(&studio.config.station, &e))?,
    };
    if file == Path::new("-") {
        args.voice().line(text.trim_end());
    } else {
        std::fs::write(file, text).map_err(|e| Error::file(file, e))?;
    }
    Ok(Answer::Fine)
}

fn tell(args: &Args, station: &Station, number: Option<u64>) {
    let voice = args.voice();
    let (sites, programmes, campaigns) = (station.sites().len(), station.programmes().len(), station.campaigns().len());
    if voice.json {
        voice.json(&json!({
            "revision": number, "sites": sites, "programmes": programmes, "campaigns": campaigns,
            "languages": station.languages().len(),
        }));
        return;
    }
    let (fr, en) = number.map_or_else(
        || ("Grille saine".to_owned(), "Sound grid".to_owned()),
        |n| (format!("Grille n° {n} en vigueur"), format!("Grid no. {n} in force")),
    );
    voice.say(&Said::new(
        format!("{fr} : {sites} sites, {programmes} émissions, {campaigns} campagnes, semaine pleine sans trou ni chevauchement."),
        format!("{en}: {sites} sites, {programmes} programmes, {campaigns} campaigns, a full week without hole or overlap."),
    ));
}
