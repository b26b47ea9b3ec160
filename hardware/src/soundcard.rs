//! A sound card through ALSA: named, paced by itself, watched, and given up at once when it is gone.

mod input;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, ErrorKind, StreamConfig};
use domain::{Frames, SAMPLE_RATE_HZ};

use crate::mpx::MPX_RATE_HZ;
use crate::priority;

pub use self::input::CardInput;

/// How often the driver's thread looks up when the device says nothing: a card may vanish without a word.
const POLL: Duration = Duration::from_millis(500);
/// Periods between 5 ms and 200 ms: shorter ones starve on a loaded machine, longer ones only delay.
const PERIOD_FRAMES: std::ops::RangeInclusive<u64> = 240..=9_600;
/// The period that the multiplex asks for: 43 ms.
pub const PERIOD: Frames = Frames(2_048);
/// The period that the programme asks for where the config says nothing: half of a buffer of 50 ms.
pub const SOUND_PERIOD: Frames = Frames::from_millis(25);
/// The longest that a card chooses for itself, where it cannot have the period that it is asked for.
pub const PERIOD_MAX: Frames = Frames(*PERIOD_FRAMES.end());

/// Why a card cannot carry the air.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// The name does not stand for one paced device.
    #[error(
        "“{0}” cannot be an air card: it may be any device or none, and an unpaced one would stop the machine. Write the \
         card's own name, such as plughw:CARD=PCH,DEV=0; `mikado doctor` lists them"
    )]
    Unpaced(String),
    /// There is no such device now.
    #[error("there is no sound card called “{0}” now; `mikado doctor` lists those that are there")]
    Gone(String),
    /// The card runs at another rate than the multiplex, and would convert the pilot away.
    #[error(
        "the sound card “{name}” runs at {hz} Hz and the multiplex needs 192000 Hz; converted, it would have no pilot"
    )]
    OtherRate {
        /// The card.
        name: String,
        /// What its hardware says.
        hz: u32,
    },
    /// The card cannot have a period of this length; ask for its own.
    #[error("the sound card “{name}” has no period of {} ms: {reason}", .period.0 * 1_000 / u64::from(SAMPLE_RATE_HZ))]
    NoPeriod {
        /// The card.
        name: String,
        /// What it was asked for.
        period: Frames,
        /// What ALSA said.
        reason: String,
    },
    /// The card is there and cannot play what we have.
    #[error("the sound card “{name}” cannot be used: {reason}")]
    Refused {
        /// The card.
        name: String,
        /// What ALSA said.
        reason: String,
    },
}

/// The stable ALSA name of one paced output, e.g. `plughw:CARD=PCH,DEV=0`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CardName(String);

impl CardName {
    /// Takes a name unless it is one of those that no box should play on: `default` and `sysdefault` follow whatever is
    /// plugged in, `null` and `file` consume without pace.
    pub fn new(name: &str) -> Result<Self, CardError> {
        let first = name.split([':', ',']).next().unwrap_or_default();
        let unfit = ["", "default", "sysdefault", "null", "file", "dmix", "dsnoop", "lavrate", "samplerate"];
        if unfit.contains(&first.to_ascii_lowercase().as_str()) {
            return Err(CardError::Unpaced(name.chars().take(64).collect()));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as ALSA knows it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where ALSA tells of the hardware: its folder and the device's number; `None` for what is no hardware.
    fn place(&self) -> Option<(String, u8)> {
        let (_, place) = self.0.split_once("hw:")?;
        let mut parts = place.split(',').map(|part| part.trim_start_matches("CARD=").trim_start_matches("DEV="));
        let card =
            parts.next().filter(|c| !c.is_empty() && c.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))?;
        let folder = if card.bytes().all(|b| b.is_ascii_digit()) { format!("card{card}") } else { card.to_owned() };
        Some((folder, parts.next().map_or(Some(0), |device| device.parse().ok())?))
    }

    /// Whether the name reaches the hardware itself; only then may the driver's thread go before all others.
    fn is_hardware(&self) -> bool {
        self.0.starts_with("hw:") || self.0.starts_with("plughw:")
    }
}

impl fmt::Display for CardName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What a card carries, which says how fast it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// The programme, at 48 kHz.
    Sound,
    /// The stereo multiplex, the same on both channels, at 192 kHz.
    Multiplex,
}

impl Carries {
    /// Frames of the card to each frame of sound.
    pub const fn per_frame(self) -> u64 {
        match self {
            Self::Sound => 1,
            Self::Multiplex => (MPX_RATE_HZ / SAMPLE_RATE_HZ) as u64,
        }
    }

