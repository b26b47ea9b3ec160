//! What a listener heard in a round, by ffmpeg.

use std::path::Path;

use tests::foreign::tool;
use tests::listener::Stretch;

/// A gap of up to 50 ms is a click and no dead air.
const CLICK_S: f64 = 0.05;

/// What one listener heard.
#[derive(Clone, Copy, Debug, Default)]
pub struct Heard {
    /// Silence in the sound and between connections, in seconds.
    pub silent_s: f64,
    /// Connections that brought sound.
    pub connections: usize,
    /// The longest time without a byte.
    pub longest_wait_s: f64,
}

/// Adds up the silences of all connections and the times between them.
pub fn judge(stretches: &[Stretch], temp: &Path) -> Heard {
    let mut heard = Heard { connections: stretches.len(), ..Heard::default() };
    for (n, stretch) in stretches.iter().enumerate() {
        let file = temp.join("heard.mp3");
        std::fs::write(&file, &stretch.bytes).unwrap();
        heard.silent_s += silences(&file).into_iter().filter(|s| *s > CLICK_S).sum::<f64>();
        heard.longest_wait_s = heard.longest_wait_s.max(stretch.longest_wait.as_secs_f64());
        if let Some(next) = stretches.get(n + 1) {
            heard.silent_s += next.first.saturating_duration_since(stretch.last).as_secs_f64();
        }
    }
    heard
}

/// The lengths of what ffmpeg calls silent: all channels below −60 dBFS for 50 ms. The first tenth of a second of an MP3
/// joined in mid-stream is the decoder's: it lacks the bits of the frames before.
fn silences(file: &Path) -> Vec<f64> {
    let output = tool("ffmpeg")
        .args(["-hide_banner", "-nostats", "-i"])
        .arg(file)
        .args(["-af", "silencedetect=noise=-60dB:duration=0.05", "-f", "null", "-"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let mut found = Vec::new();
    let mut start = 0.0;
    for line in told.lines() {
        if let Some((_, at)) = line.split_once("silence_start: ") {
            start = at.trim().parse().unwrap_or(0.0);
        } else if let Some((_, length)) = line.split_once("silence_duration: ") {
            let length: f64 = length.trim().parse().unwrap_or(0.0);
            let warming_up = start < 0.001 && length < 0.1;
            found.extend((!warming_up).then_some(length));
        }
    }
    found
}
