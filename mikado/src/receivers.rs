//! What receivers are told while a plan is on the air: RDS out of the station's facts and the entry that sounds.

use domain::{Entry, EntryId, Frames, Language, Origin, Segment, SiteId, SitePlan, What};
use hardware::rds::{Alternatives, Frequency, OtherNetwork, Pi, Pty, RtPlus, Said, Tuning};
use jiff::Timestamp;
use scheduler::Station;
use scheduler::changes::{LiveKind, Override};
use scheduler::station::{Hotline, Programme, Site};

/// The share of music from which a receiver's switch for music goes by it.
const MUSIC_FROM: f64 = 0.5;
/// A bed that is no longer fills up the programme around it; a longer one stands in its place, and only the station is named.
const FILL_MAX: Frames = Frames::from_secs(180);

/// What was said last.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    /// Nothing yet.
    Nothing,
    /// That nothing is planned.
    NoPlan,
    /// What belongs to an entry.
    About(EntryId),
}

/// The voice of one site towards receivers.
#[derive(Debug)]
pub struct Receivers<'a> {
    station: &'a Station,
    site: &'a Site,
    pi: Pi,
    plans: &'a [SitePlan],
    /// What was decided besides the station file.
    overrides: &'a [Override],
    told: Told,
}

impl<'a> Receivers<'a> {
    /// The voice of a site; `None` for a site that the station does not know, or whose PI it does not name.
    pub fn new(station: &'a Station, site: SiteId, plans: &'a [SitePlan], overrides: &'a [Override]) -> Option<Self> {
        let site = station.site(site)?;
        let pi = site.rds_pi.parse().ok()?;
        Some(Self { station, site, pi, plans, overrides, told: Told::Nothing })
    }

    /// What is said from `now` on; `None` while it is what was said before.
    pub fn at(&mut self, now: Timestamp) -> Option<Said> {
        let plans = self.plans;
        let entry = plans.iter().find_map(|plan| plan.entry_at(now));
        let tells = entry.map_or(Told::NoPlan, |e| Told::About(e.id.clone()));
        if self.told == tells {
            return None;
        }
        self.told = tells;
        Some(self.said(entry))
    }

    /// What is said while this entry is on; the station's own line where nothing of the plan is.
    pub fn said(&self, entry: Option<&Entry>) -> Said {
        let network = entry.is_none_or(|e| e.origin == Origin::Network);
        let pi = if network { self.pi.national() } else { self.pi };
        let mut said = Said::new(pi, &self.site.rds_ps);
        said.ecc = hexadecimal(&self.site.rds_ecc);
        said.alternatives = self.alternatives(network);
        said.tuning = Tuning { stereo: true, dynamic_pty: true, ..Tuning::default() };
        match entry {
            Some(entry) if entry.what != What::Bed || entry.length <= FILL_MAX => self.tell(entry, &mut said),
            _ => {
                let mhz = f64::from(self.site.frequency_khz) / 1_000.0;
                said.set_text(&format!("{} {} {mhz:.1} MHz", self.site.rds_ps, self.site.name), &[]);
            }
        }
        said
    }

    /// In an opt-out the network beside it (EON), so that who wants it finds it; `None` while the network is on.
    pub fn beside(&self, entry: Option<&Entry>) -> Option<OtherNetwork> {
        let elsewhere = entry.is_some_and(|e| e.origin != Origin::Network);
        let others = self.station.sites().iter().filter(|s| s.id != self.site.id);
        let frequencies: Vec<Frequency> = others.filter_map(|s| Frequency::from_khz(s.frequency_khz).ok()).collect();
        (elsewhere && !frequencies.is_empty()).then(|| OtherNetwork {
            pi: self.pi.national(),
            ps: Said::name_of(&self.site.rds_ps),
            alternatives: Alternatives::method_a(None, &frequencies),
            // What the network airs meanwhile stands in no plan of this site.
            pty: Pty::programme(0),
            traffic: false,
            announcing: false,
        })
    }

    fn tell(&self, entry: &Entry, said: &mut Said) {
        let live = self.station.overrides().iter().chain(self.overrides).find(|o| o.spec().id == entry.programme);
        let programme = self.station.programme(&entry.programme).or_else(|| live.map(Override::programme));
        said.language = self.language(&entry.language);
        said.tuning.pty = match live.map(Override::spec) {
            Some(spec) if spec.kind == LiveKind::Alerte && is_drill(spec.id.as_str()) => Pty::ALARM_TEST,
            Some(spec) if spec.kind == LiveKind::Alerte => Pty::ALARM,
            // An alert that was decided after the station file was written, by the name that the templates give it.
            None if entry.programme.as_str().starts_with("alerte-") => Pty::ALARM,
            _ => Pty::programme(programme.map_or(0, |p| p.rds_pty)),
        };
        said.tuning.music = entry.segment == Segment::Content && programme.is_some_and(|p| p.music_share >= MUSIC_FROM);
        match self.spot(entry) {
            Some((title, Some(number))) => {
                // The number first: it survives where a long title is cut.
                said.set_text(&format!("{} : {title}", number.spoken), &[(RtPlus::PhoneHotline, &number.spoken)]);
            }
            Some((title, None)) => {
                said.set_text(title, &[]);
            }
            None => tell_programme(entry, programme, said),
        }
    }

    /// A spot's title, and the number that listeners of this very site may call.
    fn spot(&self, entry: &Entry) -> Option<(&'a str, Option<&'a Hotline>)> {
        let What::Audio { asset, .. } = &entry.what else { return None };
        let (campaign, spot) = self.station.spot_of(asset, self.site.id)?;
        let numbers = || campaign.hotlines.iter().filter(|h| h.serves(self.site.id) && h.kind != "courriel");
        let own = numbers().find(|h| h.scope.starts_with("site:"));
        Some((&spot.title, own.or_else(|| numbers().next())))
    }

    /// The code of the table of IEC 62106-4, as the station's languages name it; 0 where there is none.
    fn language(&self, language: &Language) -> u8 {
        let cards = &self.station.file().language;
        cards.iter().find(|card| card.id.same_umbrella(language)).map_or(0, |card| card.rds)
    }

    /// While all carry the network, all frequencies by method A; in an opt-out the others are regional variants (method B).
    fn alternatives(&self, network: bool) -> Alternatives {
        let of = |site: &Site| Frequency::from_khz(site.frequency_khz).ok();
        let all: Vec<Frequency> = self.station.sites().iter().filter_map(of).collect();
        match of(self.site).filter(|_| !network) {
            Some(own) => Alternatives::method_b(own, &[], &all),
            None => Alternatives::method_a(None, &all),
        }
    }
}

fn tell_programme(entry: &Entry, programme: Option<&Programme>, said: &mut Said) {
    let name = programme.map_or(entry.title.as_str(), |p| p.title.as_str());
    let edition = (entry.segment == Segment::Content && entry.title != name).then_some(entry.title.as_str());
    let text = edition.map_or_else(|| name.to_owned(), |edition| format!("{name} : {edition}"));
    said.set_text(&text, &[(RtPlus::ProgrammeNow, name)]);
}

/// Whether an alert is one of those that only try the way (the station's templates call them so).
fn is_drill(id: &str) -> bool {
    id.starts_with("exercice")
}

fn hexadecimal(text: &str) -> u8 {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    u8::from_str_radix(digits, 16).unwrap_or(0)
}

#[cfg(test)]
mod tests;
