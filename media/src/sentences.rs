//! What a producer is told about a file: one function per cause, French and English, with what to do next.

mod measured;

use domain::{Finding, Severity};
pub use measured::*;

mod source;

pub use source::*;

fn finding(code: &str, severity: Severity, at_s: Option<f64>, fr: String, en: String) -> Finding {
    Finding { code: code.to_owned(), severity, at_s, fr, en }
}

fn blocking(code: &str, fr: impl Into<String>, en: impl Into<String>) -> Finding {
    finding(code, Severity::Blocking, None, fr.into(), en.into())
}

fn warning(code: &str, at_s: Option<f64>, fr: impl Into<String>, en: impl Into<String>) -> Finding {
    finding(code, Severity::Warning, at_s, fr.into(), en.into())
}

/// `12:31` or `1:02:03`, for sentences.
pub fn clock(seconds: f64) -> String {
    let s = seconds.max(0.0) as u64;
    match s / 3600 {
        0 => format!("{}:{:02}", s / 60, s % 60),
        h => format!("{h}:{:02}:{:02}", s / 60 % 60, s % 60),
    }
}

/// French writes a comma where English writes a point.
fn decimal_fr(value: f64) -> String {
    format!("{value:.1}").replace('.', ",")
}

/// Enough of a hash for people to tell files apart.
fn short(hash: &domain::AudioHash) -> String {
    hash.to_string().chars().take(12).collect()
}

/// Nothing is in the file.
pub fn empty() -> Finding {
    blocking(
        "file.empty",
        "Le fichier est vide (0 octet). Vérifiez l’enregistrement et envoyez-le de nouveau.",
        "The file is empty (0 bytes). Check the recording and send it again.",
    )
}

/// The decoder did not end in time.
pub fn decoder_too_slow() -> Finding {
    blocking(
        "file.too-slow",
        "Le décodage de ce fichier ne se termine pas. Réenregistrez le son en WAV, FLAC ou MP3 et envoyez-le de nouveau.",
        "Decoding this file does not come to an end. Save the sound as WAV, FLAC or MP3 and send it again.",
    )
}

/// The decoder died or talked nonsense; `status` tells which.
pub fn decoder_failed(status: std::process::ExitStatus) -> Finding {
    use std::os::unix::process::ExitStatusExt as _;
    let (fr, en) = match status.signal() {
        Some(24) => ("il demande trop de temps de calcul", "it takes too much computing time"),
        Some(25) => ("il donne un son trop volumineux", "its sound becomes too large"),
        Some(9) => ("il a été arrêté", "it was stopped"),
        _ => ("il fait échouer le décodeur", "it makes the decoder fail"),
    };
    blocking(
        "file.undecodable",
        format!(
            "Ce fichier n’a pas pu être décodé : {fr}. Réenregistrez le son en WAV, FLAC ou MP3 et envoyez-le de nouveau."
        ),
        format!("This file could not be decoded: {en}. Save the sound as WAV, FLAC or MP3 and send it again."),
    )
}

/// A card names bytes that the shelf does not have.
pub fn row_without_file(id: &domain::AssetId, hash: &domain::AudioHash) -> Finding {
    blocking(
        "shelf.missing",
        format!("« {id} » : le son {} n’est pas sur l’étagère. Importez de nouveau le fichier d’origine.", short(hash)),
        format!("“{id}”: the sound {} is not on the shelf. Ingest the original file again.", short(hash)),
    )
}

/// A card's bytes are not those that were approved.
pub fn file_damaged(id: &domain::AssetId, hash: &domain::AudioHash) -> Finding {
    blocking(
        "shelf.damaged",
        format!(
            "« {id} » : le fichier {} est endommagé. Importez de nouveau l’original : il sera remplacé.",
            short(hash)
        ),
        format!("“{id}”: the file {} is damaged. Ingest the original again: it will be replaced.", short(hash)),
    )
}

/// A file that no card names.
pub fn file_without_row(hash: &domain::AudioHash, length_bytes: u64) -> Finding {
    let mb = length_bytes as f64 / 1e6;
    warning(
        "shelf.unnamed",
        None,
        format!("Aucune fiche ne cite le fichier {} ({} Mo). Il est conservé.", short(hash), decimal_fr(mb)),
        format!("No card names the file {} ({mb:.1} MB). It is kept.", short(hash)),
    )
}

