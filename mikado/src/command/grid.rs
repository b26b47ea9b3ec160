//! `mikado grid`: the station file in, out, and checked.

mod change;
mod gate;
mod listing;
mod playlist;

use std::path::Path;

use scheduler::{Proposal, Station};
use serde_json::json;

use super::Answer;
use super::studio::{Studio, read_station, station_error, store_error};
use crate::args::{Args, ExportArgs, ExportFormat, GridCommand, PublishArgs};
use crate::error::Error;
use crate::speech::Said;

pub(super) fn run(args: &Args, what: &GridCommand) -> Result<Answer, Error> {
    match what {
        GridCommand::Import { file, campaigns, calendar, reason, propose } => {
            let station = match (campaigns, calendar) {
                (Some(_), Some(calendar)) => with_calendar(&read_station(file, campaigns.as_deref())?, calendar)?,
                _ => read_station(file, campaigns.as_deref())?,
            };
            import(args, file, (&station, campaigns.is_some()), reason, *propose)
        }
        GridCommand::Export(what) => export(args, what),
        GridCommand::Playlist(what) => playlist::run(args, what),
        GridCommand::Override(what) => change::live(args, what),
        GridCommand::Season(what) => change::season(args, what),
        GridCommand::Feast { event, predicted, moved, how } => {
            let act = Proposal::Feast { event: event.clone(), predicted: *predicted, moved_days: *moved };
            gate::publish(args, &Studio::open(args)?, &[act], how)
        }
        GridCommand::Review => gate::look(args, &Studio::open(args)?),
        GridCommand::Publish(how) => {
            let studio = Studio::open(args)?;
            let waiting = studio.store.proposals().map_err(store_error)?;
            gate::publish(args, &studio, &waiting.into_iter().map(|p| p.act).collect::<Vec<_>>(), how)
        }
        GridCommand::Undo { to, reason } => change::undo(args, *to, reason),
        GridCommand::Compare { from, to } => gate::compare(args, *from, *to),
        GridCommand::History => change::history(args),
        GridCommand::Check { file, campaigns } => {
            let station = read_station(file, campaigns.as_deref())?;
            tell(args, &station, None);
            Ok(Answer::Fine)
        }
    }
}

/// A station with its calendar.
fn with_calendar(station: &Station, calendar: &Path) -> Result<Station, Error> {
    let text = std::fs::read_to_string(calendar).map_err(|e| Error::file(calendar, e))?;
    station.with_calendar(&text).map_err(|e| station_error(calendar, &e))
}

/// Puts the file in force. The first one is not held against anything: a station without a grid has nothing to protect.
/// Whoever imports at the console answers for it, so that nothing but what blocks refuses it.
fn import(
    args: &Args,
    file: &Path,
    (station, merged): (&Station, bool),
    reason: &str,
    propose: bool,
) -> Result<Answer, Error> {
    let text = if merged {
        station.to_toml().map_err(|e| station_error(file, &e))?
    } else {
        // As written, so that the comments of the file come back with an export.
        std::fs::read_to_string(file).map_err(|e| Error::file(file, e))?
    };
    let studio = Studio::open(args)?;
    if propose || studio.store.station().map_err(store_error)?.is_some() {
        let accept = vec![format!("tout={reason}")];
        let how = PublishArgs { reason: reason.to_owned(), accept, director: true, propose };
        let answer = gate::publish_quietly(args, &studio, Proposal::Grid { toml: text }, &how)?;
        if propose || answer != Answer::Fine {
            return Ok(answer);
        }
    } else {
        let who = super::ingest::who();
        studio.store.save_station(&text, &who, reason, studio.clock.now()).map_err(store_error)?;
    }
    let number = studio.store.station().map_err(store_error)?.map(|r| r.number);
    tell(args, station, number);
    Ok(Answer::Fine)
}

fn export(args: &Args, what: &ExportArgs) -> Result<Answer, Error> {
    let studio = Studio::open(args)?;
    let text = match (what.format, studio.store.station().map_err(store_error)?) {
        (ExportFormat::Toml, Some(revision)) => revision.toml,
        (ExportFormat::Toml, None) => {
            studio.station()?.to_toml().map_err(|e| station_error(&studio.config.station, &e))?
        }
        _ => listing::written(&studio, what)?,
    };
    if what.file == Path::new("-") {
        args.voice().line(text.trim_end());
    } else {
        std::fs::write(&what.file, text).map_err(|e| Error::file(&what.file, e))?;
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
