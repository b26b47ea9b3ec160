//! Music: which titles fill a slot that has no edition, and what other programmes leave empty.
//!
//! The day is walked once from its beginning. What stands in the plan in force before the seam is walked over as it is, so
//! that a newer plan goes on with the same titles.

use std::collections::BTreeMap;

use domain::{Asset, Frames, Segment, SitePlan, What};
use jiff::Timestamp;

use super::PlanInputs;
use super::cards::Cards;
use super::settled::Kept;
use super::stretch::{Piece, Stretch};
use crate::grid::second_of;
use crate::station::{MusicSpec, SegmentKind, Station};

mod complain;
mod turns;

pub(super) use complain::complain;
pub(crate) use turns::{NotNow, Turns};

/// What is left empty for less than this stays so: a title of which nothing is heard is no music.
const GAP_MIN: Frames = Frames::from_secs(30);
/// Titles of one gap, at most: six hours of titles of half a minute.
const TITLES_MAX: usize = 720;
/// A title that is cut at the end of its slot fades for so long.
const FADE: Frames = Frames::from_secs(2);

/// A title in its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pick<'a> {
    pub(crate) asset: &'a Asset,
    /// Which rotation chose it.
    pub(crate) rule: usize,
    /// When it starts.
    pub(crate) at: Timestamp,
    /// Where in its file it begins to sound.
    pub(crate) from: Frames,
    /// How long it sounds.
    pub(crate) length: Frames,
    /// How long it fades before it is cut.
    pub(crate) fade_out: Frames,
    /// What kept all others away was weaker than keeping the sound going: it comes sooner than it should.
    pub(crate) too_soon: bool,
}

/// The titles of a day, by stretch and number of the piece that they fill.
#[derive(Default)]
pub(crate) struct Music<'a> {
    picks: BTreeMap<(usize, usize), Vec<Pick<'a>>>,
}

impl<'a> Music<'a> {
    /// The titles of a piece, in order.
    pub(crate) fn of(&self, stretch: usize, piece: usize) -> &[Pick<'a>] {
        self.picks.get(&(stretch, piece)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every title.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Pick<'a>> {
        self.picks.values().flatten()
    }
}

/// The rotation that fills a slot of this programme, and the one that fills what others leave.
pub(crate) fn rule_of(station: &Station, stretch: &Stretch<'_>) -> Option<usize> {
    let rules = &station.file().music;
    let own = rules.iter().position(|m| m.programmes.contains(&stretch.slot.programme));
    own.or_else(|| rules.iter().position(|m| m.fills))
}

/// Whether a slot without an edition is one that a rotation fills.
pub(crate) fn rotates(
    inputs: &PlanInputs<'_>,
    cards: &Cards<'_>,
    programme: &domain::ProgrammeId,
    at: Timestamp,
) -> bool {
    let own = inputs.station.file().music.iter().find(|m| m.programmes.contains(programme));
    own.is_some_and(|m| cards.music().iter().any(|a| a.may_air(inputs.site, at) && in_categories(m, a)))
}

fn in_categories(music: &MusicSpec, asset: &Asset) -> bool {
    let own = asset.music.as_ref().map(|m| m.category.as_str());
    music.category.iter().any(|c| Some(c.id.as_str()) == own)
}

/// What of a piece of content is empty: after how many frames it begins, and how long it is.
pub(crate) fn gap(stretch: &Stretch<'_>, piece: &Piece) -> (Frames, Frames) {
    let whole = Frames::from_secs(u64::from(piece.length_s));
    let before = Frames::from_secs(u64::from(piece.content_before_s));
    let sounds = stretch.content.map_or(Frames::ZERO, |c| c.asset.length.saturating_sub(before).min(whole));
    (sounds, whole.saturating_sub(sounds))
}

/// A day's walk over its gaps.
pub(crate) struct Walk<'d, 'a> {
    inputs: &'d PlanInputs<'a>,
    stretches: &'d [Stretch<'a>],
    kept: Option<Kept<'a>>,
    /// What has had its turn so far.
    pub(crate) turns: Turns<'a>,
}

