//! What a person orders of a site's transmitter: `hand.order` beside the site's plans, and `hand.answer`, what became of it.
//!
//! The pages and `mikado transmitter` write the one, the air process the other; neither waits for the other. An order is for now:
//! one that is a minute old is not carried out any more, nor one that lay there before the air process began.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use domain::SiteId;
use hardware::transmitter::{Unit, Wish};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::rights::{PERSON_CHARS_MAX, letters};
use crate::speech::Said;

/// An order of which nothing was heard for so long is not for now.
pub const FRESH: SignedDuration = SignedDuration::from_mins(1);
/// The shortest reason that says something, and the longest that stands in a line.
pub const REASON_CHARS: std::ops::RangeInclusive<usize> = 3..=200;
/// A file longer than this is neither.
const FILE_BYTES_MAX: u64 = 8 * 1024;

/// What may be ordered, as it is written in files, arguments and forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// The carrier off.
    CarrierOff,
    /// The carrier on.
    CarrierOn,
    /// The main exciter.
    ExciterMain,
    /// The standby exciter.
    ExciterStandby,
}

impl Word {
    /// What it means to the transmitter.
    pub const fn wish(self) -> Wish {
        match self {
            Self::CarrierOff => Wish::CarrierOff,
            Self::CarrierOn => Wish::CarrierOn,
            Self::ExciterMain => Wish::Exciter(Unit::Main),
            Self::ExciterStandby => Wish::Exciter(Unit::Standby),
        }
    }

    /// What it does to a site, for whoever is about to order it.
    pub fn does(self, site: SiteId) -> Said {
        match self {
            Self::CarrierOff => Said::new(
                format!(
                    "coupe la porteuse de {site} : personne n'entend plus ce site, jusqu'à ce qu'une personne la rétablisse"
                ),
                format!(
                    "switches the carrier of {site} off: nobody hears this site any more, until a person switches it on"
                ),
            ),
            Self::CarrierOn => Said::new(
                format!("rétablit la porteuse de {site} : personne ne doit travailler au pylône"),
                format!("switches the carrier of {site} on: nobody must be working at the mast"),
            ),
            Self::ExciterMain => Said::new(
                format!("met l'excitateur principal de {site} en service"),
                format!("puts the main exciter of {site} on"),
            ),
            Self::ExciterStandby => Said::new(
                format!("met l'excitateur de secours de {site} en service"),
                format!("puts the standby exciter of {site} on"),
            ),
        }
    }
}

/// One order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its name, which no other has.
    pub id: String,
    /// When it was given.
    #[serde(with = "crate::wire::time")]
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What.
    pub word: Word,
    /// Why.
    pub reason: String,
}

/// How an order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// It was carried out and read back.
    Obeyed,
    /// It was not carried out, for a reason.
    Refused,
    /// It was sent, and the equipment did not take it or did not obey.
    Failed,
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Of which order.
    pub id: String,
    /// When.
    #[serde(with = "crate::wire::time")]
    pub at: Timestamp,
    /// How.
    pub end: End,
    /// The French sentence.
    pub fr: String,
    /// The English sentence.
    pub en: String,
}

impl Order {
    /// An order of now.
    ///
    /// # Errors
    /// The sentence, when the reason or the name says nothing, or the machine has no random numbers.
    pub fn new(word: Word, by: &str, reason: &str, at: Timestamp) -> Result<Self, Said> {
        let (by, reason) = (by.trim().to_owned(), reason.trim().to_owned());
        let id = letters::<12>().ok_or_else(|| {
            Said::new(
                "Cette machine n'a pas donné de nombres aléatoires. Réessayez.",
                "This machine gave no random numbers. Try again.",
            )
        })?;
        let order = Self { id, at, by, word, reason };
        if order.is_sound() {
            return Ok(order);
        }
        let (least, most) = (REASON_CHARS.start(), REASON_CHARS.end());
        Err(Said::new(
            format!("Un ordre demande une raison de {least} à {most} caractères, sur une ligne."),
            format!("An order needs a reason of {least} to {most} characters, in one line."),
        ))
    }

