//! The station file as people write it.

use scheduler::Station;

use crate::catalogue::station;

fn text() -> String {
    station().to_toml().unwrap()
}

fn check(broken: &str, line: Option<usize>, fr: &str, en: &str) {
    let error = Station::parse(broken).expect_err("the file is broken");
    assert!(error.fr.contains(fr), "{} does not say “{fr}”", error.fr);
    assert!(error.en.contains(en), "{} does not say “{en}”", error.en);
    if line.is_some() {
        assert_eq!(error.line, line, "{error}");
    }
}

fn line_of(text: &str, part: &str) -> Option<usize> {
    text.lines().position(|l| l.contains(part)).map(|n| n + 1)
}

#[test]
fn a_misspelt_field_is_named_with_its_line_and_a_suggestion() {
    let broken = text().replacen("frequency_khz", "frequency_khs", 1);
    check(&broken, line_of(&broken, "frequency_khs"), "« frequency_khz »", "“frequency_khz”");
}

#[test]
fn mistakes_are_said_in_both_languages() {
    let text = text();
    for (from, to, fr, en) in [
        ("lat = 12.6392\n", "", "il manque le champ « lat »", "missing field"),
        ("day = \"mon\"", "day = \"lun\"", "lun", "is not a day"),
        ("Africa/Bamako", "Africa/Bamakoo", "fuseau horaire", "Time zone"),
        ("programme = \"rediff-debat\"", "programme = \"rediff-debut\"", "défini nulle part", "defined nowhere"),
        ("id = \"journal-bm\"\ntitle", "id = \"journal-fr\"\ntitle", "donné deux fois", "given twice"),
        ("id = \"GAO\"", "id = \"Gao\"", "site code", "site code"),
        ("end = \"2027-01-31\"", "end = \"2025-01-31\"", "à l'envers", "reversed"),
        ("title = ", "title = = ", "", ""),
    ] {
        let broken = text.replacen(from, to, 1);
        assert_ne!(broken, text, "{from} is in the file");
        check(&broken, None, fr, en);
    }
}

#[test]
fn a_file_without_end_is_not_read() {
    let long = "#".repeat(Station::MAX_BYTES + 1);
    check(&long, None, "octets", "bytes");
}

#[test]
fn everything_of_the_reference_is_in_the_file() {
    let text = text();
    for part in [
        "frequency_khz = 106600",
        "frequency_khz = 91800",
        "S9-vendredi",
        "point-de-presse",
        "alerte-rumeur",
        "94951244",
        "uplink_kbps = 64",
        "1er mars 2019",
        "suspendre-si-contenu-partisan",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

#[test]
fn hostile_files_are_refused_without_a_panic() {
    let text = text();
    let bytes = text.as_bytes();
    for n in 0..200usize {
        let cut = n * 7919 % bytes.len();
        let _ = Station::parse(&String::from_utf8_lossy(&bytes[..cut]));
        let mut flipped = bytes.to_vec();
        flipped[cut] ^= 1 << (n % 7);
        if n % 10 == 0 {
            let _ = Station::parse(&String::from_utf8_lossy(&flipped));
        }
    }
}
