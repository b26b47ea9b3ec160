//! One run of a job as a process of its own: limited in time and output, behind everything else on the machine.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, setpriority_process};
use tokio::process::{Child, Command};
use tokio::time::{interval, sleep};

use super::Job;
use super::folder::End;

/// The as-run of a year and seven sites is 60 MB as JSON.
const OUTPUT_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Nobody waits for a job: everything else on the machine comes first.
const NICENESS: i32 = 15;
/// Looked at this often: how much it has written, and whether its time is over.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The program that carries jobs out, and with which config.
#[derive(Clone, Debug)]
pub struct Program {
    /// This very program.
    pub executable: PathBuf,
    /// What stands before the job's own arguments.
    pub before: Vec<String>,
}

/// Runs a job in the folder of its run and waits for its end.
///
/// Its standard output is `output` with the ending of its format, its standard error `errors.txt`.
pub async fn carry_out(program: &Program, job: &Job, dir: &Path) -> End {
    match started(program, job, dir) {
        Ok((child, output)) => watched(child, &output, job.within).await,
        Err(why) => End::Failed { why: why.to_string() },
    }
}

fn started(program: &Program, job: &Job, dir: &Path) -> io::Result<(Child, PathBuf)> {
    let output = dir.join(output_name(&job.runs));
    let mut command = Command::new(&program.executable);
    command.args(&program.before).args(&job.runs).current_dir(dir).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(File::create(&output)?).stderr(File::create(dir.join("errors.txt"))?);
    let child = command.spawn()?;
    let pid = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    if let Err(why) = setpriority_process(pid, NICENESS) {
        tracing::warn!("the job {} runs at full priority: {why}", job.name);
    }
    Ok((child, output))
}

async fn watched(mut child: Child, output: &Path, within: Duration) -> End {
    let over = sleep(within);
    tokio::pin!(over);
    let mut look = interval(LOOK_EVERY);
    let too = loop {
        tokio::select! {
            ended = child.wait() => return ended.map_or_else(|e| End::Failed { why: e.to_string() }, end_of),
            () = &mut over => break End::TooLong,
            _ = look.tick() => {}
        }
        if fs::metadata(output).is_ok_and(|about| about.len() > OUTPUT_BYTES_MAX) {
            break End::TooMuch;
        }
    };
    if let Err(why) = child.kill().await {
        tracing::warn!("a job that was to be ended: {why}");
    }
    too
}

fn end_of(status: ExitStatus) -> End {
    status.code().map_or_else(|| End::Failed { why: status.to_string() }, |code| End::Done { code })
}

/// `output.csv` for what is asked for as CSV, so that it opens with what it is made for.
fn output_name(runs: &[String]) -> &'static str {
    let asks = |word: &str| {
        runs.iter().any(|a| a.strip_prefix("--").is_some_and(|a| a == word || a == format!("format={word}")))
            || runs.windows(2).any(|two| two[0] == "--format" && two[1] == word)
    };
    [("csv", "output.csv"), ("json", "output.json"), ("pdf", "output.pdf")]
        .into_iter()
        .find_map(|(word, name)| asks(word).then_some(name))
        .unwrap_or("output.txt")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::due::tests::job;

    async fn run(script: &str, within_ms: u64) -> (End, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let program = Program { executable: "/bin/sh".into(), before: vec!["-c".to_owned()] };
        let mut job = job("30 2 * * *", 12);
        (job.runs, job.within) = (vec![script.to_owned()], Duration::from_millis(within_ms));
        (carry_out(&program, &job, dir.path()).await, dir)
    }

    #[tokio::test]
    async fn what_a_job_writes_lies_in_its_folder_and_its_code_is_told() {
        let (end, dir) = run("echo bonjour; echo hélas >&2; pwd; exit 1", 10_000).await;
        assert_eq!(end, End::Done { code: 1 });
        let written = fs::read_to_string(dir.path().join("output.txt")).unwrap();
        assert!(written.starts_with("bonjour\n") && written.contains(dir.path().to_str().unwrap()), "{written}");
        assert_eq!(fs::read_to_string(dir.path().join("errors.txt")).unwrap(), "hélas\n");
    }

    #[tokio::test]
    async fn a_job_that_hangs_or_cannot_start_is_ended_and_told() {
        assert_eq!(run("exec sleep 600", 100).await.0, End::TooLong);
        assert!(matches!(run("kill -9 $$", 10_000).await.0, End::Failed { .. }));
        let nowhere = Program { executable: "/nowhere/mikado".into(), before: Vec::new() };
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(carry_out(&nowhere, &job("30 2 * * *", 12), dir.path()).await, End::Failed { .. }));
    }

    #[test]
    fn an_output_has_the_ending_of_its_format() {
        for (asked, name) in [
            ("report campaign --format csv", "output.csv"),
            ("report campaign pe-1612 --format=pdf", "output.pdf"),
            ("--json readiness", "output.json"),
            ("check", "output.txt"),
        ] {
            let runs: Vec<String> = asked.split(' ').map(ToOwned::to_owned).collect();
            assert_eq!(output_name(&runs), name, "{asked}");
        }
    }
}
