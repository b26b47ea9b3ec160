//! Whose turn it is: what was heard when, what each category is owed, and which title comes next.

use std::collections::BTreeMap;

use domain::{Asset, AssetId, Frames, Language, SiteId};
use jiff::{SignedDuration, Timestamp};

use super::super::PlanInputs;
use super::super::cards::Cards;
use super::super::flight::{daypart_length, into_daypart};
use super::GAP_MIN;
use crate::station::{Daypart, MusicSpec};

/// A title that would leave less than a usable rest at the end of its slot weighs like ten minutes of it being cut.
const BAD_REST_S: u64 = 600;
/// A title that leaves room for more weighs like a minute and a half of it being cut.
const MORE_TO_COME_S: u64 = 90;
/// What a category is owed never grows beyond this many turns: one without titles for a night does not own the morning.
const CREDIT_MAX: f64 = 4.0;

/// Why a title does not come at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotNow {
    /// Its card has no category of the rotation.
    NoCategory,
    /// It may not air here at this time.
    Dates,
    /// Its category is not for this part of the day.
    Daypart,
    /// The same work was heard at this time.
    Title(Timestamp),
    /// The same artist was heard at this time.
    Artist(Timestamp),
}

/// A title that may be chosen.
struct Title<'a> {
    asset: &'a Asset,
    artist: Option<usize>,
    work: usize,
    /// Where in its file it begins to sound and how long it sounds.
    span: (Frames, Frames),
    regional: bool,
    /// By rotation: the category that it belongs to.
    category: Vec<Option<usize>>,
    draw: u64,
    heard: Option<Timestamp>,
}

/// The titles of a site and what has had its turn.
pub(crate) struct Turns<'a> {
    site: SiteId,
    rules: &'a [MusicSpec],
    dayparts: &'a [Daypart],
    titles: Vec<Title<'a>>,
    by_id: BTreeMap<&'a AssetId, usize>,
    works: Vec<Option<Timestamp>>,
    artists: Vec<Option<Timestamp>>,
    last: Option<usize>,
    /// By rotation and category: turns owed.
    credits: Vec<Vec<f64>>,
    /// By rotation: titles of the region owed.
    regional: Vec<f64>,
}

impl<'a> Turns<'a> {
    pub(crate) fn new(inputs: &PlanInputs<'a>, cards: &Cards<'a>) -> Self {
        let file = inputs.station.file();
        let rules = file.music.as_slice();
        let own = inputs.station.site(inputs.site).and_then(|s| s.languages.first());
        let (mut works, mut artists) = (BTreeMap::new(), BTreeMap::new());
        let mut titles = Vec::new();
        for asset in if rules.is_empty() { &[] } else { cards.music() } {
            let Some(music) = &asset.music else { continue };
            let category = |m: &MusicSpec| m.category.iter().position(|c| c.id == music.category);
            let next = works.len();
            let work = *works.entry(music.work_key.as_str()).or_insert(next);
            let next = artists.len();
            let artist =
                (!music.artist_key.is_empty()).then(|| *artists.entry(music.artist_key.as_str()).or_insert(next));
            titles.push(Title {
                asset,
                artist,
                work,
                span: span(asset),
                regional: own.is_some_and(|l: &Language| asset.language.same_umbrella(l))
                    && inputs.station.takes(inputs.site, &asset.language),
                category: rules.iter().map(category).collect(),
                draw: drawn(&[asset.id.as_str(), inputs.site.as_str(), &inputs.day.to_string()]),
                heard: None,
            });
        }
        let by_id = titles.iter().enumerate().map(|(n, t)| (&t.asset.id, n)).collect();
        let start = |m: &MusicSpec, word: &str| {
            let seed = m.seed.to_string();
            (drawn(&[&seed, word, inputs.site.as_str(), &inputs.day.to_string()]) >> 11) as f64 / (1_u64 << 53) as f64
        };
        Self {
            site: inputs.site,
            rules,
            dayparts: &file.daypart,
            by_id,
            works: vec![None; works.len()],
            artists: vec![None; artists.len()],
            last: None,
            credits: rules.iter().map(|m| m.category.iter().map(|c| start(m, &c.id)).collect()).collect(),
            regional: rules.iter().map(|m| start(m, "")).collect(),
            titles,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.titles.is_empty()
    }

    /// How many titles there are.
    pub(crate) fn len(&self) -> usize {
        self.titles.len()
    }

    pub(crate) fn asset(&self, n: usize) -> &'a Asset {
        self.titles[n].asset
    }

