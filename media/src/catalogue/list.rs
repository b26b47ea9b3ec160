//! Looking cards up, a page at a time.

use domain::{AssetKind, ProgrammeId, Status};
use rusqlite::{Connection, OptionalExtension, Params, params_from_iter};

use super::card::{COLUMNS, Card, NEWEST};
use super::search::{BLOCKED_MARK, Search, kind_mark, programme_mark, quoted, status_mark};
use super::store::Catalogue;
use crate::Result;

/// More cards than a person reads on one page.
pub const PAGE_CARDS_MAX: u32 = 500;

/// In which order cards are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// What came in last stands first.
    #[default]
    Newest,
    /// By title, folded: É stands with E.
    Title,
}

/// Which cards; every condition that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this kind.
    pub kind: Option<AssetKind>,
    /// Only this status.
    pub status: Option<Status>,
    /// Only editions of this programme.
    pub programme: Option<ProgrammeId>,
    /// Only what waits for a protection officer or may not air for want of consent.
    pub is_blocked: bool,
    /// Only cards that these words find.
    pub search: Option<Search>,
    /// Which first.
    pub order: Order,
}

impl Filter {
    /// The conditions as one question to the index; `None` when every card passes.
    fn question(&self) -> Option<String> {
        let kind = self.kind.map(kind_mark);
        let status = self.status.map(status_mark);
        let programme = self.programme.as_ref().map(programme_mark);
        let blocked = self.is_blocked.then(|| BLOCKED_MARK.to_owned());
        let marks = [kind, status, programme, blocked].into_iter().flatten().map(|mark| quoted(&mark));
        let terms: Vec<String> = marks.chain(self.search.iter().flat_map(Search::terms)).collect();
        (!terms.is_empty()).then(|| terms.join(" AND "))
    }
}

/// Which part of what was found.
#[derive(Clone, Copy)]
struct Part {
    offset: u32,
    limit: u32,
}

impl Part {
    const fn values(self) -> (u32, u32) {
        (self.limit, self.offset)
    }
}

/// Places in the listing, in the order of the question.
fn places(db: &Connection, sql: &str, values: impl Params) -> Result<Vec<i64>> {
    let mut statement = db.prepare_cached(sql)?;
    let found = statement.query_map(values, |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(found)
}

/// Down the titles until the page is full, past what was not found. Sorting all that was found would cost more when it is
/// much, and so would the database's own table of it: places are small numbers without wide gaps, so one bit each will do.
fn by_title(db: &Connection, question: &str, part: Part) -> Result<Vec<i64>> {
    let mut found: Vec<u64> = Vec::new();
    let mut statement = db.prepare_cached("SELECT rowid FROM listing_words WHERE listing_words MATCH ?")?;
    let mut rows = statement.query([question])?;
    while let Some(row) = rows.next()? {
        let place: u32 = row.get(0)?;
        let word = place as usize / 64;
        if word >= found.len() {
            found.resize(word + 1, 0);
        }
        found[word] |= 1 << (place % 64);
    }
    let is_found = |place: i64| found.get(place as usize / 64).is_some_and(|word| word >> (place % 64) & 1 == 1);
    let mut statement = db.prepare_cached("SELECT place FROM listing ORDER BY sort_title, place")?;
    let titles = statement.query_map([], |row| row.get(0))?;
    let page = titles
        .filter(|place| place.as_ref().is_err() || place.as_ref().is_ok_and(|p| is_found(*p)))
        .skip(part.offset as usize)
        .take(part.limit as usize);
    Ok(page.collect::<Result<_, _>>()?)
}

impl Catalogue {
    /// Cards that pass `filter`: at most `limit` (and [`PAGE_CARDS_MAX`]) after `offset`.
    pub fn list(&self, filter: &Filter, offset: u32, limit: u32) -> Result<Vec<Card>> {
        let question = filter.question();
        let part = Part { offset, limit: limit.min(PAGE_CARDS_MAX) };
        self.read(|db| {
            let places = match (filter.order, &question) {
                (Order::Newest, None) => {
                    places(db, "SELECT place FROM listing ORDER BY place DESC LIMIT ? OFFSET ?", part.values())?
                }
                (Order::Newest, Some(question)) => places(
                    db,
                    "SELECT rowid FROM listing_words WHERE listing_words MATCH ? ORDER BY rowid DESC LIMIT ? OFFSET ?",
                    (question, part.limit, part.offset),
                )?,
                (Order::Title, None) => {
                    places(db, "SELECT place FROM listing ORDER BY sort_title, place LIMIT ? OFFSET ?", part.values())?
                }
                (Order::Title, Some(question)) => by_title(db, question, part)?,
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM listing CROSS JOIN {NEWEST} WHERE listing.place = ? AND card.id = listing.asset"
            ))?;
            let mut cards = Vec::with_capacity(places.len());
            for place in places {
                let card = statement.query_row([place], |row| Ok(Card::from_row(row, self.target()))).optional()?;
                // Whoever went for good since its place was looked up is not there any more.
                cards.extend(card.transpose()?);
            }
            Ok(cards)
        })
    }

    /// How many cards pass `filter`.
    pub fn count(&self, filter: &Filter) -> Result<u64> {
        let question = filter.question();
        let sql = match question {
            Some(_) => "SELECT count(*) FROM listing_words WHERE listing_words MATCH ?",
            None => "SELECT count(*) FROM listing",
        };
        let count: i64 = self.read(|db| {
            let mut statement = db.prepare_cached(sql)?;
            Ok(statement.query_row(params_from_iter(question), |r| r.get(0))?)
        })?;
        Ok(count.unsigned_abs())
    }
}
