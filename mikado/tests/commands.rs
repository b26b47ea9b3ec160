//! The commands as scripts use them: what they print, and with which code they end.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

const MIKADO: &str = env!("CARGO_BIN_EXE_mikado");

fn demo(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo").join(file)
}

fn mikado(dir: &Path, args: &[&str]) -> Output {
    Command::new(MIKADO).current_dir(dir).args(args).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder with a config of two sites and a station file made of the reference week.
fn station() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let config = "[[site]]\nid = \"BKO\"\n\n[[site]]\nid = \"GAO\"\n";
    std::fs::write(dir.path().join("mikado.toml"), config).unwrap();
    let (week, campaigns) = (demo("reference_week.toml"), demo("campaigns.toml"));
    let args = ["grid", "import", week.to_str().unwrap(), "--campaigns", campaigns.to_str().unwrap()];
    let imported = mikado(dir.path(), &args);
    assert!(imported.status.success(), "{}", told(&imported));
    dir
}

#[test]
fn the_programmes_of_the_week_are_the_reference() {
    let dir = tempfile::tempdir().unwrap();
    let (week, campaigns) = (demo("reference_week.toml"), demo("campaigns.toml"));
    let station = ["--station", week.to_str().unwrap(), "--campaigns", campaigns.to_str().unwrap()];
    let args = [&["plan", "--week", "--day", "2026-11-25", "--programmes", "--csv"], station.as_slice()].concat();
    let began = Instant::now();
    let plan = mikado(dir.path(), &args);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert!(plan.status.success(), "{}", told(&plan));
    let reference = std::fs::read_to_string(demo("reference_week_expanded.csv")).unwrap().replace("\r\n", "\n");
    assert_eq!(reference.lines().count(), 2_895);
    for (n, (planned, expected)) in out(&plan).lines().zip(reference.lines()).enumerate() {
        assert_eq!(planned, expected, "line {}", n + 1);
    }
    assert_eq!(out(&plan).lines().count(), 2_895);
}

#[test]
fn the_running_order_fills_the_day_to_the_second() {
    let dir = station();
    let plan = mikado(dir.path(), &["plan", "--site", "GAO", "--day", "2026-11-24", "--json"]);
    assert_eq!(plan.status.code(), Some(0), "{}", told(&plan));
    let plan: serde_json::Value = serde_json::from_str(&out(&plan)).unwrap();
    let entries = plan["entries"].as_array().unwrap();
    assert_eq!(entries[0]["at"], "2026-11-24T00:00:00Z");
    assert_eq!(entries.last().unwrap()["ends"], "2026-11-25T00:00:00Z");
    let frames: u64 = entries.iter().map(|e| e["length_frames"].as_u64().unwrap()).sum();
    assert_eq!(frames, 86_400 * 48_000);
    let csv = mikado(dir.path(), &["plan", "--site", "GAO", "--day", "2026-11-24", "--csv"]);
    assert_eq!(out(&csv).lines().count(), entries.len() + 1);
}

#[test]
fn why_names_the_entry_and_the_slot() {
    let dir = station();
    let why = mikado(dir.path(), &["why", "--site", "GAO", "--at", "2026-11-24T08:10:30Z", "--json"]);
    assert_eq!(why.status.code(), Some(0), "{}", told(&why));
    let why: serde_json::Value = serde_json::from_str(&out(&why)).unwrap();
    assert_eq!(why["slot"]["site"], "GAO");
    assert_ne!(why["slot"]["origin"], "reseau");
}

#[test]
fn a_grid_comes_out_as_it_went_in() {
    let dir = station();
    let export = |to: &str| assert!(mikado(dir.path(), &["grid", "export", to]).status.success());
    export("one.toml");
    assert!(mikado(dir.path(), &["grid", "import", "one.toml"]).status.success());
    export("two.toml");
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!(read("one.toml"), read("two.toml"));
    std::fs::write(dir.path().join("bad.toml"), read("one.toml").replacen("[[slot]]", "[[slto]]", 1)).unwrap();
    let bad = mikado(dir.path(), &["grid", "check", "bad.toml"]);
    assert_eq!(bad.status.code(), Some(1));
    assert!(told(&bad).contains("ligne") && told(&bad).contains("« slto »"), "{}", told(&bad));
}

