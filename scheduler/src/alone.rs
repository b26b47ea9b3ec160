//! The day that a site makes for itself when the studio's plans have ended: the same grid and the same rules, over what is
//! on its own shelf, with nothing left to the sustaining bed while there is calm music to fill it.

use domain::{Asset, AssetKind, Entry, EntryId, Fit, Frames, Revision, Segment, SitePlan, What};

use crate::plan::{NoPlan, PlanInputs, plan};
use crate::station::Station;

/// Pieces that fill one gap, at most: a night of six hours from pieces of half a minute.
const PIECES_MAX: usize = 720;
/// A gap shorter than this is not worth a join.
const GAP_MIN: Frames = Frames::from_millis(250);

/// The plan of a day for a site on its own (`inputs.alone_since` is set), over `inputs.assets`, which are those that its
/// shelf has.
///
/// Dates hold as ever: no spot outside its campaign, nothing expired, no news that is older than a day (R-GRID-05, R-CAMP-06),
/// the breaks at prayer where they belong. What is then left to the bed is filled by what the station has for filling.
pub fn plan_alone(inputs: &PlanInputs<'_>, revision: Revision) -> Result<SitePlan, NoPlan> {
    let (plan, _) = plan(inputs, revision)?;
    let bounds = plan.entries().first().map(|e| e.at).zip(plan.entries().last().map(Entry::end)).unwrap_or_default();
    let mut fillers = Fillers::new(inputs);
    let mut entries = Vec::with_capacity(plan.entries().len());
    for entry in plan.entries() {
        match entry.what {
            What::Bed if entry.length >= GAP_MIN => fillers.fill(entry, &mut entries),
            _ => entries.push(entry.clone()),
        }
    }
    Ok(SitePlan::new(plan.site(), plan.day(), revision, bounds, entries)?)
}

/// What fills, one piece after the other, every day from another one on.
struct Fillers<'a> {
    inputs: PlanInputs<'a>,
    pieces: Vec<&'a Asset>,
    next: usize,
}

impl<'a> Fillers<'a> {
    fn new(inputs: &PlanInputs<'a>) -> Self {
        let filler = inputs.station.filler().map(|p| &p.id);
        let calm =
            |a: &&Asset| a.kind == AssetKind::Programme && a.programme.is_some() && a.programme.as_ref() == filler;
        let bed = |a: &&Asset| a.kind == AssetKind::Bed;
        let music = |a: &&Asset| a.kind == AssetKind::Programme && is_music(inputs.station, a);
        // The calmest that there is: never dance music after a call to prayer (R-PRAY-02).
        let kinds: [&dyn Fn(&&Asset) -> bool; 3] = [&calm, &bed, &music];
        let of = |fits: &dyn Fn(&&Asset) -> bool| {
            let sounds = |a: &&Asset| a.length >= GAP_MIN && a.loudness.is_some();
            let mut pieces: Vec<&Asset> = inputs.assets.iter().filter(sounds).filter(|a| fits(a)).collect();
            pieces.sort_by(|a, b| a.id.cmp(&b.id));
            pieces
        };
        let pieces = kinds.into_iter().map(of).find(|p| !p.is_empty()).unwrap_or_default();
        Self { inputs: *inputs, pieces, next: usize::from(inputs.day.day().unsigned_abs()) }
    }

    /// Puts pieces where the entry leaves the sound to the bed; what no piece may fill stays its own.
    fn fill(&mut self, bed: &Entry, entries: &mut Vec<Entry>) {
        let mut rest = bed.clone();
        for n in 0..PIECES_MAX {
            let Some(piece) = self.piece(&rest).filter(|_| rest.length >= GAP_MIN) else { break };
            let length = rest.length.min(piece.length);
            let Some(id) = numbered(bed, n) else { break };
            entries.push(filled(&rest, piece, id, length));
            let left = rest.length.saturating_sub(length);
            rest = Entry { at: entries.last().map_or(rest.at, Entry::end), length: left, ..rest };
        }
        if rest.length > Frames::ZERO {
            rest.fade_out = rest.fade_out.min(rest.length);
            entries.push(rest);
        }
    }

    /// The next piece that may air over all of the gap.
    fn piece(&mut self, gap: &Entry) -> Option<&'a Asset> {
        for _ in 0..self.pieces.len() {
            let piece = *self.pieces.get(self.next % self.pieces.len())?;
            self.next = (self.next + 1) % self.pieces.len().max(1);
            if piece.may_air(self.inputs.site, gap.at) && piece.expires.is_none_or(|t| gap.end() <= t) {
                return Some(piece);
            }
        }
        None
    }
}

fn is_music(station: &Station, asset: &Asset) -> bool {
    let programme = asset.programme.as_ref().and_then(|id| station.programme(id));
    programme.is_some_and(|p| p.fill && p.music_share >= station.file().join.music_share_min)
}

fn numbered(bed: &Entry, n: usize) -> Option<EntryId> {
    format!("{}~{}", bed.id, n + 1).parse().ok()
}

fn filled(gap: &Entry, piece: &Asset, id: EntryId, length: Frames) -> Entry {
    let (asset, hash, gain, expires) = (piece.id.clone(), piece.hash, piece.gain, piece.expires);
    // The end of the gap is the end of what it stood in for: whatever follows is met without a click.
    let last = length == gap.length;
    Entry {
        id,
        length,
        fit: Fit::Filler,
        what: What::Audio { asset, hash, from: Frames::ZERO, gain, expires },
        title: piece.title.clone(),
        language: piece.language.clone(),
        segment: Segment::Fill,
        fade_out: if last { gap.fade_out.max(FADE).min(length) } else { Frames::ZERO },
        ..gap.clone()
    }
}

/// A piece that is left in its middle goes softly.
const FADE: Frames = Frames::from_millis(500);
