//! Values with their unit, as a person writes them: `"2GB"`, `"10s"`, `"-23 LUFS"`, `"96 kbit/s"`.

use std::time::Duration;

use domain::{Loudness, TruePeak};
use scheduler::{BadCron, Cron};

use crate::speech::Said;

/// A length of time: a whole or decimal number with `ms`, `s`, `m`, `h` or `d`; parts may follow one another (`1h30m`).
pub fn duration(text: &str) -> Result<Duration, Said> {
    let bad = || {
        Said::new(
            format!(
                "« {text} » n'est pas une durée : un nombre et une unité, par exemple \"10s\", \"500ms\" ou \"2h\"."
            ),
            format!("“{text}” is not a length of time: a number and a unit, such as \"10s\", \"500ms\" or \"2h\"."),
        )
    };
    let mut rest = text.trim();
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let (number, after) = leading_number(rest).ok_or_else(bad)?;
        let word_end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let factor = match &after[..word_end] {
            "ms" => 0.001,
            "s" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            "d" | "j" => 86_400.0,
            _ => return Err(bad()),
        };
        seconds += number * factor;
        rest = after[word_end..].trim_start();
    }
    if text.trim().is_empty() {
        return Err(bad());
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| bad())
}

/// When something comes back, as a cron expression of five fields.
pub fn cron(text: &str) -> Result<Cron, Said> {
    Cron::parse(text).map_err(no_cron)
}

/// As [`cron`], for what begins at one time of its days.
pub fn daily_cron(text: &str) -> Result<Cron, Said> {
    let cron = cron(text)?;
    cron.one_time().map_err(no_cron)?;
    Ok(cron)
}

#[expect(clippy::needless_pass_by_value, reason = "errors are handed over by value")]
fn no_cron(why: BadCron) -> Said {
    Said::new(format!("« {} » n'est pas un cron : {}.", why.text, why.fr), format!("{why}."))
}

/// One channel or two: whether it is `stereo` rather than `mono`.
pub fn stereo(text: &str) -> Result<bool, Said> {
    match text {
        "mono" => Ok(false),
        "stereo" => Ok(true),
        _ => Err(Said::new(
            format!("« {text} » : \"mono\" ou \"stereo\"."),
            format!("“{text}”: \"mono\" or \"stereo\"."),
        )),
    }
}

/// A size on disk in bytes: `kB`, `MB`, `GB`, `TB` by thousands, `KiB`, `MiB`, `GiB`, `TiB` by 1024.
pub fn bytes(text: &str) -> Result<u64, Said> {
    let factor = |unit: &str| {
        Some(match unit {
            "kB" | "KB" | "ko" | "Ko" => 1e3,
            "MB" | "Mo" => 1e6,
            "GB" | "Go" => 1e9,
            "TB" | "To" => 1e12,
            "KiB" | "Kio" => 1024.0,
            "MiB" | "Mio" => 1024.0 * 1024.0,
            "GiB" | "Gio" => 1024.0 * 1024.0 * 1024.0,
            "TiB" | "Tio" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
            _ => return None,
        })
    };
    let size = number_with(text, factor).filter(|b| *b >= 0.0 && *b < 1e18);
    size.map(|b| b as u64).ok_or_else(|| {
        Said::new(
            format!("« {text} » n'est pas une taille : un nombre et une unité, par exemple \"2GB\" ou \"500MB\"."),
            format!("“{text}” is not a size: a number and a unit, such as \"2GB\" or \"500MB\"."),
        )
    })
}

/// A bit rate in bits per second: `kbit/s` or `bit/s`.
pub fn bit_rate(text: &str) -> Result<u32, Said> {
    let factor = |unit: &str| match unit {
        "kbit/s" | "kb/s" | "kbps" => Some(1000.0),
        "bit/s" | "bps" => Some(1.0),
        _ => None,
    };
    number_with(text, factor).filter(|r| *r > 0.0 && *r < 1e9).map(|r| r as u32).ok_or_else(|| {
        Said::new(
            format!("« {text} » n'est pas un débit : un nombre et son unité, par exemple \"96 kbit/s\"."),
            format!("“{text}” is not a bit rate: a number and its unit, such as \"96 kbit/s\"."),
        )
    })
}

