//! A parcel: a file that comes in pieces, as it lies on the disk until its verdict is known.
//!
//! ```text
//! DIR/<id>.bytes      what has arrived, in order
//! DIR/<id>.pieces     the ledger: 40 bytes per piece kept: where it ends, and the BLAKE3 of its bytes
//! DIR/<id>.label      whose it is, how long it shall be, what stands on it; written once
//! DIR/<id>.verdict    what became of it; the bytes are gone then
//! ```
//!
//! # The order of things, and what each step is for
//!
//! 1. *Create*: bytes and ledger are made empty, then the label by rename, then the folder is synced. Without a label the
//!    rest is debris that the next start sweeps.
//! 2. *Keep a piece*: bytes, sync, record in the ledger, sync; only then is the sender told. Where the last record ends is
//!    where the parcel ends: what a crash left behind it is overwritten.
//! 3. *Whole*: every piece is read again and compared with its record. What a power cut or a bad disk has changed is cut
//!    off from there on, and the sender is asked for it again.
//! 4. *Verdict*: by rename, synced; only then do the bytes go. A crash between leaves bytes beside a verdict: debris.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Pieces of one parcel. At 256 KiB a piece the largest file has 8192; lines that break all day make more, and a sender
/// of single bytes shall not fill the disk with records.
const PIECES_MAX: u64 = 65_536;
const RECORD_BYTES: u64 = 40;
/// A label or a verdict is a few kilobytes; what is larger was not written here.
const PAPER_BYTES_MAX: u64 = 1 << 20;

/// The name of a parcel: 128 random bits, so that nobody guesses another's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ParcelId(String);

impl ParcelId {
    pub(super) fn fresh() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(format!("{:032x}", u128::from_be_bytes(bytes))))
    }
}

impl FromStr for ParcelId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() == 32 && text.bytes().all(hex) { Ok(Self(text.to_owned())) } else { Err(()) }
    }
}

impl std::fmt::Display for ParcelId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands on a parcel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Label {
    /// The account's number.
    pub owner: i64,
    /// The account's name, for the audit.
    pub who: String,
    /// Where it was announced from, for the audit.
    pub address: String,
    /// How long it shall be.
    pub length_bytes: u64,
    /// When it was announced.
    #[serde(with = "instant")]
    pub created: Timestamp,
    /// From then on it may be thrown away.
    #[serde(with = "instant")]
    pub expires: Timestamp,
    /// The card's identifier, chosen once so that the same parcel never makes two cards.
    pub asset: String,
    pub title: String,
    pub kind: String,
    pub language: String,
    pub programme: Option<String>,
    pub source_name: String,
    /// Its long silences are meant.
    #[serde(default)]
    pub silence_intended: bool,
    /// What the sender's page knows its file by (name, size, date), to find the parcel again; any text.
    pub mark: String,
}

/// What became of a parcel.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Verdict {
    /// When it was known.
    #[serde(with = "instant")]
    pub at: Timestamp,
    /// What ingest found.
    pub report: media::wire::IngestReport,
}

/// Instants as text.
mod instant {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(at)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// The folder of all parcels.
#[derive(Clone, Debug)]
pub(crate) struct Parcels {
    dir: PathBuf,
}

impl Parcels {
    pub(super) const fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    fn path(&self, id: &ParcelId, what: &str) -> PathBuf {
        self.dir.join(format!("{id}.{what}"))
    }

    /// The bytes that have arrived.
    pub(super) fn bytes_path(&self, id: &ParcelId) -> PathBuf {
        self.path(id, "bytes")
    }

    /// Announces a parcel.
    pub(super) fn create(&self, id: &ParcelId, label: &Label) -> io::Result<()> {
        fs::create_dir_all(&self.dir)?;
        for what in ["bytes", "pieces"] {
            File::create_new(self.path(id, what))?;
        }
        self.put(id, "label", label)
    }

    /// What stands on it; `None` when there is no such parcel.
    pub(super) fn label(&self, id: &ParcelId) -> io::Result<Option<Label>> {
        self.get(id, "label")
    }

