//! What `mikado doctor` says of the time.

use std::path::Path;

use hardware::time_source::Tracking;
use rustix::thread::ClockId;

use super::Look;

/// An appointment may be missed by this: a hard start is heard as late beyond it.
const ERROR_S_MAX: f64 = 0.5;

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
