//! One work with a language version for each variant, orders that turn, and who is spoken to where.
use crate::catalogue::{edition, everything, station};
use domain::{Asset, Language, Segment, SiteId, What};
use jiff::civil::Date;
use scheduler::{Changes, Placement, PlanInputs, Station, coverage, plan};

const DAY: &str = "2026-11-24";

fn site(id: &str) -> SiteId {
    id.parse().unwrap()
}

fn tongue(tag: &str) -> Language {
    tag.parse().unwrap()
}

/// What airs at a site as the midday news in Songhaï, and what is said about it.
fn midday(station: &Station, assets: &[Asset], at: &str, placements: &[Placement]) -> (Option<String>, Vec<String>) {
    let inputs = PlanInputs { placements, ..PlanInputs::new(site(at), DAY.parse().unwrap(), station, assets) };
    let (plan, findings) = plan(&inputs, domain::Revision(1)).unwrap();
    let mut slot =
        plan.entries().iter().filter(|e| e.programme.as_str() == "journal-son" && e.segment == Segment::Content);
    let heard = slot.find_map(|e| match &e.what {
        What::Audio { asset, .. } => Some(asset.to_string()),
        What::Bed => None,
    });
    let said = findings.into_iter().filter(|f| f.code == "R-LANG-05").map(|f| f.fr).collect();
    (heard, said)
}

#[test]
fn each_site_hears_the_version_in_its_own_variant_and_never_a_neighbour_s() {
    let station = station();
    let mut assets = everything(&station);
    assets.retain(|a| a.programme.as_ref().is_none_or(|p| p.as_str() != "journal-son"));
    let version = |tag: &str| Asset { language: tongue(tag), ..edition(&station, "journal-son", tag, 0) };
    let lengths: Vec<_> =
        everything(&station).into_iter().filter(|a| a.id.as_str().starts_with("journal-son.")).collect();
    let length = lengths[0].length;
    let (ses, khq) = (Asset { length, ..version("ses") }, Asset { length, ..version("khq") });
    let both: Vec<_> = assets.iter().cloned().chain([ses.clone(), khq.clone()]).collect();
    for (at, tag) in [("GAO", "ses"), ("MEN", "ses"), ("TBT", "khq")] {
        let (heard, said) = midday(&station, &both, at, &[]);
        assert_eq!((heard, said), (Some(format!("journal-son.{tag}")), Vec::new()), "{at}");
    }
    let one: Vec<_> = assets.iter().cloned().chain([khq.clone()]).collect();
    let (heard, said) = midday(&station, &one, "GAO", &[]);
    assert_eq!(heard, None, "nothing rather than Timbuktu's Songhaï");
    assert!(!said.is_empty() && said.iter().all(|s| s.contains("n'existe qu'en khq; GAO attend ses")), "{said:?}");
    // A person may put it there, and is told.
    let start = "13:15:00".parse().unwrap();
    let by_hand = Placement { site: Some(site("GAO")), day: DAY.parse().unwrap(), start, asset: khq.id.clone() };
    let (heard, said) = midday(&station, &one, "GAO", &[by_hand]);
    assert_eq!(heard.as_deref(), Some("journal-son.khq"));
    assert!(said.iter().any(|s| s.contains("mis à la main, parle khq")), "{said:?}");
    // An edition under the wrong flag airs nowhere.
    let wrong = Asset { language: tongue("tmh"), ..ses };
    let all: Vec<_> = assets.into_iter().chain([wrong]).collect();
    assert_eq!(midday(&station, &all, "GAO", &[]).0, None);
}

#[test]
fn a_station_file_may_declare_variants_otherwise() {
    let mut file = station().file().clone();
    file.site.iter_mut().find(|s| s.id == site("GAO")).unwrap().variants = vec![tongue("khq")];
    let station = Station::new(file).unwrap();
    assert!(station.takes(site("GAO"), &tongue("khq")) && !station.takes(site("GAO"), &tongue("ses")));
    assert!(station.takes(site("GAO"), &tongue("son")), "a tag without a variant says nothing against it");
    assert!(station.takes(site("GAO"), &tongue("taq-Tfng")), "a script is no variant");
    assert!(station.takes(site("BKO"), &tongue("khq")), "Bamako has declared none");
}

