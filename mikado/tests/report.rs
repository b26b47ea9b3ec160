//! `mikado report` as a campaign's client and a spreadsheet use it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::Path;
use std::process::{Command, Output};

use domain::{AsRun, AssetKind, BootId, Frames, Outcome, Position, Rung, Sensibility, Seq};
use media::catalogue::{Catalogue, Contributor, Edit, NewCard, Voice};
use scheduler::Store;

fn mikado(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mikado")).current_dir(dir).args(args).output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn heard(seq: u64, asset: &str, at: &str, outcome: Outcome) -> AsRun {
    AsRun {
        site: "GAO".parse().unwrap(),
        boot: BootId(7),
        seq: Seq(seq),
        entry: None,
        asset: Some(asset.parse().unwrap()),
        audio: None,
        from: Frames::ZERO,
        at: Position(seq * 48_000_000),
        length: Frames::from_secs(35),
        wall: Some(at.parse().unwrap()),
        rung: Rung::Plan,
        outcome,
    }
}

/// A folder with the reference station at Gao.
fn station() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    std::fs::write(dir.join("mikado.toml"), "[[site]]\nid = \"GAO\"\n").unwrap();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo");
    let [week, campaigns] = ["reference_week.toml", "campaigns.toml"].map(|f| demo.join(f).display().to_string());
    said(&mikado(dir, &["grid", "import", &week, "--campaigns", &campaigns]));
    folder
}

