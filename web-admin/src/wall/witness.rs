//! What a receiver hears on a site's frequency, as one line for people.

use domain::{WitnessReading, WitnessState};

use crate::words::Words;

/// The line: what is heard, how long after it was sent, and how loud.
pub(super) fn line(w: &WitnessReading, t: &Words) -> String {
    let is_right = w.state == WitnessState::Right;
    let heard = match w.state {
        WitnessState::Listening => t.witness_listening,
        WitnessState::Right => t.witness_right,
        WitnessState::Mute => t.witness_mute,
        WitnessState::Noise => t.witness_noise,
        WitnessState::Foreign => t.witness_foreign,
    };
    let late = |ms: u32| t.witness_late.replace("{}", &t.number(f64::from(ms) / 1_000.0, 1));
    let mut said = vec![heard.to_owned()];
    said.extend(w.delay_ms.filter(|_| is_right).map(late));
    said.extend(w.level_dbfs.map(|db| format!("{} dBFS", t.number(f64::from(db), 0))));
    said.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    #[test]
    fn what_a_receiver_hears_is_told_in_words() {
        let right = WitnessReading {
            state: WitnessState::Right,
            delay_ms: Some(1_240),
            likeness: Some(0.8),
            level_dbfs: Some(-21.6),
        };
        let foreign = WitnessReading { state: WitnessState::Foreign, ..right };
        for (reading, fr) in [
            (right, "ce qui part · 1,2 s plus tard · −22 dBFS"),
            (foreign, "AUTRE CHOSE · −22 dBFS"),
            (WitnessReading::default(), "à l’écoute"),
        ] {
            assert_eq!(line(&reading, Lang::Fr.words()), fr);
        }
    }
}