#[test]
fn the_order_of_the_languages_at_one_turns_by_a_rank_each_period() {
    let mut file = station().file().clone();
    let mut read: toml::Table = include_str!("../../../demo/rotation.toml").parse().unwrap();
    file.rotation = read.remove("rotation").unwrap().try_into().unwrap();
    let turning = Station::new(file.clone()).unwrap();
    let order = |date: &str| {
        let slots = turning.programmes_on(site("BKO"), date.parse::<Date>().unwrap(), &Changes::default());
        let news = slots.into_iter().filter(|s| (46_800..54_000).contains(&s.start_s));
        let news = news.filter_map(|s| s.programme.as_str().strip_prefix("journal-").map(str::to_owned));
        news.collect::<Vec<_>>().join(" ")
    };
    for (date, expected) in [
        ("2026-11-17", "bm son tmh ff dts ar"),
        ("2026-11-24", "bm son tmh ff dts ar"),
        ("2026-12-20", "bm son tmh ff dts ar"),
        ("2026-12-21", "son tmh ff dts ar bm"),
        ("2026-12-25", "son tmh ff dts ar bm"),
        ("2027-01-18", "tmh ff dts ar bm son"),
        ("2027-05-10", "bm son tmh ff dts ar"),
    ] {
        assert_eq!(order(date), expected, "{date}");
    }
    let written = turning.to_toml().unwrap();
    assert_eq!(Station::parse(&written).unwrap().file().rotation, file.rotation);
    file.rotation[0].period_weeks = 0;
    assert!(Station::new(file).unwrap_err().fr.contains("période de 1 à 52"));
}

#[test]
fn an_order_that_has_not_turned_for_longer_than_its_rule_allows_is_said() {
    let mut file = station().file().clone();
    let said = |file: &scheduler::station::StationFile, monday: &str| {
        let (station, monday) = (Station::new(file.clone()).unwrap(), monday.parse().unwrap());
        let found = scheduler::rules::examine(
            &station,
            &Changes::default(),
            site("BKO"),
            monday,
            (&[], scheduler::sheets::NO_SHEETS),
        );
        found.into_iter().find(|f| f.code == "R-LANG-04").map(|f| f.fr)
    };
    assert_eq!(said(&file, "2026-11-23"), None, "the week that it began");
    assert!(said(&file, "2027-01-04").unwrap().contains("depuis 6 semaines"), "nothing turns it");
    let mut read: toml::Table = include_str!("../../../demo/rotation.toml").parse().unwrap();
    file.rotation = read.remove("rotation").unwrap().try_into().unwrap();
    assert_eq!(said(&file, "2027-01-04"), None);
    file.rotation[0].period_weeks = 8;
    assert!(said(&file, "2027-01-04").unwrap().contains("depuis 6 semaines"));
}

#[test]
fn why_names_the_versions_that_are_refused_for_their_variant() {
    let station = station();
    let mut assets = everything(&station);
    assets.retain(|a| a.programme.as_ref().is_none_or(|p| p.as_str() != "gao-journal-son"));
    let foreign = edition(&station, "gao-journal-son", "khq", 600);
    assets.push(Asset { language: tongue("khq"), ..foreign });
    let inputs = PlanInputs::new(site("GAO"), "2026-11-24".parse().unwrap(), &station, &assets);
    let told = scheduler::why(&inputs, "2026-11-24T08:12:00Z".parse().unwrap()).unwrap().unwrap();
    let lost = told.losers.iter().find(|l| l.what == "gao-journal-son.khq").unwrap();
    assert_eq!(lost.reason.code, "R-LANG-05", "{:?}", told.losers);
}

#[test]
fn the_matrix_shows_the_shares_that_the_rules_measure() {
    let station = station();
    let all = coverage(&station, &Changes::default(), "2026-11-23".parse().unwrap());
    assert_eq!(all.len(), 7);
    for place in &all {
        let languages = &station.site(place.site).unwrap().languages;
        let sum: f64 = languages.iter().map(|l| place.share(l)).sum();
        assert!((0.98..=1.000_1).contains(&sum), "{}: {sum}", place.site);
        for (day, shares) in &place.days {
            for language in languages {
                let news = shares.get(&language.umbrella()).map_or(0, |s| s.news);
                assert!(news >= 2, "{} {day} {language}: {news} (R-LANG-01)", place.site);
            }
        }
    }
    let gao = all.iter().find(|c| c.site == site("GAO")).unwrap();
    assert!(gao.share(&tongue("son")) >= 0.16 && gao.share(&tongue("fr")) <= 0.45);
}
