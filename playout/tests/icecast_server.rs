//! A real Icecast server: it gets the stream, refuses a bad password with a sentence, and its death stops nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use domain::Frames;
use playout::outputs::{
    Container, Icecast, IcecastOptions, Mp3Options, Mp3Stream, OpusOptions, OpusStream, Secret, StreamHub, Unit,
};

const PASSWORD: &str = "sahel-12";

struct Server {
    child: Child,
    port: u16,
    _dir: Option<tempfile::TempDir>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn config(port: u16, dir: &Path) -> String {
    let dir = dir.display();
    format!(
        "<icecast><limits><clients>20</clients><sources>5</sources><burst-on-connect>0</burst-on-connect></limits>\
         <authentication><source-password>{PASSWORD}</source-password><admin-password>x</admin-password></authentication>\
         <hostname>localhost</hostname><listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address>\
         </listen-socket><fileserve>0</fileserve><paths><basedir>{dir}</basedir><logdir>{dir}</logdir>\
         <webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths>\
         <logging><errorlog>-</errorlog><accesslog>-</accesslog><loglevel>1</loglevel></logging>\
         <security><chroot>0</chroot></security></icecast>"
    )
}

/// Icecast refuses to run as root; root lends it to nobody.
fn serve(port: u16) -> Server {
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let file = dir.path().join("icecast.xml");
    std::fs::write(&file, config(port, dir.path())).unwrap();
    let root = rustix::process::geteuid().is_root();
    let mut command = if root { Command::new("setpriv") } else { Command::new("icecast2") };
    if root {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "icecast2"]);
    }
    let child = command.arg("-c").arg(&file).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let child = child.expect("this test needs icecast2 (Debian package icecast2) and setpriv (util-linux)");
    let server = Server { child, port, _dir: Some(dir) };
    until("icecast2 listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    server
}