/// A file on the shelf that somebody could overwrite.
pub fn file_writable(hash: &domain::AudioHash) -> Finding {
    warning(
        "shelf.writable",
        None,
        format!("Le fichier {} n’est pas en lecture seule. Retirez le droit d’écriture.", short(hash)),
        format!("The file {} is not read-only. Take the right to write away.", short(hash)),
    )
}

/// Something on the shelf that does not belong there.
pub fn stray(stray: &crate::shelf::Stray) -> Finding {
    let name = stray.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let (fr, en) = if stray.part {
        (
            "reste d’une mise en place interrompue ; il disparaît au prochain démarrage",
            "left by an interrupted put; the next start sweeps it",
        )
    } else {
        ("ne fait pas partie de l’étagère ; déplacez-le", "does not belong to the shelf; move it away")
    };
    warning("shelf.stray", None, format!("« {name} » : {fr}."), format!("“{name}”: {en}."))
}

/// It could not be read from the disk.
pub fn unreadable(e: &std::io::Error) -> Finding {
    tracing::warn!("input: {e}");
    blocking(
        "file.unreadable",
        "Le fichier reçu ne peut pas être lu sur le disque de la station. Envoyez-le de nouveau.",
        "The file received cannot be read from the station’s disk. Send it again.",
    )
}

/// The station's disk took no more.
pub fn no_room() -> Finding {
    blocking(
        "station.disk-full",
        "Le disque de la station n’accepte plus rien. Prévenez le technicien, puis envoyez le fichier de nouveau.",
        "The station’s disk takes no more. Tell the technician, then send the file again.",
    )
}

/// A page of the web under the name of a sound.
pub fn web_page() -> Finding {
    blocking(
        "file.web-page",
        "Ce fichier est une page web, pas un son. Le téléchargement demandait sans doute de s’identifier : \
         téléchargez de nouveau le son, écoutez-le, puis envoyez-le.",
        "This is a web page, not audio. The download probably needed a login: download the sound again, listen to it, \
         then send it.",
    )
}

/// Something else than sound, and what.
pub fn not_audio(what_fr: &str, what_en: &str, extension: &str) -> Finding {
    blocking(
        "file.not-audio",
        format!("Ce fichier est {what_fr} ({extension}), pas un son. Envoyez un fichier WAV, FLAC, MP3, M4A ou Ogg."),
        format!("This file is {what_en} ({extension}), not audio. Send a WAV, FLAC, MP3, M4A or Ogg file."),
    )
}

/// Nothing in it is sound that anybody knows.
pub fn no_sound() -> Finding {
    blocking(
        "file.not-audio",
        "Aucun son n’a été trouvé dans ce fichier. Envoyez un fichier WAV, FLAC, MP3, M4A ou Ogg que vous avez pu écouter.",
        "No audio was found in this file. Send a WAV, FLAC, MP3, M4A or Ogg file that you could listen to.",
    )
}

/// Sound of a kind that is not taken, by name.
pub fn unsupported(name: &str) -> Finding {
    blocking(
        "file.unsupported",
        format!(
            "Le format {name} n’est pas accepté. Réenregistrez le son en WAV, FLAC ou MP3 et envoyez-le de nouveau."
        ),
        format!("The format {name} is not supported. Save the sound as WAV, FLAC or MP3 and send it again."),
    )
}

/// A known container with a codec that nobody here decodes.
pub fn unknown_codec() -> Finding {
    blocking(
        "file.unsupported",
        "Le codage de ce fichier n’est pas accepté. Réenregistrez le son en WAV, FLAC ou MP3 et envoyez-le de nouveau.",
        "The coding of this file is not supported. Save the sound as WAV, FLAC or MP3 and send it again.",
    )
}

/// AAC whose upper half this decoder would lose.
pub fn he_aac() -> Finding {
    blocking(
        "file.he-aac",
        "Ce fichier est en HE-AAC (AAC+), que la station ne décode pas fidèlement. \
         Réenregistrez-le en AAC-LC (M4A ordinaire), MP3, FLAC ou WAV et envoyez-le de nouveau.",
        "This file is HE-AAC (AAC+), which the station does not decode faithfully. \
         Save it as AAC-LC (plain M4A), MP3, FLAC or WAV and send it again.",
    )
}

/// AAC at a rate at which it may well be HE-AAC in disguise.
pub fn narrow_aac() -> Finding {
    warning(
        "audio.narrow",
        None,
        "Ce fichier AAC n’a pas d’aigus (bande sous 12 kHz). S’il vient d’un HE-AAC, réexportez-le en AAC-LC, MP3 ou WAV.",
        "This AAC file has no treble (nothing above 12 kHz). If it was made as HE-AAC, export it as AAC-LC, MP3 or WAV.",
    )
}

