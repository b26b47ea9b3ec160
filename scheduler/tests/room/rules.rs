//! The rules: complete, equal to the station's list, each with a value that holds and one that breaks it.
use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{everything, station};
use domain::{Finding, Revision, Severity};
use scheduler::rules::{Measured, Param, Tuning, all, examine, judge, publishable, rule};
use scheduler::sheets::NO_SHEETS;
use scheduler::{Changes, PlanInputs, Station, plan};

const LIST: &str = include_str!("../../../demo/rules.toml");
/// `rule|quantity|key|a value that holds|a value that does not`; texts are `given=expected`.
const TABLE: &str = include_str!("data/rules.txt");

fn measured(quantity: &str, key: &str, value: &str) -> Measured {
    let one = match value.split_once('=') {
        Some((given, expected)) => Measured::texts(quantity.to_owned(), given, expected),
        None => Measured::number(quantity.to_owned(), value.parse().unwrap()),
    };
    one.by_key(key).about("sujet").at("GAO".parse().unwrap()).on("2026-11-24".parse().unwrap(), Some(36_000))
}

#[test]
fn the_registry_is_the_station_s_list_word_for_word() {
    let list: toml::Table = LIST.parse().unwrap();
    let list = list["rule"].as_array().unwrap();
    assert_eq!((list.len(), all().count()), (87, 87));
    for theirs in list {
        let text = |key: &str| theirs[key].as_str().unwrap();
        let ours = rule(text("id")).unwrap_or_else(|| panic!("{} is missing", text("id")));
        let severity = match ours.severity {
            Severity::Blocking => "bloquant",
            Severity::Warning => "avertissement",
            Severity::Info => "information",
        };
        assert_eq!((severity, ours.rule_fr), (text("severity"), text("rule")), "{}", ours.id);
        if !text("message_fr").is_empty() {
            assert_eq!(ours.message_fr, text("message_fr"));
        }
        let params: BTreeMap<_, _> = ours.params.iter().map(|(n, p)| (*n, *p)).collect();
        for (name, value) in theirs["params"].as_table().unwrap() {
            let same = match params[name.as_str()] {
                Param::Number(n) => {
                    value.as_float().or(value.as_integer().map(|i| i as f64)).or(value.as_bool().map(f64::from))
                        == Some(n)
                }
                Param::Text(text) => value.as_str() == Some(text),
                Param::List(words) => value.as_array().is_some_and(|a| a.len() == words.len()),
            };
            assert!(same, "{} {name}", ours.id);
        }
    }
}

#[test]
fn each_bound_of_each_rule_holds_and_breaks_where_its_table_says() {
    let untuned = Tuning::new();
    let mut seen = BTreeSet::new();
    for line in TABLE.lines() {
        let [id, quantity, key, holds, breaks] = line.split('|').collect::<Vec<_>>().try_into().unwrap();
        let rule = rule(id).unwrap();
        assert_eq!(rule.judge(&measured(quantity, key, holds), &untuned), None, "{line}");
        let found = rule.judge(&measured(quantity, key, breaks), &untuned).unwrap_or_else(|| panic!("{line}"));
        assert_eq!((found.code.as_str(), found.severity), (id, rule.severity));
        let mended = |text: &str, mend: &str| mend.contains('{') || text.ends_with(mend);
        assert!(mended(&found.fr, rule.mend_fr) && mended(&found.en, rule.mend_en), "{found:?}");
        assert!(!found.fr.contains(['{', '}']) && !found.en.contains(['{', '}']), "{found:?}");
        seen.insert((id, quantity));
    }
    for rule in all() {
        assert!(!rule.bounds.is_empty(), "{}", rule.id);
        for bound in rule.bounds {
            assert!(seen.contains(&(rule.id, bound.quantity)), "{} {} has no row", rule.id, bound.quantity);
        }
    }
}

fn week(station: &Station, site: &str) -> Vec<Finding> {
    let (assets, site) = (everything(station), site.parse().unwrap());
    let plans: Vec<_> = (23..30)
        .map(|day| {
            let day = format!("2026-11-{day}").parse().unwrap();
            plan(&PlanInputs::new(site, day, station, &assets), Revision(1)).unwrap().0
        })
        .collect();
    examine(station, Changes::NONE, site, "2026-11-23".parse().unwrap(), (&plans, NO_SHEETS))
}

