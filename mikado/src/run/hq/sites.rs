//! What the sites say of themselves: each air process is asked for its vitals once a second.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::{SiteId, Vitals};
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};
use web_admin::SiteView;

use crate::clock::WallClock;
use crate::config::{Config, SiteConfig};
use crate::wire::{VITALS_BYTES_MAX, vitals_from_json};

/// How often a site is asked: its levels come in half seconds, a person sees changes in whole ones.
const EVERY: Duration = Duration::from_secs(1);
/// A site that does not answer within this has no contact this time; it is asked again at the next turn.
const ANSWER_WITHIN: Duration = Duration::from_millis(900);
const REQUEST: &[u8] = b"GET /vitals HTTP/1.0\r\nHost: air\r\nConnection: close\r\n\r\n";
/// An answer's head is a few lines.
const HEAD_BYTES_MAX: usize = 8 * 1024;

/// Why a site has no vitals this time.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// Nobody listens, or the connection broke.
    #[error("{0}")]
    Connection(#[from] std::io::Error),
    /// It took too long.
    #[error("no answer within {} ms", ANSWER_WITHIN.as_millis())]
    Late,
    /// It answered, and not with vitals.
    #[error("the answer is not vitals: {0}")]
    Nonsense(String),
}

/// The views of a station nobody has heard of yet.
pub(super) fn unheard(config: &Config) -> Vec<SiteView> {
    let view = |site: SiteId, stream_port| SiteView {
        site,
        vitals: None,
        last_contact: None,
        revision_since: None,
        stream_port,
    };
    config.sites.iter().map(|s| view(s.id, s.http.map(|a| a.port()))).collect()
}

/// Asks every site once a second for ever and tells who watches; a site that is silent keeps its last words and their age.
pub(super) async fn ask_all(config: Arc<Config>, clock: WallClock, tell: watch::Sender<Arc<Vec<SiteView>>>) {
    let sockets: Vec<PathBuf> = config.sites.iter().map(SiteConfig::socket).collect();
    let mut views = unheard(&config);
    let mut turn = interval(EVERY);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turn.tick().await;
        let answers = join_all(sockets.iter().map(|socket| ask(socket))).await;
        for (view, answer) in views.iter_mut().zip(answers) {
            match answer {
                Ok(vitals) if vitals.site == view.site => {
                    let now = clock.now();
                    let same = view.vitals.as_ref().is_some_and(|was| was.revision == vitals.revision);
                    view.revision_since = view.revision_since.filter(|_| same).or(vitals.revision.map(|_| now));
                    view.vitals = Some(vitals);
                    view.last_contact = Some(now);
                }
                Ok(vitals) => tracing::error!("the socket of {} answers for {}", view.site, vitals.site),
                Err(why) => tracing::debug!("{} has no contact: {why}", view.site),
            }
        }
        tell.send_replace(Arc::new(views.clone()));
    }
}

/// Asks one air process for its vitals.
///
/// # Errors
/// When nobody answers in time, or with something else.
pub async fn ask(socket: &Path) -> Result<Vitals, NoAnswer> {
    timeout(ANSWER_WITHIN, exchange(socket)).await.map_err(|_| NoAnswer::Late)?
}

async fn exchange(socket: &Path) -> Result<Vitals, NoAnswer> {
    let mut stream = UnixStream::connect(socket).await?;
    stream.write_all(REQUEST).await?;
    let mut answer = Vec::new();
    let most = (VITALS_BYTES_MAX + HEAD_BYTES_MAX) as u64;
    stream.take(most).read_to_end(&mut answer).await?;
    let nonsense = |why: &str| NoAnswer::Nonsense(why.to_owned());
    let head_end = answer.windows(4).position(|w| w == b"\r\n\r\n").ok_or_else(|| nonsense("no end of head"))?;
    let (head, body) = (&answer[..head_end], &answer[head_end + 4..]);
    let ok = head.starts_with(b"HTTP/1.") && head.get(8..13) == Some(b" 200 ");
    if !ok {
        let line = String::from_utf8_lossy(head);
        return Err(nonsense(line.lines().next().unwrap_or_default()));
    }
    vitals_from_json(body).map_err(|e| NoAnswer::Nonsense(e.to_string()))
}

#[cfg(test)]
mod tests {
    use tokio::net::UnixListener;

    use super::*;

    /// Answers one connection with `bytes` and asks for the outcome.
    async fn answered_with(bytes: &'static [u8]) -> Result<Vitals, NoAnswer> {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("air.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; REQUEST.len()];
            stream.read_exact(&mut request).await.unwrap();
            let _ = stream.write_all(bytes).await;
            bytes.is_empty().then_some(stream)
        });
        let outcome = ask(&socket).await;
        drop(server.await);
        outcome
    }

    #[tokio::test]
    async fn a_site_that_answers_nonsense_has_no_vitals() {
        for bytes in [
            &b"HTTP/1.0 500 Oh\r\n\r\n{}"[..],
            b"HTTP/1.0 200 OK\r\n\r\n{\"site\":\"../..\"}",
            b"HTTP/1.0 200 OK\r\n",
            b"\x00\xff\r\n\r\n",
        ] {
            assert!(matches!(answered_with(bytes).await, Err(NoAnswer::Nonsense(_))));
        }
    }

    #[tokio::test]
    async fn a_site_that_says_nothing_is_not_waited_for() {
        assert!(matches!(answered_with(b"").await, Err(NoAnswer::Late)));
        let nobody = ask(Path::new("/nonexistent/air.sock")).await;
        assert!(matches!(nobody, Err(NoAnswer::Connection(_))));
    }
}
