//! `mikado hq`: the studio's process.

use super::Answer;
use crate::args::Args;
use crate::config::Config;
use crate::error::Error;
use crate::run::hq;

pub(super) fn run(args: &Args) -> Result<Answer, Error> {
    let config = Config::load(&args.config)?;
    hq::run(config, args.clock())?;
    Ok(Answer::Fine)
}
