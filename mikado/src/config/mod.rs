//! The machine's config: which sites it carries, where its folders lie, which outputs each site has.
//!
//! Values carry their unit (`"2GB"`, `"96 kbit/s"`). An unknown key, a wrong unit, a port or a card given twice refuse
//! the file, with the line and what to write instead. Only `air` goes on with a bad file: see [`salvage`].

mod aircheck;
mod check;
mod complaint;
mod file;
mod jobs;
mod live;
mod mpx;
mod notices;
mod rds_encoder;
mod read;
mod role_map;
mod rtp;
pub mod salvage;
#[cfg(test)]
mod tests;
mod time;
mod transmitter;
pub mod units;
mod witness;
mod write;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use domain::{Frames, Loudness, SiteId, TruePeak};
use playout::aircheck::AirCheckOptions;
use playout::outputs::rtp::RtpOptions;

use crate::hand::Word;
use crate::jobs::Job;
use crate::notices::NoticeOptions;
use crate::run::air::{EncoderOptions, LiveOptions, MpxOutput, TimeOptions, WitnessOptions};

pub use complaint::{Complaint, ConfigError};
pub use transmitter::{AccessConfig, ReachConfig, TransmitterConfig};
pub use write::NewConfig;

/// Everything that `mikado.toml` says, with whole paths and checked values.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file that it was read from.
    pub file: PathBuf,
    /// The station file that the first start imports.
    pub station: PathBuf,
    /// What every asset is brought to.
    pub target_loudness: Loudness,
    /// What no asset's true peak passes after its gain.
    pub true_peak_ceiling: TruePeak,
    /// Whether everything on the air is led slowly to the target, with whoever is live.
    pub agc: bool,
    /// The folder of the headquarters' databases.
    pub hq: PathBuf,
    /// Where the pages are served.
    pub http: SocketAddr,
    /// The watched folder: what lies in its folders named after languages comes in by itself; `None` when there is none.
    pub watch: Option<PathBuf>,
    /// Where the metrics are served; `None` when nobody scrapes them.
    pub metrics: Option<SocketAddr>,
    /// The shelf: canonical audio by hash.
    pub shelf: PathBuf,
    /// How many bytes the shelf may hold before somebody is told; the demonstration keeps within it.
    pub disk_budget_bytes: u64,
    /// The supervisor's folder.
    pub run: PathBuf,
    /// The machine's watchdog, which the supervisor feeds while any site sounds; `None` when it is left alone.
    pub watchdog: Option<PathBuf>,
    /// What headquarters runs by itself; names differ.
    pub jobs: Vec<Job>,
    /// Who is told of the sites' conditions, and by which ways.
    pub notices: NoticeOptions,
    /// The sites of this machine, in the order of the file; their ids, ports, cards and folders differ.
    pub sites: Vec<SiteConfig>,
}

/// One site of this machine.
#[derive(Clone, Debug)]
pub struct SiteConfig {
    /// The site.
    pub id: SiteId,
    /// Its folder: plans, journal, bed, socket.
    pub dir: PathBuf,
    /// Where its streams are served; `None` when nobody listens here.
    pub http: Option<SocketAddr>,
    /// Bit rate of the Ogg/Opus stream in bits per second; `None` when it is off.
    pub opus_bits_per_s: Option<u32>,
    /// Bit rate of the MP3 stream in bits per second; `None` when it is off.
    pub mp3_bits_per_s: Option<u32>,
    /// The sound card by its ALSA name; `None` means that the stream paces.
    pub card: Option<String>,
    /// What the sound card asks for at once: half of what it holds.
    pub card_period: Frames,
    /// The WAV file that records the output.
    pub wav: Option<PathBuf>,
    /// Icecast mounts that it feeds.
    pub icecast: Vec<IcecastConfig>,
    /// How what goes out is recorded; `None` when it is not.
    pub aircheck: Option<AirCheckOptions>,
    /// RTP streams to codecs and transmitters.
    pub rtp: Vec<RtpOptions>,
    /// The stereo multiplex and where it goes; `None` when the exciter makes its own.
    pub mpx: Option<MpxOutput>,
    /// Where somebody live may come in; `None` when nobody can.
    pub live: Option<LiveOptions>,
    /// A receiver that hears it off the air; `None` when none is wired to this machine.
    pub witness: Option<WitnessOptions>,
    /// Its transmitter; `None` when it is not wired to this machine.
    pub transmitter: Option<TransmitterConfig>,
    /// What feeds it: mains, battery, generator; `None` when nothing of it is wired to this machine.
    pub power: Option<TransmitterConfig>,
    /// Its RDS encoder; `None` when none is wired to this machine.
    pub rds_encoder: Option<EncoderOptions>,
    /// What tells the time beside the machine's clock; `None` when nothing does.
    pub time: Option<TimeOptions>,
}