#[test]
fn the_reference_week_breaks_no_blocking_rule_at_any_site() {
    let station = station();
    for site in station.sites() {
        let found = week(&station, site.id.as_str());
        let blocking: Vec<_> = found.iter().filter(|f| f.severity == Severity::Blocking).map(|f| &f.fr).collect();
        assert_eq!(blocking, Vec::<&String>::new(), "{}", site.id);
        for share in ["R-LANG-02", "R-LANG-03", "R-OPT-06"] {
            assert!(found.iter().all(|f| f.code != share), "{}: {found:?}", site.id);
        }
    }
}

#[test]
fn the_shares_of_the_reference_week_are_those_of_its_table() {
    let station = station();
    for (site, expected) in [
        ("BKO", [("fr", 42.3), ("bm", 32.5), ("son", 4.9), ("tmh", 5.0), ("ff", 5.4), ("dts", 5.2), ("ar", 4.6)]),
        ("MOP", [("fr", 41.3), ("bm", 21.3), ("son", 4.2), ("tmh", 4.3), ("ff", 14.2), ("dts", 10.2), ("ar", 4.6)]),
        ("GAO", [("fr", 41.4), ("bm", 20.7), ("son", 16.7), ("tmh", 6.6), ("ff", 5.4), ("dts", 4.5), ("ar", 4.6)]),
        ("TBT", [("fr", 41.4), ("bm", 20.7), ("son", 15.2), ("tmh", 6.6), ("ff", 4.6), ("dts", 4.5), ("ar", 6.9)]),
        ("KDL", [("fr", 41.4), ("bm", 20.0), ("son", 5.0), ("tmh", 18.3), ("ff", 4.6), ("dts", 4.5), ("ar", 6.2)]),
        ("TES", [("fr", 41.4), ("bm", 20.0), ("son", 5.0), ("tmh", 18.3), ("ff", 4.6), ("dts", 4.5), ("ar", 6.2)]),
        ("MEN", [("fr", 41.2), ("bm", 20.7), ("son", 6.5), ("tmh", 16.2), ("ff", 4.6), ("dts", 4.5), ("ar", 6.2)]),
    ] {
        let place = station.site(site.parse().unwrap()).unwrap();
        let slots = station.week(place.id, "2026-11-23".parse().unwrap());
        let days = scheduler::rules::Days {
            station: &station,
            changes: Changes::NONE,
            site: place,
            slots: &slots,
            plans: &[],
            sheets: NO_SHEETS,
        };
        let spoken = days.spoken();
        let all: f64 = spoken.values().sum();
        for (language, share) in expected {
            let ours = 100.0 * spoken[&language.parse().unwrap()] / all;
            assert!((ours - share).abs() <= 0.1, "{site} {language}: {ours:.2}, the table says {share}");
        }
    }
}

/// The codes that a change of the reference week brings.
fn broken(change: impl FnOnce(&mut scheduler::station::StationFile)) -> BTreeSet<String> {
    let mut file = station().file().clone();
    file.overrides.clear();
    change(&mut file);
    let station = Station::new(file).unwrap();
    week(&station, "GAO").into_iter().map(|f| f.code).collect()
}

