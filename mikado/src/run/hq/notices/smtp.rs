//! Mail handed to a server by SMTP (RFC 5321), encrypted (RFC 3207, RFC 8314), signed in (RFC 4954).
//!
//! The whole talk has one deadline and one limit of bytes: a server that hangs, drips or floods costs a mail and no more.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::notices::{MailOptions, Security};

/// From the first byte to the last: a satellite's round trips and a server that looks a sender up.
pub const TALK_WITHIN: Duration = Duration::from_secs(40);
/// Greetings and replies are lines; a certificate chain is some kilobytes.
const BYTES_MAX: usize = 128 * 1024;
/// A reply is a handful of lines (RFC 5321, 4.5.3.1.5: 512 bytes each).
const REPLY_LINES_MAX: usize = 64;

/// Why a mail did not go out.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// The server cannot be reached, ended the talk or takes too long.
    #[error("{0}")]
    Line(#[from] io::Error),
    /// It offers no encryption, and none but that was allowed.
    #[error("the server does not encrypt")]
    Clear,
    /// It answered something else than was hoped for, in its own words.
    #[error("{said}")]
    Refused {
        /// The step that was refused.
        step: Step,
        /// The server's words, one line.
        said: String,
    },
}

/// A step of the talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its greeting, or ours.
    Greeting,
    /// Who we are.
    SignIn,
    /// The sender.
    From,
    /// The one recipient.
    To,
    /// The mail itself.
    Text,
}

/// Sends one mail; `None` in place of it only signs in and leaves.
///
/// # Errors
/// Why it did not go out.
pub fn deliver(options: &MailOptions, mail: Option<(&str, &str)>, within: Duration) -> Result<(), SmtpError> {
    let password = options.user.as_ref().map(|(user, password)| Ok::<_, io::Error>((user, password.read()?)));
    let password = password.transpose()?;
    let line = Timed::connect(&options.host, options.port, within)?;
    let mut talk = match options.security {
        Security::Tls => Talk::greeted(Box::new(encrypted(options, line)?))?,
        Security::Clear => Talk::greeted(Box::new(line))?,
        Security::StartTls => {
            let mut talk = Talk::greeted(Box::new(line.again()?))?;
            if !talk.hello()?.iter().any(|l| l.eq_ignore_ascii_case("STARTTLS")) {
                return Err(SmtpError::Clear);
            }
            talk.say(Step::Greeting, "STARTTLS", 220)?;
            // What came behind that reply came from somebody on the way (RFC 3207, 6).
            if talk.has_more() {
                return Err(SmtpError::Clear);
            }
            Talk::new(Box::new(encrypted(options, line)?))
        }
    };
    let offers = talk.hello()?;
    if let Some((user, password)) = password {
        talk.sign_in(&offers, user, &password)?;
    }
    if let Some((to, text)) = mail {
        talk.say(Step::From, &format!("MAIL FROM:<{}>", options.from), 250)?;
        talk.say(Step::To, &format!("RCPT TO:<{to}>"), 250)?;
        talk.say(Step::Text, "DATA", 354)?;
        talk.say(Step::Text, &format!("{}\r\n.", stuffed(text)), 250)?;
    }
    // It has taken the mail; how it says goodbye changes nothing.
    let _ = talk.say(Step::Greeting, "QUIT", 221);
    Ok(())
}

/// Lines end in CR LF, and one that begins with a point has another before it (RFC 5321, 4.5.2).
fn stuffed(text: &str) -> String {
    let lines = text.lines().map(|l| if l.starts_with('.') { format!(".{l}") } else { l.to_owned() });
    lines.collect::<Vec<_>>().join("\r\n")
}

