//! The demonstration's maker with the real way in: throw-away decoder, shelf, catalogue.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use domain::{Frames, Status};
use jiff::Timestamp;
use media::catalogue::Catalogue;
use media::shelf::Shelf;
use mikado::clock::WallClock;
use mikado::config::Config;
use mikado::demo::folder;
use mikado::demo::maker::Maker;
use mikado::speech::{Tongue, Voice};

fn station(dir: &Path) -> Config {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    folder::prepare(dir, SocketAddr::from(([127, 0, 0, 1], free))).unwrap()
}

fn maker(config: &Config, at: &str) -> Maker {
    let shift = at.parse::<Timestamp>().unwrap().duration_since(Timestamp::now());
    let voice = Voice { tongue: Tongue::Fr, json: true };
    Maker::open(config, Path::new(env!("CARGO_BIN_EXE_mikado")), WallClock::shifted(shift), voice).unwrap()
}

#[test]
fn what_is_on_now_comes_in_first_by_the_way_of_everyone() {
    let dir = tempfile::tempdir().unwrap();
    let config = station(dir.path());
    assert!(maker(&config, "2026-11-24T08:09:30Z").turn(false).unwrap().is_some());

    let catalogue = Catalogue::open(&config.catalogue_db()).unwrap();
    let [promo] = &catalogue.all().unwrap()[..] else { panic!("one card") };
    assert_eq!(promo.asset.id.as_str(), "jingle-promo-30");
    assert_eq!((promo.asset.status, promo.asset.length), (Status::Ready, Frames::from_secs(30)));
    assert_eq!(promo.ready_by.as_deref(), Some("démonstration"));
    let loudness = promo.asset.loudness.unwrap().get();
    assert!((-29.0..-19.0).contains(&loudness), "{loudness} LUFS");
    Shelf::open(&config.shelf).unwrap().verify(&promo.asset.hash).unwrap();
    let left: Vec<_> = std::fs::read_dir(config.staging()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.is_empty(), "staging keeps {left:?}");
}

#[test]
fn an_edition_airs_in_its_own_slot_only_and_goes_when_the_shelf_is_full() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = station(dir.path());
    // 09:00:10 lies in the content of the nine o'clock news.
    let made = maker(&config, "2026-11-24T09:00:10Z");
    let id = "flash-fr.20261124-0900".parse().unwrap();
    let catalogue = Catalogue::open(&config.catalogue_db()).unwrap();
    for _ in 0..12 {
        made.turn(false).unwrap();
    }
    let card = catalogue.get(&id).unwrap().expect("the edition of 09:00 is among the first dozen");
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    assert_eq!(card.asset.length, Frames::from_secs(200));
    assert_eq!(card.asset.not_before, Some(at("2026-11-24T09:00:00Z")));
    assert_eq!(card.asset.expires, Some(at("2026-11-24T09:06:00Z")));

    // Two hours later its place is needed.
    config.disk_budget_bytes = Shelf::open(&config.shelf).unwrap().bytes_used().unwrap();
    let later = maker(&config, "2026-11-24T11:00:10Z");
    later.turn(false).unwrap();
    let card = catalogue.get(&id).unwrap().unwrap();
    assert!(!card.has_bytes(), "the card stays, its bytes are let go");
    assert!(!Shelf::open(&config.shelf).unwrap().has(&card.asset.hash));
}
