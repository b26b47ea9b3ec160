//! Serving the pages until the process is asked to stop; live pages never end by themselves and are not waited for long.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::error::Error;

/// An upload in its last kilobytes gets this long; a live page never ends.
const LAST_ANSWERS_WITHIN: Duration = Duration::from_secs(2);

pub(super) async fn serve_until_asked(listener: TcpListener, pages: axum::Router) -> Result<(), Error> {
    let (tell, asked) = watch::channel(false);
    let failed = |e| Error::doing("les pages se sont arrêtées", "the pages stopped", e);
    let mut waiting = asked.clone();
    let server = axum::serve(listener, pages.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move {
            // The other end is only dropped when everything ends anyway.
            let _ = waiting.wait_for(|asked| *asked).await;
        });
    let server = tokio::spawn(server.into_future());
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    let _ = tell.send(true);
    match tokio::time::timeout(LAST_ANSWERS_WITHIN, server).await {
        Ok(Ok(ended)) => ended.map_err(failed),
        Ok(Err(_)) | Err(_) => Ok(()),
    }
}
