//! `GET /metrics`: what the sites say of themselves, for Prometheus (text format 0.0.4), at a door of its own.
//!
//! What is missing has no line: a reading that nobody has is never 0.

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::routing::get;
use domain::{MpxReading, Quantity, Severity, Vitals, WitnessReading, WitnessState};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;
use web_admin::SiteView;

use crate::clock::WallClock;

const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Serves the metrics at `address` for as long as the process lives; an address that is taken is told and costs nothing else.
pub(super) async fn serve(address: SocketAddr, views: watch::Receiver<Arc<Vec<SiteView>>>, clock: WallClock) {
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(why) => return tracing::error!("no metrics on {address}: {why}"),
    };
    let answer = move || async move {
        let views = Arc::clone(&views.borrow());
        ([(header::CONTENT_TYPE, FORMAT)], text(&views, clock.now()))
    };
    tracing::info!("metrics on http://{address}/metrics");
    if let Err(why) = axum::serve(listener, Router::new().route("/metrics", get(answer))).await {
        tracing::error!("no more metrics: {why}");
    }
}

/// One family: name, type, meaning, and its lines.
struct Family {
    name: &'static str,
    kind: &'static str,
    help: &'static str,
    lines: Vec<(String, f64)>,
}

/// Everything, family by family.
fn text(views: &[SiteView], now: Timestamp) -> String {
    let mut text = String::new();
    for family in families(views, now).into_iter().filter(|f| !f.lines.is_empty()) {
        let Family { name, kind, help, lines } = family;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in lines {
            let _ = writeln!(text, "{name}{{{labels}}} {value}");
        }
    }
    text
}

fn families(views: &[SiteView], now: Timestamp) -> Vec<Family> {
    let mut families = of_sites(views, now);
    families.extend(of_outputs(views));
    families.extend(of_mpx(views));
    families.extend(of_witness(views));
    families.extend(Quantity::ALL.into_iter().map(|quantity| of_equipment(views, quantity)));
    families
}

fn of_sites(views: &[SiteView], now: Timestamp) -> Vec<Family> {
    let each = |name, kind, help, read: &dyn Fn(&SiteView) -> Option<f64>| Family {
        name,
        kind,
        help,
        lines: views.iter().filter_map(|v| Some((site(v), read(v)?))).collect(),
    };
    let vital = |read: fn(&Vitals) -> Option<f64>| move |v: &SiteView| v.vitals.as_ref().and_then(read);
    vec![
        each("mikado_contact_age_seconds", "gauge", "Time since the site last answered.", &|v| {
            v.last_contact.map(|at| now.duration_since(at).as_secs_f64())
        }),
        each(
            "mikado_rung",
            "gauge",
            "What sounds: 4 live, 3 plan, 2 own plan, 1 bed, 0 floor.",
            &vital(|v| Some(f64::from(v.rung.number()))),
        ),
        each(
            "mikado_level_rms_dbfs",
            "gauge",
            "Level of the last half second that left; no line is digital silence.",
            &vital(|v| v.levels.last()?.rms_dbfs.map(f64::from)),
        ),
        each(
            "mikado_played_seconds_total",
            "counter",
            "Sound that left since the process began.",
            &vital(|v| Some(v.position.0 as f64 / f64::from(domain::SAMPLE_RATE_HZ))),
        ),
        each(
            "mikado_underrun_seconds_total",
            "counter",
            "Sound that the floor had to give because a voice was late.",
            &vital(|v| Some(v.underrun.as_secs_f64())),
        ),
        each(
            "mikado_late_blocks_total",
            "counter",
            "Blocks of 10 ms that took the mixer longer than that.",
            &vital(|v| v.render_blocks.last().map(|n| *n as f64)),
        ),
        each(
            "mikado_time_trusted",
            "gauge",
            "Whether the site's clock is trusted.",
            &vital(|v| Some(f64::from(u8::from(v.time_trusted)))),
        ),
        each(
            "mikado_plan_until_timestamp_seconds",
            "gauge",
            "How far the site's plans reach.",
            &vital(|v| v.plan_until.map(|t| t.as_second() as f64)),
        ),
        Family {
            name: "mikado_alarms",
            kind: "gauge",
            help: "Conditions that last, by severity.",
            lines: views.iter().filter_map(|v| v.vitals.as_ref().map(|vitals| (v, vitals))).flat_map(alarms).collect(),
        },
    ]
}

