//! A slot of the week that is moved changes places with whole slots, and the same move back undoes it.

use scheduler::station::Slot;
use scheduler::{Moving, Station};

use crate::catalogue::station;

fn to(slot: &str, target: &str) -> Moving {
    Moving::To { slot: slot.into(), target: target.into() }
}

fn at<'a>(station: &'a Station, id: &str) -> &'a Slot {
    station.slot(id).unwrap()
}

#[test]
fn a_slot_changes_places_with_one_as_long_and_the_same_move_undoes_it() {
    let station = station();
    let (a, b) = (at(&station, "mon-1915").clone(), at(&station, "fri-1915").clone());
    assert_ne!(a.programme, b.programme);
    let moved = station.with_moved(&to("mon-1915", "fri-1915")).unwrap();
    assert_eq!(at(&moved, "mon-1915").programme, b.programme);
    assert_eq!(at(&moved, "fri-1915").programme, a.programme);
    assert_eq!(at(&moved, "fri-1915").edition, a.edition, "its edition goes with it");
    let back = moved.with_moved(&to("mon-1915", "fri-1915")).unwrap();
    assert_eq!(back.to_toml().unwrap(), station.to_toml().unwrap());
}

#[test]
fn every_home_that_is_offered_makes_a_week_or_says_why_not_and_no_other_does() {
    let station = station();
    for slot in ["mon-0045", "tue-1915", "fri-1400", "sun-1700", "thu-0810"] {
        let homes: Vec<&str> = station.homes(slot).iter().map(|s| s.id.as_str()).collect();
        assert!(!homes.is_empty(), "{slot} can go somewhere");
        let mut made = 0;
        for target in &station.file().slot {
            match station.with_moved(&to(slot, &target.id)) {
                Ok(moved) => {
                    made += 1;
                    assert!(homes.contains(&target.id.as_str()), "{slot} to {}", target.id);
                    let seconds: u32 = moved.file().slot.iter().map(|s| s.duration_s).sum();
                    assert_eq!(seconds, 604_800);
                }
                Err(why) => assert!(!why.fr.is_empty() && !why.en.is_empty()),
            }
        }
        assert!(made > 0, "{slot}");
    }
}

#[test]
fn a_move_that_cuts_a_programme_under_an_opt_out_is_refused_with_its_sentence() {
    let station = station();
    let why = station.with_moved(&to("mon-0800", "mon-0810")).expect_err("W1 opens at 08:10");
    assert!(why.fr.contains("décrochages"), "{}", why.fr);
    let why = station.with_moved(&to("mon-0800", "tue-1915")).expect_err("10 and 45 minutes");
    assert!(why.fr.contains("10 min") && why.fr.contains("voisines"), "{}", why.fr);
    assert!(station.with_moved(&to("mon-0800", "mon-0800")).is_err());
    assert!(station.with_moved(&to("mon-0800", "nowhere")).unwrap_err().en.contains("no slot"));
}

#[test]
fn another_programme_keeps_the_recipe_unless_one_as_long_is_named() {
    let station = station();
    let replace = |programme: &str, format: Option<&str>| Moving::Replace {
        slot: "mon-1915".into(),
        programme: programme.parse().unwrap(),
        clock_format: format.map(str::to_owned),
    };
    let new = station.with_moved(&replace("midikado", None)).unwrap();
    assert_eq!(at(&new, "mon-1915").programme.as_str(), "midikado");
    assert_eq!(at(&new, "mon-1915").clock_format, at(&station, "mon-1915").clock_format);
    assert!(station.with_moved(&replace("midikado", Some("N75"))).unwrap_err().fr.contains("N75"));
    assert!(station.with_moved(&replace("nothing", None)).unwrap_err().en.contains("no programme"));
}
