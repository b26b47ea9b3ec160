//! Why a parcel or a piece of it is not taken, with the status that the protocol asks for.

use axum::http::StatusCode;

use crate::words::Words;

/// A refused request of the resumable upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The sender speaks another version of the protocol.
    Version,
    /// The length is missing, or no number of bytes.
    Length,
    /// What stands on the parcel cannot be read at all.
    Label,
    /// A piece must say what it is.
    MediaType,
    /// The body is compressed.
    Compressed,
    /// The piece does not begin where the parcel ends.
    Offset,
    /// The bytes are not those that the sender counted.
    Checksum,
    /// The checksum is of a kind that nobody announced.
    ChecksumKind,
    /// The sender fell silent, or was slower than any line.
    Slow,
    /// The line broke.
    Broken,
    /// The parcel is gone: too old, or called off.
    Gone,
    /// Another sender has it, or it is being measured.
    Held,
    /// Too many unfinished ones of one person.
    TooMany,
    /// The disk has no room for it.
    DiskFull,
}

impl Refusal {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Version => StatusCode::PRECONDITION_FAILED,
            Self::Length | Self::Label | Self::ChecksumKind | Self::Broken => StatusCode::BAD_REQUEST,
            Self::MediaType | Self::Compressed => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Offset => StatusCode::CONFLICT,
            // The protocol's own number, "Checksum Mismatch"; it has no name in the registry.
            Self::Checksum => StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST),
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Gone => StatusCode::GONE,
            Self::Held => StatusCode::LOCKED,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        }
    }

    pub(crate) const fn sentence(self, t: &Words) -> &'static str {
        match self {
            Self::Version => t.ref_version,
            Self::Length => t.ref_length,
            Self::Label => t.ref_label,
            Self::MediaType => t.ref_media_type,
            Self::Compressed => t.ref_compressed,
            Self::Offset => t.ref_offset,
            Self::Checksum => t.ref_checksum,
            Self::ChecksumKind => t.ref_checksum_kind,
            Self::Slow => t.ref_slow,
            Self::Broken => t.ref_broken,
            Self::Gone => t.ref_gone,
            Self::Held => t.ref_held,
            Self::TooMany => t.ref_too_many,
            Self::DiskFull => t.ref_disk_full,
        }
    }
}