#[test]
fn a_season_is_one_command_and_an_undo_takes_it_back() {
    let dir = station();
    let json = |args: &[&str]| -> serde_json::Value {
        let output = mikado(dir.path(), &[args, &["--json"]].concat());
        let last = out(&output).lines().last().unwrap_or("null").to_owned();
        serde_json::from_str(&last).unwrap_or_else(|e| panic!("{args:?}: {e}: {}", told(&output)))
    };
    let days = ["--from", "2031-03-03", "--to", "2031-03-05", "--reason", "deuil national"];
    let made = json(&[&["grid", "season", "on", "deuil", "--accept", "tout=voulu"], &days[..]].concat());
    assert!(made["publication"].as_u64().is_some(), "{made}");
    assert!(made["changes"].as_array().unwrap().iter().any(|c| c["day"] == "2031-03-03"), "{made}");
    let heard = |day: &str| {
        let args = ["plan", "--programmes", "--decided", "--csv", "--site", "GAO", "--day", day];
        out(&mikado(dir.path(), &args)).lines().filter(|l| l.contains(",instant-calme,")).count()
    };
    assert!(heard("2031-03-04") > heard("2031-03-11"));
    let ghost = mikado(dir.path(), &[&["grid", "season", "on", "noel"], &days[..]].concat());
    assert_eq!(ghost.status.code(), Some(2), "{}", told(&ghost));
    assert!(json(&["grid", "undo", "--reason", "erreur"])["restores"].as_u64().is_some());
    assert_eq!(heard("2031-03-04"), heard("2031-03-11"));
    assert_eq!(json(&["grid", "history"]).as_array().unwrap().len(), 3);
}

#[test]
fn readiness_says_what_is_missing_and_who_is_to_bring_it() {
    let dir = station();
    let ready = mikado(dir.path(), &["readiness", "--site", "TES", "--json"]);
    assert_eq!(ready.status.code(), Some(1), "{}", told(&ready));
    let ready: serde_json::Value = serde_json::from_str(&out(&ready)).unwrap();
    assert_eq!((ready["site"].as_str(), ready["horizon_h"].as_u64()), (Some("TES"), Some(240)));
    assert!(ready["missing"].as_array().unwrap().iter().any(|m| m["responsible"] == "reseau"), "{ready}");
    let unknown = mikado(dir.path(), &["readiness", "--site", "ZZZ"]);
    assert_eq!(unknown.status.code(), Some(2));
}

/// `args` in a folder with `config` end with `code` and say every one of `words`.
#[track_caller]
fn check(config: Option<&str>, args: &[&str], code: i32, words: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    if let Some(config) = config {
        std::fs::write(dir.path().join("mikado.toml"), config).unwrap();
    }
    let output = mikado(dir.path(), args);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {}", told(&output));
    for word in words {
        assert!(told(&output).contains(word), "{args:?} should say {word}: {}", told(&output));
    }
    assert!(!told(&output).contains("panicked"), "{}", told(&output));
}

#[test]
fn wrong_use_ends_with_two_and_a_sentence() {
    let two_cards = "[[site]]\nid = \"BKO\"\ncard = \"hw:0\"\n[[site]]\nid = \"GAO\"\ncard = \"hw:0,0\"\n";
    let typo = "[[site]]\nid = \"GAO\"\nmp4 = \"off\"\n";
    check(None, &[], 2, &[]);
    check(None, &["hq"], 2, &["mikado.toml", "n'existe pas", "mikado demo"]);
    check(None, &["--lang", "en", "hq"], 2, &["does not exist"]);
    for command in ["run", "hq"] {
        check(Some(typo), &[command], 2, &["ligne 3", "« mp4 »", "« mp3 »"]);
        check(Some(two_cards), &[command], 2, &["ligne 6", "déjà prise par BKO"]);
    }
    check(None, &["plan", "--site", "gao"], 2, &["GAO"]);
    check(None, &["plan", "--day", "24/11/2026"], 2, &[]);
    check(None, &["ingest", "x.wav", "--title", "X", "--language", "français"], 2, &["BCP 47"]);
    check(
        None,
        &["render", "--site", "GAO", "--from", "2026-11-24T08:00:00Z", "--for", "2", "--out", "o.wav"],
        2,
        &["2h"],
    );
}

