//! The witness in vitals.

use domain::{WitnessReading, WitnessState};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct WitnessWire {
    state: WitnessStateWire,
    delay_ms: Option<u32>,
    likeness: Option<f32>,
    level_dbfs: Option<f32>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WitnessStateWire {
    Listening,
    Right,
    Mute,
    Noise,
    Foreign,
}

impl From<&WitnessReading> for WitnessWire {
    fn from(w: &WitnessReading) -> Self {
        let WitnessReading { state, delay_ms, likeness, level_dbfs } = *w;
        let state = match state {
            WitnessState::Listening => WitnessStateWire::Listening,
            WitnessState::Right => WitnessStateWire::Right,
            WitnessState::Mute => WitnessStateWire::Mute,
            WitnessState::Noise => WitnessStateWire::Noise,
            WitnessState::Foreign => WitnessStateWire::Foreign,
        };
        Self { state, delay_ms, likeness, level_dbfs }
    }
}

impl From<WitnessWire> for WitnessReading {
    fn from(w: WitnessWire) -> Self {
        let finite = |value: Option<f32>| value.filter(|v| v.is_finite());
        let state = match w.state {
            WitnessStateWire::Listening => WitnessState::Listening,
            WitnessStateWire::Right => WitnessState::Right,
            WitnessStateWire::Mute => WitnessState::Mute,
            WitnessStateWire::Noise => WitnessState::Noise,
            WitnessStateWire::Foreign => WitnessState::Foreign,
        };
        Self { state, delay_ms: w.delay_ms, likeness: finite(w.likeness), level_dbfs: finite(w.level_dbfs) }
    }
}
