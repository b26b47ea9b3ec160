//! `mikado doctor`: what this machine can do for the air, and what would be better.

mod clock;
mod notices;
mod wired;

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use rustix::fs::statvfs;
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use serde_json::json;

use super::Answer;
use crate::args::Args;
use crate::config::{Config, ConfigError};
use crate::speech::{Said, Tongue, Voice};

/// Below this a site's day of canonical audio no longer fits.
const DISK_BYTES_LOW: u64 = 5_000_000_000;
/// What the executable can use beside itself, and for what.
const TOOLS: [(&str, &str, &str); 1] = [("chronyc", "montre d'où vient l'heure", "shows where the time comes from")];

/// One thing looked at.
struct Look {
    what: &'static str,
    good: bool,
    said: Said,
}

impl Look {
    fn new(what: &'static str, good: bool, fr: impl Into<String>, en: impl Into<String>) -> Self {
        Self { what, good, said: Said::new(fr, en) }
    }
}

pub(super) fn run(args: &Args) -> Answer {
    let config = Config::load(&args.config);
    let mut looks = vec![clock::look()];
    looks.extend(config.as_ref().map(clock::sources).unwrap_or_default());
    looks.extend(cards());
    looks.push(disk(config.as_ref().ok()));
    let equipment = config.as_ref().map(wired::looks).unwrap_or_default();
    let notices = config.as_ref().map(notices::looks).unwrap_or_default();
    looks.extend(config_and_ports(config));
    looks.extend(equipment);
    looks.extend(notices);
    looks.extend(tools());
    looks.push(formats());
    looks.extend(kernel());
    let voice = args.voice();
    tell(voice, &looks);
    Answer::findings_if(looks.iter().any(|l| !l.good))
}

fn tell(voice: Voice, looks: &[Look]) {
    if voice.json {
        let all: Vec<_> =
            looks.iter().map(|l| json!({ "what": l.what, "good": l.good, "fr": l.said.fr, "en": l.said.en })).collect();
        return voice.json(&all);
    }
    for look in looks {
        let mark = match (look.good, voice.tongue) {
            (true, _) => "ok     ",
            (false, Tongue::Fr) => "à voir ",
            (false, Tongue::En) => "look   ",
        };
        voice.line(&format!("{mark} {:<9} {}", look.what, look.said.in_tongue(voice.tongue)));
    }
}

fn cards() -> Vec<Look> {
    match hardware::soundcard::list() {
        Ok(cards) if !cards.is_empty() => cards
            .iter()
            .map(|c| {
                Look::new(
                    "carte",
                    true,
                    format!("{} — {}", c.name, c.description),
                    format!("{} — {}", c.name, c.description),
                )
            })
            .collect(),
        Ok(_) => vec![Look::new(
            "carte",
            true,
            "aucune carte son : les flux donnent le rythme.",
            "no sound card: the streams pace.",
        )],
        Err(why) => vec![Look::new(
            "carte",
            false,
            format!("les cartes son ne se laissent pas lire : {why}."),
            format!("the sound cards cannot be read: {why}."),
        )],
    }
}

fn disk(config: Option<&Config>) -> Look {
    let here = config.and_then(|c| c.file.parent().map(Path::to_owned)).unwrap_or_else(|| ".".into());
    match statvfs(&here) {
        Ok(fs) => {
            let free = fs.f_bavail * fs.f_frsize;
            let gb = free as f64 / 1e9;
            let name = here.display();
            Look::new(
                "disque",
                free >= DISK_BYTES_LOW,
                format!("{gb:.1} Go libres dans {name}."),
                format!("{gb:.1} GB free in {name}."),
            )
        }
        Err(why) => Look::new(
            "disque",
            false,
            format!("le disque ne répond pas : {why}."),
            format!("the disk does not answer: {why}."),
        ),
    }
}

fn config_and_ports(config: Result<Config, ConfigError>) -> Vec<Look> {
    let config = match config {
        Ok(config) => config,
        Err(refused) => {
            let said = refused.said();
            return vec![Look::new("config", false, said.fr, said.en)];
        }
    };
    let sites = config.sites.iter().filter_map(|s| s.http.map(|a| (s.id.to_string(), a)));
    let addresses = [("hq".to_owned(), config.http)].into_iter().chain(sites);
    addresses
        .map(|(who, address)| match TcpListener::bind(address) {
            Ok(_) => {
                Look::new("port", true, format!("{address} libre pour {who}."), format!("{address} free for {who}."))
            }
            Err(why) => Look::new(
                "port",
                running(&config, &who),
                format!("{address} de {who} est occupé ({why}), par Mikado lui-même s'il tourne."),
                format!("{address} of {who} is in use ({why}), by Mikado itself if it runs."),
            ),
        })
        .collect()
}

/// Whether the process of that name was started here and is alive, so that its port is rightly taken.
fn running(config: &Config, who: &str) -> bool {
    let file = if who == "hq" { "hq.json".to_owned() } else { format!("air-{who}.json") };
    crate::run::supervisor::is_running(&config.run.join(file))
}

fn tools() -> Vec<Look> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = |name: &str| std::env::split_paths(&path).any(|dir| dir.join(name).is_file());
    TOOLS
        .iter()
        .map(|(name, fr, en)| {
            if found(name) {
                Look::new("outil", true, format!("{name} est là : {fr}."), format!("{name} is here: it {en}."))
            } else {
                let (fr, en) = (
                    format!("{name} manque, sans gravité : il {fr}."),
                    format!("{name} is missing, no harm: it {en}."),
                );
                Look::new("outil", true, fr, en)
            }
        })
        .collect()
}

/// What this build takes in beyond what every build does.
fn formats() -> Look {
    if cfg!(feature = "he-aac") {
        let (fr, en) = ("le HE-AAC est décodé en entier.", "HE-AAC is decoded whole.");
        return Look::new("formats", true, fr, en);
    }
    Look::new(
        "formats",
        true,
        "le HE-AAC est refusé avec une phrase ; un programme construit avec « he-aac » le prend (guide/install.md).",
        "HE-AAC is refused with a sentence; a build with “he-aac” takes it (guide/install.md).",
    )
}

fn kernel() -> Vec<Look> {
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let landlock = fs::read_to_string("/sys/kernel/security/lsm").is_ok_and(|l| l.contains("landlock"));
    let myself = Pid::from_raw(i32::try_from(std::process::id()).unwrap_or(1));
    let descriptors = myself.is_some_and(|me| pidfd_open(me, PidfdFlags::empty()).is_ok());
    vec![
        Look::new("noyau", true, format!("Linux {release}."), format!("Linux {release}.")),
        Look::new(
            "noyau",
            true,
            if landlock {
                "Landlock enferme le décodeur."
            } else {
                "pas de Landlock : le décodeur est tenu par ses seules limites."
            },
            if landlock {
                "Landlock confines the decoder."
            } else {
                "no Landlock: the decoder is held by its limits alone."
            },
        ),
        Look::new(
            "noyau",
            true,
            if descriptors {
                "la fin d'un processus se voit à l'instant."
            } else {
                "la fin d'un processus adopté se voit en 50 ms."
            },
            if descriptors {
                "the end of a process is seen at once."
            } else {
                "the end of an adopted process is seen within 50 ms."
            },
        ),
    ]
}
