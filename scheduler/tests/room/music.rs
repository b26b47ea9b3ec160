//! Music: what rotations choose, how far apart they keep it, and what they say.

use domain::{Asset, AssetId, AssetKind, Entry, Finding, Frames, Revision, Segment, SitePlan, What};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use scheduler::station::{CategorySpec, MusicSpec};
use scheduler::{PlanInputs, Settled, Station, plan, replan, why};

use crate::catalogue::{edition, everything, station, title};

const PROGRAMMES: [&str; 4] = ["nuit-mikado", "veillee", "bal-mikado", "instant-calme"];

fn category(id: &str, weight: u32) -> CategorySpec {
    CategorySpec { id: id.to_owned(), weight, dayparts: Vec::new(), evergreen: false }
}

fn spec(title_apart_min: u32, artist_apart_min: u32, category: Vec<CategorySpec>) -> MusicSpec {
    MusicSpec {
        id: "nuit".into(),
        programmes: PROGRAMMES.iter().map(|p| p.parse().unwrap()).collect(),
        seed: 7,
        title_apart_min,
        artist_apart_min,
        regional_share: 0.0,
        fills: false,
        category,
    }
}

fn with(music: MusicSpec) -> Station {
    let mut file = station().file().clone();
    file.music = vec![music];
    Station::new(file).unwrap()
}

/// Everything but editions of what rotations fill, and these titles.
fn with_titles(station: &Station, titles: Vec<Asset>) -> Vec<Asset> {
    let mut assets = everything(station);
    assets.retain(|a| a.programme.as_ref().is_none_or(|p| !PROGRAMMES.contains(&p.as_str())));
    assets.extend(titles);
    assets
}

/// So many titles of three to five minutes by so many artists.
fn pool(count: u32, artists: u32, category: &str) -> Vec<Asset> {
    let one = |n| {
        title(&format!("{category}-{n:03}"), &format!("{category} {}", n % artists), category, "bm", 180 + n * 37 % 120)
    };
    (0..count).map(one).collect()
}

fn inputs<'a>(station: &'a Station, assets: &'a [Asset], day: &str) -> PlanInputs<'a> {
    PlanInputs::new("GAO".parse().unwrap(), day.parse::<Date>().unwrap(), station, assets)
}

/// A station whose nights are titles, and one of its days.
pub fn a_day_of_titles() -> (Station, Vec<SitePlan>) {
    let station = with(spec(240, 60, vec![category("or", 1)]));
    let assets = with_titles(&station, pool(120, 40, "or"));
    let (plan, _) = planned(&station, &assets, "2026-11-24");
    (station, vec![plan])
}

fn planned(station: &Station, assets: &[Asset], day: &str) -> (SitePlan, Vec<Finding>) {
    plan(&inputs(station, assets, day), Revision(1)).unwrap()
}

/// Every title with its start, in the order of the day.
fn heard<'a>(plan: &SitePlan, assets: &'a [Asset]) -> Vec<(Timestamp, &'a Asset)> {
    let of = |e: &Entry| match &e.what {
        What::Audio { asset, .. } => assets.iter().find(|a| a.id == *asset).filter(|a| a.kind == AssetKind::Music),
        What::Bed => None,
    };
    plan.entries().iter().filter_map(|e| Some((e.at, of(e)?))).collect()
}

fn names(plan: &SitePlan, assets: &[Asset]) -> Vec<AssetId> {
    heard(plan, assets).into_iter().map(|(_, a)| a.id.clone()).collect()
}

#[test]
fn a_night_without_an_edition_is_filled_with_titles_that_follow_each_other() {
    let station = with(spec(180, 30, vec![category("or", 1)]));
    let assets = with_titles(&station, pool(150, 40, "or"));
    let (plan, findings) = planned(&station, &assets, "2026-11-24");
    let night = |e: &&Entry| e.programme.as_str() == "nuit-mikado" && e.segment == Segment::Content;
    let titles: Vec<&Entry> = plan.entries().iter().filter(night).collect();
    assert!(titles.len() > 20, "{}", titles.len());
    assert!(titles.iter().all(|e| e.what != What::Bed && e.title.starts_with("or ")), "{titles:?}");
    assert!(titles.iter().all(|e| e.id.as_str().ends_with("-7")), "the seed is kept in the name");
    assert!(
        findings.iter().all(|f| !f.en.contains("Nuit Mikado") && !f.code.starts_with("plan.music")),
        "{findings:?}"
    );
    let needed = station.content_s("N75") + station.content_s("N90");
    let sounds = titles.iter().fold(Frames::ZERO, |sum, e| sum + e.length);
    assert!(sounds + Frames::from_secs(60) > Frames::from_secs(u64::from(needed)), "{sounds:?} of {needed} s");
}

