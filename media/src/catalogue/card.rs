//! What a card says.

use domain::{
    Asset, AssetId, AssetKind, AudioHash, CuePoints, Frames, Language, Loudness, Music, ProgrammeId, SiteId, Status,
    TruePeak,
};
use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::FromSql;

use super::fold::sort_key;
use super::paper::{Consent, Flags, Paper};
use super::standing::{Bar, Cleared, Standing};
use crate::target::Target;
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
    /// Who is heard in a title of music; empty when nobody says.
    pub artist: String,
    /// The rotation's category of a title of music; empty when nobody says.
    pub category: String,
    /// Sites that may air it; empty means all.
    pub sites: Vec<SiteId>,
    /// First moment it may air.
    pub not_before: Option<Timestamp>,
    /// First moment it may no longer air.
    pub expires: Option<Timestamp>,
    /// The name that the file came with: a label, never a path.
    pub source_name: String,
    /// Who brings it in, for the history; empty when nobody is known.
    pub by: String,
    /// Its long silences are meant, so that they keep nobody from taking it in.
    pub silence_intended: bool,
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
            artist: String::new(),
            category: String::new(),
            sites: Vec::new(),
            not_before: None,
            expires: None,
            source_name: String::new(),
            by: String::new(),
            silence_intended: false,
        }
    }
}

/// When, why and by whom something was let go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// When.
    pub at: Timestamp,
    /// Why, as a sentence.
    pub why: String,
    /// Who; empty for the program itself.
    pub by: String,
}

/// That a named protection officer has heard exact bytes and lets them go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clearance {
    /// The officer.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What was decided, as a sentence.
    pub why: String,
    /// The flags that the card had then. One that is raised later is not covered.
    pub flags: Flags,
}

/// A card: the asset with its paperwork, and the bytes that came in last.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// What the scheduler and the player need. Its dates are the card's own: [`Card::for_air`] adds those of the rights.
    pub asset: Asset,
    /// Channels of the canonical file.
    pub channels: u16,
    /// Loudness range; `None` for silence.
    pub loudness_range_lu: Option<f64>,
    /// When these bytes came in.
    pub entered_at: Timestamp,
    /// Where these bytes stand.
    pub standing: Standing,
    /// Who approved these bytes.
    pub ready_by: Option<String>,
    /// Set when the shelf no longer has the bytes; the same bytes can come back.
    pub bytes_gone: Option<Gone>,
    /// The name that the file came with.
    pub source_name: String,
    /// Everything that the bytes do not say.
    pub paper: Paper,
    /// The protection officer's word on these bytes.
    pub clearance: Option<Clearance>,
    /// Set while the card is in the trash.
    pub trashed: Option<Gone>,
    pub(super) number: i64,
}

/// What entering a card did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// The identifier was new: a draft.
    New,
    /// The same bytes were known under this identifier; an approval stands.
    Same,
    /// Other bytes were known. These are a draft; the old ones are kept, and air on if they were approved.
    Replaced {
        /// The bytes before.
        was: AudioHash,
    },
}

const KINDS: [(AssetKind, &str); 5] = [
    (AssetKind::Programme, "programme"),
    (AssetKind::Spot, "spot"),
    (AssetKind::Jingle, "jingle"),
    (AssetKind::Bed, "bed"),
    (AssetKind::Music, "music"),
];
const STATUSES: [(Status, &str); 3] =
    [(Status::Draft, "draft"), (Status::Ready, "ready"), (Status::Withdrawn, "withdrawn")];

/// The stable word of a kind.
pub fn kind_word(kind: AssetKind) -> &'static str {
    KINDS.iter().find(|(k, _)| *k == kind).map_or("programme", |(_, w)| w)
}

/// The kind of a stable word (`programme`, `spot`, `jingle`, `bed`, `music`).
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

