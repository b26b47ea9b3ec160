//! What `mikado decode` does: confine itself, decode, print one line.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::{Limits, decode_file};
use crate::wire::DecodeReport;

/// The whole of `mikado decode --input F --output G`: prints the report as one line of JSON.
///
/// Success means that a report was printed, whatever its verdict is.
pub fn decode_main(input: &Path, output: &Path) -> ExitCode {
    let report = decode_file(input, output, &Limits::default());
    let printed = serde_json::to_string(&DecodeReport::from(&report))
        .map_err(std::io::Error::from)
        .and_then(|line| writeln!(std::io::stdout().lock(), "{line}"));
    if printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
