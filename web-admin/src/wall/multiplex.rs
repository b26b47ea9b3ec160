//! The multiplex of a site as one line for people: how far it goes, how much power it has, who it says it is.

use domain::MpxReading;

use crate::words::Words;

/// The line: deviation, power, PI, the card's clock, and what the last ceiling cut, where it cut anything.
pub(super) fn line(m: &MpxReading, t: &Words) -> String {
    let fill = |pattern: &str, value: f32, decimals| pattern.replace("{}", &t.number(f64::from(value), decimals));
    let mut said = vec![
        m.deviation_khz.map_or_else(|| t.mpx_none.to_owned(), |khz| format!("{} kHz", t.number(f64::from(khz), 1))),
    ];
    said.extend(m.power_dbr.map(|dbr| format!("{} dBr", t.number(f64::from(dbr), 1))));
    said.push(m.pi.map_or_else(|| t.mpx_no_rds.to_owned(), |pi| format!("PI {pi:04X}")));
    said.extend(m.card_ppm.filter(|ppm| ppm.abs() >= 1.0).map(|ppm| fill(t.mpx_card, ppm, 0)));
    said.extend((m.ceiling_hits > 0).then(|| t.mpx_cut.replace("{}", &m.ceiling_hits.to_string())));
    said.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    #[test]
    fn the_multiplex_is_told_with_its_units() {
        let well = MpxReading {
            deviation_khz: Some(74.98),
            power_dbr: Some(-2.14),
            ceiling_hits: 0,
            pi: Some(0x5401),
            card_ppm: Some(-12.4),
        };
        let bad = MpxReading { ceiling_hits: 3, card_ppm: None, ..well.clone() };
        for (reading, fr) in [
            (well, "75,0 kHz · −2,1 dBr · PI 5401 · horloge de la carte −12 ppm"),
            (bad, "75,0 kHz · −2,1 dBr · PI 5401 · ÉCRÊTÉ 3 fois"),
            (MpxReading::default(), "rien ne part · sans RDS"),
        ] {
            assert_eq!(line(&reading, Lang::Fr.words()), fr);
        }
    }
}
