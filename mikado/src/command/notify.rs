//! `mikado notify`: who is told of what and by which way; with `--test`, a message to each of them.

use domain::Severity;
use serde_json::json;

use super::Answer;
use super::studio::read_station;
use crate::args::{Args, NotifyArgs};
use crate::config::Config;
use crate::error::Error;
use crate::notices::{Address, Notice, Reader};
use crate::run::hq::notices::{NotSent, Ways, mark};
use crate::speech::{Said, severity_word};

pub(super) fn run(args: &Args, what: &NotifyArgs) -> Result<Answer, Error> {
    let config = Config::load(&args.config)?;
    let voice = args.voice();
    let named = |r: &&Reader| what.to.as_ref().is_none_or(|name| r.name == *name);
    let readers: Vec<&Reader> = config.notices.readers.iter().filter(named).collect();
    if readers.is_empty() {
        voice.say(&nobody(what.to.as_deref()));
        if voice.json {
            voice.json(&json!([]));
        }
        return Ok(Answer::Findings);
    }
    let outcomes = if what.test { tested(args, &config, &readers) } else { vec![None; readers.len()] };
    if voice.json {
        let one = |(reader, outcome): (&&Reader, &Option<Result<(), Said>>)| reader_json(reader, outcome.as_ref());
        voice.json(&readers.iter().zip(&outcomes).map(one).collect::<Vec<_>>());
    } else {
        for (reader, outcome) in readers.iter().zip(&outcomes) {
            voice.say(&told(reader, outcome.as_ref()));
        }
    }
    Ok(Answer::findings_if(outcomes.iter().any(|o| matches!(o, Some(Err(_))))))
}

fn tested(args: &Args, config: &Config, readers: &[&Reader]) -> Vec<Option<Result<(), Said>>> {
    let now = args.clock_beside(config).now();
    // The zone of a station whose file cannot be read is not needed to say that a message arrives.
    let zone = read_station(&config.station, None).map_or(jiff::tz::TimeZone::UTC, |s| s.zone().clone());
    let notice = Notice::test(now.to_zoned(zone));
    let mut ways = Ways::new(&config.notices);
    readers.iter().map(|r| Some(ways.send(&r.address, &notice, mark()).map_err(NotSent::why))).collect()
}

fn nobody(named: Option<&str>) -> Said {
    match named {
        Some(name) => Said::new(
            format!("Personne ne s'appelle « {name} » dans [[notices.to]]."),
            format!("Nobody is called “{name}” in [[notices.to]]."),
        ),
        None => Said::new(
            "Personne n'est prévenu : écrivez [[notices.to]] dans mikado.toml (guide/notices.md).",
            "Nobody is told: write [[notices.to]] in mikado.toml (guide/notices.md).",
        ),
    }
}

fn told(reader: &Reader, outcome: Option<&Result<(), Said>>) -> Said {
    let Reader { name, address, .. } = reader;
    match outcome {
        Some(Ok(())) => Said::new(format!("{name} ({address}) : parti."), format!("{name} ({address}): gone out.")),
        Some(Err(why)) => Said::new(
            format!("{name} ({address}) : pas parti. {}", why.fr),
            format!("{name} ({address}): not gone out. {}", why.en),
        ),
        None => {
            let sites: Vec<String> = reader.sites.iter().map(ToString::to_string).collect();
            let sites = sites.join(", ");
            let (fr, en) = if sites.is_empty() { ("tous les sites", "all sites") } else { (&*sites, &*sites) };
            let (least_fr, least_en) = match reader.least {
                Severity::Info => ("tout", "everything"),
                Severity::Warning => ("ce qui est à voir", "what is to be looked at"),
                Severity::Blocking => ("ce qui met le son en cause", "what puts the sound at stake"),
            };
            let mut said = Said::new(
                format!("{name} ({address}) : {fr}, {least_fr}"),
                format!("{name} ({address}): {en}, {least_en}"),
            );
            if let Some((from, to)) = reader.quiet {
                let hours = format!("{} – {}", from.strftime("%H:%M"), to.strftime("%H:%M"));
                said = Said::new(
                    format!("{}, heures calmes {hours}", said.fr),
                    format!("{}, quiet hours {hours}", said.en),
                );
            }
            if let Some(at) = reader.daily {
                let at = at.strftime("%H:%M");
                said = Said::new(format!("{}, chaque jour à {at}", said.fr), format!("{}, daily at {at}", said.en));
            }
            Said::new(said.fr + ".", said.en + ".")
        }
    }
}

fn reader_json(reader: &Reader, outcome: Option<&Result<(), Said>>) -> serde_json::Value {
    let way = match &reader.address {
        Address::Mail(_) => "mail",
        Address::Sms(_) => "sms",
    };
    let why = outcome.and_then(|o| o.as_ref().err());
    json!({
        "name": reader.name, "way": way, "address": reader.address.to_string(),
        "sites": reader.sites.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "least": severity_word(reader.least),
        "sent": outcome.map(Result::is_ok), "fr": why.map(|w| &w.fr), "en": why.map(|w| &w.en),
    })
}
