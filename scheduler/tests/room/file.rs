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

#[test]
fn a_clock_format_may_be_made_of_others_and_plans_the_same() {
    let mut file = station().file().clone();
    let at = file.clock_format.iter().position(|f| f.id == "M45").unwrap();
    let whole = file.clock_format[at].clone();
    let (first, rest) = whole.segments.split_at(2);
    let part = |id: &str, segments: &[scheduler::station::SegmentSpec]| scheduler::station::ClockFormat {
        id: id.to_owned(),
        duration_s: segments.iter().map(|s| s.dur_s).sum(),
        segments: segments.to_vec(),
        parts: Vec::new(),
    };
    file.clock_format.extend([part("manche", first), part("suite", rest)]);
    let parts = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<String>>();
    let nested =
        scheduler::station::ClockFormat { parts: parts(&["manche", "suite"]), segments: Vec::new(), ..whole.clone() };
    file.clock_format[at] = nested;
    let folded = Station::new(file.clone()).unwrap();
    assert_eq!(folded.clock_format("M45").unwrap().segments, whole.segments);
    let assets = crate::catalogue::everything(&station());
    let planned = |station: &Station| {
        let inputs =
            scheduler::PlanInputs::new("GAO".parse().unwrap(), "2026-11-24".parse().unwrap(), station, &assets);
        scheduler::plan(&inputs, domain::Revision(1)).unwrap().0
    };
    assert!(planned(&folded) == planned(&station()), "breaks inside a part are breaks of the whole");
    let written = folded.to_toml().unwrap();
    assert!(written.contains("parts = [\"manche\", \"suite\"]"), "and is written as it was");
    assert_eq!(Station::parse(&written).unwrap().to_toml().unwrap(), written);
    for (names, fr) in [(&["manche", "rien"][..], "n'existe pas"), (&["M45"][..], "emboîte"), (&["manche"][..], "M45")]
    {
        file.clock_format[at].parts = parts(names);
        let text = toml::to_string(&file).unwrap();
        let why = Station::parse(&text).expect_err(fr);
        assert!(why.fr.contains(fr) && why.line.is_some(), "{why:?}");
    }
    file.clock_format[at].segments = whole.segments;
    assert!(Station::new(file).unwrap_err().fr.contains("l'un ou l'autre"));
}
