//! Plans for every site, made again when something changes that they depend on, and published when they differ.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{Revision, SiteId, SitePlan};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use media::catalogue::Catalogue;
use playout::planfile::{PlanBundle, PlanSlots};
use scheduler::store::Debt;
use scheduler::{Owed, PlanInputs, Settled, Station, Store};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout};
use web_admin::{Planned, Plans};

use super::Rooms;
use crate::clock::WallClock;
use crate::config::Config;
use crate::given;
use crate::kit::Kit;

/// Today, tomorrow and the day after: a site cut off on a Friday evening plays through the Sunday.
const DAYS: usize = 3;
/// How often revisions are compared: other processes (`mikado ingest`, `grid import`) change the databases too.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Changes come in bunches: a plan is made when none has come for this long …
const QUIET: Duration = Duration::from_millis(500);
/// … and at the latest this long after the first.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// A full disk or a locked database is tried again after this.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// The plans in force, by site and day, with what is to be said about them.
pub(super) type Published = Arc<Mutex<BTreeMap<(SiteId, Date), Arc<Planned>>>>;

/// What plans depend on, as numbers that change with it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Basis {
    catalogue: u64,
    store: u64,
    today: Date,
}

/// Makes and publishes plans.
pub(super) struct Planner {
    config: Arc<Config>,
    clock: WallClock,
    catalogue: Arc<Catalogue>,
    store: Arc<Store>,
    published: Published,
    station: watch::Sender<Arc<Station>>,
    station_number: Option<u64>,
    slots: BTreeMap<SiteId, PlanSlots>,
    highest: Revision,
    /// What the sites have been given in this round, to be kept when all of them have theirs.
    given: Vec<PlanBundle>,
    /// What each site holds to plan for itself, by the hash of its bytes.
    kits: BTreeMap<SiteId, blake3::Hash>,
}

impl Planner {
    pub(super) fn new(rooms: &Rooms, published: Published, station: watch::Sender<Arc<Station>>) -> Self {
        let mut planner = Self {
            config: Arc::clone(&rooms.config),
            clock: rooms.clock,
            catalogue: Arc::clone(&rooms.catalogue),
            store: Arc::clone(&rooms.store),
            published,
            station,
            station_number: None,
            slots: BTreeMap::new(),
            highest: Revision::default(),
            given: Vec::new(),
            kits: BTreeMap::new(),
        };
        planner.take_over();
        planner
    }

    /// What the sites already hold is in force until something differs.
    fn take_over(&mut self) {
        let mut published = lock(&self.published);
        for site in &self.config.sites {
            let slots = match PlanSlots::open(site.plans(), site.id) {
                Ok(slots) => slots,
                Err(why) => {
                    tracing::error!("{}: plans cannot be published: {why}", site.id);
                    continue;
                }
            };
            let (bundle, findings) = slots.load();
            for f in findings {
                tracing::warn!("{}: {}", site.id, f.en);
            }
            if let Some(bundle) = bundle {
                self.highest = self.highest.max(bundle.revision);
                // What was published just before the power went is kept now.
                keep_given(&self.store, &bundle, self.clock.now());
                let plans = bundle.plans.into_iter().map(|plan| Arc::new(Planned { plan, findings: Vec::new() }));
                published.extend(plans.map(|p| ((site.id, p.plan.day()), p)));
            }
            self.slots.insert(site.id, slots);
        }
    }

    /// Looks for changes for ever; what could not be done is tried again after a pause.
    pub(super) async fn run(mut self, changed: Arc<Notify>) {
        let mut made: Option<Basis> = None;
        loop {
            let basis = self.basis();
            if basis.is_some() && basis != made {
                if made.is_some() {
                    settle(&changed).await;
                }
                made = self.basis();
                let done = match tokio::task::spawn_blocking(move || self.round()).await {
                    Ok((back, done)) => {
                        self = back;
                        done
                    }
                    // The task ends only with the process, or by a fault in a room: the plans in force stay so.
                    Err(why) => return tracing::error!("planning stopped: {why}; restart hq"),
                };
                if !done {
                    made = None;
                    sleep(AGAIN_AFTER).await;
                }
            }
            // Woken or not, the revisions say whether there is anything to do.
            let _ = timeout(LOOK_EVERY, changed.notified()).await;
        }
    }