#[test]
fn a_campaign_s_airings_are_those_of_the_as_run_in_every_shape() {
    let dir = station();
    let dir = dir.path();
    let records = [
        heard(1, "unmas-ne-touche-pas-son", "2026-11-24T09:22:10Z", Outcome::Whole),
        heard(2, "unmas-ne-touche-pas-fr", "2026-11-24T11:03:30Z", Outcome::Whole),
        heard(3, "unmas-ne-touche-pas-fr", "2026-11-24T13:03:30Z", Outcome::Cut),
        heard(4, "autre-chose", "2026-11-24T14:03:30Z", Outcome::Whole),
    ];
    Store::open(&dir.join("hq/station.db")).unwrap().import_as_run(&records).unwrap();
    let days = ["--from", "2026-11-24", "--to", "2026-11-25", "--site", "GAO"];
    let report =
        |more: &[&str]| said(&mikado(dir, &[&["report", "campaign", "unmas-ne-touche-pas"], &days[..], more].concat()));
    let csv = report(&["--format", "csv"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "campaign,site,day,promised,scheduled,aired,partly,missing,compensating,proven,languages");
    assert_eq!(
        lines[1], "unmas-ne-touche-pas,GAO,2026-11-24,10,0,2,1,0,0,0,fr:1 son:1",
        "nothing was kept by an air check"
    );
    assert_eq!(lines[2], "unmas-ne-touche-pas,GAO,2026-11-25,10,0,0,0,0,0,0,");
    let json: serde_json::Value = serde_json::from_str(&report(&["--json"])).unwrap();
    assert_eq!(
        (&json[0]["aired"], &json[0]["languages"]["fr"], json.as_array().unwrap().len()),
        (&2.into(), &1.into(), 2)
    );
    let table = report(&[]);
    assert!(
        table.lines().last().unwrap().split_whitespace().eq(["=", "20", "0", "2", "1", "0", "0", "0", "fr:1", "son:1"]),
        "{table}"
    );
    let as_run = said(&mikado(dir, &[&["report", "asrun"], &days[..], &["--format", "csv"]].concat()));
    assert_eq!(as_run.lines().count(), 5);
    assert!(
        as_run.contains("GAO,2026-11-24T09:22:10.000,35.0,unmas-ne-touche-pas-son,,unmas-ne-touche-pas,,3,whole,"),
        "{as_run}"
    );
    let attest =
        |more: &[&str]| mikado(dir, &[&["report", "campaign"], more, &days[..], &["--format", "pdf"]].concat());
    let pdf = attest(&["unmas-ne-touche-pas"]);
    assert!(pdf.status.success() && pdf.stdout.starts_with(b"%PDF-1.7"), "{}", String::from_utf8_lossy(&pdf.stderr));
    let nameless = attest(&[]);
    assert!(nameless.status.code() == Some(2) && nameless.stdout.is_empty(), "an attestation is one campaign's");
    let wrong = mikado(dir, &["report", "campaign", "inconnue"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("les campagnes sont"));
    let backwards = mikado(dir, &["report", "languages", "--from", "2026-11-25", "--to", "2026-11-24"]);
    assert_eq!(backwards.status.code(), Some(2));
}

/// Approves a debate of 35 s in which Hawa speaks 14 s for citizens and Moussa 7 s for the government.
fn debate(dir: &Path) {
    let id: domain::AssetId = "debat.1".parse().unwrap();
    let at: jiff::Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
    let hash = domain::AudioHash([7; 32]);
    let catalogue = Catalogue::open(&dir.join("hq/catalogue.db")).unwrap();
    let card = NewCard::new(id.clone(), "Débat", AssetKind::Programme, "fr".parse().unwrap());
    let card = NewCard { programme: Some("debat".parse().unwrap()), ..card };
    let report = media::Report { length: Frames::from_secs(35), channels: 1, ..media::Report::default() };
    catalogue.enter(&card, &report, &hash, at).unwrap();
    let mut edit = Edit::from(catalogue.get(&id).unwrap().unwrap());
    let voice = |name: &str, voice, sensibility, seconds| Contributor {
        name: name.into(),
        part: "invitée".into(),
        voice,
        spoken_s: Some(seconds),
        sensibility,
    };
    edit.paper.contributors = vec![
        voice("Hawa", Voice::Woman, Sensibility::CivilSociety, 14),
        voice("Moussa", Voice::Man, Sensibility::Government, 7),
    ];
    catalogue.edit(&id, &edit, "awa", at).unwrap();
    catalogue.approve(&id, &hash, "awa", at).unwrap();
}

#[test]
fn speech_in_the_report_is_what_a_count_of_the_raw_as_run_gives() {
    let dir = station();
    let dir = dir.path();
    debate(dir);
    let mut cut = heard(2, "debat.1", "2026-11-25T19:20:00Z", Outcome::Cut);
    cut.length = Frames::from_secs(5);
    let records = [
        heard(1, "debat.1", "2026-11-24T19:20:00Z", Outcome::Whole),
        cut,
        heard(3, "debat.1", "2026-11-25T22:20:00Z", Outcome::Whole),
        heard(4, "autre-chose", "2026-11-25T23:00:00Z", Outcome::Whole),
    ];
    Store::open(&dir.join("hq/station.db")).unwrap().import_as_run(&records).unwrap();
    let days = ["--from", "2026-11-23", "--to", "2026-11-29", "--site", "GAO"];
    let report = |what: &[&str]| said(&mikado(dir, &[&["report"], what, &days[..], &["--format", "csv"]].concat()));
    let raw = report(&["asrun"]);
    let aired_s: f64 = raw.lines().filter(|l| l.contains(",debat.1,")).map(seconds).sum();
    assert!((aired_s - 75.0).abs() < 1e-9, "{raw}");
    let week = report(&["speech", "--by", "week"]);
    for line in [
        format!("GAO,2026-11-23,heard,,{aired_s:.1},100.0"),
        format!("GAO,2026-11-23,known,,{:.1},60.0", aired_s * 21.0 / 35.0),
        format!("GAO,2026-11-23,women,,{:.1},66.7", aired_s * 14.0 / 35.0),
        format!("GAO,2026-11-23,sensibility,government,{:.1},33.3", aired_s * 7.0 / 35.0),
        format!("GAO,2026-11-23,speaker,Hawa,{:.1},66.7", aired_s * 14.0 / 35.0),
    ] {
        assert!(week.lines().any(|l| l == line), "{line} is not in\n{week}");
    }
    let by_day = report(&["speech"]);
    assert!(by_day.contains("GAO,2026-11-24,women,,14.0,66.7") && by_day.contains("GAO,2026-11-25,women,,16.0,66.7"));
}

/// The third column of a line.
fn seconds(line: &str) -> f64 {
    line.split(',').nth(2).unwrap().parse().unwrap()
}

#[test]
fn every_rule_says_who_measures_it_and_what_it_finds_in_both_languages() {
    let dir = station();
    let list = said(&mikado(dir.path(), &["report", "rules", "--list", "--json"]));
    let list: Vec<serde_json::Value> = serde_json::from_str(&list).unwrap();
    let rules: std::collections::BTreeSet<&str> = list.iter().map(|l| l["rule"].as_str().unwrap()).collect();
    assert_eq!(rules.len(), 87);
    let report = ["report", "rules", "--site", "GAO", "--from", "2026-11-24", "--json"];
    let found: Vec<serde_json::Value> = serde_json::from_str(&said(&mikado(dir.path(), &report))).unwrap();
    let market = found.iter().find(|f| f["rule"] == "R-CAMP-03").unwrap();
    assert_eq!((&market["quantity"], &market["site"]), (&"campaign_airings_day".into(), &"GAO".into()));
    assert!(market["fr"].as_str().is_some_and(|fr| !fr.is_empty()) && market["en"] != market["fr"]);
}

#[test]
fn what_fits_into_breaks_is_told_with_the_rule_to_blame() {
    let dir = station();
    let report = ["report", "breaks", "--site", "GAO", "--from", "2026-11-24", "--json"];
    let lines: Vec<serde_json::Value> = serde_json::from_str(&said(&mikado(dir.path(), &report))).unwrap();
    // A station without a sound: all that campaigns ask is lost, and why is said.
    let sum = |key: &str| lines.iter().map(|l| l[key].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("asked"), sum("placed"), sum("moved"), sum("lost")), (65, 0, 0, 65));
    assert!(lines.iter().all(|l| l["rule"] == "plan.no-spot" && l["why"].as_str().is_some_and(|w| !w.is_empty())));
    let table = said(&mikado(dir.path(), &["report", "breaks", "unmas-ne-touche-pas", "--from", "2026-11-24"]));
    assert!(table.lines().last().is_some_and(|l| l.starts_with('=')), "{table}");
}
