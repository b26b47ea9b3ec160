//! What an MP4 file says beside its sound: where the sound begins and ends, what its codec is, what else lies in it.
//!
//! Encoders of AAC put 1 024 or 2 112 frames of their own before the first and fill the last packet; the edit list
//! (ISO/IEC 14496-12 §8.6.6) or Apple's `iTunSMPB` tells how many. The demuxer reads neither.

use std::fs::File;
use std::io;
use std::ops::Range;

use super::boxes::{Box4, Boxes, be32, be64};

/// A table of a track of six hours in packets of 20 ms takes 4 MB; more is not read.
const TABLE_BYTES_MAX: usize = 8 << 20;
/// `iTunSMPB` and its like are 120 bytes.
const TEXT_BYTES_MAX: usize = 1 << 16;
/// Deeper than any writer nests.
const DEPTH_MAX: usize = 8;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mp4 {
    /// Why it cannot be decoded whole.
    pub fault: Option<Fault>,
    /// The first sound track.
    pub sound: Option<Sound>,
    /// The place where it was recorded is noted.
    pub place: bool,
    /// The device that recorded it is noted.
    pub device: bool,
    /// How long its pictures are.
    pub cover_bytes: u64,
    /// Where the names of boxes lie whose content nobody needs.
    pub needless: Vec<u64>,
    smpb: Option<Gapless>,
}

/// Why a file cannot be decoded whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The end is missing.
    Truncated,
    /// A table claims a packet that is longer than the file.
    Impossible,
}

/// A sound track.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sound {
    /// Its sample entry: `mp4a`, `alac`, `samr` …
    pub codec: [u8; 4],
    /// Ticks of its time line in a second.
    pub ticks_per_s: u32,
    ticks: u64,
    edit: Option<Edit>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Edit {
    from_ticks: u64,
    /// In ticks of the movie.
    length: u64,
    movie_ticks_per_s: u32,
}

/// Where the sound lies in what the decoder gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gapless {
    /// Ticks before the first frame of sound.
    pub from: u64,
    /// Where the sound ends, in ticks from the decoder's first frame.
    pub until: u64,
    /// Ticks in a second; `None` when a tick is a frame.
    pub ticks_per_s: Option<u32>,
}

impl Mp4 {
    /// Where the sound lies; `None` when nobody noted it.
    pub fn gapless(&self) -> Option<Gapless> {
        let sound = self.sound.as_ref()?;
        let Some(edit) = sound.edit else { return self.smpb };
        if edit.from_ticks == 0 && self.smpb.is_some() {
            return self.smpb;
        }
        // Fragments have no table of all packets.
        let last = if sound.ticks == 0 { u64::MAX } else { sound.ticks };
        let per_s = u128::from(edit.movie_ticks_per_s.max(1));
        let scaled = |n: u64| (u128::from(n) * u128::from(sound.ticks_per_s)).div_ceil(per_s) as u64;
        // The movie's ticks are often milliseconds: an end within one of them of the last packet's is that end.
        let end = edit.from_ticks.saturating_add(scaled(edit.length));
        let until = if edit.length > 0 && end.saturating_add(scaled(1)) <= last { end } else { last };
        Some(Gapless { from: edit.from_ticks, until, ticks_per_s: Some(sound.ticks_per_s) })
    }
}

/// Reads the boxes of `file`.
pub fn survey(file: &File) -> io::Result<Mp4> {
    let mut boxes = Boxes::new(file);
    let mut found = Mp4::default();
    let (top, whole) = boxes.within(0..file.metadata()?.len())?;
    // Fewer than eight bytes may follow the last box: some writers pad.
    let end = top.last().map_or(0, |b| b.body.end);
    found.fault = (!whole && end + 8 <= file.metadata()?.len()).then_some(Fault::Truncated);
    let Some(moov) = top.iter().find(|b| &b.kind == b"moov") else {
        found.fault = Some(Fault::Truncated);
        return Ok(found);
    };
    let mut walk = Walk { boxes, found, movie_ticks_per_s: 0, file_bytes: file.metadata()?.len() };
    walk.children(moov.body.clone(), 0)?;
    for meta in top.iter().filter(|b| matches!(&b.kind, b"meta" | b"udta")) {
        walk.needless(meta)?;
    }
    Ok(walk.found)
}

