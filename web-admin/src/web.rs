//! What every page holds on to: the station's handles and the bounds on costly work.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::App;
use crate::error::WebError;
use crate::library::Reception;

/// Password hashes at once: each takes 19 MiB and a core for tens of milliseconds, beside seven sites on the air.
const HASHES_MAX: usize = 2;
/// Uploads at once: the disk and the decoder are shared with the station.
const UPLOADS_MAX: usize = 4;
/// Pieces of uploads in flight: a quarter of a megabyte each, more than a station has people.
const PIECES_MAX: usize = 64;
/// Clips of the air check cut at once: ten minutes take a core for two seconds.
const CLIPS_MAX: usize = 2;
/// Public feeds written at once: anybody may ask for them, and each lays out a week of every site.
const FEEDS_MAX: usize = 2;
/// Open live streams: far more than the rooms of a station have screens.
const STREAMS_MAX: usize = 256;

/// The state behind the routes.
#[derive(Clone)]
pub(crate) struct Web(Arc<Inner>);

pub(crate) struct Inner {
    pub app: App,
    pub hashing: Arc<Semaphore>,
    pub uploads: Arc<Semaphore>,
    pub pieces: Arc<Semaphore>,
    pub streams: Arc<Semaphore>,
    pub clips: Arc<Semaphore>,
    pub feeds: Arc<Semaphore>,
    pub reception: Reception,
}

impl Web {
    pub(crate) fn new(app: App) -> Self {
        let permits = |n| Arc::new(Semaphore::new(n));
        let reception = Reception::new(&app.ingest.staging);
        Self(Arc::new(Inner {
            app,
            hashing: permits(HASHES_MAX),
            uploads: permits(UPLOADS_MAX),
            pieces: permits(PIECES_MAX),
            streams: permits(STREAMS_MAX),
            clips: permits(CLIPS_MAX),
            feeds: permits(FEEDS_MAX),
            reception,
        }))
    }

    /// The same state by its handle, for what must not keep it alive.
    pub(crate) fn inner(&self) -> Arc<Inner> {
        Arc::clone(&self.0)
    }

    pub(crate) const fn of(inner: Arc<Inner>) -> Self {
        Self(inner)
    }

    /// Runs what waits for a disk or a hash on a thread that may wait.
    pub(crate) async fn blocking<T, E>(
        &self,
        work: impl FnOnce(&App) -> Result<T, E> + Send + 'static,
    ) -> Result<T, WebError>
    where
        T: Send + 'static,
        E: Into<WebError> + Send + 'static,
    {
        let web = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&web.app)).await;
        done.map_err(WebError::internal)?.map_err(Into::into)
    }
}

impl std::ops::Deref for Web {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}
