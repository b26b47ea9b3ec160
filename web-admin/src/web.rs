//! What every page holds on to: the station's handles and the bounds on costly work.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::App;
use crate::error::WebError;

/// Password hashes at once: each takes 19 MiB and a core for tens of milliseconds, beside seven sites on the air.
const HASHES_MAX: usize = 2;
/// Uploads at once: the disk and the decoder are shared with the station.
const UPLOADS_MAX: usize = 4;
/// Open live streams: far more than the rooms of a station have screens.
const STREAMS_MAX: usize = 256;

/// The state behind the routes.
#[derive(Clone)]
pub(crate) struct Web(Arc<Inner>);

pub(crate) struct Inner {
    pub app: App,
    pub hashing: Arc<Semaphore>,
    pub uploads: Arc<Semaphore>,
    pub streams: Arc<Semaphore>,
}

impl Web {
    pub(crate) fn new(app: App) -> Self {
        let permits = |n| Arc::new(Semaphore::new(n));
        Self(Arc::new(Inner {
            app,
            hashing: permits(HASHES_MAX),
            uploads: permits(UPLOADS_MAX),
            streams: permits(STREAMS_MAX),
        }))
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
