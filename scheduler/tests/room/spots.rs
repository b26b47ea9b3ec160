//! The rules of breaks, checked on finished plans without knowledge of how they were made.
use std::collections::BTreeMap;

use crate::catalogue::{everything, station};
use domain::{Asset, Entry, Revision, Segment, SiteId, SitePlan, Status, What};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use scheduler::station::{BreakPolicy, Campaign, ChildPolicy, Spot};
use scheduler::{PlanInputs, Station, plan};

fn planned(station: &Station, assets: &[Asset], site: &str, day: &str) -> SitePlan {
    let (site, day) = (site.parse().unwrap(), day.parse::<Date>().unwrap());
    plan(&PlanInputs::new(site, day, station, assets), Revision(1)).unwrap().0
}

struct Airing<'a> {
    entry: &'a Entry,
    campaign: &'a Campaign,
    spot: &'a Spot,
}

fn airings<'a>(station: &'a Station, plan: &'a SitePlan) -> Vec<Airing<'a>> {
    let spots = plan.entries().iter().filter(|e| e.segment == Segment::Spot);
    let airing = |entry: &'a Entry| {
        let What::Audio { asset, .. } = &entry.what else { panic!("a spot is audio") };
        let (campaign, spot) = station.spot_of(asset, plan.site()).unwrap();
        Airing { entry, campaign, spot }
    };
    spots.map(airing).collect()
}

fn break_of(entry: &Entry) -> &str {
    entry.id.as_str().split_once('.').unwrap().0
}

fn apart(a: &Airing<'_>, b: &Airing<'_>) -> SignedDuration {
    a.entry.at.duration_since(b.entry.at).abs()
}

fn minutes(min: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(min))
}

