//! Writes the air check: pieces that end with their UTC hour, an index beside each, a chain over the finished ones.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use domain::{Anchor, BootId, Frames, Position, SiteId};
use jiff::{SignedDuration, Timestamp};

use super::chain::{Chain, Record};
use super::encoder::PieceEncoder;
use super::index::{IndexWriter, Line, Mark, mark_line, piece_line};
use super::name::{PieceName, pieces_in};
use super::retention::{Keeping, Space};
use crate::error::{Error, Result};
use crate::realtime::Frame;

/// Between two marks of the index: a card that is 200 ppm off moves 2 ms in it.
const MARK_EVERY: Frames = Frames::from_secs(10);
/// The wall has jumped when it is so far from where the last mark put it: well above what reading two clocks costs, well
/// below what anybody hears.
const STEP: SignedDuration = SignedDuration::from_millis(5);
/// A wall that goes back by less than this stays in its piece: the mark says it.
const BACK_MAX: SignedDuration = SignedDuration::from_secs(2);

/// What is recorded, and how long it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AirCheckOptions {
    /// Opus bit rate in bits per second, 16 000 to 320 000.
    pub bitrate_bps: u32,
    /// Both channels; else their mean.
    pub is_stereo: bool,
    /// How long and how much is kept.
    pub keeping: Keeping,
}

impl Default for AirCheckOptions {
    /// Mono at 64 kbit/s: speech and music that a listener, a lawyer and a licensing body can judge, 691 MB a day.
    fn default() -> Self {
        Self { bitrate_bps: 64_000, is_stereo: false, keeping: Keeping::default() }
    }
}

impl AirCheckOptions {
    pub(super) const fn channels(self) -> u8 {
        if self.is_stereo { 2 } else { 1 }
    }
}

/// Both clocks read together, and whether the wall can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockReading {
    /// Where output and wall met.
    pub anchor: Anchor,
    /// Whether the wall is trusted now.
    pub trusted: bool,
}

/// The recorder of one site; give it everything in order. After an error drop it and open another: the piece stays as it is.
pub struct Recorder {
    dir: PathBuf,
    site: SiteId,
    boot: BootId,
    options: AirCheckOptions,
    chain: Chain,
    /// Finished pieces with the bytes that they take, oldest first.
    finished: Vec<(PieceName, u64)>,
    piece: Option<OpenPiece>,
}

impl Recorder {
    /// Opens the folder for a new boot: makes it when it is missing and seals what a kill left unfinished.
    pub fn open(dir: &Path, site: SiteId, boot: BootId, options: AirCheckOptions) -> Result<Self> {
        fs::create_dir_all(dir).map_err(Error::io("making the folder", dir))?;
        let (mut chain, records) = Chain::open(dir)?;
        let known: HashSet<_> = records.iter().filter_map(name_in).collect();
        let on_disk = pieces_in(dir).map_err(Error::io("listing", dir))?;
        let left: Vec<_> = on_disk.iter().filter(|p| !known.contains(&p.to_string())).copied().collect();
        if !left.is_empty() {
            let seals: Vec<_> = left.iter().map(|piece| Record::of(dir, *piece)).collect::<Result<_>>()?;
            chain.append(&seals)?;
        }
        let finished = on_disk.into_iter().map(|p| (p, bytes_of(dir, p))).collect();
        Ok(Self { dir: dir.to_owned(), site, boot, options, chain, finished, piece: None })
    }

    /// What the disk has.
    pub fn space(&self) -> Option<Space> {
        let stat = rustix::fs::statvfs(&self.dir).ok()?;
        Some(Space { free_bytes: stat.f_bavail * stat.f_frsize, total_bytes: stat.f_blocks * stat.f_frsize })
    }

    /// The piece that is being written.
    pub fn piece(&self) -> Option<PieceName> {
        self.piece.as_ref().map(|p| p.name)
    }

    /// Records `sound`, whose first frame is at `at`, by the newest reading of the clocks.
    pub fn push(&mut self, sound: &[Frame], at: Position, reading: ClockReading) -> Result<()> {
        let (mut rest, mut at) = (sound, at);
        while !rest.is_empty() {
            let wall = reading.anchor.wall_of(at);
            if self.piece.as_ref().is_some_and(|p| !p.goes_on(at, wall)) {
                self.finish_piece()?;
            }
            let piece = match self.piece.take() {
                Some(piece) => self.piece.insert(piece),
                None => self.piece.insert(self.begin(at, reading)?),
            };
            piece.mark(at, reading)?;
            let hour = reading.anchor.position_of(piece.name.hour_ends()).and_then(|end| end.since(at));
            let n = hour.map_or(rest.len(), |h| rest.len().min(h.0.max(1) as usize));
            piece.push(&rest[..n])?;
            (rest, at) = (&rest[n..], at + Frames(n as u64));
        }
        Ok(())
    }

    /// Says that `length` of what is pushed from `at` on never reached the recorder and is silence.
    pub fn note_gap(&mut self, at: Position, length: Frames) -> Result<()> {
        self.piece.as_mut().map_or(Ok(()), |p| p.gap(at, length))
    }

    /// Waits until what was written is on the disk.
    pub fn sync(&self) -> Result<()> {
        self.piece.as_ref().map_or(Ok(()), OpenPiece::sync)
    }

