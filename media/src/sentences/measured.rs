//! What a producer is told of the sound itself, beyond what stops it.

use domain::{Finding, Severity};

use super::{blocking, clock, decimal_fr, finding, warning};

/// Passages in which both sides cancel each other in mono: where the first begins, and how much of them there is.
pub fn out_of_phase_from(at_s: f64, length_s: f64) -> Finding {
    warning(
        "audio.out-of-phase",
        Some(at_s),
        format!(
            "À partir de {}, les deux canaux sont en opposition pendant {} s : sur un poste mono, le son disparaît presque. Inversez un canal de ce passage.",
            clock(at_s),
            length_s.round()
        ),
        format!(
            "From {} on, both channels are out of phase for {} s: on a mono radio the sound nearly vanishes. Invert one channel of that passage.",
            clock(at_s),
            length_s.round()
        ),
    )
}

/// Less treble than the format could hold: coded or converted before it came here.
pub fn upsampled(edge_hz: u32, rate_hz: u32, lossless: bool) -> Finding {
    let edge = f64::from(edge_hz) / 1000.0;
    finding(
        "audio.upsampled",
        if lossless { Severity::Warning } else { Severity::Info },
        None,
        format!(
            "Ce son s’arrête net à {} kHz alors qu’un fichier à {rate_hz} Hz va plus haut : il a été compressé ou converti \
             auparavant. Envoyez l’enregistrement d’origine si vous l’avez.",
            decimal_fr(edge)
        ),
        format!(
            "This sound stops dead at {edge:.1} kHz although a file at {rate_hz} Hz goes higher: it was compressed or converted \
             before. Send the original recording if you have it."
        ),
    )
}

/// No more treble than a telephone has.
pub fn telephone(edge_hz: u32) -> Finding {
    let edge = f64::from(edge_hz) / 1000.0;
    finding(
        "audio.telephone",
        Severity::Info,
        None,
        format!(
            "Ce son n’a rien au-dessus de {} kHz, comme au téléphone. Enregistrez à 44 100 ou 48 000 Hz si l’appareil le permet.",
            decimal_fr(edge)
        ),
        format!(
            "This sound has nothing above {edge:.1} kHz, like a telephone. Record at 44,100 or 48,000 Hz if the device can."
        ),
    )
}

/// The mains are heard, so many LU below the sound.
pub fn hum(mains_hz: u32, below_lu: f64) -> Finding {
    warning(
        "audio.hum",
        None,
        format!(
            "On entend un ronflement de secteur ({mains_hz} Hz), {:.0} dB sous le son. Éloignez le micro et le câble des prises et \
             des chargeurs, ou enregistrez sur batterie.",
            below_lu.max(0.0)
        ),
        format!(
            "The mains hum at {mains_hz} Hz, {:.0} dB below the sound. Keep microphone and cable away from sockets and chargers, \
             or record on battery.",
            below_lu.max(0.0)
        ),
    )
}

/// A silence in a programme that listeners take for the end of the station.
pub fn hole(at_s: f64, length_s: f64) -> Finding {
    Finding {
        at_s: Some(at_s),
        ..blocking(
            "audio.hole",
            format!(
                "Silence de {} s à {} : une émission ne peut pas se taire 30 s. Coupez ce passage, ou, si ce silence est voulu, \
                 envoyez-la de nouveau en cochant « silence voulu ».",
                decimal_fr(length_s),
                clock(at_s)
            ),
            format!(
                "Silence of {length_s:.1} s at {}: a programme may not be silent for 30 s. Cut that passage or, if the silence is \
                 intended, send it again with “silence intended” ticked.",
                clock(at_s)
            ),
        )
    }
}

/// Silence from beginning to end, as somebody wants it.
pub fn silence_meant() -> Finding {
    finding(
        "audio.silence-intended",
        Severity::Info,
        None,
        "On n’entend rien dans ce fichier du début à la fin ; ce silence est voulu.".to_owned(),
        "Nothing can be heard in this file from beginning to end; this silence is intended.".to_owned(),
    )
}

/// For a part of the time there is direct current and nothing else.
pub fn direct_current_alone(at_s: f64, length_s: f64) -> Finding {
    warning(
        "audio.direct-current",
        Some(at_s),
        format!(
            "À partir de {}, {} s ne contiennent qu’une tension continue, sans son. Écoutez ce passage ; vérifiez le câble et \
             l’enregistreur.",
            clock(at_s),
            decimal_fr(length_s)
        ),
        format!(
            "From {} on, {length_s:.1} s hold direct current and no sound. Listen to that passage; check cable and recorder.",
            clock(at_s)
        ),
    )
}

/// For too much of the time there is direct current and nothing else.
pub fn only_direct_current(share: f64) -> Finding {
    let percent = (share * 100.0).round();
    blocking(
        "audio.direct-current",
        format!(
            "Pendant {percent} % du temps, ce fichier ne contient qu’une tension continue, sans son. Vérifiez le câble et \
             l’enregistreur, puis réenregistrez."
        ),
        format!(
            "For {percent} % of the time this file holds direct current and no sound. Check cable and recorder, then record again."
        ),
    )
}
