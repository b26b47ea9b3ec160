//! What a producer is told about a file: one function per cause, French and English, with what to do next.

use domain::{Finding, Severity};

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