fn alarms((view, vitals): (&SiteView, &Vitals)) -> [(String, f64); 3] {
    [("info", Severity::Info), ("warning", Severity::Warning), ("blocking", Severity::Blocking)].map(
        |(word, severity)| {
            let count = vitals.alarms.iter().filter(|a| a.finding.severity == severity).count();
            (format!("{},severity=\"{word}\"", site(view)), count as f64)
        },
    )
}

fn of_outputs(views: &[SiteView]) -> [Family; 4] {
    let each = |name, kind, help, read: &dyn Fn(&domain::OutputReading) -> Option<f64>| Family {
        name,
        kind,
        help,
        lines: views
            .iter()
            .flat_map(|v| v.vitals.iter().flat_map(|vitals| &vitals.outputs).map(move |o| (v, o)))
            .filter_map(|(v, o)| Some((format!("{},output=\"{}\"", site(v), escaped(&o.name)), read(o)?)))
            .collect(),
    };
    [
        each("mikado_output_taken_seconds_total", "counter", "Sound that the output took.", &|o| {
            Some(o.taken.as_secs_f64())
        }),
        each("mikado_output_lost_seconds_total", "counter", "Sound that the output was too slow for.", &|o| {
            Some(o.lost.as_secs_f64())
        }),
        each("mikado_output_listeners", "gauge", "Listeners, where the output counts them.", &|o| {
            o.listeners.map(f64::from)
        }),
        each("mikado_output_trouble", "gauge", "Whether the output does not work now.", &|o| {
            Some(f64::from(u8::from(o.trouble.is_some())))
        }),
    ]
}

fn of_mpx(views: &[SiteView]) -> [Family; 3] {
    let each = |name, kind, help, read: fn(&MpxReading) -> Option<f64>| {
        let mpx = |v: &SiteView| v.vitals.as_ref()?.mpx.as_ref().and_then(read);
        Family { name, kind, help, lines: views.iter().filter_map(|v| Some((site(v), mpx(v)?))).collect() }
    };
    [
        each("mikado_mpx_deviation_hertz", "gauge", "Highest deviation of the last second.", |m| {
            m.deviation_khz.map(|khz| f64::from(khz) * 1_000.0)
        }),
        each("mikado_mpx_power_dbr", "gauge", "Power of the multiplex over 60 s (ITU-R BS.412).", |m| {
            m.power_dbr.map(f64::from)
        }),
        each("mikado_mpx_ceiling_hits_total", "counter", "Samples that the last ceiling had to cut.", |m| {
            Some(m.ceiling_hits as f64)
        }),
    ]
}

fn of_witness(views: &[SiteView]) -> [Family; 3] {
    let each = |name, help, read: fn(&WitnessReading) -> Option<f64>| {
        let witness = |v: &SiteView| v.vitals.as_ref()?.witness.as_ref().and_then(read);
        let lines = views.iter().filter_map(|v| Some((site(v), witness(v)?))).collect();
        Family { name, kind: "gauge", help, lines }
    };
    [
        each("mikado_witness_right", "Whether a receiver hears off the air what was sent.", |w| match w.state {
            WitnessState::Listening => None,
            state => Some(f64::from(u8::from(state == WitnessState::Right))),
        }),
        each("mikado_witness_delay_seconds", "How long after it was sent it is heard.", |w| {
            w.delay_ms.map(|ms| f64::from(ms) / 1_000.0)
        }),
        each("mikado_witness_likeness", "How alike both are, 1 is the same.", |w| w.likeness.map(f64::from)),
    ]
}

