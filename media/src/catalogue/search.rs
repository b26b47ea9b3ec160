//! Finding cards by words: what people type, and the index that answers it.
//!
//! Two tables beside the cards hold it. `listing` gives each card a place, which grows with every entry, and its sorting
//! title. `listing_words` is an FTS5 index under the same places; it keeps words only, no text. The filters of the page
//! are words of it too, so that every page and every count is one walk through one index, newest first, at any size.

use domain::{AssetId, AssetKind, ProgrammeId, Status};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::card::{COLUMNS, Card, NEWEST, kind_word, status_word};
use super::fold::{FOLD_VERSION, all_words, plain_words, sort_key};
use crate::target::Target;
use crate::{Error, Result};

/// The tables of this file; a migration of the catalogue.
pub(super) const SCHEMA: &str = "
    CREATE TABLE listing (place INTEGER PRIMARY KEY AUTOINCREMENT, asset TEXT NOT NULL UNIQUE, sort_title TEXT NOT NULL)
        STRICT;
    CREATE INDEX listing_by_title ON listing (sort_title, place);
    CREATE VIRTUAL TABLE listing_words USING fts5
        (words, content = '', contentless_delete = 1, tokenize = 'ascii', detail = 'none', prefix = '1 2 3 4 5 6 7 8 9');
    CREATE TABLE listing_fold (only INTEGER PRIMARY KEY CHECK (only = 1), version INTEGER NOT NULL) STRICT;
    INSERT INTO listing_fold VALUES (1, 0);";

/// People type a few words; more are not read.
const WORDS_MAX: usize = 8;
/// Letters of a word that count. Every shorter beginning has an index of its own and a word of this length is looked for as
/// it stands, so that no question has to gather the places of many words.
const WORD_CHARS_MAX: usize = 10;

/// What somebody typed, ready to be looked for: every word must be there, and each may be the beginning of a longer one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    words: Vec<Word>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    typed: String,
    /// Programmes whose title holds the word: their editions are found by it too.
    programmes: Vec<ProgrammeId>,
}

impl Search {
    /// `None` when there is no letter and no digit in it: then there is nothing to look for.
    pub fn new(text: &str) -> Option<Self> {
        let words = plain_words(text).into_iter().take(WORDS_MAX).map(|word| shortened(&word));
        let words: Vec<Word> = words.map(|typed| Word { typed, programmes: Vec::new() }).collect();
        (!words.is_empty()).then_some(Self { words })
    }

    /// Also finds the editions of the programmes whose titles are given: the grid knows these, the cards do not.
    pub fn naming<'a>(mut self, programmes: impl Iterator<Item = (&'a ProgrammeId, &'a str)>) -> Self {
        for (id, title) in programmes {
            let title: Vec<String> = all_words(title).iter().map(|word| shortened(word)).collect();
            for word in &mut self.words {
                if title.iter().any(|w| w.starts_with(&word.typed)) {
                    word.programmes.push(id.clone());
                }
            }
        }
        self
    }

    pub(super) fn terms(&self) -> impl Iterator<Item = String> {
        self.words.iter().map(|word| {
            let named = word.programmes.iter().map(|p| format!(" OR {}", quoted(&programme_mark(p))));
            let more = if word.typed.chars().count() < WORD_CHARS_MAX { "*" } else { "" };
            format!("(\"{}\"{more}{})", word.typed, named.collect::<String>())
        })
    }
}

fn shortened(word: &str) -> String {
    word.chars().take(WORD_CHARS_MAX).collect()
}

pub(super) fn quoted(mark: &str) -> String {
    format!("\"{mark}\"")
}

// Marks are words that nobody can type: they hold a sign that is no letter, and the tokenizer takes it for one.

/// The card waits for a protection officer, or somebody does not agree.
pub(super) const BLOCKED_MARK: &str = "§b";

pub(super) fn kind_mark(kind: AssetKind) -> String {
    format!("§k{}", kind_word(kind))
}

pub(super) fn status_mark(status: Status) -> String {
    format!("§s{}", status_word(status))
}

/// An identifier as one word: the tokenizer would part it at its hyphens and forget its case.
pub(super) fn programme_mark(programme: &ProgrammeId) -> String {
    let mut mark = "§p".to_owned();
    for c in programme.as_str().chars() {
        match c {
            '-' => mark.push('–'),
            '.' => mark.push('·'),
            '_' => mark.push('¯'),
            c if c.is_ascii_uppercase() => mark.extend(['¶', c]),
            c => mark.push(c),
        }
    }
    mark
}

