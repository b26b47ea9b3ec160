//! Serving the pages on a socket.

use std::future::Future;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::{App, router};

/// Serves until `end` resolves, then lets open requests finish. The peer's address is known to limits and audit.
pub async fn serve(
    listener: TcpListener,
    app: App,
    end: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(end).await
}
