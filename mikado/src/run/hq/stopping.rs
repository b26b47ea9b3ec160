//! Serving the pages until the process is asked to stop; live pages never end by themselves and are not waited for long.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::porch;
use crate::error::Error;

/// An upload in its last kilobytes gets this long; a live page never ends.
const LAST_ANSWERS_WITHIN: Duration = Duration::from_secs(2);

pub(super) async fn serve_until_asked(listener: TcpListener, pages: axum::Router) -> Result<(), Error> {
    let (tell, asked) = watch::channel(false);
    let failed = |e| Error::doing("les pages se sont arrêtées", "the pages stopped", e);
    let mut waiting = asked.clone();
    let server = tokio::spawn(porch::serve(listener, pages, porch::PAGES, async move {
        // The other end is only dropped when everything ends anyway.
        let _ = waiting.wait_for(|asked| *asked).await;
    }));
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    let _ = tell.send(true);
    // Live pages are cut off here; whoever watches them comes back by himself.
    let _ = tokio::time::timeout(LAST_ANSWERS_WITHIN, server).await;
    Ok(())
}
