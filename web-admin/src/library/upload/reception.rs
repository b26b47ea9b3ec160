//! The reception: who may add to a parcel now, how many there may be, and what becomes of them when they are whole.
//!
//! Everything that must survive lies in [`Parcels`]; here is only what one life of the process needs to know.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::AssetId;
use jiff::Timestamp;
use media::catalogue::{NewCard, kind_of};
use tokio::sync::{OwnedMutexGuard, watch};

use super::form;
use super::parcel::{Label, ParcelId, Parcels, Verdict};
use super::refusal::Refusal;
use crate::App;
use crate::error::WebError;
use crate::people::Act;
use crate::web::{Inner, Web};

/// Unfinished parcels of one person: more than anybody follows.
const UNFINISHED_MAX: usize = 32;
/// Bytes that one person's unfinished parcels may come to: eight of the largest.
const UNFINISHED_BYTES_MAX: u64 = 8 * super::UPLOAD_BYTES_MAX;
/// Left free on the disk whatever comes in: journals, databases and recordings need it more.
const DISK_BYTES_KEPT: u64 = 512 << 20;
/// An earlier sender that has lost its line is asked to let go, and has let go after one write to the disk.
const LETS_GO_WITHIN: Duration = Duration::from_secs(10);
/// How often old parcels are looked for, and trouble is tried again.
const TENDED_EVERY: Duration = Duration::from_mins(5);

/// See the module.
#[derive(Debug)]
pub(crate) struct Reception {
    pub(super) parcels: Parcels,
    desks: Mutex<HashMap<ParcelId, Arc<Desk>>>,
    /// Parcels that are being measured.
    measured: Mutex<HashSet<ParcelId>>,
    /// One parcel is announced at a time, so that the limits hold.
    announcing: Mutex<()>,
    /// Trouble of this station with a whole parcel: the number that its owner can quote.
    troubles: Mutex<HashMap<ParcelId, WebError>>,
}

/// Where senders of one parcel take turns; the newest comes first.
#[derive(Debug)]
struct Desk {
    turn: Arc<tokio::sync::Mutex<()>>,
    newest: watch::Sender<u64>,
}

/// The right to change one parcel. It ends when it is dropped.
pub(super) struct Claim {
    reception: Arc<Inner>,
    id: ParcelId,
    newer: watch::Receiver<u64>,
    turn: Option<OwnedMutexGuard<()>>,
}

impl Claim {
    /// Ends when somebody else wants the parcel: the sender's own next try, mostly.
    pub(super) async fn is_wanted(&mut self) {
        if self.newer.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.turn = None;
        let mut desks = locked(&self.reception.reception.desks);
        if desks.get(&self.id).is_some_and(|d| Arc::strong_count(d) == 1 && d.newest.receiver_count() <= 1) {
            desks.remove(&self.id);
        }
    }
}

/// What is known of a whole parcel.
pub(super) enum State {
    /// It is not whole yet.
    Arriving,
    /// It waits for its measurement or is in it.
    Measuring,
    /// This station has trouble and will try again.
    Trouble(WebError),
    /// It is known.
    Known(Box<Verdict>),
}

impl Reception {
    pub(crate) fn new(staging: &Path) -> Self {
        Self {
            parcels: Parcels::new(staging.join("parcels")),
            desks: Mutex::default(),
            measured: Mutex::default(),
            announcing: Mutex::default(),
            troubles: Mutex::default(),
        }
    }

