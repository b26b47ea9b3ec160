//! How fast canonical files are written and read, and how small they are: `canonical_speed FILE.wav…` (48 kHz).

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::time::Instant;

use media::canonical::Canonical;
use media::flac::{Depth, Writer};

#[expect(clippy::print_stdout, reason = "a measurement for people")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    for name in std::env::args().skip(1) {
        let mut wav = hound::WavReader::open(&name)?;
        let spec = wav.spec();
        let full = f64::from(1u32 << (spec.bits_per_sample - 1));
        let samples: Vec<f32> =
            wav.samples::<i32>().map(|s| s.map(|s| (f64::from(s) / full) as f32)).collect::<Result<_, _>>()?;
        let seconds = samples.len() as f64 / f64::from(spec.channels) / f64::from(spec.sample_rate);
        for depth in [Depth::Sixteen, Depth::Twenty] {
            let path = std::env::temp_dir().join(format!("canonical-speed-{}.flac", std::process::id()));
            let begun = Instant::now();
            let mut writer = Writer::new(BufWriter::new(File::create(&path)?), usize::from(spec.channels), depth)?;
            for chunk in samples.chunks(8192 * usize::from(spec.channels)) {
                writer.write(chunk)?;
            }
            writer.finish()?;
            let wrote = begun.elapsed().as_secs_f64();
            let bytes = std::fs::metadata(&path)?.len() as f64;
            let begun = Instant::now();
            let (mut canonical, _) = Canonical::open_unnamed(Path::new(&path))?;
            let opened = begun.elapsed().as_secs_f64();
            let mut out = vec![[0.0; 2]; 4800];
            while canonical.read(&mut out)? > 0 {}
            let read = begun.elapsed().as_secs_f64();
            std::fs::remove_file(&path)?;
            println!(
                "{name} {depth:?}: written {:.0}×, read {:.0}×, opened in {:.1} ms ({:.1} MB), {:.1} MB per hour",
                seconds / wrote,
                seconds / read,
                opened * 1e3,
                bytes / 1e6,
                bytes / seconds * 3600.0 / 1e6
            );
        }
    }
    Ok(())
}
