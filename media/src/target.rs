//! What brings a sound to the station's level.

use domain::{Gain, Loudness, TruePeak};

/// No more than this is ever added: beyond it one hears the room and the recorder, not the person.
pub const GAIN_DB_MAX: f64 = 20.0;

/// The level that every sound of the station is brought to on the air: `[station]` of the config, else EBU R 128.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Integrated loudness on the air.
    pub loudness: Loudness,
    /// What no true peak passes after the gain.
    pub ceiling: TruePeak,
}

impl Default for Target {
    fn default() -> Self {
        Self { loudness: Loudness::TARGET, ceiling: TruePeak::CEILING }
    }
}

/// How much louder a sound of so many channels is on the air than its file measures, in LU: one channel is played on both sides.
pub fn both_sides_db(channels: u16) -> f64 {
    if channels == 1 { 10.0 * 2f64.log10() } else { 0.0 }
}

impl Target {
    /// What is missing to the target. Loudness is the file's own; one channel is played on both sides and so sounds 3 LU
    /// louder than it measures (BS.1770 adds the channels' powers).
    pub fn missing_db(&self, loudness: Loudness, channels: u16) -> f64 {
        self.loudness.get() - (loudness.get() + both_sides_db(channels))
    }

    /// The gain on the air: to the target, without passing the ceiling or [`GAIN_DB_MAX`]; 0 dB for silence.
    pub fn gain(&self, loudness: Option<Loudness>, peak: Option<TruePeak>, channels: u16) -> Gain {
        let (Some(loudness), Some(peak)) = (loudness, peak) else { return Gain::UNITY };
        let room_db = self.ceiling.get() - peak.get();
        Gain::new(self.missing_db(loudness, channels).min(room_db).min(GAIN_DB_MAX)).unwrap_or(Gain::UNITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gain_goes_to_the_stations_own_target_and_stops_at_its_ceiling() {
        let l = |v| Loudness::new(v).unwrap();
        let p = |v| TruePeak::new(v).unwrap();
        let check = |target: Target, loudness, peak, channels, want: f64| {
            let got = target.gain(Some(l(loudness)), Some(p(peak)), channels).get();
            assert!((got - want).abs() < 0.011, "{target:?} {loudness} {peak}: {got}");
        };
        let web = Target { loudness: l(-16.0), ceiling: p(-2.0) };
        check(Target::default(), -30.0, -20.0, 2, 7.0);
        check(web, -30.0, -20.0, 2, 14.0);
        check(web, -30.0, -20.0, 1, 10.99);
        check(web, -20.0, -4.0, 2, 2.0);
        check(web, -60.0, -50.0, 2, GAIN_DB_MAX);
        assert_eq!(web.gain(None, None, 2), Gain::UNITY);
    }
}
