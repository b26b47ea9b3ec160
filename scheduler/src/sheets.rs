//! What the cards of sounds say that rules and reports ask for: who speaks in them, for how long, for whom.

use std::collections::BTreeMap;

use domain::{AssetId, AssetKind, Frames, ProgrammeId, Sensibility};
use jiff::Timestamp;

use crate::station::Station;

/// The sheets of all sounds that are known.
pub type Sheets = BTreeMap<AssetId, Sheet>;

/// No card is known.
pub const NO_SHEETS: &Sheets = &Sheets::new();

/// One sound's card, as far as rules and reports go by it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// What the sound is for.
    pub kind: AssetKind,
    /// The programme that it is an edition of.
    pub programme: Option<ProgrammeId>,
    /// Its length.
    pub length: Frames,
    /// Who is heard in it, in the card's order.
    pub speakers: Vec<Speaker>,
    /// Seconds in which women speak, as somebody measured them as a whole.
    pub women_s: Option<u32>,
    /// Whether a child is heard or can be recognised.
    pub has_child: bool,
    /// Whether those who are heard agreed, a child's parent included.
    pub has_consent: bool,
    /// When these bytes came in.
    pub entered_at: Timestamp,
    /// Who approved them; empty when nobody is named.
    pub signed_by: String,
    /// Its loudness on the air, its gain included, in LUFS; `None` for silence.
    pub aired_lufs: Option<f64>,
    /// Its true peak on the air, its gain included, in dBTP; `None` for silence.
    pub aired_dbtp: Option<f64>,
}

/// Somebody who is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// The name, or what may be said of a person who may not be named.
    pub name: String,
    /// What the person does there, in the station's words.
    pub part: String,
    /// Whether a woman speaks; `None` when nobody said.
    pub is_woman: Option<bool>,
    /// For whom the person speaks.
    pub sensibility: Sensibility,
    /// Seconds that the person speaks; `None` until somebody measured it.
    pub spoken_s: Option<u32>,
}

/// Seconds of speech, as far as cards tell them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Speech {
    /// Programmes and spots heard, whatever their cards say.
    pub heard_s: f64,
    /// Speech that cards account for: the sum of the speakers' times; where only the women's time was measured, all that is
    /// no music in the programme.
    pub known_s: f64,
    /// Of it, women's.
    pub women_s: f64,
    /// Of it, by sensibility, for those who speak for one.
    pub sensibilities: BTreeMap<Sensibility, f64>,
    /// By name.
    pub speakers: BTreeMap<String, f64>,
}

impl Sheet {
    /// Whether its speech counts: jingles, beds and titles of music are no speech (R-LANG-06).
    pub const fn speaks(&self) -> bool {
        matches!(self.kind, AssetKind::Programme | AssetKind::Spot)
    }

    /// What is spoken when all of it is heard.
    pub fn speech(&self, station: &Station) -> Speech {
        let timed = || self.speakers.iter().filter_map(|s| Some((s, f64::from(s.spoken_s?))));
        let mut speech = Speech { heard_s: self.length.as_secs_f64(), ..Speech::default() };
        for (speaker, seconds) in timed() {
            *speech.speakers.entry(speaker.name.clone()).or_default() += seconds;
            if speaker.sensibility != Sensibility::Unsaid {
                *speech.sensibilities.entry(speaker.sensibility).or_default() += seconds;
            }
        }
        let women: f64 = timed().filter(|(s, _)| s.is_woman == Some(true)).map(|(_, seconds)| seconds).sum();
        speech.women_s = self.women_s.map_or(women, f64::from);
        speech.known_s = speech.speakers.values().sum();
        if speech.known_s == 0.0 && self.women_s.is_some() {
            let programme = self.programme.as_ref().and_then(|id| station.programme(id));
            speech.known_s = speech.heard_s * (1.0 - programme.map_or(0.0, |p| p.music_share));
        }
        // Nobody speaks longer than everybody together.
        speech.known_s = speech.known_s.max(speech.women_s);
        speech
    }

    /// Seconds that a person speaks in it: what was measured, or all of it when nobody else is named.
    pub fn spoken_by(&self, name: &str) -> Option<f64> {
        let own = self.speakers.iter().find(|s| s.name == name)?;
        let alone = self.speakers.len() == 1;
        own.spoken_s.map(f64::from).or_else(|| alone.then(|| self.length.as_secs_f64()))
    }
}

impl Speech {
    /// Women's share of the speech that is known, in percent; `None` when none is.
    pub fn women_pct(&self) -> Option<f64> {
        (self.known_s > 0.0).then(|| 100.0 * self.women_s / self.known_s)
    }

    /// A part of it: everybody is taken to speak evenly.
    #[must_use]
    pub fn part(&self, share: f64) -> Self {
        let of = |s: &f64| s * share;
        Self {
            heard_s: of(&self.heard_s),
            known_s: of(&self.known_s),
            women_s: of(&self.women_s),
            sensibilities: self.sensibilities.iter().map(|(k, s)| (*k, of(s))).collect(),
            speakers: self.speakers.iter().map(|(k, s)| (k.clone(), of(s))).collect(),
        }
    }

    /// Adds other speech.
    pub fn add(&mut self, other: &Self) {
        self.heard_s += other.heard_s;
        self.known_s += other.known_s;
        self.women_s += other.women_s;
        for (sensibility, seconds) in &other.sensibilities {
            *self.sensibilities.entry(*sensibility).or_default() += seconds;
        }
        for (name, seconds) in &other.speakers {
            *self.speakers.entry(name.clone()).or_default() += seconds;
        }
    }
}
