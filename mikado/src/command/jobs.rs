//! `mikado jobs`: what headquarters runs by itself, when, and how it went; with `--run`, one of them now.

use jiff::tz::TimeZone;
use serde_json::json;
use web_admin::{JobEnd, JobView};

use super::Answer;
use super::studio::read_station;
use crate::args::{Args, JobsArgs};
use crate::config::Config;
use crate::error::Error;
use crate::jobs::{End, RunId};
use crate::run::hq::jobs::{made, program, view};
use crate::speech::Said;

pub(super) fn run(args: &Args, what: &JobsArgs) -> Result<Answer, Error> {
    let config = Config::load(&args.config)?;
    if let Some(name) = &what.run {
        return run_now(args, &config, name);
    }
    let clock = args.clock_beside(&config);
    let zone = read_station(&config.station, None).map_or(TimeZone::UTC, |s| s.zone().clone());
    let jobs: Vec<JobView> = config.jobs.iter().map(|job| view(&config, job, &zone, clock)).collect();
    let voice = args.voice();
    if voice.json {
        voice.json(&jobs.iter().map(job_json).collect::<Vec<_>>());
    } else if jobs.is_empty() {
        voice.say(&Said::new(
            "Aucun travail : écrivez [[hq.job]] dans mikado.toml (guide/jobs.md).",
            "No job: write [[hq.job]] in mikado.toml (guide/jobs.md).",
        ));
    } else {
        for job in &jobs {
            voice.say(&line(job, &zone));
        }
    }
    let has_failed = |job: &JobView| job.runs.first().is_some_and(|r| matches!(r.end, JobEnd::Failed | JobEnd::CutOff));
    Ok(Answer::findings_if(jobs.iter().any(has_failed)))
}

fn line(job: &JobView, zone: &TimeZone) -> Said {
    let told = |at: jiff::Timestamp| zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string();
    let next = job.next.map_or_else(|| "—".to_owned(), told);
    let last = job.runs.first().map_or_else(
        || Said::new("jamais lancé", "never run"),
        |r| {
            let (fr, en) = match r.end {
                JobEnd::Runs => ("en cours", "running"),
                JobEnd::Fine => ("fait", "done"),
                JobEnd::Findings => ("fait, il y a à voir", "done, with something to see"),
                JobEnd::Failed => ("échoué", "failed"),
                JobEnd::CutOff => ("interrompu", "cut off"),
            };
            Said::new(format!("{} {fr}", told(r.begun)), format!("{} {en}", told(r.begun)))
        },
    );
    let (name, cron) = (&job.name, &job.cron);
    Said::new(
        format!("{name:<24} {cron:<16} prochain {next}   dernier {}", last.fr),
        format!("{name:<24} {cron:<16} next {next}   last {}", last.en),
    )
}

fn job_json(job: &JobView) -> serde_json::Value {
    let runs = job.runs.iter().map(|r| {
        let end = match r.end {
            JobEnd::Runs => "runs",
            JobEnd::Fine => "fine",
            JobEnd::Findings => "findings",
            JobEnd::Failed => "failed",
            JobEnd::CutOff => "cut_off",
        };
        json!({ "id": r.id, "at": r.at.to_string(), "asked_by": r.asked_by, "begun": r.begun.to_string(),
                "ended": r.ended.map(|t| t.to_string()), "end": end,
                "files": r.files.iter().map(|(name, bytes)| json!({ "name": name, "bytes": bytes })).collect::<Vec<_>>() })
    });
    json!({ "name": job.name, "cron": job.cron, "command": job.command, "next": job.next.map(|t| t.to_string()),
            "runs": runs.collect::<Vec<_>>() })
}

fn run_now(args: &Args, config: &Config, name: &str) -> Result<Answer, Error> {
    let Some(job) = config.jobs.iter().find(|j| j.name == name) else {
        let known = config.jobs.iter().map(|j| j.name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Error::usage(
            format!("« {name} » n'est pas un travail de cette station ({known})."),
            format!("“{name}” is no job of this station ({known})."),
        ));
    };
    let clock = args.clock_beside(config);
    let (program, id) = (program(config, clock)?, RunId::by_hand(clock.now()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Error::doing("démarrage impossible", "cannot start", e))?;
    let end = runtime.block_on(made(&program, config, clock, (job, &id), Some("mikado jobs")));
    let dir = config.jobs_dir().join(name).join(id.to_string());
    let at = dir.display();
    match end.map_err(|e| Error::file(&dir, e))? {
        Some(End::Done { code: code @ (0 | 1) }) => {
            args.voice().say(&Said::new(format!("Fait : {at}"), format!("Done: {at}")));
            Ok(Answer::findings_if(code == 1))
        }
        Some(End::TooLong) => Err(Error::failed(
            format!("« {name} » n'a pas fini à temps et a été arrêté : {at}"),
            format!("“{name}” did not end in time and was stopped: {at}"),
        )),
        Some(_) => Err(Error::failed(
            format!("« {name} » a échoué ; lisez {at}/errors.txt"),
            format!("“{name}” failed; read {at}/errors.txt"),
        )),
        None => Err(Error::failed(
            format!("« {name} » vient d'être lancé : {at}"),
            format!("“{name}” has just been run: {at}"),
        )),
    }
}
