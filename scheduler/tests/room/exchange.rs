//! Feeds for the outside world: whole, well-formed, and read back to what was written.
use crate::catalogue::station;
use jiff::civil::Date;
use scheduler::Recurrence;
use scheduler::exchange::{Bearer, Repeating, ical, ical_event, services, si, xmltv};

const NOW: &str = "2026-11-22T12:00:00Z";

/// Content lines of a feed, unfolded; none longer than the standard allows.
fn unfolded(feed: &str) -> Vec<String> {
    assert!(feed.ends_with("\r\n") && feed.split("\r\n").all(|l| l.len() <= 75));
    feed.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
}

#[test]
fn a_site_s_feed_holds_each_programme_of_its_week_once() {
    let station = station();
    let slots = station.week("GAO".parse().unwrap(), "2026-11-23".parse().unwrap());
    let lines = unfolded(&ical(&station, "Gao; Mikado, FM", &slots, NOW.parse().unwrap()));
    let with = |start: &str| lines.iter().filter(|l| l.starts_with(start)).collect::<Vec<_>>();
    assert_eq!(with("BEGIN:VEVENT").len(), slots.len());
    assert_eq!(with("DTSTART:")[0], "DTSTART:20261123T000000Z");
    assert_eq!(with("X-WR-CALNAME:"), ["X-WR-CALNAME:Gao\\; Mikado\\, FM"]);
    let mut uids = with("UID:");
    uids.sort_unstable();
    uids.dedup();
    assert_eq!(uids.len(), slots.len(), "every event has a name of its own");
}

#[test]
fn a_thousand_recurring_events_are_read_back_with_the_same_occurrences() {
    let station = station();
    for line in include_str!("data/recurrences.txt").lines() {
        let parts: Vec<_> = line.split('|').collect();
        let date: Date = parts[1].parse().unwrap();
        let except: Vec<Date> = parts[2].split_whitespace().map(|d| d.parse().unwrap()).collect();
        let start = "10:03:00".parse().unwrap();
        let event = Repeating {
            uid: "x@mikado",
            title: "Exercice",
            date,
            start,
            length_s: 120,
            rrule: parts[0],
            except: &except,
        };
        let lines = unfolded(&ical_event(&station, &event, NOW.parse().unwrap()));
        let value = |name: &'static str| {
            lines.iter().filter(move |l| l.starts_with(name)).map(|l| l.split_once(':').unwrap().1)
        };
        let day = |text: &str| Date::strptime("%Y%m%dT100300", text).unwrap();
        let first = day(value("DTSTART;TZID=Africa/Bamako").next().unwrap());
        let left_out: Vec<_> = value("EXDATE;TZID=Africa/Bamako").map(day).collect();
        let read = Recurrence::parse(value("RRULE").next().unwrap(), first, &left_out).unwrap();
        let expected: Vec<Date> = parts[3].split_whitespace().map(|d| d.parse().unwrap()).collect();
        assert_eq!(read.dates().take(expected.len()).collect::<Vec<_>>(), expected, "{line}");
    }
}

#[test]
fn listings_name_every_programme_and_escape_what_titles_hold() {
    let mut file = station().file().clone();
    "<Débat> & « l'heure »"
        .clone_into(&mut file.programme.iter_mut().find(|p| p.id.as_str() == "debat").unwrap().title);
    let station = scheduler::Station::new(file).unwrap();
    let gao = station.site("GAO".parse().unwrap()).unwrap();
    let slots = station.day_slots(gao.id, "2026-11-23".parse().unwrap());
    let tv = xmltv(&station, &slots);
    assert_eq!(tv.matches("<programme ").count(), slots.len());
    assert!(tv.contains("&lt;Débat&gt; &amp; « l&apos;heure »") && !tv.contains("<Débat>"));
    assert!(tv.contains("start=\"20261123000000 +0000\""));
    let info = si(&station, gao, &slots, NOW.parse().unwrap());
    assert_eq!(info.matches("<programme ").count(), slots.len());
    assert_eq!(Bearer::fm(gao).unwrap().id, "fm:5d0.5701.09400");
    assert!(info.contains("startTime=\"2026-11-23T00:00:00+00:00\" stopTime=\"2026-11-24T00:00:00+00:00\""));
    let receivers = services(&station, NOW.parse().unwrap());
    assert_eq!(receivers.matches("<service>").count(), station.sites().len());
    let names = receivers.matches("<shortName>").count() + receivers.matches("<mediumName>").count();
    assert_eq!(names, 2 * station.sites().len(), "the schema asks for both");
    assert!(receivers.contains("<bearer id=\"fm:5d0.5701.09400\" cost=\"50\"/>"));
}

/// The children of each programme in the order that the DTD of the XMLTV project gives (its licence keeps the DTD itself
/// out of this repository; `examples/feeds.rs` writes what a validator reads).
#[test]
fn a_listing_keeps_the_order_of_the_dtd() {
    const ORDER: [&str; 3] = ["title", "category", "language"];
    let station = station();
    let slots = station.week("GAO".parse().unwrap(), "2026-11-23".parse().unwrap());
    let tv = xmltv(&station, &slots);
    let (channels, programmes) = tv.split_once("<programme ").unwrap();
    assert!(channels.contains("<channel id=\"gao.mikado-fm.ml\"><display-name") && !programmes.contains("<channel"));
    for programme in programmes.split("<programme ") {
        let named = programme.split("    <").skip(1).map(|e| e.split([' ', '>']).next().unwrap());
        let ranks: Vec<_> = named.map(|e| ORDER.iter().position(|o| *o == e).unwrap()).collect();
        assert!(ranks.first() == Some(&0) && ranks.is_sorted(), "{programme}");
        assert!(programme.contains("channel=\"gao.mikado-fm.ml\""), "{programme}");
    }
}
