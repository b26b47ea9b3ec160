//! What a site's transmitter says, as one line for people: values with their units, or since when there are none.

use domain::{EquipmentReading, Quantity};
use scheduler::Station;

use crate::words::{Dates, Lang, Words};

/// The line; empty when no equipment is wired.
pub(super) fn line(readings: &[EquipmentReading], station: &Station, lang: Lang) -> String {
    let t = lang.words();
    if readings.is_empty() {
        return String::new();
    }
    let said: Vec<String> = readings.iter().filter_map(|r| Some(said(r.quantity, r.value?, t))).flatten().collect();
    if !said.is_empty() {
        return said.join(" · ");
    }
    let last = readings.iter().filter_map(|r| r.read_at).max();
    let last = last.map(|at| Dates::second(at.to_zoned(station.zone().clone()).time()));
    match last {
        Some(at) => format!("{} · {}", t.eq_unknown, t.eq_last.replace("{}", &at)),
        None => t.eq_unknown.to_owned(),
    }
}

/// A reading in words; a generator that stands is not worth one.
fn said(quantity: Quantity, value: f64, t: &Words) -> Option<String> {
    let on = value > 0.5;
    let fill = |pattern: &str, decimals| pattern.replace("{}", &t.number(value, decimals));
    let watts = |value: f64| t.number(value, usize::from(value < 10.0));
    Some(match quantity {
        Quantity::RfOn => (if on { t.eq_on } else { t.eq_off }).to_owned(),
        Quantity::ForwardPower => format!("{} W", watts(value)),
        Quantity::ReflectedPower => t.eq_reflected.replace("{}", &watts(value)),
        Quantity::Vswr => fill(t.eq_vswr, 1),
        Quantity::Frequency => format!("{} MHz", t.number(value / 1000.0, 1)),
        Quantity::PaTemperature => fill(t.eq_pa, 0),
        Quantity::Exciter => fill(t.eq_exciter, 0),
        Quantity::Mains => (if on { t.eq_mains } else { t.eq_no_mains }).to_owned(),
        Quantity::Battery => fill(t.eq_battery, 1),
        Quantity::Generator => return on.then(|| t.eq_generator.to_owned()),
        Quantity::Fuel => fill(t.eq_fuel, 0),
        Quantity::RoomTemperature => fill(t.eq_room, 0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(readings: &[(Quantity, Option<f64>)], line_fr: &str) {
        let (week, campaigns) =
            (include_str!("../../../demo/reference_week.toml"), include_str!("../../../demo/campaigns.toml"));
        let station = Station::from_reference(week, campaigns).unwrap();
        let read_at = "2026-11-24T08:10:07Z".parse().ok();
        let of = |(quantity, value): &(Quantity, Option<f64>)| EquipmentReading {
            quantity: *quantity,
            value: *value,
            read_at,
        };
        let readings: Vec<_> = readings.iter().map(of).collect();
        assert_eq!(line(&readings, &station, Lang::Fr), line_fr);
    }

    #[test]
    fn readings_are_told_in_french_with_their_units() {
        use Quantity as Q;
        let well = [
            (Q::RfOn, Some(1.0)),
            (Q::ForwardPower, Some(480.5)),
            (Q::ReflectedPower, Some(4.8)),
            (Q::Vswr, Some(1.222)),
            (Q::Frequency, Some(94_000.0)),
            (Q::PaTemperature, None),
        ];
        check(&well, "porteuse · 480 W · réfléchie 4,8 W · TOS 1,2 · 94,0 MHz");
        check(&[(Q::RfOn, Some(0.0)), (Q::ForwardPower, Some(0.0))], "PORTEUSE COUPÉE · 0,0 W");
        check(&[(Q::RfOn, None), (Q::ForwardPower, None)], "ne répond pas · lu à 08:10:07");
        check(&[], "");
    }
}
