//! Asking and ordering by SNMP 1, 2c and 3 (RFC 1157, 1901, 3414, 3826), never longer than a deadline.

use std::fmt;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use snmp2::v3::{self, Auth, KeyExtension, Security};
use snmp2::{Oid, Pdu, SyncSession, Value};

use super::link::LinkError;
use super::object::{ObjectId, SetValue};

/// Equipment on the same site answers in milliseconds, a slow processor in it within a tenth of a second.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);
/// A datagram may be lost once.
const TRIES: u32 = 2;
/// Objects in one question: small agents have answers of 484 octets (RFC 1157, 4).
const OBJECTS_PER_QUESTION: usize = 8;
/// RFC 3414, 11.2: a shorter password can be guessed from the network.
const PASSWORD_BYTES_MIN: usize = 8;

/// Something that nobody shall read in a trace.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for those to whom it is said.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(not shown)")
    }
}

/// How a message is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthProtocol {
    /// HMAC-MD5-96 (RFC 3414), for old equipment alone.
    Md5,
    /// HMAC-SHA-96 (RFC 3414).
    Sha1,
    /// HMAC-SHA-256 (RFC 7860).
    Sha256,
    /// HMAC-SHA-512 (RFC 7860).
    Sha512,
}

/// How a message is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cipher {
    /// CBC-DES (RFC 3414), for old equipment alone.
    Des,
    /// CFB-AES-128 (RFC 3826).
    Aes128,
    /// AES-256 with the key extension that most makers use.
    Aes256,
}

/// What hides the messages of version 3.
#[derive(Clone, Debug)]
pub struct Privacy {
    /// With what.
    pub cipher: Cipher,
    /// Its password, 8 characters or more.
    pub password: Secret,
}

/// Who asks, and by which version of the protocol.
#[derive(Clone, Debug)]
pub enum SnmpAccess {
    /// Version 1: old boxes.
    V1(Secret),
    /// Version 2c.
    V2c(Secret),
    /// Version 3, always signed.
    V3 {
        /// The user.
        user: String,
        /// How messages are signed.
        auth: AuthProtocol,
        /// The password for it, 8 characters or more.
        password: Secret,
        /// What hides them; `None` when they are only signed.
        privacy: Option<Privacy>,
    },
}

/// One piece of equipment, asked over UDP.
pub struct SnmpLink {
    to: SocketAddr,
    access: SnmpAccess,
    session: Option<Box<SyncSession>>,
    /// Grows with each session, so that a late answer to an old question is none to a new one.
    first_request: i32,
}

impl SnmpLink {
    /// A link that is opened when it is first asked.
    pub fn new(to: SocketAddr, access: SnmpAccess) -> Self {
        Self { to, access, session: None, first_request: 1 }
    }

    /// What the objects say, in their order; `None` for one that the equipment does not have or that is no number.
    ///
    /// Takes at most a few seconds, whatever comes back.
    pub fn ask(&mut self, objects: &[&ObjectId]) -> Result<Vec<Option<f64>>, LinkError> {
        let mut answers = Vec::with_capacity(objects.len());
        for some in objects.chunks(OBJECTS_PER_QUESTION) {
            match self.question(some) {
                Ok(Some(told)) => answers.extend(told),
                // Version 1 answers a question with one unknown name by an error for the whole of it.
                Ok(None) => {
                    for one in some {
                        answers.push(self.question(&[one])?.and_then(|told| told.first().copied().flatten()));
                    }
                }
                Err(why) => return Err(why),
            }
        }
        Ok(answers)
    }

    /// Writes one object. That it answers is no proof: read back.
    pub fn set(&mut self, object: &ObjectId, value: &SetValue) -> Result<(), LinkError> {
        // Once only: an order whose answer was lost may have been obeyed.
        self.with_session(|session| {
            let value = match value {
                SetValue::Integer(i) => Value::Integer(*i),
                SetValue::Unsigned(u) => Value::Unsigned32(*u),
                SetValue::Text(text) => Value::OctetString(text.as_bytes()),
            };
            let pdu = session.set(&[(object.oid(), value)])?;
            Ok(pdu.error_status)
        })
        .and_then(|status| if status == 0 { Ok(()) } else { Err(LinkError::Refused(status)) })
    }

    /// `Ok(None)` is an error that the equipment told of the whole question.
    fn question(&mut self, objects: &[&ObjectId]) -> Result<Option<Vec<Option<f64>>>, LinkError> {
        let oids: Vec<&Oid<'_>> = objects.iter().map(|o| o.oid()).collect();
        let mut failed = LinkError::Silent;
        for _ in 0..TRIES {
            match self.with_session(|session| session.get_many(&oids).map(|pdu| told(&pdu, &oids))) {
                Ok(answer) => return answer,
                Err(why) => failed = why,
            }
        }
        Err(failed)
    }

