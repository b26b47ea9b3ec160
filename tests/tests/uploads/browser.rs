//! In a real browser: an upload is paused, the page reloaded, the same file chosen again, and it goes on where it stopped.

use std::fs;
use std::time::Duration;

use fantoccini::Locator;
use tests::browser::Browser;
use tests::studio::{Studio, read};

use crate::tone;

#[test]
fn an_upload_goes_on_after_a_reload_in_the_middle() {
    let temp = tempfile::tempdir().unwrap();
    let studio = Studio::start(&temp.path().join("studio"), "");
    let awa = studio.visitor("Awa");
    let file = tone(&temp.path().join("longue émission.wav"), 440.0, 250);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let browser = Browser::open(temp.path()).await;
        sign_in(&browser, &studio).await;
        browser.go(&format!("{}/mediatheque/envoyer", studio.address())).await;
        browser.fill("input[type=file]", &file.to_string_lossy()).await;
        browser.choose("select[name=language]", "bm").await;
        browser.click("form[data-upload] button.primary").await;
        browser.element("[data-pause]").await;
        let sent = || browser.window.execute("return document.querySelector('progress[data-progress]').value", vec![]);
        while sent().await.unwrap().as_f64().is_none_or(|v| v < 1e6) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        browser.click("[data-pause]").await;
        assert!(browser.text("[data-said]").await.contains("En pause"));
        browser.window.refresh().await.unwrap();
        let list = browser.text("[data-unfinished]").await;
        assert!(list.contains("longue émission") && list.contains('%'), "{list}");
        let before = offset(&studio, &awa);
        assert!(before >= 256 * 1024, "{before} bytes had arrived");
        browser.fill("input[type=file]", &file.to_string_lossy()).await;
        assert!(browser.text("[data-said]").await.contains("Reprise"));
        let title = browser.element("input[name=title]").await.prop("value").await.unwrap();
        assert_eq!(title.as_deref(), Some("longue émission"));
        browser.click("form[data-upload] button.primary").await;
        let verdict = browser.element("[data-verdict]").await;
        let kind = verdict.attr("class").await.unwrap().unwrap_or_default();
        assert!(kind.contains("ready") || kind.contains("warning"), "{kind}: {}", verdict.text().await.unwrap());
        assert!(browser.window.find(Locator::Css("[data-verdict] a.button")).await.is_ok());
        browser.close().await;
    });
    let labels = fs::read_dir(studio.dir().join("hq/staging/parcels")).unwrap().map(Result::unwrap);
    let labels: Vec<_> = labels.map(|e| e.file_name()).filter(|n| n.to_string_lossy().ends_with(".label")).collect();
    assert_eq!(labels.len(), 1, "it went on, and did not begin again");
}

async fn sign_in(browser: &Browser, studio: &Studio) {
    browser.go(&format!("{}/connexion", studio.address())).await;
    browser.fill("input[name=name]", "Awa").await;
    browser.fill("input[name=password]", Studio::password()).await;
    browser.click("form button.primary").await;
    browser.element(".me-name").await;
}

/// Where the only parcel ends.
fn offset(studio: &Studio, awa: &tests::studio::Visitor) -> u64 {
    let entries = fs::read_dir(studio.dir().join("hq/staging/parcels")).unwrap().map(Result::unwrap);
    let label = entries.map(|e| e.path()).find(|p| p.extension().is_some_and(|e| e == "label")).expect("a label");
    let id = label.file_stem().unwrap().to_string_lossy().into_owned();
    read(&awa.get(&format!("/api/envois/{id}")).unwrap())["offset_bytes"].as_u64().unwrap()
}
