//! What an air process is told at its start.

use std::net::SocketAddr;
use std::path::PathBuf;

use domain::{Finding, Frames, Loudness, SiteId, TruePeak};
use playout::aircheck::AirCheckOptions;
use playout::outputs::rtp::RtpOptions;
use playout::outputs::{IcecastOptions, Mp3Options, OpusOptions};

use super::equipment::{EncoderOptions, TimeOptions, TransmitterOptions};
use super::live::LiveOptions;
use super::mpx::MpxOutput;
use super::witness::WitnessOptions;
use crate::clock::WallClock;

/// One site's air process.
#[derive(Clone, Debug)]
pub struct AirOptions {
    /// The site.
    pub site: SiteId,
    /// Its folder: `plans/`, `journal/`, `bed.flac`, `air.sock`. Made when it is missing.
    pub data_dir: PathBuf,
    /// The shelf with the canonical audio, only read.
    pub shelf_dir: PathBuf,
    /// Where the streams are served; `None`: nowhere.
    pub http: Option<SocketAddr>,
    /// What else hangs on the air, at most [`AirOptions::OUTPUTS_MAX`].
    pub outputs: Vec<OutputOptions>,
    /// Where somebody live may come in; `None`: nowhere.
    pub live: Option<LiveOptions>,
    /// The transmitter; `None`: nobody asks it.
    pub transmitter: Option<TransmitterOptions>,
    /// What feeds the site; `None`: nobody asks it.
    pub power: Option<TransmitterOptions>,
    /// The RDS encoder; `None`: nobody tells it anything.
    pub rds_encoder: Option<EncoderOptions>,
    /// Other sources of time than the machine's clock; `None`: none is asked.
    pub time: Option<TimeOptions>,
    /// A receiver that hears the site off the air; `None`: nobody checks what is on the frequency.
    pub witness: Option<WitnessOptions>,
    /// What nothing that leaves the mixer passes.
    pub ceiling: TruePeak,
    /// Where the station's levelling leads everything before that; `None` has none.
    pub agc: Option<Loudness>,
    /// The wall clock, with the shift of a demonstration.
    pub clock: WallClock,
    /// What the config reader complained of; shown as alarms for as long as the process lives.
    pub findings: Vec<Finding>,
}

impl AirOptions {
    /// A chain has two streams, one card, a recorder and a few servers.
    pub const OUTPUTS_MAX: usize = 16;
}

/// Which stream something takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StreamFormat {
    /// Ogg/Opus.
    Opus,
    /// MP3.
    Mp3,
}

/// One output of a chain.
#[derive(Clone, Debug)]
pub enum OutputOptions {
    /// The Ogg/Opus stream, `/GAO.opus`.
    Opus(OpusOptions),
    /// The MP3 stream, `/GAO.mp3`.
    Mp3(Mp3Options),
    /// A mount on an Icecast server. Its stream is encoded with the usual settings when it is not listed itself.
    Icecast {
        /// Which stream it takes.
        format: StreamFormat,
        /// Where it goes.
        to: IcecastOptions,
    },
    /// A sound card; it paces the chain while it takes frames. Only the first one is used.
    Card {
        /// Its stable ALSA name, e.g. `plughw:CARD=PCH,DEV=0`.
        name: String,
        /// The period to ask for; see [`hardware::soundcard::SOUND_PERIOD`]. The card holds two.
        period: Frames,
    },
    /// A recording, 48 kHz stereo 24 bit.
    Wav(PathBuf),
    /// An RTP stream.
    Rtp(RtpOptions),
    /// The stereo multiplex. Only the first one is used.
    Mpx(MpxOutput),
    /// The air check, in the folder `aircheck` of the site.
    AirCheck(AirCheckOptions),
}
