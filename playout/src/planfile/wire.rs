//! The JSON inside a plan file: a mirror of the domain's types, checked on the way in.

use domain::{
    AudioHash, Curve, Duck, Entry, EntryId, Fit, Frames, Gain, Join, Origin, Revision, Segment, SitePlan, Start, Wait,
    What,
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::PlanBundle;
use crate::error::{Error, Result};

#[derive(Serialize, Deserialize)]
struct WireBundle {
    site: String,
    revision: u64,
    plans: Vec<WirePlan>,
}

#[derive(Serialize, Deserialize)]
struct WirePlan {
    day: String,
    revision: u64,
    entries: Vec<WireEntry>,
}

#[derive(Serialize, Deserialize)]
struct WireEntry {
    id: String,
    at: String,
    length_frames: u64,
    start: WireStart,
    fit: WireFit,
    #[serde(flatten)]
    what: WireWhat,
    programme: String,
    title: String,
    language: String,
    origin: WireOrigin,
    segment: WireSegment,
    #[serde(default, skip_serializing_if = "WireJoin::is_butt")]
    join: WireJoin,
    #[serde(default, skip_serializing_if = "is_zero")]
    fade_out_frames: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    silence_meant: bool,
    #[serde(default, skip_serializing_if = "is_zero")]
    wait_early_frames: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    wait_late_frames: u64,
}

/// How an entry begins; absent in files that are older than joins.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
enum WireJoin {
    #[default]
    Butt,
    Segue {
        over_frames: u64,
        curve: WireCurve,
        /// Where the one before steps back instead of fading away; older software lets it fade away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duck: Option<WireDuck>,
    },
    Cross {
        over_frames: u64,
        curve: WireCurve,
    },
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct WireDuck {
    depth_db: u8,
    attack_frames: u64,
    release_frames: u64,
}

impl WireJoin {
    const fn is_butt(&self) -> bool {
        matches!(self, Self::Butt)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
const fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl From<Join> for WireJoin {
    fn from(join: Join) -> Self {
        let (over_frames, curve) = (join.over().0, join.curve().into());
        match join {
            Join::Butt => Self::Butt,
            Join::Segue { .. } => Self::Segue { over_frames, curve, duck: None },
            Join::Cross { .. } => Self::Cross { over_frames, curve },
            Join::Over { duck, .. } => {
                let (attack_frames, release_frames) = (duck.attack.0, duck.release.0);
                let duck = WireDuck { depth_db: duck.depth_db, attack_frames, release_frames };
                Self::Segue { over_frames, curve, duck: Some(duck) }
            }
        }
    }
}

impl From<WireJoin> for Join {
    fn from(wire: WireJoin) -> Self {
        let over = |frames: u64| Frames(frames).min(Self::MAX);
        match wire {
            WireJoin::Butt => Self::Butt,
            WireJoin::Segue { over_frames, curve, duck: None } => {
                Self::Segue { over: over(over_frames), curve: curve.into() }
            }
            WireJoin::Cross { over_frames, curve } => Self::Cross { over: over(over_frames), curve: curve.into() },
            WireJoin::Segue { over_frames, duck: Some(duck), .. } => {
                let (attack, release) = (Frames(duck.attack_frames), Frames(duck.release_frames));
                let duck = Duck { depth_db: duck.depth_db, attack, release }.bounded();
                Self::Over { over: over(over_frames), duck }
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum WireWhat {
    Audio { asset: String, hash: String, from_frames: u64, gain_db: f64, expires: Option<String> },
    Bed,
}

macro_rules! mirror {
    ($wire:ident = $domain:ident { $($v:ident),* }) => {
        #[derive(Clone, Copy, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum $wire { $($v),* }
        impl From<$domain> for $wire {
            fn from(d: $domain) -> Self { match d { $($domain::$v => Self::$v),* } }
        }
        impl From<$wire> for $domain {
            fn from(w: $wire) -> Self { match w { $($wire::$v => Self::$v),* } }
        }
    };
}

mirror!(WireStart = Start { Hard, Soft, Follows });
mirror!(WireFit = Fit { Exact, Elastic, Filler });
mirror!(WireCurve = Curve { EqualPower, Linear });
mirror!(WireOrigin = Origin { Network, OptOut, File, Relay });
mirror!(WireSegment = Segment { Opening, Content, Spot, Fill, Promo, Ident, Sweeper, TimeSignal, BackAnnounce });

pub(super) fn to_json(bundle: &PlanBundle) -> Result<Vec<u8>> {
    let plans = bundle.plans.iter().map(wire_plan).collect();
    let wire = WireBundle { site: bundle.site.to_string(), revision: bundle.revision.0, plans };
    serde_json::to_vec(&wire).map_err(|e| Error::BadPlan(e.to_string()))
}

pub(super) fn from_json(body: &[u8]) -> Result<PlanBundle> {
    let wire: WireBundle = serde_json::from_slice(body).map_err(bad)?;
    if wire.plans.len() > PlanBundle::MAX_PLANS {
        return Err(Error::BadPlan(format!("{} days in one bundle", wire.plans.len())));
    }
    let site = wire.site.parse().map_err(bad)?;
    let plans = wire.plans.into_iter().map(|p| plan(site, p)).collect::<Result<_>>()?;
    Ok(PlanBundle { site, revision: Revision(wire.revision), plans })
}

/// The entries of a piece of a plan as bytes: what is kept of it for looking back.
pub fn piece_to_bytes(entries: &[Entry]) -> Result<Vec<u8>> {
    let wire: Vec<WireEntry> = entries.iter().map(wire_entry).collect();
    serde_json::to_vec(&wire).map_err(|e| Error::BadPlan(e.to_string()))
}

/// The entries that [`piece_to_bytes`] wrote.
pub fn piece_from_bytes(bytes: &[u8]) -> Result<Vec<Entry>> {
    let wire: Vec<WireEntry> = serde_json::from_slice(bytes).map_err(bad)?;
    wire.into_iter().map(entry).collect()
}

fn bad(e: impl std::fmt::Display) -> Error {
    Error::BadPlan(e.to_string())
}

fn wire_plan(plan: &SitePlan) -> WirePlan {
    let entries = plan.entries().iter().map(wire_entry).collect();
    WirePlan { day: plan.day().to_string(), revision: plan.revision().0, entries }
}

fn wire_entry(e: &Entry) -> WireEntry {
    WireEntry {
        id: e.id.to_string(),
        at: e.at.to_string(),
        length_frames: e.length.0,
        start: e.start.into(),
        fit: e.fit.into(),
        what: wire_what(&e.what),
        programme: e.programme.to_string(),
        title: e.title.clone(),
        language: e.language.to_string(),
        origin: e.origin.into(),
        segment: e.segment.into(),
        join: e.join.into(),
        fade_out_frames: e.fade_out.0,
        silence_meant: e.silence_meant,
        wait_early_frames: e.wait.early.0,
        wait_late_frames: e.wait.late.0,
    }
}

fn wire_what(what: &What) -> WireWhat {
    match what {
        What::Audio { asset, hash, from, gain, expires } => WireWhat::Audio {
            asset: asset.to_string(),
            hash: hash.to_string(),
            from_frames: from.0,
            gain_db: gain.get(),
            expires: expires.map(|t| t.to_string()),
        },
        What::Bed => WireWhat::Bed,
    }
}

fn plan(site: domain::SiteId, wire: WirePlan) -> Result<SitePlan> {
    let day: Date = wire.day.parse().map_err(bad)?;
    let entries = wire.entries.into_iter().map(entry).collect::<Result<Vec<_>>>()?;
    // The scheduler made the day whole; here only its inside can have been lost, and touching is checked again.
    let from = entries.first().map_or(Timestamp::MIN, |e: &Entry| e.at);
    let to = entries.last().map_or(Timestamp::MIN, Entry::end);
    Ok(SitePlan::new(site, day, Revision(wire.revision), (from, to), entries)?)
}

fn entry(w: WireEntry) -> Result<Entry> {
    Ok(Entry {
        id: w.id.parse::<EntryId>().map_err(bad)?,
        at: w.at.parse().map_err(bad)?,
        length: Frames(w.length_frames),
        start: w.start.into(),
        fit: w.fit.into(),
        what: what(w.what)?,
        programme: w.programme.parse().map_err(bad)?,
        title: w.title,
        language: w.language.parse().map_err(bad)?,
        origin: w.origin.into(),
        segment: w.segment.into(),
        join: w.join.into(),
        fade_out: Frames(w.fade_out_frames.min(w.length_frames)),
        silence_meant: w.silence_meant,
        wait: Wait { early: Frames(w.wait_early_frames), late: Frames(w.wait_late_frames) }.bounded(),
    })
}

fn what(w: WireWhat) -> Result<What> {
    let WireWhat::Audio { asset, hash, from_frames, gain_db, expires } = w else { return Ok(What::Bed) };
    Ok(What::Audio {
        asset: asset.parse().map_err(bad)?,
        hash: hash.parse::<AudioHash>().map_err(bad)?,
        from: Frames(from_frames),
        gain: Gain::new(gain_db).map_err(bad)?,
        expires: expires.map(|t| t.parse().map_err(bad)).transpose()?,
    })
}