    /// A session that erred is thrown away with its socket: what comes late finds nobody. A fault of the library met by a
    /// hostile answer is one more wrong answer.
    fn with_session<T>(
        &mut self,
        work: impl FnOnce(&mut SyncSession) -> Result<T, snmp2::Error>,
    ) -> Result<T, LinkError> {
        let mut session = match self.session.take() {
            Some(session) => session,
            None => self.open()?,
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let outcome = work(&mut session);
            (outcome, session)
        }));
        match outcome {
            Ok((Ok(value), session)) => {
                self.session = Some(session);
                Ok(value)
            }
            Ok((Err(snmp2::Error::AuthUpdated), session)) => {
                // The equipment's own clock moved on; the session knows it now.
                self.session = Some(session);
                Err(LinkError::Barred)
            }
            Ok((Err(why), _)) => Err(link_error(&why)),
            Err(_) => Err(LinkError::Nonsense),
        }
    }

    fn open(&mut self) -> Result<Box<SyncSession>, LinkError> {
        let (to, within, first) = (self.to, Some(ANSWER_WITHIN), self.first_request);
        self.first_request = self.first_request.checked_add(10_000).unwrap_or(1);
        let opened = match &self.access {
            SnmpAccess::V1(community) => SyncSession::new_v1(to, community.0.as_bytes(), within, first),
            SnmpAccess::V2c(community) => SyncSession::new_v2c(to, community.0.as_bytes(), within, first),
            SnmpAccess::V3 { user, auth, password, privacy } => {
                let security = security(user, *auth, password, privacy.as_ref()).ok_or(LinkError::Barred)?;
                SyncSession::new_v3(to, within, first, security)
            }
        };
        let mut session = Box::new(opened.map_err(|_| LinkError::Silent)?);
        let greeted = catch_unwind(AssertUnwindSafe(|| session.init())).unwrap_or(Err(snmp2::Error::AsnParse));
        greeted.map_err(|e| link_error(&e))?;
        Ok(session)
    }
}

/// `None` when a password is too short to be one.
fn security(user: &str, auth: AuthProtocol, password: &Secret, privacy: Option<&Privacy>) -> Option<Security> {
    let fit = |s: &Secret| s.0.len() >= PASSWORD_BYTES_MIN;
    if !fit(password) || privacy.is_some_and(|p| !fit(&p.password)) {
        return None;
    }
    let protocol = match auth {
        AuthProtocol::Md5 => v3::AuthProtocol::Md5,
        AuthProtocol::Sha1 => v3::AuthProtocol::Sha1,
        AuthProtocol::Sha256 => v3::AuthProtocol::Sha256,
        AuthProtocol::Sha512 => v3::AuthProtocol::Sha512,
    };
    let security = Security::new(user.as_bytes(), password.0.as_bytes()).with_auth_protocol(protocol);
    let Some(privacy) = privacy else { return Some(security.with_auth(Auth::AuthNoPriv)) };
    let cipher = match privacy.cipher {
        Cipher::Des => v3::Cipher::Des,
        Cipher::Aes128 => v3::Cipher::Aes128,
        Cipher::Aes256 => v3::Cipher::Aes256,
    };
    let auth = Auth::AuthPriv { cipher, privacy_password: privacy.password.0.as_bytes().to_vec() };
    Some(security.with_auth(auth).with_key_extension_method(KeyExtension::Reeder))
}

fn link_error(why: &snmp2::Error) -> LinkError {
    use snmp2::Error as E;
    match why {
        E::Send | E::Receive => LinkError::Silent,
        E::AuthFailure(_) | E::Crypto(_) | E::AuthUpdated | E::CommunityMismatch => LinkError::Barred,
        _ => LinkError::Nonsense,
    }
}

/// The numbers for these names, in their order; an answer with other names than were asked for is none.
fn told(pdu: &Pdu<'_>, asked: &[&Oid<'_>]) -> Result<Option<Vec<Option<f64>>>, LinkError> {
    if pdu.error_status != 0 {
        return if asked.len() == 1 { Ok(Some(vec![None])) } else { Ok(None) };
    }
    let mut numbers = Vec::with_capacity(asked.len());
    for (name, value) in pdu.varbinds.clone().take(asked.len()) {
        if asked.get(numbers.len()).is_none_or(|a| **a != name) {
            return Err(LinkError::Nonsense);
        }
        numbers.push(number(&value));
    }
    if numbers.len() == asked.len() { Ok(Some(numbers)) } else { Err(LinkError::Nonsense) }
}

