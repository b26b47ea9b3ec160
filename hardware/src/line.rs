//! A line to a device, serial or TCP, on which nothing is waited for longer than a deadline.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use rustix::termios::{ControlModes, OptionalActions, isatty, tcgetattr, tcsetattr};

/// A site's own network answers in milliseconds.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// A line of 2400 baud brings a byte every 4 ms.
const LOOK: Duration = Duration::from_millis(4);

/// Where a device is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineAddress {
    /// On the network, or behind a converter.
    Tcp(SocketAddr),
    /// At a serial port, 8 bits, one stop bit.
    Serial {
        /// The device, best by its stable name in `/dev/serial/by-id`.
        path: PathBuf,
        /// Bits per second.
        baud: u32,
        /// The bit that checks the others.
        parity: Parity,
    },
}

/// The bit that checks the others of a serial line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parity {
    /// There is none.
    #[default]
    None,
    /// It makes their sum even.
    Even,
    /// It makes their sum odd.
    Odd,
}

/// An open line.
pub struct Line(Box<dyn Port>);

trait Port: Read + Write + Send {}
impl Port for TcpStream {}
impl Port for File {}

impl Line {
    /// Opens it.
    pub fn open(address: &LineAddress) -> io::Result<Self> {
        match address {
            LineAddress::Tcp(to) => {
                let stream = TcpStream::connect_timeout(to, CONNECT_WITHIN)?;
                stream.set_nonblocking(true)?;
                stream.set_nodelay(true)?;
                Ok(Self(Box::new(stream)))
            }
            LineAddress::Serial { path, baud, parity } => Ok(Self(Box::new(serial(path, *baud, *parity)?))),
        }
    }

    /// Writes all of it, or fails after `within`.
    pub fn send(&mut self, mut bytes: &[u8], within: Duration) -> io::Result<()> {
        let begun = Instant::now();
        while !bytes.is_empty() {
            match self.0.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(n) => bytes = &bytes[n..],
                Err(e) if e.kind() == ErrorKind::WouldBlock && begun.elapsed() < within => thread::sleep(LOOK),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// What is there, waiting for it until `deadline`; 0 when nothing came. A line that ended is an error.
    pub fn receive(&mut self, into: &mut [u8], deadline: Instant) -> io::Result<usize> {
        loop {
            match self.0.read(into) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(n) => return Ok(n),
                Err(e) if e.kind() == ErrorKind::WouldBlock && Instant::now() < deadline => thread::sleep(LOOK),
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(0),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }
}

/// Raw, without flow control: an encoder that holds its hand up would hold us.
fn serial(path: &Path, baud: u32, parity: Parity) -> io::Result<File> {
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    let port = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path)?;
    if !isatty(&port) {
        return Err(io::Error::new(ErrorKind::InvalidInput, "not a serial port"));
    }
    let mut settings = tcgetattr(&port)?;
    settings.make_raw();
    settings.control_modes |= ControlModes::CLOCAL | ControlModes::CREAD;
    settings.control_modes -= ControlModes::CSTOPB | ControlModes::CRTSCTS | ControlModes::PARODD;
    settings.control_modes |= match parity {
        Parity::None => ControlModes::empty(),
        Parity::Even => ControlModes::PARENB,
        Parity::Odd => ControlModes::PARENB | ControlModes::PARODD,
    };
    settings.set_speed(baud)?;
    tcsetattr(&port, OptionalActions::Flush, &settings)?;
    Ok(port)
}
