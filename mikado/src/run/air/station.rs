//! Everything that an air process can say of itself, gathered from its threads.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use domain::{BootId, EquipmentReading, OutputReading, SiteId, Vitals};
use playout::live::LiveDesk;
use playout::outputs::{Icecast, StreamHub};

use super::air_check::AirCheck;
use super::alarms::AlarmBoard;
use super::card_keeper::CardKeeper;
use super::encoding::Encoding;
use super::equipment::{Equipment, Outvoted};
use super::live::LiveLine;
use super::mpx::Mpx;
use super::pace::PaceState;
use super::recording::Recording;
use super::rtp::{Description, RtpOutlet};
use super::turning::EngineView;
use super::witness::WitnessEar;
use crate::clock::WallClock;

/// The running parts of a site, as far as others read them.
pub struct Station {
    /// The site.
    pub site: SiteId,
    /// This life of the process.
    pub boot: BootId,
    /// The wall clock.
    pub clock: WallClock,
    /// The pace-maker's readings.
    pub pace: Arc<PaceState>,
    /// Measuring and encoding.
    pub encoding: Encoding,
    /// The sound card, when one is configured.
    pub card: Option<CardKeeper>,
    /// The recorder, when one is configured.
    pub recording: Option<Recording>,
    /// RTP streams.
    pub rtps: Vec<RtpOutlet>,
    /// The stereo multiplex, when it is configured.
    pub mpx: Option<Mpx>,
    /// The air check, when it is configured.
    pub air_check: Option<AirCheck>,
    /// The witness of what is on the frequency, when a receiver is wired.
    pub witness: Option<WitnessEar>,
    /// Source clients.
    pub icecasts: Vec<Icecast>,
    /// The streams that are served, by file name.
    pub streams: Vec<(String, Arc<StreamHub>)>,
    /// The site's own equipment: the transmitter, and what feeds the site.
    pub equipment: Vec<Equipment>,
    /// The live line's desk, when one is configured.
    pub live: Option<Arc<LiveDesk>>,
    /// The live line itself, until the engine takes it.
    pub line: Mutex<Option<LiveLine>>,
    /// Conditions that the shell knows of.
    pub alarms: Arc<AlarmBoard>,
    /// Whether the machine's clock is outvoted by other sources of time.
    pub outvoted: Outvoted,
    /// What the engine said last.
    pub engine: Arc<Mutex<EngineView>>,
}

impl Station {
    /// The stream of this file name.
    pub fn stream(&self, file: &str) -> Option<&Arc<StreamHub>> {
        self.streams.iter().find(|(name, _)| name == file).map(|(_, hub)| hub)
    }

    /// The description of an RTP stream by its file name.
    pub fn description(&self, file: &str) -> Option<&str> {
        self.descriptions().find(|d| d.file == file).map(|d| d.text.as_str())
    }

    fn descriptions(&self) -> impl Iterator<Item = &Description> {
        self.rtps.iter().map(|r| &r.description).chain(self.mpx.iter().filter_map(Mpx::description))
    }

    /// The file names of the streams.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.streams.iter().map(|(name, _)| name.as_str()).chain(self.descriptions().map(|d| d.file.as_str()))
    }

    /// What the site says of itself now.
    pub fn vitals(&self) -> Vitals {
        self.alarms.set("watch", self.encoding.found(), self.clock.now());
        let view = self.engine.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Vitals {
            site: self.site,
            boot: self.boot,
            read_at: self.clock.now(),
            time_trusted: view.time_trusted,
            position: self.pace.position(Instant::now()),
            levels: self.encoding.levels(),
            rung: view.rung,
            now: view.now,
            next: view.next,
            revision: view.revision,
            plan_until: view.plan_until,
            underrun: view.underrun,
            limited_db: view.limited_db,
            render_blocks: self.pace.render_blocks(),
            live: self.live.as_ref().and_then(|desk| desk.reading()),
            mpx: self.mpx.as_ref().map(Mpx::reading),
            witness: self.witness.as_ref().map(WitnessEar::reading),
            outputs: self.outputs(),
            equipment: self.readings(),
            alarms: self.alarms.all(view.alarms),
        }
    }

    /// In the order in which people read them; of a quantity that two tell, what the transmitter says.
    fn readings(&self) -> Vec<EquipmentReading> {
        let mut readings: Vec<_> = self.equipment.iter().flat_map(Equipment::readings).collect();
        readings.sort_by_key(|r| r.quantity);
        readings.dedup_by_key(|r| r.quantity);
        readings
    }

    fn outputs(&self) -> Vec<OutputReading> {
        let mut outputs = vec![self.virtual_card()];
        outputs.extend(self.encoding.readings());
        outputs.extend(self.card.iter().map(CardKeeper::reading));
        outputs.extend(self.icecasts.iter().map(Icecast::reading));
        outputs.extend(self.recording.iter().map(Recording::reading));
        outputs.extend(self.rtps.iter().map(|r| r.sender.reading()));
        outputs.extend(self.mpx.iter().map(Mpx::output));
        outputs.extend(self.air_check.iter().map(AirCheck::reading));
        outputs.extend(self.witness.iter().filter_map(WitnessEar::recording));
        outputs
    }

    /// The metronome that paces while no card does; what it lost is what the whole process lost by standing still.
    fn virtual_card(&self) -> OutputReading {
        let name = if self.pace.on_card() { "virtual-card-resting" } else { "virtual-card" };
        let (taken, lost) = (self.pace.rendered(), self.pace.dropped());
        OutputReading { name: name.into(), taken, lost, listeners: None, trouble: None }
    }

    /// Lets every output take what was rendered and end.
    pub fn stop_outputs(&self) {
        self.encoding.stop();
        self.card.iter().for_each(CardKeeper::stop);
        self.recording.iter().for_each(Recording::stop);
        self.rtps.iter().for_each(|r| r.sender.stop());
        self.mpx.iter().for_each(Mpx::stop);
        self.air_check.iter().for_each(AirCheck::stop);
        self.witness.iter().for_each(WitnessEar::stop);
        self.icecasts.iter().for_each(Icecast::stop);
    }

    /// Whether the outputs that hold files and streams have ended.
    pub fn outputs_have_ended(&self) -> bool {
        self.encoding.has_ended()
            && self.recording.as_ref().is_none_or(Recording::has_ended)
            && self.rtps.iter().all(|r| r.sender.has_ended())
            && self.mpx.as_ref().is_none_or(Mpx::has_ended)
            && self.air_check.as_ref().is_none_or(AirCheck::has_ended)
            && self.witness.as_ref().is_none_or(WitnessEar::has_ended)
            && self.icecasts.iter().all(Icecast::has_ended)
    }
}
