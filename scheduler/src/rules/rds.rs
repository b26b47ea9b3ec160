//! Radio data.

use domain::Severity;

use super::Source::Kept;
use super::{Bound, Limit, Param, Rule};

/// The rules of this family.
pub(super) const RULES: &[Rule] = &[Rule {
    id: "R-RDS-01",
    severity: Severity::Info,
    rule_fr: "RDS: PS fixe « MIKADO », RT 64 caractères par programme, PTY par genre, TA inutilisé, RT translittéré (ɛ→è, ɔ→ò, ɲ→ny, ɓ→b, ɗ→d, ƴ→y; ŋ conservé).",
    message_fr: "RadioText de {n} caractères.",
    message_en: "RadioText of {n} characters.",
    mend_fr: "Raccourcir le texte à 64 caractères.",
    mend_en: "Shorten the text to 64 characters.",
    params: &[("rt_len", Param::Number(64.0))],
    bounds: &[Bound::most(
        "radiotext_chars",
        Limit::Param("rt_len"),
        Kept("a_long_text_ends_with_a_word_and_a_long_word_is_cut"),
    )],
}];