    /// What became of it; `None` until it is known.
    pub(super) fn verdict(&self, id: &ParcelId) -> io::Result<Option<Verdict>> {
        self.get(id, "verdict")
    }

    /// Writes down what became of it and lets its bytes go.
    pub(super) fn settle(&self, id: &ParcelId, verdict: &Verdict) -> io::Result<()> {
        self.put(id, "verdict", verdict)?;
        self.drop_bytes(id)
    }

    fn drop_bytes(&self, id: &ParcelId) -> io::Result<()> {
        gone(&self.path(id, "bytes"))?;
        gone(&self.path(id, "pieces"))
    }

    /// Throws a parcel away, its label first.
    pub(super) fn remove(&self, id: &ParcelId) -> io::Result<()> {
        gone(&self.path(id, "label"))?;
        sync_dir(&self.dir)?;
        self.drop_bytes(id)?;
        gone(&self.path(id, "verdict"))
    }

    /// Every parcel that has a label.
    pub(super) fn all(&self) -> io::Result<Vec<(ParcelId, Label)>> {
        let mut found = Vec::new();
        for (id, what) in self.papers()? {
            if what == "label"
                && let Some(label) = self.label(&id)?
            {
                found.push((id, label));
            }
        }
        found.sort_by(|(a, x), (b, y)| x.created.cmp(&y.created).then_with(|| a.cmp(b)));
        Ok(found)
    }

    /// Removes what a crash left: anything without a label, and bytes whose verdict is known. For the start, before
    /// anybody sends.
    pub(super) fn sweep(&self) -> io::Result<()> {
        for (id, what) in self.papers()? {
            let is_labelled = self.path(&id, "label").exists();
            let is_settled = is_labelled && self.path(&id, "verdict").exists();
            if !is_labelled || what.ends_with("new") || (is_settled && matches!(what.as_str(), "bytes" | "pieces")) {
                gone(&self.path(&id, &what))?;
            }
        }
        Ok(())
    }

    fn papers(&self) -> io::Result<Vec<(ParcelId, String)>> {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(e),
        };
        let mut found = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            let parts = name.to_str().and_then(|n| n.split_once('.'));
            if let Some((id, what)) = parts.and_then(|(id, what)| Some((id.parse().ok()?, what.to_owned()))) {
                found.push((id, what));
            }
        }
        Ok(found)
    }

    /// Where the parcel ends at present.
    pub(super) fn offset(&self, id: &ParcelId, label: &Label) -> io::Result<u64> {
        match File::open(self.path(id, "pieces")) {
            Ok(ledger) => Ok(ending(&ledger, &File::open(self.path(id, "bytes"))?)?.1),
            // The verdict is known, or is being written by somebody who has read every byte.
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(label.length_bytes),
            Err(e) => Err(e),
        }
    }

    /// Opens it for further pieces.
    pub(super) fn writer(&self, id: &ParcelId) -> io::Result<Writer> {
        let open = |what| OpenOptions::new().read(true).write(true).open(self.path(id, what));
        let (bytes, ledger) = (open("bytes")?, open("pieces")?);
        let (records, offset) = ending(&ledger, &bytes)?;
        // Records that no longer hold must not come true again when the bytes grow past them.
        if ledger.metadata()?.len() != records * RECORD_BYTES {
            ledger.set_len(records * RECORD_BYTES)?;
        }
        Ok(Writer { bytes, ledger, records, offset, pending: 0, hasher: blake3::Hasher::new() })
    }

    /// Reads every piece again. The answer is where the parcel truly ends: at its length when it is whole.
    pub(super) fn verify(&self, id: &ParcelId) -> io::Result<u64> {
        let ledger = OpenOptions::new().read(true).write(true).open(self.path(id, "pieces"))?;
        let mut bytes = File::open(self.path(id, "bytes"))?;
        let (records, _) = ending(&ledger, &bytes)?;
        let mut from = 0;
        for number in 0..records {
            let (end, hash) = record(&ledger, number)?;
            let mut hasher = blake3::Hasher::new();
            let read = end.checked_sub(from).map(|n| io::copy(&mut Read::by_ref(&mut bytes).take(n), &mut hasher));
            let is_whole = read.transpose()? == end.checked_sub(from) && *hasher.finalize().as_bytes() == hash;
            if !is_whole {
                ledger.set_len(number * RECORD_BYTES)?;
                ledger.sync_all()?;
                return Ok(from);
            }
            from = end;
        }
        Ok(from)
    }

    fn put(&self, id: &ParcelId, what: &str, paper: &impl Serialize) -> io::Result<()> {
        let fresh = self.path(id, &format!("{what}.new"));
        let mut file = File::create(&fresh)?;
        file.write_all(&serde_json::to_vec(paper)?)?;
        file.sync_all()?;
        fs::rename(&fresh, self.path(id, what))?;
        sync_dir(&self.dir)
    }

    fn get<T: serde::de::DeserializeOwned>(&self, id: &ParcelId, what: &str) -> io::Result<Option<T>> {
        let mut text = Vec::new();
        match File::open(self.path(id, what)) {
            Ok(file) => file.take(PAPER_BYTES_MAX).read_to_end(&mut text)?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e),
        };
        Ok(Some(serde_json::from_slice(&text)?))
    }
}

