//! Facts of the demonstration's station, told at its sites.

use std::collections::BTreeSet;

use domain::{AudioHash, Gain, Revision};
use hardware::rds::{Encoder, Group};
use jiff::SignedDuration;
use scheduler::PlanInputs;

use super::*;

fn station() -> Station {
    let (week, campaigns) =
        (include_str!("../../../demo/reference_week.toml"), include_str!("../../../demo/campaigns.toml"));
    Station::from_reference(week, campaigns).unwrap()
}

/// A site's Tuesday of the reference week, every bed of it replaced by a sound, with its opt-out at ten past eight.
fn tuesday(station: &Station, site: &str) -> SitePlan {
    let (site, day) = (site.parse().unwrap(), "2026-11-24".parse().unwrap());
    let (plan, _) = scheduler::plan(&PlanInputs::new(site, day, station, &[]), Revision(1)).unwrap();
    let mut entries = plan.entries().to_vec();
    let opt_out: [Timestamp; 2] = ["2026-11-24T08:10:00Z", "2026-11-24T08:40:00Z"].map(|t| t.parse().unwrap());
    for entry in &mut entries {
        entry.what = audio("edition");
        if (opt_out[0]..opt_out[1]).contains(&entry.at) {
            entry.origin = Origin::OptOut;
        }
    }
    let span = (entries[0].at, entries.last().unwrap().end());
    SitePlan::new(site, day, Revision(1), span, entries).unwrap()
}

fn audio(asset: &str) -> What {
    What::Audio {
        asset: asset.parse().unwrap(),
        hash: AudioHash([7; 32]),
        from: Frames::ZERO,
        gain: Gain::UNITY,
        expires: None,
    }
}

/// What is said at a site while `change` of the entry at noon is on the air.
fn said_with(site: &str, overrides: &[Override], change: impl Fn(&mut Entry)) -> Said {
    let station = station();
    let plan = tuesday(&station, site);
    let mut entry = plan.entry_at("2026-11-24T12:05:00Z".parse().unwrap()).unwrap().clone();
    change(&mut entry);
    Receivers::new(&station, plan.site(), &[], overrides).unwrap().said(Some(&entry))
}

#[test]
fn a_spot_says_the_number_of_that_very_site() {
    for (site, number) in [("GAO", "94 95 16 63"), ("BKO", "94 95 17 58"), ("MOP", "94 95 00 28")] {
        let said = said_with(site, &[], |e| e.what = audio("pe-enfants-soldats-fr"));
        let text: String = said.text.iter().map(|c| char::from(*c)).collect();
        let tag = said.tags[0];
        let tagged = &text[usize::from(tag.start)..][..usize::from(tag.chars)];
        assert_eq!((tag.kind, tagged), (RtPlus::PhoneHotline, number), "{site}: {text}");
        assert!(text.ends_with("Un enfant n'est pas un soldat"), "{text}");
    }
}

#[test]
fn an_opt_out_has_the_sites_own_pi_and_calls_the_others_variants() {
    let network = said_with("GAO", &[], |e| e.origin = Origin::Network);
    let own = said_with("GAO", &[], |e| e.origin = Origin::OptOut);
    assert_eq!(network.pi.get() & 0x0F00, 0x0200);
    assert_eq!(own.pi.to_string(), station().site("GAO".parse().unwrap()).unwrap().rds_pi);
    assert_eq!(network.pi.get() & 0xF0FF, own.pi.get() & 0xF0FF);
    let words = |said: &Said| (0..said.alternatives.turns()).map(|t| said.alternatives.word(t)).collect::<Vec<_>>();
    assert_eq!(words(&network), [0xE42B, 0x3341, 0xBFCD]);
    assert_eq!(words(&own), [0xE741, 0x412B, 0x4133, 0xBF41]);
}

#[test]
fn in_an_opt_out_the_network_is_told_beside_it() {
    let station = station();
    let plan = tuesday(&station, "GAO");
    let mut entry = plan.entry_at("2026-11-24T12:05:00Z".parse().unwrap()).unwrap().clone();
    let receivers = Receivers::new(&station, plan.site(), &[], &[]).unwrap();
    entry.origin = Origin::Network;
    assert_eq!((receivers.beside(Some(&entry)), receivers.beside(None)), (None, None));
    entry.origin = Origin::OptOut;
    let beside = receivers.beside(Some(&entry)).unwrap();
    assert_eq!((beside.pi.get(), &beside.ps), (0x5201, b"MIKADO  "));
    // Gao's own 94.0 MHz carries the network at other sites.
    assert_eq!(beside.alternatives.codes(), [0xE4, 0x2B, 0x33, 0x41, 0xBF]);
    let mut said = receivers.said(Some(&entry));
    said.others.push(beside);
    let mut encoder = Encoder::new(said);
    let groups: Vec<[u16; 4]> = (0..200).map(|_| encoder.group(None).words()).collect();
    let told: Vec<&[u16; 4]> = groups.iter().filter(|g| g[1] >> 12 == 14).collect();
    assert!(told.len() >= 10 && told.iter().all(|g| (g[0], g[3]) == (0x5701, 0x5201)), "{told:x?}");
}

