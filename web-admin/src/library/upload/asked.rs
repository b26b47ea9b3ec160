//! What a sender says of a sound before its first byte: checked once, whichever way it comes.

use domain::{AssetId, AssetKind, Language, ProgrammeId};
use jiff::Timestamp;
use media::catalogue::{NewCard, kind_of};
use unicode_normalization::UnicodeNormalization;

use crate::error::{Field, WebError};
use crate::text::one_line;
use crate::web::Web;

/// Characters of a title, and of the name that a file came with.
pub(super) const TITLE_CHARS_MAX: usize = 200;

/// What was typed, or stood in the metadata.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub title: String,
    pub language: String,
    pub kind: String,
    pub programme: String,
    pub asset: String,
    /// Anything but nothing means yes, as forms have it.
    pub silence_intended: String,
}

/// The card that they ask for.
pub(super) fn card(web: &Web, typed: &Typed, source_name: String, now: Timestamp) -> Result<NewCard, WebError> {
    let title: String = one_line(&typed.title, usize::MAX).nfc().collect();
    if title.is_empty() || title.chars().count() > TITLE_CHARS_MAX {
        return Err(WebError::Unreadable(Field::Title));
    }
    let language: Language = typed.language.trim().parse().map_err(|_| WebError::Unreadable(Field::Language))?;
    let kind = if typed.kind.is_empty() { Some(AssetKind::Programme) } else { kind_of(&typed.kind) };
    let kind = kind.ok_or(WebError::Unreadable(Field::Kind))?;
    let station = web.app.station.borrow().clone();
    let programme: Option<ProgrammeId> = match typed.programme.trim() {
        "" => None,
        id => {
            let known = id.parse().ok().filter(|p| station.programme(p).is_some());
            Some(known.ok_or(WebError::Unreadable(Field::Programme))?)
        }
    };
    let id = match typed.asset.trim() {
        "" => fresh_id(kind, programme.as_ref(), now, station.zone())?,
        given => given.parse().map_err(|_| WebError::Unreadable(Field::Asset))?,
    };
    let silence_intended = !typed.silence_intended.trim().is_empty();
    Ok(NewCard { programme, source_name, silence_intended, ..NewCard::new(id, title, kind, language) })
}

/// `journal-fr.20261124-081000-3fa9`: whose edition it is, when it came, and four digits against two at once.
fn fresh_id(
    kind: AssetKind,
    programme: Option<&ProgrammeId>,
    now: Timestamp,
    zone: &jiff::tz::TimeZone,
) -> Result<AssetId, WebError> {
    let local = now.to_zoned(zone.clone());
    let stem = programme.map_or_else(|| media::catalogue::kind_word(kind).to_owned(), ToString::to_string);
    let stem: String = stem.chars().take(60).collect();
    let id = format!("{stem}.{}-{}", local.strftime("%Y%m%d-%H%M%S"), &nonce()?[..4]);
    id.parse().map_err(WebError::internal)
}

/// Sixteen random digits.
pub(super) fn nonce() -> Result<String, WebError> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(WebError::internal)?;
    Ok(format!("{:016x}", u64::from_be_bytes(bytes)))
}
