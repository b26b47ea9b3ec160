//! Nights of faults, in no time.

use super::*;
use std::time::Duration;

const ZONE: TimeZone = TimeZone::UTC;

/// A station whose readers are told, and what they got.
struct Night {
    notices: Notices,
    now: Timestamp,
    got: Vec<(String, Notice)>,
    closed: bool,
}

fn options(readers: Vec<Reader>) -> NoticeOptions {
    NoticeOptions { after: Duration::from_secs(30), readers, ..NoticeOptions::default() }
}

fn reader(name: &str) -> Reader {
    let address = Address::Sms("+22376000000".parse().unwrap());
    Reader { name: name.into(), address, sites: Vec::new(), least: Severity::Warning, quiet: None, daily: None }
}

fn condition(site: &str, code: &str, severity: Severity) -> Condition {
    let (fr, en) = (format!("{code} ne va pas ; le son continue."), format!("{code} is not well; the sound goes on."));
    let finding = Finding { code: code.into(), severity, at_s: None, fr, en };
    Condition { site: site.parse().unwrap(), finding, since: "2026-11-22T20:00:00Z".parse().unwrap() }
}

impl Night {
    fn new(readers: Vec<Reader>) -> Self {
        let now = "2026-11-22T20:00:00Z".parse().unwrap();
        Self { notices: Notices::new(&options(readers), Memory::default()), now, got: Vec::new(), closed: false }
    }

    /// So many seconds in which `lasts` says of each what lasts.
    fn go(&mut self, seconds: i64, lasts: impl Fn(i64) -> Vec<Condition>) {
        for s in 0..seconds {
            self.notices.heard(self.now, lasts(s));
            while let Some((at, notice)) = self.notices.next(self.now, &ZONE) {
                if self.closed {
                    self.notices.failed(self.now, at, Said::new("pas de réseau.", "no network."));
                } else {
                    self.notices.sent(self.now, at, &notice);
                    self.got.push((self.notices.reader(at).unwrap().name.clone(), notice));
                }
            }
            self.now = self.now.checked_add(SignedDuration::from_secs(1)).unwrap();
        }
    }

    fn counts(&self) -> Vec<(&str, usize, usize)> {
        self.got.iter().map(|(name, n)| (name.as_str(), n.raised.len(), n.over.len())).collect()
    }
}

#[test]
fn a_site_s_faults_are_told_together_once_and_their_end_too() {
    let mut night = Night::new(vec![reader("Awa")]);
    let two =
        |_| vec![condition("GAO", "card.lost", Severity::Blocking), condition("GAO", "rtp.refused", Severity::Warning)];
    night.go(39, two);
    assert!(night.got.is_empty(), "what may pass by itself is waited for");
    night.go(3_600, two);
    night.go(3_600, |_| Vec::new());
    assert_eq!(night.counts(), [("Awa", 2, 0), ("Awa", 0, 2)]);
}

#[test]
fn a_condition_that_flaps_for_a_night_sends_a_handful() {
    // Ten seconds on and off is one condition that lasts.
    let mut night = Night::new(vec![reader("Awa")]);
    let flaps = |period: i64| {
        move |s: i64| Vec::from_iter((s % (2 * period) < period).then(|| condition("GAO", "x", Severity::Blocking)))
    };
    night.go(8 * 3_600, flaps(10));
    assert_eq!(night.counts(), [("Awa", 1, 0)]);
    // Three minutes on and off: at most one message for this cause in ten minutes.
    let mut night = Night::new(vec![reader("Awa")]);
    night.go(8 * 3_600, flaps(180));
    assert!((8..=48).contains(&night.got.len()), "{}", night.got.len());
    // Thirty causes that take turns: never more than six short messages in any hour.
    let mut night = Night::new(vec![reader("Awa")]);
    night.go(8 * 3_600, |s| vec![condition("GAO", &format!("x{}", s / 300 % 30), Severity::Blocking)]);
    let times: Vec<i64> = night.got.iter().map(|(_, n)| n.at.timestamp().as_second()).collect();
    assert!(times.windows(7).all(|w| w[6] - w[0] >= 3_600), "{times:?}");
    assert!(times.len() <= 48);
}

