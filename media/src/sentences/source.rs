//! What is told of a file before its sound is heard: false headers, damaged tags, what was left out and why.

use domain::{Finding, Severity};

use super::{blocking, clock, decimal_fr, finding, warning};

fn info(code: &str, fr: impl Into<String>, en: impl Into<String>) -> Finding {
    finding(code, Severity::Info, None, fr.into(), en.into())
}

/// The header announces more sound than there is; `share` of it is there.
pub fn shortened(share: f64) -> Finding {
    let percent = (share * 100.0).clamp(0.0, 99.0) as u32;
    warning(
        "audio.shortened",
        None,
        format!(
            "Le fichier est écourté : {percent} % du son annoncé s’y trouvent. Écoutez la fin ; s’il manque quelque \
             chose, recopiez le fichier depuis l’enregistreur."
        ),
        format!(
            "The file is shortened: {percent} % of the sound that it announces is there. Listen to its end; if something \
             is missing, copy the file from the recorder again."
        ),
    )
}

/// The last frame is not whole.
pub fn cut_at_end(length_s: f64) -> Finding {
    warning(
        "audio.cut",
        Some(length_s),
        format!("Le fichier s’arrête net à {} : la fin manque peut-être. Écoutez-la.", clock(length_s)),
        format!("The file breaks off at {}: its end may be missing. Listen to it.", clock(length_s)),
    )
}

/// A sample size that no sound has.
pub fn bits(bits: u16) -> Finding {
    blocking(
        "audio.bits",
        format!(
            "Des échantillons de {bits} bits ne sont pas acceptés (8, 16, 24 ou 32 bits, ou 32/64 en virgule flottante). \
             Réenregistrez le son en WAV 16 ou 24 bits."
        ),
        format!(
            "Samples of {bits} bits are not supported (8, 16, 24 or 32 bits, or 32/64 floating point). Save the sound as \
             a WAV of 16 or 24 bits."
        ),
    )
}

/// Place and device, which a phone writes into what it records, are not kept.
pub fn private(place: bool, device: bool) -> Finding {
    let (fr, en) = match (place, device) {
        (true, true) => {
            ("le lieu d’enregistrement (GPS) et le modèle de l’appareil", "the place of recording (GPS) and the device")
        }
        (true, false) => ("le lieu d’enregistrement (GPS)", "the place of recording (GPS)"),
        _ => ("le modèle de l’appareil", "the device"),
    };
    info(
        "file.private-removed",
        format!("Le téléphone avait noté {fr} dans le fichier ; ces données n’ont pas été gardées."),
        format!("The phone had noted {en} in the file; these data were not kept."),
    )
}

/// A picture that is most of the upload.
pub fn cover(length_bytes: u64) -> Finding {
    let mb = length_bytes as f64 / 1e6;
    info(
        "file.cover-removed",
        format!(
            "Le fichier contient des images ou du texte de {} Mo, qui n’ont pas été gardés. Sans eux, l’envoi sera plus rapide.",
            decimal_fr(mb)
        ),
        format!("The file holds {mb:.1} MB of pictures or text, which were not kept. Without them, sending is faster."),
    )
}

/// Titles or pictures whose length is a lie.
pub fn damaged_tag() -> Finding {
    warning(
        "file.damaged-tag",
        None,
        "Les titres ou images du fichier sont endommagés et ont été laissés de côté. Vérifiez que le son est entier.",
        "The titles or pictures in the file are damaged and were left out. Check that the sound is whole.",
    )
}

/// Nobody noted how much the encoder added before and after the sound.
pub fn unknown_edges() -> Finding {
    info(
        "audio.unknown-edges",
        "Ce fichier ne dit pas où le son commence exactement : quelques centièmes de seconde de silence peuvent rester au \
         début et à la fin.",
        "This file does not say exactly where its sound begins: a few hundredths of a second of silence may remain at its \
         start and end.",
    )
}