/// The decoder gave up or broke.
pub fn undecodable() -> Finding {
    blocking(
        "file.undecodable",
        "Ce fichier est trop endommagé pour être décodé. Réenregistrez le son en WAV, FLAC ou MP3 et envoyez-le de nouveau.",
        "This file is too damaged to be decoded. Save the sound as WAV, FLAC or MP3 and send it again.",
    )
}

/// The end is missing; `share` of it is there.
pub fn truncated(share: Option<f64>) -> Finding {
    let percent = share.map(|s| (s * 100.0).clamp(0.0, 99.0) as u32);
    let (fr, en) = match percent {
        Some(p) => (format!(" ({p} % seulement sont arrivés)"), format!(" (only {p} % arrived)")),
        None => (String::new(), String::new()),
    };
    blocking(
        "audio.truncated",
        format!(
            "La fin du fichier manque{fr} : le téléchargement ou la copie s’est arrêté en route. \
             Recopiez le fichier entier et envoyez-le de nouveau."
        ),
        format!(
            "The end of the file is missing{en}: the download or the copy stopped on the way. \
             Copy the whole file again and send it."
        ),
    )
}

/// Some packets did not decode.
pub fn damaged(at_s: f64, packets: u64) -> Finding {
    warning(
        "audio.damaged",
        Some(at_s),
        format!(
            "Le fichier est endommagé à partir de {} ({packets} morceau(x) illisible(s)). Écoutez ce passage.",
            clock(at_s)
        ),
        format!("The file is damaged from {} on ({packets} unreadable piece(s)). Listen to that passage.", clock(at_s)),
    )
}

/// A recorder that never wrote the length.
pub fn unknown_length(length_s: f64) -> Finding {
    warning(
        "audio.unknown-length",
        None,
        format!(
            "L’enregistreur n’a pas noté la durée ; {} ont été trouvées. Vérifiez que la fin y est.",
            clock(length_s)
        ),
        format!("The recorder did not note the length; {} were found. Check that the end is there.", clock(length_s)),
    )
}

/// A rate that no sound has.
pub fn rate(rate_hz: u32) -> Finding {
    blocking(
        "audio.rate",
        format!(
            "La fréquence d’échantillonnage {rate_hz} Hz n’est pas valable (8 000 à 192 000 Hz). \
             Réenregistrez le son en 48 000 Hz."
        ),
        format!("Sample rate {rate_hz} Hz is not valid (8,000–192,000 Hz). Save the sound at 48,000 Hz."),
    )
}

/// More channels than anybody can fold.
pub fn channels(found: usize, most: usize) -> Finding {
    blocking(
        "audio.channels",
        format!("Ce fichier a {found} canaux ; {most} au plus sont acceptés. Réenregistrez-le en mono ou en stéréo."),
        format!("This file has {found} channels; at most {most} are taken. Save it in mono or stereo."),
    )
}

/// Rate or channels change on the way.
pub fn changes(at_s: f64) -> Finding {
    warning(
        "audio.changes",
        Some(at_s),
        format!(
            "Le fichier change de fréquence ou de canaux à {} ; il a été converti. Écoutez ce passage.",
            clock(at_s)
        ),
        format!("The file changes its rate or channels at {}; it was converted. Listen to that passage.", clock(at_s)),
    )
}

/// Longer than anything that airs.
pub fn too_long(hours: u64) -> Finding {
    blocking(
        "audio.too-long",
        format!("Ce son dure plus de {hours} heures. Découpez-le en parties et envoyez-les séparément."),
        format!("This sound is longer than {hours} hours. Cut it into parts and send them one by one."),
    )
}

/// Shorter than anything that airs.
pub fn too_short(length_s: f64) -> Finding {
    blocking(
        "audio.too-short",
        format!("Ce son dure {} ms, moins d’une demi-seconde. Vérifiez l’enregistrement.", (length_s * 1000.0).round()),
        format!("This sound lasts {} ms, less than half a second. Check the recording.", (length_s * 1000.0).round()),
    )
}

/// Nothing can be heard.
pub fn silent() -> Finding {
    blocking(
        "audio.silent",
        "On n’entend rien dans ce fichier du début à la fin. Vérifiez le micro et le réglage, puis réenregistrez.",
        "Nothing can be heard in this file from beginning to end. Check the microphone and its setting, then record again.",
    )
}

