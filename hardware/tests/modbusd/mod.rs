//! Equipment that speaks Modbus: pymodbus with two units, over TCP, in the frames of a serial line, and at a pty.
#![allow(dead_code, reason = "every test file uses its own part")]

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

const SERVER: &str = include_str!("server.py");

/// The running units; they end with the test.
pub struct Modbusd {
    child: Option<Child>,
    /// Where they speak Modbus TCP.
    pub tcp: SocketAddr,
    /// Where they speak in frames of a serial line, as behind a converter.
    pub rtu: SocketAddr,
}

impl Modbusd {
    /// Both units, as `server.py` says what they hold.
    pub fn start() -> Self {
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut units = Self { child: None, tcp: free(), rtu: free() };
        units.again();
        units
    }

    /// Starts them, also after [`Modbusd::vanish`], and waits until they listen.
    pub fn again(&mut self) {
        let ports = [self.tcp, self.rtu].map(|a| a.port().to_string());
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "/usr/bin/python3", "-c", SERVER])
            .args(ports)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.unwrap());
        let begun = Instant::now();
        while [self.tcp, self.rtu].iter().any(|a| TcpStream::connect(a).is_err()) {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "this test needs python3-pymodbus: run `make setup-test`");
            assert!(begun.elapsed() < Duration::from_secs(30), "pymodbus does not listen");
            thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn signal(&self, signal: Signal) {
        let id = self.child.as_ref().unwrap().id();
        kill_process(Pid::from_raw(id as i32).unwrap(), signal).unwrap();
    }

    pub fn vanish(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// A serial line to the units, on which every byte of an answer is disturbed while `noise` says so.
    pub fn serial(&self, noise: &Arc<AtomicBool>) -> PathBuf {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap().to_str().unwrap().into();
        let (mut to, mut from) = (File::from(master.try_clone().unwrap()), File::from(master));
        let mut units = TcpStream::connect(self.rtu).unwrap();
        let mut answers = units.try_clone().unwrap();
        let noise = Arc::clone(noise);
        thread::spawn(move || {
            let mut bytes = [0; 300];
            loop {
                match from.read(&mut bytes) {
                    Ok(n @ 1..) => units.write_all(&bytes[..n]).unwrap_or_default(),
                    // Nobody has opened the other end, or somebody closed it.
                    _ => thread::sleep(Duration::from_millis(5)),
                }
            }
        });
        thread::spawn(move || {
            let mut bytes = [0; 300];
            while let Ok(n @ 1..) = answers.read(&mut bytes) {
                let mask = if noise.load(Relaxed) { 0x10 } else { 0 };
                bytes[..n].iter_mut().for_each(|b| *b ^= mask);
                let _ = to.write_all(&bytes[..n]);
            }
        });
        path
    }
}

impl Drop for Modbusd {
    fn drop(&mut self) {
        self.vanish();
    }
}