    /// Whether it is one that may stand in a line.
    fn is_sound(&self) -> bool {
        let plain = |text: &str| !text.chars().any(char::is_control);
        let chars = |text: &str| text.chars().count();
        plain(&self.id)
            && (1..=64).contains(&self.id.len())
            && plain(&self.by)
            && (1..=PERSON_CHARS_MAX).contains(&chars(&self.by))
            && plain(&self.reason)
            && REASON_CHARS.contains(&chars(&self.reason))
    }

    /// Reads a site's last order; `None` when there was none yet.
    ///
    /// # Errors
    /// When it cannot be read or is no order.
    pub fn read(site_dir: &Path) -> io::Result<Option<Self>> {
        let order: Option<Self> = read(&order_path(site_dir))?;
        match order {
            Some(order) if !order.is_sound() => Err(io::ErrorKind::InvalidData.into()),
            order => Ok(order),
        }
    }

    /// Lays it down for the site: whole or not at all.
    ///
    /// # Errors
    /// When the disk does.
    pub fn write(&self, site_dir: &Path) -> io::Result<()> {
        write(&order_path(site_dir), self)
    }

    /// Whether it is for now.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.at).abs() <= FRESH
    }
}

impl Answer {
    /// Reads what became of a site's last order; `None` when nothing is known yet.
    ///
    /// # Errors
    /// When it cannot be read or is no answer.
    pub fn read(site_dir: &Path) -> io::Result<Option<Self>> {
        read(&answer_path(site_dir))
    }

    /// Lays it down: whole or not at all.
    ///
    /// # Errors
    /// When the disk does.
    pub fn write(&self, site_dir: &Path) -> io::Result<()> {
        write(&answer_path(site_dir), self)
    }
}

fn order_path(site_dir: &Path) -> PathBuf {
    site_dir.join("hand.order")
}

fn answer_path(site_dir: &Path) -> PathBuf {
    site_dir.join("hand.answer")
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    let mut text = String::new();
    match fs::File::open(path) {
        Ok(file) => file.take(FILE_BYTES_MAX).read_to_string(&mut text)?,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    Ok(Some(serde_json::from_str(&text)?))
}

fn write(path: &Path, what: &impl Serialize) -> io::Result<()> {
    let mut temp = path.as_os_str().to_owned();
    temp.push("-new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temp)?;
    file.write_all(&serde_json::to_vec_pretty(what)?)?;
    file.sync_all()?;
    fs::rename(&temp, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    #[test]
    fn an_order_comes_back_whole_and_is_for_now_alone() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Order::read(dir.path()).unwrap(), None);
        let order = Order::new(Word::CarrierOff, " Awa ", "Travaux au pylône", at(0)).unwrap();
        order.write(dir.path()).unwrap();
        assert_eq!(Order::read(dir.path()).unwrap(), Some(order.clone()));
        assert!(order.is_fresh(at(60)) && !order.is_fresh(at(61)) && !order.is_fresh(at(-61)));
        let text = fs::read_to_string(order_path(dir.path())).unwrap();
        assert!(text.contains("\"carrier-off\"") && text.contains("\"Awa\""), "{text}");
    }

    #[test]
    fn what_says_nothing_or_is_no_line_is_no_order() {
        for (by, reason) in [("Awa", ""), ("Awa", " x "), ("", "Travaux"), ("Awa", "Tra\nvaux"), ("A\nwa", "Travaux")] {
            assert!(Order::new(Word::CarrierOn, by, reason, at(0)).is_err(), "{by:?} {reason:?}");
        }
        assert!(Order::new(Word::CarrierOn, "Awa", &"x".repeat(201), at(0)).is_err());
        let dir = tempfile::tempdir().unwrap();
        for text in ["{", "{}", "[]"] {
            fs::write(order_path(dir.path()), text).unwrap();
            assert!(Order::read(dir.path()).is_err(), "{text}");
        }
        let mut order = Order::new(Word::CarrierOn, "Awa", "Travaux", at(0)).unwrap();
        order.reason = "Tra\nvaux".to_owned();
        order.write(dir.path()).unwrap();
        assert!(Order::read(dir.path()).is_err(), "a line of the journal could be forged");
    }
}