fn check_pairs(airings: &[Airing<'_>], place: &str) {
    for (n, a) in airings.iter().enumerate() {
        for b in &airings[..n] {
            let which = format!("{place}: {} and {}", a.entry.id, b.entry.id);
            if a.campaign.id == b.campaign.id {
                assert!(apart(a, b) >= minutes(a.campaign.sep_same_campaign_min), "{which}");
            } else if a.campaign.themes.iter().any(|t| b.campaign.themes.contains(t)) {
                let min = a.campaign.sep_same_theme_min.max(b.campaign.sep_same_theme_min);
                assert!(apart(a, b) >= minutes(min), "{which}");
            }
            if break_of(a.entry) == break_of(b.entry) {
                assert_ne!(a.campaign.client, b.campaign.client, "{which}");
            }
        }
    }
}

fn children(station: &Station, plan: &SitePlan) -> Vec<(Timestamp, Timestamp)> {
    let own = plan
        .entries()
        .iter()
        .filter(|e| station.programme(&e.programme).is_some_and(|p| p.break_policy == BreakPolicy::Enfants));
    own.map(|e| (e.at, e.end())).collect()
}

fn check_alone(station: &Station, plan: &SitePlan, airing: &Airing<'_>, day: &str) {
    let (entry, campaign) = (airing.entry, airing.campaign);
    let which = format!("{} {}", plan.site(), entry.id);
    let programme = station.programme(&entry.programme).unwrap();
    let time = station.zone().to_datetime(entry.at).time();
    assert!(campaign.airs(plan.site(), day.parse().unwrap()), "{which}");
    assert!(!campaign.exclude_kinds.contains(&programme.kind), "{which}");
    if day == "2026-11-27" {
        let quiet = jiff::civil::time(12, 45, 0, 0)..jiff::civil::time(14, 0, 0, 0);
        assert!(!quiet.contains(&time), "{which}");
    }
    if programme.break_policy == BreakPolicy::Enfants {
        assert_ne!(campaign.child_policy, ChildPolicy::Interdit, "{which}");
        assert!(campaign.child_policy == ChildPolicy::Autorise || airing.spot.child_safe, "{which}");
    }
    let ten = minutes(10);
    for (from, to) in children(station, plan) {
        let near = from.duration_since(entry.end()) < ten && entry.at.duration_since(to) < ten;
        assert!(!near || !campaign.sensitive || airing.spot.child_safe, "{which}");
    }
}

fn check_sums(airings: &[Airing<'_>], place: &str) {
    let mut by_break = BTreeMap::<_, usize>::new();
    let mut by_hour = BTreeMap::<_, f64>::new();
    let mut french = BTreeMap::<&str, (u32, u32)>::new();
    for a in airings {
        *by_break.entry(break_of(a.entry)).or_default() += 1;
        *by_hour.entry(a.entry.at.as_second() / 3600).or_default() += a.entry.length.as_secs_f64();
        let (fr, all) = french.entry(&a.campaign.id).or_default();
        *fr += u32::from(a.spot.lang.as_str() == "fr");
        *all += 1;
    }
    assert!(by_break.values().all(|n| *n <= 3), "{place}: {by_break:?}");
    assert!(by_hour.values().all(|s| *s <= 360.0), "{place}: {by_hour:?}");
    assert!(french.values().all(|(fr, all)| *fr <= all.div_ceil(2)), "{place}: {french:?}");
}

#[test]
fn no_rule_of_breaks_is_broken_on_any_site_and_day() {
    let station = station();
    let assets = everything(&station);
    for day in (23..30).map(|d| format!("2026-11-{d}")) {
        for site in station.sites() {
            let plan = planned(&station, &assets, site.id.as_str(), &day);
            let airings = airings(&station, &plan);
            let place = format!("{} {day}", site.id);
            for airing in &airings {
                check_alone(&station, &plan, airing, &day);
            }
            check_pairs(&airings, &place);
            check_sums(&airings, &place);
        }
    }
}

#[test]
fn languages_of_spots_follow_the_weights_of_the_site() {
    let station = station();
    let assets = everything(&station);
    let mut count = BTreeMap::<String, u32>::new();
    for day in 23..30 {
        let plan = planned(&station, &assets, "GAO", &format!("2026-11-{day}"));
        for a in airings(&station, &plan) {
            *count.entry(a.spot.lang.to_string()).or_default() += 1;
        }
    }
    let total: u32 = count.values().sum();
    let share = |l: &str| f64::from(count.get(l).copied().unwrap_or(0)) / f64::from(total);
    assert!(share("son") > share("tmh") && share("tmh") > share("ff"), "{count:?}");
    assert!((0.30..0.60).contains(&share("son")), "{count:?}");
    assert!(!count.contains_key("bm") && !count.contains_key("dts"), "languages without weight stay away: {count:?}");
}

#[test]
fn a_number_of_another_place_cannot_be_heard() {
    let station = station();
    let spot = "ddhp-centre-appel-son";
    let variant = |id: &str, sites: &[&str]| {
        let mut asset = everything(&station).into_iter().find(|a| a.id.as_str() == spot).unwrap();
        asset.id = id.parse().unwrap();
        asset.sites = sites.iter().map(|s| s.parse::<SiteId>().unwrap()).collect();
        asset
    };
    // What lies in the catalogue, and which of it is heard at Gao.
    for (cards, heard) in [
        (vec![variant("ddhp-centre-appel-son-TBT", &[])], None),
        (vec![variant(spot, &["TBT"])], None),
        (vec![variant("ddhp-centre-appel-son-GAO", &["TBT"])], None),
        (vec![variant(spot, &[]), variant("ddhp-centre-appel-son-TBT", &[])], Some(spot)),
        (vec![variant(spot, &[]), variant("ddhp-centre-appel-son-GAO", &["GAO"])], Some("ddhp-centre-appel-son-GAO")),
    ] {
        let mut assets = everything(&station);
        assets.retain(|a| !a.id.as_str().starts_with("ddhp-centre-appel"));
        assets.extend(cards);
        let plan = planned(&station, &assets, "GAO", "2026-11-24");
        let own = plan.entries().iter().filter_map(|e| match &e.what {
            What::Audio { asset, .. } if asset.as_str().starts_with("ddhp") => Some(asset.as_str()),
            _ => None,
        });
        let own: Vec<_> = own.collect();
        assert_eq!(own.first().copied(), heard);
        assert!(own.iter().all(|a| Some(*a) == heard), "{own:?}");
    }
}

#[test]
fn a_campaign_with_regional_numbers_and_none_for_the_site_is_silent_there() {
    let mut file = station().file().clone();
    for campaign in file.campaign.iter_mut().filter(|c| c.id == "ddhp-centre-appel") {
        campaign.hotlines.retain(|h| h.scope != "site:GAO");
    }
    let station = Station::new(file).unwrap();
    let assets = everything(&station);
    for (site, silent) in [("GAO", true), ("TBT", false)] {
        let plan = planned(&station, &assets, site, "2026-11-24");
        let heard = airings(&station, &plan).iter().any(|a| a.campaign.id == "ddhp-centre-appel");
        assert_eq!(!heard, silent, "{site}");
    }
}

#[test]
fn a_campaign_airs_from_its_first_day_to_its_last() {
    let station = station();
    let assets = everything(&station);
    for (campaign, day, airs) in [
        ("pf-brisons-le-silence", "2026-11-24", false),
        ("pf-brisons-le-silence", "2026-11-25", true),
        ("pf-brisons-le-silence", "2026-12-10", true),
        ("pf-brisons-le-silence", "2026-12-11", false),
        ("vnu-engage-toi", "2026-12-05", true),
        ("vnu-engage-toi", "2026-12-06", false),
    ] {
        let plan = planned(&station, &assets, "GAO", day);
        assert_eq!(airings(&station, &plan).iter().any(|a| a.campaign.id == campaign), airs, "{campaign} {day}");
    }
}

#[test]
fn a_withdrawn_spot_is_gone_from_the_next_plan() {
    let station = station();
    let mut assets = everything(&station);
    for asset in assets.iter_mut().filter(|a| a.id.as_str().starts_with("unmas-")) {
        asset.status = Status::Withdrawn;
    }
    let plan = planned(&station, &assets, "GAO", "2026-11-24");
    assert!(airings(&station, &plan).iter().all(|a| a.campaign.id != "unmas-ne-touche-pas"));
}
