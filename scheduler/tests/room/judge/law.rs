//! The rules of breaks, read from their text.

use std::collections::BTreeMap;

use domain::SitePlan;
use scheduler::Station;
use scheduler::station::Day;

use super::{Airing, airings, count, rooms, wanted};

/// Every rule that a site's week of plans breaks, in words.
pub fn broken(station: &Station, plans: &[SitePlan]) -> Vec<String> {
    let mut found = Vec::new();
    let mut week = Vec::new();
    for (n, plan) in plans.iter().enumerate() {
        let own = airings(station, plan);
        let mut say = |rule: &str, what: &str| found.push(format!("{} {}: {rule}: {what}", plan.site(), plan.day()));
        room(station, plan, &own, &mut say);
        who(station, plan, &own, &mut say);
        children(station, plan, &own, &mut say);
        french(&own, &mut say);
        week.extend(own.into_iter().map(|a| (n as f64 * 86_400.0, a)));
    }
    found.extend(distances(&week));
    found
}

/// R-CAMP-01: 360 s of spots in a clock hour (the station's own figure), three in a break, 15 to 60 s each; whole.
fn room(station: &Station, plan: &SitePlan, own: &[Airing<'_>], say: &mut impl FnMut(&str, &str)) {
    let rooms = rooms(station, plan.site(), plan.day());
    let mut full = BTreeMap::<usize, u32>::new();
    let mut clients = Vec::new();
    for airing in own {
        let inside = |r: &super::Room<'_>| {
            f64::from(r.second) <= airing.from_s && airing.to_s <= f64::from(r.second + r.length_s) + 1e-6
        };
        match rooms.iter().position(inside) {
            Some(n) => {
                *full.entry(n).or_default() += 1;
                clients.push((n, &airing.campaign.client));
            }
            None => say("R-CAMP-01", &format!("{} stands in no break", airing.entry.id)),
        }
        if !(15.0..=60.0).contains(&(airing.to_s - airing.from_s)) {
            say("R-CAMP-01", &format!("{} lasts {}", airing.entry.id, airing.to_s - airing.from_s));
        }
    }
    for (n, spots) in full.iter().filter(|(_, spots)| **spots > 3) {
        say("R-CAMP-01", &format!("{spots} spots in the break of {} s", rooms[*n].second));
    }
    for ((n, client), _) in count(clients.into_iter()).iter().filter(|(_, times)| **times > 1) {
        say("R-CAMP-02", &format!("{client} twice in the break of {} s", rooms[*n].second));
    }
    let most = f64::from(station.file().meta.max_spot_seconds_per_clock_hour.min(360));
    for hour in 0..24 {
        let (from, to) = (f64::from(hour) * 3600.0, f64::from(hour + 1) * 3600.0);
        let seconds: f64 = own.iter().map(|a| (a.to_s.min(to) - a.from_s.max(from)).max(0.0)).sum();
        if seconds > most + 1e-6 {
            say("R-CAMP-01", &format!("{seconds} s of spots in hour {hour}"));
        }
    }
}

/// Dates, places, kinds, Friday's quiet time, and no more than was asked (R-CAMP-06, R-PRAY-01, R-CAMP-04).
fn who(station: &Station, plan: &SitePlan, own: &[Airing<'_>], say: &mut impl FnMut(&str, &str)) {
    let friday = Day::of(plan.day()) == Day::Fri;
    for airing in own {
        let (campaign, id) = (airing.campaign, &airing.entry.id);
        if plan.day() < campaign.start || campaign.end < plan.day() || !campaign.sites.contains(&plan.site()) {
            say("R-CAMP-06", &format!("{id} outside its campaign"));
        }
        if friday && airing.from_s < 50_400.0 && airing.to_s > 45_900.0 {
            say("R-PRAY-01", &format!("{id} in Friday's prayer"));
        }
        let kind = station.programme(&airing.entry.programme).map_or("", |p| p.kind.as_str());
        if campaign.exclude_kinds.iter().any(|k| k == kind) {
            say("exclude_kinds", &format!("{id} in a programme of kind {kind}"));
        }
    }
    for (campaign, n) in count(own.iter().map(|a| a.campaign.id.as_str())) {
        let asked: u32 =
            wanted(station, station.campaigns().iter().find(|c| c.id == campaign).unwrap(), plan.site()).iter().sum();
        if n > asked {
            say("R-CAMP-04", &format!("{campaign} has {n} of {asked}"));
        }
    }
}

/// R-CHILD-01 and R-CHILD-02, by the names of the programmes that the rule names.
fn children(station: &Station, plan: &SitePlan, own: &[Airing<'_>], say: &mut impl FnMut(&str, &str)) {
    let midnight = plan.entries()[0].at;
    let named = |title: &str| title.starts_with("La Voix des enfants") || title.starts_with("L'École à l'antenne");
    let listens = plan.entries().iter().filter(|e| station.programme(&e.programme).is_some_and(|p| named(&p.title)));
    let second = |at: jiff::Timestamp| at.duration_since(midnight).as_secs_f64();
    let spans: Vec<(f64, f64)> = listens.map(|e| (second(e.at), second(e.end()))).collect();
    for airing in own.iter().filter(|a| a.campaign.sensitive && !a.spot.child_safe) {
        if spans.iter().any(|(from, to)| airing.from_s < to + 600.0 && airing.to_s > from - 600.0) {
            say("R-CHILD-01", &format!("{} near children", airing.entry.id));
        }
    }
}

/// R-CAMP-05: French at most half of a campaign's airings at a site, one of an odd number more.
fn french(own: &[Airing<'_>], say: &mut impl FnMut(&str, &str)) {
    let all = count(own.iter().map(|a| a.campaign.id.as_str()));
    for (id, french) in count(own.iter().filter(|a| a.spot.lang.as_str() == "fr").map(|a| a.campaign.id.as_str())) {
        if french > all[id].div_ceil(2) {
            say("R-CAMP-05", &format!("{id} is French {french} times of {}", all[id]));
        }
    }
}

/// R-CAMP-02, over midnight too.
fn distances(week: &[(f64, Airing<'_>)]) -> Vec<String> {
    let mut found = Vec::new();
    for (n, (day_a, a)) in week.iter().enumerate() {
        for (day_b, b) in &week[..n] {
            let apart_min = ((day_a + a.from_s) - (day_b + b.from_s)).abs() / 60.0;
            let least = if a.campaign.id == b.campaign.id {
                a.campaign.sep_same_campaign_min
            } else if a.campaign.themes.iter().any(|t| b.campaign.themes.contains(t)) {
                a.campaign.sep_same_theme_min.max(b.campaign.sep_same_theme_min)
            } else {
                0
            };
            if apart_min + 1e-6 < f64::from(least) {
                found.push(format!("R-CAMP-02: {} and {} are {apart_min:.1} min apart", a.entry.id, b.entry.id));
            }
        }
    }
    found
}
