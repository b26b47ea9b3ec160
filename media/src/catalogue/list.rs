//! Looking cards up, a page at a time.

use domain::{AssetKind, ProgrammeId, Status};
use rusqlite::{ToSql, params_from_iter};

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

impl Catalogue {
    /// Cards that pass `filter`: at most `limit` (and [`PAGE_CARDS_MAX`]) after `offset`.
    pub fn list(&self, filter: &Filter, offset: u32, limit: u32) -> Result<Vec<Card>> {
        let question = filter.question();
        let matched = "listing_words MATCH ?";
        let page = match (filter.order, &question) {
            (Order::Newest, None) => "SELECT asset FROM listing ORDER BY place DESC".to_owned(),
            (Order::Newest, Some(_)) => format!(
                "SELECT asset FROM listing_words CROSS JOIN listing ON place = listing_words.rowid WHERE {matched}
                 ORDER BY listing_words.rowid DESC"
            ),
            (Order::Title, None) => "SELECT asset FROM listing ORDER BY sort_title, place".to_owned(),
            // Down the titles until the page is full: sorting all that was found would cost more.
            (Order::Title, Some(_)) => format!(
                "SELECT asset FROM listing INDEXED BY listing_by_title
                 WHERE place IN (SELECT rowid FROM listing_words WHERE {matched}) ORDER BY sort_title, place"
            ),
        };
        // The page is cut first; only its cards are read.
        let sql = format!(
            "WITH page AS MATERIALIZED ({page} LIMIT ? OFFSET ?)
             SELECT {COLUMNS} FROM page CROSS JOIN {NEWEST} WHERE card.id = page.asset"
        );
        let mut values: Vec<Box<dyn ToSql>> = question.into_iter().map(|q| Box::new(q) as Box<dyn ToSql>).collect();
        values.push(Box::new(limit.min(PAGE_CARDS_MAX)));
        values.push(Box::new(offset));
        self.read(|db| {
            let mut statement = db.prepare_cached(&sql)?;
            let mut rows = statement.query(params_from_iter(values))?;
            let mut cards = Vec::new();
            while let Some(row) = rows.next()? {
                cards.push(Card::from_row(row, self.target())?);
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
