//! Vitals as JSON, both ways: what an air process answers on its socket and what hq reads there.
//!
//! Missing is `null`, never 0. Fields may be added, never renamed; a reader ignores those that it does not know.

mod witness;

use domain::{
    Alarm, BootId, EquipmentReading, Finding, Frames, LevelReading, LiveReading, LiveState, MpxReading, NowNext,
    OutputReading, Position, Quantity, Revision, Rung, Severity, Vitals, WitnessReading,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use witness::WitnessWire;

/// Vitals longer than this are no vitals: 120 levels, 32 alarms and 16 outputs need less than a tenth of it.
pub const VITALS_BYTES_MAX: usize = 256 * 1024;

/// The bytes are not vitals.
#[derive(Debug, thiserror::Error)]
pub enum NotVitals {
    /// Not JSON, or not of this shape.
    #[error("the answer is not a site's vitals: {0}")]
    Shape(#[from] serde_json::Error),
    /// A field has a value that cannot be.
    #[error("the site's vitals have an impossible {field}: {value}")]
    Value {
        /// Which field.
        field: &'static str,
        /// What it said.
        value: String,
    },
}

/// Vitals as one JSON object.
pub fn vitals_to_json(vitals: &Vitals) -> String {
    serde_json::to_string(&VitalsWire::from(vitals)).unwrap_or_default()
}

/// Vitals from the JSON of [`vitals_to_json`].
pub fn vitals_from_json(json: &[u8]) -> Result<Vitals, NotVitals> {
    serde_json::from_slice::<VitalsWire>(json)?.try_into()
}

/// A wall time as RFC 3339 text.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Time(Timestamp);

impl From<Time> for String {
    fn from(time: Time) -> Self {
        time.0.to_string()
    }
}

impl TryFrom<String> for Time {
    type Error = jiff::Error;

    fn try_from(text: String) -> Result<Self, jiff::Error> {
        text.parse().map(Self)
    }
}

/// For `#[serde(with)]` on a field that is a [`Timestamp`].
pub(crate) mod time {
    use jiff::Timestamp;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::Time;

    pub(crate) fn serialize<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        Time(*time).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        Time::deserialize(from).map(|time| time.0)
    }
}

#[derive(Serialize, Deserialize)]
struct VitalsWire {
    site: String,
    boot: String,
    read_at: Time,
    time_trusted: bool,
    position_frames: u64,
    levels: Vec<LevelWire>,
    rung: u8,
    now: Option<NowNextWire>,
    next: Option<NowNextWire>,
    revision: Option<u64>,
    plan_until: Option<Time>,
    underrun_frames: u64,
    #[serde(default)]
    limited_db: Option<f32>,
    #[serde(default)]
    render_blocks: [u64; 7],
    #[serde(default)]
    live: Option<LiveWire>,
    #[serde(default)]
    mpx: Option<MpxWire>,
    #[serde(default)]
    witness: Option<WitnessWire>,
    outputs: Vec<OutputWire>,
    #[serde(default)]
    equipment: Vec<EquipmentWire>,
    alarms: Vec<AlarmWire>,
}

#[derive(Serialize, Deserialize)]
struct LevelWire {
    rms_dbfs: Option<f32>,
    peak_dbfs: Option<f32>,
}

#[derive(Serialize, Deserialize)]
struct NowNextWire {
    entry: String,
    title: String,
    programme: String,
    language: String,
    at: Time,
    ends: Time,
}

#[derive(Serialize, Deserialize)]
struct LiveWire {
    person: String,
    source: String,
    #[serde(with = "LiveStateWire")]
    state: LiveState,
    since: Option<Time>,
    until: Time,
    buffer_ms: u32,
    drift_ppm: f32,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", remote = "LiveState")]
enum LiveStateWire {
    Waiting,
    Proving,
    Kept,
    OnAir,
    Holding,
}

#[derive(Serialize, Deserialize)]
struct MpxWire {
    deviation_khz: Option<f32>,
    power_dbr: Option<f32>,
    ceiling_hits: u64,
    pi: Option<u16>,
    card_ppm: Option<f32>,
}

#[derive(Serialize, Deserialize)]
struct OutputWire {
    name: String,
    taken_frames: u64,
    lost_frames: u64,
    listeners: Option<u32>,
    trouble: Option<FindingWire>,
}

#[derive(Serialize, Deserialize)]
struct EquipmentWire {
    quantity: String,
    value: Option<f64>,
    read_at: Option<Time>,
}

#[derive(Serialize, Deserialize)]
struct AlarmWire {
    since: Time,
    #[serde(flatten)]
    finding: FindingWire,
}

/// A finding as JSON: `{code, severity, at_s, fr, en}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindingWire {
    /// Its stable code.
    pub code: String,
    /// `info`, `warning` or `blocking`.
    pub severity: SeverityWire,
    /// Where, in seconds.
    pub at_s: Option<f64>,
    /// The French sentence.
    pub fr: String,
    /// The English sentence.
    pub en: String,
}

/// How much a finding matters, as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeverityWire {
    /// Worth knowing.
    Info,
    /// Goes through.
    Warning,
    /// Refuses.
    Blocking,
}

