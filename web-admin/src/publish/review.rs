//! What waits, and what it would do, as the page shows it.

use std::collections::BTreeMap;

use domain::{Severity, SiteId};
use jiff::Timestamp;
use scheduler::review::{Brought, NotReviewed, Review};
use scheduler::store::Proposed;
use scheduler::{Proposal, Station};

use crate::App;
use crate::error::WebError;
use crate::wall::severity_class;
use crate::words::{Dates, Lang};

/// Sentences of one code shown; the rest is counted.
const SENTENCES_MAX: usize = 12;

/// A proposal that waits.
pub(super) struct Waiting {
    pub key: String,
    pub said: String,
    pub author: String,
    pub reason: String,
    pub at: String,
}

impl Waiting {
    pub(super) fn new(p: Proposed, station: &Station, lang: Lang) -> Self {
        let (fr, en) = p.act.said();
        let at = super::moment(station, p.at, lang);
        Self { key: p.key, said: if lang == Lang::Fr { fr } else { en }, author: p.author, reason: p.reason, at }
    }
}

/// One day of the difference.
pub(super) struct DayDiff {
    pub title: String,
    pub programmes: Vec<(String, String)>,
    pub spots: Vec<(String, String)>,
}

/// What one rule says of the change.
pub(super) struct Said {
    pub code: String,
    pub class: &'static str,
    pub is_blocking: bool,
    pub asks_reason: bool,
    pub sentences: Vec<String>,
    pub more: usize,
}

/// A review in words.
pub(super) struct Reviewed {
    pub days: Vec<DayDiff>,
    pub findings: Vec<Said>,
    pub is_frozen: bool,
    pub stood: usize,
}

impl Reviewed {
    pub(super) fn new(review: &Review, station: &Station, lang: Lang) -> Self {
        let mut days = Vec::<(jiff::civil::Date, DayDiff)>::new();
        for c in &review.changes {
            if days.last().is_none_or(|(day, _)| *day != c.day) {
                let title = Dates(lang).full(c.day);
                days.push((c.day, DayDiff { title, programmes: Vec::new(), spots: Vec::new() }));
            }
            let Some((_, day)) = days.last_mut() else { continue };
            let line = (places(&c.sites, station, lang), if lang == Lang::Fr { c.fr.clone() } else { c.en.clone() });
            if c.is_spot { day.spots.push(line) } else { day.programmes.push(line) }
        }
        Self {
            days: days.into_iter().map(|(_, day)| day).collect(),
            findings: findings(&review.findings, lang),
            is_frozen: !review.frozen.is_empty(),
            stood: review.stood,
        }
    }

    pub(super) fn is_blocked(&self, directs: bool) -> bool {
        self.findings.iter().any(|f| f.is_blocking && !(directs && f.code == "R-GRID-04"))
    }
}

/// Where, in few words: all sites, all but a few, or their names.
fn places(sites: &[SiteId], station: &Station, lang: Lang) -> String {
    let t = lang.words();
    let all = station.sites();
    let names = |of: Vec<&str>| of.join(", ");
    if sites.len() == all.len() {
        return t.g().publish_everywhere.to_owned();
    }
    if sites.len() * 2 > all.len() {
        let but = all.iter().filter(|s| !sites.contains(&s.id)).map(|s| s.name.as_str()).collect();
        return t.g().publish_but.replace("{}", &names(but));
    }
    names(all.iter().filter(|s| sites.contains(&s.id)).map(|s| s.name.as_str()).collect())
}

/// By rule, the gravest first.
fn findings(brought: &[Brought], lang: Lang) -> Vec<Said> {
    let mut all = BTreeMap::<(std::cmp::Reverse<Severity>, &str), Vec<&str>>::new();
    for b in brought {
        let sentences = all.entry((std::cmp::Reverse(b.finding.severity), &b.finding.code)).or_default();
        if !sentences.contains(&lang.said(&b.finding)) {
            sentences.push(lang.said(&b.finding));
        }
    }
    let one = |((severity, code), sentences): ((std::cmp::Reverse<Severity>, &str), Vec<&str>)| Said {
        code: code.to_owned(),
        class: severity_class(severity.0),
        is_blocking: severity.0 == Severity::Blocking,
        asks_reason: severity.0 == Severity::Warning,
        more: sentences.len().saturating_sub(SENTENCES_MAX),
        sentences: sentences.into_iter().take(SENTENCES_MAX).map(str::to_owned).collect(),
    };
    all.into_iter().map(one).collect()
}

/// What was reviewed, as one word: a publication that was read is the one that is made.
pub(super) fn fingerprint(proposed: &[Proposed]) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("mikado 2026 reviewed proposals");
    for p in proposed {
        hasher.update(format!("{:?}\n{}\n", p.act, p.at).as_bytes());
    }
    hasher.finalize().to_hex().chars().take(16).collect()
}

/// Looks at what waits against what is in force.
pub(super) fn of(app: &App, station: &Station, waiting: &[Proposed], now: Timestamp) -> Result<Review, WebError> {
    let acts: Vec<Proposal> = waiting.iter().map(|p| p.act.clone()).collect();
    of_acts(app, station, &acts, now)
}

/// Looks at some changes against what is in force.
pub(super) fn of_acts(app: &App, station: &Station, acts: &[Proposal], now: Timestamp) -> Result<Review, WebError> {
    if acts.is_empty() {
        return Ok(Review::default());
    }
    let assets = app.catalogue.ready().map_err(WebError::internal)?;
    let sheets = crate::sheets(&app.catalogue.all().map_err(WebError::internal)?);
    Review::of(&app.store, station, acts, (&assets, &sheets), now).map_err(|why| match why {
        NotReviewed::Store(why) => WebError::internal(why),
        NotReviewed::Refused(why) => why.into(),
    })
}
