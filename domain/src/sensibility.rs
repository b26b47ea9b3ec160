//! For whom a voice speaks.

/// The sensibilities between which plural voices are counted (R-ELEC-04).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensibility {
    /// Nobody said, or the person speaks for nobody.
    #[default]
    Unsaid,
    /// The government and its administration.
    Government,
    /// The movements that signed the Agreement.
    Signatories,
    /// The opposition.
    Opposition,
    /// Associations, customary and religious authorities, citizens.
    CivilSociety,
}

impl Sensibility {
    /// All of them, in the order of the screens.
    pub const ALL: [Self; 5] =
        [Self::Unsaid, Self::Government, Self::Signatories, Self::Opposition, Self::CivilSociety];

    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsaid => "unsaid",
            Self::Government => "government",
            Self::Signatories => "signatories",
            Self::Opposition => "opposition",
            Self::CivilSociety => "civil-society",
        }
    }

    /// The sensibility of a stable word; what nobody knows says nothing.
    pub fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|s| s.as_str() == word).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sensibility_is_found_by_its_word() {
        for sensibility in Sensibility::ALL {
            assert_eq!(Sensibility::of(sensibility.as_str()), sensibility);
        }
        assert_eq!(Sensibility::of("martians"), Sensibility::Unsaid);
    }
}
