//! `mikado run`: the processes of this machine.

use super::Answer;
use crate::args::Args;
use crate::config::Config;
use crate::error::Error;
use crate::run::supervisor::{self, RunOptions};
use crate::speech::Said;

pub(super) fn run(args: &Args) -> Result<Answer, Error> {
    let config = Config::load(&args.config)?;
    let voice = args.voice();
    let sites = config.sites.iter().map(|s| s.id.to_string()).collect::<Vec<_>>().join(" ");
    voice.say(&Said::new(
        format!("Pages : http://{}/ — sites : {sites}", config.http),
        format!("Pages: http://{}/ — sites: {sites}", config.http),
    ));
    supervisor::run(&config, RunOptions { clock: args.clock(), voice, trace: None })?;
    Ok(Answer::Fine)
}
