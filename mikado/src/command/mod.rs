//! The commands: one file each, from arguments to an answer.

mod accounts;
mod aircheck;
mod backup;
mod check;
mod demonstration;
mod doctor;
mod equipment;
mod grid;
mod headquarters;
mod ingest;
mod jobs;
mod live;
mod mpx;
mod notify;
mod on_air;
mod plan;
mod plan_text;
mod readiness;
mod render;
mod report;
pub(crate) use self::ingest::name_of;
pub(crate) mod studio;
mod supervise;
mod transmitter;
mod why;

use crate::args::{Args, Command};
use crate::error::Error;

/// How a command that could be carried out ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing to look at (exit 0).
    Fine,
    /// There are findings that somebody should look at (exit 1).
    Findings,
}

impl Answer {
    /// [`Answer::Findings`] when `bad`.
    const fn findings_if(bad: bool) -> Self {
        if bad { Self::Findings } else { Self::Fine }
    }
}

/// Carries out the command that the arguments name.
///
/// # Errors
/// When it cannot be carried out, as a sentence.
pub fn dispatch(args: &Args) -> Result<Answer, Error> {
    match &args.command {
        Command::Run => supervise::run(args),
        Command::Hq => headquarters::run(args),
        Command::Ingest(what) => ingest::run(args, what),
        Command::Grid(what) => grid::run(args, what),
        Command::Plan(what) => plan::run(args, what),
        Command::Readiness(what) => readiness::run(args, *what),
        Command::Report(what) => report::run(args, what),
        Command::Why(what) => why::run(args, what),
        Command::User(what) => accounts::run(args, what),
        Command::Live(what) => live::run(args, what),
        Command::Transmitter(what) => transmitter::run(args, what),
        Command::Demo(what) => demonstration::run(args, what),
        Command::Air(what) => on_air::run(args, what),
        Command::Mpx(what) => mpx::run(args, what),
        Command::Render(what) => render::run(args, what),
        Command::Aircheck(what) => aircheck::run(args, what),
        Command::Check(what) => check::run(args, *what),
        Command::Backup(what) => backup::run(args, what),
        Command::Jobs(what) => jobs::run(args, what),
        Command::Notify(what) => notify::run(args, what),
        Command::Doctor => Ok(doctor::run(args)),
        // The caller has already gone that way, before anything was opened.
        Command::Decode(_) => Ok(Answer::Fine),
    }
}