/// The end of a parcel, open for further pieces.
#[derive(Debug)]
pub(super) struct Writer {
    bytes: File,
    ledger: File,
    records: u64,
    offset: u64,
    pending: u64,
    hasher: blake3::Hasher,
}

impl Writer {
    /// Where the next byte goes that is kept for good.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether the ledger takes another piece.
    pub(super) const fn is_full(&self) -> bool {
        self.records >= PIECES_MAX
    }

    /// Writes bytes behind the end; they count only once they are sealed.
    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.write_all_at(bytes, self.offset + self.pending)?;
        self.hasher.update(bytes);
        self.pending += bytes.len() as u64;
        Ok(())
    }

    /// Makes what was pushed part of the parcel, for good.
    pub(super) fn seal(&mut self) -> io::Result<()> {
        if self.pending == 0 {
            return Ok(());
        }
        self.bytes.sync_data()?;
        let end = self.offset + self.pending;
        let mut line = [0; RECORD_BYTES as usize];
        line[..8].copy_from_slice(&end.to_le_bytes());
        line[8..].copy_from_slice(self.hasher.finalize().as_bytes());
        self.ledger.write_all_at(&line, self.records * RECORD_BYTES)?;
        self.ledger.sync_data()?;
        (self.records, self.offset, self.pending) = (self.records + 1, end, 0);
        self.hasher.reset();
        Ok(())
    }
}

/// How many records hold, and where the last of them ends. A torn record, or one behind the end of the bytes, does not.
fn ending(ledger: &File, bytes: &File) -> io::Result<(u64, u64)> {
    let here = bytes.metadata()?.len();
    let mut records = (ledger.metadata()?.len() / RECORD_BYTES).min(PIECES_MAX);
    while records > 0 {
        let (end, _) = record(ledger, records - 1)?;
        if end > 0 && end <= here {
            return Ok((records, end));
        }
        records -= 1;
    }
    Ok((0, 0))
}

fn record(ledger: &File, number: u64) -> io::Result<(u64, [u8; 32])> {
    let (mut end, mut hash) = ([0; 8], [0; 32]);
    ledger.read_exact_at(&mut end, number * RECORD_BYTES)?;
    ledger.read_exact_at(&mut hash, number * RECORD_BYTES + 8)?;
    Ok((u64::from_le_bytes(end), hash))
}

