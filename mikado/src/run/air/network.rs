//! The listening sockets of an air process: each is tried again until it can be had, and none is waited for.

use std::fs::{self, Permissions};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::{Finding, Severity};
use tokio::net::UnixListener;
use tokio::time::sleep;

use super::door::Door;
use super::http;
use super::station::Station;

/// How soon a port or path that is taken is tried again.
const RETRY: Duration = Duration::from_secs(3);

/// Serves the streams at `address` for ever.
pub async fn serve_listeners(station: Arc<Station>, address: SocketAddr) {
    loop {
        match Door::open(address).await {
            Ok(door) => {
                station.alarms.set("http", Vec::new(), station.clock.now());
                // Comes back only when the listening socket itself is lost.
                let _ = axum::serve(door, http::listeners(Arc::clone(&station))).await;
            }
            Err(e) => station.alarms.set("http", vec![port_taken(address, &e)], station.clock.now()),
        }
        sleep(RETRY).await;
    }
}

/// Serves the vitals on the Unix socket at `path` for ever.
pub async fn serve_headquarters(station: Arc<Station>, path: &Path) {
    loop {
        match bind(path) {
            Ok(listener) => {
                station.alarms.set("socket", Vec::new(), station.clock.now());
                let _ = axum::serve(listener, http::headquarters(Arc::clone(&station))).await;
            }
            Err(e) => station.alarms.set("socket", vec![no_socket(path, &e)], station.clock.now()),
        }
        sleep(RETRY).await;
    }
}

/// Binds beside the final name and renames: nobody ever meets a socket with open rights, and one that a dead process left
/// behind is replaced in one step.
fn bind(path: &Path) -> io::Result<UnixListener> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let fresh = path.with_extension("sock-new");
    match fs::remove_file(&fresh) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let listener = UnixListener::bind(&fresh)?;
    fs::set_permissions(&fresh, Permissions::from_mode(0o600))?;
    fs::rename(&fresh, path)?;
    Ok(listener)
}

fn port_taken(address: SocketAddr, e: &io::Error) -> Finding {
    Finding {
        code: "http.port".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!(
            "Les flux ne peuvent pas être servis sur {address} ({e}). L'antenne continue ; libérez ce port ou changez-le \
             dans la configuration."
        ),
        en: format!(
            "The streams cannot be served at {address} ({e}). The air goes on; free this port or change it in the config."
        ),
    }
}

fn no_socket(path: &Path, e: &io::Error) -> Finding {
    let path = path.display();
    Finding {
        code: "socket.path".into(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!("Le siège ne peut pas lire ce site : {path} ne s'ouvre pas ({e}). L'antenne continue."),
        en: format!("The headquarters cannot read this site: {path} does not open ({e}). The air goes on."),
    }
}