fn until(what: &str, mut reached: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !reached() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn options(port: u16, mount: &str, password: &str) -> IcecastOptions {
    IcecastOptions {
        host: "127.0.0.1".into(),
        port,
        mount: mount.into(),
        user: "source".into(),
        password: Secret::new(password),
        name: "Mikado FM Gao".into(),
    }
}

/// Something that gives units for ever, a few times faster than air, and notes the longest push.
struct Air {
    told_to_stop: Arc<AtomicBool>,
    longest_push_us: Arc<AtomicU64>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Air {
    fn start(hub: &Arc<StreamHub>, mut encode: impl FnMut(&[[f32; 2]], &mut Vec<Unit>) + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let longest_push_us = Arc::new(AtomicU64::new(0));
        let (hub, ending, longest) = (Arc::clone(hub), Arc::clone(&stop), Arc::clone(&longest_push_us));
        let thread = std::thread::spawn(move || {
            let mut units = Vec::new();
            let mut n = 0_u32;
            while !ending.load(Relaxed) {
                let block: Vec<[f32; 2]> =
                    (0..4_800).map(|i| [((n * 4_800 + i) as f32 * 0.06).sin() * 0.3; 2]).collect();
                encode(&block, &mut units);
                n += 1;
                let began = Instant::now();
                units.drain(..).for_each(|u| hub.push(u));
                longest.fetch_max(began.elapsed().as_micros() as u64, Relaxed);
                std::thread::sleep(Duration::from_millis(25));
            }
        });
        Self { told_to_stop: stop, longest_push_us, thread: Some(thread) }
    }

    fn opus(hub: &Arc<StreamHub>) -> Self {
        let mut stream = OpusStream::new(OpusOptions::default()).unwrap();
        Self::start(hub, move |sound, out| stream.push(sound, out).unwrap())
    }

    fn mp3(hub: &Arc<StreamHub>) -> Self {
        let mut stream = Mp3Stream::new(Mp3Options { quality: 7, ..Mp3Options::default() }).unwrap();
        Self::start(hub, move |sound, out| stream.push(sound, out).unwrap())
    }
}

impl Drop for Air {
    fn drop(&mut self) {
        self.told_to_stop.store(true, Relaxed);
        let _ = self.thread.take().unwrap().join();
    }
}

/// What a listener of the server gets, without its head.
fn listen(port: u16, mount: &str, bytes: usize) -> Vec<u8> {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(socket, "GET {mount} HTTP/1.0\r\n\r\n").unwrap();
    let mut got = Vec::new();
    let mut chunk = [0; 4_096];
    while got.len() < bytes {
        match socket.read(&mut chunk).unwrap() {
            0 => break,
            n => got.extend_from_slice(&chunk[..n]),
        }
    }
    let head = got.windows(4).position(|w| w == b"\r\n\r\n").expect("an HTTP head") + 4;
    got.split_off(head)
}

fn decoded_frames(bytes: &[u8], extension: &str) -> usize {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(format!("got.{extension}"));
    std::fs::write(&path, bytes).unwrap();
    let args = ["-v", "error", "-nostdin", "-i", path.to_str().unwrap(), "-f", "s16le", "-ac", "1", "-"];
    let output = Command::new("ffmpeg").args(args).output().expect("this test needs ffmpeg");
    output.stdout.len() / 2
}

#[test]
fn both_streams_reach_a_listener_of_the_server() {
    let server = serve(free_port());
    let opus = StreamHub::new(Container::OggOpus { title: "Gao".into() });
    let mp3 = StreamHub::new(Container::Mp3);
    let _air = (Air::opus(&opus), Air::mp3(&mp3));
    let clients = [
        Icecast::start("icecast opus", options(server.port, "/gao.opus", PASSWORD), opus).unwrap(),
        Icecast::start("icecast mp3", options(server.port, "/gao.mp3", PASSWORD), mp3).unwrap(),
    ];
    for client in &clients {
        until("the server takes the stream", || client.reading().taken > Frames::from_secs(2));
        assert_eq!(client.reading().trouble, None);
    }
    for (mount, extension) in [("/gao.opus", "opus"), ("/gao.mp3", "mp3")] {
        let frames = decoded_frames(&listen(server.port, mount, 40_000), extension);
        assert!(frames > 48_000, "{mount}: {frames} frames");
    }
    clients.iter().for_each(Icecast::stop);
    until("the clients end", || clients.iter().all(Icecast::has_ended));
}

#[test]
fn a_bad_password_is_a_sentence_without_the_password() {
    let server = serve(free_port());
    let hub = StreamHub::new(Container::Mp3);
    let _air = Air::mp3(&hub);
    let client = Icecast::start("icecast", options(server.port, "/gao.mp3", "dune-13"), hub).unwrap();
    until("the server refuses", || client.reading().trouble.is_some());
    let trouble = client.reading().trouble.unwrap();
    assert_eq!(trouble.code, "icecast.password");
    assert!(trouble.fr.contains("refuse l'utilisateur « source » ou son mot de passe"), "{}", trouble.fr);
    assert!(!format!("{trouble:?}").contains("dune"));
    client.stop();
}

#[test]
fn a_killed_server_stops_nothing_and_is_found_again() {
    let port = free_port();
    let server = serve(port);
    let hub = StreamHub::new(Container::OggOpus { title: "Gao".into() });
    let air = Air::opus(&hub);
    let client = Icecast::start("icecast", options(port, "/gao.opus", PASSWORD), Arc::clone(&hub)).unwrap();
    until("the server takes the stream", || client.reading().taken > Frames::from_secs(2));
    drop(server);
    until("the client notices", || client.reading().trouble.is_some());
    let edge = hub.edge();
    until("the air goes on", || hub.edge() > edge + Frames::from_secs(10));
    let again = serve(port);
    let taken = client.reading().taken;
    until("the client is back", || client.reading().taken > taken + Frames::from_secs(2));
    assert_eq!(client.reading().trouble, None);
    assert!(client.reading().lost > Frames::ZERO);
    assert!(decoded_frames(&listen(again.port, "/gao.opus", 30_000), "opus") > 48_000);
    // Nobody held the encoder up: what a push takes is the scheduler's doing on a loaded machine.
    let longest = Duration::from_micros(air.longest_push_us.load(Relaxed));
    assert!(longest < Duration::from_millis(500), "{longest:?}");
    client.stop();
}