    /// Where in its file a title begins to sound, and how long until the next may begin.
    pub(crate) fn span(&self, n: usize) -> (Frames, Frames) {
        self.titles[n].span
    }

    /// Notes that something was heard; what is no title says nothing.
    pub(crate) fn heard(&mut self, asset: &AssetId, at: Timestamp) {
        let Some(n) = self.by_id.get(asset).copied() else { return };
        let title = &mut self.titles[n];
        let later = |slot: &mut Option<Timestamp>| *slot = (*slot).max(Some(at));
        later(&mut title.heard);
        later(&mut self.works[title.work]);
        if let Some(artist) = title.artist {
            later(&mut self.artists[artist]);
        }
        self.last = Some(n);
    }

    /// A title that stands in the plan in force.
    pub(crate) fn kept(&mut self, asset: &AssetId, rule: Option<usize>, at: (Timestamp, u32)) {
        match (self.by_id.get(asset).copied(), rule) {
            (Some(n), Some(rule)) => self.took(n, rule, at),
            _ => self.heard(asset, at.0),
        }
    }

    /// A title has its turn: its category has had one, and every category that could have had it is owed a little more.
    pub(crate) fn took(&mut self, n: usize, rule: usize, (at, second): (Timestamp, u32)) {
        let music = &self.rules[rule];
        let weight = |c: usize| f64::from(music.category[c].weight);
        let active: Vec<usize> = self.active(rule, second, false).collect();
        let sum: f64 = active.iter().map(|c| weight(*c)).sum();
        for c in active {
            let credit = &mut self.credits[rule][c];
            *credit = (*credit + weight(c) / sum).min(CREDIT_MAX);
        }
        if let Some(c) = self.titles[n].category[rule] {
            self.credits[rule][c] = (self.credits[rule][c] - 1.0).max(-CREDIT_MAX);
        }
        let had = if self.titles[n].regional { 1.0 } else { 0.0 };
        self.regional[rule] = (self.regional[rule] + music.regional_share - had).clamp(-CREDIT_MAX, CREDIT_MAX);
        let id = &self.titles[n].asset.id;
        self.heard(id, at);
    }

    /// Categories that may be heard at a second of the day.
    fn active(&self, rule: usize, second: u32, evergreen: bool) -> impl Iterator<Item = usize> {
        let inside = move |id: &String| {
            let daypart = self.dayparts.iter().find(|d| d.id == *id);
            daypart.is_some_and(|d| into_daypart(d, second % crate::grid::DAY_S) < daypart_length(d))
        };
        let may = move |(c, spec): (usize, &crate::station::CategorySpec)| {
            let now = spec.dayparts.is_empty() || spec.dayparts.iter().any(inside);
            (now && spec.evergreen == evergreen).then_some(c)
        };
        self.rules[rule].category.iter().enumerate().filter_map(may)
    }

    /// Whether a title may come then, whatever was heard before it.
    fn open(&self, n: usize, rule: usize, (at, second): (Timestamp, u32)) -> Result<usize, NotNow> {
        let title = &self.titles[n];
        let category = title.category[rule].ok_or(NotNow::NoCategory)?;
        let end = at.checked_add(title.span.1.as_duration()).unwrap_or(at);
        if !title.asset.may_air(self.site, at) || title.asset.expires.is_some_and(|t| t < end) {
            return Err(NotNow::Dates);
        }
        let active = [false, true].into_iter().any(|e| self.active(rule, second, e).any(|c| c == category));
        if active { Ok(category) } else { Err(NotNow::Daypart) }
    }

