//! Writes the reference week's feeds into a folder, for independent validators: `feeds DIR`, then
//! `xmllint --dtdvalid xmltv.dtd DIR/reseau.xml` and `xmllint --schema spi.xsd DIR/*.si.xml`.
//!
//! `feeds DIR recurrences` writes a thousand recurring events with exceptions, each with the dates that this program
//! expects beside it, for a reader of iCalendar that was not written here.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "an example stops at the first surprise, and says what it wrote"
)]

use std::fmt::Write as _;
use std::path::Path;

use jiff::civil::Date;
use scheduler::exchange::{Repeating, ical, ical_event, services, si, xmltv};
use scheduler::{Recurrence, Station};

const WEEK: &str = include_str!("../../demo/reference_week.toml");
const CAMPAIGNS: &str = include_str!("../../demo/campaigns.toml");
/// As many occurrences of an endless rule are compared.
const OCCURRENCES: usize = 60;

fn main() {
    let mut args = std::env::args().skip(1);
    let dir = args.next().unwrap_or_else(|| ".".to_owned());
    let dir = Path::new(&dir);
    std::fs::create_dir_all(dir).unwrap();
    let station = Station::from_reference(WEEK, CAMPAIGNS).unwrap();
    let (now, monday) = ("2026-11-22T12:00:00Z".parse().unwrap(), "2026-11-23".parse::<Date>().unwrap());
    if args.next().is_some() {
        return recurrences(&station, dir);
    }
    let mut all = Vec::new();
    for site in station.sites() {
        let slots = station.week(site.id, monday);
        std::fs::write(dir.join(format!("{}.ics", site.id)), ical(&station, &site.name, &slots, now)).unwrap();
        std::fs::write(dir.join(format!("{}.si.xml", site.id)), si(&station, site, &slots[..40], now)).unwrap();
        all.extend(slots);
    }
    std::fs::write(dir.join("reseau.xml"), xmltv(&station, &all)).unwrap();
    std::fs::write(dir.join("services.si.xml"), services(&station, now)).unwrap();
    println!("{} slots of {} sites in {}", all.len(), station.sites().len(), dir.display());
}

/// A small generator, the same on every machine (xorshift64*).
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % most
    }
}

fn recurrences(station: &Station, dir: &Path) {
    let mut draw = Draw(20_261_122);
    let mut expected = String::new();
    for n in 0..1000 {
        let start = "2026-01-05".parse::<Date>().unwrap();
        let first = start.checked_add(jiff::Span::new().days(draw.below(700) as i64)).unwrap();
        let rule = rule(&mut draw);
        let bare = Recurrence::parse(&rule, first, &[]).unwrap();
        let all: Vec<Date> = bare.dates().take(OCCURRENCES).collect();
        // A third of the rules lose up to three of their dates.
        let gone = if n % 3 == 0 { 1 + draw.below(3) } else { 0 };
        let except: Vec<Date> =
            (0..gone).filter_map(|_| all.get(draw.below(all.len().max(1) as u64) as usize).copied()).collect();
        let kept = all.iter().filter(|d| !except.contains(d));
        let event = Repeating {
            uid: &format!("{n}@mikado"),
            title: "Rendez-vous",
            date: first,
            start: "10:03:00".parse().unwrap(),
            length_s: 120,
            rrule: &rule,
            except: &except,
        };
        let text = ical_event(station, &event, "2026-11-22T12:00:00Z".parse().unwrap());
        std::fs::write(dir.join(format!("{n}.ics")), text).unwrap();
        let until = all.last().copied().unwrap_or(first);
        let dates: Vec<String> = kept.map(ToString::to_string).collect();
        writeln!(expected, "{n}|{rule}|{first}|{until}|{}", dates.join(" ")).unwrap();
    }
    std::fs::write(dir.join("expected.txt"), expected).unwrap();
    println!("1000 recurrences in {}", dir.display());
}

fn rule(draw: &mut Draw) -> String {
    const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let day = |draw: &mut Draw| DAYS[draw.below(7) as usize];
    let every = 1 + draw.below(4);
    let mut rule = match draw.below(6) {
        0 => format!("FREQ=DAILY;INTERVAL={every}"),
        1 => format!("FREQ=WEEKLY;INTERVAL={every};BYDAY={}", day(draw)),
        2 => format!("FREQ=MONTHLY;INTERVAL={every};BYMONTHDAY={}", 1 + draw.below(28)),
        3 => format!("FREQ=MONTHLY;BYDAY={}{}", 1 + draw.below(4), day(draw)),
        4 => format!("FREQ=MONTHLY;INTERVAL={every};BYDAY=-1{}", day(draw)),
        _ => format!("FREQ=YEARLY;BYMONTH={};BYMONTHDAY={}", 1 + draw.below(12), 1 + draw.below(28)),
    };
    if draw.below(3) == 0 {
        write!(rule, ";COUNT={}", 1 + draw.below(40)).unwrap();
    }
    rule
}
