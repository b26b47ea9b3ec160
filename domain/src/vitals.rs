//! Readings and conditions of a site.

use jiff::Timestamp;

use crate::{BootId, EquipmentReading, Finding, Frames, Position, Revision, SiteId};

/// A level of the ladder: what sounds when all above it is dead. Ordered by height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// 0: a short loop inside the binary, needing no file.
    #[default]
    Floor,
    /// 1: the sustaining bed on local disk.
    Sustaining,
    /// 2: the site's own plan, made from the last grid over its shelf.
    OwnPlan,
    /// 3: today's published plan.
    Plan,
    /// 4: live takeover.
    Live,
}

impl Rung {
    /// Its number, 0 to 4.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The rung with this number.
    pub const fn from_number(n: u8) -> Option<Self> {
        match n {
            0 => Some(Self::Floor),
            1 => Some(Self::Sustaining),
            2 => Some(Self::OwnPlan),
            3 => Some(Self::Plan),
            4 => Some(Self::Live),
            _ => None,
        }
    }
}

/// The level of half a second of output, measured after everything, in dBFS of the louder channel.
///
/// Digital silence has no level in decibels: both are `None`, never a very small number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LevelReading {
    /// Root mean square.
    pub rms_dbfs: Option<f32>,
    /// Highest sample.
    pub peak_dbfs: Option<f32>,
}

/// One output chain or stream and whether it moves.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputReading {
    /// Its name in the config, e.g. `opus`, `mp3`, `icecast`, `card`.
    pub name: String,
    /// Frames it has taken since boot.
    pub taken: Frames,
    /// Frames it lost because it was too slow; the air did not notice.
    pub lost: Frames,
    /// Listeners, where it counts them.
    pub listeners: Option<u32>,
    /// A sentence when it does not work now.
    pub trouble: Option<Finding>,
}

/// What is on, or next, by what really plays.
#[derive(Clone, Debug, PartialEq)]
pub struct NowNext {
    /// The entry's name.
    pub entry: String,
    /// Title for screens.
    pub title: String,
    /// Programme identifier.
    pub programme: String,
    /// Language tag.
    pub language: String,
    /// When it started or shall start.
    pub at: Timestamp,
    /// When it shall end.
    pub ends: Timestamp,
}

/// Where somebody live stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LiveState {
    /// Their buffer fills, or their sound is at fault.
    #[default]
    Waiting,
    /// They were lost, and must flow for a while before they have the air again.
    Proving,
    /// The plan has an entry that nobody may cover.
    Kept,
    /// On the air.
    OnAir,
    /// On the air, and nothing comes.
    Holding,
}

/// Somebody who was let in to take the air.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveReading {
    /// Their name.
    pub person: String,
    /// What they send and with what program.
    pub source: String,
    /// Where they stand.
    pub state: LiveState,
    /// Since when they have the air; `None` when they have not.
    pub since: Option<Timestamp>,
    /// When their right ends.
    pub until: Timestamp,
    /// How late they are heard behind their arrival, in milliseconds.
    pub buffer_ms: u32,
    /// How much faster their clock goes than the output, in parts in a million.
    pub drift_ppm: f32,
}

/// The stereo multiplex that leaves for the exciter, measured on every sample of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MpxReading {
    /// The highest deviation of the last second in kilohertz; `None` while nothing takes the multiplex.
    pub deviation_khz: Option<f32>,
    /// Power over the last 60 s, or what there was of them, in dBr (ITU-R BS.412-9, 2.3).
    pub power_dbr: Option<f32>,
    /// Samples that the last ceiling had to cut, since the process began: anything but 0 is a fault of ours.
    pub ceiling_hits: u64,
    /// The programme identification that receivers read; `None` where there is no RDS.
    pub pi: Option<u16>,
    /// How much faster the card's clock goes than the air's, in parts in a million; `None` where no card paces, and until it is learnt.
    pub card_ppm: Option<f32>,
}

/// What a receiver hears on the site's frequency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WitnessState {
    /// Not yet known.
    #[default]
    Listening,
    /// What was sent.
    Right,
    /// Nothing.
    Mute,
    /// The hiss of a receiver without a carrier.
    Noise,
    /// Something else than what was sent.
    Foreign,
}

/// What came of comparing what a receiver hears with what was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WitnessReading {
    /// What is heard.
    pub state: WitnessState,
    /// How long after it was sent it was heard, in milliseconds, to some twenty of them; `None` until it was found.
    pub delay_ms: Option<u32>,
    /// How alike they were in the last seconds: 1 is the same, 0 what is alike by chance; `None` when too little was sent to tell.
    pub likeness: Option<f32>,
    /// The level of what is heard, up to 2 kHz, in dBFS; `None` for silence and where nothing comes.
    pub level_dbfs: Option<f32>,
}

/// A condition that somebody should know of.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarm {
    /// What is wrong, since when it matters, what plays meanwhile, what to do.
    pub finding: Finding,
    /// Since when.
    pub since: Timestamp,
}

/// What a site says of itself. Every reading has a unit; missing is `None`, never 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Vitals {
    /// The site.
    pub site: SiteId,
    /// The life of its air process.
    pub boot: BootId,
    /// The site's wall clock when this was read.
    pub read_at: Timestamp,
    /// Whether that clock is trusted.
    pub time_trusted: bool,
    /// Frames consumed since boot.
    pub position: Position,
    /// Half-second levels, oldest first, at most 120 (60 s).
    pub levels: Vec<LevelReading>,
    /// The rung that sounds.
    pub rung: Rung,
    /// What is on.
    pub now: Option<NowNext>,
    /// What is next.
    pub next: Option<NowNext>,
    /// The plan revision in use.
    pub revision: Option<Revision>,
    /// How far ahead plans reach.
    pub plan_until: Option<Timestamp>,
    /// Frames that the mixer had to take from the floor because a voice was late, since boot.
    pub underrun: Frames,
    /// The most that the limiter took away in the last second, in decibels, 0 or less; `None` in the first second.
    pub limited_db: Option<f32>,
    /// How long the mixer took for its blocks of 10 ms, since boot: blocks under each of [`Vitals::RENDER_US`], and those over
    /// the last.
    pub render_blocks: [u64; 7],
    /// Somebody live, when one was let in.
    pub live: Option<LiveReading>,
    /// The multiplex, where the site makes one.
    pub mpx: Option<MpxReading>,
    /// What a receiver hears of the site off the air, where there is one.
    pub witness: Option<WitnessReading>,
    /// Outputs.
    pub outputs: Vec<OutputReading>,
    /// What the site's own equipment says, each quantity at most once; empty when none is wired.
    pub equipment: Vec<EquipmentReading>,
    /// Conditions, newest first, at most 32.
    pub alarms: Vec<Alarm>,
}

impl Vitals {
    /// Microseconds that part the blocks counted in [`Vitals::render_blocks`]; a block over the last one was too late.
    pub const RENDER_US: [u32; 6] = [125, 250, 500, 1_000, 3_000, 10_000];
}