/// Removes a file that may be gone already.
fn gone(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(length_bytes: u64) -> Label {
        let created = "2026-11-24T08:00:00Z".parse().unwrap();
        let text = String::new;
        Label {
            owner: 1,
            who: text(),
            address: text(),
            length_bytes,
            created,
            expires: created,
            asset: text(),
            title: text(),
            kind: text(),
            language: text(),
            programme: None,
            source_name: text(),
            silence_intended: false,
            mark: text(),
        }
    }

    fn parcel(pieces: &[&[u8]]) -> (tempfile::TempDir, Parcels, ParcelId) {
        let dir = tempfile::tempdir().unwrap();
        let (parcels, id) = (Parcels::new(dir.path().join("parcels")), ParcelId::fresh().unwrap());
        parcels.create(&id, &label(pieces.iter().map(|p| p.len() as u64).sum())).unwrap();
        for piece in pieces {
            let mut writer = parcels.writer(&id).unwrap();
            writer.push(piece).unwrap();
            writer.seal().unwrap();
        }
        (dir, parcels, id)
    }

    #[test]
    fn what_was_not_sealed_does_not_count_and_is_overwritten() {
        let (_dir, parcels, id) = parcel(&[b"one", b"two"]);
        let mut torn = parcels.writer(&id).unwrap();
        torn.push(b"half of the third").unwrap();
        drop(torn);
        OpenOptions::new().append(true).open(parcels.path(&id, "pieces")).unwrap().write_all(&[7; 39]).unwrap();
        assert_eq!(parcels.offset(&id, &label(6)).unwrap(), 6);
        let mut writer = parcels.writer(&id).unwrap();
        writer.push(b"3").unwrap();
        writer.seal().unwrap();
        assert_eq!(parcels.verify(&id).unwrap(), 7);
        assert!(fs::read(parcels.bytes_path(&id)).unwrap().starts_with(b"onetwo3"));
    }

    #[test]
    fn a_changed_byte_anywhere_is_cut_off_from_its_piece_on() {
        for (at, ends) in [(0, 0), (2, 0), (3, 3), (5, 3), (6, 6), (8, 6)] {
            let (_dir, parcels, id) = parcel(&[b"one", b"two", b"six"]);
            assert_eq!(parcels.verify(&id).unwrap(), 9);
            let path = parcels.bytes_path(&id);
            let mut bytes = fs::read(&path).unwrap();
            bytes[at] ^= 1;
            fs::write(&path, bytes).unwrap();
            assert_eq!(parcels.verify(&id).unwrap(), ends, "byte {at}");
            assert_eq!(parcels.offset(&id, &label(9)).unwrap(), ends, "byte {at}");
        }
    }

    #[test]
    fn bytes_lost_by_a_power_cut_are_asked_for_again() {
        for length in 0..9_u64 {
            let (_dir, parcels, id) = parcel(&[b"one", b"two", b"six"]);
            OpenOptions::new().write(true).open(parcels.bytes_path(&id)).unwrap().set_len(length).unwrap();
            assert_eq!(parcels.offset(&id, &label(9)).unwrap(), length / 3 * 3);
            assert_eq!(parcels.verify(&id).unwrap(), length / 3 * 3);
        }
    }

    #[test]
    fn debris_is_swept_and_parcels_stay() {
        let (_dir, parcels, id) = parcel(&[b"one"]);
        let other = ParcelId::fresh().unwrap();
        for what in ["bytes", "pieces", "label.new"] {
            fs::write(parcels.path(&other, what), b"x").unwrap();
        }
        fs::write(parcels.path(&id, "verdict.new"), b"{").unwrap();
        parcels.sweep().unwrap();
        let mut left: Vec<_> = parcels.papers().unwrap().into_iter().map(|(_, what)| what).collect();
        left.sort();
        assert_eq!(left, ["bytes", "label", "pieces"]);
        fs::write(parcels.path(&id, "verdict"), b"{}").unwrap();
        parcels.sweep().unwrap();
        assert_eq!(parcels.papers().unwrap().len(), 2);
        assert_eq!(parcels.offset(&id, &label(3)).unwrap(), 3);
        parcels.remove(&id).unwrap();
        assert!(parcels.all().unwrap().is_empty() && parcels.papers().unwrap().is_empty());
    }

    #[test]
    fn only_a_name_of_ours_is_a_name() {
        let good = "0123456789abcdef0123456789abcdef";
        assert!(good.parse::<ParcelId>().is_ok());
        for bad in ["", "../people", &good[1..], &good.to_uppercase(), &format!("{good}0"), &good.replace('0', "/")] {
            assert!(bad.parse::<ParcelId>().is_err(), "{bad}");
        }
    }
}