    /// The category of a title that may come then, or what keeps it away.
    pub(crate) fn verdict(&self, n: usize, rule: usize, at: (Timestamp, u32)) -> Result<usize, NotNow> {
        let category = self.open(n, rule, at)?;
        let (title, music) = (&self.titles[n], &self.rules[rule]);
        let too_near = |heard: Option<Timestamp>, apart_min: u32| {
            heard.filter(|t| at.0.duration_since(*t) < SignedDuration::from_mins(i64::from(apart_min)))
        };
        if let Some(t) = too_near(self.works[title.work], music.title_apart_min) {
            return Err(NotNow::Title(t));
        }
        if let Some(t) = title.artist.and_then(|a| too_near(self.artists[a], music.artist_apart_min)) {
            return Err(NotNow::Artist(t));
        }
        Ok(category)
    }

    /// The next title, and whether it comes sooner than it should because nothing else may come at all.
    pub(crate) fn next(&self, rule: usize, at: (Timestamp, u32), left: Frames) -> Option<(usize, bool)> {
        let permitted: Vec<(usize, usize)> =
            (0..self.titles.len()).filter_map(|n| Some((n, self.verdict(n, rule, at).ok()?))).collect();
        for evergreen in [false, true] {
            let mut turn: Vec<usize> = self.active(rule, at.1, evergreen).collect();
            turn.sort_by(|a, b| self.credits[rule][*b].total_cmp(&self.credits[rule][*a]).then(a.cmp(b)));
            for category in turn {
                let own = permitted.iter().filter(|(_, c)| *c == category).map(|(n, _)| *n);
                if let Some(n) = own.min_by_key(|n| self.rank(*n, rule, left)) {
                    return Some((n, false));
                }
            }
        }
        // Sound goes on: the one that has rested longest, and not the same twice as long as there is another.
        let open = (0..self.titles.len()).filter(|n| self.open(*n, rule, at).is_ok());
        let rested = |n: &usize| {
            let title = &self.titles[*n];
            let artist = title.artist.and_then(|a| self.artists[a]);
            (self.last == Some(*n), self.works[title.work].max(artist), self.works[title.work], title.draw)
        };
        open.min_by_key(rested).map(|n| (n, true))
    }

    /// Smaller comes first: what the region is owed, what ends with its slot, what has rested longest, the draw.
    fn rank(&self, n: usize, rule: usize, left: Frames) -> (bool, u64, Option<Timestamp>, u64) {
        let title = &self.titles[n];
        let share = self.rules[rule].regional_share;
        let asks = self.regional[rule] + share >= 1.0;
        let seeded = title.draw ^ u64::from(self.rules[rule].seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (share > 0.0 && title.regional != asks, Self::ends_badly(title.span.1, left), title.heard, scrambled(seeded))
    }

    /// Seconds of harm that a title does to the end of its slot; 0 while the end is further away than any title is long.
    fn ends_badly(length: Frames, left: Frames) -> u64 {
        const NEAR: Frames = Frames::from_secs(420);
        if left > NEAR {
            return 0;
        }
        match left.checked_sub(length) {
            Some(Frames::ZERO) => 0,
            Some(rest) if rest < GAP_MIN => BAD_REST_S,
            Some(_) => MORE_TO_COME_S,
            None => length.saturating_sub(left).as_duration().as_secs(),
        }
    }
}

/// What of a file sounds: from its first sound to where the next may begin, when that was measured.
fn span(asset: &Asset) -> (Frames, Frames) {
    let Some(cues) = asset.cues else { return (Frames::ZERO, asset.length) };
    let to = cues.segue.unwrap_or(cues.end).min(asset.length);
    match to.checked_sub(cues.start) {
        Some(length) if length >= GAP_MIN => (cues.start, length),
        _ => (Frames::ZERO, asset.length),
    }
}

/// A number drawn from words: FNV-1a, scrambled.
fn drawn(words: &[&str]) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for byte in words.iter().flat_map(|w| w.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    }
    scrambled(hash)
}

/// `SplitMix64`'s last step.
fn scrambled(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