    /// Announces a parcel, within the limits of its owner and of the disk.
    pub(super) fn announce(&self, label: &Label) -> Result<ParcelId, WebError> {
        let _one = locked(&self.announcing);
        let mut unfinished = Vec::new();
        for (id, other) in self.parcels.all().map_err(trouble)? {
            let rest = other.length_bytes.saturating_sub(self.parcels.offset(&id, &other).map_err(trouble)?);
            if rest > 0 {
                unfinished.push((other, rest));
            }
        }
        let own = unfinished.iter().filter(|(l, _)| l.owner == label.owner);
        let own_bytes: u64 = own.clone().map(|(l, _)| l.length_bytes).sum();
        if own.count() >= UNFINISHED_MAX || own_bytes + label.length_bytes > UNFINISHED_BYTES_MAX {
            return Err(Refusal::TooMany.into());
        }
        let promised: u64 = unfinished.iter().map(|(_, rest)| rest).sum();
        let folder = self.parcels.dir().parent().unwrap_or(self.parcels.dir());
        let disk = rustix::fs::statvfs(folder).map_err(WebError::internal)?;
        if disk.f_bavail * disk.f_frsize < label.length_bytes + promised + DISK_BYTES_KEPT {
            return Err(Refusal::DiskFull.into());
        }
        let id = ParcelId::fresh().map_err(WebError::internal)?;
        self.parcels.create(&id, label).map_err(trouble)?;
        Ok(id)
    }

    /// The parcel, when it is this person's and not too old.
    pub(super) fn label_of(&self, id: &ParcelId, owner: i64, now: Timestamp) -> Result<Label, WebError> {
        let label = self.parcels.label(id).map_err(trouble)?.filter(|l| l.owner == owner).ok_or(WebError::NotFound)?;
        if label.expires <= now && !locked(&self.measured).contains(id) {
            return Err(Refusal::Gone.into());
        }
        Ok(label)
    }

    /// What one person has sent in part, oldest first.
    pub(super) fn unfinished_of(&self, owner: i64, now: Timestamp) -> Result<Vec<(ParcelId, Label, u64)>, WebError> {
        let mut found = Vec::new();
        for (id, label) in self.parcels.all().map_err(trouble)? {
            let offset = self.parcels.offset(&id, &label).map_err(trouble)?;
            if label.owner == owner && label.expires > now && offset < label.length_bytes {
                found.push((id, label, offset));
            }
        }
        Ok(found)
    }

    /// Where it stands.
    pub(super) fn state(&self, id: &ParcelId, label: &Label) -> Result<(u64, State), WebError> {
        if let Some(verdict) = self.parcels.verdict(id).map_err(trouble)? {
            return Ok((label.length_bytes, State::Known(Box::new(verdict))));
        }
        let offset = self.parcels.offset(id, label).map_err(trouble)?;
        if offset < label.length_bytes {
            return Ok((offset, State::Arriving));
        }
        Ok((offset, locked(&self.troubles).get(id).cloned().map_or(State::Measuring, State::Trouble)))
    }

    /// Throws it away, unless it is being measured.
    pub(super) fn call_off(&self, id: &ParcelId) -> Result<(), WebError> {
        if locked(&self.measured).contains(id) {
            return Err(Refusal::Held.into());
        }
        locked(&self.troubles).remove(id);
        self.parcels.remove(id).map_err(trouble)
    }
}

/// Takes the turn at a parcel; whoever has it is asked to let go.
pub(super) async fn claim(web: &Web, id: &ParcelId) -> Result<Claim, WebError> {
    let (turn, newest, mine) = {
        let mut desks = locked(&web.reception.desks);
        let fresh = || Arc::new(Desk { turn: Arc::default(), newest: watch::Sender::new(0) });
        let desk = desks.entry(id.clone()).or_insert_with(fresh);
        desk.newest.send_modify(|n| *n += 1);
        let mine = *desk.newest.borrow();
        (Arc::clone(&desk.turn), desk.newest.subscribe(), mine)
    };
    let mut claim = Claim { reception: web.inner(), id: id.clone(), newer: newest, turn: None };
    let turn = tokio::time::timeout(LETS_GO_WITHIN, turn.lock_owned()).await.map_err(|_| Refusal::Held)?;
    claim.turn = Some(turn);
    // Somebody asked still later: the parcel is theirs.
    if *claim.newer.borrow_and_update() == mine { Ok(claim) } else { Err(Refusal::Held.into()) }
}

