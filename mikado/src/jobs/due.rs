//! Whether a job is to be run now.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Job;
use super::folder::{End, Run, RunId};

/// The run that is to be made now, or `None`.
///
/// Of several times that were missed only the last is made up for, and none before `since`, when the job was first known with
/// this expression. A run that was cut off is tried once more.
pub fn due(job: &Job, zone: &TimeZone, since: Timestamp, runs: &[Run], now: Timestamp) -> Option<RunId> {
    // A time that has just come is due even where nothing is made up for; hq looks every few seconds.
    let within = job.catch_up.max(Job::NOTICED_WITHIN);
    let at = job.cron.latest(zone, now, within).filter(|at| *at > since)?;
    let first = RunId::due(at);
    let Some(before) = runs.iter().find(|r| r.id == first) else { return Some(first) };
    let again = first.again();
    let was_cut = matches!(before.end, Some(End::CutOff));
    (was_cut && runs.iter().all(|r| r.id != again)).then_some(again)
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use jiff::SignedDuration;
    use scheduler::Cron;

    use super::*;

    pub(in crate::jobs) fn job(cron: &str, catch_up_h: i64) -> Job {
        Job {
            name: "sauvegarde".to_owned(),
            cron: Cron::parse(cron).unwrap(),
            runs: vec!["backup".to_owned()],
            keep: 3,
            within: Duration::from_mins(10),
            catch_up: SignedDuration::from_hours(catch_up_h),
        }
    }

    fn ran(id: &str, end: Option<End>) -> Run {
        let id: RunId = id.parse().unwrap();
        let at = Timestamp::UNIX_EPOCH;
        Run { id, asked_by: None, begun: at, ended: end.is_some().then_some(at), end, files: Vec::new() }
    }

    /// At each moment (UTC, Bamako's own), with these runs made, this one is due.
    #[track_caller]
    fn check(job: &Job, runs: &[Run], moments: &[(&str, Option<&str>)]) {
        let zone = TimeZone::get("Africa/Bamako").unwrap();
        let since: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
        for (now, expected) in moments {
            let found = due(job, &zone, since, runs, now.parse().unwrap()).map(|id| id.to_string());
            assert_eq!(found.as_deref(), *expected, "at {now}");
        }
    }

    #[test]
    fn a_job_is_due_once_at_its_time_whatever_the_clock_does() {
        let nightly = job("30 2 * * *", 12);
        let before = [ran("20261123T023000Z", Some(End::Done { code: 0 }))];
        check(
            &nightly,
            &before,
            &[
                ("2026-11-23T02:30:00Z", None),
                ("2026-11-23T23:00:00Z", None),
                ("2026-11-24T02:29:59Z", None),
                ("2026-11-24T02:30:00Z", Some("20261124T023000Z")),
                // An hour back over the time: what was run stays run.
                ("2026-11-23T01:30:00Z", None),
                ("2026-11-23T02:31:00Z", None),
            ],
        );
    }

    #[test]
    fn a_missed_run_is_made_up_for_once_while_it_is_of_use_and_never_from_before_the_job_was_known() {
        let nightly = job("30 2 * * *", 12);
        check(
            &nightly,
            &[],
            &[
                // Three nights without power: only the last is made up for.
                ("2026-11-24T09:00:00Z", Some("20261124T023000Z")),
                ("2026-11-24T14:31:00Z", None),
                // It was written into the config at ten.
                ("2026-11-20T11:00:00Z", None),
            ],
        );
        check(
            &job("30 2 * * *", 0),
            &[],
            &[("2026-11-24T02:30:20Z", Some("20261124T023000Z")), ("2026-11-24T02:40:00Z", None)],
        );
    }

    #[test]
    fn a_run_that_was_cut_off_is_tried_once_more() {
        let nightly = job("30 2 * * *", 12);
        let moment = |expected| [("2026-11-24T06:00:00Z", expected)];
        check(&nightly, &[ran("20261124T023000Z", None)], &moment(None));
        let cut = ran("20261124T023000Z", Some(End::CutOff));
        check(&nightly, std::slice::from_ref(&cut), &moment(Some("20261124T023000Z-2")));
        let both = [cut, ran("20261124T023000Z-2", Some(End::CutOff))];
        check(&nightly, &both, &moment(None));
        check(&nightly, &[ran("20261124T023000Z", Some(End::TooLong))], &moment(None));
    }
}