/// A number, or a text that begins with one, such as `94.0 MHz`.
fn number(value: &Value<'_>) -> Option<f64> {
    let number = match value {
        Value::Boolean(b) => f64::from(u8::from(*b)),
        Value::Integer(i) => *i as f64,
        Value::Counter32(u) | Value::Unsigned32(u) | Value::Timeticks(u) => f64::from(*u),
        Value::Counter64(u) => *u as f64,
        Value::OctetString(bytes) => return leading_number(bytes),
        // Net-SNMP and some exciters wrap a float so (draft-perkins-opaque, tag 0x9F78).
        Value::Opaque([0x9f, 0x78, 4, bytes @ ..]) => f64::from(f32::from_be_bytes(bytes.try_into().ok()?)),
        _ => return None,
    };
    number.is_finite().then_some(number)
}

fn leading_number(bytes: &[u8]) -> Option<f64> {
    // A reading is a few digits; what is longer is a story.
    let text = std::str::from_utf8(bytes.get(..bytes.len().min(40))?).ok()?.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',' | '-' | '+')).unwrap_or(text.len());
    text[..end].replace(',', ".").parse().ok().filter(|n: &f64| n.is_finite())
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;
    use std::thread;
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_text_with_a_number_at_its_front_is_a_reading() {
        for (text, value) in
            [("94.0 MHz", Some(94.0)), (" -12,5dB", Some(-12.5)), ("on", None), ("", None), ("1.2.3", None)]
        {
            assert_eq!(number(&Value::OctetString(text.as_bytes())), value, "{text}");
        }
        assert_eq!(number(&Value::Opaque(&[0x9f, 0x78, 4, 0x43, 0xf0, 0x40, 0])), Some(480.5));
        assert_eq!(number(&Value::Opaque(&[0x9f, 0x78, 4, 0x7f, 0x80, 0, 0])), None);
        assert_eq!(number(&Value::Null), None);
    }

    /// Equipment that answers each question with what `answer` makes of it.
    fn equipment(answer: impl Fn(&[u8]) -> Vec<Vec<u8>> + Send + 'static) -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        thread::spawn(move || {
            let mut question = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut question) {
                for datagram in answer(&question[..length]) {
                    let _ = socket.send_to(&datagram, from);
                }
            }
        });
        address
    }

    fn asked(to: SocketAddr, access: SnmpAccess) -> (Result<Vec<Option<f64>>, LinkError>, Duration) {
        let object: ObjectId = "1.3.6.1.2.1.1.3.0".parse().unwrap();
        let begun = Instant::now();
        let answer = SnmpLink::new(to, access).ask(&[&object]);
        (answer, begun.elapsed())
    }

    fn community() -> SnmpAccess {
        SnmpAccess::V2c(Secret::new("public"))
    }

    #[test]
    fn equipment_that_lies_or_floods_is_told_from_one_that_answers() {
        let echo = |question: &[u8]| vec![question.to_vec()];
        let junk = |_: &[u8]| vec![vec![0xff; 1400]; 50];
        let cut = |question: &[u8]| vec![question[..question.len() / 2].to_vec()];
        for lie in [equipment(echo), equipment(junk), equipment(cut)] {
            let (answer, took) = asked(lie, community());
            assert_eq!(answer, Err(LinkError::Nonsense));
            assert!(took < Duration::from_secs(3));
        }
        let greeted_with_junk = SnmpAccess::V3 {
            user: "mikado".into(),
            auth: AuthProtocol::Sha1,
            password: Secret::new("long enough"),
            privacy: None,
        };
        assert!(asked(equipment(junk), greeted_with_junk).0.is_err());
    }

    #[test]
    fn equipment_that_says_nothing_is_waited_for_twice_and_no_more() {
        let (answer, took) = asked(equipment(|_| Vec::new()), community());
        assert_eq!(answer, Err(LinkError::Silent));
        assert!(took < TRIES * ANSWER_WITHIN + Duration::from_secs(1));
    }

    #[test]
    fn what_is_secret_is_never_shown_and_a_short_password_is_none() {
        let access = SnmpAccess::V3 {
            user: "mikado".into(),
            auth: AuthProtocol::Sha256,
            password: Secret::new("s3cret"),
            privacy: Some(Privacy { cipher: Cipher::Aes128, password: Secret::new("s3cret too") }),
        };
        let shown = format!("{access:?} {:?}", SnmpAccess::V1(Secret::new("s3cret")));
        assert!(!shown.contains("s3cret"), "{shown}");
        assert_eq!(asked("127.0.0.1:9".parse().unwrap(), access).0, Err(LinkError::Barred));
    }
}
