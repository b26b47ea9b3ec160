//! The commands: one file each, from arguments to an answer.

mod supervise;

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

/// Carries out the command that the arguments name.
///
/// # Errors
/// When it cannot be carried out, as a sentence.
pub fn dispatch(args: &Args) -> Result<Answer, Error> {
    match &args.command {
        Command::Run => supervise::run(args),
        _ => Err(Error::failed("pas encore dans cette version.", "not in this version yet.")),
    }
}