/// Everything that the card is found by.
fn words_of(card: &Card) -> String {
    let a = &card.asset;
    let programme = a.programme.as_ref();
    let texts = [a.title.as_str(), a.id.as_str(), programme.map_or("", ProgrammeId::as_str), &card.paper.episode];
    let people = card.paper.contributors.iter().map(|c| c.name.as_str());
    let artist = a.music.iter().map(|m| m.artist.as_str());
    let mut words: Vec<String> =
        texts.into_iter().chain(people).chain(artist).flat_map(all_words).map(|word| shortened(&word)).collect();
    words.sort_unstable();
    words.dedup();
    words.extend([kind_mark(a.kind), status_mark(a.status)]);
    words.extend(programme.map(programme_mark));
    words.extend(card.is_blocked().then(|| BLOCKED_MARK.to_owned()));
    words.join(" ")
}

/// Where a card stands in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It has just come in: before all others.
    First,
    /// Where it was.
    Same,
}

/// Writes the card's words anew. Every change of a card ends with it, in the same transaction. What is in the trash is
/// not found.
pub(super) fn write(tx: &Transaction, card: &Card, place: Place) -> Result<()> {
    let id = card.asset.id.as_str();
    let was = place_of(tx, &card.asset.id)?;
    if let Some(was) = was.filter(|_| place == Place::First || card.trashed.is_some()) {
        remove(tx, was)?;
    }
    if card.trashed.is_some() {
        return Ok(());
    }
    let title = sort_key(&card.asset.title);
    let kept = was.filter(|_| place == Place::Same);
    if let Some(kept) = kept {
        tx.prepare_cached("UPDATE listing SET sort_title = ?2 WHERE place = ?1")?.execute(params![kept, title])?;
    } else {
        tx.prepare_cached("INSERT INTO listing (asset, sort_title) VALUES (?, ?)")?.execute(params![id, title])?;
    }
    let at = kept.unwrap_or_else(|| tx.last_insert_rowid());
    let sql = "INSERT OR REPLACE INTO listing_words (rowid, words) VALUES (?, ?)";
    tx.prepare_cached(sql)?.execute(params![at, words_of(card)])?;
    Ok(())
}

fn place_of(db: &Connection, asset: &AssetId) -> Result<Option<i64>> {
    let mut statement = db.prepare_cached("SELECT place FROM listing WHERE asset = ?")?;
    Ok(statement.query_row([asset.as_str()], |r| r.get(0)).optional()?)
}

/// Takes a card that no longer exists out of the index.
pub(super) fn forget(tx: &Transaction, asset: &AssetId) -> Result<()> {
    place_of(tx, asset)?.map_or(Ok(()), |place| remove(tx, place))
}

fn remove(tx: &Transaction, place: i64) -> Result<()> {
    tx.prepare_cached("DELETE FROM listing_words WHERE rowid = ?")?.execute([place])?;
    tx.prepare_cached("DELETE FROM listing WHERE place = ?")?.execute([place])?;
    Ok(())
}

/// Whether the index was written by other rules than today's.
pub(super) fn is_old(db: &Connection) -> Result<bool> {
    let version: i64 = db.query_row("SELECT version FROM listing_fold", [], |r| r.get(0))?;
    Ok(version != FOLD_VERSION)
}

/// Whether the listing holds every card outside the trash, each with its words, and no other.
pub(super) fn is_whole(db: &Connection) -> Result<bool> {
    let sql = "SELECT NOT EXISTS (SELECT id FROM card WHERE trashed_at IS NULL EXCEPT SELECT asset FROM listing)
         AND NOT EXISTS (SELECT asset FROM listing EXCEPT SELECT id FROM card WHERE trashed_at IS NULL)
         AND (SELECT count(*) FROM listing) = (SELECT count(*) FROM listing_words)";
    Ok(db.query_row(sql, [], |r| r.get(0))?)
}

/// Writes the whole index anew, in the order in which the cards came in.
pub(super) fn rebuild(tx: &Transaction) -> Result<()> {
    tx.execute_batch("INSERT INTO listing_words (listing_words) VALUES ('delete-all'); DELETE FROM listing;")?;
    let mut statement = tx.prepare(&format!("SELECT {COLUMNS} FROM {NEWEST} ORDER BY version.number"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        match Card::from_row(row, &Target::default()) {
            Ok(card) => write(tx, &card, Place::First)?,
            // Nobody can read that card, and all others shall be found.
            Err(Error::BadRow { .. }) => {}
            Err(e) => return Err(e),
        }
    }
    tx.execute("UPDATE listing_fold SET version = ?", [FOLD_VERSION])?;
    Ok(())
}
