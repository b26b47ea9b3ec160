//! Looking cards up, a page at a time.

use domain::{AssetKind, ProgrammeId, Status};
use rusqlite::{ToSql, params_from_iter};

use super::card::{COLUMNS, Card, kind_word, status_word};
use super::store::Catalogue;
use crate::Result;

/// More cards than a person reads on one page.
pub const PAGE_CARDS_MAX: u32 = 500;

/// Which cards; every condition that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this kind.
    pub kind: Option<AssetKind>,
    /// Only this status.
    pub status: Option<Status>,
    /// Only editions of this programme.
    pub programme: Option<ProgrammeId>,
    /// Only titles or identifiers that contain this text, whatever its case.
    pub text: Option<String>,
}

impl Filter {
    fn conditions(&self) -> (String, Vec<Box<dyn ToSql>>) {
        let mut sql = String::from("1");
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let mut add = |condition: &str, value: String| {
            sql.push_str(" AND ");
            sql.push_str(condition);
            values.push(Box::new(value));
        };
        if let Some(kind) = self.kind {
            add("kind = ?", kind_word(kind).to_owned());
        }
        if let Some(status) = self.status {
            add("status = ?", status_word(status).to_owned());
        }
        if let Some(programme) = &self.programme {
            add("programme = ?", programme.to_string());
        }
        if let Some(text) = self.text.as_deref().filter(|t| !t.trim().is_empty()) {
            // `instr` takes the text as it is: no pattern characters leak in.
            add("instr(lower(title) || ' ' || lower(id), lower(?)) > 0", text.trim().chars().take(200).collect());
        }
        (sql, values)
    }
}

impl Catalogue {
    /// Cards that pass `filter`, newest first: at most `limit` (and [`PAGE_CARDS_MAX`]) after `offset`.
    pub fn list(&self, filter: &Filter, offset: u32, limit: u32) -> Result<Vec<Card>> {
        let (conditions, mut values) = filter.conditions();
        values.push(Box::new(limit.min(PAGE_CARDS_MAX)));
        values.push(Box::new(offset));
        let sql =
            format!("SELECT {COLUMNS} FROM card WHERE {conditions} ORDER BY entered_at DESC, id LIMIT ? OFFSET ?");
        self.read(|db| {
            let mut statement = db.prepare_cached(&sql)?;
            let mut rows = statement.query(params_from_iter(values))?;
            let mut cards = Vec::new();
            while let Some(row) = rows.next()? {
                cards.push(Card::from_row(row)?);
            }
            Ok(cards)
        })
    }

    /// How many cards pass `filter`.
    pub fn count(&self, filter: &Filter) -> Result<u64> {
        let (conditions, values) = filter.conditions();
        let sql = format!("SELECT count(*) FROM card WHERE {conditions}");
        let count: i64 = self.read(|db| Ok(db.query_row(&sql, params_from_iter(values), |r| r.get(0))?))?;
        Ok(count.unsigned_abs())
    }
}
