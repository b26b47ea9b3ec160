//! MPEG audio: tags before it, holes in it, headers that change on the way.

use std::collections::BTreeMap;

use super::Want::{Plays, Refused, Told};
use super::{Bad, Content, bad, find, half, noise};

type Seeds = BTreeMap<&'static str, Vec<u8>>;

/// An `ID3v2` tag of this version and these flags around these frames.
pub fn id3(version: u8, flags: u8, body: &[u8]) -> Vec<u8> {
    id3_header(version, flags, body.len() as u64).into_iter().chain(body.iter().copied()).collect()
}

fn id3_header(version: u8, flags: u8, length: u64) -> Vec<u8> {
    let mut out = b"ID3".to_vec();
    out.extend([version, 0, flags]);
    out.extend([21, 14, 7, 0].map(|shift| (length >> shift & 0x7F) as u8));
    out
}

fn frame(name: &[u8], length: u32, flags: u16, body: &[u8]) -> Vec<u8> {
    let mut out = name.to_vec();
    out.extend(length.to_be_bytes());
    out.extend(flags.to_be_bytes());
    out.extend(body);
    out
}

fn tags(seeds: &Seeds, out: &mut Vec<Bad>) {
    let sound = &seeds["vbr.mp3"];
    let nothing = Refused("file.not-audio", "Aucun son", "No audio");
    let restricted = b"ID3\x04\0\x60\0\0\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    out.push(bad("B07", "tag.mp3", restricted.to_vec(), nothing));
    let with_sound = |tag: Vec<u8>| [&tag[..], sound].concat();
    out.push(bad("B07", "tag-et-son.mp3", with_sound(restricted.to_vec()), Plays).with_frames(96_000));
    let liar = id3_header(4, 0, 0x0FFF_FFFF);
    let damaged = Told("file.damaged-tag", "endommagés", "damaged");
    out.push(bad("B07", "tag-menteur.mp3", with_sound(liar), damaged));
    let mut claim = frame(b"APIC", 256 << 20, 0, b"\0image/png\0\x03\0");
    claim.resize(4096, 0);
    out.push(bad("B09", "pochette-menteuse.mp3", with_sound(id3(3, 0, &claim)), Plays).with_frames(96_000));
    let flood = [
        &b"\0image/png\0\x03\0\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\x75\x30\0\0\x75\x30\x08\x06\0\0\0"[..],
        &noise(900, 3),
    ]
    .concat();
    let picture = frame(b"APIC", flood.len() as u32, 0, &flood);
    out.push(bad("B11", "pixels.mp3", with_sound(id3(3, 0, &picture)), Plays).with_frames(96_000));
    let bomb = frame(b"TXXX", 64, 0x00C0, &[&[0x7F; 4][..], &[0x78, 0x9C], &noise(58, 4)].concat());
    out.push(bad("B12", "zlib.mp3", with_sound(id3(3, 0, &bomb)), Plays).with_frames(96_000));
    out.push(bad("B12", "unsync.mp3", with_sound(id3(4, 0x80, &[0xFF, 0].repeat(3000))), Plays).with_frames(96_000));
    let nested = frame(b"CTOC", 20, 0, b"a\0\x03\x01b\0").repeat(10_000);
    out.push(bad("B12", "chapitres.mp3", with_sound(id3(4, 0, &nested)), Plays).with_frames(96_000));
    let many = id3(3, 0, &frame(b"TIT2", 5, 0, b"\0abcd")).repeat(150);
    out.push(bad("B12", "cent-tags.mp3", with_sound(many), Plays).with_frames(96_000));
    let length_bytes = 10 + (200 << 20);
    let at = vec![(0, id3_header(3, 0, 200 << 20)), (length_bytes, sound.clone())];
    let content = Content::Sparse { length_bytes: length_bytes + sound.len() as u64, at };
    let want = Told("file.cover-removed", "n’ont pas été gardés", "were not kept");
    out.push(Bad { family: "B10", name: "pochette-200.mp3".into(), content, want, frames: Some(96_000..=96_000) });
    let page = b"<html><script>alert(1)</script><!--";
    out.push(bad("B37", "polyglotte.mp3", with_sound(id3(3, 0, page)), Plays).with_frames(96_000));
    out.push(bad("B37", "page-derriere.mp3", [sound, &page[..]].concat(), Plays).with_frames(96_000));
}

fn holes(seeds: &Seeds, out: &mut Vec<Bad>) {
    let (vbr, bare) = (&seeds["vbr.mp3"], &seeds["bare.mp3"]);
    let cut = Refused("audio.truncated", "La fin du fichier manque", "The end of the file is missing");
    out.push(bad("B25", "moitie-vbr.mp3", half(vbr), cut));
    let broken = Told("audio.cut", "s’arrête net à 0:01", "breaks off at 0:01");
    out.push(bad("B25", "moitie-nue.mp3", half(bare), broken));
    out.push(bad("B25", "sans-debut.mp3", bare[bare.len() / 2 + 5..].to_vec(), Plays).lasting(47_000..=49_000));
    let frames = |bytes: &[u8], n: usize| bytes[..n * 417].to_vec();
    // Zeros between frames cost none of them; noise that looks like frames costs at most its neighbour, and is told.
    let damaged = Told("audio.damaged", "endommagé à partir de 0:00", "damaged from 0:00");
    for (name, junk, want) in
        [("zeros", vec![0; 20_000], Plays), ("bruit", noise(20_000, 5), damaged), ("ff", vec![0xFF; 20_000], damaged)]
    {
        let file = [&frames(bare, 20)[..], &junk, &bare[20 * 417..]].concat();
        out.push(bad("B26", format!("trou-{name}.mp3"), file, want).lasting(96_768..=97_920));
    }
    let xing = find(vbr, b"Xing");
    for (name, count) in [("peu", 3u32), ("aucune", 0), ("trop", 4_000_000_000)] {
        let mut lying = vbr.clone();
        lying[xing + 8..xing + 12].copy_from_slice(&count.to_be_bytes());
        out.push(bad("B26", format!("xing-{name}.mp3"), lying, Plays).lasting(96_000..=97_920));
    }
    let mut few = vbr.clone();
    few[xing + 8..xing + 12].copy_from_slice(&10u32.to_be_bytes());
    out.push(bad("B26", "xing-dix.mp3", few, Plays));
    let changing = [&bare[..], &seeds["low.mp3"]].concat();
    out.push(bad("B27", "change.mp3", changing, Told("audio.changes", "change de fréquence", "changes its rate")));
    let mut free = bare.clone();
    free[2] &= 0x0F;
    out.push(bad("B28", "libre.mp3", free, Refused("file.unsupported", "free format", "free format")));
    out.push(bad("B28", "huit.mp3", seeds["eight.mp3"].clone(), Plays).with_frames(96_000));
    out.push(bad("B28", "deux.mp2", seeds["two.mp2"].clone(), Plays));
}

pub fn all(seeds: &Seeds) -> Vec<Bad> {
    let mut out = Vec::new();
    tags(seeds, &mut out);
    holes(seeds, &mut out);
    out
}
