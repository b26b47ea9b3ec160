//! *Médiathèque*: every sound of the station, where it stands, and how one comes in.

mod asset;
mod cues;
mod list;
mod listen;
mod paper;
mod protect;
pub(crate) mod upload;
mod wave;

pub(crate) use asset::{approve, approve_api, page as asset, withdraw, withdraw_api};
pub(crate) use list::page as list;
pub(crate) use listen::{light, sound};
pub(crate) use paper::edit;
pub(crate) use protect::{clear, flag, restore, throw_away};
pub(crate) use upload::{Reception, Refusal, UPLOAD_BYTES_MAX};
pub(crate) use wave::wave;

use domain::AssetId;

use crate::error::{Field, WebError};

impl From<media::Error> for WebError {
    fn from(e: media::Error) -> Self {
        match e {
            media::Error::NoSuchAsset(_) | media::Error::Gone(_) => Self::NotFound,
            media::Error::OtherBytes { .. } => Self::Changed,
            media::Error::NotApprovable { .. } | media::Error::Protected { .. } => Self::Barred,
            media::Error::Implausible { .. } => Self::Unreadable(Field::Form),
            other => Self::internal(other),
        }
    }
}

/// Characters of a title.
const TITLE_CHARS_MAX: usize = 200;

fn asset_id(text: &str) -> Result<AssetId, WebError> {
    text.parse().map_err(|_| WebError::Unreadable(Field::Asset))
}

/// The stable word of a verdict for the stylesheet, and its icon.
fn verdict_icon(verdict: &str) -> &'static str {
    match verdict {
        "ready" => "check",
        "refused" => "close",
        _ => "alert",
    }
}
