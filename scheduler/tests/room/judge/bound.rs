//! What nobody can pass: the day as a linear programme, solved by somebody else; and what the naive way reaches.
//!
//! The programme leaves out what would make it larger (the draw of languages, the order in a break, sunset, children's hours), always to the
//! advantage of the filling, so what the solver says is an upper bound.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;

use domain::SiteId;
use jiff::civil::Date;
use scheduler::Station;
use scheduler::breaks::Worth;
use scheduler::station::{Campaign, Day};

use super::{Room, daypart, rooms, sum, wanted};

/// Seconds of the shortest version of a campaign that may sound at a site in another language, and in French.
fn shortest(station: &Station, campaign: &Campaign, site: SiteId) -> [Option<u32>; 2] {
    let weights = &station.site(site).unwrap().spot_language_weights;
    let weight =
        |lang: &domain::Language| weights.iter().filter(|(l, _)| l.same_umbrella(lang)).map(|(_, w)| *w).sum::<u32>();
    let ready: Vec<_> = campaign.spots.iter().filter(|s| s.status == "pad").collect();
    let drawn = ready.iter().any(|s| weight(&s.lang) > 0);
    let may = |french: bool| {
        let own = ready.iter().filter(move |s| (s.lang.as_str() == "fr") == french);
        own.filter(|s| if drawn { weight(&s.lang) > 0 } else { french }).map(|s| s.duration_s).min()
    };
    [may(false), may(true)]
}

struct Ask<'a> {
    campaign: &'a Campaign,
    wanted: Vec<u32>,
    /// Another language, and French.
    lengths_s: [Option<u32>; 2],
}

impl Ask<'_> {
    fn length_s(&self) -> u32 {
        self.lengths_s.iter().flatten().copied().min().unwrap_or(u32::MAX)
    }

    /// The columns of this campaign in a break, with the seconds of each.
    fn columns(&self, c: usize, k: usize, room: &Room<'_>) -> Vec<(String, u32)> {
        let both = ["x", "f"].iter().zip(self.lengths_s);
        let fits = both.filter_map(|(name, length_s)| Some((name, length_s.filter(|s| *s <= room.length_s)?)));
        fits.map(|(name, length_s)| (format!("{name}{c}_{k}"), length_s)).collect()
    }
}

fn asks(station: &Station, site: SiteId, day: Date) -> Vec<Ask<'_>> {
    let on_air = station.campaigns().iter().filter(|c| c.airs(site, day));
    let ask = |campaign| {
        let (wanted, lengths_s) = (wanted(station, campaign, site), shortest(station, campaign, site));
        lengths_s.iter().any(Option::is_some).then_some(Ask { campaign, wanted, lengths_s })
    };
    on_air.filter_map(ask).collect()
}

fn open(ask: &Ask<'_>, room: &Room<'_>, day: Date) -> bool {
    let quiet = Day::of(day) == Day::Fri && (45_900..50_400).contains(&room.second);
    !quiet && ask.length_s() <= room.length_s && !ask.campaign.exclude_kinds.contains(&room.programme.kind)
}

fn apart_s(a: &Campaign, b: &Campaign) -> u32 {
    let themed = a.themes.iter().any(|t| b.themes.contains(t));
    let min = match (a.id == b.id, themed) {
        (true, _) => a.sep_same_campaign_min,
        (_, true) => a.sep_same_theme_min.max(b.sep_same_theme_min),
        _ => 0,
    };
    min * 60
}

/// The most that any filling of a site's day is worth, as `glpsol` proves or bounds it in `limit_s`.
pub fn bound(station: &Station, site: SiteId, day: Date, limit_s: u32) -> f64 {
    let dir = tempfile::tempdir().unwrap();
    let (model, said) = (dir.path().join("day.lp"), dir.path().join("said"));
    let asks = asks(station, site, day);
    std::fs::write(&model, programme(station, &asks, &rooms(station, site, day), day)).unwrap();
    let mut least = f64::INFINITY;
    for relaxed in [true, false] {
        let mut glpsol = Command::new("glpsol");
        glpsol.arg("--lp").arg(&model).arg("-o").arg(&said);
        if relaxed {
            glpsol.arg("--nomip")
        } else {
            glpsol.args(["--cuts", "--tmlim", &limit_s.to_string()])
        };
        let output = glpsol.output().expect("glpsol is installed");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let solved = std::fs::read_to_string(&said).unwrap_or_default();
        let is_optimal =
            solved.lines().any(|l| l.starts_with("Status:") && l.trim_end().ends_with("OPTIMAL") && !l.contains("NON"));
        if is_optimal {
            let line = solved.lines().find(|l| l.starts_with("Objective:")).unwrap();
            let value = line.split('=').nth(1).unwrap().split_whitespace().next().unwrap();
            least = least.min(value.parse().unwrap());
        } else {
            // The log of the search: `+ 123: mip = 9.0 <= 12.0 …`.
            let bounds = told
                .lines()
                .filter(|l| l.starts_with('+'))
                .filter_map(|l| l.split("<=").nth(1)?.split_whitespace().next());
            least = bounds.filter_map(|b| b.parse::<f64>().ok()).fold(least, f64::min);
        }
    }
    // Every worth is whole.
    (least + 1e-6).floor()
}