    fn basis(&self) -> Option<Basis> {
        let today = self.station.borrow().day_of(self.clock.now());
        match (self.catalogue.revision(), self.store.revision()) {
            (Ok(catalogue), Ok(store)) => Some(Basis { catalogue, store, today }),
            (catalogue, store) => {
                let why = catalogue.err().map(|e| e.to_string()).or_else(|| store.err().map(|e| e.to_string()));
                tracing::error!("changes cannot be seen: {}", why.unwrap_or_default());
                None
            }
        }
    }

    /// One round over all sites; false when something could not be done. A site that fails keeps what it has.
    fn round(mut self) -> (Self, bool) {
        let began = std::time::Instant::now();
        self.renew_station();
        let done = self.plan_all().unwrap_or_else(|why| {
            tracing::error!("plans could not be made: {why}; those in force stay so");
            false
        });
        tracing::info!("planned in {} ms", began.elapsed().as_millis());
        (self, done)
    }

    /// Takes the newest station file, if it is sound; the one in force stays so otherwise.
    fn renew_station(&mut self) {
        match self.store.station() {
            Ok(Some(revision)) if self.station_number != Some(revision.number) => {
                match Station::parse(&revision.toml) {
                    Ok(station) => {
                        self.station_number = Some(revision.number);
                        self.station.send_replace(Arc::new(station));
                    }
                    Err(why) => tracing::error!("grid no. {} is not sound: {why}", revision.number),
                }
            }
            Ok(_) => {}
            Err(why) => tracing::error!("the grid cannot be read: {why}"),
        }
    }

    fn plan_all(&mut self) -> anyhow::Result<bool> {
        let station = Arc::clone(&self.station.borrow());
        let now = self.clock.now();
        let today = station.day_of(now);
        let days: Vec<Date> = today.series(Span::new().days(1)).take(DAYS).collect();
        let assets = self.catalogue.ready()?;
        let last = days.last().copied().unwrap_or(today);
        let placements = self.store.placements(today.yesterday().unwrap_or(today), last)?;
        let changes = self.store.changes(today, last)?;
        let mut debts = self.store.debts(now.checked_sub(Owed::WITHIN)?)?;
        debts.retain(|d| d.is_open_on(today));
        let sites: Vec<SiteId> = self.config.sites.iter().map(|s| s.id).collect();
        let mut revision = None;
        let mut done = true;
        let text = station.to_toml().map_err(|e| anyhow::anyhow!(e.en))?;
        for site in sites {
            if station.site(site).is_none() {
                tracing::error!("{site} is not a site of the station file; it gets no plan");
                continue;
            }
            let inputs = |day| PlanInputs {
                placements: &placements,
                changes: &changes,
                ..PlanInputs::new(site, day, &station, &assets)
            };
            let planned = self.plan_days(inputs, (&days, &mut debts), now);
            let published =
                planned.map_err(anyhow::Error::from).and_then(|p| self.publish_if_changed(site, p, &mut revision));
            if let Err(why) = published {
                tracing::error!("{site}: no new plan: {why}; the one in force stays so");
                done = false;
            }
            if let Err(why) = self.leave_kit(site, &Kit::new(site, text.clone(), &assets)) {
                tracing::error!("{site}: what it needs to plan for itself was not written: {why}");
                done = false;
            }
        }
        for bundle in self.given.drain(..) {
            keep_given(&self.store, &bundle, now);
        }
        self.store.note_placed(&debts)?;
        let forgotten = self.store.forget_plans()?;
        if forgotten > 0 {
            tracing::info!("{forgotten} plans older than {} days are no longer kept", Store::GIVEN_DAYS);
        }
        Ok(done)
    }

    /// Leaves a site what it needs to plan for itself when it is cut off, where that has changed.
    fn leave_kit(&mut self, site: SiteId, kit: &Kit) -> Result<(), crate::kit::NoKit> {
        let Some(place) = self.config.site(site).map(|s| crate::kit::path(&s.dir)) else { return Ok(()) };
        let bytes = kit.to_bytes()?;
        let hash = blake3::hash(&bytes);
        if self.kits.get(&site) != Some(&hash) {
            Kit::write(&place, &bytes)?;
            self.kits.insert(site, hash);
        }
        Ok(())
    }

