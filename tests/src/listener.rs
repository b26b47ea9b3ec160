//! A listener who comes back: receives a stream over plain HTTP, notes when each byte came, and connects again when cut off.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use crate::foreign::decode;
use crate::sound::Sound;

/// One connection from its first byte of sound to its end.
#[derive(Debug)]
pub struct Stretch {
    /// When the first byte of sound came.
    pub first: Instant,
    /// When the last one came.
    pub last: Instant,
    /// The bytes of sound.
    pub bytes: Vec<u8>,
    /// The longest time between two arrivals.
    pub longest_wait: Duration,
    /// When how many bytes had come in all, in order.
    pub arrivals: Vec<(Instant, usize)>,
}

impl Stretch {
    /// Decodes it by ffmpeg; `name` is a file to write it to, with the ending of its format.
    pub fn listen(&self, name: &Path) -> Sound {
        std::fs::write(name, &self.bytes).unwrap();
        decode(name)
    }
}

/// A listener in a thread of its own.
#[derive(Debug)]
pub struct Listener {
    over: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Stretch>>,
}

impl Listener {
    /// Begins to listen at `url` (`http://address:port/path`).
    pub fn start(url: &str) -> Self {
        let (address, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let (address, path) = (address.parse::<SocketAddr>().unwrap(), format!("/{path}"));
        let over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            let mut stretches = Vec::new();
            while !told.load(Ordering::Relaxed) {
                match connection(address, &path, &told) {
                    Some(stretch) => stretches.push(stretch),
                    None => sleep(Duration::from_millis(10)),
                }
            }
            stretches
        });
        Self { over, thread }
    }

    /// Stops listening and gives every connection that brought sound.
    pub fn finish(self) -> Vec<Stretch> {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// One connection until it ends or the test is over; `None` when it brought no sound.
fn connection(address: SocketAddr, path: &str, over: &AtomicBool) -> Option<Stretch> {
    let mut socket = TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok()?;
    socket.set_read_timeout(Some(Duration::from_millis(200))).ok()?;
    socket.write_all(format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").as_bytes()).ok()?;
    let mut head = Vec::new();
    let mut byte = [0; 1];
    while !head.ends_with(b"\r\n\r\n") && head.len() < 8192 {
        if socket.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    if !head.starts_with(b"HTTP/1.0 200") && !head.starts_with(b"HTTP/1.1 200") {
        return None;
    }
    let mut stretch: Option<Stretch> = None;
    let mut buffer = [0; 16 * 1024];
    while !over.load(Ordering::Relaxed) {
        let taken = match socket.read(&mut buffer) {
            Ok(0) => break,
            Ok(taken) => taken,
            Err(e) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => continue,
            Err(_) => break,
        };
        let now = Instant::now();
        let so_far = stretch.get_or_insert_with(|| Stretch {
            first: now,
            last: now,
            bytes: Vec::new(),
            longest_wait: Duration::ZERO,
            arrivals: Vec::new(),
        });
        so_far.longest_wait = so_far.longest_wait.max(now - so_far.last);
        so_far.last = now;
        so_far.bytes.extend_from_slice(&buffer[..taken]);
        so_far.arrivals.push((now, so_far.bytes.len()));
    }
    stretch
}
