//! What must be there, and from when: the maker's work, worked out from the grid and what was decided beside it.

use std::collections::BTreeMap;

use domain::{AssetId, Frames, SiteId};
use jiff::{SignedDuration, Timestamp};
use scheduler::station::SegmentKind;
use scheduler::{Changes, ProgrammeSlot, Station};

use super::piece::{Piece, jingle_word};
use super::titles::titles;
use super::voices::Texts;

/// A piece, and the stretch of wall time in which it is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// First moment at which it shall sound, and not before the moment that was asked about.
    pub from: Timestamp,
    /// First moment at which nobody wants it any more.
    pub until: Timestamp,
    /// What.
    pub piece: Piece,
}

/// Everything that the sites air in `from..until`, soonest first, at equal times the shortest first.
///
/// Pure: the same station, decisions and times give the same list. Every edition, spot and jingle stands in it once, whatever the
/// number of sites. Spots that the station file calls missing (`manquant`) are not made: their gap is part of the story.
pub fn needs((station, changes): (&Station, &Changes), texts: &Texts, from: Timestamp, until: Timestamp) -> Vec<Need> {
    let mut gathered = Gathered { station, texts, from, until, needs: BTreeMap::new() };
    let (mut day, last) = (station.day_of(from), station.day_of(until));
    while day <= last {
        for site in station.sites() {
            for slot in station.slots_on(site.id, day, changes) {
                gathered.slot(&slot);
            }
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    let mut needs: Vec<Need> = gathered.needs.into_values().collect();
    needs.sort_by(|a, b| order(a).cmp(&order(b)));
    needs
}

fn order(need: &Need) -> (Timestamp, Frames, &AssetId) {
    (need.from, need.piece.recipe.length, need.piece.id())
}

struct Gathered<'a> {
    station: &'a Station,
    texts: &'a Texts,
    from: Timestamp,
    until: Timestamp,
    needs: BTreeMap<AssetId, Need>,
}

impl Gathered<'_> {
    fn slot(&mut self, slot: &ProgrammeSlot) {
        let instant = |second| self.station.instant(slot.day, second);
        let (Some(starts), Some(ends)) = (instant(slot.start_s), instant(slot.end_s)) else { return };
        if ends <= self.from || starts >= self.until {
            return;
        }
        let Some(format) = self.station.clock_format(&slot.clock_format) else {
            return self.inserted(slot, starts, ends);
        };
        let length = Frames::from_secs(self.station.content_s(&slot.clock_format).into());
        let rotates = self.station.file().music.iter().any(|m| m.programmes.contains(&slot.programme));
        let edition = Piece::edition(self.texts, slot, (starts, ends), length).ok().filter(|_| !rotates);
        let mut at = starts;
        for segment in &format.segments {
            let end = at.checked_add(SignedDuration::from_secs(segment.dur_s.into())).unwrap_or(ends);
            match segment.kind {
                SegmentKind::Contenu if rotates => titles().for_each(|t| self.add(t.ok(), at, end, None)),
                SegmentKind::Contenu => self.add(edition.clone(), at, end, Some(slot.site)),
                SegmentKind::Ecran => self.spots(slot, at, end),
                kind => self.jingles(kind, segment.dur_s, slot.site, at, end),
            }
            at = end;
        }
    }

    /// What a season inserts, such as a spot at sunset: a programme without a recipe. A live event is nobody's to make.
    fn inserted(&mut self, slot: &ProgrammeSlot, starts: Timestamp, ends: Timestamp) {
        if self.station.programme(&slot.programme).is_some() {
            let length = Frames::from_secs((slot.end_s - slot.start_s).into());
            let piece = Piece::edition(self.texts, slot, (starts, ends), length).ok();
            self.add(piece, starts, ends, Some(slot.site));
        }
    }

    fn jingles(&mut self, kind: SegmentKind, seconds: u32, site: SiteId, at: Timestamp, end: Timestamp) {
        let Some(word) = jingle_word(kind) else { return };
        self.add(Piece::jingle(self.texts, word, seconds, None).ok(), at, end, None);
        if kind == SegmentKind::Ident {
            self.add(Piece::jingle(self.texts, word, seconds, Some(site)).ok(), at, end, None);
        }
    }

    /// What a break may choose from: every running campaign, in the languages that the site gives weight to.
    fn spots(&mut self, slot: &ProgrammeSlot, at: Timestamp, end: Timestamp) {
        let station = self.station;
        let Some(site) = station.site(slot.site) else { return };
        for campaign in station.campaigns().iter().filter(|c| c.airs(slot.site, slot.day)) {
            for spot in &campaign.spots {
                let carried = slot.language.as_ref().is_some_and(|l| l.same_umbrella(&spot.lang));
                let wanted = carried || site.spot_language_weights.contains_key(&spot.lang);
                if wanted && spot.status != "manquant" {
                    self.add(Piece::spot(self.texts, campaign, spot).ok(), at, end, None);
                }
            }
        }
    }

    /// Notes a need; one that is known already is wanted from the earlier to the later time, on one site more.
    fn add(&mut self, piece: Option<Piece>, at: Timestamp, end: Timestamp, site: Option<SiteId>) {
        let Some(mut piece) = piece.filter(|_| end > self.from && at < self.until) else { return };
        let at = at.max(self.from);
        if let Some(known) = self.needs.get_mut(piece.id()) {
            known.from = known.from.min(at);
            known.until = known.until.max(end);
            let sites = &mut known.piece.card.sites;
            sites.extend(site.filter(|s| !sites.contains(s)));
            return;
        }
        piece.card.sites.extend(site);
        self.needs.insert(piece.id().clone(), Need { from: at, until: end, piece });
    }
}
