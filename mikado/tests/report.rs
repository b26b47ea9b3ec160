//! `mikado report` as a campaign's client and a spreadsheet use it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::Path;
use std::process::{Command, Output};

use domain::{AsRun, BootId, Frames, Outcome, Position, Rung, Seq};
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

#[test]
fn a_campaign_s_airings_are_those_of_the_as_run_in_every_shape() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    std::fs::write(dir.join("mikado.toml"), "[[site]]\nid = \"GAO\"\n").unwrap();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo");
    let [week, campaigns] = ["reference_week.toml", "campaigns.toml"].map(|f| demo.join(f).display().to_string());
    said(&mikado(dir, &["grid", "import", &week, "--campaigns", &campaigns]));
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