#[test]
fn each_reader_hears_of_their_sites_and_what_matters_to_them() {
    let gao = Reader { sites: vec!["GAO".parse().unwrap()], ..reader("Awa") };
    let urgent = Reader { least: Severity::Blocking, ..reader("Issa") };
    let mut night = Night::new(vec![gao, urgent]);
    night.go(120, |_| {
        vec![
            condition("GAO", "note", Severity::Info),
            condition("GAO", "a", Severity::Warning),
            condition("KDL", "b", Severity::Blocking),
            condition("KDL", "c", Severity::Warning),
        ]
    });
    assert_eq!(night.counts(), [("Awa", 1, 0), ("Issa", 1, 0)]);
    assert_eq!(night.got[1].1.raised[0].finding.code, "b");
}

#[test]
fn quiet_hours_keep_all_but_what_takes_the_sound_away() {
    let hours = (Time::constant(22, 0, 0, 0), Time::constant(6, 0, 0, 0));
    let mut night = Night::new(vec![Reader { quiet: Some(hours), ..reader("Awa") }]);
    night.go(2 * 3_600, |_| Vec::new());
    night.go(3_600, |_| vec![condition("GAO", "a", Severity::Warning)]);
    assert!(night.got.is_empty());
    let both = |_| vec![condition("GAO", "a", Severity::Warning), condition("GAO", "b", Severity::Blocking)];
    night.go(3_600, both);
    assert_eq!(night.counts(), [("Awa", 2, 0)], "what rings at night brings the rest with it");
    night.go(3_600, |_| Vec::new());
    assert_eq!(night.got.len(), 1, "an end can wait");
    night.go(6 * 3_600, |_| Vec::new());
    assert_eq!(night.counts()[1..], [("Awa", 0, 2)]);
    assert_eq!(night.got[1].1.at.hour(), 6);
}

#[test]
fn what_could_not_be_sent_is_told_on_the_wall_and_sent_as_it_then_is() {
    let gao: SiteId = "GAO".parse().unwrap();
    let mut night = Night::new(vec![reader("Awa")]);
    night.closed = true;
    let (a, b) = (condition("GAO", "a", Severity::Blocking), condition("GAO", "b", Severity::Blocking));
    night.go(1_700, |_| vec![a.clone()]);
    let untold = night.notices.untold(night.now, &[gao]);
    assert_eq!(untold.len(), 1);
    assert!(untold[0].1.finding.fr.contains("Awa") && untold[0].1.finding.fr.contains("pas de réseau"), "{untold:?}");
    night.closed = false;
    night.go(1_900, |_| vec![b.clone()]);
    let codes: Vec<_> = night.got.iter().flat_map(|(_, n)| n.raised.iter().map(|c| c.finding.code.as_str())).collect();
    assert_eq!(codes, ["b"], "what came and went meanwhile is told to nobody");
    assert!(night.notices.untold(night.now, &[gao]).is_empty());
}

#[test]
fn a_restart_tells_nobody_anew_and_the_end_is_still_told() {
    let mut night = Night::new(vec![reader("Awa")]);
    let lasts = |_| vec![condition("GAO", "a", Severity::Blocking)];
    night.go(120, lasts);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("notices.json");
    night.notices.memory().write(&file).unwrap();
    night.notices = Notices::new(&options(vec![reader("Awa")]), Memory::read(&file));
    night.go(3_600, lasts);
    night.go(3_600, |_| Vec::new());
    assert_eq!(night.counts(), [("Awa", 1, 0), ("Awa", 0, 1)]);
    std::fs::write(&file, b"{\"readers\": [").unwrap();
    assert_eq!(Memory::read(&file), Memory::default());
}

#[test]
fn all_is_well_is_told_once_a_day_and_a_clock_that_jumped_stops_nothing() {
    let daily = Reader { daily: Some(Time::constant(7, 30, 0, 0)), ..reader("Awa") };
    let mut night = Night::new(vec![daily]);
    night.go(3 * 86_400, |_| Vec::new());
    let hours: Vec<_> = night.got.iter().map(|(_, n)| (n.kind, n.at.hour(), n.at.minute())).collect();
    let expected = [(Kind::Daily, 20, 0), (Kind::Daily, 7, 30), (Kind::Daily, 7, 30), (Kind::Daily, 7, 30)];
    assert_eq!(hours, expected, "the first says that they are reached at all");
    night.now = "2020-01-01T00:00:00Z".parse().unwrap();
    night.go(120, |_| vec![condition("GAO", "a", Severity::Blocking)]);
    assert_eq!(night.got.last().unwrap().1.raised.len(), 1);
}
