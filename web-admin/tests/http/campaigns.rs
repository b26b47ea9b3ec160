//! *Campagnes*: what a campaign's client sees, takes home on paper, and can count again.

use axum::http::StatusCode;
use domain::{AsRun, BootId, Frames, Outcome, Position, Rung, Seq};
use sha2::{Digest, Sha256};
use web_admin::Role;

use crate::browser::{Browser, PASSWORD};
use crate::stage::Stage;

const CAMPAIGN: &str = "/campagnes/unmas-ne-touche-pas";
const DAY: &str = "de=2026-11-24&a=2026-11-24";

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

/// A station on which Gao heard the mine campaign thrice, once in part; the air check has the first of them.
async fn gao() -> (Stage, Browser) {
    let stage = Stage::new("2026-11-24T18:00:00Z".parse().unwrap(), "/nonexistent/mikado");
    stage.person("charge", Role::Producer, PASSWORD);
    let records = [
        heard(1, "unmas-ne-touche-pas-son", "2026-11-24T08:05:10Z", Outcome::Whole),
        heard(2, "unmas-ne-touche-pas-fr", "2026-11-24T11:03:30Z", Outcome::Whole),
        heard(3, "unmas-ne-touche-pas-fr", "2026-11-24T13:03:30Z", Outcome::Cut),
        heard(4, "autre-chose", "2026-11-24T14:03:30Z", Outcome::Whole),
    ];
    stage.app.store.import_as_run(&records).unwrap();
    let browser = Browser::signed_in(&stage, "charge").await;
    (stage, browser)
}

#[tokio::test]
async fn a_campaign_is_told_in_a_sentence_by_site_and_airing_by_airing() {
    let (_stage, mut charge) = gao().await;
    let all = charge.get(&format!("/campagnes?{DAY}")).await.body;
    assert!(all.contains("unmas-ne-touche-pas?de=2026-11-24&#38;a=2026-11-24"), "{all}");
    let page = charge.get(&format!("{CAMPAIGN}?{DAY}")).await.body;
    assert!(page.contains("2 diffusions entières sur 63 promises (3,2 %), le mardi 24 novembre 2026"), "{page}");
    assert!(page.contains("La période n’est pas terminée"));
    assert!(
        page.contains("08:05:10") && page.contains("/pige?site=GAO&#38;jour=2026-11-24&#38;a=08:05:00&#38;duree=55")
    );
    for (state, times) in [(">prouvée<", 1), ("entière, pas dans la pige", 1), (">partielle<", 1)] {
        assert_eq!(page.matches(state).count(), times, "{state}");
    }
    assert!(page.contains("non estimée"), "nobody counted listeners");
    for (bad, status) in [
        ("/campagnes/inconnue", StatusCode::NOT_FOUND),
        ("/campagnes/inconnue/attestation.pdf", StatusCode::NOT_FOUND),
        ("/campagnes?de=hier", StatusCode::BAD_REQUEST),
        ("/campagnes?de=2026-11-24&a=2026-11-23", StatusCode::UNPROCESSABLE_ENTITY),
        ("/campagnes?de=2026-01-01&a=2026-11-23", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(charge.get(bad).await.status, status, "{bad}");
    }
}

#[tokio::test]
async fn the_table_of_airings_has_one_line_for_each() {
    let (_stage, mut charge) = gao().await;
    let csv = charge.get(&format!("{CAMPAIGN}/diffusions.csv?{DAY}")).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.header("content-disposition").contains("unmas-ne-touche-pas-2026-11-24-2026-11-24-diffusions.csv"));
    let lines: Vec<&str> = csv.body.lines().collect();
    assert_eq!(
        lines,
        [
            "campaign,site,day,time,language,version,length_s,whole,in_air_check",
            "unmas-ne-touche-pas,GAO,2026-11-24,08:05:10,son,unmas-ne-touche-pas-son,35,1,1",
            "unmas-ne-touche-pas,GAO,2026-11-24,11:03:30,fr,unmas-ne-touche-pas-fr,35,1,0",
            "unmas-ne-touche-pas,GAO,2026-11-24,13:03:30,fr,unmas-ne-touche-pas-fr,35,0,0",
        ]
    );
    let sheet = charge.get(&format!("{CAMPAIGN}/diffusions.xlsx?{DAY}")).await.bytes;
    assert!(sheet.starts_with(b"PK\x03\x04"), "a spreadsheet is a ZIP archive");
}

/// A foreign reader of PDF: its text with its layout, or a file out of it.
fn poppler(program: &str, arguments: &[&str], file: &std::path::Path) -> String {
    let run = std::process::Command::new(program).args(arguments).arg(file).arg("-").output();
    let run =
        run.unwrap_or_else(|e| panic!("{program} (package poppler-utils) is missing: {e}; run `make setup-test`"));
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

#[tokio::test]
async fn a_foreign_reader_finds_the_same_numbers_in_the_attestation() {
    let (stage, mut charge) = gao().await;
    let pdf = charge.get(&format!("{CAMPAIGN}/attestation.pdf?{DAY}")).await.bytes;
    assert_eq!(
        pdf,
        charge.get(&format!("{CAMPAIGN}/attestation.pdf?{DAY}")).await.bytes,
        "the same count, the same bytes"
    );
    let file = stage.dir.path().join("attestation.pdf");
    std::fs::write(&file, &pdf).unwrap();
    let text = poppler("pdftotext", &["-layout"], &file);
    let has = |words: &[&str]| text.lines().any(|l| l.split_whitespace().eq(words.iter().copied()));
    assert!(has(&["Gao", "10", "0", "2", "1", "0", "0", "1", "20,0", "%"]), "{text}");
    assert!(has(&["Total", "63", "0", "2", "1", "0", "0", "1", "3,2", "%"]), "{text}");
    assert!(has(&["Gao", "2026-11-24", "08:05:10", "songhaï", "unmas-ne-touche-pas-son", "35,0", "prouvée"]), "{text}");
    assert!(
        has(&["Gao", "2026-11-24", "13:03:30", "français", "unmas-ne-touche-pas-fr", "35,0", "partielle"]),
        "{text}"
    );
    let csv = charge.get(&format!("{CAMPAIGN}/diffusions.csv?{DAY}")).await.bytes;
    let hash = Sha256::digest(&csv).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    assert!(text.contains(&hash), "the list's hash is on the paper");
    let inside = stage.dir.path().join("inside.csv");
    let saved = std::process::Command::new("pdfdetach").args(["-save", "1", "-o"]).arg(&inside).arg(&file).status();
    assert!(saved.unwrap().success());
    assert_eq!(std::fs::read(&inside).unwrap(), csv, "and the list itself is inside");
}

#[tokio::test]
async fn a_planner_reads_what_fits_into_the_breaks_of_a_day_before_promising_it() {
    let (_stage, mut charge) = gao().await;
    let list = charge.get("/campagnes").await.body;
    assert!(list.contains("href=\"/ecrans\""), "{list}");
    let page = charge.get("/ecrans?jour=2026-11-27").await.body;
    // No spot lies in this library: everything is lost, campaign by campaign, with the reason.
    assert!(page.contains("/campagnes/unmas-ne-touche-pas") && page.contains("plan.no-spot"), "{page}");
    assert!(page.contains("aucun spot prêt à diffuser pour ce site"), "{page}");
}
