//! `mikado demo`: a whole station in one command.

use super::Answer;
use crate::args::{Args, DemoArgs};
use crate::demo::{self, DemoOptions};
use crate::error::Error;

pub(super) fn run(args: &Args, what: &DemoArgs) -> Result<Answer, Error> {
    let options = DemoOptions { dir: what.dir.clone(), http: what.http, at: what.at };
    demo::run(&options, args.voice())?;
    Ok(Answer::Fine)
}
