//! MP4 and 3GP: tables that lie, boxes in boxes, codecs that nobody decodes, and where a phone was.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::Want::{Declined, Plays, Refused, Told};
use super::{Bad, Content, NOT_AUDIO, TRUNCATED, UNDECODABLE, Want, bad, find, half};

type Seeds = BTreeMap<&'static str, Vec<u8>>;

pub fn boxed(kind: &[u8], body: &[u8]) -> Vec<u8> {
    let mut out = (8 + body.len() as u32).to_be_bytes().to_vec();
    out.extend(kind);
    out.extend(body);
    out
}

/// `file`, whose `moov` comes last, with `more` inside it.
fn in_moov(file: &[u8], more: &[u8]) -> Vec<u8> {
    let at = find(file, b"moov") - 4;
    let mut out = file.to_vec();
    out[at..at + 4].copy_from_slice(&((file.len() - at + more.len()) as u32).to_be_bytes());
    out.extend(more);
    out
}

fn patched(file: &[u8], at: usize, with: &[u8]) -> Vec<u8> {
    let mut out = file.to_vec();
    out[at..at + with.len()].copy_from_slice(with);
    out
}

/// B29: what phones send and nobody here decodes.
fn codecs(seeds: &Seeds, out: &mut Vec<Bad>) {
    let file = &seeds["late.m4a"];
    let entry = find(file, b"stsd") + 16;
    for (kind, words) in [
        (b"samr", "AMR (3GP)"),
        (b"sawb", "AMR-WB (3GP)"),
        (b"ac-3", "AC-3"),
        (b"ec-3", "AC-3"),
        (b"enca", "DRM"),
        (b"dtsc", "DTS"),
    ] {
        let name = format!("{}.3gp", String::from_utf8_lossy(kind));
        out.push(bad("B29", name, patched(file, entry, kind), Refused("file.unsupported", words, words)));
    }
    out.push(bad("B29", "inconnu.mp4", patched(file, entry, b"zzzz"), NOT_AUDIO));
    let esds = find(file, b"esds");
    let config = esds + find(&file[esds..], &[0x05, 0x80, 0x80, 0x80]) + 5;
    let he = Refused("file.he-aac", "HE-AAC", "HE-AAC");
    for (name, object) in [("he", 5u8), ("he2", 29)] {
        let with = [(object << 3) | (file[config] & 7)];
        out.push(bad("B29", format!("{name}.m4a"), patched(file, config, &with), he));
    }
    // Object type 42 is written as 31 and the ten that are left.
    out.push(bad("B29", "xhe.m4a", patched(file, config, &[0xF9, 0x4C]), Declined(&["file.unsupported"])));
}

/// What becomes of a lie: dates and places that nothing depends on are passed over, and the rest is refused.
fn outcome(table: [u8; 4], what: &str, seed: &str) -> (Want, Option<RangeInclusive<u64>>) {
    match (&table, what) {
        // Without its edit list the sound keeps what the AAC encoder put before and after.
        (b"elst", "long") if seed != "alac.m4a" => (Plays, Some(97_280..=97_280)),
        (b"elst", "valeur" | "long") | (b"mdhd" | b"mvhd" | b"tkhd", "nombre" | "valeur") | (b"tkhd", "valeurs") => {
            (Plays, Some(96_000..=96_000))
        }
        (b"mdhd" | b"mvhd", "valeurs") => (Declined(&["audio.too-short"]), None),
        (b"stts", "valeur" | "valeurs") => (Declined(&["file.undecodable", "audio.truncated", "audio.too-long"]), None),
        (b"stsc" | b"stco", "valeur" | "valeurs") | (b"stco", "long") => (TRUNCATED, None),
        (b"stsz", "nombre" | "valeurs" | "zero") => (UNDECODABLE, None),
        _ => (NOT_AUDIO, None),
    }
}