    const fn rate_hz(self) -> u32 {
        match self {
            Self::Sound => SAMPLE_RATE_HZ,
            Self::Multiplex => MPX_RATE_HZ,
        }
    }
}

/// A device that could carry the air.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardInfo {
    /// Its ALSA name, for the config.
    pub name: String,
    /// What it says of itself.
    pub description: String,
}

/// How a card fares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardHealth {
    /// Frames that it took since it was opened: its heartbeat.
    pub taken: Frames,
    /// Times that it had nothing to play, by its own count.
    pub xruns: u64,
    /// Whether its thread runs before all ordinary ones.
    pub real_time: bool,
    /// Why it will play nothing more; open it anew.
    pub failed: Option<String>,
}

#[derive(Debug, Default)]
struct Watch {
    taken: AtomicU64,
    xruns: AtomicU64,
    real_time: AtomicBool,
    failed: Mutex<Option<String>>,
}

impl Watch {
    fn health(&self, per_frame: u64) -> CardHealth {
        CardHealth {
            taken: Frames(self.taken.load(Relaxed) / per_frame),
            xruns: self.xruns.load(Relaxed),
            real_time: self.real_time.load(Relaxed),
            failed: self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

/// An open card. It asks the closure for sound, in its own thread, until it is dropped or fails.
pub struct Card {
    name: CardName,
    stream: cpal::Stream,
    watch: Arc<Watch>,
    per_frame: u64,
}

impl Card {
    /// Opens the card for what it carries and lets it play. May block for seconds: call it from a thread that can wait.
    ///
    /// `fill` is called from the card's thread with the room to fill and must follow the real-time rules. A card whose own
    /// rate is another is refused where it carries the multiplex: converted, the pilot would be gone without a word.
    ///
    /// It holds two periods. Without `period` it takes the one that it likes, at most [`PERIOD_MAX`]; asked for one that it
    /// cannot have it answers [`CardError::NoPeriod`].
    pub fn open(
        name: &CardName,
        carries: Carries,
        period: Option<Frames>,
        mut fill: impl FnMut(&mut [[f32; 2]]) + Send + 'static,
    ) -> Result<Self, CardError> {
        let device = find(name)?;
        let per_frame = carries.per_frame();
        let buffer_size = asked(period, per_frame);
        let config = StreamConfig { channels: 2, sample_rate: carries.rate_hz(), buffer_size };
        let watch = Arc::new(Watch::default());
        let (sees, hears) = (Arc::clone(&watch), Arc::clone(&watch));
        let mut ask = name.is_hardware();
        let stream = device
            .build_output_stream(
                config,
                move |out: &mut [f32], _: &cpal::OutputCallbackInfo| {
                    if ask {
                        ask = false;
                        sees.real_time.store(priority::take_real_time(), Relaxed);
                    }
                    let (frames, odd) = out.as_chunks_mut();
                    fill(frames);
                    odd.fill(0.0);
                    sees.taken.fetch_add(frames.len() as u64, Relaxed);
                },
                move |error: cpal::Error| hear(&hears, &error),
                Some(POLL),
            )
            .map_err(|e| no_stream(name, period, &e))?;
        stream.play().map_err(|e| refused(name, &e))?;
        match carries {
            Carries::Multiplex => at_its_own_rate(name, carries.rate_hz())?,
            Carries::Sound => {}
        }
        Ok(Self { name: name.clone(), stream, watch, per_frame })
    }

    /// Its name.
    pub fn name(&self) -> &CardName {
        &self.name
    }

    /// The period that it really runs with, when it says so.
    pub fn period(&self) -> Option<Frames> {
        self.stream.buffer_size().ok().map(|n| Frames(u64::from(n) / self.per_frame))
    }

    /// How it fares now.
    pub fn health(&self) -> CardHealth {
        self.watch.health(self.per_frame)
    }
}

/// The devices of this machine that may be named as an air card, hardware first.
pub fn list() -> Result<Vec<CardInfo>, CardError> {
    let devices = cpal::default_host()
        .output_devices()
        .map_err(|e| CardError::Refused { name: "ALSA".to_owned(), reason: e.to_string() })?;
    let mut cards: Vec<CardInfo> = devices
        .filter_map(|d| Some(CardInfo { name: d.id().ok()?.id().to_owned(), description: d.to_string() }))
        .filter(|c| CardName::new(&c.name).is_ok())
        .collect();
    cards.sort_by_key(|c| (!c.name.starts_with("plughw:"), !c.name.starts_with("hw:"), c.name.clone()));
    cards.dedup_by(|a, b| a.name == b.name);
    Ok(cards)
}

/// Whether there is a device of this name now, however it is written.
pub fn is_there(name: &str) -> bool {
    CardName::new(name).is_ok_and(|name| find(&name).is_ok())
}

fn find(name: &CardName) -> Result<cpal::Device, CardError> {
    let id = format!("alsa:{name}").parse().map_err(|_| CardError::Gone(name.0.clone()))?;
    cpal::default_host().device_by_id(&id).ok_or_else(|| CardError::Gone(name.0.clone()))
}

/// Refuses a card whose hardware says that it runs at another rate; one that says nothing is believed.
fn at_its_own_rate(name: &CardName, wanted_hz: u32) -> Result<(), CardError> {
    let path = name.place().map(|(card, device)| format!("/proc/asound/{card}/pcm{device}p/sub0/hw_params"));
    let text = path.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    match running_at_hz(&text) {
        Some(hz) if hz != wanted_hz => Err(CardError::OtherRate { name: name.0.clone(), hz }),
        _ => Ok(()),
    }
}

/// The rate in what ALSA tells of an open device.
fn running_at_hz(hw_params: &str) -> Option<u32> {
    let rate = hw_params.lines().find_map(|line| line.strip_prefix("rate:"))?;
    rate.split_ascii_whitespace().next()?.parse().ok()
}

fn asked(period: Option<Frames>, per_frame: u64) -> BufferSize {
    let within = |period: Frames| period.0.clamp(*PERIOD_FRAMES.start(), *PERIOD_FRAMES.end());
    period.map_or(BufferSize::Default, |period| BufferSize::Fixed((within(period) * per_frame) as u32))
}

/// A card that cannot have this period says so in the same words as one that cannot have this rate: the next try tells.
fn no_stream(name: &CardName, period: Option<Frames>, error: &cpal::Error) -> CardError {
    match (period, error.kind()) {
        (Some(period), ErrorKind::UnsupportedConfig | ErrorKind::InvalidInput) => {
            CardError::NoPeriod { name: name.0.clone(), period, reason: error.to_string() }
        }
        _ => refused(name, error),
    }
}

fn refused(name: &CardName, error: &cpal::Error) -> CardError {
    match error.kind() {
        ErrorKind::DeviceNotAvailable => CardError::Gone(name.0.clone()),
        _ => CardError::Refused { name: name.0.clone(), reason: error.to_string() },
    }
}

fn hear(watch: &Watch, error: &cpal::Error) {
    match error.kind() {
        // The driver's thread has recovered by itself.
        ErrorKind::Xrun => {
            watch.xruns.fetch_add(1, Relaxed);
        }
        ErrorKind::RealtimeDenied | ErrorKind::DeviceChanged => {}
        _ => *watch.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_may_be_anything_is_refused_with_a_sentence() {
        for bad in ["", "default", "DEFAULT", "default:CARD=PCH", "sysdefault:CARD=0", "null", "file:x", "dmix:0"] {
            let said = CardName::new(bad).unwrap_err().to_string();
            assert!(said.contains("cannot be an air card"), "{bad}: {said}");
        }
        for good in ["plughw:CARD=PCH,DEV=0", "hw:0,0", "front:CARD=PCH,DEV=0", "pulse"] {
            assert!(CardName::new(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_card_that_is_not_there_gets_a_sentence() {
        let name = CardName::new("plughw:CARD=NoSuchCard,DEV=0").unwrap();
        let said = Card::open(&name, Carries::Sound, Some(PERIOD), |out| out.fill([0.0; 2])).err().unwrap().to_string();
        assert!(said.starts_with("there is no sound card called “plughw:CARD=NoSuchCard,DEV=0” now"), "{said}");
    }

    #[test]
    fn a_card_that_would_convert_the_multiplex_is_found_by_what_its_hardware_says() {
        let place = |name: &str| CardName::new(name).unwrap().place();
        for (name, want) in [
            ("plughw:CARD=PCH,DEV=1", Some(("PCH".to_owned(), 1))),
            ("hw:0", Some(("card0".to_owned(), 0))),
            ("hw:CARD=../x", None),
            ("pulse", None),
        ] {
            assert_eq!(place(name), want, "{name}");
        }
        let open = "access: MMAP_INTERLEAVED\nformat: S16_LE\nchannels: 2\nrate: 48000 (48000/1)\nperiod_size: 2048\n";
        assert_eq!((running_at_hz(open), running_at_hz("closed\n")), (Some(48_000), None));
    }

    #[test]
    fn the_list_offers_no_unpaced_device() {
        let cards = list().unwrap_or_default();
        assert!(cards.iter().all(|c| CardName::new(&c.name).is_ok()), "{cards:?}");
    }
}
