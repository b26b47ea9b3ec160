//! The catalogue: a card for every sound of the station, in one `SQLite` file.
//!
//! Invariants, which hold whatever crashes:
//! * A card names bytes only after the shelf has them whole and synced ([`crate::shelf`]), or says that they were let go.
//! * *Prêt à diffuser* is bound to exact bytes: other bytes under the same identifier are a draft again.
//! * Every change makes [`Catalogue::revision`] grow, also a change by another process.
//! * Whatever words and spelling find a card, they find it after every change: its index is written in the same
//!   transaction ([`Search`]).
//! * Commits survive a power cut (`journal_mode = WAL`, `synchronous = FULL`).

mod card;
mod fold;
mod list;
mod schema;
mod search;
mod store;

pub use card::{Card, Entered, Gone, NewCard, kind_of, kind_word, status_of, status_word};
pub use fold::{fold, sort_key};
pub use list::{Filter, Order, PAGE_CARDS_MAX};
pub use search::Search;
pub use store::Catalogue;
