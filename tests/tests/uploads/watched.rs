//! What is laid into the watched folder comes in once, when it is whole; what is no sound is moved aside with its sentence.

use std::fs;
use std::io::Write;
use std::thread::sleep;
use std::time::Duration;

use tests::studio::Studio;

use crate::{tone, until};

#[test]
fn what_is_laid_into_a_language_comes_in_once_and_the_rest_says_why() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("studio");
    let depot = dir.join("depot");
    for folder in ["bm", "GAO/ses", "revue-presse-bm/bm", "musique"] {
        fs::create_dir_all(depot.join(folder)).unwrap();
    }
    let mut studio = Studio::start(&dir, "watch = \"depot\"");
    let awa = studio.visitor("Awa");
    let sound = fs::read(tone(&temp.path().join("a.wav"), 440.0, 3)).unwrap();
    let other = fs::read(tone(&temp.path().join("b.wav"), 550.0, 3)).unwrap();
    let strange = "-rf \u{202e}<b>ⵜⵉⴼⵉⵏⴰⵖ\n$(id).wav";
    fs::write(depot.join("bm").join(strange), &sound).unwrap();
    fs::write(depot.join("revue-presse-bm/bm/édition_1.wav"), &other).unwrap();
    fs::write(depot.join("GAO/ses/page.mp3"), "<!DOCTYPE html><html><body>x</body></html>").unwrap();
    fs::write(depot.join("musique/air.wav"), &sound).unwrap();
    fs::write(depot.join("bm/encore.wav.part"), &sound).unwrap();
    // Still being copied: it grows while the others are taken.
    let mut slow = fs::File::create(depot.join("bm/lent.wav")).unwrap();
    let third = fs::read(tone(&temp.path().join("c.wav"), 660.0, 3)).unwrap();
    for part in third.chunks(third.len() / 10 + 1) {
        slow.write_all(part).unwrap();
        sleep(Duration::from_millis(700));
    }
    drop(slow);
    let sentences = |place: &str| {
        until(place, || {
            fs::read_to_string(depot.join(place))
                .ok()
                .filter(|t| depot.join(&place[..place.len() - 4]).exists() && !t.is_empty())
        })
    };
    let text = sentences("done/revue-presse-bm/bm/édition_1.wav.txt");
    assert!(text.contains("Entré dans la médiathèque") && text.contains("Came into the library"), "{text}");
    assert!(sentences(&format!("done/bm/{strange}.txt")).contains("à approuver"));
    assert!(sentences("done/bm/lent.wav.txt").contains("Came into"));
    let text = sentences("refused/GAO/ses/page.mp3.txt");
    assert!(text.contains("page web") && text.contains("web page") && text.contains("Rien n'a été gardé"), "{text}");
    assert!(sentences("refused/musique/air.wav.txt").contains("dossier de langue"));
    assert!(depot.join("bm/encore.wav.part").exists());
    let list = || awa.get("/mediatheque?etat=draft").unwrap().into_body();
    let page = list();
    assert!(page.contains("édition 1") && page.contains("lent") && !page.contains("<b>ⵜ") && page.contains("ⵜⵉⴼⵉⵏⴰⵖ"));
    // The same file again, and a restart in between: still one card.
    let cards = page.matches("<td class=\"title-cell\">").count();
    fs::write(depot.join("bm/lent.wav"), &third).unwrap();
    studio.kill();
    studio.run();
    sentences("done/bm/lent (2).wav.txt");
    assert_eq!(list().matches("<td class=\"title-cell\">").count(), cards);
    assert_eq!(cards, 3);
}