impl From<&Finding> for FindingWire {
    fn from(f: &Finding) -> Self {
        let severity = match f.severity {
            Severity::Info => SeverityWire::Info,
            Severity::Warning => SeverityWire::Warning,
            Severity::Blocking => SeverityWire::Blocking,
        };
        Self { code: f.code.clone(), severity, at_s: f.at_s, fr: f.fr.clone(), en: f.en.clone() }
    }
}

impl From<FindingWire> for Finding {
    fn from(f: FindingWire) -> Self {
        let severity = match f.severity {
            SeverityWire::Info => Severity::Info,
            SeverityWire::Warning => Severity::Warning,
            SeverityWire::Blocking => Severity::Blocking,
        };
        Self { code: f.code, severity, at_s: f.at_s, fr: f.fr, en: f.en }
    }
}

impl From<&NowNext> for NowNextWire {
    fn from(n: &NowNext) -> Self {
        Self {
            entry: n.entry.clone(),
            title: n.title.clone(),
            programme: n.programme.clone(),
            language: n.language.clone(),
            at: Time(n.at),
            ends: Time(n.ends),
        }
    }
}

impl From<NowNextWire> for NowNext {
    fn from(n: NowNextWire) -> Self {
        Self {
            entry: n.entry,
            title: n.title,
            programme: n.programme,
            language: n.language,
            at: n.at.0,
            ends: n.ends.0,
        }
    }
}

impl From<&LiveReading> for LiveWire {
    fn from(l: &LiveReading) -> Self {
        Self {
            person: l.person.clone(),
            source: l.source.clone(),
            state: l.state,
            since: l.since.map(Time),
            until: Time(l.until),
            buffer_ms: l.buffer_ms,
            drift_ppm: l.drift_ppm,
        }
    }
}

impl From<LiveWire> for LiveReading {
    fn from(l: LiveWire) -> Self {
        Self {
            person: l.person,
            source: l.source,
            state: l.state,
            since: l.since.map(|t| t.0),
            until: l.until.0,
            buffer_ms: l.buffer_ms,
            drift_ppm: l.drift_ppm,
        }
    }
}

impl From<&MpxReading> for MpxWire {
    fn from(m: &MpxReading) -> Self {
        let MpxReading { deviation_khz, power_dbr, ceiling_hits, pi, card_ppm } = *m;
        Self { deviation_khz, power_dbr, ceiling_hits, pi, card_ppm }
    }
}

impl From<MpxWire> for MpxReading {
    fn from(m: MpxWire) -> Self {
        let finite = |value: Option<f32>| value.filter(|v| v.is_finite());
        let (deviation_khz, power_dbr) = (finite(m.deviation_khz), finite(m.power_dbr));
        Self { deviation_khz, power_dbr, ceiling_hits: m.ceiling_hits, pi: m.pi, card_ppm: finite(m.card_ppm) }
    }
}

