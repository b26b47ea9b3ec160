//! A producer's first hour, in a real browser: sign in, see the wall, upload what phones and studios make, approve it, put it
//! into the grid, and hear it; and what is no sound gets a French sentence and changes nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise and says where")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tests::browser::Browser;
use tests::claims::Claims;
use tests::foreign::{Recording, tool};
use tests::sound::tone_above_neighbours_db;
use tests::station::{Station, mikado};

const START: &str = "2026-11-24T07:28:45Z";
/// A tone that nothing in the demonstration has.
const OWN_HZ: f64 = 4710.0;

/// The one that is put on the air: long enough to be heard even when a slow machine places it late.
const PLACED: &str = "vieux poste.wav";

/// What phones and studios send: file name and how ffmpeg makes it.
const GOOD: [(&str, &str); 6] = [
    ("PTT-20261124-WA0007.opus", "-ac 1 -ar 48000 -c:a libopus -b:a 16k -application voip -f ogg"),
    ("message vocal.m4a", "-ac 1 -ar 44100 -c:a aac -b:a 64k"),
    ("magazine avec titre.mp3", "-c:a libmp3lame -q:a 4 -metadata title=Magazine"),
    ("magazine nu.mp3", "-c:a libmp3lame -q:a 4 -map_metadata -1 -id3v2_version 0"),
    ("studio.flac", "-ar 44100 -c:a flac"),
    ("vieux poste.wav", "-ar 22050 -ac 1 -c:a pcm_s16le"),
];

fn make(dir: &Path, name: &str, how: &str, seconds: u32) -> PathBuf {
    let file = dir.join(name);
    let sound = format!("sine=frequency={OWN_HZ}:sample_rate=48000:duration={seconds},volume=-6dB");
    let status = tool("ffmpeg")
        .args(["-v", "error", "-y", "-f", "lavfi", "-i", &sound])
        .args(how.split(' '))
        .arg(&file)
        .status()
        .unwrap();
    assert!(status.success(), "ffmpeg does not make {name}");
    file
}

/// What is no sound, with words that its sentence must hold, in small letters.
fn make_bad(dir: &Path) -> Vec<(PathBuf, &'static str)> {
    let page = dir.join("interview.mp3");
    fs::write(&page, "<!DOCTYPE html><html><head><title>Connexion</title></head><body>Merci</body></html>").unwrap();
    let empty = dir.join("vide.mp3");
    fs::write(&empty, b"").unwrap();
    let whole = make(dir, "entier.mp3", "-c:a libmp3lame -b:a 128k", 60);
    let bytes = fs::read(whole).unwrap();
    let half = dir.join("moitié.mp3");
    fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
    vec![(page, "page web"), (empty, "vide"), (half, "la fin du fichier manque")]
}

/// Every file of the folder, so that "nothing changed" can be seen.
fn files_under(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files_under(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

#[test]
fn what_is_uploaded_in_a_browser_is_heard_and_what_is_no_sound_changes_nothing() {
    let temp = tempfile::tempdir().unwrap();
    let station = Station::start(&temp.path().join("station"), START);
    station.until("headquarters answers", Duration::from_secs(30), |s| {
        !matches!(ureq::get(format!("http://{}/connexion", s.http())).call(), Err(ureq::Error::Io(_)))
    });
    let mut claims = Claims::default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let browser = Browser::open(temp.path()).await;
        sign_in(&browser, &station).await;
        wall(&browser, &mut claims).await;
        let mut placed = None;
        for (name, how) in GOOD {
            let file = make(temp.path(), name, how, if name == PLACED { 600 } else { 20 });
            let id = upload_and_approve(&browser, &station, &file, &mut claims).await;
            placed = id.filter(|_| name == PLACED).or(placed);
        }
        refused(&browser, &station, temp.path(), &mut claims).await;
        place(&browser, &station, &placed.expect("an approved asset")).await;
        browser.close().await;
    });
    heard(&station, temp.path(), &mut claims);
    claims.settle(&format!("{}\n{}", station.said(), station.aired("MOP")));
}

async fn sign_in(browser: &Browser, station: &Station) {
    let said = station.said();
    let line = said.lines().find(|l| l.contains("secret")).expect("the station prints a one-time secret");
    let secret = line.rsplit(':').next().unwrap().trim();
    let name = line.split(':').nth(1).unwrap().split(',').next().unwrap().trim();
    browser.go(&format!("http://{}/", station.http())).await;
    browser.fill("input[name=name]", name).await;
    browser.fill("input[name=password]", secret).await;
    browser.click("form button.primary").await;
    for field in ["input[name=new]", "input[name=again]"] {
        browser.fill(field, "le baobab du marché").await;
    }
    browser.click("form[action='/mot-de-passe'] button.primary").await;
}

