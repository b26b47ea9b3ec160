//! What `mikado decode` does: confine itself, decode, print one line.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::{Limits, decode_on};
use crate::terms::Terms;
use crate::wire::DecodeReport;
use crate::{peaks, sandbox, sentences};

/// The whole of `mikado decode --input F --output G --terms T`: prints the report as one line of JSON.
///
/// Success means that a report was printed, whatever its verdict is. Call it first thing in `main`, before any thread.
pub fn decode_main(input: &Path, output: &Path, terms: &Terms) -> ExitCode {
    let waveform = peaks::beside(output);
    for path in [output, &waveform] {
        // Behind the wall nothing new may be made. If it cannot be made here, decoding says so.
        let _ = OpenOptions::new().write(true).create(true).truncate(false).open(path);
    }
    let gaps = sandbox::confine(input, &[output, &waveform]);
    // The message of a panic goes to the trace by one line; the report has the sentence.
    std::panic::set_hook(Box::new(|info| tracing::error!("decoder: {info}")));
    let mut report = decode_on(input, output, &Limits::default(), terms);
    report.findings.extend(gaps.sentence().map(|what| sentences::unconfined(&what)));
    let printed = serde_json::to_string(&DecodeReport::from(&report))
        .map_err(std::io::Error::from)
        .and_then(|line| writeln!(std::io::stdout().lock(), "{line}"));
    if printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
