//! Who measures a quantity, and so when and where a breach of its bound is told.

/// Who measures a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The station file: one that breaks the bound is refused with its line. The test of that name shows it.
    Built(&'static str),
    /// The program keeps it by itself, whatever people do. The test of that name fails when it does not.
    Kept(&'static str),
    /// Planning, reviewing or taking in says it under the rule's own name or with its figures. The test of that name shows it.
    Said(&'static str),
    /// Grid, plans and the cards of what they name ([`Days`](super::Days)): before publication, and in the report.
    Plan,
    /// The as-run and the cards of what it names ([`Aired`](super::Aired)): in the report of the days that are past.
    Records,
    /// What a site holds and says of itself ([`Holding`](super::Holding)): in the report of today, with the wall's own alarms.
    Site,
    /// Nobody in this system, and why not.
    Nobody {
        /// The reason in French.
        fr: &'static str,
        /// The reason in English.
        en: &'static str,
    },
}

impl Source {
    pub(super) const fn nobody(fr: &'static str, en: &'static str) -> Self {
        Self::Nobody { fr, en }
    }

    /// The stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Built(_) => "built",
            Self::Kept(_) => "kept",
            Self::Said(_) => "said",
            Self::Plan => "plan",
            Self::Records => "as-run",
            Self::Site => "site",
            Self::Nobody { .. } => "nobody",
        }
    }

    /// The test that shows it, where the program itself holds the bound.
    pub const fn test(self) -> Option<&'static str> {
        match self {
            Self::Built(test) | Self::Kept(test) | Self::Said(test) => Some(test),
            Self::Plan | Self::Records | Self::Site | Self::Nobody { .. } => None,
        }
    }
}
