//! What a client is answered: a status that its program understands, and a sentence for the person behind it.

use jiff::Timestamp;

use crate::rights::Refusal;

/// An answer that ends a connection, or lets sound follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    status: &'static str,
    header: &'static str,
    text: String,
}

impl Answer {
    fn new(status: &'static str, fr: impl AsRef<str>, en: impl AsRef<str>) -> Self {
        Self { status, header: "", text: format!("{}\n{}\n", fr.as_ref(), en.as_ref()) }
    }

    /// Its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let Self { status, header, text } = self;
        let length = text.len();
        let plain = "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\nConnection: close";
        format!("HTTP/1.0 {status}\r\nServer: Mikado\r\n{header}{plain}\r\nContent-Length: {length}\r\n\r\n{text}")
            .into_bytes()
    }
}

/// Sound may follow.
pub const SEND: &[u8] = b"HTTP/1.0 200 OK\r\nServer: Mikado\r\n\r\n";
/// Sound may follow, for those who wait for it.
pub const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// What may be done here.
pub fn options() -> Answer {
    Answer { header: "Allow: SOURCE, PUT, GET, OPTIONS\r\n", ..Answer::new("200 OK", "Bonjour.", "Hello.") }
}

/// A title was told; nobody needs it.
pub fn title() -> Answer {
    let text = "<?xml version=\"1.0\"?>\n<iceresponse><message>Metadata update successful</message><return>1</return></iceresponse>\n";
    Answer { status: "200 OK", header: "", text: text.to_owned() }
}

/// Somebody looks.
pub fn page(fr: impl AsRef<str>, en: impl AsRef<str>) -> Answer {
    Answer::new("200 OK", fr, en)
}

/// No HTTP.
pub fn not_http() -> Answer {
    Answer::new(
        "400 Bad Request",
        "Ici parle le protocole source d’Icecast : réglez votre programme sur « Icecast 2 ».",
        "Icecast's source protocol is spoken here: set your program to “Icecast 2”.",
    )
}

/// HTTP, but not this.
pub fn not_here() -> Answer {
    Answer::new("405 Method Not Allowed", "Cela ne se fait pas ici.", "That is not done here.")
}

/// Too slow, or too long.
pub fn too_slow() -> Answer {
    Answer::new(
        "408 Request Timeout",
        "La demande n’est pas arrivée entière en 10 s.",
        "The request did not arrive whole within 10 s.",
    )
}

/// Too long.
pub fn too_long() -> Answer {
    Answer::new("431 Request Header Fields Too Large", "La demande est trop longue.", "The request is too long.")
}

/// No password, or none that fits.
pub fn refused(why: Option<Refusal>) -> Answer {
    let locked = |fr: String, en: String| Answer::new("403 Forbidden", fr, en);
    match why {
        Some(Refusal::NotYet(from)) => locked(
            format!("Ce droit d’antenne commence le {} UTC.", minute(from)),
            format!("This right to the air begins on {} UTC.", minute(from)),
        ),
        Some(Refusal::Over(until)) => locked(
            format!("Ce droit d’antenne a fini le {} UTC. Demandez-en un autre.", minute(until)),
            format!("This right to the air ended on {} UTC. Ask for another.", minute(until)),
        ),
        Some(Refusal::Unknown) | None => Answer {
            header: "WWW-Authenticate: Basic realm=\"Mikado\"\r\n",
            ..Answer::new(
                "401 Unauthorized",
                "Ce mot de passe n’ouvre pas cette antenne. Vérifiez-le auprès de qui vous l’a donné.",
                "This password does not open this air. Check it with whoever gave it to you.",
            )
        },
    }
}

/// Wrong too often.
pub fn wait() -> Answer {
    Answer {
        header: "Retry-After: 10\r\n",
        ..Answer::new(
            "429 Too Many Requests",
            "Trop de mots de passe faux : attendez dix secondes.",
            "Too many wrong passwords: wait ten seconds.",
        )
    }
}

/// Somebody has the line already.
pub fn taken(who: &str) -> Answer {
    Answer::new(
        "403 Mountpoint in use",
        format!(
            "{who} est déjà en ligne sur ce site. Une seule source à la fois : attendez la fin, ou faites retirer son droit."
        ),
        format!("{who} is already on this site's line. One source at a time: wait, or have their right taken back."),
    )
}

/// Sound that nobody here can decode.
pub fn no_format() -> Answer {
    Answer::new(
        "415 Unsupported Media Type",
        "Envoyez de l’Opus, du Vorbis ou du FLAC dans Ogg, ou du MP3.",
        "Send Opus, Vorbis or FLAC in Ogg, or MP3.",
    )
}

/// The right cannot be judged, or nothing can be started.
pub fn not_now(fr: &str, en: &str) -> Answer {
    Answer::new("503 Service Unavailable", fr, en)
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M").to_string()
}
