//! `GET /api/wall`: the readings themselves, for scripts.

use axum::Json;
use axum::extract::State;
use domain::{LiveReading, LiveState, MpxReading, NowNext, Vitals, WitnessReading, WitnessState};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::severity_class;
use crate::SiteView;
use crate::web::Web;

/// `GET /api/wall`
pub(crate) async fn api(State(web): State<Web>) -> Json<Value> {
    let live = web.app.live.borrow().clone();
    let now = web.app.now();
    let sites: Vec<Value> = live.iter().map(|v| site(v, now)).collect();
    Json(json!({ "now": now.to_string(), "sites": sites }))
}

fn site(view: &SiteView, now: Timestamp) -> Value {
    let age_s = view.last_contact.map(|at| now.duration_since(at).as_secs_f64());
    json!({
        "site": view.site.as_str(),
        "last_contact": view.last_contact.map(|t| t.to_string()),
        "contact_age_s": age_s,
        "stream_port": view.stream_port,
        "vitals": view.vitals.as_ref().map(vitals),
    })
}

fn vitals(v: &Vitals) -> Value {
    let levels: Vec<Value> = v.levels.iter().map(|l| json!([l.rms_dbfs, l.peak_dbfs])).collect();
    let outputs: Vec<Value> = v
        .outputs
        .iter()
        .map(|o| {
            json!({
                "name": o.name, "taken_frames": o.taken.0, "lost_frames": o.lost.0, "listeners": o.listeners,
                "trouble": o.trouble.as_ref().map(finding),
            })
        })
        .collect();
    let equipment: Vec<Value> = v
        .equipment
        .iter()
        .map(|e| json!({ "quantity": e.quantity.key(), "value": e.value, "read_at": e.read_at.map(|t| t.to_string()) }))
        .collect();
    let alarms: Vec<Value> =
        v.alarms.iter().map(|a| json!({ "since": a.since.to_string(), "finding": finding(&a.finding) })).collect();
    json!({
        "boot": v.boot.to_string(),
        "read_at": v.read_at.to_string(),
        "time_trusted": v.time_trusted,
        "position_frames": v.position.0,
        "levels_dbfs": levels,
        "rung": v.rung.number(),
        "now": v.now.as_ref().map(turn),
        "next": v.next.as_ref().map(turn),
        "revision": v.revision.map(|r| r.0),
        "plan_until": v.plan_until.map(|t| t.to_string()),
        "underrun_frames": v.underrun.0,
        "limited_db": v.limited_db,
        "render_blocks": v.render_blocks,
        "live": v.live.as_ref().map(live),
        "mpx": v.mpx.as_ref().map(mpx),
        "witness": v.witness.as_ref().map(witness),
        "outputs": outputs,
        "equipment": equipment,
        "alarms": alarms,
    })
}

fn live(l: &LiveReading) -> Value {
    let state = match l.state {
        LiveState::Waiting => "waiting",
        LiveState::Proving => "proving",
        LiveState::Kept => "kept",
        LiveState::OnAir => "on_air",
        LiveState::Holding => "holding",
    };
    json!({
        "person": l.person, "source": l.source, "state": state, "since": l.since.map(|t| t.to_string()),
        "until": l.until.to_string(), "buffer_ms": l.buffer_ms, "drift_ppm": l.drift_ppm,
    })
}

fn mpx(m: &MpxReading) -> Value {
    json!({
        "deviation_khz": m.deviation_khz, "power_dbr": m.power_dbr, "ceiling_hits": m.ceiling_hits,
        "pi": m.pi.map(|pi| format!("0x{pi:04X}")), "card_ppm": m.card_ppm,
    })
}

fn witness(w: &WitnessReading) -> Value {
    let state = match w.state {
        WitnessState::Listening => "listening",
        WitnessState::Right => "right",
        WitnessState::Mute => "mute",
        WitnessState::Noise => "noise",
        WitnessState::Foreign => "foreign",
    };
    json!({ "state": state, "delay_ms": w.delay_ms, "likeness": w.likeness, "level_dbfs": w.level_dbfs })
}

fn turn(n: &NowNext) -> Value {
    json!({
        "entry": n.entry, "title": n.title, "programme": n.programme, "language": n.language,
        "at": n.at.to_string(), "ends": n.ends.to_string(),
    })
}

/// A finding as JSON, in both languages.
pub(crate) fn finding(f: &domain::Finding) -> Value {
    json!({ "code": f.code, "severity": severity_class(f.severity), "at_s": f.at_s, "fr": f.fr, "en": f.en })
}
