//! The catalogue: a card for every sound of the station, in one `SQLite` file.
//!
//! Invariants, which hold whatever crashes:
//! * A card names bytes only after the shelf has them whole and synced ([`crate::shelf`]), or says that they were let go.
//! * *Prêt à diffuser* is bound to exact bytes: other bytes under the same identifier are a draft again.
//! * Every change makes [`Catalogue::revision`] grow, also a change by another process.
//! * Commits survive a power cut (`journal_mode = WAL`, `synchronous = FULL`).

mod card;
mod list;
mod store;

pub use card::{Card, Entered, Gone, NewCard, kind_of, kind_word, status_of, status_word};
pub use list::{Filter, PAGE_CARDS_MAX};
pub use store::Catalogue;
