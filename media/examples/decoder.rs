//! The throw-away decoder alone: `decoder decode --input F --output G [--terms T]`, as `mikado decode` is called.

use std::path::Path;
use std::process::ExitCode;

use media::Terms;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, "decode", "--input", input, "--output", output, ref rest @ ..] => {
            let terms = if let ["--terms", terms] = rest { terms.parse() } else { Ok(Terms::default()) };
            let Ok(terms) = terms else { return ExitCode::from(2) };
            media::decode::decode_main(Path::new(input), Path::new(output), &terms)
        }
        _ => ExitCode::from(2),
    }
}
