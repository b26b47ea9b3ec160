//! The arguments of `mpx`: what becomes of a sound file, and what receivers are told beside it.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use hardware::mpx::{Emphasis, MpxOptions, Signal};
use hardware::rds::{Frequency, Pi, RtPlus};
use jiff::Timestamp;

/// Arguments of `mpx`.
#[derive(Clone, Debug, ClapArgs)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line and one bit on the air")]
pub struct MpxArgs {
    /// Son à moduler : WAV, mono ou stéréo
    #[arg(long = "in", value_name = "FICHIER")]
    pub input: PathBuf,
    /// Fichier WAV à écrire : 192 kHz, mono, flottant ; 1,0 vaut ±75 kHz
    #[arg(long, value_name = "FICHIER")]
    pub out: PathBuf,
    /// Identification du programme, en hexadécimal, telle que le régulateur l'a attribuée ; sans elle, pas de RDS
    #[arg(long, value_name = "PI")]
    pub pi: Option<Pi>,
    /// Nom de la station, huit caractères
    #[arg(long, default_value = "", value_name = "NOM", requires = "pi")]
    pub ps: String,
    /// `RadioText`, 64 caractères
    #[arg(long, default_value = "", value_name = "TEXTE", requires = "pi")]
    pub rt: String,
    /// Ce qu'est une partie du `RadioText`, par exemple phone=94951663 ; deux au plus
    #[arg(long = "tag", value_name = "SORTE=TEXTE", value_parser = tag, requires = "rt")]
    pub tags: Vec<(RtPlus, String)>,
    /// Autres fréquences en MHz, séparées par des virgules
    #[arg(long, value_name = "MHZ", value_delimiter = ',', value_parser = megahertz, requires = "pi")]
    pub af: Vec<Frequency>,
    /// Fréquence de ce site en MHz : la liste suit alors la méthode B
    #[arg(long, value_name = "MHZ", value_parser = megahertz, requires = "pi")]
    pub own: Option<Frequency>,
    /// Fréquences qui portent une variante régionale (méthode B)
    #[arg(long, value_name = "MHZ", value_delimiter = ',', value_parser = megahertz, requires = "own")]
    pub variants: Vec<Frequency>,
    /// Genre du programme (PTY), de 0 à 31 ; 30 et 31 sont l'essai d'alarme et l'alarme
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u8).range(0..32), requires = "pi")]
    pub pty: u8,
    /// Nom du genre, huit caractères
    #[arg(long, value_name = "NOM", requires = "pi")]
    pub ptyn: Option<String>,
    /// Code de pays étendu, en hexadécimal
    #[arg(long, default_value = "0", value_name = "ECC", value_parser = byte, requires = "pi")]
    pub ecc: u8,
    /// Code de la langue, en hexadécimal (0F pour le français)
    #[arg(long, default_value = "0", value_name = "CODE", value_parser = byte, requires = "pi")]
    pub language: u8,
    /// Nom long, 32 octets en UTF-8
    #[arg(long, default_value = "", value_name = "NOM", requires = "pi")]
    pub long_ps: String,
    /// Programme qui annonce le trafic (TP)
    #[arg(long, requires = "pi")]
    pub tp: bool,
    /// Une annonce est en cours (TA), dix minutes au plus
    #[arg(long, requires = "tp")]
    pub ta: bool,
    /// Musique plutôt que parole (MS)
    #[arg(long, requires = "pi")]
    pub music: bool,
    /// Groupes de version B : PI deux fois plus souvent, `RadioText` de 32 caractères, pas de liste de fréquences
    #[arg(long, requires = "pi")]
    pub version_b: bool,
    /// Heure du premier échantillon, pour l'heure RDS ; sans elle, pas d'heure
    #[arg(long, value_name = "INSTANT", requires = "pi")]
    pub at: Option<Timestamp>,
    /// Comment le multiplex est fait.
    #[command(flatten)]
    pub signal: SignalArgs,
}