/// The columns that [`Card::from_row`] reads, in its order; `card`, `version` and `clearance` are joined by the caller.
pub(super) const COLUMNS: &str = "card.id, version.hash, card.title, card.kind, card.language, card.programme, \
     card.sites, version.length_frames, version.channels, version.loudness_lufs, version.loudness_range_lu, \
     version.true_peak_dbtp, version.standing, card.not_before, card.expires, version.entered_at, version.ready_since, \
     version.ready_by, version.bytes_gone_at, version.bytes_gone_why, version.source_name, card.episode, \
     card.contributors, card.women_s, card.consent, card.flags, card.rights_from, card.rights_until, clearance.officer, \
     clearance.at, clearance.why, clearance.flags, card.trashed_at, card.trashed_by, card.trashed_why, version.number, \
     version.cue_start_frames, version.cue_end_frames, version.cue_intro_frames, version.cue_segue_frames, card.artist, \
     card.category";

/// Cards with the bytes that came in last.
pub(super) const NEWEST: &str = "card JOIN version ON version.number = \
     (SELECT max(number) FROM version AS other WHERE other.asset = card.id) \
     LEFT JOIN clearance ON clearance.asset = card.id AND clearance.hash = version.hash";

impl Card {
    pub(super) fn from_row(row: &Row, target: &Target) -> Result<Self> {
        let read = Reader { row, id: row.get(0)? };
        let text = |i| row.get::<_, String>(i).map_err(Error::from);
        let ready_by: Option<String> = row.get(17)?;
        let standing = Standing::read(&text(12)?, ready_by, read.parsed_option(16, "date")?);
        let standing = standing.ok_or_else(|| read.bad("status"))?;
        let (loudness, true_peak) = (read.get::<Option<f64>>(9)?, read.get::<Option<f64>>(11)?);
        let loudness = loudness.and_then(|v| Loudness::new(v).ok());
        let true_peak = true_peak.and_then(|v| TruePeak::new(v).ok());
        let channels = read.get(8)?;
        let length = Frames(u64::try_from(read.get::<i64>(7)?).map_err(|_| read.bad("length"))?);
        let (title, kind) = (text(2)?, kind_of(&text(3)?).ok_or_else(|| read.bad("kind"))?);
        let music = (kind == AssetKind::Music).then_some((text(40)?, text(41)?));
        let asset = Asset {
            id: read.parsed(0, "identifier")?,
            hash: read.parsed(1, "hash")?,
            music: music.map(|(artist, category)| told(&title, artist, category)),
            title,
            kind,
            language: read.parsed(4, "language")?,
            programme: read.parsed_option(5, "programme")?,
            sites: read.sites(6)?,
            length,
            cues: read.cues(length)?,
            loudness,
            true_peak,
            gain: target.gain(loudness, true_peak, channels),
            status: standing.status(),
            not_before: read.parsed_option(13, "date")?,
            expires: read.parsed_option(14, "date")?,
            ready_since: standing.approval().map(super::standing::Approval::at),
        };
        Ok(Self {
            asset,
            channels,
            loudness_range_lu: read.get(10)?,
            entered_at: read.parsed(15, "date")?,
            ready_by: standing.approval().map(|a| a.by().to_owned()),
            standing,
            bytes_gone: read.gone(18, None, 19)?,
            source_name: text(20)?,
            paper: read.paper()?,
            clearance: read.clearance()?,
            trashed: read.gone(32, Some(33), 34)?,
            number: read.get(35)?,
        })
    }

    /// Whether the shelf should have its bytes.
    pub fn has_bytes(&self) -> bool {
        self.bytes_gone.is_none()
    }

    /// What keeps it off the air, whatever was approved; `None` when nothing does.
    pub fn bar(&self) -> Option<Bar> {
        let flags = self.paper.flags;
        if self.trashed.is_some() {
            Some(Bar::Trashed)
        } else if self.paper.consent == Consent::Refused {
            Some(Bar::ConsentRefused)
        } else if self.is_protected() {
            Some(Bar::Protected(flags))
        } else {
            self.bytes_gone.as_ref().map(|_| Bar::BytesGone)
        }
    }

