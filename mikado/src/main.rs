//! The one executable of Mikado; everything it does lives in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    mikado::main()
}