/// What an Icecast mount gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StreamFormat {
    /// Ogg/Opus.
    #[default]
    Opus,
    /// MP3.
    Mp3,
}

/// One mount of an Icecast server.
#[derive(Clone, Debug)]
pub struct IcecastConfig {
    /// The server's host name or address.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// The mount, beginning with `/`.
    pub mount: String,
    /// What it gets.
    pub format: StreamFormat,
    /// The source user.
    pub user: String,
    /// The source password.
    pub password: Password,
}

/// A password in the config, or the file that holds it; never shown.
#[derive(Clone)]
pub enum Password {
    /// Written in the config.
    Given(String),
    /// In a file of its own, read when it is needed.
    InFile(PathBuf),
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(not shown)")
    }
}

impl Password {
    /// The password itself.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn read(&self) -> std::io::Result<String> {
        match self {
            Self::Given(text) => Ok(text.clone()),
            Self::InFile(path) => Ok(std::fs::read_to_string(path)?.trim_end().to_owned()),
        }
    }
}

impl Config {
    /// A config file holds a page of text; what is larger is something else.
    pub const FILE_BYTES_MAX: u64 = 1 << 20;
    /// One machine encodes a few dozen sites at most.
    pub const SITES_MAX: usize = 64;
    /// A chain feeds a server or two, never dozens.
    pub const ICECAST_MAX: usize = 8;
    /// A site has a transmitter, a spare and a studio that listens.
    pub const RTP_MAX: usize = 4;

    /// Reads and checks a config file.
    ///
    /// # Errors
    /// Every fault found, with its line.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = read::text_of(path)?;
        Self::parse(path, &text)
    }

    /// Checks the text of a config file; `path` names it and is where its relative paths start.
    ///
    /// # Errors
    /// Every fault found, with its line.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        read::config(path, text)
    }

    /// The site with this code, when this machine carries it.
    pub fn site(&self, id: SiteId) -> Option<&SiteConfig> {
        self.sites.iter().find(|s| s.id == id)
    }

    /// What every sound is brought to on the air.
    pub fn target(&self) -> media::Target {
        media::Target { loudness: self.target_loudness, ceiling: self.true_peak_ceiling }
    }

    /// Where the station's levelling leads everything; `None` without one.
    pub fn levelled_to(&self) -> Option<Loudness> {
        self.agc.then_some(self.target_loudness)
    }

    /// The folder of the jobs' runs.
    pub fn jobs_dir(&self) -> PathBuf {
        self.hq.join("jobs")
    }

    /// The catalogue's database.
    pub fn catalogue_db(&self) -> PathBuf {
        self.hq.join("catalogue.db")
    }

    /// The scheduler's database.
    pub fn station_db(&self) -> PathBuf {
        self.hq.join("station.db")
    }

    /// The accounts' database.
    pub fn people_db(&self) -> PathBuf {
        self.hq.join("people.db")
    }

    /// Where uploads and ingest work lie.
    pub fn staging(&self) -> PathBuf {
        self.hq.join("staging")
    }
}

impl SiteConfig {
    /// The folder of the two plan slots.
    pub fn plans(&self) -> PathBuf {
        self.dir.join("plans")
    }

    /// The folder of the as-run journal.
    pub fn journal(&self) -> PathBuf {
        self.dir.join("journal")
    }

    /// The folder of the air check.
    pub fn aircheck_dir(&self) -> PathBuf {
        self.dir.join("aircheck")
    }

    /// Where what a receiver heard is recorded.
    pub fn witness_dir(&self) -> PathBuf {
        self.dir.join("witness")
    }

    /// The sustaining bed.
    pub fn bed(&self) -> PathBuf {
        self.dir.join("bed.flac")
    }

    /// The socket on which the air process tells its vitals.
    pub fn socket(&self) -> PathBuf {
        self.dir.join("air.sock")
    }

    /// Whether a person may order this of its transmitter.
    pub fn may_order(&self, word: Word) -> bool {
        self.transmitter.as_ref().is_some_and(|t| t.map.offers(word.wish()))
    }
}
