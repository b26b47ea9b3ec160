//! What a card says.

use domain::{
    Asset, AssetId, AssetKind, AudioHash, Frames, Gain, Language, Loudness, ProgrammeId, SiteId, Status, TruePeak,
};
use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::FromSql;

use crate::{Error, Result};

/// What a person says of a sound when it comes in.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCard {
    /// The editorial thing. A corrected bulletin keeps it.
    pub id: AssetId,
    /// Title in its own language, stored as given; every screen escapes it.
    pub title: String,
    /// What it is for.
    pub kind: AssetKind,
    /// Spoken language.
    pub language: Language,
    /// The programme that it is an edition of.
    pub programme: Option<ProgrammeId>,
    /// Sites that may air it; empty means all.
    pub sites: Vec<SiteId>,
    /// First moment it may air.
    pub not_before: Option<Timestamp>,
    /// First moment it may no longer air.
    pub expires: Option<Timestamp>,
    /// The name that the file came with: a label, never a path.
    pub source_name: String,
}

impl NewCard {
    /// A card without dates or limits.
    pub fn new(id: AssetId, title: impl Into<String>, kind: AssetKind, language: Language) -> Self {
        Self {
            id,
            title: title.into(),
            kind,
            language,
            programme: None,
            sites: Vec::new(),
            not_before: None,
            expires: None,
            source_name: String::new(),
        }
    }
}

/// When and why a card's bytes were let go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// When.
    pub at: Timestamp,
    /// Why, as a sentence.
    pub why: String,
}

/// A card: the asset with its paperwork.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// What the scheduler and the player need.
    pub asset: Asset,
    /// Channels of the canonical file.
    pub channels: u16,
    /// Loudness range; `None` for silence.
    pub loudness_range_lu: Option<f64>,
    /// When these bytes came in.
    pub entered_at: Timestamp,
    /// Who approved these bytes.
    pub ready_by: Option<String>,
    /// Set when the shelf no longer has the bytes; the same bytes can come back.
    pub bytes_gone: Option<Gone>,
    /// The name that the file came with.
    pub source_name: String,
}

/// What entering a card did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// The identifier was new: a draft.
    New,
    /// The same bytes were known under this identifier; an approval stands.
    Same,
    /// Other bytes were known: a draft again. The old bytes are no longer named by this card.
    Replaced {
        /// The bytes before.
        was: AudioHash,
    },
}

const KINDS: [(AssetKind, &str); 4] = [
    (AssetKind::Programme, "programme"),
    (AssetKind::Spot, "spot"),
    (AssetKind::Jingle, "jingle"),
    (AssetKind::Bed, "bed"),
];
const STATUSES: [(Status, &str); 3] =
    [(Status::Draft, "draft"), (Status::Ready, "ready"), (Status::Withdrawn, "withdrawn")];

/// The stable word of a kind.
pub fn kind_word(kind: AssetKind) -> &'static str {
    KINDS.iter().find(|(k, _)| *k == kind).map_or("programme", |(_, w)| w)
}

/// The kind of a stable word (`programme`, `spot`, `jingle`, `bed`).
pub fn kind_of(word: &str) -> Option<AssetKind> {
    KINDS.iter().find(|(_, w)| *w == word).map(|(k, _)| *k)
}

/// The stable word of a status.
pub fn status_word(status: Status) -> &'static str {
    STATUSES.iter().find(|(s, _)| *s == status).map_or("draft", |(_, w)| w)
}

/// The status of a stable word (`draft`, `ready`, `withdrawn`).
pub fn status_of(word: &str) -> Option<Status> {
    STATUSES.iter().find(|(_, w)| *w == word).map(|(s, _)| *s)
}

/// The columns that [`Card::from_row`] reads, in its order.
pub(super) const COLUMNS: &str = "id, hash, title, kind, language, programme, sites, length_frames, channels, \
     loudness_lufs, loudness_range_lu, true_peak_dbtp, gain_db, status, not_before, expires, entered_at, ready_since, \
     ready_by, bytes_gone_at, bytes_gone_why, source_name";

impl Card {
    pub(super) fn from_row(row: &Row) -> Result<Self> {
        let read = Reader { row, id: row.get(0)? };
        let text = |i| row.get::<_, String>(i).map_err(Error::from);
        let asset = Asset {
            id: read.parsed(0, "identifier")?,
            hash: read.parsed(1, "hash")?,
            title: text(2)?,
            kind: kind_of(&text(3)?).ok_or_else(|| read.bad("kind"))?,
            language: read.parsed(4, "language")?,
            programme: read.parsed_option(5, "programme")?,
            sites: read.sites(6)?,
            length: Frames(u64::try_from(read.get::<i64>(7)?).map_err(|_| read.bad("length"))?),
            loudness: read.get::<Option<f64>>(9)?.and_then(|v| Loudness::new(v).ok()),
            true_peak: read.get::<Option<f64>>(11)?.and_then(|v| TruePeak::new(v).ok()),
            gain: Gain::new(read.get(12)?).map_err(|_| read.bad("gain"))?,
            status: status_of(&text(13)?).ok_or_else(|| read.bad("status"))?,
            not_before: read.parsed_option(14, "date")?,
            expires: read.parsed_option(15, "date")?,
            ready_since: read.parsed_option(17, "date")?,
        };
        let gone_at: Option<Timestamp> = read.parsed_option(19, "date")?;
        let why: Option<String> = read.get(20)?;
        Ok(Self {
            asset,
            channels: read.get(8)?,
            loudness_range_lu: read.get(10)?,
            entered_at: read.parsed(16, "date")?,
            ready_by: read.get(18)?,
            bytes_gone: gone_at.map(|at| Gone { at, why: why.unwrap_or_default() }),
            source_name: text(21)?,
        })
    }

    /// Whether the shelf should have its bytes.
    pub fn has_bytes(&self) -> bool {
        self.bytes_gone.is_none()
    }
}

struct Reader<'a> {
    row: &'a Row<'a>,
    id: String,
}

impl Reader<'_> {
    fn bad(&self, what: &'static str) -> Error {
        Error::BadRow { id: self.id.chars().take(96).collect(), what }
    }

    fn get<T: FromSql>(&self, column: usize) -> Result<T> {
        Ok(self.row.get(column)?)
    }

    fn parsed<T: std::str::FromStr>(&self, column: usize, what: &'static str) -> Result<T> {
        self.get::<String>(column)?.parse().map_err(|_| self.bad(what))
    }

    fn parsed_option<T: std::str::FromStr>(&self, column: usize, what: &'static str) -> Result<Option<T>> {
        let text: Option<String> = self.get(column)?;
        text.map(|t| t.parse().map_err(|_| self.bad(what))).transpose()
    }

    fn sites(&self, column: usize) -> Result<Vec<SiteId>> {
        let text: String = self.get(column)?;
        text.split_whitespace().map(|s| s.parse().map_err(|_| self.bad("site"))).collect()
    }
}
