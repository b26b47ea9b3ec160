//! Recurrences: a thousand random ones, judged against the dates that python-dateutil 2.9 gives.
use jiff::Span;
use jiff::civil::Date;
use scheduler::Recurrence;

/// `rule|first date|exceptions|the first occurrences|whether there are more`, made once with python-dateutil.
const JUDGED: &str = include_str!("data/recurrences.txt");

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
