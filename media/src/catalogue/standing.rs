//! Where exact bytes stand between draft and *prêt à diffuser*, and the only ways from one to another.
//!
//! ```text
//!            approved (needs Cleared)                 superseded by newer approved bytes
//!   Draft ───────────────────────────▶ Ready ───────────────────────────────────────────▶ Replaced
//!     ▲                                  │ ▲                                                  │
//!     │ the same bytes come in again     │ │ approved (needs Cleared)        taken back       │
//!     └────────────────── Withdrawn ◀────┘ └──────────── Withdrawn ◀─────────────────────────-┘
//! ```
//!
//! There is no other constructor of an [`Approval`] than [`Standing::approved`], and none of a [`Cleared`] than
//! [`Card::cleared`](super::Card::cleared): bytes that are blocked cannot become ready, whoever asks.

use domain::Status;
use jiff::Timestamp;

use super::paper::Flags;

/// Where exact bytes stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Measured, not yet approved.
    Draft,
    /// May air.
    Ready(Approval),
    /// Was ready until other bytes of the same card were approved; kept, never aired.
    Replaced(Approval),
    /// Taken back.
    Withdrawn,
}

/// A named person's word, on exact bytes, at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    by: String,
    at: Timestamp,
}

/// That nothing forbids these bytes to air: only a card that nothing bars gives one.
#[derive(Debug)]
pub struct Cleared(pub(super) ());

/// What keeps a card off the air, whatever was approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// It is in the trash.
    Trashed,
    /// Somebody who is heard in it does not agree.
    ConsentRefused,
    /// It is flagged, and no protection officer has cleared these bytes with all these flags.
    Protected(Flags),
    /// The shelf no longer has the bytes.
    BytesGone,
}

impl Bar {
    /// Why the card cannot be approved, as the end of a sentence.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Trashed => "it is in the trash",
            Self::ConsentRefused => "somebody who is heard in it does not agree",
            Self::Protected(_) => "it is flagged, and no protection officer has cleared these bytes",
            Self::BytesGone => "its bytes were let go",
        }
    }
}

impl Approval {
    /// Who.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// When.
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}

impl Standing {
    /// What `by` says who has heard the bytes. An approval that stands is not given twice.
    #[must_use]
    pub fn approved(self, _: &Cleared, by: &str, at: Timestamp) -> Self {
        match self {
            Self::Ready(approval) => Self::Ready(approval),
            Self::Draft | Self::Replaced(_) | Self::Withdrawn => Self::Ready(Approval { by: by.to_owned(), at }),
        }
    }

    /// Other bytes of the same card were approved.
    #[must_use]
    pub fn superseded(self) -> Self {
        match self {
            Self::Ready(approval) => Self::Replaced(approval),
            other => other,
        }
    }

    /// The same bytes came in again: an approval stands, everything else begins anew.
    #[must_use]
    pub fn entered_again(self) -> Self {
        match self {
            Self::Ready(approval) => Self::Ready(approval),
            _ => Self::Draft,
        }
    }

    /// The approval that stands.
    pub const fn approval(&self) -> Option<&Approval> {
        match self {
            Self::Ready(approval) => Some(approval),
            _ => None,
        }
    }

    /// What plans and players know of it.
    pub const fn status(&self) -> Status {
        match self {
            Self::Draft => Status::Draft,
            Self::Ready(_) => Status::Ready,
            Self::Replaced(_) | Self::Withdrawn => Status::Withdrawn,
        }
    }

    /// The stable word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Ready(_) => "ready",
            Self::Replaced(_) => "replaced",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// What the columns of a version say; `None` for what cannot be, such as an approval without its moment.
    pub(super) fn read(word: &str, by: Option<String>, at: Option<Timestamp>) -> Option<Self> {
        let approval = by.zip(at).map(|(by, at)| Approval { by, at });
        match word {
            "draft" => Some(Self::Draft),
            "ready" => approval.map(Self::Ready),
            "replaced" => approval.map(Self::Replaced),
            "withdrawn" => Some(Self::Withdrawn),
            _ => None,
        }
    }

    /// The approval to keep beside the word: also that of replaced bytes, for the papers.
    pub(super) const fn kept(&self) -> Option<&Approval> {
        match self {
            Self::Ready(approval) | Self::Replaced(approval) => Some(approval),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_approval_makes_bytes_ready_and_it_is_not_given_twice() {
        let at = |s: &str| s.parse::<Timestamp>().unwrap();
        let (first, later) = (at("2026-11-24T08:00:00Z"), at("2026-11-24T09:00:00Z"));
        let ready = Standing::Draft.approved(&Cleared(()), "awa", first);
        assert_eq!(ready.clone().approved(&Cleared(()), "moussa", later), ready);
        let replaced = ready.clone().superseded();
        assert_eq!((replaced.status(), replaced.approval()), (Status::Withdrawn, None));
        assert_eq!(replaced.kept().map(Approval::by), Some("awa"));
        assert_eq!(replaced.entered_again(), Standing::Draft);
        assert_eq!(Standing::Draft.superseded(), Standing::Draft);
        assert_eq!(Standing::Withdrawn.entered_again(), Standing::Draft);
        assert_eq!(ready.clone().entered_again(), ready);
        assert_eq!(Standing::read("ready", None, Some(first)), None);
    }
}
