//! The request and the answer that open a source connection: HTTP PUT whose body never ends.

use std::io::{self, Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::icecast::IcecastOptions;

/// An answer's head longer than this is no Icecast server.
const HEAD_BYTES_MAX: usize = 8 * 1024;

/// Why a server does not take the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// User or password.
    Password,
    /// Anything else, in the server's own words.
    Other(String),
}

/// Asks the server to take the stream; `None` means that it does.
pub(super) fn handshake(
    socket: &mut (impl Read + Write),
    options: &IcecastOptions,
    content_type: &str,
) -> io::Result<Option<Refusal>> {
    socket.write_all(request(options, content_type).as_bytes())?;
    let head = read_head(socket)?;
    Ok(refusal(&head))
}

fn request(options: &IcecastOptions, content_type: &str) -> String {
    let credentials = STANDARD.encode(format!("{}:{}", options.user, options.password.reveal()));
    let mount = one_line(&options.mount).replace(' ', "%20");
    format!(
        "PUT {mount} HTTP/1.1\r\nHost: {}:{}\r\nAuthorization: Basic {credentials}\r\nUser-Agent: mikado/{}\r\n\
         Content-Type: {content_type}\r\nIce-Public: 0\r\nIce-Name: {}\r\n\
         Ice-Audio-Info: samplerate=48000;channels=2\r\nExpect: 100-continue\r\n\r\n",
        one_line(&options.host),
        options.port,
        env!("CARGO_PKG_VERSION"),
        one_line(&options.name),
    )
}

/// A setting cannot smuggle a header into the request.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

fn read_head(socket: &mut impl Read) -> io::Result<String> {
    let mut head = Vec::with_capacity(256);
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if socket.read(&mut byte)? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it closed the connection without an answer"));
        }
        head.push(byte[0]);
        if head.len() > HEAD_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its answer is not HTTP"));
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn refusal(head: &str) -> Option<Refusal> {
    let status = head.lines().next().unwrap_or_default();
    let code = status.split_whitespace().nth(1).and_then(|c| c.parse::<u16>().ok());
    match code {
        Some(100 | 200) => None,
        Some(401) => Some(Refusal::Password),
        _ => Some(Refusal::Other(status.chars().filter(|c| !c.is_control()).take(120).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::Secret;

    struct Peer {
        answer: io::Cursor<Vec<u8>>,
        heard: Vec<u8>,
    }

    impl Read for Peer {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            self.answer.read(buf)
        }
    }

    impl Write for Peer {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            self.heard.write(buf)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn check(answer: &[u8]) -> (io::Result<Option<Refusal>>, String) {
        let options = IcecastOptions {
            host: "h".into(),
            port: 8000,
            mount: "/gao.opus".into(),
            user: "source".into(),
            password: Secret::new("hackme"),
            name: "Gao\r\nEvil: yes".into(),
        };
        let mut peer = Peer { answer: io::Cursor::new(answer.to_vec()), heard: Vec::new() };
        let result = handshake(&mut peer, &options, "audio/ogg");
        (result, String::from_utf8(peer.heard).unwrap())
    }

    #[test]
    fn the_answers_of_servers_are_understood() {
        assert_eq!(check(b"HTTP/1.1 100 Continue\r\n\r\n").0.unwrap(), None);
        assert_eq!(check(b"HTTP/1.0 200 OK\r\nServer: x\r\n\r\n").0.unwrap(), None);
        assert_eq!(check(b"HTTP/1.0 401 Unauthorized\r\n\r\n").0.unwrap(), Some(Refusal::Password));
        let busy = "HTTP/1.0 403 Mountpoint in use";
        assert_eq!(check(format!("{busy}\r\n\r\n").as_bytes()).0.unwrap(), Some(Refusal::Other(busy.into())));
        assert!(check(b"").0.is_err());
        assert!(check(&b"x".repeat(20_000)).0.is_err());
    }

    #[test]
    fn a_name_cannot_smuggle_a_header() {
        let heard = check(b"HTTP/1.1 100 Continue\r\n\r\n").1;
        assert!(heard.starts_with("PUT /gao.opus HTTP/1.1\r\n"));
        assert!(heard.contains("Authorization: Basic c291cmNlOmhhY2ttZQ==\r\n"));
        assert!(heard.contains("Ice-Name: GaoEvil: yes\r\n"));
    }
}