impl From<&Vitals> for VitalsWire {
    fn from(v: &Vitals) -> Self {
        let level = |l: &LevelReading| LevelWire { rms_dbfs: l.rms_dbfs, peak_dbfs: l.peak_dbfs };
        let output = |o: &OutputReading| OutputWire {
            name: o.name.clone(),
            taken_frames: o.taken.0,
            lost_frames: o.lost.0,
            listeners: o.listeners,
            trouble: o.trouble.as_ref().map(FindingWire::from),
        };
        let equipment = |e: &EquipmentReading| EquipmentWire {
            quantity: e.quantity.key().to_owned(),
            value: e.value,
            read_at: e.read_at.map(Time),
        };
        let alarm = |a: &Alarm| AlarmWire { since: Time(a.since), finding: FindingWire::from(&a.finding) };
        Self {
            site: v.site.to_string(),
            boot: v.boot.to_string(),
            read_at: Time(v.read_at),
            time_trusted: v.time_trusted,
            position_frames: v.position.0,
            levels: v.levels.iter().map(level).collect(),
            rung: v.rung.number(),
            now: v.now.as_ref().map(NowNextWire::from),
            next: v.next.as_ref().map(NowNextWire::from),
            revision: v.revision.map(|r| r.0),
            plan_until: v.plan_until.map(Time),
            underrun_frames: v.underrun.0,
            limited_db: v.limited_db,
            render_blocks: v.render_blocks,
            live: v.live.as_ref().map(LiveWire::from),
            mpx: v.mpx.as_ref().map(MpxWire::from),
            witness: v.witness.as_ref().map(WitnessWire::from),
            outputs: v.outputs.iter().map(output).collect(),
            equipment: v.equipment.iter().map(equipment).collect(),
            alarms: v.alarms.iter().map(alarm).collect(),
        }
    }
}

impl TryFrom<VitalsWire> for Vitals {
    type Error = NotVitals;