    /// Lets go what is too old or too much. Age counts only with a trusted `now`.
    pub fn retain(&mut self, now: Option<Timestamp>) -> Result<()> {
        let open_bytes = self.piece.as_ref().map_or(0, |p| p.bytes);
        let gone = self.options.keeping.let_go(&self.finished, open_bytes, now);
        for (piece, because) in gone {
            // Said before it is done: a kill between the two leaves a file that the next round deletes.
            self.chain.append(&[Record::Gone { piece: piece.to_string(), because }])?;
            for file in [piece.sound(), piece.index()] {
                let path = self.dir.join(file);
                match fs::remove_file(&path) {
                    Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::io("deleting", &path)(e)),
                    _ => {}
                }
            }
            self.finished.retain(|(p, _)| *p != piece);
        }
        Ok(())
    }

    /// Ends the open piece and seals it.
    pub fn finish(mut self) -> Result<()> {
        self.finish_piece()
    }

    /// Ends the open piece and seals it; what comes next begins another.
    pub fn finish_piece(&mut self) -> Result<()> {
        let Some(piece) = self.piece.take() else { return Ok(()) };
        let name = piece.name;
        piece.finish()?;
        self.chain.append(&[Record::of(&self.dir, name)?])?;
        self.finished.push((name, bytes_of(&self.dir, name)));
        self.finished.sort_unstable();
        Ok(())
    }

    fn begin(&self, at: Position, reading: ClockReading) -> Result<OpenPiece> {
        let mut name = PieceName::first_of(reading.anchor.wall_of(at));
        while self.dir.join(name.sound()).exists() || self.dir.join(name.index()).exists() {
            let crowded =
                || Error::BrokenAirCheck { path: self.dir.clone(), why: "an hour has too many parts".to_owned() };
            name = name.next_part().ok_or_else(crowded)?;
        }
        let encoder = PieceEncoder::new(self.options, self.boot.0 as u32)?;
        let first = piece_line(self.site, self.boot, self.options.channels(), encoder.pre_skip());
        let index_path = self.dir.join(name.index());
        let index = IndexWriter::create(&index_path, &first)?;
        let path = self.dir.join(name.sound());
        let file = File::create_new(&path).map_err(Error::io("beginning", &path))?;
        let mut piece = OpenPiece {
            name,
            path,
            index_path,
            file,
            index,
            encoder,
            from: at,
            taken: Frames::ZERO,
            bytes: 0,
            marked: None,
        };
        let headers = piece.encoder.headers(&format!("Mikado FM {} {name} UTC", self.site));
        piece.write(&headers)?;
        let synced = File::open(&self.dir).and_then(|d| d.sync_all());
        synced.map_err(Error::io("syncing the folder", &self.dir))?;
        Ok(piece)
    }
}

fn name_in(record: &Record) -> Option<String> {
    match record {
        Record::Piece { piece, .. } => Some(piece.clone()),
        Record::Gone { .. } => None,
    }
}

fn bytes_of(dir: &Path, piece: PieceName) -> u64 {
    let size = |file: String| fs::metadata(dir.join(file)).map_or(0, |m| m.len());
    size(piece.sound()) + size(piece.index())
}

/// The piece that is being written.
struct OpenPiece {
    name: PieceName,
    path: PathBuf,
    index_path: PathBuf,
    file: File,
    index: IndexWriter,
    encoder: PieceEncoder,
    /// The position of its first frame.
    from: Position,
    taken: Frames,
    bytes: u64,
    /// The last mark, as an anchor, and its frame.
    marked: Option<(Anchor, Frames, bool)>,
}

impl OpenPiece {
    /// Whether the frame at `at`, heard at `wall`, belongs into this piece.
    fn goes_on(&self, at: Position, wall: Timestamp) -> bool {
        let latest = self.marked.map_or(wall, |(anchor, ..)| anchor.wall_of(at));
        let back = latest.duration_since(wall);
        at == self.from + self.taken && wall < self.name.hour_ends() && back < BACK_MAX
    }

    /// Writes a mark when one is due, when the wall jumped or when it came to be trusted.
    fn mark(&mut self, at: Position, reading: ClockReading) -> Result<()> {
        let wall = reading.anchor.wall_of(at);
        let step = match self.marked {
            None => None,
            Some((anchor, last, trusted)) => {
                let off = wall.duration_since(anchor.wall_of(at));
                let jumped = off.abs() >= STEP;
                if !jumped && trusted == reading.trusted && self.taken.saturating_sub(last) < MARK_EVERY {
                    return Ok(());
                }
                jumped.then_some(off.as_millis() as i64)
            }
        };
        let (page_byte, page_granule) = (self.bytes, self.encoder.next_page_granule());
        let mark = Mark { at: self.taken, wall, trusted: reading.trusted, page_byte, page_granule };
        self.index.write(&self.index_path, &mark_line(&mark, at, step))?;
        self.marked = Some((Anchor { at, wall }, self.taken, reading.trusted));
        Ok(())
    }

    fn gap(&mut self, at: Position, length: Frames) -> Result<()> {
        let at_frames = at.since(self.from).unwrap_or_default().0;
        self.index.write(&self.index_path, &Line::Gap { at_frames, length_frames: length.0 })
    }

    fn push(&mut self, sound: &[Frame]) -> Result<()> {
        let mut pages = Vec::new();
        self.encoder.push(sound, &mut pages)?;
        self.taken += Frames(sound.len() as u64);
        self.write(&pages)
    }

    fn write(&mut self, pages: &[bytes::Bytes]) -> Result<()> {
        for page in pages {
            self.file.write_all(page).map_err(Error::io("writing", &self.path))?;
            self.bytes += page.len() as u64;
        }
        Ok(())
    }

    fn sync(&self) -> Result<()> {
        self.index.sync(&self.index_path)?;
        self.file.sync_data().map_err(Error::io("syncing", &self.path))
    }

    fn finish(mut self) -> Result<()> {
        let mut pages = Vec::new();
        self.encoder.finish(&mut pages)?;
        self.write(&pages)?;
        self.sync()
    }
}
