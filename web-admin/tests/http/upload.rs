//! Files come in; what is refused changes nothing and leaves nothing. The decoder here is a script that answers as the
//! real one does for each kind of file: the real one is tried by `media` and by the station tests.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use axum::body::Body;
use axum::http::StatusCode;
use web_admin::Role;

use crate::browser::{Answer, Browser, PASSWORD};
use crate::stage::Stage;

const REFUSES: &str = r#"#!/bin/sh
cat <<'JSON'
{"source":null,"length_frames":0,"channels":0,"loudness_lufs":null,"loudness_range_lu":null,"true_peak_dbtp":null,"silence_lead_frames":0,"silence_trail_frames":0,"findings":[{"code":"file.web-page","severity":"blocking","at_s":null,"fr":"C’est une page web et non un son.","en":"This is a web page, not a sound."}]}
JSON
"#;

pub fn stage() -> Stage {
    let dir = std::env::temp_dir().join(format!("mikado-web-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let decoder = dir.join("decoder");
    if !decoder.exists() {
        let fresh = dir.join(format!("decoder.{:?}", std::thread::current().id()));
        std::fs::write(&fresh, REFUSES).unwrap();
        std::fs::set_permissions(&fresh, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::rename(&fresh, &decoder).unwrap();
    }
    let stage = Stage::new("2026-11-24T08:30:00Z".parse().unwrap(), decoder);
    stage.person("Awa", Role::Producer, PASSWORD);
    stage
}

pub fn files_under(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            found.extend(files_under(&entry.path()));
        } else {
            found.push(entry.path().display().to_string());
        }
    }
    found
}

async fn upload(browser: &mut Browser, path: &str, title: &str, file_name: &str, bytes: &[u8]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in [("title", title), ("language", "bm"), ("kind", "programme"), ("programme", "")] {
        body.extend(format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    body.extend(
        format!("--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\r\n").bytes(),
    );
    body.extend(bytes);
    body.extend(b"\r\n--XX--\r\n");
    let request = browser
        .request("POST", path)
        .header("content-type", "multipart/form-data; boundary=XX")
        .header("x-csrf-token", &browser.csrf);
    browser.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_refused_file_gets_its_french_sentence_and_leaves_nothing() {
    let stage = stage();
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    let page = upload(&mut awa, "/mediatheque/envoi", "Kɔnɔ", "journal.mp3", b"<!doctype html><html>").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("C’est une page web et non un son.") && page.body.contains("Rien n’a été gardé"));
    let empty = upload(&mut awa, "/api/upload", "Kɔnɔ", "vide.mp3", b"").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(empty.json()["verdict"], "refused");
    assert!(empty.json()["findings"][0]["fr"].as_str().unwrap().contains("vide"), "{}", empty.body);
    assert_eq!(stage.app.catalogue.all().unwrap().len(), 0);
    assert_eq!(files_under(&stage.dir.path().join("staging")), Vec::<String>::new());
    assert_eq!(files_under(&stage.dir.path().join("shelf")), Vec::<String>::new());
}

#[tokio::test]
async fn hostile_titles_and_file_names_are_only_labels() {
    let stage = stage();
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    let titles = [
        "<script>alert(1)</script>",
        "{{7*7}}",
        "'; DROP TABLE card; --",
        "=cmd()|' /C calc'!A0",
        "\u{1b}[31mrouge",
        "ⵜⵉⴼⵉⵏⴰⵖ ߒߞߏ 🐐",
    ];
    let names = ["../../etc/passwd", "C:\\x.mp3", "CON", "-rf", "\u{202e}3pm.exe", "   ", "é.mp3"];
    for (n, title) in titles.iter().enumerate() {
        let name = names[n % names.len()];
        let page = upload(&mut awa, "/mediatheque/envoi", title, name, b"x").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{title} {name}");
        assert!(!page.body.contains("<script>alert") && !page.body.contains('\u{1b}'), "{title}");
    }
    let long = upload(&mut awa, "/api/upload", &"e\u{301}".repeat(10_000), "x.mp3", b"x").await;
    assert_eq!(long.status, StatusCode::BAD_REQUEST);
    assert_eq!(files_under(&stage.dir.path().join("staging")), Vec::<String>::new());
}

#[tokio::test]
async fn a_form_that_is_not_ours_is_refused_with_a_sentence() {
    let stage = stage();
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    let rows: [(&str, &[u8]); 4] = [
        ("multipart/form-data; boundary=XX", b"--YY\r\n"),
        (
            "multipart/form-data; boundary=XX",
            b"--XX\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n1\r\n--XX--\r\n",
        ),
        ("multipart/form-data", b""),
        ("application/octet-stream", b"RIFF"),
    ];
    for (kind, body) in rows {
        let request = awa.request("POST", "/api/upload").header("content-type", kind).header("x-csrf-token", &awa.csrf);
        let answer = awa.send(request.body(Body::from(body.to_vec())).unwrap()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{kind}");
        assert!(answer.json()["error"].as_str().unwrap().contains("vérifiez"), "{}", answer.body);
    }
    let tokenless = awa.request("POST", "/api/upload").header("content-type", "multipart/form-data; boundary=XX");
    assert_eq!(awa.send(tokenless.body(Body::from("--XX--")).unwrap()).await.status, StatusCode::FORBIDDEN);
}

/// A form of fields under one boundary, as it goes over the line.
fn part(name: &str, head: &str, value: &[u8]) -> Vec<u8> {
    let mut bytes = format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"{head}\r\n\r\n").into_bytes();
    bytes.extend_from_slice(value);
    bytes.extend_from_slice(b"\r\n");
    bytes
}

#[tokio::test]
async fn a_form_of_endless_heads_fields_or_parts_is_refused_before_it_fills_the_house() {
    let stage = stage();
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    let long = "x".repeat(1 << 20);
    let rows: [(&str, Vec<u8>, StatusCode); 6] = [
        ("ten thousand parts", part("title", "", b"t").repeat(10_000), StatusCode::BAD_REQUEST),
        ("a head of a megabyte", part("title", &format!("; x={long}"), b"t"), StatusCode::BAD_REQUEST),
        ("a name of 64 KiB", part(&long[..64 << 10], "", b"t"), StatusCode::BAD_REQUEST),
        ("a field of a megabyte", part("title", "", long.as_bytes()), StatusCode::BAD_REQUEST),
        (
            "a head that never ends",
            b"--XX\r\nX: ".iter().copied().chain(long.bytes()).collect(),
            StatusCode::BAD_REQUEST,
        ),
        ("no boundary after all", long.clone().into_bytes(), StatusCode::BAD_REQUEST),
    ];
    for (what, bytes, status) in rows {
        let pieces: Vec<Result<_, std::io::Error>> =
            bytes.chunks(16 << 10).map(|c| Ok(bytes::Bytes::copy_from_slice(c))).collect();
        let taken = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = {
            let taken = std::sync::Arc::clone(&taken);
            pieces.into_iter().inspect(move |_| _ = taken.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
        };
        let request = awa
            .request("POST", "/api/upload")
            .header("content-type", "multipart/form-data; boundary=XX")
            .header("x-csrf-token", &awa.csrf);
        let answer = awa.send(request.body(Body::from_stream(futures_util::stream::iter(counted))).unwrap()).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
        let taken = taken.load(std::sync::atomic::Ordering::Relaxed);
        assert!(taken <= 6, "{what}: {taken} stretches of 16 KiB were read");
    }
    assert_eq!(files_under(&stage.dir.path().join("staging")), Vec::<String>::new());
}

#[tokio::test]
async fn a_length_that_cannot_be_is_refused_before_the_first_byte() {
    let stage = stage();
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    let rows = [
        ("/api/upload", "10000000000", StatusCode::PAYLOAD_TOO_LARGE),
        ("/api/upload", "9223372036854775808", StatusCode::PAYLOAD_TOO_LARGE),
        ("/api/upload", "99999999999999999999999", StatusCode::BAD_REQUEST),
        ("/api/upload", "-1", StatusCode::BAD_REQUEST),
        ("/api/upload", "12abc", StatusCode::BAD_REQUEST),
        ("/grille/placer", "70000", StatusCode::PAYLOAD_TOO_LARGE),
    ];
    for (path, length, status) in rows {
        let request = awa
            .request("POST", path)
            .header("content-type", "multipart/form-data; boundary=XX")
            .header("content-length", length)
            .header("x-csrf-token", &awa.csrf);
        let never =
            futures_util::stream::poll_fn(|_| -> std::task::Poll<Option<Result<bytes::Bytes, std::io::Error>>> {
                panic!("the body was asked for")
            });
        let answer = awa.send(request.body(Body::from_stream(never)).unwrap()).await;
        assert_eq!(answer.status, status, "{path} {length}: {}", answer.body);
    }
}
