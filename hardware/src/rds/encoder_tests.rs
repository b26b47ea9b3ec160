//! The groups of a station, word by word and over minutes.

use std::collections::HashMap;

use super::super::{Alternatives, Frequency, Pty, RtPlus, Tuning};
use super::*;

fn frequencies() -> Vec<Frequency> {
    [91_800, 92_600, 94_000, 106_600].map(|khz| Frequency::from_khz(khz).unwrap()).to_vec()
}

fn said() -> Said {
    let mut said = Said::new("0x5201".parse().unwrap(), "MIKADO");
    said.tuning = Tuning { pty: Pty::programme(1), music: true, stereo: true, ..Tuning::default() };
    said.ecc = 0xD0;
    said.language = 0x0F;
    said.alternatives = Alternatives::method_a(None, &frequencies());
    said.set_text("Mikado FM", &[(RtPlus::StationName, "Mikado FM")]);
    said
}

/// As long as everything is said, and with all that can be said.
fn full() -> Said {
    let mut said = said();
    said.tuning.traffic = true;
    said.long_ps = "Mikado FM ɛɔɲ".to_owned();
    said.pty_name = Some(*b"Songhai ");
    said.set_text(&"Journal en songhaï, puis débat ".repeat(3), &[(RtPlus::ProgrammeNow, "Journal en songhaï")]);
    said.others = vec![OtherNetwork {
        pi: "5202".parse().unwrap(),
        ps: *b"OTHER   ",
        alternatives: said.alternatives.clone(),
        pty: Pty::programme(10),
        traffic: true,
        announcing: false,
    }];
    said
}

fn hex(group: Group) -> String {
    group.words().map(|w| format!("{w:04X}")).join(" ")
}

/// The groups of so many seconds, with the moment at which each begins.
fn groups(encoder: &mut Encoder, from: Timestamp, seconds: f64) -> Vec<(Timestamp, Group)> {
    let count = (seconds * BITS_PER_S / f64::from(BITS_PER_GROUP)) as u32;
    (0..count)
        .map(|n| {
            let at_ns = f64::from(n) * f64::from(BITS_PER_GROUP) / BITS_PER_S * 1e9;
            let at = from + SignedDuration::from_nanos(at_ns as i64);
            (at, encoder.group(Some(at)))
        })
        .collect()
}

fn noon() -> Timestamp {
    "2026-03-14T11:59:30Z".parse().unwrap()
}

#[test]
fn groups_hold_the_words_of_the_standards_examples() {
    let mut encoder = Encoder::new(said());
    let all: Vec<String> = groups(&mut encoder, noon(), 40.0).into_iter().map(|(_, g)| hex(g)).collect();
    let expected = [
        "5201 0028 E42B 4D49",
        "5201 0029 3341 4B41",
        "5201 002A BFCD 444F",
        "5201 002F E42B 2020",
        "5201 2020 4D69 6B61",
        "5201 2022 4D0D 2020",
        "5201 1020 00D0 0000",
        "5201 1020 300F 0000",
        "5201 3036 0000 4BD7",
        "5201 B02B E010 0000",
        "5201 4021 DD72 C000",
    ];
    for words in expected {
        assert!(all.iter().any(|g| g == words), "no {words} among {all:?}");
    }
}

#[test]
fn everything_comes_as_often_as_the_standard_asks() {
    let mut encoder = Encoder::new(full());
    let seconds = 120.0;
    let all = groups(&mut encoder, noon(), seconds);
    let mut count: HashMap<(u8, bool), Vec<f64>> = HashMap::new();
    for (at, group) in &all {
        let after = (*at - noon()).total(jiff::Unit::Second).unwrap();
        count.entry((group.kind(), group.is_version_b())).or_default().push(after);
    }
    let rows = [
        (0, 4.0 * seconds, 0.5),
        (1, seconds / 2.0, 4.0),
        (2, 3.2 * seconds, 0.7),
        (3, seconds / 6.0, 7.0),
        (11, seconds / 2.5, 3.0),
        (10, seconds / 3.0, 4.0),
        (14, seconds * 0.8, 2.0),
        (15, seconds / 3.0, 4.0),
        (4, 2.0, 60.1),
    ];
    for (kind, least, gap_max) in rows {
        let times = &count[&(kind, false)];
        assert!(times.len() as f64 >= least, "{kind}A came {} times in {seconds} s", times.len());
        let gap = times.windows(2).map(|w| w[1] - w[0]).fold(0.0, f64::max);
        assert!(gap <= gap_max, "{kind}A kept away for {gap:.2} s");
    }
}