impl<'d, 'a> Walk<'d, 'a> {
    pub(crate) fn new(
        inputs: &'d PlanInputs<'a>,
        cards: &Cards<'a>,
        stretches: &'d [Stretch<'a>],
        kept: Option<Kept<'a>>,
    ) -> Self {
        let mut turns = Turns::new(inputs, cards);
        if let Some(plan) = inputs.yesterday {
            heard_in(plan, &mut turns);
        }
        for fact in inputs.history {
            if let (Some(asset), Some(wall)) = (&fact.asset, fact.wall) {
                turns.heard(asset, wall);
            }
        }
        Self { inputs, stretches, kept, turns }
    }

    /// Fills the day, or what of it comes before `until`.
    pub(crate) fn filled(&mut self, until: Timestamp) -> Music<'a> {
        let mut music = Music::default();
        if self.inputs.station.file().music.is_empty() || self.turns.is_empty() {
            return music;
        }
        let seam = self.kept.map_or(Timestamp::MIN, |k| k.seam);
        self.keep(until);
        for (n, stretch) in self.stretches.iter().enumerate() {
            let Some(rule) = rule_of(self.inputs.station, stretch) else { continue };
            for piece in stretch.pieces(self.inputs.station).iter().filter(|p| p.kind == SegmentKind::Contenu) {
                let (from, length) = gap(stretch, piece);
                let at = stretch.instant(piece.from_s);
                if at < seam || at >= until || length < GAP_MIN {
                    continue;
                }
                let second = stretch.day_second(piece.from_s);
                let picks = self.fill(rule, (at, second), (from, length), until);
                music.picks.insert((n, piece.number), picks);
            }
        }
        music
    }

    /// What stands before the seam has had its turns.
    fn keep(&mut self, until: Timestamp) {
        let rules = &self.inputs.station.file().music;
        for entry in self.kept.iter().flat_map(|k| k.entries).filter(|e| e.at < until) {
            let What::Audio { asset, .. } = &entry.what else { continue };
            let rule = match entry.segment {
                Segment::Content => rules.iter().position(|m| m.programmes.contains(&entry.programme)),
                _ => rules.iter().position(|m| m.fills),
            };
            let second = second_of(self.inputs.station.zone().to_datetime(entry.at).time());
            self.turns.kept(asset, rule, (entry.at, second));
        }
    }

    /// Titles one after the other from a moment on.
    fn fill(
        &mut self,
        rule: usize,
        (start, start_s): (Timestamp, u32),
        (from, length): (Frames, Frames),
        until: Timestamp,
    ) -> Vec<Pick<'a>> {
        let (mut used, mut picks) = (from, Vec::new());
        let end = from + length;
        while picks.len() < TITLES_MAX {
            let left = end.saturating_sub(used);
            let at = start.checked_add(used.as_duration()).unwrap_or(start);
            let second = start_s + u32::try_from(used.as_duration().as_secs()).unwrap_or_default();
            if left < GAP_MIN || at >= until {
                break;
            }
            let Some((n, too_soon)) = self.turns.next(rule, (at, second), left) else { break };
            let (asset, (begins, sounds)) = (self.turns.asset(n), self.turns.span(n));
            let length = sounds.min(left);
            let fade_out = if length < sounds { FADE.min(length) } else { Frames::ZERO };
            self.turns.took(n, rule, (at, second));
            picks.push(Pick { asset, rule, at, from: begins, length, fade_out, too_soon });
            used += length;
        }
        picks
    }
}

/// Titles that another plan promises keep their distance too.
fn heard_in(plan: &SitePlan, turns: &mut Turns<'_>) {
    for entry in plan.entries() {
        if let What::Audio { asset, .. } = &entry.what {
            turns.heard(asset, entry.at);
        }
    }
}
