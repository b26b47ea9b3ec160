//! The thread that asks other sources of time than the machine's clock, beside the air.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use domain::{Finding, Severity};
use hardware::time_source::{Agreement, Gpsd, NoFix, Source, Standing, rtc_ahead};
use jiff::{SignedDuration, Timestamp};

use super::super::alarms::AlarmBoard;
use crate::clock::WallClock;

const STACK_BYTES: usize = 256 * 1024;
/// A clock that lies a second a minute is told within five.
const EVERY: Duration = Duration::from_secs(5);
/// A receiver may lose its satellites for a while without anybody being told.
const SILENT_AFTER: Duration = Duration::from_mins(5);
const RTC_CLASS: &str = "/sys/class/rtc";

/// Which sources are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOptions {
    /// A receiver of satellites.
    pub gpsd: Option<SocketAddr>,
    /// The clock with the battery.
    pub rtc: bool,
}

/// Whether the machine's clock is outvoted by its other sources; nothing follows it meanwhile.
pub type Outvoted = Arc<AtomicBool>;

/// Starts asking; the thread lives as long as the process.
pub fn start(
    options: TimeOptions,
    clock: WallClock,
    alarms: &Arc<AlarmBoard>,
    outvoted: &Outvoted,
) -> std::io::Result<()> {
    let asking = Asking {
        options,
        clock,
        alarms: Arc::clone(alarms),
        outvoted: Arc::clone(outvoted),
        agreement: Agreement::default(),
        begun: Instant::now(),
        heard: [Duration::ZERO; Source::ALL.len()],
        no_fix: None,
    };
    let builder = thread::Builder::new().name("time-sources".into()).stack_size(STACK_BYTES);
    builder.spawn(move || asking.run()).map(drop)
}

/// What each source says once: `None` where it is not asked.
pub fn asked_once(options: TimeOptions, now: impl Fn() -> Timestamp) -> Vec<(Source, Option<SignedDuration>)> {
    let gps = options.gpsd.map(|at| (Source::Gps, Gpsd::new(at).ahead(&now).ok()));
    let rtc = options.rtc.then(|| (Source::Rtc, rtc_ahead(Path::new(RTC_CLASS), now())));
    gps.into_iter().chain(rtc).collect()
}

struct Asking {
    options: TimeOptions,
    clock: WallClock,
    alarms: Arc<AlarmBoard>,
    outvoted: Outvoted,
    agreement: Agreement,
    begun: Instant,
    heard: [Duration; Source::ALL.len()],
    no_fix: Option<NoFix>,
}

impl Asking {
    fn run(mut self) {
        loop {
            let begun = Instant::now();
            self.turn();
            thread::sleep(EVERY.saturating_sub(begun.elapsed()).max(Duration::from_millis(500)));
        }
    }

    fn turn(&mut self) {
        // What a demonstration adds is asked for and no fault.
        let (clock, shift) = (self.clock, self.clock.shift());
        let machine = move || clock.now().checked_sub(shift).unwrap_or(Timestamp::UNIX_EPOCH);
        if let Some(at) = self.options.gpsd {
            let said = Gpsd::new(at).ahead(machine);
            self.take(Source::Gps, said.as_ref().ok().copied());
            self.no_fix = said.err();
        }
        if self.options.rtc {
            self.take(Source::Rtc, rtc_ahead(Path::new(RTC_CLASS), machine()));
        }
        let now = self.begun.elapsed();
        let outvoted = self.agreement.outvoted(now);
        self.outvoted.store(outvoted.is_some(), Relaxed);
        let findings = match outvoted {
            Some(ahead) => vec![clock_is_wrong(ahead)],
            None => Source::ALL.iter().filter_map(|s| self.complaint(now, *s)).collect(),
        };
        self.alarms.set("time", findings, self.clock.now());
    }

    fn take(&mut self, source: Source, says: Option<SignedDuration>) {
        let now = self.begun.elapsed();
        if says.is_some() {
            self.heard[source as usize] = now;
        }
        self.agreement.heard(now, source, says);
    }

    fn complaint(&self, now: Duration, source: Source) -> Option<Finding> {
        let is_asked = match source {
            Source::Gps => self.options.gpsd.is_some(),
            Source::Rtc => self.options.rtc,
        };
        match self.agreement.standing(now, source) {
            Standing::Differs(ahead) => Some(differs(source, ahead)),
            Standing::Silent if is_asked && now.saturating_sub(self.heard[source as usize]) >= SILENT_AFTER => {
                Some(silent(source, self.no_fix.as_ref()))
            }
            _ => None,
        }
    }
}

fn finding(code: &str, severity: Severity, fr: String, en: String) -> Finding {
    Finding { code: format!("time.{code}"), severity, at_s: None, fr, en }
}

