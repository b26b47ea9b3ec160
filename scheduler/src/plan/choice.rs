//! Which edition airs in a slot: what was placed by hand, else the newest that was ready in time and fits.

use domain::{Asset, AssetId, AssetKind, Frames, Origin, SiteId};
use jiff::{SignedDuration, Timestamp};

use super::PlanInputs;
use super::cards::{Cards, ready};
use crate::grid::{GridSlot, second_of};
use crate::station::Programme;

/// Editions within this time of the newest compete by length; older ones lose whatever their length, for news age.
const SAME_ROUND: SignedDuration = SignedDuration::from_hours(24);

/// An edition of the news airs for a day (R-GRID-05).
const NEWS_AGE_MAX: SignedDuration = SignedDuration::from_hours(24);

/// A repeat waits this long after its first broadcast (R-GRID-05).
const REPEAT_AFTER: SignedDuration = SignedDuration::from_hours(2);

/// Where an asset stands in the choice for a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The slot has begun with it.
    Begun,
    /// Put there by hand.
    Placed,
    /// Newest edition ready in time, of a fitting length.
    Newest,
    /// Newest edition ready in time, though its length does not fit.
    NewestUnfit,
    /// Edition approved after the slot had begun: better than bed.
    Late,
    /// Edition of the programme that this one repeats.
    Repeat,
    /// What fills, in place of a live event that has no file.
    StandIn,
}

/// What airs in a slot, with how it won.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice<'a> {
    pub(crate) asset: &'a Asset,
    pub(crate) standing: Standing,
}

/// A slot's demand: at what time, how much sound, for which site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand<'a> {
    pub(crate) slot: &'a GridSlot,
    pub(crate) at: Timestamp,
    pub(crate) needed: Frames,
    /// The file that it has begun with.
    pub(crate) begun: Option<&'a AssetId>,
}

/// What was placed by hand for a slot, whether or not it may air.
pub(crate) fn placed<'a>(inputs: &PlanInputs<'a>, slot: &GridSlot) -> Option<&'a AssetId> {
    let here = inputs.placements.iter().filter(|p| p.day == inputs.day && second_of(p.start) == slot.start_s);
    // A placement on the network's slot says nothing about what a site airs instead of it.
    let meant = here.filter(|p| p.site == Some(inputs.site) || (p.site.is_none() && slot.origin == Origin::Network));
    meant.max_by_key(|p| (p.site.is_some(), &p.asset)).map(|p| &p.asset)
}

/// Chooses what airs in a slot; `None` when nothing may.
pub(crate) fn choose<'a>(inputs: &PlanInputs<'a>, cards: &Cards<'a>, demand: Demand<'_>) -> Option<Choice<'a>> {
    let airable = |a: &&Asset| a.may_air(inputs.site, demand.at);
    // By hand comes first, also in a slot that has begun: who puts something on the air now means now.
    let by_hand = placed(inputs, demand.slot).and_then(|id| cards.get(id)).filter(airable);
    if let Some(asset) = by_hand {
        return Some(Choice { asset, standing: Standing::Placed });
    }
    let begun = demand.begun.and_then(|id| cards.get(id)).filter(airable);
    if let Some(asset) = begun.filter(|a| a.kind != AssetKind::Music) {
        return Some(Choice { asset, standing: Standing::Begun });
    }
    let own = language_versions(inputs, cards, &demand.slot.programme);
    let own = own.as_slice();
    let news = || inputs.station.programme(&demand.slot.programme).is_some_and(Programme::is_news);
    if inputs.alone_since.is_some() && news() {
        return of_today(inputs, own, demand).or_else(|| stand_in(inputs, cards, demand.at));
    }
    in_time(own, inputs.site, demand, demand.at)
        .or_else(|| late(inputs, own, demand))
        .or_else(|| repeated(inputs, cards, demand))
}

/// The editions of a programme that speak to a site: a work may have a language version for each variant, and nobody is
/// spoken to in a neighbour's (R-LANG-05).
fn language_versions<'a>(
    inputs: &PlanInputs<'_>,
    cards: &Cards<'a>,
    programme: &domain::ProgrammeId,
) -> Vec<&'a Asset> {
    let all = cards.editions(programme).iter().copied();
    match inputs.station.programme(programme) {
        Some(own) => all.filter(|a| inputs.station.speaks(inputs.site, own, a)).collect(),
        None => all.collect(),
    }
}