/// Seven cards, each with a level that was measured.
async fn wall(browser: &Browser, claims: &mut Claims) {
    browser.element("article.card[data-site]").await;
    for site in tests::station::SITES {
        let level = browser.text(&format!("article[data-site='{site}'] [data-f=level]")).await;
        claims.check(level.contains(|c: char| c.is_ascii_digit()), || {
            format!("the wall shows no level of {site}: {level}")
        });
    }
}

/// Sends a file by the form and gives the text of the verdict with its kind.
async fn upload(browser: &Browser, station: &Station, file: &Path) -> (String, String) {
    browser.go(&format!("http://{}/mediatheque/envoyer", station.http())).await;
    browser.fill("input[type=file]", &file.to_string_lossy()).await;
    browser.choose("select[name=language]", "bm").await;
    browser.choose("select[name=programme]", "revue-presse-bm").await;
    browser.click("form[data-upload] button.primary").await;
    let verdict = browser.element("[data-verdict]").await;
    let kind = verdict.attr("class").await.unwrap().unwrap_or_default();
    (kind, verdict.text().await.unwrap())
}

async fn upload_and_approve(browser: &Browser, station: &Station, file: &Path, claims: &mut Claims) -> Option<String> {
    let (kind, text) = upload(browser, station, file).await;
    let taken = kind.contains("ready") || kind.contains("warning");
    claims.check(taken, || format!("{}: {kind}: {text}", file.display()));
    if !taken {
        return None;
    }
    let link = browser.element("[data-verdict] a.button").await.attr("href").await.unwrap()?;
    browser.go(&format!("http://{}{link}", station.http())).await;
    browser.click("form[action$='/approuver'] button").await;
    browser.element(".chip-good").await;
    link.rsplit('/').next().map(str::to_owned)
}

/// Each bad file gets its sentence, and neither shelf nor staging nor catalogue holds anything more.
async fn refused(browser: &Browser, station: &Station, temp: &Path, claims: &mut Claims) {
    for (file, word) in make_bad(temp) {
        let (kind, text) = upload(browser, station, &file).await;
        claims.check(kind.contains("refused"), || format!("{} was not refused: {text}", file.display()));
        claims.check(text.to_lowercase().contains(word), || format!("{}: no “{word}” in: {text}", file.display()));
        let left = files_under(&station.dir().join("hq/staging"));
        let ours: Vec<_> = left.iter().filter(|f| f.to_string_lossy().contains("upload")).collect();
        claims.check(ours.is_empty(), || format!("{} left behind {ours:?}", file.display()));
    }
    browser.go(&format!("http://{}/mediatheque?q=interview", station.http())).await;
    let list = browser.text("#list").await;
    claims.check(!list.contains("interview"), || format!("a refused file is in the library: {list}"));
}

/// Puts an asset into the network's slot at 07:30 by the drawer of the grid.
async fn place(browser: &Browser, station: &Station, asset: &str) {
    browser.go(&format!("http://{}/grille?jour=2026-11-24&site=reseau&debut=07:30:00", station.http())).await;
    browser.choose("#drawer select[name=asset]", asset).await;
    browser.click("#drawer form button.primary").await;
    browser.element("#drawer .note-good").await;
}

/// The plan promises the uploaded file and Mopti's stream carries its tone.
fn heard(station: &Station, temp: &Path, claims: &mut Claims) {
    let config = station.dir().join("mikado.toml");
    let content = || {
        let told =
            mikado(&["plan", "--site", "MOP", "--day", "2026-11-24", "--json", "--config", &config.to_string_lossy()]);
        let plan: serde_json::Value = serde_json::from_slice(&told.stdout).ok()?;
        let entries = plan["entries"].as_array()?;
        let ours = entries.iter().find(|e| {
            let at = e["at"].as_str().unwrap_or_default();
            e["segment"] == "contenu" && ("2026-11-24T07:30:00Z".."2026-11-24T07:45:00Z").contains(&at)
        });
        Some(ours?["at"].as_str()?.to_owned())
    };
    let start = content().expect("the slot at 07:30 has content");
    if start.as_str() > station.wall().to_string().as_str() {
        station.wait_for_wall(&start);
    }
    station.until("Mopti airs the uploaded file", Duration::from_mins(2), |s| {
        s.vitals("MOP").is_some_and(|v| v["rung"] == 3 && v["now"]["programme"] == "revue-presse-bm")
    });
    // A slow machine may have placed it only after the slot began; then it is joined as soon as the plan is published.
    let listen = |n: u32| {
        let sound = Recording::start(&station.stream("MOP", "mp3"), &temp.join(format!("mop-{n}.mp3")), 10).listen();
        tone_above_neighbours_db(sound.stretch(sound.seconds() - 4.0, 3.0), OWN_HZ)
    };
    let above = (0..4).map(listen).find(|above| *above > 20.0).unwrap_or(f64::NAN);
    claims.check(above > 20.0, || {
        format!("Mopti from {start} on: the uploaded tone never stood 20 dB above its neighbours")
    });
}
