//! Sounds that come in pieces, by the protocol that other clients speak: what was acknowledged is never lost, what does not
//! fit is refused with its sentence, and nobody touches another's.

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use futures_util::{StreamExt, stream};
use jiff::ToSpan;
use web_admin::Role;

use crate::browser::{Answer, Browser, PASSWORD};
use crate::stage::Stage;
use crate::upload::{files_under, stage};

/// Title `Kɔnɔ`, language `bm`, file name `journal.mp3`.
const METADATA: &str = "title S8mUbsmU,language Ym0=,filename am91cm5hbC5tcDM=,mark eA==";

struct Sender {
    browser: Browser,
}

impl Sender {
    async fn new(stage: &Stage) -> Self {
        Self { browser: Browser::signed_in(stage, "Awa").await }
    }

    async fn ask(&mut self, verb: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = self.browser.request(verb, path).header("x-csrf-token", &self.browser.csrf);
        if !headers.iter().any(|(name, _)| *name == "tus-resumable") {
            request = request.header("tus-resumable", "1.0.0");
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        self.browser.send(request.body(body.into()).unwrap()).await
    }

    async fn announce(&mut self, length: usize) -> String {
        let length = length.to_string();
        let headers = [("upload-length", length.as_str()), ("upload-metadata", METADATA)];
        let answer = self.ask("POST", "/api/envois", &headers, Body::empty()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        assert!(answer.header("upload-expires").ends_with("GMT"));
        answer.header("location").to_owned()
    }

    async fn piece(&mut self, place: &str, offset: usize, bytes: &[u8], more: &[(&str, &str)]) -> Answer {
        let offset = offset.to_string();
        let kind = "application/offset+octet-stream";
        let headers = [&[("upload-offset", offset.as_str()), ("content-type", kind)], more].concat();
        self.ask("PATCH", place, &headers, bytes.to_vec()).await
    }

    async fn offset(&mut self, place: &str) -> String {
        let answer = self.ask("HEAD", place, &[], Body::empty()).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.header("upload-offset").to_owned()
    }

    async fn standing(&mut self, place: &str) -> serde_json::Value {
        for _ in 0..400 {
            let told = self.browser.get(place).await.json();
            if told["state"] != "measuring" {
                return told;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{place} is measured for ever");
    }
}

#[tokio::test]
async fn a_server_says_what_it_can_do() {
    let stage = stage();
    let mut awa = Sender::new(&stage).await;
    let answer = awa.ask("OPTIONS", "/api/envois", &[("tus-resumable", "")], Body::empty()).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!((answer.header("tus-version"), answer.header("tus-max-size")), ("1.0.0", "2147483648"));
    assert_eq!(answer.header("tus-extension"), "creation,creation-with-upload,checksum,expiration,termination");
    assert_eq!(answer.header("tus-checksum-algorithm"), "sha1,sha256");
}

#[tokio::test]
async fn pieces_come_together_and_the_verdict_waits() {
    let stage = stage();
    let mut awa = Sender::new(&stage).await;
    let bytes: Vec<u8> = (0..700_000_u32).map(|n| (n * 7) as u8).collect();
    let place = awa.announce(bytes.len()).await;
    let mut from = 0;
    for length in [1, 262_144, 300_000, 137_855] {
        let answer = awa.piece(&place, from, &bytes[from..from + length], &[]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.body);
        from += length;
        assert_eq!(answer.header("upload-offset"), from.to_string());
        assert_eq!(awa.offset(&place).await, from.to_string());
    }
    let told = awa.standing(&place).await;
    assert_eq!((told["state"].as_str(), told["report"]["verdict"].as_str()), (Some("known"), Some("refused")));
    assert_eq!(told["title"], "Kɔnɔ");
    let page = awa.browser.get(&place.replace("/api/envois", "/mediatheque/envoi")).await;
    assert!(page.body.contains("C’est une page web et non un son."), "{}", page.body);
    assert!(stage.app.catalogue.all().unwrap().is_empty());
    let left = files_under(&stage.dir.path().join("staging"));
    let is_note = |f: &String| [Some("label"), Some("verdict")].contains(&f.rsplit_once('.').map(|(_, ending)| ending));
    assert!(left.iter().all(is_note), "{left:?}");
    let acts: Vec<_> = stage.app.people.audit(100).unwrap().into_iter().filter(|l| l.act == "asset.upload").collect();
    assert_eq!(acts.len(), 1, "one line for one file");
    // The answer to the last piece was lost, and its sender tries again.
    assert_eq!(awa.offset(&place).await, "700000");
    assert_eq!(awa.piece(&place, 700_000, b"", &[]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(awa.piece(&place, 562_145, &bytes[562_145..], &[]).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_restarted_server_goes_on_where_the_sender_was_told() {
    let stage = stage();
    let mut awa = Sender::new(&stage).await;
    let place = awa.announce(10).await;
    awa.piece(&place, 0, b"12345", &[]).await;
    awa = Sender::new(&stage).await;
    assert_eq!(awa.offset(&place).await, "5");
    *stage.time.lock().unwrap() += 26.hours();
    awa = Sender::new(&stage).await;
    let page = awa.browser.get("/mediatheque/envoyer").await;
    assert!(page.body.contains("Envois inachevés") && page.body.contains("50 %"), "a day later it is still there");
    assert_eq!(awa.piece(&place, 5, b"67890", &[]).await.header("upload-offset"), "10");
    assert_eq!(awa.standing(&place).await["state"], "known");
}

#[tokio::test]
async fn the_first_piece_may_come_with_the_announcement() {
    let stage = stage();
    let mut awa = Sender::new(&stage).await;
    let headers =
        [("upload-length", "8"), ("upload-metadata", METADATA), ("content-type", "application/offset+octet-stream")];
    let half = awa.ask("POST", "/api/envois", &headers, "1234").await;
    assert_eq!((half.status, half.header("upload-offset")), (StatusCode::CREATED, "4"));
    let whole = awa.ask("POST", "/api/envois", &headers, "12345678").await;
    assert_eq!(awa.standing(whole.header("location")).await["state"], "known");
}

#[tokio::test]
async fn a_damaged_piece_is_asked_for_again() {
    let stage = stage();
    let mut awa = Sender::new(&stage).await;
    let place = awa.announce(22).await;
    let sum = [("upload-checksum", "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")];
    let damaged = awa.piece(&place, 0, b"hello worle", &sum).await;
    assert_eq!(damaged.status.as_u16(), 460);
    assert!(damaged.json()["error"].as_str().unwrap().contains("abîmé"));
    assert_eq!(awa.offset(&place).await, "0");
    assert_eq!(awa.piece(&place, 0, b"hello world", &sum).await.header("upload-offset"), "11");
    let sum = [("upload-checksum", "sha256 uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=")];
    assert_eq!(awa.piece(&place, 11, b"hello world", &sum).await.header("upload-offset"), "22");
    let unknown = [("upload-checksum", "md5 XrY7u+Ae7tCTyyK7j1rNww==")];
    assert_eq!(awa.piece(&place, 22, b"", &unknown).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_broken_line_keeps_what_came_unless_a_sum_was_promised() {
    for (sum, kept) in [(&[][..], "300000"), (&[("upload-checksum", "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")][..], "0")] {
        let stage = stage();
        let mut awa = Sender::new(&stage).await;
        let place = awa.announce(400_000).await;
        let chunks = [Ok(Bytes::from(vec![1; 300_000])), Err(std::io::Error::other("the line broke"))];
        let headers =
            [&[("upload-offset", "0"), ("content-type", "application/offset+octet-stream")][..], sum].concat();
        let answer = awa.ask("PATCH", &place, &headers, Body::from_stream(stream::iter(chunks))).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(awa.offset(&place).await, kept);
    }
}

#[tokio::test]
async fn a_sender_that_comes_again_takes_the_place_of_its_lost_line() {
    let stage = stage();
    let mut awa = Sender::new(&stage).await;
    let place = awa.announce(300_010).await;
    let (mut lost, there) = (Sender { browser: awa.browser.clone() }, place.clone());
    let came = stream::iter([Ok::<_, std::io::Error>(Bytes::from(vec![1; 300_000]))]);
    // It never ends, as a line that has gone without a word.
    let body = came.chain(stream::pending());
    let silent = tokio::spawn(async move {
        let headers = [("upload-offset", "0"), ("content-type", "application/offset+octet-stream")];
        lost.ask("PATCH", &there, &headers, Body::from_stream(body)).await.status
    });
    let mut offset = String::new();
    while offset != "300000" {
        tokio::task::yield_now().await;
        offset = awa.browser.get(&place).await.json()["offset_bytes"].to_string();
        if offset == "262144" {
            offset = awa.offset(&place).await;
        }
    }
    assert_eq!(silent.await.unwrap(), StatusCode::LOCKED);
    assert_eq!(awa.piece(&place, 300_000, &[2; 10], &[]).await.status, StatusCode::NO_CONTENT);
}

/// Method, path, headers, status, and a word of the sentence.
type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], u16, &'a str);

#[tokio::test]
async fn what_does_not_fit_is_refused_with_a_sentence_in_both_languages() {
    let stage = stage();
    let mut awa = Sender::new(&stage).await;
    let place = awa.announce(10).await;
    let (kind, piece) = ("content-type", "application/offset+octet-stream");
    let long = format!("title {},language Ym0=", "QUFB".repeat(100));
    let rows: &[Row] = &[
        ("POST", "/api/envois", &[("upload-length", "5"), ("tus-resumable", "")], 412, "tus 1.0.0"),
        ("POST", "/api/envois", &[("upload-length", "5"), ("tus-resumable", "0.2.2")], 412, "tus 1.0.0"),
        ("POST", "/api/envois", &[("upload-metadata", METADATA)], 400, "Upload-Length"),
        ("POST", "/api/envois", &[("upload-length", "-1"), ("upload-metadata", METADATA)], 400, "Upload-Length"),
        ("POST", "/api/envois", &[("upload-length", "12abc"), ("upload-metadata", METADATA)], 400, "Upload-Length"),
        ("POST", "/api/envois", &[("upload-length", "9223372036854775808"), ("upload-metadata", METADATA)], 413, "2 "),
        ("POST", "/api/envois", &[("upload-length", "10737418240"), ("upload-metadata", METADATA)], 413, "2 "),
        ("POST", "/api/envois", &[("upload-length", "5"), ("upload-metadata", "title !!")], 400, "Upload-Metadata"),
        ("POST", "/api/envois", &[("upload-length", "5")], 400, "1"),
        ("POST", "/api/envois", &[("upload-length", "5"), ("upload-metadata", "title QQ==")], 400, "lang"),
        ("POST", "/api/envois", &[("upload-length", "5"), ("upload-metadata", &long)], 400, "200"),
        ("POST", "/api/envois", &[("upload-length", "5"), ("content-encoding", "gzip")], 415, "ompress"),
        ("PATCH", &place, &[("upload-offset", "0"), (kind, "audio/mpeg")], 415, "application/offset+octet-stream"),
        ("PATCH", &place, &[("upload-offset", "3"), (kind, piece)], 409, "posi"),
        ("PATCH", &place, &[("upload-offset", "-1"), (kind, piece)], 409, "posi"),
        ("PATCH", &place, &[("upload-offset", "0"), (kind, piece), ("content-length", "11")], 413, "2 "),
        ("PATCH", &place, &[("upload-offset", "0"), (kind, piece), ("upload-checksum", "crc 1")], 400, "sha1"),
        ("PATCH", "/api/envois/0123", &[("upload-offset", "0"), (kind, piece)], 404, ""),
        ("DELETE", &place, &[("tus-resumable", "2.0.0")], 412, "tus 1.0.0"),
    ];
    for (verb, path, headers, status, word) in rows {
        for language in ["fr", "en"] {
            let cookie = awa.browser.cookie.clone();
            awa.browser.cookie = format!("{cookie}; langue={language}");
            let answer = awa.ask(verb, path, headers, Body::empty()).await;
            awa.browser.cookie = cookie;
            assert_eq!(answer.status.as_u16(), *status, "{verb} {path} {headers:?}: {}", answer.body);
            let sentence = answer.json()["error"].as_str().unwrap().to_owned();
            assert!(sentence.contains(word), "{verb} {path} {headers:?}: {sentence}");
        }
    }
    let more = awa.piece(&place, 0, b"much more than ten bytes", &[]).await;
    assert_eq!(more.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(awa.offset(&place).await, "0");
    assert_eq!(stage.app.catalogue.all().unwrap().len(), 0);
}

#[tokio::test]
async fn a_parcel_is_its_owners_alone_and_can_be_called_off() {
    let stage = stage();
    stage.person("Moussa", Role::Administrator, PASSWORD);
    let mut awa = Sender::new(&stage).await;
    let place = awa.announce(10).await;
    awa.piece(&place, 0, b"12345", &[]).await;
    let mut other = Sender { browser: Browser::signed_in(&stage, "Moussa").await };
    assert_eq!(other.ask("HEAD", &place, &[], Body::empty()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.piece(&place, 5, b"67890", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.ask("DELETE", &place, &[], Body::empty()).await.status, StatusCode::NOT_FOUND);
    assert_eq!(awa.ask("DELETE", &place, &[], Body::empty()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(awa.piece(&place, 5, b"67890", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(files_under(&stage.dir.path().join("staging")), Vec::<String>::new());
    let place = awa.announce(10).await;
    let override_by = |verb| [("x-http-method-override", verb)];
    assert_eq!(awa.ask("POST", &place, &override_by("DELETE"), Body::empty()).await.status, StatusCode::NO_CONTENT);
    assert_eq!(awa.ask("POST", &place, &override_by("PUT"), Body::empty()).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn too_many_unfinished_ones_and_too_old_ones_are_told() {
    let stage = stage();
    let mut awa = Sender::new(&stage).await;
    let first = awa.announce(10).await;
    for _ in 1..32 {
        awa.announce(10).await;
    }
    let headers = [("upload-length", "10"), ("upload-metadata", METADATA)];
    let refused = awa.ask("POST", "/api/envois", &headers, Body::empty()).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.json()["error"].as_str().unwrap().contains("inachevés"));
    *stage.time.lock().unwrap() += 169.hours();
    awa = Sender::new(&stage).await;
    let gone = awa.piece(&first, 0, b"1", &[]).await.status;
    assert!(gone == StatusCode::GONE || gone == StatusCode::NOT_FOUND, "{gone}");
    for _ in 0..100 {
        if files_under(&stage.dir.path().join("staging")).is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("what is older than a week is still there");
}

#[tokio::test]
async fn the_form_works_without_scripts_by_its_own_token() {
    let stage = stage();
    let mut awa = Browser::signed_in(&stage, "Awa").await;
    let csrf = awa.csrf.clone();
    for (token, status) in [(csrf.as_str(), 422), ("0123456789abcdef", 403), ("", 403)] {
        let mut body = String::new();
        for (name, value) in [("csrf", token), ("title", "Kɔnɔ"), ("language", "bm")] {
            let part = ["--XX\r\nContent-Disposition: form-data; name=\"", name, "\"\r\n\r\n", value, "\r\n"];
            body.extend(part);
        }
        body += "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\n\r\n<html>\r\n--XX--\r\n";
        let request =
            awa.request("POST", "/mediatheque/envoi").header("content-type", "multipart/form-data; boundary=XX");
        let answer = awa.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status.as_u16(), status, "{token}: {}", answer.body);
    }
    let page = awa.get("/mediatheque/envoyer").await.body;
    let place = |what: &str| page.find(what).unwrap_or_else(|| panic!("no {what}"));
    assert!(place("name=\"csrf\" value") < place("name=\"title\"") && place("name=\"asset\"") < place("type=\"file\""));
}
