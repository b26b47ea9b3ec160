//! The catalogue: a card for every sound of the station, in one `SQLite` file.
//!
//! Invariants, which hold whatever crashes:
//! * A card names bytes only after the shelf has them whole and synced ([`crate::shelf`]), or says that they were let go.
//! * *Prêt à diffuser* is bound to exact bytes ([`Standing`]): a correction is a draft, and the approved bytes air on until
//!   it is approved in their place. At most one version of a card is ready.
//! * What is flagged airs only when a named protection officer cleared these exact bytes with all these flags ([`Bar`]).
//! * What may air comes out narrowed to the dates of the card and of its rights: nobody can plan outside them.
//! * Every change makes [`Catalogue::revision`] grow, also a change by another process.
//! * Whatever words and spelling find a card, they find it after every change: its index is written in the same
//!   transaction ([`Search`]).
//! * Commits survive a power cut (`journal_mode = WAL`, `synchronous = FULL`).

mod card;
mod change;
mod enter;
mod fold;
mod history;
mod list;
mod paper;
mod schema;
mod search;
mod standing;
mod store;
mod trash;
mod twin;

pub use card::{Card, Clearance, Entered, Gone, NewCard, kind_of, kind_word, status_of, status_word};
pub use change::Edit;
pub use fold::{fold, sort_key};
pub use history::{Step, Version};
pub use list::{Filter, Order, PAGE_CARDS_MAX};
pub use paper::{Consent, Contributor, Flags, Paper, Voice};
pub use search::Search;
pub use standing::{Approval, Bar, Cleared, Standing};
pub use store::Catalogue;
pub use trash::TRASH_DAYS;
pub use twin::Twin;