#[test]
fn a_fill_keeps_the_programmes_text_and_a_bed_in_its_place_does_not() {
    let text = |seconds| {
        let said = said_with("GAO", &[], |e| (e.what, e.length) = (What::Bed, Frames::from_secs(seconds)));
        String::from_utf8(said.text).unwrap()
    };
    assert_eq!([text(30), text(900)], ["Le Journal", "MIKADO Gao 94.0 MHz"]);
}

#[test]
fn only_an_alert_rings_and_a_drill_only_tries() {
    for (id, kind, pty) in [("eei-rn16", "alerte", 31), ("exercice-mensuel", "alerte", 30), ("discours", "discours", 3)]
    {
        let spec = format!(
            "id = \"{id}\"\ntitle = \"Essai\"\nkind = \"{kind}\"\nlang = \"fr\"\nscope = \"reseau\"\ndate = \"2026-11-24\"\n\
             start = \"12:00:00\"\nplanned_s = 60\npriority = 1\n"
        );
        let live = Override::new(toml::from_str(&spec).unwrap(), None).unwrap();
        let said = said_with("GAO", &[live], |e| e.programme = id.parse().unwrap());
        assert_eq!(said.tuning.pty.get(), pty, "{id}");
    }
}

#[test]
fn without_a_pi_nothing_is_said_and_without_a_plan_the_sites_name() {
    let station = station();
    let mut file = station.file().clone();
    file.site[0].rds_pi = String::new();
    let silent = Station::new(file).unwrap();
    let site = silent.sites()[0].id;
    assert!(Receivers::new(&silent, site, &[], &[]).is_none());
    let said = Receivers::new(&station, site, &[], &[]).unwrap().said(None);
    assert_eq!(said.text, b"MIKADO Bamako 106.6 MHz");
}

/// A block is whole when long division leaves its offset.
fn is_whole(group: Group) -> bool {
    let divided = |bits: u32| (10..26).rev().fold(bits, |r, b| if r >> b & 1 == 1 { r ^ 0x5B9 << (b - 10) } else { r });
    let offsets = [0x0FC, 0x198, if group.is_version_b() { 0x350 } else { 0x168 }, 0x1B4];
    (0..4).all(|i| divided((group.bits() >> (26 * (3 - i))) as u32 & 0x3FF_FFFF) == offsets[i])
}

#[test]
fn a_day_of_groups_follows_the_plan_without_one_bad_checkword() {
    let station = station();
    let plans = [tuesday(&station, "GAO")];
    let mut receivers = Receivers::new(&station, plans[0].site(), &plans, &[]).unwrap();
    let midnight = plans[0].entries()[0].at;
    let mut encoder = Encoder::new(receivers.at(midnight).unwrap());
    let (mut pis, mut types, mut languages) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut turned, mut texts, mut minutes, mut flag) = (0, 1, 0, 0);
    let mut text = encoder.said().text.clone();
    for n in 0..986_538i64 {
        let at = midnight + SignedDuration::from_nanos(n * 104_000_000_000 / 1_187_500 * 1_000);
        if let Some(said) = receivers.at(at) {
            texts += u32::from(said.text != text);
            text.clone_from(&said.text);
            encoder.say(said);
        }
        let group = encoder.group(Some(at));
        assert!(is_whole(group), "group {n}: {group:04X?}");
        let [pi, second, ..] = group.words();
        pis.insert(pi);
        types.insert(second >> 5 & 31);
        match group.kind() {
            1 if group.words()[2] >> 12 == 3 => drop(languages.insert(group.words()[2] & 0xFF)),
            2 if second >> 4 & 1 != flag => (turned, flag) = (turned + 1, second >> 4 & 1),
            4 => minutes += 1,
            _ => {}
        }
    }
    assert_eq!(pis.len(), 2, "national and Gao's own: {pis:04X?}");
    assert!(languages.is_superset(&[0x00, 0x0F, 0x7A].into()), "{languages:02X?}");
    assert!(types.len() >= 5 && types.iter().all(|t| *t < 30), "{types:?}");
    assert_eq!((minutes, turned + 1), (1_440, texts), "each minute is told, each new text turns the flag");
}
