//! Traps as a doorbell: whoever rings makes us look, and nobody is believed.
//!
//! A trap may be lost, forged or repeated (RFC 3416, 4.2.6 has no receipt), so what it says decides nothing: the next
//! question, which comes at once, finds the truth. That holds for every version and needs no key.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// Looks that rings alone may cause: one a second, however many come.
const BETWEEN: Duration = Duration::from_secs(1);
/// Strangers after whom the rest of the wait is slept away.
const STRANGERS_MAX: u32 = 64;
/// Datagrams that are emptied out of the socket at one look; the kernel's own buffer bounds the rest.
const DATAGRAMS_MAX: usize = 256;

/// The socket on which traps arrive.
pub struct Bell {
    socket: UdpSocket,
    from: IpAddr,
    rung: u64,
}

impl Bell {
    /// Listens for traps from the equipment at `from`; port 162 needs the right to it.
    pub fn new(listen: SocketAddr, from: IpAddr) -> io::Result<Self> {
        Ok(Self { socket: UdpSocket::bind(listen)?, from, rung: 0 })
    }

    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Traps heard from the equipment so far.
    pub const fn rung(&self) -> u64 {
        self.rung
    }

    /// Waits for a ring, at most `limit`; says whether there was one. Never returns a ring sooner than a second.
    pub fn wait(&mut self, limit: Duration) -> bool {
        let begun = Instant::now();
        let mut ring = [0; 1];
        let mut strangers = 0;
        loop {
            let left = limit.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return false;
            }
            let ready = self.socket.set_read_timeout(Some(left)).and_then(|()| self.socket.recv_from(&mut ring));
            match ready {
                Ok((_, sender)) if sender.ip() == self.from => break,
                Ok(_) if strangers < STRANGERS_MAX => strangers += 1,
                // Many strangers are a flood: it is not read, and costs nobody anything.
                Ok(_) => std::thread::sleep(limit.saturating_sub(begun.elapsed())),
                Err(_) if begun.elapsed() >= limit => return false,
                Err(_) => std::thread::sleep(left.min(Duration::from_millis(20))),
            }
        }
        self.rung = self.rung.saturating_add(1);
        std::thread::sleep(BETWEEN.min(limit).saturating_sub(begun.elapsed()));
        self.empty();
        true
    }

    /// The rings that came together are one.
    fn empty(&mut self) {
        let mut ring = [0; 1];
        if self.socket.set_nonblocking(true).is_ok() {
            for _ in 0..DATAGRAMS_MAX {
                match self.socket.recv_from(&mut ring) {
                    Ok((_, sender)) => self.rung = self.rung.saturating_add(u64::from(sender.ip() == self.from)),
                    Err(_) => break,
                }
            }
            // A socket that stays so would only make the waiting above a little coarser.
            let _ = self.socket.set_nonblocking(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_rings_is_one_and_strangers_are_not_heard() {
        let here = || "127.0.0.1:0".parse::<SocketAddr>().unwrap();
        let mut bell = Bell::new(here(), "127.0.0.1".parse().unwrap()).unwrap();
        let equipment = UdpSocket::bind("127.0.0.1:0").unwrap();
        for _ in 0..100 {
            equipment.send_to(&[0; 100], bell.address().unwrap()).unwrap();
        }
        assert!(bell.wait(Duration::from_millis(200)));
        assert!(bell.rung() > 1);
        assert!(!bell.wait(Duration::from_millis(20)), "all of them were one ring");
        let mut deaf = Bell::new(here(), "127.0.0.2".parse().unwrap()).unwrap();
        equipment.send_to(&[0; 100], deaf.address().unwrap()).unwrap();
        assert!(!deaf.wait(Duration::from_millis(100)));
        assert_eq!(deaf.rung(), 0);
    }
}