/// How the multiplex is made.
#[derive(Clone, Copy, Debug, ClapArgs)]
pub struct SignalArgs {
    /// Préaccentuation
    #[arg(long, value_enum, default_value_t = EmphasisArg::Us50, value_name = "µS")]
    pub emphasis: EmphasisArg,
    /// Gain du son avant le limiteur, en dB
    #[arg(long, default_value_t = 0.0, value_name = "DB", allow_hyphen_values = true)]
    pub drive_db: f64,
    /// Excursion de la sous-porteuse RDS, en kHz (1,0 à 7,5 ; 2,0 recommandé)
    #[arg(long, default_value_t = 2.0, value_name = "KHZ")]
    pub rds_khz: f64,
    /// Puissance la plus haute sur 60 s (UIT-R BS.412), en dBr ; sans elle, la puissance est seulement mesurée
    #[arg(long, value_name = "DBR", allow_hyphen_values = true)]
    pub power_max_dbr: Option<f64>,
    /// De combien l'horloge de la carte va trop vite, en millionièmes
    #[arg(long, default_value_t = 0.0, value_name = "PPM", allow_hyphen_values = true)]
    pub trim_ppm: f64,
    /// Le programme, ou un signal de réglage : 400 Hz à 100 %, pilote seul
    #[arg(long, value_enum, default_value_t = SignalArg::Programme, value_name = "SIGNAL")]
    pub signal: SignalArg,
}

/// Pre-emphasis on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EmphasisArg {
    /// 50 µs (Africa, Europe).
    #[value(name = "50")]
    Us50,
    /// 75 µs (the Americas, Korea).
    #[value(name = "75")]
    Us75,
    /// None.
    #[value(name = "0")]
    Flat,
}

/// What is sent, on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SignalArg {
    /// The programme.
    Programme,
    /// 400 Hz at 100 %.
    Tone,
    /// The pilot alone.
    Pilot,
}

impl SignalArgs {
    /// The same as the coder takes it.
    pub fn options(&self) -> MpxOptions {
        MpxOptions {
            emphasis: match self.emphasis {
                EmphasisArg::Us50 => Emphasis::Us50,
                EmphasisArg::Us75 => Emphasis::Us75,
                EmphasisArg::Flat => Emphasis::Flat,
            },
            drive_db: self.drive_db,
            rds: self.rds_khz / 75.0,
            power_max_dbr: self.power_max_dbr,
            trim_ppm: self.trim_ppm,
            signal: match self.signal {
                SignalArg::Programme => Signal::Programme,
                SignalArg::Tone => Signal::Tone,
                SignalArg::Pilot => Signal::PilotOnly,
            },
            ..MpxOptions::default()
        }
    }
}

fn megahertz(text: &str) -> Result<Frequency, String> {
    let mhz: f64 = text.trim().parse().map_err(|_| format!("“{text}” is no frequency in MHz, such as 106.6"))?;
    Frequency::from_khz((mhz * 1_000.0).round() as u32).map_err(|e| e.to_string())
}

fn byte(text: &str) -> Result<u8, String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    u8::from_str_radix(digits, 16).map_err(|_| format!("“{text}” is no byte in hexadecimal, such as 0xD0"))
}

fn tag(text: &str) -> Result<(RtPlus, String), String> {
    let kinds = [
        ("title", RtPlus::ItemTitle),
        ("artist", RtPlus::ItemArtist),
        ("programme", RtPlus::ProgrammeNow),
        ("phone", RtPlus::PhoneHotline),
        ("station", RtPlus::StationName),
    ];
    let found = text.split_once('=').and_then(|(name, words)| {
        kinds.iter().find(|(known, _)| *known == name).map(|(_, kind)| (*kind, words.to_owned()))
    });
    found.ok_or_else(|| format!("“{text}”: write title, artist, programme, phone or station, then = and the words"))
}