/// The day in CPLEX's LP format.
fn programme(station: &Station, asks: &[Ask<'_>], rooms: &[Room<'_>], day: Date) -> String {
    let parts = station.file().daypart.len();
    let mut lp = String::from("Maximize\n worth:");
    for (c, ask) in asks.iter().enumerate() {
        let worth = Worth { priority: ask.campaign.priority, wanted: ask.wanted.iter().sum() };
        write!(lp, "\n + {} n{c} + {} z{c}", worth.airing() - Worth::STRAYED, Worth::FLOOR).unwrap();
        for d in 0..parts {
            write!(lp, " + {} y{c}_{d}", Worth::STRAYED).unwrap();
        }
    }
    lp.push_str("\nSubject To\n");
    let (mut bounds, mut whole) = (String::from("Bounds\n"), String::from("Binary\n"));
    let mut open_rooms = vec![Vec::new(); asks.len()];
    for (c, ask) in asks.iter().enumerate() {
        open_rooms[c] = (0..rooms.len()).filter(|k| open(ask, &rooms[*k], day)).collect::<Vec<_>>();
        let names = |k: &usize| ask.columns(c, *k, &rooms[*k]).into_iter().map(|(name, _)| name);
        let all = join(open_rooms[c].iter().flat_map(names));
        writeln!(lp, " {all} - n{c} = 0\n z{c} - n{c} <= 0").unwrap();
        // French has half of the airings, rounded up (R-CAMP-05).
        let french = open_rooms[c].iter().flat_map(names).filter(|name| name.starts_with('f'));
        writeln!(lp, " {} - n{c} <= 1", join(french.map(|name| format!("2 {name}")))).unwrap();
        let worth = Worth { priority: ask.campaign.priority, wanted: ask.wanted.iter().sum() };
        writeln!(bounds, " 0 <= n{c} <= {}\n 0 <= z{c} <= {}", worth.wanted, worth.floor()).unwrap();
        for d in 0..parts {
            let own = open_rooms[c].iter().filter(|k| daypart(station, rooms[**k].second) == d);
            writeln!(lp, " {} - y{c}_{d} >= 0", join(own.flat_map(names))).unwrap();
            writeln!(bounds, " 0 <= y{c}_{d} <= {}", ask.wanted[d]).unwrap();
        }
        open_rooms[c].iter().flat_map(names).for_each(|name| writeln!(whole, " {name}").unwrap());
    }
    room_rows(station, (asks, rooms), &open_rooms, &mut lp);
    distance_rows((asks, rooms), &open_rooms, &mut lp);
    lp.push_str(&bounds);
    lp.push_str(&whole);
    lp.push_str("End\n");
    lp
}

fn join(terms: impl Iterator<Item = String>) -> String {
    let all = terms.collect::<Vec<_>>().join(" + ");
    // A row without a term still needs one.
    if all.is_empty() { "0 none".to_owned() } else { all }
}

fn row(lp: &mut String, terms: &[String], most: u32) {
    if terms.len() > 1 {
        writeln!(lp, " {} <= {most}", terms.join(" + ")).unwrap();
    }
}

fn room_rows(station: &Station, (asks, rooms): (&[Ask<'_>], &[Room<'_>]), open: &[Vec<usize>], lp: &mut String) {
    let mut hours = BTreeMap::<u32, Vec<String>>::new();
    for (k, room) in rooms.iter().enumerate() {
        let here: Vec<usize> = (0..asks.len()).filter(|c| open[*c].contains(&k)).collect();
        let columns: Vec<(String, u32)> = here.iter().flat_map(|c| asks[*c].columns(*c, k, room)).collect();
        let lengths: Vec<String> = columns.iter().map(|(name, length_s)| format!("{length_s} {name}")).collect();
        row(lp, &columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(), 3);
        row(lp, &lengths, room.length_s);
        let mut clients = BTreeMap::<&str, Vec<String>>::new();
        for c in &here {
            let own = asks[*c].columns(*c, k, room).into_iter().map(|(name, _)| name);
            clients.entry(&asks[*c].campaign.client).or_default().extend(own);
        }
        for terms in clients.values() {
            row(lp, terms, 1);
        }
        let hour = room.second / 3600;
        if (room.second + room.length_s - 1) / 3600 == hour {
            hours.entry(hour).or_default().extend(lengths);
        }
    }
    let most = station.file().meta.max_spot_seconds_per_clock_hour;
    for terms in hours.values() {
        row(lp, terms, most);
    }
}

