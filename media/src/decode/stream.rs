//! What `mikado decode --stream` does: sound that somebody sends live, from standard input to standard output.
//!
//! The same walls and decoders as for a file, without any file: what comes in is Ogg (Opus, Vorbis, FLAC), FLAC or MP3; what
//! goes out is 48 kHz stereo, 32-bit floats, little-endian. It ends when the input does, and with its parent.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use domain::Finding;
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions, ReadOnlySource};

use super::foreign::{Foreign, Spec};
use super::resample::Resampler;
use super::{CHANNELS_MAX, RATES_HZ, mix};
use crate::{sandbox, sentences};

/// The whole of `mikado decode --stream`. Call it first thing in `main`, before any thread.
pub fn stream_main() -> ExitCode {
    // Not the standard stream itself: that would wait for the end of a line.
    let output = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    let gaps = sandbox::confine_stream();
    std::panic::set_hook(Box::new(|info| tracing::error!("decoder: {info}")));
    if let Some(what) = gaps.sentence() {
        tracing::warn!("decoder of a stream without all of its walls: {what}");
    }
    let ended = output.map_err(|e| sentences::unreadable(&e)).and_then(|output| {
        // Foreign decoders have panicked on damaged sound before; here that ends this source.
        catch_unwind(AssertUnwindSafe(|| decode(output))).unwrap_or_else(|_| Err(sentences::undecodable()))
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(finding) => {
            // One line of the trace, which whoever started this process reads.
            let _ = writeln!(io::stderr(), "{}: {}", finding.code, finding.en);
            ExitCode::FAILURE
        }
    }
}

fn decode(mut output: File) -> Result<(), Finding> {
    let input = ReadOnlySource::new(io::stdin());
    let stream = MediaSourceStream::new(Box::new(input), MediaSourceStreamOptions::default());
    let mut foreign = Foreign::open_stream(stream, None, None)?;
    foreign.keep_to_the_end();
    let (mut samples, mut stereo, mut even, mut bytes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut rate: Option<(Spec, Resampler)> = None;
    while let Some(spec) = foreign.next(&mut samples)? {
        if rate.as_ref().is_none_or(|(before, _)| *before != spec) {
            rate = Some((spec, resampler(spec)?));
        }
        let Some((_, resampler)) = &mut rate else { break };
        mix::heal(&mut samples);
        stereo.clear();
        mix::fold(&samples, spec.channels, 2, &mut stereo);
        even.clear();
        resampler.push(&stereo, &mut even).ok_or_else(sentences::undecodable)?;
        bytes.clear();
        bytes.extend(even.iter().flat_map(|s| s.to_le_bytes()));
        if output.write_all(&bytes).is_err() {
            // Nobody listens any more.
            return Ok(());
        }
    }
    Ok(())
}

fn resampler(spec: Spec) -> Result<Resampler, Finding> {
    if spec.channels > CHANNELS_MAX {
        return Err(sentences::channels(spec.channels, CHANNELS_MAX));
    }
    let known = RATES_HZ.contains(&spec.rate_hz).then(|| Resampler::new(spec.rate_hz, 2)).flatten();
    known.ok_or_else(sentences::undecodable)
}