#[test]
fn what_cannot_be_done_ends_with_one_and_a_sentence() {
    let sound = "[[site]]\nid = \"GAO\"\n";
    check(Some(sound), &["plan"], 1, &["station.toml", "n'existe pas"]);
    check(Some(sound), &["hq"], 1, &["station.toml"]);
    check(Some(sound), &["grid", "import", "none.toml"], 1, &["none.toml"]);
}

#[test]
fn a_broken_database_is_named_and_the_air_is_said_to_go_on() {
    let dir = station();
    std::fs::write(dir.path().join("hq/catalogue.db"), b"this is no database, and it is long enough to be looked at")
        .unwrap();
    let hq = mikado(dir.path(), &["hq"]);
    assert_eq!(hq.status.code(), Some(1));
    for word in ["catalogue.db", "L'antenne continue", "sauvegarde"] {
        assert!(told(&hq).contains(word), "{}", told(&hq));
    }
}

#[test]
fn an_account_is_made_once_and_listed() {
    let dir = station();
    let add = mikado(dir.path(), &["user", "add", "awa", "--role", "producer", "--json"]);
    assert_eq!(add.status.code(), Some(0), "{}", told(&add));
    let made: serde_json::Value = serde_json::from_str(&out(&add)).unwrap();
    assert!(made["secret"].as_str().unwrap().len() >= 12);
    let again = mikado(dir.path(), &["user", "add", "awa", "--role", "producer"]);
    assert_eq!(again.status.code(), Some(1));
    let list = mikado(dir.path(), &["user", "list"]);
    assert!(out(&list).contains("awa") && out(&list).contains("mot de passe à choisir"), "{}", out(&list));
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let dir = station();
    let command = format!("{MIKADO} plan --week --programmes | head -1");
    let piped = Command::new("sh").current_dir(dir.path()).args(["-c", &command]).output().unwrap();
    assert!(piped.status.success());
    assert_eq!(told(&piped), "");
}

#[test]
fn what_a_job_copied_is_a_whole_station_again() {
    let dir = station();
    let at = |file: &str| dir.path().join(file);
    let added = mikado(dir.path(), &["user", "add", "awa", "--role", "administrator"]);
    assert!(added.status.success(), "{}", told(&added));
    let mut config = std::fs::read_to_string(at("mikado.toml")).unwrap();
    config.push_str("[[hq.job]]\nname = \"copie\"\ncron = \"30 2 * * *\"\nrun = \"backup\"\nkeep = 2\n");
    std::fs::write(at("mikado.toml"), config).unwrap();
    let ran = mikado(dir.path(), &["jobs", "--run", "copie"]);
    assert_eq!(ran.status.code(), Some(0), "{}{}", out(&ran), told(&ran));
    let jobs: serde_json::Value = serde_json::from_str(&out(&mikado(dir.path(), &["jobs", "--json"]))).unwrap();
    let run = &jobs[0]["runs"][0];
    assert_eq!((&run["end"], &run["asked_by"]), (&"fine".into(), &"mikado jobs".into()), "{jobs}");
    let copy = at("hq/jobs/copie").join(run["id"].as_str().unwrap());
    let sums =
        Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(&copy).output().unwrap();
    assert!(sums.status.success() && out(&sums).lines().count() == 5, "{}{}", out(&sums), told(&sums));

    // Put into a folder of its own it is the same station: grid, people, config.
    let again = tempfile::tempdir().unwrap();
    std::fs::create_dir(again.path().join("hq")).unwrap();
    for db in ["catalogue.db", "station.db", "people.db"] {
        std::fs::copy(copy.join(db), again.path().join("hq").join(db)).unwrap();
    }
    std::fs::copy(copy.join("mikado.toml"), again.path().join("mikado.toml")).unwrap();
    for same in [&["plan", "--site", "GAO", "--day", "2026-11-24", "--csv"][..], &["user", "list", "--json"]] {
        let [one, other] = [dir.path(), again.path()].map(|dir| out(&mikado(dir, same)));
        assert_eq!(one, other);
        assert!(one.len() > 20, "{one}");
    }
    // A folder that holds a copy is not written over.
    let twice = mikado(dir.path(), &["backup", "--to", copy.to_str().unwrap()]);
    assert!(twice.status.code() == Some(1) && told(&twice).contains("dossier neuf"), "{}", told(&twice));
}