    /// The plans of a site's days in order: each knows the last spots of the day before it, and makes good what none
    /// before it had room for.
    fn plan_days<'a>(
        &self,
        inputs: impl Fn(Date) -> PlanInputs<'a>,
        (days, debts): (&[Date], &mut [Debt]),
        now: Timestamp,
    ) -> Result<Vec<Planned>, scheduler::NoPlan> {
        let mut planned = Vec::<Planned>::with_capacity(days.len());
        let eve = days.first().and_then(|first| first.yesterday().ok());
        let eve = eve.and_then(|day| self.yesterday(&inputs(day)));
        for day in days {
            let yesterday = planned.last().map(|p| &p.plan).or(eve.as_ref().map(|p| &p.plan));
            let inputs = inputs(*day);
            let mut own: Vec<&mut Debt> = debts.iter_mut().filter(|d| d.owed.site == inputs.site).collect();
            own.retain(|d| planned.is_empty() || d.placed_on.is_none());
            let owed: Vec<Owed> = own.iter().map(|d| d.owed.clone()).collect();
            let next = self.plan_day(&PlanInputs { yesterday, owed: &owed, ..inputs }, now)?;
            let placed = scheduler::placed(inputs.station, &next.plan, &owed);
            for debt in own {
                debt.placed_on = placed.contains(&&debt.owed).then_some(*day);
            }
            planned.push(next);
        }
        Ok(planned)
    }

    /// Yesterday's plan as it was in force, else as it would have been: it is pure to compute.
    fn yesterday(&self, inputs: &PlanInputs<'_>) -> Option<Arc<Planned>> {
        let in_force = lock(&self.published).get(&(inputs.site, inputs.day)).cloned();
        in_force.or_else(|| {
            let (plan, findings) = scheduler::plan(inputs, Revision::default()).ok()?;
            Some(Arc::new(Planned { plan, findings }))
        })
    }

    /// The day's plan; what is settled of the one in force stays as it is.
    fn plan_day(&self, inputs: &PlanInputs<'_>, now: Timestamp) -> Result<Planned, scheduler::NoPlan> {
        let in_force = lock(&self.published).get(&(inputs.site, inputs.day)).cloned();
        let (plan, findings) = match in_force {
            Some(old) => scheduler::replan(inputs, Settled { plan: &old.plan, until: now }, Revision::default())?,
            None => scheduler::plan(inputs, Revision::default())?,
        };
        Ok(Planned { plan, findings })
    }

    fn publish_if_changed(
        &mut self,
        site: SiteId,
        planned: Vec<Planned>,
        revision: &mut Option<Revision>,
    ) -> anyhow::Result<()> {
        let Some(slots) = self.slots.get(&site) else { return Ok(()) };
        let same = {
            let published = lock(&self.published);
            planned.iter().all(|p| {
                let old = published.get(&(site, p.plan.day()));
                old.is_some_and(|old| old.plan.entries() == p.plan.entries())
            })
        };
        let number = match (same, *revision) {
            (true, _) => None,
            (false, Some(number)) => Some(number),
            // A database put back from a backup counts from behind: the sites follow only what is higher.
            (false, None) => Some(self.store.next_plan_revision()?.max(Revision(self.highest.0 + 1))),
        };
        if let Some(number) = number {
            *revision = Some(number);
            self.highest = self.highest.max(number);
            let plans = planned.iter().map(|p| numbered(&p.plan, number)).collect::<Result<Vec<_>, _>>()?;
            let bundle = PlanBundle { site, revision: number, plans };
            slots.publish(&bundle)?;
            self.given.push(bundle);
        }
        self.keep(site, planned, number);
        Ok(())
    }

    fn keep(&self, site: SiteId, planned: Vec<Planned>, number: Option<Revision>) {
        let mut published = lock(&self.published);
        let first = planned.first().map(|p| p.plan.day());
        for mut new in planned {
            let key = (site, new.plan.day());
            let in_force = published.get(&key).map(|old| old.plan.revision());
            if let Some(number) = number.or(in_force) {
                new.plan = numbered(&new.plan, number).unwrap_or(new.plan);
            }
            published.insert(key, Arc::new(new));
        }
        // Yesterday's promise is still looked at in the morning; older ones are read from the as-run.
        published.retain(|(s, day), _| *s != site || first.is_none_or(|f| f.duration_since(*day).as_hours() <= 48));
    }
}

