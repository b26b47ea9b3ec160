//! From what was recognised, second by second, to what somebody should be told.

use std::collections::VecDeque;

use domain::{Finding, Severity, WitnessState};
use media::bands::{BANDS, Window};

/// A second that was not recognised follows others for so long before it is told: with what is judged at once, that is within
/// half a minute of the moment when the air went wrong.
const WRONG_S: u32 = 14;
/// And one that was recognised for so long before it is taken back.
const RIGHT_S: u32 = 3;
/// Over how long level and noise are looked at: 4 s of windows.
const WINDOWS: usize = 188;
/// Below this mean power (−50 dBFS) a receiver is mute.
const MUTE: f64 = 1e-5;
/// Noise is as dense in every band as in any other within 8 dB, and no second louder than another by more than 2 dB.
const FLAT_MAX: f64 = 6.3;
const STEADY_MAX: f64 = 1.6;

/// What one second was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// What was sent.
    Sent,
    /// Something else.
    Other,
    /// Too little was sent to tell.
    NotJudged,
}

/// Counts seconds, and knows what else was heard when it was not what was sent.
#[derive(Debug, Default)]
pub(super) struct Judge {
    right: u32,
    wrong: u32,
    state: WitnessState,
    windows: VecDeque<(f64, [f64; BANDS])>,
}

impl Judge {
    /// Takes what a window of the receiver held.
    pub(super) fn hear(&mut self, window: &Window) {
        self.windows.push_back((f64::from(window.power), window.energies.map(f64::from)));
        if self.windows.len() > WINDOWS {
            self.windows.pop_front();
        }
    }

    /// Takes what the last second was.
    pub(super) fn take(&mut self, heard: Heard) {
        match heard {
            Heard::Sent => (self.right, self.wrong) = (self.right + 1, 0),
            Heard::Other => (self.right, self.wrong) = (0, self.wrong + 1),
            Heard::NotJudged => {}
        }
        if self.wrong >= WRONG_S {
            self.state = self.otherwise();
        } else if self.right >= RIGHT_S {
            self.state = WitnessState::Right;
        }
    }

    /// What the receiver said before counts no more.
    pub(super) fn forget(&mut self) {
        *self = Self { state: self.state, ..Self::default() };
    }

    pub(super) fn state(&self) -> WitnessState {
        self.state
    }

    /// The level of what was heard; `None` for digital silence.
    pub(super) fn level_dbfs(&self) -> Option<f32> {
        // The window takes 3/8 of the power away.
        let power = self.power() / 0.375;
        (power > 0.0).then(|| (10.0 * power.log10()) as f32)
    }

    pub(super) fn finding(&self) -> Option<Finding> {
        let (code, fr, en) = match self.state {
            WitnessState::Listening | WitnessState::Right => return None,
            WitnessState::Mute => MUTE_SAID,
            WitnessState::Noise => NOISE_SAID,
            WitnessState::Foreign => FOREIGN_SAID,
        };
        Some(Finding { code: code.into(), severity: Severity::Warning, at_s: None, fr: fr.into(), en: en.into() })
    }

    fn power(&self) -> f64 {
        self.windows.iter().map(|(power, _)| power).sum::<f64>() / self.windows.len().max(1) as f64
    }

    /// What is heard that was not sent.
    fn otherwise(&self) -> WitnessState {
        if self.power() < MUTE {
            return WitnessState::Mute;
        }
        if self.is_flat() && self.is_steady() { WitnessState::Noise } else { WitnessState::Foreign }
    }

    fn is_flat(&self) -> bool {
        let density = |band: usize| {
            let energy: f64 = self.windows.iter().filter_map(|(_, energies)| energies.get(band)).sum();
            // Each band is wider than the one below by the same factor, as its frequency is higher.
            energy / (2000.0f64 / 300.0).powf(band as f64 / BANDS as f64)
        };
        let (least, most) = (0..BANDS).map(density).fold((f64::MAX, 0.0f64), |(l, m), d| (l.min(d), m.max(d)));
        most < least * FLAT_MAX
    }

    fn is_steady(&self) -> bool {
        let (least, most) = self.windows.iter().fold((f64::MAX, 0.0f64), |(l, m), (p, _)| (l.min(*p), m.max(*p)));
        most < least * STEADY_MAX
    }
}

type Said = (&'static str, &'static str, &'static str);

const MUTE_SAID: Said = (
    "witness.mute",
    "Le récepteur de contrôle n'entend plus rien sur la fréquence, alors que l'antenne part d'ici. Regardez l'émetteur, le câble du multiplex, puis le récepteur.",
    "The off-air receiver hears nothing on the frequency, while sound leaves here. Look at the transmitter, the cable of the multiplex, then the receiver.",
);
const NOISE_SAID: Said = (
    "witness.noise",
    "Le récepteur de contrôle n'entend que du souffle : la porteuse manque. Regardez l'émetteur et son antenne.",
    "The off-air receiver hears only hiss: there is no carrier. Look at the transmitter and its aerial.",
);
const FOREIGN_SAID: Said = (
    "witness.foreign",
    "Le récepteur de contrôle entend autre chose que ce qui part d'ici. Regardez l'entrée de l'émetteur, puis si un autre émetteur couvre la fréquence.",
    "The off-air receiver hears something else than what leaves here. Look at the transmitter's input, then whether another transmitter covers the frequency.",
);