/// At a site cut off from the network, news that is not of today's is not news (R-GRID-05): the newest edition, or
/// nothing of it.
fn of_today<'a>(inputs: &PlanInputs<'_>, own: &[&'a Asset], demand: Demand<'_>) -> Option<Choice<'a>> {
    let newest = in_time(own, inputs.site, demand, demand.at);
    newest.filter(|c| demand.at.duration_since(ready(c.asset)) < NEWS_AGE_MAX)
}

fn in_time<'a>(editions: &[&'a Asset], site: SiteId, demand: Demand<'_>, by: Timestamp) -> Option<Choice<'a>> {
    let timely = editions.iter().copied().filter(|a| a.may_air(site, demand.at) && ready(a) <= by);
    let newest = timely.clone().map(ready).max()?;
    let round = newest.checked_sub(SAME_ROUND).unwrap_or(Timestamp::MIN);
    let asset = timely.filter(|a| ready(a) >= round).max_by_key(|a| (fit(a, demand.needed), ready(a), &a.id))?;
    let standing = if fit(asset, demand.needed) > LengthFit::No { Standing::Newest } else { Standing::NewestUnfit };
    Some(Choice { asset, standing })
}

/// The first edition approved after the slot began. The first and not the newest: one that came later still must not
/// replace what is sounding.
fn late<'a>(inputs: &PlanInputs<'_>, editions: &[&'a Asset], demand: Demand<'_>) -> Option<Choice<'a>> {
    let latest = latest(inputs, demand.slot);
    let may = |a: &&Asset| a.may_air(inputs.site, demand.at) && latest.is_none_or(|t| ready(a) <= t);
    let late = editions.iter().copied().filter(may);
    late.min_by_key(|a| (ready(a), &a.id)).map(|asset| Choice { asset, standing: Standing::Late })
}

/// Until when a site may still leave the network for an opt-out: the window's latest leave (R-OPT-03). One that is not
/// there by then leaves the site on the network (R-OPT-04). `None` for the network's own slots: any time is better than
/// bed.
fn latest(inputs: &PlanInputs<'_>, slot: &GridSlot) -> Option<Timestamp> {
    if slot.origin == Origin::Network {
        return None;
    }
    let (grid, _) = inputs.station.ruling(inputs.changes, inputs.day);
    let window = slot.window.as_deref().and_then(|id| grid.window(id));
    let latest = window.and_then(|w| inputs.station.instant(inputs.day, second_of(w.latest)));
    Some(latest.unwrap_or(Timestamp::MIN))
}

/// What sounds under a live event until its line is there (R-LIVE-04): the longest edition of what exists to fill.
pub(crate) fn stand_in<'a>(inputs: &PlanInputs<'a>, cards: &Cards<'a>, at: Timestamp) -> Option<Choice<'a>> {
    let calm = cards.editions(&inputs.station.filler()?.id).iter().copied();
    let asset = calm.filter(|a| a.may_air(inputs.site, at)).max_by_key(|a| (a.length, &a.id))?;
    Some(Choice { asset, standing: Standing::StandIn })
}

fn repeated<'a>(inputs: &PlanInputs<'a>, cards: &Cards<'a>, demand: Demand<'_>) -> Option<Choice<'a>> {
    let programme = inputs.station.programme(&demand.slot.programme)?;
    let original = programme.repeat_of.as_ref()?.parse().ok()?;
    let by = demand.at.checked_sub(REPEAT_AFTER).ok()?;
    let choice = in_time(&language_versions(inputs, cards, &original), inputs.site, demand, by)?;
    Some(Choice { standing: Standing::Repeat, ..choice })
}

/// How well a length meets the slot's, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LengthFit {
    /// Not even elastically.
    No,
    /// From 8 % short, which is elastic (R-GRID-03), to 10 % long, which may be cut (R-PAD-03).
    Near,
    /// As ordered: nothing short and at most 3 % long (R-PAD-03).
    Good,
}

pub(crate) fn fit(asset: &Asset, needed: Frames) -> LengthFit {
    let ratio = asset.length.0 as f64 / needed.0.max(1) as f64;
    if (1.0..=1.03).contains(&ratio) {
        LengthFit::Good
    } else if (0.92..=1.10).contains(&ratio) {
        LengthFit::Near
    } else {
        LengthFit::No
    }
}