/// Begins to measure a parcel that has arrived; nothing happens when that is going on already.
pub(super) fn measure(web: &Web, id: ParcelId) {
    if !locked(&web.reception.measured).insert(id.clone()) {
        return;
    }
    let web = web.clone();
    tokio::task::spawn_blocking(move || {
        let done = measured(&web.app, &web.reception.parcels, &id);
        let mut troubles = locked(&web.reception.troubles);
        match done {
            Ok(()) => _ = troubles.remove(&id),
            Err(why) => _ = troubles.insert(id.clone(), why),
        }
        drop(troubles);
        locked(&web.reception.measured).remove(&id);
    });
}

/// The same way in as every other file: decoded and measured apart, shelved, and only then a card. Whoever is killed in
/// the middle does it again: the card's identifier is on the label, and the same bytes make the same card.
fn measured(app: &App, parcels: &Parcels, id: &ParcelId) -> Result<(), WebError> {
    let Some(label) = parcels.label(id).map_err(trouble)? else { return Ok(()) };
    if parcels.verdict(id).map_err(trouble)?.is_some() {
        return Ok(());
    }
    let ends = parcels.verify(id).map_err(trouble)?;
    if ends != label.length_bytes {
        tracing::warn!(parcel = %id, ends, "an upload is damaged on the disk; its sender is asked for the rest again");
        return Ok(());
    }
    let card = card_of(&label)?;
    let now = app.now();
    let (report, entered) = app.ingest.enter(&app.catalogue, &parcels.bytes_path(id), &card, now)?;
    let detail = format!("{} · {} · {:?}", report.verdict, card.source_name, entered);
    let (who, address, object) = (label.who.as_str(), label.address.as_str(), card.id.as_str());
    app.people.record(&Act { who, address, act: "asset.upload", object, detail: &detail, allowed: true }, now)?;
    if entered.is_some() {
        app.replan.notify_one();
    }
    parcels.settle(id, &Verdict { at: now, report }).map_err(trouble)
}

fn card_of(label: &Label) -> Result<NewCard, WebError> {
    let bad = || WebError::internal(format!("the label of {} does not hold", label.asset));
    let id: AssetId = label.asset.parse().map_err(|_| bad())?;
    let kind = kind_of(&label.kind).ok_or_else(bad)?;
    let language = label.language.parse().map_err(|_| bad())?;
    let programme = label.programme.as_ref().map(|p| p.parse().map_err(|_| bad())).transpose()?;
    let (source_name, by) = (label.source_name.clone(), label.who.clone());
    let silence_intended = label.silence_intended;
    Ok(NewCard {
        programme,
        source_name,
        by,
        silence_intended,
        ..NewCard::new(id, label.title.clone(), kind, language)
    })
}

/// Goes through all parcels: the whole ones are measured, the old ones thrown away. What was whole when the process was
/// killed is found here.
fn tend(web: &Web) -> Result<(), WebError> {
    let now = web.app.now();
    for (id, label) in web.reception.parcels.all().map_err(trouble)? {
        match web.reception.state(&id, &label)? {
            (_, State::Measuring | State::Trouble(_)) => measure(web, id),
            _ if label.expires <= now => web.reception.call_off(&id)?,
            _ => {}
        }
    }
    Ok(())
}

/// Looks after the parcels for as long as the pages are served.
pub(crate) fn look_after(web: &Web) {
    // A router that is built outside a runtime (to list its routes) serves nobody.
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    let inner = Arc::downgrade(&web.inner());
    let swept = web.reception.parcels.sweep().and_then(|()| form::sweep(&web.app.ingest.staging)).map_err(trouble);
    runtime.spawn(async move {
        if let Err(e) = swept {
            tracing::warn!("what a crash left of uploads could not be swept: {e:?}");
        }
        while let Some(web) = inner.upgrade().map(Web::of) {
            let tended = tokio::task::spawn_blocking(move || tend(&web)).await;
            if !matches!(tended, Ok(Ok(()))) {
                tracing::warn!("the uploads could not be looked after: {tended:?}");
            }
            tokio::time::sleep(TENDED_EVERY).await;
        }
    });
}

/// A disk without room is told as such; everything else is an incident.
pub(super) fn trouble(e: std::io::Error) -> WebError {
    match e.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Refusal::DiskFull.into(),
        _ => WebError::internal(e),
    }
}

/// What these mutexes guard is whole between any two lines.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
