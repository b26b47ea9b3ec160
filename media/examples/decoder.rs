//! The throw-away decoder alone: `decoder decode --input F --output G`, as `mikado decode` is called.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, "decode", "--input", input, "--output", output] => {
            media::decode::decode_main(Path::new(input), Path::new(output))
        }
        _ => ExitCode::from(2),
    }
}
