//! A client of the protocol that is not ours, interrupted after each piece while the server is killed between pieces.

use tests::foreign::tool;
use tests::repository::root;
use tests::studio::{Studio, read};

use crate::{tone, until};

#[test]
fn a_foreign_client_is_interrupted_after_each_piece_and_ends_whole() {
    let temp = tempfile::tempdir().unwrap();
    let mut studio = Studio::start(&temp.path().join("studio"), "");
    let awa = studio.visitor("Awa");
    let file = tone(&temp.path().join("kɔnɔ.wav"), 440.0, 12);
    let pieces = std::fs::metadata(&file).unwrap().len().div_ceil(256 * 1024);
    let mut place = String::new();
    for piece in 1..=pieces {
        let script = root().join("tests/tests/uploads/foreign.mjs");
        let mut node = tool("node");
        node.env("UI", root().join("web-admin/ui")).arg(script);
        node.args([&format!("{}/api/envois", studio.address()), &awa.cookie, &awa.csrf]).arg(&file).arg("1");
        node.args(Some(&place).filter(|p| !p.is_empty()));
        let sent = node.output().unwrap();
        assert!(sent.status.success(), "piece {piece}: {}", String::from_utf8_lossy(&sent.stderr));
        String::from_utf8_lossy(&sent.stdout).trim().clone_into(&mut place);
        studio.kill();
        studio.run();
        let path = place.strip_prefix(&studio.address()).unwrap();
        let head = awa.ask("HEAD", path, &[], b"").unwrap();
        let offset: u64 = head.headers()["upload-offset"].to_str().unwrap().parse().unwrap();
        let whole = std::fs::metadata(&file).unwrap().len();
        assert_eq!(offset, (piece * 256 * 1024).min(whole), "after piece {piece}");
    }
    let path = place.strip_prefix(&studio.address()).unwrap();
    let told = until("the verdict", || Some(read(&awa.get(path).ok()?)).filter(|t| t["state"] == "known"));
    assert_eq!(told["report"]["verdict"], "ready", "{told}");
    let by_hand = studio.json(&["ingest", &file.to_string_lossy(), "--language", "bm", "--title", "Kɔnɔ"]);
    assert_eq!(told["report"]["hash"], by_hand["hash"], "the very same sound");
    let card = format!("/mediatheque/{}", told["report"]["asset"].as_str().unwrap());
    let page = awa.get(&card).unwrap();
    assert!(page.body().contains("Kɔnɔ kan") && page.body().contains("copie légère"));
    let light = awa.ask("GET", &format!("{card}/leger"), &[("range", "bytes=0-3")], b"").unwrap();
    assert_eq!((light.body().as_str(), &light.headers()["content-type"]), ("OggS", &"audio/ogg".parse().unwrap()));
    let length = light.headers()["content-range"].to_str().unwrap().rsplit('/').next().unwrap().parse::<u32>().unwrap();
    assert!(length < 12 * 24_000 / 8 * 5 / 4, "{length} bytes of twelve seconds");
}