fn encrypted(options: &MailOptions, line: Timed) -> io::Result<StreamOwned<ClientConnection, Timed>> {
    let mut roots = RootCertStore::empty();
    match &options.authorities {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            for certificate in CertificateDer::pem_file_iter(file).map_err(io::Error::other)? {
                roots.add(certificate.map_err(io::Error::other)?).map_err(io::Error::other)?;
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(io::Error::other)?.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from(options.host.clone()).map_err(io::Error::other)?;
    let connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    Ok(StreamOwned::new(connection, line))
}

trait Line: Read + Write {}
impl<T: Read + Write> Line for T {}

/// A connection with one deadline and a limit of bytes for all that comes.
struct Timed {
    stream: TcpStream,
    deadline: Instant,
    left: usize,
}

impl Timed {
    fn connect(host: &str, port: u16, within: Duration) -> io::Result<Self> {
        let deadline = Instant::now() + within;
        let mut why = io::Error::new(ErrorKind::NotFound, "no address of this name");
        for address in (host, port).to_socket_addrs()?.take(4) {
            match TcpStream::connect_timeout(&address, within / 4) {
                Ok(stream) => return Ok(Self { stream, deadline, left: BYTES_MAX }),
                Err(e) => why = e,
            }
        }
        Err(why)
    }

    fn again(&self) -> io::Result<Self> {
        Ok(Self { stream: self.stream.try_clone()?, deadline: self.deadline, left: self.left })
    }

    fn rest(&self) -> io::Result<Duration> {
        let rest = self.deadline.saturating_duration_since(Instant::now());
        if rest.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(rest) }
    }
}

impl Read for Timed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.rest()?))?;
        let n = self.stream.read(into).map_err(late)?;
        self.left = self.left.checked_sub(n).ok_or_else(|| io::Error::other("the server floods"))?;
        Ok(n)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.rest()?))?;
        self.stream.write(bytes).map_err(late)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A socket's deadline passes as “would block”, which says nothing to people.
fn late(why: io::Error) -> io::Error {
    if why.kind() == ErrorKind::WouldBlock { ErrorKind::TimedOut.into() } else { why }
}

struct Talk {
    line: Box<dyn Line>,
    heard: Vec<u8>,
}

impl Talk {
    fn new(line: Box<dyn Line>) -> Self {
        Self { line, heard: Vec::new() }
    }

    fn greeted(line: Box<dyn Line>) -> Result<Self, SmtpError> {
        let mut talk = Self::new(line);
        talk.reply(Step::Greeting, 220)?;
        Ok(talk)
    }

    fn has_more(&self) -> bool {
        !self.heard.is_empty()
    }

    /// What the server can do, a line each.
    fn hello(&mut self) -> Result<Vec<String>, SmtpError> {
        self.say(Step::Greeting, "EHLO [127.0.0.1]", 250)
    }

    fn sign_in(&mut self, offers: &[String], user: &str, password: &str) -> Result<(), SmtpError> {
        let ways = offers.iter().find(|l| l.to_ascii_uppercase().starts_with("AUTH ")).cloned().unwrap_or_default();
        let offered = |way: &str| ways.split(' ').any(|w| w.eq_ignore_ascii_case(way));
        if offered("PLAIN") || !offered("LOGIN") {
            let plain = STANDARD.encode(format!("\0{user}\0{password}"));
            return self.say(Step::SignIn, &format!("AUTH PLAIN {plain}"), 235).map(drop);
        }
        self.say(Step::SignIn, "AUTH LOGIN", 334)?;
        self.say(Step::SignIn, &STANDARD.encode(user), 334)?;
        self.say(Step::SignIn, &STANDARD.encode(password), 235).map(drop)
    }

    fn say(&mut self, step: Step, command: &str, hoped: u16) -> Result<Vec<String>, SmtpError> {
        self.line.write_all(command.as_bytes()).and_then(|()| self.line.write_all(b"\r\n"))?;
        self.line.flush()?;
        self.reply(step, hoped)
    }

    /// The lines of a reply without their code.
    fn reply(&mut self, step: Step, hoped: u16) -> Result<Vec<String>, SmtpError> {
        let mut lines = Vec::new();
        loop {
            let line = self.line()?;
            let (code, rest) = line.split_at_checked(3).unwrap_or(("", &line));
            if code.parse() != Ok(hoped) || lines.len() >= REPLY_LINES_MAX {
                let said = line.chars().filter(|c| !c.is_control()).take(200).collect();
                return Err(SmtpError::Refused { step, said });
            }
            let is_last = !rest.starts_with('-');
            lines.push(rest.get(1..).unwrap_or_default().trim().to_owned());
            if is_last {
                return Ok(lines);
            }
        }
    }

    fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.heard.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.heard.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            let mut buffer = [0; 1_024];
            match self.line.read(&mut buffer)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                n => self.heard.extend_from_slice(&buffer[..n]),
            }
        }
    }
}