#[test]
fn the_same_seed_gives_the_same_titles_in_any_order_of_the_cards_and_another_seed_others() {
    let rule = spec(180, 30, vec![category("or", 1)]);
    let station = with(rule.clone());
    let mut assets = with_titles(&station, pool(150, 40, "or"));
    let (one, _) = planned(&station, &assets, "2026-11-24");
    assets.reverse();
    let (two, _) = planned(&station, &assets, "2026-11-24");
    assert_eq!(one, two);
    let (three, _) = planned(&with(MusicSpec { seed: 8, ..rule }), &assets, "2026-11-24");
    assert_ne!(names(&one, &assets), names(&three, &assets));
    let (next, _) = planned(&station, &assets, "2026-11-25");
    assert_ne!(names(&one, &assets), names(&next, &assets), "a day is drawn by itself");
}

#[test]
fn a_newer_plan_goes_on_with_the_same_titles() {
    let station = with(spec(180, 30, vec![category("or", 2), category("vif", 1)]));
    let mut assets = with_titles(&station, [pool(90, 40, "or"), pool(60, 20, "vif")].concat());
    let (old, _) = planned(&station, &assets, "2026-11-24");
    for until in ["2026-11-24T01:10:00Z", "2026-11-24T02:30:00Z", "2026-11-24T12:00:00Z"] {
        let settled = Settled { plan: &old, until: until.parse().unwrap() };
        let (again, _) = replan(&inputs(&station, &assets, "2026-11-24"), settled, Revision(1)).unwrap();
        assert_eq!(heard(&again, &assets), heard(&old, &assets), "nothing has changed at {until}");
    }
    assets.push(title("or-new", "or new", "or", "bm", 200));
    let until: Timestamp = "2026-11-24T01:10:00Z".parse().unwrap();
    let (again, _) =
        replan(&inputs(&station, &assets, "2026-11-24"), Settled { plan: &old, until }, Revision(2)).unwrap();
    let running = |p: &SitePlan| {
        p.entries().iter().filter(|e| e.at < until && e.what != What::Bed).map(|e| e.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(running(&old), running(&again));
}

#[test]
fn titles_and_artists_keep_their_distance_over_midnight() {
    let station = with(spec(240, 45, vec![category("or", 1)]));
    let assets = with_titles(&station, pool(150, 40, "or"));
    let (saturday, _) = planned(&station, &assets, "2026-11-28");
    let next = PlanInputs { yesterday: Some(&saturday), ..inputs(&station, &assets, "2026-11-29") };
    let (sunday, _) = plan(&next, Revision(1)).unwrap();
    let both = [heard(&saturday, &assets), heard(&sunday, &assets)].concat();
    assert_eq!(too_near(&both, 240, 45), Vec::<usize>::new());
    let midnight: Timestamp = "2026-11-29T00:00:00Z".parse().unwrap();
    let around = both.iter().filter(|(t, _)| t.duration_since(midnight).abs() < SignedDuration::from_mins(60));
    assert!(around.count() > 20, "dance music goes over midnight");
}

/// Which airings come too near to one before them.
fn too_near(heard: &[(Timestamp, &Asset)], title_min: i64, artist_min: i64) -> Vec<usize> {
    (0..heard.len()).filter(|n| !may(heard[*n].1, heard[*n].0, &heard[..*n], (title_min, artist_min))).collect()
}

fn may(asset: &Asset, at: Timestamp, before: &[(Timestamp, &Asset)], (title_min, artist_min): (i64, i64)) -> bool {
    let own = asset.music.as_ref().unwrap();
    before.iter().all(|(t, other)| {
        let (other, apart) = (other.music.as_ref().unwrap(), at.duration_since(*t));
        (other.work_key != own.work_key || apart >= SignedDuration::from_mins(title_min))
            && (other.artist_key != own.artist_key || apart >= SignedDuration::from_mins(artist_min))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn distances_hold_whenever_the_pool_allows_it(
        titles in prop::collection::vec((0u32..25, 90u32..420), 1..90),
        title_min in 1u32..400,
        artist_min in 0u32..90,
        seed in any::<u32>(),
        day in 0i8..7,
    ) {
        let artist_min = artist_min.min(title_min);
        let station = with(MusicSpec { seed, ..spec(title_min, artist_min, vec![category("or", 1)]) });
        let own = titles.iter().enumerate().map(|(n, (artist, s))| title(&format!("or-{n}"), &artist.to_string(), "or", "bm", *s));
        let assets = with_titles(&station, own.collect());
        let (plan, findings) = planned(&station, &assets, &format!("2026-11-{}", 23 + day));
        let heard = heard(&plan, &assets);
        let (title_min, artist_min) = (i64::from(title_min), i64::from(artist_min));
        let broken = too_near(&heard, title_min, artist_min);
        for n in &broken {
            let (at, chosen) = heard[*n];
            let free = assets.iter().filter(|a| a.kind == AssetKind::Music)
                .find(|a| may(a, at, &heard[..*n], (title_min, artist_min)));
            prop_assert!(free.is_none(), "{at}: {} airs, and {:?} was free", chosen.id, free.map(|a| &a.id));
        }
        let told = findings.iter().any(|f| f.code == "plan.music-thin");
        prop_assert_eq!(told, !broken.is_empty());
    }
}

#[test]
fn categories_have_their_weights_their_hours_and_evergreens_stand_in() {
    let nights = CategorySpec { dayparts: vec!["nuit".into()], ..category("nuit", 1) };
    let ever = CategorySpec { evergreen: true, ..category("toujours", 1) };
    let station = with(spec(120, 20, vec![category("or", 3), nights, ever]));
    let assets = with_titles(&station, [pool(90, 60, "or"), pool(60, 60, "nuit"), pool(20, 20, "toujours")].concat());
    let (plan, _) = planned(&station, &assets, "2026-11-24");
    let heard = heard(&plan, &assets);
    let of = |word: &str| heard.iter().filter(|(_, a)| a.music.as_ref().unwrap().category == word).collect::<Vec<_>>();
    let (gold, night) = (of("or"), of("nuit"));
    let dark = |t: &Timestamp| {
        t.to_string().as_str() < "2026-11-24T05:30:00Z" || t.to_string().as_str() >= "2026-11-24T23:00:00Z"
    };
    assert!(!night.is_empty() && night.iter().all(|(t, _)| dark(t)), "{night:?}");
    let in_the_dark = gold.iter().filter(|(t, _)| dark(t)).count() as f64;
    let ratio = in_the_dark / night.len() as f64;
    assert!((2.4..3.7).contains(&ratio), "three to one, not {ratio}");
    assert!(of("toujours").is_empty(), "nobody needs them while others are there");
    let few = with_titles(&station, [pool(6, 6, "or"), pool(80, 60, "toujours")].concat());
    let (plan, findings) = planned(&station, &few, "2026-11-24");
    assert_eq!(too_near(&super::music::heard(&plan, &few), 120, 20), Vec::<usize>::new());
    assert!(findings.iter().any(|f| f.code == "plan.music-category" && f.fr.contains("« nuit »")), "{findings:?}");
}

#[test]
fn the_region_has_its_share_and_each_site_its_own() {
    let station = with(MusicSpec { regional_share: 0.5, ..spec(120, 10, vec![category("or", 1)]) });
    let languages = ["son", "tmh", "bm", "fr"];
    let one = |n: u32| title(&format!("or-{n}"), &format!("{n}"), "or", languages[n as usize % 4], 200 + n % 50);
    let assets = with_titles(&station, (0..200).map(one).collect());
    for (site, own) in [("GAO", "son"), ("KDL", "tmh"), ("BKO", "bm")] {
        let inputs = PlanInputs { site: site.parse().unwrap(), ..inputs(&station, &assets, "2026-11-24") };
        let (plan, _) = plan(&inputs, Revision(1)).unwrap();
        let heard = heard(&plan, &assets);
        let regional = heard.iter().filter(|(_, a)| a.language.as_str() == own).count() as f64 / heard.len() as f64;
        assert!((0.45..0.55).contains(&regional), "{site}: {regional}");
    }
}

#[test]
fn a_rotation_fills_what_a_short_edition_leaves() {
    let station = with(MusicSpec { fills: true, ..spec(60, 10, vec![category("or", 1)]) });
    let mut assets = with_titles(&station, pool(80, 40, "or"));
    assets.retain(|a| a.programme.as_ref().is_none_or(|p| p.as_str() != "debat"));
    assets.push(edition(&station, "debat", "short", 1_000));
    let (plan, findings) = planned(&station, &assets, "2026-11-24");
    let own = plan.entries().iter().filter(|e| e.programme.as_str() == "debat");
    let filled: Vec<_> = own.filter(|e| e.segment == Segment::Fill && e.what != What::Bed).collect();
    assert!(!filled.is_empty(), "{findings:?}");
    assert!(findings.iter().any(|f| f.code == "R-PAD-03"), "and it is said all the same");
}

#[test]
fn why_tells_what_kept_the_other_titles_away() {
    let rule = MusicSpec { artist_apart_min: 30, ..spec(180, 30, vec![category("or", 1), category("vif", 1)]) };
    let station = with(rule);
    let mut assets = with_titles(&station, [pool(20, 5, "or"), pool(20, 10, "vif")].concat());
    assets.push(title("elsewhere", "x", "autre", "bm", 200));
    let told = why(&inputs(&station, &assets, "2026-11-24"), "2026-11-24T01:20:00Z".parse().unwrap()).unwrap().unwrap();
    assert!(told.reasons.iter().any(|r| r.code.starts_with("plan.music")), "{:?}", told.reasons);
    let said: Vec<&str> = told.losers.iter().map(|l| l.reason.en.as_str()).collect();
    for part in ["this title began at", "the artist began at", "has no category"] {
        assert!(said.iter().any(|s| s.contains(part)), "{part}: {said:?}");
    }
}

#[test]
fn a_rotation_that_makes_no_sense_is_refused_with_its_line() {
    let text = with(spec(180, 30, vec![category("or", 1)])).to_toml().unwrap();
    let line = text.lines().position(|l| l == "[[music]]").map(|n| n + 1);
    for (from, to, fr) in [
        ("title_apart_min = 180", "title_apart_min = 0", "1440"),
        ("artist_apart_min = 30", "artist_apart_min = 200", "720"),
        ("regional_share = 0.0", "regional_share = 1.5", "regional_share"),
        ("weight = 1\n", "weight = 0\n", "weight"),
        ("\"nuit-mikado\",", "\"nuit-mikada\",", "émission"),
        ("evergreen = false", "evergreen = true", "evergreen"),
        ("weight = 1\n", "weight = 1\ndayparts = [\"aube\"]\n", "tranche"),
    ] {
        assert!(text.contains(from), "{from} is in {}", &text[text.find("[[music]]").unwrap()..][..400]);
        let error = Station::parse(&text.replacen(from, to, 1)).expect_err(to);
        assert!(error.fr.contains(fr), "{} does not say “{fr}”", error.fr);
        assert_eq!(error.line, line, "{error}");
    }
    assert_eq!(Station::parse(&text).unwrap().to_toml().unwrap(), text);
}

#[test]
fn the_rule_of_distances_measures_what_the_rotation_made() {
    let of = |apart: (u32, u32), rule: &str| {
        let station = with(spec(apart.0, apart.1, vec![category("or", 1)]));
        let assets = with_titles(&station, pool(120, 40, "or"));
        let (plan, _) = planned(&station, &assets, "2026-11-24");
        let (monday, site) = ("2026-11-23".parse().unwrap(), "GAO".parse().unwrap());
        let found = scheduler::rules::examine(
            &station,
            scheduler::Changes::NONE,
            site,
            monday,
            (&[plan], scheduler::sheets::NO_SHEETS),
        );
        found.into_iter().filter(|f| f.code == rule).map(|f| f.en).collect::<Vec<_>>()
    };
    assert_eq!(of((240, 60), "R-EQ-04"), Vec::<String>::new());
    assert!(!of((20, 5), "R-EQ-04").is_empty(), "closer than the rule asks is said");
}
