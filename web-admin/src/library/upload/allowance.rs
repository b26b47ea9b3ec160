//! A body that brings only so much before it is let further: heads and fields of a form are kept in memory while they
//! are read, however long they are.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use axum::body::Body;
use futures_util::Stream;
use futures_util::stream::poll_fn;

/// Everything before the file, with room to spare: seven short fields and their heads.
const FIELDS_BYTES_MAX: u64 = 64 << 10;

/// What the body may bring in all, from now on.
#[derive(Clone)]
pub(super) struct Allowance(Arc<AtomicU64>);

impl Allowance {
    /// Lets the body bring `bytes` more.
    pub(super) fn grant(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// The body brought more than it may.
#[derive(Debug, thiserror::Error)]
#[error("the form's heads and fields are longer than {FIELDS_BYTES_MAX} bytes")]
struct TooMuch;

/// The same body under an allowance, at first for heads and fields alone.
///
/// The reader of forms takes whatever is there before it looks at it. So each stretch is followed by a moment in which
/// nothing is there: then it looks, and the allowance is asked before the next.
pub(super) fn under_allowance(body: Body) -> (Body, Allowance) {
    let allowance = Allowance(Arc::new(AtomicU64::new(FIELDS_BYTES_MAX)));
    let allowed = allowance.clone();
    let (mut stream, mut used, mut rests) = (body.into_data_stream(), 0, false);
    let metered = poll_fn(move |cx| {
        if std::mem::take(&mut rests) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if used > allowed.0.load(Ordering::Relaxed) {
            return Poll::Ready(Some(Err(axum::Error::new(TooMuch))));
        }
        let next = Pin::new(&mut stream).poll_next(cx);
        if let Poll::Ready(Some(Ok(bytes))) = &next {
            used += bytes.len() as u64;
            rests = true;
        }
        next
    });
    (Body::from_stream(metered), allowance)
}