/// Rounded, so that the sentence stays as it was raised.
fn apart(ahead: SignedDuration) -> (String, &'static str, &'static str) {
    let s = ahead.as_secs().unsigned_abs();
    let span = match s {
        0..120 => format!("{s} s"),
        120..7_200 => format!("{} min", s / 60),
        7_200..172_800 => format!("{} h", s / 3_600),
        _ => format!("{} d", s / 86_400),
    };
    if ahead.is_negative() { (span, "de moins", "behind") } else { (span, "de plus", "ahead") }
}

fn clock_is_wrong(ahead: SignedDuration) -> Finding {
    let (span, fr, en) = apart(ahead);
    let span_fr = span.replace(" d", " jours");
    finding(
        "clock",
        Severity::Blocking,
        format!(
            "L'horloge de cette machine est fausse : le GPS et l'horloge à pile montrent {span_fr} {fr}, et s'accordent. Le site garde sa propre allure et ne la suit plus. Corrigez l'heure (chronyc makestep)."
        ),
        format!(
            "This machine's clock is wrong: GPS and battery clock agree that they are {span} {en} of it. The site keeps its own pace and no longer follows it. Correct the time (chronyc makestep)."
        ),
    )
}

fn differs(source: Source, ahead: SignedDuration) -> Finding {
    let (span, fr, en) = apart(ahead);
    let span_fr = span.replace(" d", " jours");
    let (code, name_fr, name_en) = names(source);
    finding(
        &format!("{code}.differs"),
        Severity::Warning,
        format!(
            "{name_fr} montre {span_fr} {fr} que cette machine. L'un des deux se trompe ; l'antenne suit encore la machine. Comparez avec une montre."
        ),
        format!(
            "{name_en} is {span} {en} of this machine. One of them is wrong; the air still follows the machine. Compare with a watch."
        ),
    )
}

fn silent(source: Source, no_fix: Option<&NoFix>) -> Finding {
    let (code, name_fr, name_en) = names(source);
    let (fr, en) = match (source, no_fix) {
        (Source::Gps, Some(NoFix::NoFix)) => {
            ("vérifiez l'antenne : il ne voit pas assez de satellites", "check its antenna: it sees too few satellites")
        }
        (Source::Gps, _) => (
            "vérifiez que gpsd tourne et voit le récepteur (cgps)",
            "check that gpsd runs and sees the receiver (cgps)",
        ),
        (Source::Rtc, _) => {
            ("cette machine n'en a peut-être pas (/sys/class/rtc)", "this machine may have none (/sys/class/rtc)")
        }
    };
    finding(
        &format!("{code}.silent"),
        Severity::Info,
        format!("{name_fr} ne donne pas l'heure ; l'antenne suit la machine. Si cela dure, {fr}."),
        format!("{name_en} does not tell the time; the air follows the machine. If it lasts, {en}."),
    )
}

const fn names(source: Source) -> (&'static str, &'static str, &'static str) {
    match source {
        Source::Gps => ("gps", "Le récepteur GPS", "The GPS receiver"),
        Source::Rtc => ("rtc", "L'horloge à pile", "The battery clock"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;

    use super::*;

    /// A gpsd whose receiver is a minute ahead.
    fn a_minute_ahead() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for line in listener.incoming() {
                let time = Timestamp::now() + SignedDuration::from_secs(60);
                let report = format!("{{\"class\":\"TPV\",\"mode\":3,\"time\":\"{time}\"}}\n");
                let _ = line.unwrap().write_all(report.as_bytes());
            }
        });
        address
    }

    #[test]
    fn a_source_that_differs_is_told_and_alone_moves_nothing() {
        let (alarms, outvoted) = (Arc::new(AlarmBoard::default()), Outvoted::default());
        let mut asking = Asking {
            options: TimeOptions { gpsd: Some(a_minute_ahead()), rtc: false },
            clock: WallClock::shifted(SignedDuration::from_hours(48)),
            alarms: Arc::clone(&alarms),
            outvoted: Arc::clone(&outvoted),
            agreement: Agreement::default(),
            begun: Instant::now(),
            heard: [Duration::ZERO; Source::ALL.len()],
            no_fix: None,
        };
        for _ in 0..3 {
            asking.turn();
        }
        let told = alarms.all(Vec::new());
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].finding.code == "time.gps.differs" && told[0].finding.fr.contains("de plus"), "{told:?}");
        assert!(!outvoted.load(Relaxed));
        asking.agreement.heard(Duration::ZERO, Source::Rtc, Some(SignedDuration::from_secs(60)));
        for _ in 0..3 {
            asking.take(Source::Rtc, Some(SignedDuration::from_secs(60)));
        }
        asking.turn();
        assert!(outvoted.load(Relaxed));
        assert_eq!(alarms.all(Vec::new())[0].finding.code, "time.clock");
    }
}
