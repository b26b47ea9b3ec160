//! The bytes of one request, on their way into a parcel: in pieces that are kept one by one, so that a line that breaks
//! costs a piece and not a file.

use axum::body::{Body, BodyDataStream};
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::StreamExt;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::parcel::{Label, ParcelId};
use super::reception::{Claim, trouble};
use super::refusal::Refusal;
use crate::error::WebError;
use crate::patience::Patience;
use crate::web::Web;

/// What is kept at a time: half a minute at 64 kbit/s.
const PIECE_BYTES: usize = 256 << 10;
/// The checksums that `Upload-Checksum` may carry.
pub(super) const ALGORITHMS: &str = "sha1,sha256";

/// What the sender says its bytes come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// Nothing: every 256 KiB are kept as they come.
    Nothing,
    /// SHA-1: what every client of the protocol can.
    Sha1([u8; 20]),
    /// SHA-256.
    Sha256([u8; 32]),
}

impl Promise {
    /// What `Upload-Checksum` says.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let Some(value) = headers.get("upload-checksum") else { return Ok(Self::Nothing) };
        let (name, sum) = value.to_str().ok().and_then(|v| v.split_once(' ')).ok_or(Refusal::ChecksumKind)?;
        let sum = STANDARD.decode(sum.trim()).map_err(|_| Refusal::ChecksumKind)?;
        match name {
            "sha1" => sum.try_into().map(Self::Sha1).map_err(|_| Refusal::ChecksumKind),
            "sha256" => sum.try_into().map(Self::Sha256).map_err(|_| Refusal::ChecksumKind),
            _ => Err(Refusal::ChecksumKind),
        }
    }
}

/// The sum of what has come so far, beside the one that was promised.
enum Sum {
    Nothing,
    Sha1(Sha1, [u8; 20]),
    Sha256(Sha256, [u8; 32]),
}

impl Sum {
    fn of(promise: &Promise) -> Self {
        match promise {
            Promise::Nothing => Self::Nothing,
            Promise::Sha1(sum) => Self::Sha1(Sha1::new(), *sum),
            Promise::Sha256(sum) => Self::Sha256(Sha256::new(), *sum),
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        match self {
            Self::Nothing => {}
            Self::Sha1(sum, _) => sum.update(bytes),
            Self::Sha256(sum, _) => sum.update(bytes),
        }
    }

    fn holds(self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Sha1(sum, promised) => sum.finalize()[..] == promised,
            Self::Sha256(sum, promised) => sum.finalize()[..] == promised,
        }
    }
}

/// How a stretch of the body ended.
enum End {
    /// A piece is full; there may be more.
    Full,
    /// The body is whole.
    Whole,
    /// Nothing more will come by this request.
    Stopped(WebError),
}

/// The body of a request, cut into pieces.
struct Cutter {
    body: BodyDataStream,
    /// What came behind the end of the last piece.
    rest: Bytes,
    /// What the parcel still has room for.
    room: u64,
}

impl Cutter {
    /// The next piece, at most [`PIECE_BYTES`], and how it ended.
    async fn piece(&mut self, claim: &mut Claim) -> (Vec<u8>, End) {
        let mut piece = Vec::with_capacity(PIECE_BYTES);
        let end = self.fill(&mut piece, claim).await;
        (piece, end)
    }

    async fn fill(&mut self, piece: &mut Vec<u8>, claim: &mut Claim) -> End {
        let mut patience = Patience::new();
        while piece.len() < PIECE_BYTES {
            if self.rest.is_empty() {
                self.rest = tokio::select! {
                    biased;
                    () = claim.is_wanted() => return End::Stopped(Refusal::Held.into()),
                    next = patience.with(self.body.next()) => match next {
                        Err(_) => return End::Stopped(Refusal::Slow.into()),
                        Ok(None) => return End::Whole,
                        Ok(Some(Err(_))) => return End::Stopped(Refusal::Broken.into()),
                        Ok(Some(Ok(bytes))) => {
                            patience.came(bytes.len());
                            bytes
                        }
                    },
                };
            }
            if self.rest.len() as u64 > self.room {
                return End::Stopped(WebError::TooLarge);
            }
            let fits = self.rest.split_to(self.rest.len().min(PIECE_BYTES - piece.len()));
            piece.extend_from_slice(&fits);
            self.room -= fits.len() as u64;
        }
        End::Full
    }
}

/// Adds the body to the parcel from `from` on and says where the parcel ends then.
///
/// Without a checksum every piece is kept for good as it comes. With one nothing is kept before all of it has come and
/// agrees, as the protocol asks.
pub(super) async fn receive(
    web: &Web,
    claim: &mut Claim,
    id: &ParcelId,
    label: &Label,
    promise: Promise,
    body: Body,
) -> Result<u64, WebError> {
    let _place = web.pieces.clone().try_acquire_owned().map_err(|_| WebError::Busy)?;
    let (reception, name) = (web.clone(), id.clone());
    let mut writer = web.blocking(move |_| reception.reception.parcels.writer(&name).map_err(trouble)).await?;
    let mut sum = Sum::of(&promise);
    let as_they_come = promise == Promise::Nothing;
    let room = label.length_bytes.saturating_sub(writer.offset());
    let mut cutter = Cutter { body: body.into_data_stream(), rest: Bytes::new(), room };
    loop {
        let (piece, end) = cutter.piece(claim).await;
        let pushed = move |_: &crate::App| {
            if writer.is_full() {
                return Err(WebError::TooLarge);
            }
            writer.push(&piece).map_err(trouble)?;
            sum.add(&piece);
            if as_they_come {
                writer.seal().map_err(trouble)?;
            }
            Ok((writer, sum))
        };
        (writer, sum) = web.blocking(pushed).await?;
        match end {
            End::Full => {}
            End::Stopped(why) => return Err(why),
            End::Whole => break,
        }
    }
    web.blocking(move |_| {
        if !sum.holds() {
            return Err(Refusal::Checksum.into());
        }
        writer.seal().map_err(trouble)?;
        Ok::<_, WebError>(writer.offset())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_is_one_of_ours_or_refused() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("upload-checksum", axum::http::HeaderValue::from_static(text));
            Promise::of(&headers)
        };
        assert_eq!(Promise::of(&HeaderMap::new()), Ok(Promise::Nothing));
        assert!(matches!(of("sha1 Lve95gjOVATpfV8EL5X4nxwjKHE="), Ok(Promise::Sha1(_))));
        for bad in ["", "sha1", "sha1 Lve95", "md5 Lve95gjOVATpfV8EL5X4nxwjKHE=", "sha256 Lve95gjOVATpfV8EL5X4nxwjKHE="]
        {
            assert_eq!(of(bad), Err(Refusal::ChecksumKind), "{bad}");
        }
    }

    #[test]
    fn a_sum_holds_for_its_bytes_alone() {
        let promised = STANDARD.decode("Kq5sNclPz7QV2+lfQIuc6R7oRu0=").unwrap();
        for (bytes, holds) in [(&b"hello world"[..], true), (b"hello worle", false), (b"", false)] {
            let mut sum = Sum::of(&Promise::Sha1(promised.clone().try_into().unwrap()));
            bytes.chunks(3).for_each(|c| sum.add(c));
            assert_eq!(sum.holds(), holds);
        }
    }
}
