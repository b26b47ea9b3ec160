//! Recurrences and cron expressions: random ones, judged against what python-dateutil 2.9 and croniter 7.0 give.
use jiff::Span;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use scheduler::{Cron, Recurrence};

/// `rule|first date|exceptions|the first occurrences|whether there are more`, made once with python-dateutil.
const JUDGED: &str = include_str!("data/recurrences.txt");

/// `expression|after|the next four moments, in UTC`, made once with croniter.
const CRON_JUDGED: &str = include_str!("data/cron.txt");

fn dates(text: &str) -> Vec<Date> {
    text.split_whitespace().map(|d| d.parse().unwrap()).collect()
}

#[test]
fn a_thousand_random_recurrences_fall_where_an_independent_library_puts_them() {
    let mut checked = 0;
    for line in JUDGED.lines() {
        let [rule, start, except, expected, more] = line.split('|').collect::<Vec<_>>().try_into().unwrap();
        let (start, expected) = (start.parse::<Date>().unwrap(), dates(expected));
        let ours = Recurrence::parse(rule, start, &dates(except)).unwrap_or_else(|e| panic!("{e}"));
        let horizon = start.checked_add(Span::new().days(4_000)).unwrap();
        let found: Vec<_> = ours.dates().take_while(|d| *d <= horizon).take(expected.len()).collect();
        assert_eq!(found, expected, "{line}");
        if more == "end" {
            assert_eq!(ours.dates().take_while(|d| *d <= horizon).count(), expected.len(), "{line}");
        }
        if let Some(last) = expected.last() {
            assert!(ours.on(*last), "{line}");
            assert!(dates(except).iter().all(|d| !ours.on(*d)), "{line}");
        }
        checked += 1;
    }
    assert_eq!(checked, 1_000);
}

#[test]
fn what_is_no_recurrence_is_refused() {
    let start = "2026-11-24".parse().unwrap();
    for bad in [
        "",
        "FREQ=HOURLY",
        "BYDAY=MO",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101",
        "FREQ=WEEKLY;BYDAY=2MO",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYDAY=é",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;UNTIL=2027",
    ] {
        assert!(Recurrence::parse(bad, start, &[]).is_err(), "{bad}");
    }
}

#[test]
fn a_rule_that_never_matches_ends() {
    let never = Recurrence::parse("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-01-01".parse().unwrap(), &[]).unwrap();
    assert_eq!(never.dates().next(), None);
}

#[test]
fn a_cron_expression_says_one_time_and_the_days_of_a_recurrence() {
    for (text, start, rule, days) in [
        ("30 14 * * 4", "14:30:00", "FREQ=WEEKLY;BYDAY=TH", "2026-11-26 2026-12-03"),
        ("0 6 * * *", "06:00:00", "FREQ=DAILY", "2026-11-23 2026-11-24"),
        ("0 6 * * 1-5", "06:00:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-11-23 2026-11-24"),
        ("5 9 1,15 * *", "09:05:00", "FREQ=MONTHLY;BYMONTHDAY=1,15", "2026-12-01 2026-12-15"),
        ("0 12 L * ?", "12:00:00", "FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-30 2026-12-31"),
        ("0 20 * * FRI#2", "20:00:00", "FREQ=MONTHLY;BYDAY=2FR", "2026-12-11 2027-01-08"),
        ("0 20 * * 5L", "20:00:00", "FREQ=MONTHLY;BYDAY=-1FR", "2026-11-27 2026-12-25"),
        ("0 8 */10 jan-mar *", "08:00:00", "FREQ=MONTHLY;BYMONTHDAY=1,11,21,31;BYMONTH=1,2,3", "2027-01-01 2027-01-11"),
        ("0 8 * 12 0,7", "08:00:00", "FREQ=WEEKLY;BYDAY=SU;BYMONTH=12", "2026-12-06 2026-12-13"),
    ] {
        let read = Cron::parse(text).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!((read.one_time().unwrap().to_string().as_str(), read.rrule.as_str()), (start, rule), "{text}");
        let all = Recurrence::parse(&read.rrule, "2026-11-23".parse().unwrap(), &[]).unwrap();
        assert_eq!(all.dates().take(2).collect::<Vec<_>>(), dates(days), "{text}");
    }
    for bad in [
        "",
        "0 6",
        "0 6 * * * *",
        "61 6 * * *",
        "0,60 6 * * *",
        "0 24 * * *",
        "0 6 1 * 1",
        "0 6 32 * *",
        "0 6 * 13 *",
        "0 6 * * 8",
        "0 6 * * 5#6",
        "0 6 5-2 * *",
        "0 6 */0 * *",
    ] {
        let why = Cron::parse(bad).expect_err(bad);
        assert!(!why.fr.is_empty() && !why.en.is_empty());
    }
}