/// A long silence, where and how long.
pub fn silence(at_s: f64, length_s: f64) -> Finding {
    warning(
        "audio.silence",
        Some(at_s),
        format!("Silence de {} s à {}. Coupez-le s’il n’est pas voulu.", decimal_fr(length_s), clock(at_s)),
        format!("Silence of {length_s:.1} s at {}. Cut it unless it is meant.", clock(at_s)),
    )
}

/// More long silences than were listed.
pub fn more_silences(count: usize) -> Finding {
    warning(
        "audio.silence",
        None,
        format!("Il y a encore {count} autres silences de plus de 3 s."),
        format!("There are {count} more silences of over 3 s."),
    )
}

/// Clipped in places.
pub fn clipping(at_s: f64, places: u64) -> Finding {
    warning(
        "audio.clipping",
        Some(at_s),
        format!(
            "Le son sature à {places} endroit(s), d’abord à {}. Enregistrez moins fort la prochaine fois.",
            clock(at_s)
        ),
        format!(
            "The sound is clipped in {places} place(s), first at {}. Record at a lower level next time.",
            clock(at_s)
        ),
    )
}

/// Clipped throughout.
pub fn distorted(share: f64) -> Finding {
    let percent = (share * 100.0).round();
    blocking(
        "audio.distorted",
        format!(
            "Le son sature pendant {percent} % du temps et n’est plus compréhensible. Réenregistrez-le moins fort."
        ),
        format!("The sound is clipped {percent} % of the time and cannot be aired. Record it again at a lower level."),
    )
}

/// An offset that wastes level and clicks at edits.
pub fn direct_current(offset: f64) -> Finding {
    let percent = offset * 100.0;
    warning(
        "audio.dc-offset",
        None,
        format!(
            "Le son est décalé de {} % (composante continue). Faites vérifier l’enregistreur.",
            decimal_fr(percent)
        ),
        format!("The sound is shifted by {percent:.1} % (direct current). Have the recorder checked."),
    )
}

/// One side says nothing.
pub fn dead_channel(left: bool) -> Finding {
    let (fr, en) = if left { ("gauche", "left") } else { ("droit", "right") };
    warning(
        "audio.dead-channel",
        None,
        format!("Le canal {fr} est muet. Réenregistrez en mono, ou vérifiez le câble."),
        format!("The {en} channel is dead. Save it in mono, or check the cable."),
    )
}

/// Both sides cancel each other in mono.
pub fn out_of_phase() -> Finding {
    warning(
        "audio.out-of-phase",
        None,
        "Les deux canaux sont en opposition : sur un poste mono, le son disparaît presque. Inversez un canal.",
        "Both channels are out of phase: on a mono radio the sound nearly vanishes. Invert one channel.",
    )
}

/// So quiet that the gain stops short of the target.
pub fn quiet(by_db: f64) -> Finding {
    warning(
        "audio.quiet",
        None,
        format!(
            "Le son est très faible ; il restera {} dB sous le niveau de la station. Réenregistrez-le plus près du micro.",
            decimal_fr(by_db)
        ),
        format!(
            "The sound is very quiet; it will stay {by_db:.1} dB below the station’s level. Record closer to the microphone."
        ),
    )
}

/// A few samples were no numbers.
pub fn healed(samples: u64) -> Finding {
    warning(
        "audio.invalid-samples",
        None,
        format!("{samples} échantillon(s) n’étaient pas des nombres et ont été mis à zéro."),
        format!("{samples} sample(s) were not numbers and were set to zero."),
    )
}

/// Many samples were no numbers.
pub fn invalid_samples(share: f64) -> Finding {
    blocking(
        "audio.invalid-samples",
        format!(
            "{} % des échantillons ne sont pas des nombres. Exportez le son de nouveau.",
            decimal_fr(share * 100.0)
        ),
        format!("{:.1} % of the samples are not numbers. Export the sound again.", share * 100.0),
    )
}

/// The decoder had to run with fewer walls around it.
pub fn unconfined(what: &str) -> Finding {
    finding(
        "station.unconfined",
        Severity::Info,
        None,
        format!(
            "Le décodeur a travaillé sans protection complète ({what}). Le technicien peut mettre le noyau à jour."
        ),
        format!("The decoder worked without full confinement ({what}). The technician may update the kernel."),
    )
}
