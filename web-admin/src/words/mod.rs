//! The words of the pages, one table per language. A key that is missing in a table does not compile.

/// Declares the words of some pages from three columns: key, French, English; and how a language finds them.
macro_rules! words_in_columns {
    ($words:ident, $of:ident; $($key:ident: $fr:literal, $en:literal;)*) => {
        /// The words of one language; `{}` stands for what is filled in.
        pub(crate) struct $words { $(pub $key: &'static str,)* }

        impl super::Lang {
            /// The words of these pages.
            pub(crate) const fn $of(self) -> &'static $words {
                const FR: $words = $words { $($key: $fr,)* };
                const EN: $words = $words { $($key: $en,)* };
                match self {
                    Self::Fr => &FR,
                    Self::En => &EN,
                }
            }
        }
    };
}

mod dates;
mod en;
mod fr;
mod grid;
mod jobs;
mod proof;

use crate::error::Field;
pub(crate) use dates::Dates;
pub(crate) use fr::Words;
pub(crate) use jobs::JobWords;
pub(crate) use proof::ProofWords;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lang {
    /// French: the station's working language.
    #[default]
    Fr,
    /// English.
    En,
}

impl Lang {
    pub(crate) fn parse(tag: &str) -> Option<Self> {
        match tag {
            "fr" => Some(Self::Fr),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    pub(crate) const fn words(self) -> &'static Words {
        match self {
            Self::Fr => &fr::FR,
            Self::En => &en::EN,
        }
    }

    /// The sentence of a finding in this language.
    pub(crate) fn said(self, finding: &domain::Finding) -> &str {
        match self {
            Self::Fr => &finding.fr,
            Self::En => &finding.en,
        }
    }

    /// A sentence that is there in French and English.
    pub(crate) fn one_of(self, (fr, en): (String, String)) -> String {
        match self {
            Self::Fr => fr,
            Self::En => en,
        }
    }
}

impl Words {
    /// How a field is called in a sentence.
    pub(crate) const fn field(&self, field: Field) -> &'static str {
        match field {
            Field::Day => self.field_day,
            Field::Site => self.field_site,
            Field::Time => self.field_time,
            Field::Title => self.field_title,
            Field::Language => self.field_language,
            Field::Kind => self.field_kind,
            Field::Programme => self.field_programme,
            Field::Asset => self.field_asset,
            Field::File => self.field_file,
            Field::Name => self.field_name,
            Field::Length => self.field_length,
            Field::Role => self.field_role,
            Field::Reason => self.field_reason,
            Field::Form => self.field_form,
        }
    }

    /// A decimal number in the manner of the language.
    pub(crate) fn number(&self, value: f64, decimals: usize) -> String {
        let plain = format!("{value:.decimals$}");
        plain.replace('-', "\u{2212}").replace('.', self.decimal)
    }

    /// A rung of the ladder in words.
    pub(crate) const fn rung(&self, rung: domain::Rung) -> &'static str {
        match rung {
            domain::Rung::Floor => self.rung_floor,
            domain::Rung::Sustaining => self.rung_sustaining,
            domain::Rung::OwnPlan => self.rung_own,
            domain::Rung::Plan => self.rung_plan,
            domain::Rung::Live => self.rung_live,
        }
    }

    /// What an asset is for.
    pub(crate) const fn kind(&self, kind: domain::AssetKind) -> &'static str {
        match kind {
            domain::AssetKind::Programme => self.kind_programme,
            domain::AssetKind::Spot => self.kind_spot,
            domain::AssetKind::Jingle => self.kind_jingle,
            domain::AssetKind::Bed => self.kind_bed,
            domain::AssetKind::Music => self.kind_music,
        }
    }

    /// Where an asset stands.
    pub(crate) const fn status(&self, status: domain::Status) -> &'static str {
        match status {
            domain::Status::Draft => self.status_draft,
            domain::Status::Ready => self.status_ready,
            domain::Status::Withdrawn => self.status_withdrawn,
        }
    }

    /// Where a version of a card's bytes stands.
    pub(crate) const fn standing(&self, standing: &media::catalogue::Standing) -> &'static str {
        use media::catalogue::Standing as S;
        match standing {
            S::Draft => self.status_draft,
            S::Ready(_) => self.status_ready,
            S::Replaced(_) => self.status_replaced,
            S::Withdrawn => self.status_withdrawn,
        }
    }

    /// A step of a card's history, by its stable word.
    pub(crate) fn step<'a>(&self, word: &'a str) -> &'a str {
        match word {
            "enter" => self.step_enter,
            "approve" => self.step_approve,
            "withdraw" => self.step_withdraw,
            "edit" => self.step_edit,
            "flag" => self.step_flag,
            "clear" => self.step_clear,
            "purge" => self.step_purge,
            "trash" => self.step_trash,
            "restore" => self.step_restore,
            other => other,
        }
    }

    /// Whether those who are heard agreed, by its stable word.
    pub(crate) fn consent(&self, word: &str) -> &'static str {
        match word {
            "not-needed" => self.consent_not_needed,
            "given" => self.consent_given,
            "refused" => self.consent_refused,
            _ => self.consent_unsaid,
        }
    }

    /// A role.
    pub(crate) const fn role(&self, role: crate::Role) -> &'static str {
        match role {
            crate::Role::Technician => self.role_technician,
            crate::Role::Producer => self.role_producer,
            crate::Role::Administrator => self.role_administrator,
            crate::Role::Protection => self.role_protection,
            crate::Role::Director => self.role_director,
        }
    }

    /// Part of a clock format.
    pub(crate) const fn segment(&self, segment: domain::Segment) -> &'static str {
        use domain::Segment as S;
        match segment {
            S::Opening => self.seg_opening,
            S::Content => self.seg_content,
            S::Spot => self.seg_spot,
            S::Fill => self.seg_fill,
            S::Promo => self.seg_promo,
            S::Ident => self.seg_ident,
            S::Sweeper => self.seg_sweeper,
            S::TimeSignal => self.seg_time,
            S::BackAnnounce => self.seg_back,
        }
    }

    /// Whose programme it is.
    pub(crate) const fn origin(&self, origin: domain::Origin) -> &'static str {
        match origin {
            domain::Origin::Network => self.origin_network,
            domain::Origin::OptOut => self.origin_opt_out,
            domain::Origin::File => self.origin_file,
            domain::Origin::Relay => self.origin_relay,
        }
    }

    /// A station language by its tag; an unknown tag stands for itself.
    pub(crate) fn language(&self, tag: &str) -> &'static str {
        let umbrella = tag.parse::<domain::Language>().map(|l| l.umbrella());
        match umbrella.as_ref().map(domain::Language::as_str) {
            Ok("fr") => self.lang_fr,
            Ok("bm") => self.lang_bm,
            Ok("son") => self.lang_son,
            Ok("tmh") => self.lang_tmh,
            Ok("ff") => self.lang_ff,
            Ok("dts") => self.lang_dts,
            Ok("ar") => self.lang_ar,
            Ok("mul") => self.lang_mul,
            _ => self.lang_other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_language() {
        assert_eq!(Lang::Fr.words().number(-18.42, 1), "−18,4");
        assert_eq!(Lang::En.words().number(106.6, 1), "106.6");
    }
}
