//! What `mikado doctor` says of the time.

use std::path::Path;

use domain::SiteId;
use hardware::time_source::{APART_MAX, Source, Tracking};
use jiff::SignedDuration;
use rustix::thread::ClockId;

use super::Look;
use crate::clock::WallClock;
use crate::config::Config;
use crate::run::air::ask_time_sources;

/// An appointment may be missed by this: a hard start is heard as late beyond it.
const ERROR_S_MAX: f64 = 0.5;

/// What the other sources of each site say now.
pub(super) fn sources(config: &Config) -> Vec<Look> {
    let asked = config.sites.iter().filter_map(|site| Some((site.id, site.time?)));
    asked
        .flat_map(|(id, time)| {
            ask_time_sources(time, || WallClock::default().now())
                .into_iter()
                .map(move |(s, says)| of_source(id, s, says))
        })
        .collect()
}

fn of_source(id: SiteId, source: Source, says: Option<SignedDuration>) -> Look {
    let (fr, en) = match source {
        Source::Gps => ("le récepteur GPS (gpsd)", "the GPS receiver (gpsd)"),
        Source::Rtc => ("l'horloge à pile", "the battery clock"),
    };
    let Some(ahead) = says else {
        return Look::new(
            "heure",
            false,
            format!("{id} : {fr} ne donne pas l'heure."),
            format!("{id}: {en} does not tell the time."),
        );
    };
    let s = ahead.as_secs_f64();
    Look::new(
        "heure",
        ahead.abs() <= APART_MAX,
        format!("{id} : {fr} est à {s:+.1} s de cette machine."),
        format!("{id}: {en} is {s:+.1} s from this machine."),
    )
}

/// Whether something disciplines the machine's clock. The kernel's own word for it is the leap state, which needs a call that
/// this program does not make: chrony is asked, and for other daemons their marks are looked for.
pub(super) fn look() -> Look {
    let ns = rustix::time::clock_getres(ClockId::Monotonic).tv_nsec;
    if let Some(Tracking { source, stratum, error_s_max }) = Tracking::asked() {
        let ms = error_s_max * 1e3;
        return Look::new(
            "heure",
            error_s_max <= ERROR_S_MAX,
            format!(
                "chrony suit {source} (strate {stratum}), à {ms:.1} ms près au pire ; pas de l'horloge monotone : {ns} ns."
            ),
            format!(
                "chrony follows {source} (stratum {stratum}), wrong by {ms:.1} ms at most; step of the monotonic clock: {ns} ns."
            ),
        );
    }
    let marks = ["/run/systemd/timesync/synchronized", "/run/chrony/chronyd.pid", "/run/ntpd.pid"];
    match marks.iter().find(|m| Path::new(m).exists()) {
        Some(mark) if mark.contains("chrony") => Look::new(
            "heure",
            false,
            "chrony tourne mais ne suit encore aucune source : vérifiez le réseau et « chronyc sources ».".to_owned(),
            "chrony runs but follows no source yet: check the network and “chronyc sources”.".to_owned(),
        ),
        Some(mark) => Look::new(
            "heure",
            true,
            format!("l'heure est tenue ({mark}) ; pas de l'horloge monotone : {ns} ns."),
            format!("the time is kept ({mark}); step of the monotonic clock: {ns} ns."),
        ),
        None => Look::new(
            "heure",
            false,
            "rien ne tient l'heure de cette machine : installez chrony, sinon les rendez-vous dérivent.".to_owned(),
            "nothing keeps this machine's time: install chrony, or appointments drift.".to_owned(),
        ),
    }
}