struct Walk<'a> {
    boxes: Boxes<'a>,
    found: Mp4,
    movie_ticks_per_s: u32,
    file_bytes: u64,
}

impl Walk<'_> {
    fn children(&mut self, range: Range<u64>, depth: usize) -> io::Result<()> {
        for b in self.boxes.within(range)?.0 {
            match &b.kind {
                b"trak" if depth < DEPTH_MAX => self.track(&b)?,
                b"mvhd" => {
                    let body = self.boxes.bytes(&b.body, 32)?;
                    self.movie_ticks_per_s = be32(&body, if body.first() == Some(&1) { 20 } else { 12 });
                }
                b"udta" | b"meta" => self.needless(&b)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn track(&mut self, from: &Box4) -> io::Result<()> {
        let mut track = Sound::default();
        let mut audible = false;
        let mut waiting = vec![(from.body.clone(), 0)];
        while let Some((range, depth)) = waiting.pop() {
            for b in self.boxes.within(range)?.0 {
                match &b.kind {
                    b"mdia" | b"minf" | b"stbl" | b"edts" if depth < DEPTH_MAX => {
                        waiting.push((b.body.clone(), depth + 1));
                    }
                    b"udta" | b"meta" => self.needless(&b)?,
                    b"hdlr" => audible |= self.boxes.bytes(&b.body, 12)?.get(8..12) == Some(b"soun"),
                    b"mdhd" => {
                        let body = self.boxes.bytes(&b.body, 32)?;
                        track.ticks_per_s = be32(&body, if body.first() == Some(&1) { 20 } else { 12 });
                    }
                    b"elst" => track.edit = edit(&self.boxes.bytes(&b.body, 1024)?, self.movie_ticks_per_s),
                    b"stts" => track.ticks = total(&self.boxes.bytes(&b.body, TABLE_BYTES_MAX)?),
                    b"stsz" => self.sizes(&b)?,
                    b"stsd" => {
                        let body = self.boxes.bytes(&b.body, 16)?;
                        track.codec = body.get(12..16).and_then(|k| k.try_into().ok()).unwrap_or_default();
                    }
                    _ => {}
                }
            }
        }
        if audible && self.found.sound.is_none() {
            self.found.sound = Some(track);
        }
        Ok(())
    }

    /// A packet is read into memory at once: one that claims more than the file would take it all.
    fn sizes(&mut self, b: &Box4) -> io::Result<()> {
        let table = self.boxes.bytes(&b.body, TABLE_BYTES_MAX)?;
        let largest = match be32(&table, 4) {
            0 => (12..table.len().saturating_sub(3)).step_by(4).map(|at| be32(&table, at)).max().unwrap_or(0),
            all => all,
        };
        if u64::from(largest) > self.file_bytes {
            self.found.fault.get_or_insert(Fault::Impossible);
        }
        Ok(())
    }

    /// Titles, pictures, places: looked at, and then hidden from the demuxer.
    fn needless(&mut self, b: &Box4) -> io::Result<()> {
        self.found.needless.push(b.at + 4);
        let mut waiting = vec![(b.clone(), 0)];
        while let Some((b, depth)) = waiting.pop() {
            match &b.kind {
                b"\xA9xyz" | b"loci" => self.found.place = true,
                b"\xA9mak" | b"\xA9mod" => self.found.device = true,
                b"keys" => {
                    let text = self.boxes.bytes(&b.body, TEXT_BYTES_MAX)?;
                    let has = |word: &[u8]| text.windows(word.len()).any(|w| w == word);
                    self.found.place |= has(b"location");
                    self.found.device |= has(b"quicktime.make") || has(b"quicktime.model") || has(b"com.android");
                }
                b"covr" => self.found.cover_bytes += b.body.end - b.body.start,
                b"----" => self.free_form(&b)?,
                b"udta" | b"meta" | b"ilst" if depth < DEPTH_MAX => {
                    let mut body = b.body.clone();
                    // In MP4, `meta` has four bytes of version before its boxes; in QuickTime it has none.
                    if &b.kind == b"meta" && self.boxes.bytes(&body, 8)?.get(4..8) != Some(b"hdlr") {
                        body.start = (body.start + 4).min(body.end);
                    }
                    waiting.extend(self.boxes.within(body)?.0.into_iter().map(|b| (b, depth + 1)));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn free_form(&mut self, b: &Box4) -> io::Result<()> {
        let mut named = false;
        for part in self.boxes.within(b.body.clone())?.0 {
            let text = self.boxes.bytes(&part.body, TEXT_BYTES_MAX)?;
            match &part.kind {
                b"name" => named = text.get(4..) == Some(b"iTunSMPB"),
                b"data" if named => self.found.smpb = text.get(8..).and_then(smpb),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The one stretch that an edit list shows. Empty edits before it are skipped: a pause before the sound is none here.
fn edit(body: &[u8], movie_ticks_per_s: u32) -> Option<Edit> {
    let long = body.first()? == &1;
    let size = if long { 20 } else { 12 };
    let mut edits = body.get(8..)?.chunks_exact(size).take(be32(body, 4) as usize).filter_map(|e| {
        let (length, from) =
            if long { (be64(e, 0), be64(e, 8) as i64) } else { (u64::from(be32(e, 0)), i64::from(be32(e, 4) as i32)) };
        u64::try_from(from).ok().map(|from_ticks| Edit { from_ticks, length, movie_ticks_per_s })
    });
    // Several stretches are a montage, which nobody sends as sound: all of it is played.
    edits.next().filter(|_| edits.next().is_none())
}

fn total(body: &[u8]) -> u64 {
    let runs = body.get(8..).unwrap_or_default().chunks_exact(8).take(be32(body, 4) as usize);
    runs.map(|r| u64::from(be32(r, 0)) * u64::from(be32(r, 4))).fold(0, u64::saturating_add)
}

/// ` 00000000 00000840 000001CA 00000000003F31F6 …`: nothing, delay, padding, length, in hexadecimal.
fn smpb(text: &[u8]) -> Option<Gapless> {
    let mut words = std::str::from_utf8(text).ok()?.split_ascii_whitespace().skip(1);
    let mut next = || words.next().and_then(|w| u64::from_str_radix(w, 16).ok());
    let (from, _, length) = (next()?, next()?, next()?);
    Some(Gapless { from, until: from.checked_add(length)?, ticks_per_s: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stretch_that_sounds_is_read_to_the_tick() {
        let sound = |edit, ticks| Mp4 {
            sound: Some(Sound { ticks_per_s: 44_100, ticks, edit, ..Sound::default() }),
            ..Mp4::default()
        };
        let edit = |from_ticks, length, movie_ticks_per_s| Some(Edit { from_ticks, length, movie_ticks_per_s });
        let range = |m: Mp4| m.gapless().map(|g| (g.from, g.until));
        assert_eq!(range(sound(edit(1024, 10_000, 1000), 442_024)), Some((1024, 442_024)), "rounded to milliseconds");
        assert_eq!(
            range(sound(edit(1024, 441_000, 44_100), 442_368)),
            Some((1024, 442_024)),
            "padding in the last packet"
        );
        assert_eq!(range(sound(edit(2112, 5_000, 1000), 442_368)), Some((2112, 222_612)), "cut in an editor");
        assert_eq!(range(sound(edit(1024, 0, 1000), 0)), Some((1024, u64::MAX)), "in fragments");
        assert_eq!(range(sound(None, 442_368)), None);
        let apple = smpb(b" 00000000 00000840 000001CA 000000000006BB76 00000000").unwrap();
        assert_eq!((apple.from, apple.until), (2112, 2112 + 441_206));
        assert_eq!(smpb(b"nonsense"), None);
    }
}
