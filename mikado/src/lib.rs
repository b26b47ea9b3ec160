//! The one binary of Mikado: arguments, config, the shells around the hearts, and the links between processes.
//!
//! [`main`] reads the arguments, starts diagnostics and hands over to one command. A command answers with an exit code
//! (0 fine, 1 finding, 2 usage) and prints sentences, French unless `--lang en`, or JSON with `--json`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod args;
pub mod clock;
pub mod command;
pub mod config;
pub mod demo;
pub mod diagnostics;
pub mod error;
pub mod given;
pub mod hand;
pub mod jobs;
pub mod kit;
pub mod notices;
pub mod receivers;
pub mod rights;
pub mod run;
pub mod speech;
pub mod wire;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};

pub use crate::error::Error;

/// Reads the process's arguments, does what they say and answers with the process's exit code.
pub fn main() -> ExitCode {
    let args = Args::parse();
    if let Command::Decode(what) = &args.command {
        // Before anything else is opened: the child confines itself to its two files, or to none.
        return match (&what.input, &what.output) {
            (Some(input), Some(output)) => media::decode::decode_main(input, output, &what.terms),
            _ => media::decode::stream_main(),
        };
    }
    diagnostics::start(&args.command);
    let voice = args.voice();
    match command::dispatch(&args) {
        Ok(command::Answer::Fine) => ExitCode::SUCCESS,
        Ok(command::Answer::Findings) => ExitCode::from(1),
        Err(error) => {
            voice.complain(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
