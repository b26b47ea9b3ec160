//! Somebody live on a sound card, to a sound card: how long a click takes from one to the other, by a recorder that hears both.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod station;

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use domain::Rung;
use station::{Guarded, Station};

/// Each click of the desk comes half a second after the one before.
const EVERY: usize = 24_000;
/// How long the recorder hears, and how often it may begin anew.
const RECORDED_S: usize = 4;
const RECORDINGS_MAX: usize = 5;
/// What somebody hears of themselves later than this is an echo.
const ECHO_MS: f64 = 100.0;
/// What the recorder hears at once: the desk left and right, the air left and right.
const CHANNELS: usize = 4;

/// A sound server of our own, without any hardware: one device of four channels, of which a desk plays on two, the air on the other
/// two, and a recorder hears all four by one clock.
struct Hall {
    dir: PathBuf,
    _server: Guarded,
}

impl Hall {
    fn open(dir: &Path) -> Self {
        let dir = dir.join("hall");
        std::fs::create_dir(&dir).unwrap();
        let socket = dir.join("native");
        let both = "channels=2 channel_map=front-left,front-right remix=no";
        let script = format!(
            "load-module module-native-protocol-unix auth-anonymous=1 socket={}\n\
             load-module module-null-sink sink_name=hall rate=48000 channels=4 channel_map=aux0,aux1,aux2,aux3\n\
             load-module module-remap-sink sink_name=desk master=hall {both} master_channel_map=aux0,aux1\n\
             load-module module-remap-sink sink_name=air master=hall {both} master_channel_map=aux2,aux3\n\
             load-module module-remap-source source_name=mic master=hall.monitor {both} master_channel_map=aux0,aux1\n",
            socket.display()
        );
        std::fs::write(dir.join("hall.pa"), script).unwrap();
        let mut server = Command::new("pulseaudio");
        server.args([
            "-n",
            "--daemonize=no",
            "--exit-idle-time=-1",
            "--use-pid-file=no",
            "--disable-shm",
            "--realtime=no",
        ]);
        server
            .arg("--high-priority=no")
            .arg("-F")
            .arg(dir.join("hall.pa"))
            .envs(environment(&dir))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let server = Guarded(server.spawn().expect("pulseaudio"));
        let hall = Self { dir, _server: server };
        let ready = || {
            let listed = hall.tool("pactl").args(["list", "short", "sources"]).output().ok()?;
            String::from_utf8_lossy(&listed.stdout).contains("mic").then_some(())
        };
        station::until(ready).expect("the sound server has its devices");
        hall
    }

    fn tool(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.envs(environment(&self.dir)).stdin(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// A desk with soft noise and clicks, for so many seconds.
    fn desk(&self, seconds: usize) -> Guarded {
        let mut noise = 1u32;
        let sound = (0..seconds * 48_000).flat_map(|n| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let sample = if n % EVERY >= EVERY - 8 { 16_000 } else { (noise >> 22) as i16 - 512 };
            [sample.to_le_bytes(), sample.to_le_bytes()].concat()
        });
        let path = self.dir.join("desk.raw");
        std::fs::File::create(&path).unwrap().write_all(&sound.collect::<Vec<u8>>()).unwrap();
        let mut desk = self.tool("pacat");
        desk.args(["--playback", "--raw", "--device=desk", "--latency-msec=50", "--format=s16le", "--rate=48000"]);
        Guarded(desk.args(["--channels=2"]).arg(path).spawn().expect("pacat"))
    }

    /// What the recorder hears in so many seconds.
    fn record(&self, seconds: usize) -> Vec<[i16; CHANNELS]> {
        let seconds = seconds.to_string();
        let mut recorder = self.tool("timeout");
        recorder.args([&seconds, "parec", "--raw", "--device=hall.monitor", "--format=s16le", "--rate=48000"]);
        let heard = recorder
            .args(["--channels=4", "--channel-map=aux0,aux1,aux2,aux3", "--latency-msec=50"])
            .output()
            .expect("parec")
            .stdout;
        let sample = |b: &[u8]| i16::from_le_bytes([b[0], b[1]]);
        heard.as_chunks::<8>().0.iter().map(|f| [0, 2, 4, 6].map(|i| sample(&f[i..]))).collect()
    }
}

fn environment(dir: &Path) -> Vec<(&'static str, std::ffi::OsString)> {
    let server = format!("unix:{}", dir.join("native").display());
    let mut all: Vec<_> = ["HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH"].map(|name| (name, dir.into())).into();
    all.extend([("PULSE_SERVER", server.into()), ("PULSE_SINK", "air".into()), ("PULSE_SOURCE", "mic".into())]);
    all
}

/// Where clicks begin on a channel.
fn clicks(heard: &[[i16; CHANNELS]], channel: usize) -> Vec<usize> {
    let mut clicks: Vec<usize> = Vec::new();
    for (n, frame) in heard.iter().enumerate() {
        let is_next = clicks.last().is_none_or(|last| n - last > EVERY / 4);
        if is_next && frame[channel].unsigned_abs() > 6_000 {
            clicks.push(n);
        }
    }
    clicks
}

/// How long each click took from the desk to the air, shortest first, in milliseconds.
fn delays_ms(heard: &[[i16; CHANNELS]]) -> Vec<f64> {
    let aired = clicks(heard, 2);
    let delay = |at: &usize| aired.iter().find(|n| *n >= at).map(|n| (n - at) as f64 / 48.0).filter(|ms| *ms < 400.0);
    let mut delays: Vec<f64> = clicks(heard, 0).iter().filter_map(delay).collect();
    delays.sort_by(f64::total_cmp);
    delays
}

#[test]
fn a_click_on_the_desk_is_on_the_card_before_anybody_hears_an_echo() {
    let mut station = Station::new();
    let hall = Hall::open(&station.path(""));
    let site = "opus = \"off\"\nmp3 = \"off\"\ncard = \"pulse\"\ncard_buffer = \"10ms\"\n[site.aircheck]\nopus = \"off\"\n\
                [site.live]\nlisten = \"127.0.0.1:0\"\n[[site.live.line]]\nperson = \"Studio Gao\"\ncard = \"pulse\"\nbuffer = \"20ms\"\n";
    std::fs::write(station.path("mikado.toml"), station.config() + site).unwrap();
    let _desk = hall.desk(60);
    let among = environment(&hall.dir);
    let among: Vec<(&str, &OsStr)> = among.iter().map(|(name, value)| (*name, value.as_os_str())).collect();
    station.start_among(&["air", "--site", "GAO"], &among);
    station.comes_to("its time is trusted", |v| v.time_trusted);
    let hour = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1)).to_string();
    station.json(&["live", "grant", "--site", "GAO", "--person", "Studio Gao", "--until", &hour]);
    station.comes_to("the studio is on the air", |v| v.rung == Rung::Live);
    // How fast it is here is measured by hand on a machine at rest; a loaded one must, sooner or later, still be far from an echo.
    let mut heard = Vec::new();
    let in_time = (0..RECORDINGS_MAX).any(|_| {
        heard = delays_ms(&hall.record(RECORDED_S));
        heard.len() >= RECORDED_S && heard[heard.len() / 2] < ECHO_MS
    });
    assert!(in_time, "{heard:?}");
}
