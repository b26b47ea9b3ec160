//! What is not sound at all, FLAC, Ogg, Matroska, names, and sounds of other worlds.

use std::collections::BTreeMap;

use super::Want::{Plays, Refused, Told};
use super::mpeg::id3;
use super::waves::{tone16, wave};
use super::{Bad, NOT_AUDIO, TRUNCATED, UNDECODABLE, bad, find, half, noise};

type Seeds = BTreeMap<&'static str, Vec<u8>>;

fn not_sound(out: &mut Vec<Bad>) {
    let empty = Refused("file.empty", "vide (0 octet)", "empty (0 bytes)");
    out.push(bad("B01", "vide.mp3", [], empty));
    out.push(bad("B01", "vide", [], empty));
    for byte in [0u8, 0x41, 0xFF] {
        out.push(bad("B02", format!("un-{byte}.mp3"), [byte], Refused("file.not-audio", "un son", "audio")));
    }
    let page = Refused("file.web-page", "page web", "web page");
    for (name, text) in [
        ("page.mp3", "\n<!DOCTYPE html><html><title>Connexion</title>".to_owned()),
        ("page2.mp3", "\u{feff}<HTML>".repeat(500)),
        ("page3.wav", "<?xml version='1.0'?><!-- a --><html xmlns=''>".to_owned()),
        ("page4.ogg", "   \r\n<script>location='/login'</script>".to_owned()),
    ] {
        out.push(bad("B03", name, text, page));
    }
    let marks: [(&str, &[u8], &str, &str); 10] = [
        ("image.wav", b"\xFF\xD8\xFF\xE0\0\x10JFIF\0", "une image (jpg)", "a picture (jpg)"),
        ("image.mp3", b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR", "une image (png)", "a picture (png)"),
        ("anime.wav", b"GIF89a\x01\0\x01\0", "une image (gif)", "a picture (gif)"),
        ("zip.wav", b"PK\x03\x04\x14\0\0\0\x08\0", "une archive (zip)", "an archive (zip)"),
        ("gz.wav", b"\x1F\x8B\x08\0\0\0\0\0\0\x03", "une archive (gz)", "an archive (gz)"),
        ("rar.mp3", b"Rar!\x1A\x07\x01\0", "une archive (rar)", "an archive (rar)"),
        ("sept.mp3", b"7z\xBC\xAF\x27\x1C\0\x04", "une archive (7z)", "an archive (7z)"),
        ("doc.mp3", b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj", "(pdf)", "(pdf)"),
        ("prog.mp3", b"\x7FELF\x02\x01\x01\0", "un programme", "a program"),
        ("prog.wav", b"MZ\x90\0\x03\0\0\0", "un programme", "a program"),
    ];
    for (name, mark, fr, en) in marks {
        let file = [mark, &noise(5_000, 1)[..]].concat();
        out.push(bad("B04", name, file, Refused("file.not-audio", fr, en)));
    }
    let text = "Bonjour à tous, voici le journal.\n".repeat(99);
    out.push(bad("B04", "texte.wav", text, Refused("file.not-audio", "un texte", "a text")));
    let nothing = Refused("file.not-audio", "Aucun son", "No audio");
    for (name, pattern) in [("zeros", &[0u8][..]), ("ff", &[0xFF]), ("fffb", &[0xFF, 0xFB]), ("fff1", &[0xFF, 0xF1])] {
        out.push(bad("B05", format!("{name}.mp3"), pattern.repeat((1 << 20) / pattern.len()), nothing));
    }
    for seed in 0..4 {
        out.push(bad("B06", format!("hasard-{seed}.mp3"), noise(1 << (17 + seed), seed), nothing));
    }
}

fn flac(seeds: &Seeds, out: &mut Vec<Bad>) {
    let file = &seeds["a.flac"];
    let block =
        |kind: u8, claim: u32, body: &[u8]| -> Vec<u8> { [&[kind][..], &claim.to_be_bytes()[1..], body].concat() };
    let mut open = file[..42].to_vec();
    open[4] &= 0x7F;
    // The first frame begins after the block that is marked as the last.
    let mut audio = 42;
    while file[audio] & 0x80 == 0 {
        audio += 4 + u32::from_be_bytes([0, file[audio + 1], file[audio + 2], file[audio + 3]]) as usize;
    }
    audio += 4 + u32::from_be_bytes([0, file[audio + 1], file[audio + 2], file[audio + 3]]) as usize;
    let with = |extra: &[u8]| [&open[..], extra, &file[audio..]].concat();
    let picture = [&[0, 0, 0, 3][..], &[0, 0, 0, 9], b"image/png", &[0; 20], &[0xFF; 4]].concat();
    let last = block(0x86, picture.len() as u32, &picture);
    out.push(bad("B08", "pochette.flac", [&open[..], &last].concat(), TRUNCATED));
    out.push(bad("B08", "pochette-et-son.flac", with(&last), Plays).with_frames(96_000));
    let beyond = block(0x86, 0x00FF_FFFF, &picture);
    let damaged = Told("file.damaged-tag", "endommagés", "damaged");
    out.push(bad("B08", "pochette-sans-fin.flac", with(&beyond), damaged).with_frames(96_000));
    let comment = block(0x84, 8, &[0xFF; 8]);
    out.push(bad("B13", "titre.flac", with(&comment), Plays).with_frames(96_000));
    let many = [block(4, 4, &[0xFF; 4]).repeat(150), block(0x81, 4, &[0; 4])].concat();
    out.push(bad("B13", "titres.flac", with(&many), Plays).with_frames(96_000));
    out.push(bad("B12", "id3.flac", [&id3(3, 0, &noise(500, 8))[..], file].concat(), Plays).with_frames(96_000));
    let cut = Refused("audio.truncated", "La fin du fichier manque", "The end of the file is missing");
    out.push(bad("B25", "moitie.flac", half(file), cut));
}

/// A page with this position, and its checksum made right.
fn with_granule(file: &[u8], page: usize, granule: u64) -> Vec<u8> {
    let mut out = file.to_vec();
    let starts: Vec<usize> = (0..file.len()).filter(|i| file[*i..].starts_with(b"OggS")).collect();
    let from = starts[page.min(starts.len() - 1)];
    let to = starts.iter().copied().find(|s| *s > from).unwrap_or(file.len());
    out[from + 6..from + 14].copy_from_slice(&granule.to_le_bytes());
    out[from + 22..from + 26].fill(0);
    let crc = out[from..to].iter().fold(0u32, |crc, b| {
        (0..8).fold(crc ^ u32::from(*b) << 24, |c, _| if c >> 31 == 1 { c << 1 ^ 0x04C1_1DB7 } else { c << 1 })
    });
    out[from + 22..from + 26].copy_from_slice(&crc.to_le_bytes());
    out
}

fn ogg(seeds: &Seeds, out: &mut Vec<Bad>) {
    let cut = Refused("audio.truncated", "La fin du fichier manque", "The end of the file is missing");
    for name in ["a.opus", "vorbis.ogg"] {
        let file = &seeds[name];
        out.push(bad("B25", format!("moitie-{name}"), half(file), cut));
        out.push(bad("B30", format!("chaine-{name}"), [&file[..], file].concat(), Plays).with_frames(192_000));
        for (what, granule) in [("moins-un", u64::MAX), ("max", i64::MAX as u64), ("min", 1 << 63), ("zero", 0)] {
            for page in [2, 3, 99] {
                // A page's position is a word about the sound, not the sound: at most what a coder adds is at stake.
                let lying = bad("B30", format!("{what}-{page}-{name}"), with_granule(file, page, granule), Plays);
                out.push(lying.lasting(95_000..=97_000));
            }
        }
        let mixed = [&file[..], &seeds["vorbis.ogg"][..]].concat();
        out.push(bad("B30", format!("deux-{name}"), mixed, Plays).with_frames(192_000));
        let tags = file.windows(4).position(|w| w == b"Opus" || w == b"vorb").unwrap();
        let mut comment = file.clone();
        let at = tags + find(&file[tags + 8..], if name == "a.opus" { b"OpusTags" } else { b"\x03vorbis" }) + 8;
        comment[at + 7..at + 12].fill(0xFF);
        let want = if name == "a.opus" { TRUNCATED } else { Plays };
        out.push(bad("B13", format!("titre-{name}"), with_granule(&comment, 1, 0), want));
    }
}

fn other_worlds(seeds: &Seeds, out: &mut Vec<Bad>) {
    let junk = noise(3_000, 2);
    let marks: [(&str, &[u8], &str); 12] = [
        ("note.amr", b"#!AMR\n", "AMR"),
        ("note.awb", b"#!AMR-WB\n", "AMR"),
        ("son.wma", b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\0\xAA\0\x62\xCE\x6C", "WMA"),
        ("son.ac3", b"\x0B\x77\x12\x34\x50\x40", "AC-3"),
        ("son.dts", b"\x7F\xFE\x80\x01", "DTS"),
        ("son.dsf", b"DSD \x1C\0\0\0\0\0\0\0", "DSD"),
        ("son.dff", b"FRM8\0\0\0\0\0\0\x10\0DSD ", "DSD"),
        ("son.caf", b"caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20", "CAF"),
        ("son.ape", b"MAC \x96\x0F\0\0", "APE"),
        ("son.wv", b"wvpk\0\x10\0\0", "WavPack"),
        ("son.au", b".snd\0\0\0\x18", "AU"),
        ("son.mid", b"MThd\0\0\0\x06", "MIDI"),
    ];
    for (name, mark, words) in marks {
        let family = if name == "son.caf" { "B33" } else { "B29" };
        out.push(bad(family, name, [mark, &junk].concat(), Refused("file.unsupported", words, words)));
    }
    let speex = [&b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x50Speex   1.2"[..], &[0; 80]].concat();
    out.push(bad("B29", "son.spx", speex, Refused("file.unsupported", "Speex", "Speex")));
    let webm = &seeds["a.webm"];
    out.push(bad("B31", "navigateur.webm", webm.clone(), Plays));
    let private = find(webm, &[0x63, 0xA2]);
    for (name, size, want) in [
        ("infini", [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], NOT_AUDIO),
        ("grand", [0x08, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0], Plays),
    ] {
        let mut file = webm.clone();
        file[private + 2..private + 10].copy_from_slice(&size);
        out.push(bad("B31", format!("{name}.mkv"), file, want));
    }
    // What the damage hits is needed, or only a remark beside the sound.
    for (seed, want) in [NOT_AUDIO, Plays, NOT_AUDIO, NOT_AUDIO, Plays, Plays].into_iter().enumerate() {
        let mut file = webm.clone();
        let at = 40 + seed * 97;
        file[at..at + 8].copy_from_slice(&noise(8, seed as u64));
        out.push(bad("B32", format!("entete-{seed}.webm"), file, want));
    }
    let aiff = &seeds["a.aiff"];
    for (name, at, want) in [
        ("comm", find(aiff, b"COMM") + 4, NOT_AUDIO),
        ("trames", find(aiff, b"COMM") + 10, Plays),
        ("ssnd", find(aiff, b"SSND") + 4, NOT_AUDIO),
    ] {
        let mut file = aiff.clone();
        file[at..at + 4].fill(0xFF);
        out.push(bad("B18", format!("{name}.aiff"), file, want));
    }
    let with_channels = |count: u16| {
        let at = find(aiff, b"COMM") + 8;
        [&aiff[..at], &count.to_be_bytes(), &aiff[at + 2..]].concat()
    };
    let many = Refused("audio.channels", "20000 canaux", "20000 channels");
    out.push(bad("B16", "canaux-20000.aiff", with_channels(20_000), many));
    out.push(bad("B16", "canaux-65535.aiff", with_channels(u16::MAX), UNDECODABLE));
    out.push(bad("B25", "moitie.aac", half(&seeds["adts.aac"]), TRUNCATED));
}

/// B43: the name of a file is a label.
fn names(out: &mut Vec<Bad>) {
    let long = "n".repeat(240);
    for name in [
        "C:\\x.wav",
        "CON",
        "   ",
        "-rf",
        "a\nb.wav",
        "voix\u{202E}vaw.exe",
        "🎙.wav",
        "e\u{301}te\u{301}.wav",
        "ⵜⵉⴼⵉⵏⴰⵖ.wav",
        "ߒߞߏ.wav",
        "%n%s$(id).wav",
        "'; DROP TABLE.wav",
        "son.exe",
        "..wav",
        "\u{feff}.wav",
        &long,
    ] {
        out.push(bad("B43", name, wave(48_000, 1, 16, 1, &tone16(48_000)), Plays).with_frames(48_000));
    }
}

pub fn all(seeds: &Seeds) -> Vec<Bad> {
    let mut out = Vec::new();
    not_sound(&mut out);
    flac(seeds, &mut out);
    ogg(seeds, &mut out);
    other_worlds(seeds, &mut out);
    names(&mut out);
    out
}
