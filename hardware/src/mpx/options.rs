//! What a site asks of its multiplex.

/// Time constant of the pre-emphasis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Emphasis {
    /// 50 µs: Africa, Europe, Asia (ITU-R BS.450-4, 1.3).
    #[default]
    Us50,
    /// 75 µs: the Americas and Korea.
    Us75,
    /// None: for exciters that do it themselves.
    Flat,
}

impl Emphasis {
    /// The time constant in seconds.
    pub const fn tau_s(self) -> f64 {
        match self {
            Self::Us50 => 50e-6,
            Self::Us75 => 75e-6,
            Self::Flat => 0.0,
        }
    }
}

/// What is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signal {
    /// The programme with pilot and, where there are groups, RDS.
    #[default]
    Programme,
    /// 400 Hz at exactly 100 % (±75 kHz) and nothing else: for the level of the exciter's input.
    Tone,
    /// The pilot at its own level and nothing else: for its level and frequency.
    PilotOnly,
}

/// How the multiplex is made. Built by [`MpxOptions::default`] and checked by [`super::Coder::new`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MpxOptions {
    /// Pre-emphasis.
    pub emphasis: Emphasis,
    /// Gain of the sound in dB, −30 to 30. At 0 dB a low tone of full scale on both channels fills what pilot and RDS leave.
    pub drive_db: f64,
    /// The pilot's share of 100 %: 0.08 to 0.10.
    pub pilot: f64,
    /// The largest share that the RDS takes: 0.0133 to 0.10 (±1 to ±7.5 kHz, IEC 62106-2).
    pub rds: f64,
    /// The most power over any 60 s in dBr (ITU-R BS.412-9, 2.3), −3 to 12; `None` measures only.
    pub power_max_dbr: Option<f64>,
    /// How many parts in a million the card runs too fast: −500 to 500.
    pub trim_ppm: f64,
    /// What is sent.
    pub signal: Signal,
}

impl Default for MpxOptions {
    fn default() -> Self {
        Self {
            emphasis: Emphasis::default(),
            drive_db: 0.0,
            pilot: 0.09,
            rds: 0.027,
            power_max_dbr: None,
            trim_ppm: 0.0,
            signal: Signal::default(),
        }
    }
}

/// A setting of the multiplex, with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Setting {
    /// [`MpxOptions::drive_db`].
    #[error("the drive in dB")]
    Drive,
    /// [`MpxOptions::pilot`].
    #[error("the pilot's share of 100 %")]
    Pilot,
    /// [`MpxOptions::rds`].
    #[error("the RDS's share of 100 %")]
    Rds,
    /// [`MpxOptions::power_max_dbr`].
    #[error("the power limit in dBr")]
    PowerMax,
    /// [`MpxOptions::trim_ppm`].
    #[error("the card's trim in ppm")]
    Trim,
}

/// A value that no multiplex can be made with.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{what} is {value}; it goes from {from} to {to}")]
pub struct BadOptions {
    /// Which value.
    pub what: Setting,
    /// What it is.
    pub value: f64,
    /// The least.
    pub from: f64,
    /// The most.
    pub to: f64,
}

impl MpxOptions {
    /// Whether a multiplex can be made so.
    ///
    /// # Errors
    /// The first value that is out of its range.
    pub fn check(&self) -> Result<(), BadOptions> {
        let rows = [
            (Setting::Drive, self.drive_db, -30.0, 30.0),
            (Setting::Pilot, self.pilot, 0.08, 0.10),
            (Setting::Rds, self.rds, 0.0133, 0.10),
            (Setting::PowerMax, self.power_max_dbr.unwrap_or(0.0), -3.0, 12.0),
            (Setting::Trim, self.trim_ppm, -500.0, 500.0),
        ];
        let bad = rows.into_iter().find(|(_, value, from, to)| !(*from..=*to).contains(value));
        bad.map_or(Ok(()), |(what, value, from, to)| Err(BadOptions { what, value, from, to }))
    }
}