    /// Whether it could harm somebody and no officer has cleared it, whatever else bars it: protection officers alone may hear it.
    pub fn is_protected(&self) -> bool {
        let flags = self.paper.flags;
        !flags.is_empty() && !self.clearance.as_ref().is_some_and(|c| flags.within(c.flags))
    }

    /// Whether a child is heard whose consent, or its parent's, nobody has recorded: such a sound cannot be cleared.
    pub fn lacks_consent(&self) -> bool {
        self.paper.flags.child && self.paper.consent != Consent::Given
    }

    /// Whether protection or a refused consent keeps it off the air.
    pub fn is_blocked(&self) -> bool {
        matches!(self.bar(), Some(Bar::Protected(_) | Bar::ConsentRefused))
    }

    /// The proof that an approval asks for: nothing bars these bytes.
    pub fn cleared(&self) -> Result<Cleared, Bar> {
        self.bar().map_or(Ok(Cleared(())), Err)
    }

    /// The asset as plans may use it: approved, barred by nothing, inside its own dates and those of its rights.
    pub fn for_air(self) -> Option<Asset> {
        let airs = self.asset.status == Status::Ready && self.bar().is_none();
        airs.then(|| self.paper.narrowed(self.asset))
    }
}

/// What rotations go by: two spellings of one artist are one artist, and two recordings of one work one work.
fn told(title: &str, artist: String, category: String) -> Music {
    let artist_key = sort_key(&artist);
    let work_key = format!("{artist_key}/{}", sort_key(title));
    Music { artist, category, artist_key, work_key }
}

struct Reader<'a> {
    row: &'a Row<'a>,
    id: String,
}

impl Reader<'_> {
    fn bad(&self, what: &'static str) -> Error {
        Error::BadRow { id: self.id.chars().take(96).collect(), what }
    }

    /// Cue points; bytes that were entered before they were kept have none.
    fn cues(&self, length: Frames) -> Result<Option<CuePoints>> {
        let frames = |column| -> Result<Option<Frames>> {
            let frames = self.get::<Option<i64>>(column)?;
            Ok(frames.and_then(|f| u64::try_from(f).ok()).map(Frames))
        };
        let (Some(start), Some(end)) = (frames(36)?, frames(37)?) else { return Ok(None) };
        Ok(CuePoints { start, end, intro: frames(38)?, segue: frames(39)? }.checked(length))
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

    fn gone(&self, at: usize, by: Option<usize>, why: usize) -> Result<Option<Gone>> {
        let Some(at) = self.parsed_option(at, "date")? else { return Ok(None) };
        let text = |column: usize| Ok::<_, Error>(self.get::<Option<String>>(column)?.unwrap_or_default());
        Ok(Some(Gone { at, why: text(why)?, by: by.map_or(Ok(String::new()), text)? }))
    }

    fn paper(&self) -> Result<Paper> {
        let contributors: String = self.get(22)?;
        Ok(Paper {
            episode: self.get(21)?,
            contributors: serde_json::from_str(&contributors).map_err(|_| self.bad("list of contributors"))?,
            women_s: self.get(23)?,
            consent: Consent::of(&self.get::<String>(24)?).ok_or_else(|| self.bad("consent"))?,
            flags: Flags::of(&self.get::<String>(25)?),
            rights_from: self.parsed_option(26, "date")?,
            rights_until: self.parsed_option(27, "date")?,
        })
    }

    fn clearance(&self) -> Result<Option<Clearance>> {
        let Some(by) = self.get::<Option<String>>(28)? else { return Ok(None) };
        let flags = Flags::of(&self.get::<String>(31)?);
        Ok(Some(Clearance { by, at: self.parsed(29, "date")?, why: self.get(30)?, flags }))
    }
}