#[test]
fn four_hundred_cron_expressions_ring_when_an_independent_library_rings() {
    for line in CRON_JUDGED.lines() {
        let [text, after, expected] = line.split('|').collect::<Vec<_>>().try_into().unwrap();
        let cron = Cron::parse(text).unwrap_or_else(|e| panic!("{line}: {e}"));
        let (mut at, mut before): (Timestamp, Option<Timestamp>) = (after.parse().unwrap(), None);
        for expected in expected.split(' ') {
            let next = cron.next(&TimeZone::UTC, at).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(next.to_string(), expected, "{line}");
            // Looked back on from a second before the next, the last was the one before.
            let back = SignedDuration::from_hours(24);
            let latest = cron.latest(&TimeZone::UTC, next - SignedDuration::from_secs(1), back);
            let near = before.filter(|b| next.duration_since(*b) - SignedDuration::from_secs(1) < back);
            assert!(before.is_none() || latest == near, "{line}: {latest:?}");
            (at, before) = (next, Some(next));
        }
    }
}

#[test]
fn a_time_that_a_zone_leaves_out_or_repeats_rings_once() {
    let paris = TimeZone::get("Europe/Paris").unwrap();
    let nightly = Cron::parse("30 2 * * *").unwrap();
    for (after, next) in [
        // 29 March 2026: 02:30 does not exist and is 03:30; 25 October: it exists twice, the first time counts.
        ("2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"),
        ("2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"),
        ("2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
        ("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
    ] {
        let after: Timestamp = after.parse().unwrap();
        let rung = nightly.next(&paris, after).unwrap();
        assert_eq!(rung.to_string(), next);
        assert_eq!(nightly.latest(&paris, rung, SignedDuration::from_hours(2)), Some(rung));
        assert_eq!(nightly.latest(&paris, rung - SignedDuration::from_secs(1), SignedDuration::from_hours(2)), None);
    }
}

#[test]
fn an_event_of_the_file_may_recur_by_cron_and_says_nothing_twice() {
    let mut file = crate::catalogue::station().file().clone();
    let event = &mut file.overrides[0];
    let date = event.date.or(file.meta.anchor_monday).unwrap();
    (event.date, event.day, event.start, event.anchor) = (Some(date), None, None, None);
    (event.rrule, event.hard_end, event.cron) = (None, None, Some("30 14 * * 4".to_owned()));
    let station = scheduler::Station::new(file.clone()).unwrap();
    let read = &station.overrides()[0];
    assert!(read.on("2026-12-03".parse().unwrap()) && !read.on("2026-12-04".parse().unwrap()));
    assert_eq!(read.spec().start.unwrap().to_string(), "14:30:00");
    file.overrides[0].rrule = Some("FREQ=DAILY".to_owned());
    assert!(scheduler::Station::new(file.clone()).unwrap_err().fr.contains("cron"));
    (file.overrides[0].rrule, file.overrides[0].cron) = (None, Some("* * * * *".to_owned()));
    assert!(scheduler::Station::new(file).unwrap_err().fr.contains("une seule heure"));
}
