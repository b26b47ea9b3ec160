//! Who is told of a site's conditions, when and in which words.
//!
//! A reader is not sent events: what they were told last is remembered, and when what lasts differs from it they are told the
//! difference. So a condition that came and went meanwhile costs nothing, what could not be sent is in the next message, and
//! nothing can pile up. [`Notices`] decides and is told the time; [`Notice`] is what a message says.

mod heart;
mod memory;
mod text;

use std::path::PathBuf;
use std::time::Duration;

use domain::{Finding, Severity, SiteId};
use hardware::encoder::LineAddress;
use hardware::modem::Number;
use jiff::Timestamp;
use jiff::civil::Time;

use crate::config::Password;

pub use heart::{Notices, UNTOLD_AFTER};
pub use memory::Memory;
pub use text::{Kind, Notice};

/// Everything that the config says of notices.
#[derive(Clone, Debug, Default)]
pub struct NoticeOptions {
    /// How long a condition must last before anybody is told.
    pub after: Duration,
    /// Who is told, at most [`NoticeOptions::READERS_MAX`].
    pub readers: Vec<Reader>,
    /// Where mail goes out.
    pub mail: Option<MailOptions>,
    /// The modem of this machine.
    pub modem: Option<ModemOptions>,
    /// A gateway that sends short messages; used when the modem fails, or there is none.
    pub gateway: Option<GatewayOptions>,
}

impl NoticeOptions {
    /// A station has a few technicians; whoever needs more names a list at the mail server.
    pub const READERS_MAX: usize = 32;
    /// Long enough for a process that starts again, short enough to be told within a minute.
    pub const AFTER_USUAL: Duration = Duration::from_secs(30);
}

/// One person at one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Their name.
    pub name: String,
    /// Where they read.
    pub address: Address,
    /// The sites that they hear of; empty means all.
    pub sites: Vec<SiteId>,
    /// They hear of nothing less than this.
    pub least: Severity,
    /// From when to when, in the station's time, only what takes the sound away is told.
    pub quiet: Option<(Time, Time)>,
    /// When they are told each day how all is, so that no news is never good news.
    pub daily: Option<Time>,
}

impl Reader {
    /// Whether they hear of this site.
    pub fn hears_of(&self, site: SiteId) -> bool {
        self.sites.is_empty() || self.sites.contains(&site)
    }
}

/// Where somebody reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// By mail.
    Mail(String),
    /// By short message.
    Sms(Number),
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Mail(address) => f.write_str(address),
            Self::Sms(number) => write!(f, "{number}"),
        }
    }
}

/// How a mail server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Encrypted from the first byte (RFC 8314, usually port 465).
    Tls,
    /// Encrypted before anything is said that matters (RFC 3207, usually port 587).
    StartTls,
    /// In the clear: a server of this machine or of its own network.
    Clear,
}

/// A mail server.
#[derive(Clone, Debug)]
pub struct MailOptions {
    /// Its name, which its certificate must carry.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub security: Security,
    /// Authorities that are trusted in place of the usual ones, as PEM.
    pub authorities: Option<PathBuf>,
    /// Who signs in.
    pub user: Option<(String, Password)>,
    /// Whose name stands on the mail.
    pub from: String,
}

/// A GSM modem of this machine.
#[derive(Clone, Debug)]
pub struct ModemOptions {
    /// Its line.
    pub address: LineAddress,
    /// What opens its card.
    pub pin: Option<Password>,
}

/// A server that sends short messages for us.
#[derive(Clone, Debug)]
pub struct GatewayOptions {
    /// Where it takes them, by POST.
    pub url: String,
    /// What proves who we are, sent as `Authorization: Bearer`.
    pub token: Option<Password>,
    /// The field of the number.
    pub to_field: String,
    /// The field of the text.
    pub text_field: String,
    /// Fields that are always the same.
    pub fields: Vec<(String, String)>,
    /// Whether fields go as JSON; otherwise as a form.
    pub is_json: bool,
}

/// Something that lasts at a site.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The site.
    pub site: SiteId,
    /// What it is, in both languages.
    pub finding: Finding,
    /// Since when.
    pub since: Timestamp,
}
