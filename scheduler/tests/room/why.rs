//! Every second of a day can say why it sounds as it does.

use domain::{Asset, Segment};
use jiff::{SignedDuration, Timestamp};
use scheduler::{PlanInputs, Station, Why, why};

use crate::catalogue::{edition, everything, station};

fn asked(station: &Station, assets: &[Asset], at: &str) -> Why {
    let (site, day) = ("GAO".parse().unwrap(), "2026-11-24".parse().unwrap());
    let inputs = PlanInputs::new(site, day, station, assets);
    why(&inputs, at.parse().unwrap()).unwrap().unwrap()
}

fn reasons(why: &Why) -> Vec<&str> {
    why.reasons.iter().map(|r| r.code.as_str()).collect()
}

fn loser<'a>(why: &'a Why, what: &str) -> &'a str {
    let lost = why.losers.iter().find(|l| l.what == what);
    &lost.unwrap_or_else(|| panic!("{what} is not among {:?}", why.losers)).reason.code
}

#[test]
fn an_opt_out_beats_the_network() {
    let station = station();
    let told = asked(&station, &everything(&station), "2026-11-24T08:12:00Z");
    assert_eq!(told.slot.programme.as_str(), "gao-journal-son");
    assert_eq!(reasons(&told), ["R-OPT-01", "plan.newest"]);
    assert_eq!(loser(&told, "carrefour-regions"), "R-OPT-01");
    assert!(told.reasons[0].fr.contains("GAO décroche dans la fenêtre W1"), "{:?}", told.reasons);
}

#[test]
fn an_opt_out_without_sound_loses_to_the_network() {
    let station = station();
    let mut assets = everything(&station);
    assets.retain(|a| !a.id.as_str().starts_with("gao-journal-son."));
    let told = asked(&station, &assets, "2026-11-24T08:12:00Z");
    assert_eq!(told.slot.programme.as_str(), "gao-journal-son", "the slot is the site's, whatever stands in");
    assert_eq!((told.entry.programme.as_str(), reasons(&told)[0]), ("carrefour-regions", "R-OPT-04"));
    assert_eq!(loser(&told, "gao-journal-son"), "R-OPT-04");
}

#[test]
fn editions_that_lost_say_why() {
    let station = station();
    let mut assets = everything(&station);
    let ready = |t: &str| Some(t.parse::<Timestamp>().unwrap());
    let new = |tag, length_s| edition(&station, "grand-format", tag, length_s);
    assets.extend([
        Asset { status: domain::Status::Draft, ..new("draft", 3300) },
        Asset { sites: vec!["KDL".parse().unwrap()], ..new("kidal", 3300) },
        Asset { expires: ready("2026-11-24T00:00:00Z"), ..new("old", 3300) },
        Asset { ready_since: ready("2026-11-24T17:30:00Z"), ..new("late", 3300) },
        Asset { ready_since: ready("2026-11-20T13:00:00Z"), ..new("short", 60) },
    ]);
    let told = asked(&station, &assets, "2026-11-24T17:05:00Z");
    for (tag, code) in [
        ("draft", "plan.not-ready"),
        ("kidal", "plan.other-site"),
        ("old", "R-CAMP-06"),
        ("late", "plan.late-edition"),
        ("short", "R-PAD-03"),
    ] {
        assert_eq!(loser(&told, &format!("grand-format.{tag}")), code);
    }
}

#[test]
fn a_break_names_every_campaign_that_is_not_in_it() {
    let station = station();
    let told = asked(&station, &everything(&station), "2026-11-24T12:29:00Z");
    assert!(told.entry.id.as_str().contains("/121500/midikado/3"), "{:?}", told.entry.id);
    let active = station.campaigns().iter().filter(|c| c.airs("GAO".parse().unwrap(), "2026-11-24".parse().unwrap()));
    let inside = usize::from(told.entry.segment == Segment::Spot);
    assert!(told.losers.len() + inside + 2 >= active.count());
    assert_eq!(loser(&told, "pe-enfants-soldats"), "plan.excluded-kind", "not inside a game");
}

#[test]
fn every_minute_of_the_day_has_an_answer() {
    let station = station();
    let assets = everything(&station);
    let midnight: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
    for minute in (0..1440).step_by(37) {
        let at = midnight.checked_add(SignedDuration::from_mins(minute)).unwrap();
        let told = asked(&station, &assets, &at.to_string());
        assert!(told.reasons.len() >= 2, "{at}: {told:?}");
        assert!(told.reasons.iter().all(|r| !r.fr.is_empty() && !r.en.is_empty()));
    }
}

#[test]
fn a_live_event_beats_the_grid_and_what_follows_it_says_after_what() {
    let station = station();
    let assets = everything(&station);
    let spec = "id = \"conference\"\ndate = \"2026-11-24\"\nstart = \"15:20:00\"\nplanned_s = 1800\nkind = \"discours\"\n\
                title = \"Conférence\"\nlang = \"fr\"\nscope = \"reseau\"\npriority = 2\n";
    let event = scheduler::Override::new(toml::from_str(spec).unwrap(), None).unwrap();
    let changes = scheduler::Changes { overrides: vec![event], ..scheduler::Changes::default() };
    let day = "2026-11-24".parse().unwrap();
    let inputs = PlanInputs { changes: &changes, ..PlanInputs::new("BKO".parse().unwrap(), day, &station, &assets) };
    let told = |at: &str| why(&inputs, at.parse().unwrap()).unwrap().unwrap();
    let live = told("2026-11-24T15:25:00Z");
    assert_eq!(reasons(&live)[0], "R-LIVE-01");
    assert!(
        live.reasons[0]
            .fr
            .contains("Le direct « Conférence » (priorité 2) passe avant la grille de 15:20:00 à 15:50:00")
    );
    assert_eq!(loser(&live, "rediff-magazine"), "R-LIVE-01");
    let after = told("2026-11-24T15:55:00Z");
    assert!(reasons(&after).contains(&"R-LIVE-05"), "{after:?}");
    assert!(
        after.reasons.iter().any(|r| r.fr == "Après « Conférence », il est joint en cours à 15:50:00."),
        "{after:?}"
    );
}