#[test]
fn what_the_grid_itself_tells_is_measured_and_judged() {
    let programme = |file: &mut scheduler::station::StationFile, from: &str, to: &str| {
        let to: domain::ProgrammeId = to.parse().unwrap();
        file.slot.iter_mut().filter(|s| s.programme.as_str() == from).for_each(|s| s.programme = to.clone());
    };
    let check = |code: &str, change: &dyn Fn(&mut scheduler::station::StationFile)| {
        let found = broken(|file| change(file));
        assert!(found.contains(code), "{code} is not among {found:?}");
    };
    check("R-NEWS-01", &|f| programme(f, "journal-fr", "vrai-du-faux"));
    check("R-LANG-01", &|f| {
        programme(f, "journal-ar", "journal-fr");
        programme(f, "titres-ar", "journal-fr");
    });
    check("R-LANG-02", &|f| f.optout.retain(|o| o.site.as_str() != "GAO"));
    check("R-OPT-06", &|f| f.optout.retain(|o| o.site.as_str() != "GAO"));
    check("R-CHILD-04", &|f| {
        let slot = f.slot.iter_mut().find(|s| s.id == "mon-0905").unwrap();
        slot.programme = "voix-des-enfants".parse().unwrap();
    });
    check("R-LANG-05", &|f| {
        let own = f.programme.iter_mut().find(|p| p.id.as_str() == "gao-journal-tmh").unwrap();
        own.variant = Some("ttq".parse().unwrap());
    });
    check("R-HOT-01", &|f| {
        let campaign = f.campaign.iter_mut().find(|c| c.id == "ddhp-centre-appel").unwrap();
        campaign.hotlines.iter_mut().find(|h| h.scope == "site:GAO").unwrap().raw = "94951177".to_owned();
    });
    check("R-CAMP-01", &|f| {
        f.rule.insert("R-CAMP-01".to_owned(), BTreeMap::from([("max_s_per_hour".to_owned(), 60.0)]));
    });
}

#[test]
fn a_number_of_timbuktu_forced_into_gao_s_plan_blocks_publication() {
    let station = station();
    let mut assets = everything(&station);
    let forced = assets.iter().find(|a| a.id.as_str().starts_with("here-baro.")).unwrap().clone();
    assets.push(domain::Asset { id: "ddhp-centre-appel-fr-TBT".parse().unwrap(), ..forced });
    let placements = [scheduler::Placement {
        site: None,
        day: "2026-11-24".parse().unwrap(),
        start: "09:05:00".parse().unwrap(),
        asset: "ddhp-centre-appel-fr-TBT".parse().unwrap(),
    }];
    let gao = "GAO".parse().unwrap();
    let inputs = PlanInputs { placements: &placements, ..PlanInputs::new(gao, placements[0].day, &station, &assets) };
    let (plan, _) = plan(&inputs, Revision(1)).unwrap();
    let found = examine(&station, Changes::NONE, gao, placements[0].day, (std::slice::from_ref(&plan), NO_SHEETS));
    let refused = publishable(&plan, &found, &BTreeMap::new()).unwrap_err();
    let first = &refused.findings[0];
    assert_eq!((first.code.as_str(), first.severity), ("R-HOT-01", Severity::Blocking));
    assert!(first.fr.contains("94951177") && first.fr.contains("94951663"), "{}", first.fr);
}

#[test]
fn a_warning_passes_with_a_reason_and_a_blocking_rule_never_does() {
    let station = station();
    let assets = everything(&station);
    let inputs = PlanInputs::new("GAO".parse().unwrap(), "2026-11-24".parse().unwrap(), &station, &assets);
    let (plan, _) = plan(&inputs, Revision(1)).unwrap();
    let reason = |code: &str| BTreeMap::from([(code.to_owned(), "match de coupe".to_owned())]);
    let warning = judge(&[measured("opt_out_h", "", "9")], &Tuning::new());
    assert!(publishable(&plan, &warning, &BTreeMap::new()).is_err());
    assert!(publishable(&plan, &warning, &reason("R-OPT-06")).is_ok());
    let blocking = judge(&[measured("hole_s", "", "5")], &Tuning::new());
    assert!(publishable(&plan, &blocking, &reason("R-GRID-01")).is_err());
    assert!(publishable(&plan, &[], &BTreeMap::new()).is_ok());
}

#[test]
fn a_station_may_tune_a_figure_and_nothing_else() {
    let mut file = station().file().clone();
    file.rule.insert("R-OPT-06".to_owned(), BTreeMap::from([("min_h".to_owned(), 8.0)]));
    let tuned = Station::new(file.clone()).unwrap();
    assert_eq!(judge(&[measured("opt_out_h", "", "9")], &tuned.file().rule), []);
    file.rule.insert("R-OPT-06".to_owned(), BTreeMap::from([("min_hours".to_owned(), 8.0)]));
    assert!(Station::new(file).unwrap_err().fr.contains("min_hours"));
}
