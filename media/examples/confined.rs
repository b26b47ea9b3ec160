//! Tries to leave the decoder's walls and says what it could: `confined INPUT OUTPUT OTHER`, for the tests.

use std::fs::{self, File, OpenOptions};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use rustix::process::Resource;

#[expect(clippy::print_stdout, reason = "its parent reads this")]
fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, input, output, other] = &arguments[..] else { return };
    let parent = rustix::process::getppid();
    let memory = rustix::process::getrlimit(Resource::Data);
    let gaps = media::sandbox::confine(Path::new(input), &[Path::new(output)]);
    let could = |what: &str, yes: bool| println!("{what} {yes}");
    println!("gaps {}", gaps.sentence().unwrap_or_default());
    could("read-input", File::open(input).is_ok());
    could("write-output", OpenOptions::new().write(true).truncate(true).open(output).is_ok());
    could("read-other", File::open(other).is_ok());
    could("write-other", OpenOptions::new().write(true).open(other).is_ok());
    could("write-input", OpenOptions::new().write(true).open(input).is_ok());
    could("create", fs::write(format!("{output}.new"), b"x").is_ok());
    could(
        "connect",
        matches!(TcpStream::connect("127.0.0.1:9"), Err(e) if e.kind() == std::io::ErrorKind::ConnectionRefused),
    );
    could("socket", std::os::unix::net::UnixDatagram::unbound().is_ok());
    could("thread", std::thread::Builder::new().spawn(|| {}).is_ok());
    could("signal", parent.is_some_and(|p| rustix::process::test_kill_process(p).is_ok()));
    could("more-memory", rustix::process::setrlimit(Resource::Data, memory).is_ok());
    could("run", Command::new("/bin/true").status().is_ok_and(|s| s.success()));
    // Untouched pages cost nothing where they are allowed.
    could("gigabyte", Vec::<u8>::new().try_reserve_exact(1 << 30).is_ok());
}
