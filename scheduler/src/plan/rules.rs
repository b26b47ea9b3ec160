//! Why a spot may not stand in a break: one case per rule, each with its sentence.

use crate::grid::hms;

/// What keeps a campaign out of a break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bar {
    /// The campaign has all the airings that it asked for.
    Satisfied { wanted: u32 },
    /// No version of it is ready for this site.
    NothingReady,
    /// The daypart has no break on this day.
    NoBreak,
    /// Friday's quiet time (R-PRAY-01).
    QuietFriday,
    /// The site's pause at sunset (R-PRAY-03).
    Pause,
    /// The break holds its three spots already (R-CAMP-01).
    BreakFull,
    /// No version is short enough for what is left of the break.
    TooLong { left_s: u64 },
    /// The clock hour has its seconds of spots (R-CAMP-01).
    HourFull { max_s: u32 },
    /// Another spot of this client stands in the break (R-CAMP-02).
    SameClient,
    /// Another spot of this campaign is too near (R-CAMP-02).
    SameCampaign { min: u32, at_s: u32 },
    /// A spot of the same theme is too near (R-CAMP-02).
    SameTheme { min: u32, theme: String, at_s: u32 },
    /// The campaign is kept out of programmes of this kind.
    Kind { kind: String },
    /// Children listen, here or within ten minutes (R-CHILD-01).
    Children,
    /// French has had its half of the airings (R-CAMP-05).
    FrenchHalf,
    /// Nothing forbids it; others asked for this break with more need.
    Elsewhere { placed: u32, wanted: u32 },
}

impl Bar {
    /// Most spots in one break (R-CAMP-01).
    pub(crate) const SPOTS_MAX: usize = 3;

    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Satisfied { .. } | Self::Elsewhere { .. } => "R-CAMP-04",
            Self::NothingReady => "plan.no-spot",
            Self::NoBreak => "plan.no-break",
            Self::QuietFriday => "R-PRAY-01",
            Self::Pause => "R-PRAY-03",
            Self::BreakFull | Self::TooLong { .. } | Self::HourFull { .. } => "R-CAMP-01",
            Self::SameClient | Self::SameCampaign { .. } | Self::SameTheme { .. } => "R-CAMP-02",
            Self::Kind { .. } => "plan.excluded-kind",
            Self::Children => "R-CHILD-01",
            Self::FrenchHalf => "R-CAMP-05",
        }
    }

    pub(crate) fn fr(&self) -> String {
        match self {
            Self::Satisfied { wanted } => format!("a déjà ses {wanted} passages du jour"),
            Self::NothingReady => "aucun spot prêt à diffuser pour ce site".to_owned(),
            Self::NoBreak => "la tranche n'a aucun écran ce jour-là".to_owned(),
            Self::QuietFriday => "pas de spot le vendredi de 12:45 à 14:00".to_owned(),
            Self::Pause => "pause de recueillement au coucher du soleil du site".to_owned(),
            Self::BreakFull => format!("l'écran porte déjà {} spots", Self::SPOTS_MAX),
            Self::TooLong { left_s } => format!("aucune version ne tient dans les {left_s} s qui restent à l'écran"),
            Self::HourFull { max_s } => format!("l'heure d'horloge a ses {max_s} s de spots"),
            Self::SameClient => "l'écran porte déjà un spot de ce client".to_owned(),
            Self::SameCampaign { min, at_s } => {
                format!("un spot de la campagne passe à {}, à moins de {min} min", hms(*at_s))
            }
            Self::SameTheme { min, theme, at_s } => {
                format!("un spot du thème « {theme} » passe à {}, à moins de {min} min", hms(*at_s))
            }
            Self::Kind { kind } => format!("la campagne exclut les programmes « {kind} »"),
            Self::Children => "des enfants écoutent ici ou à moins de 10 min".to_owned(),
            Self::FrenchHalf => "le français a déjà la moitié des passages de la campagne".to_owned(),
            Self::Elsewhere { placed, wanted } => {
                format!("rien ne l'interdit; ses passages ({placed} sur {wanted}) sont placés ailleurs dans la journée")
            }
        }
    }

    pub(crate) fn en(&self) -> String {
        match self {
            Self::Satisfied { wanted } => format!("has its {wanted} airings of the day"),
            Self::NothingReady => "no spot is ready to air for this site".to_owned(),
            Self::NoBreak => "the daypart has no break on that day".to_owned(),
            Self::QuietFriday => "no spots on Friday from 12:45 to 14:00".to_owned(),
            Self::Pause => "pause at the site's sunset".to_owned(),
            Self::BreakFull => format!("the break holds {} spots already", Self::SPOTS_MAX),
            Self::TooLong { left_s } => format!("no version fits the {left_s} s left in the break"),
            Self::HourFull { max_s } => format!("the clock hour has its {max_s} s of spots"),
            Self::SameClient => "the break holds a spot of this client already".to_owned(),
            Self::SameCampaign { min, at_s } => {
                format!("a spot of the campaign airs at {}, less than {min} min away", hms(*at_s))
            }
            Self::SameTheme { min, theme, at_s } => {
                format!("a spot of theme “{theme}” airs at {}, less than {min} min away", hms(*at_s))
            }
            Self::Kind { kind } => format!("the campaign excludes programmes of kind “{kind}”"),
            Self::Children => "children listen here or within 10 min".to_owned(),
            Self::FrenchHalf => "French has half of the campaign's airings already".to_owned(),
            Self::Elsewhere { placed, wanted } => {
                format!("nothing forbids it; its airings ({placed} of {wanted}) stand elsewhere in the day")
            }
        }
    }
}