/// At most one airing of all that are too near to each other wherever they stand in their breaks.
fn distance_rows((asks, rooms): (&[Ask<'_>], &[Room<'_>]), open: &[Vec<usize>], lp: &mut String) {
    let mut groups = Vec::<(Vec<usize>, u32)>::new();
    for (a, ask) in asks.iter().enumerate() {
        groups.push((vec![a], apart_s(ask.campaign, ask.campaign)));
        for (b, other) in asks.iter().enumerate().skip(a + 1) {
            let own = apart_s(ask.campaign, ask.campaign).min(apart_s(other.campaign, other.campaign));
            groups.push((vec![a, b], apart_s(ask.campaign, other.campaign).min(own)));
        }
    }
    let themes: std::collections::BTreeSet<&str> =
        asks.iter().flat_map(|a| a.campaign.themes.iter().map(String::as_str)).collect();
    for theme in themes {
        let all: Vec<usize> = (0..asks.len()).filter(|c| asks[*c].campaign.themes.iter().any(|t| t == theme)).collect();
        let pairs = all.iter().flat_map(|a| all.iter().map(move |b| apart_s(asks[*a].campaign, asks[*b].campaign)));
        let least = pairs.min().unwrap_or(0);
        if all.len() > 2 {
            groups.push((all, least));
        }
    }
    for (members, apart) in groups.into_iter().filter(|(_, apart)| *apart > 0) {
        let shortest = members.iter().map(|c| asks[*c].length_s()).min().unwrap_or(0);
        for (k, first) in rooms.iter().enumerate() {
            let furthest = |r: &Room<'_>| (r.second + r.length_s).saturating_sub(shortest + first.second);
            let near = (k..rooms.len()).take_while(|n| furthest(&rooms[*n]) < apart);
            let open_in = |n: usize| members.iter().filter(move |c| open[**c].contains(&n));
            let terms = near.flat_map(|n| open_in(n).flat_map(move |c| asks[*c].columns(*c, n, &rooms[n])));
            row(lp, &terms.map(|(name, _)| name).collect::<Vec<_>>(), 1);
        }
    }
}

/// The naive way: campaign by campaign and daypart by daypart, the first break that is free, and none elsewhere.
pub fn naive(station: &Station, site: SiteId, day: Date) -> super::Sum {
    let (rooms, asks) = (rooms(station, site, day), asks(station, site, day));
    let mut placed = Vec::<(usize, usize, u32)>::new();
    for (c, ask) in asks.iter().enumerate() {
        for (d, wanted) in ask.wanted.iter().enumerate() {
            for _ in 0..*wanted {
                let free = (0..rooms.len()).find_map(|k| {
                    if daypart(station, rooms[k].second) != d || !open(ask, &rooms[k], day) {
                        return None;
                    }
                    let here: Vec<_> = placed.iter().filter(|(_, other, _)| *other == k).collect();
                    let used: u32 = here.iter().map(|(c, ..)| asks[*c].length_s()).sum();
                    let (at, hour) = (rooms[k].second + used, rooms[k].second / 3600);
                    let in_hour =
                        placed.iter().filter(|(_, _, at)| at / 3600 == hour).map(|(c, ..)| asks[*c].length_s());
                    let fits = here.len() < 3
                        && used + ask.length_s() <= rooms[k].length_s
                        && in_hour.sum::<u32>() + ask.length_s() <= station.file().meta.max_spot_seconds_per_clock_hour
                        && here.iter().all(|(c, ..)| asks[*c].campaign.client != ask.campaign.client)
                        && placed
                            .iter()
                            .all(|(c, _, other)| other.abs_diff(at) >= apart_s(ask.campaign, asks[*c].campaign));
                    fits.then_some((c, k, at))
                });
                placed.extend(free);
            }
        }
    }
    let airings: Vec<_> = placed.iter().map(|(c, k, _)| (asks[*c].campaign.id.as_str(), rooms[*k].second)).collect();
    sum(station, site, day, &airings)
}
