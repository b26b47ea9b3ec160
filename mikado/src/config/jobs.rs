//! `[[hq.job]]`: what headquarters runs by itself, and when.

use std::time::Duration;

use clap::Parser;
use jiff::SignedDuration;

use super::file::Job as Written;
use super::read::Reader;
use super::units;
use crate::args::Args;
use crate::jobs::Job;
use crate::speech::Said;

/// From a glance to half a night.
const WITHIN: std::ops::RangeInclusive<Duration> = Duration::from_secs(10)..=Duration::from_hours(6);
/// A week that was missed is another week's.
const CATCH_UP_MAX: Duration = Duration::from_hours(7 * 24);

impl Reader<'_> {
    pub(super) fn jobs(&mut self, written: &[Written]) -> Vec<Job> {
        if let Some(one_more) = written.get(Job::MAX) {
            let max = Job::MAX;
            self.complain(&one_more.name.span(), format!("plus de {max} travaux."), format!("more than {max} jobs."));
        }
        let mut jobs: Vec<Job> = Vec::new();
        for one in written.iter().take(Job::MAX) {
            let Some(job) = self.job(one) else { continue };
            if jobs.iter().any(|j| j.name == job.name) {
                let name = &job.name;
                self.complain(
                    &one.name.span(),
                    format!("deux travaux s'appellent « {name} »."),
                    format!("two jobs are called “{name}”."),
                );
            }
            jobs.push(job);
        }
        jobs
    }

    fn job(&mut self, written: &Written) -> Option<Job> {
        let name = self.value(Some(&written.name), None, |t| name(t).map(Some));
        let cron = self.value(Some(&written.cron), None, |t| units::cron(t).map(Some));
        let runs = self.value(Some(&written.run), None, |t| command(t).map(Some));
        let within = self.value(written.within.as_ref(), Job::WITHIN_USUAL, within);
        let catch_up = self.value(written.catch_up.as_ref(), Job::CATCH_UP_USUAL, catch_up);
        let keep = written.keep.as_ref().map_or(Job::KEEP_USUAL, |k| *k.get_ref());
        if !(1..=Job::KEEP_MAX).contains(&keep) {
            let max = Job::KEEP_MAX;
            let at = written.keep.as_ref().map_or(0..0, toml::Spanned::span);
            self.complain(&at, format!("keep va de 1 à {max} passages."), format!("keep is 1 to {max} runs."));
        }
        Some(Job { name: name?, cron: cron?, runs: runs?, keep, within, catch_up })
    }
}

fn name(text: &str) -> Result<String, Said> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if (1..=Job::NAME_MAX).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with('-') {
        return Ok(text.to_owned());
    }
    Err(Said::new(
        format!("« {text} » : le nom d'un travail s'écrit en minuscules sans accent, chiffres et traits d'union."),
        format!("“{text}”: a job's name is written in plain small letters, digits and hyphens."),
    ))
}

/// Arguments of this program that it would take, of a command that changes nothing.
fn command(text: &str) -> Result<Vec<String>, Said> {
    let words: Vec<String> = text.split_whitespace().map(ToOwned::to_owned).collect();
    let args = Args::try_parse_from(std::iter::once("mikado").chain(words.iter().map(String::as_str)));
    let args = args.map_err(|why| {
        let why = why.to_string();
        let first = why.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        Said::new(
            format!("« mikado {text} » n'est pas une commande ({first}). Essayez-la d'abord à la main."),
            format!("“mikado {text}” is no command ({first}). Try it by hand first."),
        )
    })?;
    if !args.command.changes_nothing() {
        return Err(Said::new(
            format!(
                "« mikado {text} » : un travail ne fait que regarder et copier ; backup, report, check, readiness, doctor, plan, grid export ou aircheck."
            ),
            format!(
                "“mikado {text}”: a job only looks and copies: backup, report, check, readiness, doctor, plan, grid export or aircheck."
            ),
        ));
    }
    if args.chooses_its_station() {
        return Err(Said::new(
            "un travail est celui de cette station : ni --config, ni horloge à part.",
            "a job is this station's: no --config and no clock of its own.",
        ));
    }
    Ok(words)
}

fn within(text: &str) -> Result<Duration, Said> {
    let within = units::duration(text)?;
    if WITHIN.contains(&within) {
        return Ok(within);
    }
    Err(Said::new(
        format!("« {text} » : un travail a de \"10s\" à \"6h\" pour finir."),
        format!("“{text}”: a job has \"10s\" to \"6h\" to end."),
    ))
}

fn catch_up(text: &str) -> Result<SignedDuration, Said> {
    if text == "off" {
        return Ok(SignedDuration::ZERO);
    }
    let read = units::duration(text)?;
    let fits = (read <= CATCH_UP_MAX).then(|| SignedDuration::try_from(read).ok()).flatten();
    fits.ok_or_else(|| {
        Said::new(
            format!("« {text} » : un passage manqué se rattrape pendant au plus \"7d\", ou \"off\"."),
            format!("“{text}”: a missed run is made up for within at most \"7d\", or \"off\"."),
        )
    })
}