    fn try_from(v: VitalsWire) -> Result<Self, NotVitals> {
        let bad = |field, value: &str| NotVitals::Value { field, value: value.chars().take(40).collect() };
        let level = |l: &LevelWire| LevelReading { rms_dbfs: l.rms_dbfs, peak_dbfs: l.peak_dbfs };
        let output = |o: OutputWire| OutputReading {
            name: o.name,
            taken: Frames(o.taken_frames),
            lost: Frames(o.lost_frames),
            listeners: o.listeners,
            trouble: o.trouble.map(Finding::from),
        };
        // A quantity that this reader does not know is one of a newer site.
        let equipment = |e: &EquipmentWire| {
            let quantity = Quantity::from_key(&e.quantity)?;
            let value = e.value.filter(|v| quantity.possible().contains(v));
            Some(EquipmentReading { quantity, value, read_at: e.read_at.map(|t| t.0) })
        };
        Ok(Self {
            site: v.site.parse().map_err(|_| bad("site", &v.site))?,
            boot: BootId(u64::from_str_radix(&v.boot, 16).map_err(|_| bad("boot", &v.boot))?),
            read_at: v.read_at.0,
            time_trusted: v.time_trusted,
            position: Position(v.position_frames),
            levels: v.levels.iter().take(120).map(level).collect(),
            rung: Rung::from_number(v.rung).ok_or_else(|| bad("rung", &v.rung.to_string()))?,
            now: v.now.map(NowNext::from),
            next: v.next.map(NowNext::from),
            revision: v.revision.map(Revision),
            plan_until: v.plan_until.map(|t| t.0),
            underrun: Frames(v.underrun_frames),
            limited_db: v.limited_db.filter(|db| db.is_finite()),
            render_blocks: v.render_blocks,
            live: v.live.map(LiveReading::from),
            mpx: v.mpx.map(MpxReading::from),
            witness: v.witness.map(WitnessReading::from),
            outputs: v.outputs.into_iter().take(16).map(output).collect(),
            equipment: v.equipment.iter().take(Quantity::ALL.len()).filter_map(equipment).collect(),
            alarms: v
                .alarms
                .into_iter()
                .take(32)
                .map(|a| Alarm { finding: a.finding.into(), since: a.since.0 })
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::WitnessState;

    use super::*;

    fn foreign() -> WitnessReading {
        WitnessReading { state: WitnessState::Foreign, delay_ms: Some(720), likeness: Some(0.0625), level_dbfs: None }
    }

    fn vitals() -> Vitals {
        let at: Timestamp = "2026-11-24T08:10:00Z".parse().unwrap();
        let finding = Finding {
            code: "audio.missing".into(),
            severity: Severity::Warning,
            at_s: None,
            fr: "Le son manque.".into(),
            en: "The sound is missing.".into(),
        };
        let now = NowNext {
            entry: "2026-11-24/081000/gao/0".into(),
            title: "Journal en soŋay".into(),
            programme: "gao-journal-son".into(),
            language: "son".into(),
            at,
            ends: at,
        };
        Vitals {
            site: "GAO".parse().unwrap(),
            boot: BootId(7),
            read_at: at,
            time_trusted: true,
            position: Position(48_000),
            levels: vec![
                LevelReading { rms_dbfs: Some(-23.5), peak_dbfs: Some(-3.25) },
                LevelReading { rms_dbfs: None, peak_dbfs: None },
            ],
            rung: Rung::Plan,
            now: Some(now),
            next: None,
            revision: Some(Revision(12)),
            plan_until: Some(at),
            underrun: Frames(480),
            limited_db: Some(-1.5),
            render_blocks: [9, 8, 7, 6, 5, 4, 3],
            live: Some(LiveReading {
                person: "Fatoumata Touré".into(),
                source: "Opus · butt 1.45".into(),
                state: LiveState::OnAir,
                since: Some(at),
                until: at,
                buffer_ms: 1_020,
                drift_ppm: -18.5,
            }),
            mpx: Some(MpxReading {
                deviation_khz: Some(74.25),
                power_dbr: Some(-1.5),
                ceiling_hits: 0,
                pi: Some(0x5401),
                card_ppm: None,
            }),
            witness: Some(foreign()),
            outputs: vec![OutputReading {
                name: "opus".into(),
                taken: Frames(1),
                lost: Frames(0),
                listeners: Some(2),
                trouble: Some(finding.clone()),
            }],
            equipment: vec![
                EquipmentReading { quantity: Quantity::ForwardPower, value: Some(480.5), read_at: Some(at) },
                EquipmentReading { quantity: Quantity::Frequency, value: None, read_at: None },
            ],
            alarms: vec![Alarm { finding, since: at }],
        }
    }

    #[test]
    fn vitals_come_back_as_they_were() {
        assert_eq!(vitals_from_json(vitals_to_json(&vitals()).as_bytes()).unwrap(), vitals());
    }

    #[test]
    fn what_is_missing_is_null() {
        let json: serde_json::Value = serde_json::from_str(&vitals_to_json(&vitals())).unwrap();
        assert!(json["next"].is_null() && json["levels"][1]["rms_dbfs"].is_null());
        assert_eq!(json["alarms"][0]["code"], "audio.missing");
    }

    #[test]
    fn hostile_vitals_are_refused() {
        let whole = vitals_to_json(&vitals());
        for (from, to) in
            [("\"GAO\"", "\"../x\""), ("\"rung\":3", "\"rung\":9"), ("\"rung\":3", "\"rung\":-1"), ("{", "[")]
        {
            assert!(vitals_from_json(whole.replacen(from, to, 1).as_bytes()).is_err(), "{to}");
        }
    }
}