#[test]
fn the_time_is_told_by_the_group_that_ends_at_the_minute() {
    let mut encoder = Encoder::new(full());
    let length = SignedDuration::from_nanos((f64::from(BITS_PER_GROUP) / BITS_PER_S * 1e9) as i64);
    for start in ["2026-11-24T23:58:31.012Z", "2028-02-29T12:00:00Z", "2027-01-01T00:00:00.044Z"] {
        let times: Vec<_> =
            groups(&mut encoder, start.parse().unwrap(), 200.0).into_iter().filter(|(_, g)| g.kind() == 4).collect();
        assert!((3..=4).contains(&times.len()), "{start}: {}", times.len());
        for (begins, group) in times {
            let [_, b, c, d] = group.words().map(i64::from);
            let (day, hour, minute) = ((b & 3) << 15 | c >> 1, (c & 1) << 4 | d >> 12, d >> 6 & 63);
            let told = ((day - 40_587) * 1_440 + hour * 60 + minute) * 60_000;
            let off = (begins + length).as_millisecond() - told;
            assert!(off.abs() <= 45 && d.trailing_zeros() >= 6, "{start}: {off} ms");
        }
    }
    assert!((0..2_000).all(|_| encoder.group(None).kind() != 4), "a time that nobody knows is not told");
}

#[test]
fn a_new_text_turns_its_flag_and_comes_from_its_beginning() {
    let mut encoder = Encoder::new(said());
    let flag = |g: &Group| g.words()[1] >> 4 & 1;
    let texts = |encoder: &mut Encoder| -> Vec<Group> {
        groups(encoder, noon(), 5.0).into_iter().map(|(_, g)| g).filter(|g| g.kind() == 2).collect()
    };
    assert!(texts(&mut encoder).iter().all(|g| flag(g) == 0));
    let mut next = said();
    next.set_text("Un débat", &[]);
    encoder.say(next.clone());
    let after = texts(&mut encoder);
    assert_eq!(hex(after[0]), "5201 2030 556E 2064");
    assert!(after.iter().all(|g| flag(g) == 1));
    next.language = 0x7A;
    encoder.say(next);
    assert!(texts(&mut encoder).iter().all(|g| flag(g) == 1), "the same text keeps its flag");
}

#[test]
fn an_announcement_ends_by_itself() {
    let mut encoder = Encoder::new(full());
    let raised =
        |g: &Group| matches!(g.kind(), 0 | 15) && (g.kind() == 0 || g.is_version_b()) && g.words()[1] & 0x10 != 0;
    encoder.announce(SignedDuration::from_hours(9));
    let all = groups(&mut encoder, noon(), 660.0);
    let last = all.iter().rev().find(|(_, g)| raised(g)).unwrap().0;
    let length_s = (last - noon()).total(jiff::Unit::Second).unwrap();
    assert!((598.0..=600.0).contains(&length_s), "{length_s}");
    assert_eq!(all.iter().filter(|(_, g)| g.kind() == 15 && g.is_version_b()).count(), 16, "eight at either end");
    let mut silent = Encoder::new(said());
    silent.announce(SignedDuration::from_secs(30));
    assert!(
        !groups(&mut silent, noon(), 5.0).iter().any(|(_, g)| raised(g)),
        "no announcement without traffic programme"
    );
}

#[test]
fn version_b_repeats_the_pi_and_a_turn_elsewhere_is_told_at_once() {
    let mut encoder = Encoder::new(full()).in_version_b();
    let mut next = full();
    next.others[0].announcing = true;
    encoder.say(next);
    let all = groups(&mut encoder, noon(), 10.0);
    for kind in [0, 2, 14] {
        let seen: Vec<_> = all.iter().filter(|(_, g)| g.kind() == kind && g.is_version_b()).collect();
        assert!(seen.len() >= 8 && seen.iter().all(|(_, g)| g.words()[2] == 0x5201), "{kind}B");
    }
}