/// B35: what tables can claim.
fn tables(seeds: &Seeds, out: &mut Vec<Bad>) {
    for seed in ["late.m4a", "fast.m4a", "alac.m4a"] {
        let file = &seeds[seed];
        for table in [b"stts", b"stsc", b"stsz", b"stco", b"elst", b"mdhd", b"mvhd", b"tkhd", b"stsd", b"trak", b"mdia"]
        {
            let Some(at) = file.windows(4).position(|w| w == table) else { continue };
            let lies: [(&str, usize, &[u8]); 5] = [
                ("nombre", at + 8, &[0xFF; 4]),
                ("valeur", at + 12, &[0xFF; 4]),
                ("valeurs", at + 12, &[0x7F; 8]),
                ("zero", at - 4, &[0; 4]),
                ("long", at - 4, &[0x7F, 0xFF, 0xFF, 0xFF]),
            ];
            for (what, at, lie) in lies {
                let name = format!("{}-{what}-{seed}", String::from_utf8_lossy(table));
                let (want, frames) = outcome(*table, what, seed);
                out.push(Bad { frames, ..bad("B35", name, patched(file, at, lie), want) });
            }
        }
    }
    let file = &seeds["late.m4a"];
    let stsz = find(file, b"stsz");
    let billions = patched(file, stsz + 8, &[0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF]);
    out.push(bad("B35", "milliards.m4a", billions, UNDECODABLE));
    out.push(bad("B35", "morceaux.m4a", seeds["frag.m4a"].clone(), Plays));
    let head = &file[..find(file, b"ftyp") - 4 + 32];
    let mut nested = Vec::new();
    for _ in 0..2_000 {
        nested = boxed(b"moov", &nested);
    }
    out.push(bad("B35", "poupees.m4a", [head, &nested].concat(), TRUNCATED));
    let mut tracks = Vec::new();
    for _ in 0..200 {
        tracks = boxed(b"trak", &tracks);
    }
    out.push(bad("B35", "pistes.m4a", [head, &boxed(b"moov", &tracks)].concat(), TRUNCATED));
    out.push(bad("B35", "nuls.m4a", [head, &[0, 0, 0, 0, b'f', b'r', b'e', b'e'].repeat(9)].concat(), TRUNCATED));
    out.push(bad("B35", "huit.m4a", [head, &boxed(b"free", &[]).repeat(60_000)].concat(), TRUNCATED));
    let cut = Refused("audio.truncated", "La fin du fichier manque", "The end of the file is missing");
    out.push(bad("B25", "moitie.m4a", half(file), cut));
    out.push(bad("B25", "moitie-rapide.m4a", half(&seeds["fast.m4a"]), cut));
}

/// B10, B36: pictures and places.
fn private(seeds: &Seeds, out: &mut Vec<Bad>) {
    let file = &seeds["late.m4a"];
    let place = boxed(b"udta", &boxed(b"\xA9xyz", b"\0\x12\x15\xC7+12.6392-008.0029/"));
    let device = boxed(b"udta", &[boxed(b"\xA9mak", b"\0\x05\x15\xC7Tecno"), boxed(b"loci", &[0; 30])].concat());
    let keys = boxed(b"keys", b"\0\0\0\0\0\0\0\x01\0\0\0\x2Cmdtacom.apple.quicktime.location.ISO6709");
    let apple = boxed(b"meta", &[boxed(b"hdlr", &[0; 24]), keys].concat());
    let gps = |fr, en| Told("file.private-removed", fr, en);
    let mut add = |name: &str, bytes: Vec<u8>, want: Want| out.push(bad("B36", name, bytes, want).with_frames(96_000));
    add("gps.m4a", in_moov(file, &place), gps("GPS", "GPS"));
    add("appareil.m4a", in_moov(file, &device), gps("le modèle de l’appareil", "and the device"));
    add("iphone.m4a", in_moov(file, &apple), gps("GPS", "GPS"));
    let picture = 200u64 << 20;
    let wrapped = |inner: u64, kind: &[u8; 4]| {
        let mut out = (8 + inner as u32).to_be_bytes().to_vec();
        out.extend(kind);
        out
    };
    let heads = [
        wrapped(picture + 36, b"udta"),
        wrapped(picture + 28, b"meta"),
        vec![0; 4],
        wrapped(picture + 16, b"ilst"),
        wrapped(picture + 8, b"covr"),
        wrapped(picture, b"data"),
    ]
    .concat();
    let moov = find(file, b"moov") - 4;
    let length_bytes = (file.len() + heads.len()) as u64 + picture;
    let size = ((length_bytes - moov as u64) as u32).to_be_bytes();
    let at = vec![(0, [&patched(file, moov, &size)[..], &heads].concat())];
    let want = Told("file.cover-removed", "n’ont pas été gardés", "were not kept");
    let content = Content::Sparse { length_bytes, at };
    out.push(Bad { family: "B10", name: "pochette.m4a".into(), content, want, frames: Some(96_000..=96_000) });
    out.push(bad("B36", "rien.m4a", file.clone(), Plays).with_frames(96_000));
}

pub fn all(seeds: &Seeds) -> Vec<Bad> {
    let mut out = Vec::new();
    codecs(seeds, &mut out);
    tables(seeds, &mut out);
    private(seeds, &mut out);
    out
}