/// A loudness: `"-23 LUFS"`, from −40 to −10.
pub fn loudness(text: &str) -> Result<Loudness, Said> {
    let value = number_with(text, |unit| (unit == "LUFS").then_some(1.0)).filter(|v| (-40.0..=-10.0).contains(v));
    value.and_then(|v| Loudness::new(v).ok()).ok_or_else(|| {
        Said::new(
            format!(
                "« {text} » n'est pas une sonie utilisable : de \"-40 LUFS\" à \"-10 LUFS\", d'habitude \"-23 LUFS\"."
            ),
            format!("“{text}” is not a usable loudness: from \"-40 LUFS\" to \"-10 LUFS\", usually \"-23 LUFS\"."),
        )
    })
}

/// A true-peak level: `"-1 dBTP"`, from −20 to 0.
pub fn true_peak(text: &str) -> Result<TruePeak, Said> {
    let value = number_with(text, |unit| (unit == "dBTP").then_some(1.0)).filter(|v| (-20.0..=0.0).contains(v));
    value.and_then(|v| TruePeak::new(v).ok()).ok_or_else(|| {
        Said::new(
            format!(
                "« {text} » n'est pas un plafond utilisable : de \"-20 dBTP\" à \"0 dBTP\", d'habitude \"-1 dBTP\"."
            ),
            format!("“{text}” is not a usable ceiling: from \"-20 dBTP\" to \"0 dBTP\", usually \"-1 dBTP\"."),
        )
    })
}

/// A number with exactly this unit, such as `"2 kHz"`.
pub fn with_unit(text: &str, unit: &str) -> Option<f64> {
    number_with(text, |u| (u == unit).then_some(1.0))
}

fn number_with(text: &str, factor: impl Fn(&str) -> Option<f64>) -> Option<f64> {
    let (number, unit) = leading_number(text.trim())?;
    Some(number * factor(unit)?)
}

/// The number at the front and the unit after it; a typographic minus counts as one.
fn leading_number(text: &str) -> Option<(f64, &str)> {
    let (sign, body) = match text.strip_prefix(['-', '−']) {
        Some(body) => (-1.0, body),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = body.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(body.len());
    let number: f64 = body[..end].parse().ok()?;
    Some((sign * number, body[end..].trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_without_its_unit_is_refused() {
        for bad in ["", "10", "s", "10 x", "-3s", "1e400s", "..s", "10s20"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
        for bad in ["2", "2G", "GB", "-2GB", "2 gb", "1e9GB"] {
            assert!(bytes(bad).is_err(), "{bad}");
        }
        for bad in ["-23", "-23 dB", "-90 LUFS", "23 LUFS"] {
            assert!(loudness(bad).is_err(), "{bad}");
        }
        assert!(true_peak("1 dBTP").is_err());
        assert!(bit_rate("96").is_err());
    }

    #[test]
    fn a_value_with_its_unit_is_read() {
        assert_eq!(duration("10s").unwrap(), Duration::from_secs(10));
        assert_eq!(duration("1h30m").unwrap(), Duration::from_mins(90));
        assert_eq!(duration("0.5 s").unwrap(), Duration::from_millis(500));
        assert_eq!(bytes("2GB").unwrap(), 2_000_000_000);
        assert_eq!(bytes("1.5 GiB").unwrap(), 1_610_612_736);
        assert_eq!(bit_rate("96 kbit/s").unwrap(), 96_000);
        assert!((loudness("−23 LUFS").unwrap().get() + 23.0).abs() < 1e-9);
        assert!((true_peak("-1 dBTP").unwrap().get() + 1.0).abs() < 1e-9);
    }
}