/// Keeps what a site has been given, for looking back. A site is never left without a plan because that failed.
fn keep_given(store: &Store, bundle: &PlanBundle, now: Timestamp) {
    let days: anyhow::Result<Vec<_>> = bundle.plans.iter().map(given::day_of).collect();
    let kept = days.and_then(|days| Ok(store.keep_plans(bundle.site, bundle.revision, now, &days)?));
    if let Err(why) = kept {
        tracing::warn!("{}: plan no. {} is not kept for looking back: {why}", bundle.site, bundle.revision.0);
    }
}

fn numbered(plan: &SitePlan, revision: Revision) -> Result<SitePlan, domain::BrokenPlan> {
    let entries = plan.entries().to_vec();
    let bounds = entries.first().map(|e| e.at).zip(entries.last().map(domain::Entry::end)).unwrap_or_default();
    SitePlan::new(plan.site(), plan.day(), revision, bounds, entries)
}

/// Returns when changes have come to rest, or after the longest wait.
async fn settle(changed: &Notify) {
    let latest = Instant::now() + WAIT_MAX;
    loop {
        let quiet = timeout(QUIET, changed.notified()).await.is_err();
        if quiet || Instant::now() >= latest {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
}

fn lock(published: &Published) -> std::sync::MutexGuard<'_, BTreeMap<(SiteId, Date), Arc<Planned>>> {
    // Whole plans are put in and taken out; a panic between leaves nothing half done.
    published.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The plan of a site's day as it is in force; `None` when none is.
pub(super) fn in_force(published: &Published, site: SiteId, day: Date) -> Option<Arc<Planned>> {
    lock(published).get(&(site, day)).cloned()
}

/// How the pages get a plan: the one in force, for a day that is over the last one that was, else one made for the occasion.
pub(super) fn plans_for_pages(rooms: &Rooms, published: Published) -> Plans {
    let (catalogue, store) = (Arc::clone(&rooms.catalogue), Arc::clone(&rooms.store));
    Arc::new(move |site, day| {
        in_force(&published, site, day)
            .or_else(|| last_given(&store, site, day).map(Arc::new))
            .or_else(|| for_the_occasion(&catalogue, &store, site, day).map(Arc::new))
    })
}

fn last_given(store: &Store, site: SiteId, day: Date) -> Option<Planned> {
    let found = given::plan_at(store, site, day, Timestamp::MAX);
    let plan = found.inspect_err(|why| tracing::warn!("{site} {day}: the plan that was given: {why}")).ok()??;
    Some(Planned { plan, findings: Vec::new() })
}

/// How the pages ask what was in force at a moment.
pub(super) fn past_for_pages(rooms: &Rooms, station: watch::Receiver<Arc<Station>>) -> web_admin::Past {
    let store = Arc::clone(&rooms.store);
    Arc::new(move |site, at| {
        let station = Arc::clone(&station.borrow());
        let found = given::in_force(&store, site, &station, at);
        found.inspect_err(|why| tracing::warn!("{site} {at}: the plan that was in force: {why}")).ok()?
    })
}

fn for_the_occasion(catalogue: &Catalogue, store: &Store, site: SiteId, day: Date) -> Option<Planned> {
    let station = Station::parse(&store.station().ok()??.toml).ok()?;
    let assets = catalogue.ready().ok()?;
    let eve = day.yesterday().ok()?;
    let placements = store.placements(eve, day).ok()?;
    let changes = store.changes(eve, day).ok()?;
    let of = |day| PlanInputs {
        placements: &placements,
        changes: &changes,
        ..PlanInputs::new(site, day, &station, &assets)
    };
    let yesterday = scheduler::plan(&of(eve), Revision::default()).ok().map(|(plan, _)| plan);
    let inputs = PlanInputs { yesterday: yesterday.as_ref(), ..of(day) };
    let (plan, findings) = scheduler::plan(&inputs, Revision::default()).ok()?;
    Some(Planned { plan, findings })
}
