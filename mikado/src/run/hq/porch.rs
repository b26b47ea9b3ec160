//! Where people come in to the pages: a bounded number of connections, few from one machine, none that only sits there.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tower::Service;

/// How many come in, and how long they may keep silent.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Connections at once.
    guests: usize,
    /// Connections at once from one machine.
    from_one: usize,
    /// Connections at once from this very machine, where a proxy may stand for everybody.
    from_here: usize,
    /// A head that has not come whole by then does not come; so long a connection may also rest between two requests.
    ask_within: Duration,
}

/// The pages' limits: below the 1 024 descriptors of a process with what the databases and sites need; three browsers of
/// six connections each from one machine, with some to spare.
pub(super) const PAGES: Limits =
    Limits { guests: 800, from_one: 20, from_here: 600, ask_within: Duration::from_secs(30) };

/// A guest who takes nothing of his answer for this long has gone: a satellite link's worst pause is shorter.
const TAKE_WITHIN_MS: u32 = 90_000;
/// Pause after the system refused a connection, so that a shortage of descriptors does not take a whole core.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

/// Who is inside, by machine.
#[derive(Clone)]
struct Guests {
    limits: Limits,
    book: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Guests {
    fn new(limits: Limits) -> Self {
        Self { limits, book: Arc::default() }
    }

    fn book(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more of `address`, or nothing when the house or its share of it is full.
    fn admit(&self, address: IpAddr) -> Option<Place> {
        let from = machine(address);
        let mut book = self.book();
        let inside: usize = book.values().sum();
        let most = if from.is_loopback() { self.limits.from_here } else { self.limits.from_one };
        let of_this = book.entry(from).or_default();
        if inside >= self.limits.guests || *of_this >= most {
            if *of_this == 0 {
                book.remove(&from);
            }
            return None;
        }
        *of_this += 1;
        Some(Place { guests: self.clone(), from })
    }
}

/// One guest's place, given back when dropped.
struct Place {
    guests: Guests,
    from: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut book = self.guests.book();
        if let Some(of_this) = book.get_mut(&self.from) {
            *of_this -= 1;
            if *of_this == 0 {
                book.remove(&self.from);
            }
        }
    }
}

/// The machine behind an address: a house is given a whole /64 of IPv6 (RFC 6177), and IPv4 may come in its clothes.
fn machine(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) if !v6.is_loopback() => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        other => other,
    }
}

/// Serves `pages` at `listener` until `asked` is done; then ends once every answer under way is out.
pub(super) async fn serve(listener: TcpListener, pages: axum::Router, limits: Limits, asked: impl Future<Output = ()>) {
    let guests = Guests::new(limits);
    let under_way = GracefulShutdown::new();
    let mut pages = pages.into_make_service_with_connect_info::<SocketAddr>();
    let mut asked = std::pin::pin!(asked);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut asked => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(e) => {
                pause_after(&e).await;
                continue;
            }
        };
        let Some(place) = guests.admit(address.ip()) else {
            tracing::debug!(%address, "no place for one more connection");
            continue;
        };
        let Ok(service) = pages.call(address).await;
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(limits.ask_within);
        let served = builder.serve_connection(TokioIo::new(prepared(stream)), TowerToHyperService::new(service));
        let served = under_way.watch(served);
        tokio::spawn(async move {
            let _place = place;
            // A connection that breaks concerns nobody else; what it asked for has its own answer in the audit.
            if let Err(e) = served.await {
                tracing::debug!(%address, "a connection ended early: {e}");
            }
        });
    }
    drop(listener);
    under_way.shutdown().await;
}

/// Failing here means that the peer has gone already; reading will say so.
fn prepared(stream: TcpStream) -> TcpStream {
    let _ = stream.set_nodelay(true);
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, TAKE_WITHIN_MS);
    stream
}

async fn pause_after(e: &io::Error) {
    let is_of_one_peer = matches!(
        e.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset
    );
    if !is_of_one_peer {
        tracing::warn!("the pages could not take a connection: {e}");
        tokio::time::sleep(REFUSED_PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_machine_has_its_share_and_no_more() {
        let rows = [
            ("192.0.2.7", "::ffff:192.0.2.7", PAGES.from_one),
            ("2001:db8:0:7::1", "2001:db8:0:7:ffff::2", PAGES.from_one),
            ("127.0.0.1", "127.0.0.1", PAGES.from_here),
        ];
        for (address, same_machine, most) in rows {
            let guests = Guests::new(PAGES);
            let mut places: Vec<Place> = (0..most).map(|_| guests.admit(ip(address)).unwrap()).collect();
            assert!(guests.admit(ip(same_machine)).is_none(), "{address}");
            assert!(guests.admit(ip("198.51.100.1")).is_some(), "{address} fills its own share only");
            places.pop();
            assert!(guests.admit(ip(same_machine)).is_some(), "{address}");
            drop(places);
            assert!(guests.book().is_empty(), "{address} leaves nothing behind");
        }
    }

    #[test]
    fn many_machines_fill_the_house_and_no_further() {
        let guests = Guests::new(PAGES);
        let places: Vec<_> =
            (0..1000_u32).map(|n| guests.admit(IpAddr::from((0x0A00_0000 + n).to_be_bytes()))).collect();
        assert_eq!(places.iter().flatten().count(), PAGES.guests);
    }

    /// What a stranger reads until the other end closes, or nothing within `patience`.
    async fn hears(mut stream: TcpStream, patience: Duration) -> Option<String> {
        let mut said = String::new();
        // A reset is an end too.
        tokio::time::timeout(patience, stream.read_to_string(&mut said)).await.ok().map(|_| said)
    }

    #[tokio::test]
    async fn who_only_sits_there_leaves_and_who_asks_is_answered() {
        let limits = Limits { guests: 5, from_one: 5, from_here: 3, ask_within: Duration::from_millis(300) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let pages = axum::Router::new().route("/", axum::routing::get(|| async { "Ɔnhɔn" }));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let served = tokio::spawn(serve(listener, pages, limits, async { _ = stopped.await }));

        let silent = TcpStream::connect(at).await.unwrap();
        let mut drop_by_drop = TcpStream::connect(at).await.unwrap();
        drop_by_drop.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nX-").await.unwrap();
        let mut asking = TcpStream::connect(at).await.unwrap();
        asking.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        let mut first = [0; 12];
        asking.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200", "the third of three is answered");
        let one_too_many = TcpStream::connect(at).await.unwrap();
        assert_eq!(hears(one_too_many, Duration::from_secs(5)).await.unwrap(), "", "the fourth of three is not");
        assert!(hears(silent, Duration::from_secs(5)).await.is_some(), "the silent one has left");
        assert!(hears(drop_by_drop, Duration::from_secs(5)).await.is_some(), "so has the one that never ends");
        drop(asking);
        let mut again = TcpStream::connect(at).await.unwrap();
        again.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        assert!(hears(again, Duration::from_secs(5)).await.unwrap().ends_with("Ɔnhɔn"));
        stop.send(()).unwrap();
        served.await.unwrap();
    }
}