/// In base units, as Prometheus asks: hertz, not kilohertz, and a share of 1, not percent.
fn of_equipment(views: &[SiteView], quantity: Quantity) -> Family {
    let (name, factor, help) = match quantity {
        Quantity::RfOn => ("mikado_carrier_on", 1.0, "Whether the carrier is on."),
        Quantity::ForwardPower => ("mikado_forward_power_watts", 1.0, "Power towards the antenna."),
        Quantity::ReflectedPower => ("mikado_reflected_power_watts", 1.0, "Power that the antenna sends back."),
        Quantity::Vswr => ("mikado_standing_wave_ratio", 1.0, "Voltage standing wave ratio."),
        Quantity::Frequency => ("mikado_carrier_frequency_hertz", 1_000.0, "The carrier's frequency."),
        Quantity::PaTemperature => ("mikado_amplifier_temperature_celsius", 1.0, "Temperature of the power amplifier."),
        Quantity::Exciter => ("mikado_exciter", 1.0, "Which exciter is in use."),
        Quantity::Mains => ("mikado_mains_on", 1.0, "Whether the mains are there."),
        Quantity::Battery => ("mikado_battery_volts", 1.0, "Voltage of the battery."),
        Quantity::Generator => ("mikado_generator_on", 1.0, "Whether the generator runs."),
        Quantity::Fuel => ("mikado_fuel_ratio", 0.01, "Fuel in the tank, 1 is full."),
        Quantity::RoomTemperature => ("mikado_room_temperature_celsius", 1.0, "Temperature of the room."),
    };
    let reading = |v: &SiteView| {
        let vitals = v.vitals.as_ref()?;
        vitals.equipment.iter().find(|e| e.quantity == quantity)?.value
    };
    let lines = views.iter().filter_map(|v| Some((site(v), reading(v)? * factor))).collect();
    Family { name, kind: "gauge", help, lines }
}

fn site(view: &SiteView) -> String {
    format!("site=\"{}\"", view.site)
}

/// A label's value: an output is named after a server that somebody wrote.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use domain::{BootId, EquipmentReading, Frames, OutputReading, Position, Rung};

    use super::*;

    fn view() -> SiteView {
        let at: Timestamp = "2026-11-24T08:10:00Z".parse().unwrap();
        let vitals = Vitals {
            site: "GAO".parse().unwrap(),
            boot: BootId(7),
            read_at: at,
            time_trusted: true,
            position: Position(96_000),
            levels: Vec::new(),
            rung: Rung::Plan,
            now: None,
            next: None,
            revision: None,
            plan_until: None,
            underrun: Frames(480),
            limited_db: None,
            render_blocks: [9, 8, 7, 6, 5, 4, 3],
            live: None,
            mpx: None,
            witness: Some(WitnessReading {
                state: WitnessState::Right,
                delay_ms: Some(720),
                likeness: Some(0.75),
                level_dbfs: None,
            }),
            outputs: vec![OutputReading {
                name: "icecast a\"b\\c".into(),
                taken: Frames(48_000),
                lost: Frames(0),
                listeners: None,
                trouble: None,
            }],
            equipment: vec![
                EquipmentReading { quantity: Quantity::Frequency, value: Some(94_000.0), read_at: Some(at) },
                EquipmentReading { quantity: Quantity::ForwardPower, value: None, read_at: Some(at) },
            ],
            alarms: Vec::new(),
        };
        let (site, last_contact) = (vitals.site, Some(at));
        SiteView { site, vitals: Some(vitals), last_contact, revision_since: None, stream_port: None }
    }

    #[test]
    fn what_is_missing_has_no_line_and_what_is_there_has_base_units() {
        let now = "2026-11-24T08:10:02Z".parse().unwrap();
        let text = text(&[view()], now);
        for line in [
            "mikado_contact_age_seconds{site=\"GAO\"} 2",
            "mikado_rung{site=\"GAO\"} 3",
            "mikado_played_seconds_total{site=\"GAO\"} 2",
            "mikado_underrun_seconds_total{site=\"GAO\"} 0.01",
            "mikado_late_blocks_total{site=\"GAO\"} 3",
            "mikado_carrier_frequency_hertz{site=\"GAO\"} 94000000",
            "mikado_output_taken_seconds_total{site=\"GAO\",output=\"icecast a\\\"b\\\\c\"} 1",
            "mikado_alarms{site=\"GAO\",severity=\"blocking\"} 0",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}:\n{text}");
        }
        for absent in ["forward_power", "level_rms", "plan_until", "listeners"] {
            assert!(!text.contains(absent), "{absent}:\n{text}");
        }
    }

    #[test]
    fn a_site_nobody_has_heard_of_has_no_line() {
        let unheard = SiteView { vitals: None, last_contact: None, ..view() };
        assert_eq!(text(&[unheard], "2026-11-24T08:10:02Z".parse().unwrap()), "");
    }
}
