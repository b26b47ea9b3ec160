//! The command line: every stable command with its arguments.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use domain::{AssetId, Language, ProgrammeId, SiteId};
use jiff::{SignedDuration, Timestamp, civil::Date};

mod grid;
mod live;
mod mpx;
mod report;
mod transmitter;

pub use grid::{ExportArgs, ExportFormat, GridCommand, OverrideArgs, PlaylistArgs, PublishArgs, SeasonCommand};

pub use live::LiveCommand;
pub use mpx::{MpxArgs, SignalArgs};
pub use report::{Lately, Period, ReportArgs, ReportCommand, ReportFormat};
pub use transmitter::{OrderArgs, TransmitterCommand};

use crate::clock::WallClock;
use crate::config::{Config, units};
use crate::run::supervisor::clock_of_running;
use crate::speech::{Tongue, Voice};

const CONFIG_USUAL: &str = "mikado.toml";

/// Mikado FM : préparer, approuver, programmer et diffuser, site par site.
///
/// Codes de sortie : 0 tout va bien, 1 il y a quelque chose à voir, 2 commande ou configuration à corriger.
#[derive(Debug, Parser)]
#[command(name = "mikado", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "MIKADO_TRACE=info montre la marche des processus, sur la sortie d'erreur.")]
pub struct Args {
    /// Fichier de configuration ; ses chemins partent de son dossier
    #[arg(long, global = true, default_value = CONFIG_USUAL, value_name = "FICHIER")]
    pub config: PathBuf,
    /// Répondre en JSON, pour les scripts
    #[arg(long, global = true)]
    pub json: bool,
    /// Langue des phrases
    #[arg(long, global = true, value_enum, default_value_t = Tongue::Fr, value_name = "LANGUE")]
    pub lang: Tongue,
    /// Décalage de l'horloge de démonstration, en millisecondes
    #[arg(long, global = true, hide = true, default_value_t = 0, allow_hyphen_values = true)]
    pub clock_shift_ms: i64,
    /// Ce qu'il faut faire.
    #[command(subcommand)]
    pub command: Command,
}

impl Args {
    /// How this command answers.
    pub fn voice(&self) -> Voice {
        Voice { tongue: self.lang, json: self.json }
    }

    /// The wall clock of this process.
    pub fn clock(&self) -> WallClock {
        WallClock::shifted(SignedDuration::from_millis(self.clock_shift_ms))
    }

    /// Whether these arguments name a config or shift the clock, rather than leave both to the one who runs them.
    pub fn chooses_its_station(&self) -> bool {
        self.config != Path::new(CONFIG_USUAL) || self.clock_shift_ms != 0
    }

    /// The wall clock for a command beside a running station: the station's, where a demonstration has moved it.
    pub fn clock_beside(&self, config: &Config) -> WallClock {
        let asked = (self.clock_shift_ms != 0).then(|| self.clock());
        asked.or_else(|| clock_of_running(&config.run)).unwrap_or_else(|| self.clock())
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Monte une station entière de démonstration (sept sites, semaine de référence, sons) et la met à l'antenne
    Demo(DemoArgs),
    /// Lance et relance les processus de cette machine : hq et un air par site
    Run,
    /// Le siège : pages web, grille, plans, médiathèque
    Hq,
    /// Le son d'un site
    Air(AirArgs),
    /// Décode un fichier étranger dans un processus jetable et limité
    Decode(DecodeArgs),
    /// Fait entrer des fichiers son dans la médiathèque
    Ingest(IngestArgs),
    /// Importe, exporte ou vérifie le fichier de station
    #[command(subcommand)]
    Grid(GridCommand),
    /// Le conducteur d'un site et d'un jour
    Plan(PlanArgs),
    /// Ce qui manque aux jours à venir, qui doit le fournir, depuis quand
    Readiness(ReadinessArgs),
    /// Ce que les campagnes ont reçu, les langues entendues, ce que les sorties ont consommé
    #[command(subcommand)]
    Report(ReportCommand),
    /// Pourquoi ceci passe à l'antenne à cet instant
    Why(WhyArgs),
    /// Écrit dans un fichier WAV exactement ce que recevrait l'émetteur
    Render(RenderArgs),
    /// Le multiplex stéréo d'un fichier son, RDS compris, tel que le recevrait un excitateur FM
    Mpx(Box<MpxArgs>),
    /// La pige : un extrait exact de ce qui est passé, ou la vérification de ce qui est gardé
    Aircheck(AirCheckArgs),
    /// Vérifie rayonnage, catalogue, plans, journaux et configuration ; dit ce qui serait réparé
    Check(CheckArgs),
    /// Copie catalogue, grille, comptes et configuration dans un dossier, pendant que la station tourne
    Backup(BackupArgs),
    /// Les travaux que le siège fait de lui-même : quand, et comment les derniers ont fini
    Jobs(JobsArgs),
    /// Les avis : qui est prévenu de quoi et par où, avec un message d'essai sur demande
    Notify(NotifyArgs),
    /// Dit ce que cette machine sait faire : cartes son, heure, disque, ports, outils
    Doctor,
    /// Comptes des personnes
    #[command(subcommand)]
    User(UserCommand),
    /// Les directs : qui peut prendre l'antenne d'un site, et quand
    #[command(subcommand)]
    Live(LiveCommand),
    /// L'émetteur d'un site, de la main d'une personne : porteuse et excitateur
    #[command(subcommand)]
    Transmitter(TransmitterCommand),
}

impl Command {
    /// Whether this process lives for days and may not wait for whoever reads its trace.
    pub const fn is_long_lived(&self) -> bool {
        matches!(self, Self::Demo(_) | Self::Run | Self::Hq | Self::Air(_))
    }

    /// Whether it only looks and copies, so that headquarters may run it unattended.
    pub const fn changes_nothing(&self) -> bool {
        matches!(
            self,
            Self::Backup(_)
                | Self::Report(_)
                | Self::Readiness(_)
                | Self::Doctor
                | Self::Plan(_)
                | Self::Aircheck(_)
                | Self::Grid(GridCommand::Export(_))
                | Self::Check(CheckArgs { mend: false })
        )
    }
}

/// Arguments of `demo`.
#[derive(Clone, Debug, ClapArgs)]
pub struct DemoArgs {
    /// Dossier de la station
    #[arg(long, default_value = "demo-station", value_name = "DOSSIER")]
    pub dir: PathBuf,
    /// Adresse des pages web
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADRESSE:PORT")]
    pub http: SocketAddr,
    /// Heure que montre l'horloge au démarrage, par exemple 2026-11-24T08:09:30Z
    #[arg(long, value_name = "INSTANT")]
    pub at: Option<Timestamp>,
}

/// Arguments of `air`.
#[derive(Clone, Debug, ClapArgs)]
pub struct AirArgs {
    /// Code du site
    #[arg(long, value_name = "SITE")]
    pub site: SiteId,
}

/// Arguments of `decode`.
#[derive(Clone, Debug, ClapArgs)]
pub struct DecodeArgs {
    /// Ce qu'envoie un direct, de l'entrée standard à la sortie standard
    #[arg(long, conflicts_with_all = ["input", "output", "terms"])]
    pub stream: bool,
    /// Fichier étranger
    #[arg(long, value_name = "FICHIER", required_unless_present = "stream")]
    pub input: Option<PathBuf>,
    /// Fichier canonique à écrire
    #[arg(long, value_name = "FICHIER", required_unless_present = "stream")]
    pub output: Option<PathBuf>,
    /// Ce que le son doit être : silences, niveau et crête de la station
    #[arg(long, default_value_t, value_name = "told|refused|meant/LUFS/dBTP")]
    pub terms: media::Terms,
}

/// Arguments of `notify`.
#[derive(Clone, Debug, ClapArgs)]
pub struct NotifyArgs {
    /// Envoie à chacun un message d'essai et dit s'il est parti
    #[arg(long)]
    pub test: bool,
    /// À cette seule personne
    #[arg(long, value_name = "NOM", requires = "test")]
    pub to: Option<String>,
}

/// Arguments of `check`.
#[derive(Clone, Copy, Debug, ClapArgs)]
pub struct CheckArgs {
    /// Répare ce que rayonnage et catalogue disent différemment ; rien n'est effacé
    #[arg(long)]
    pub mend: bool,
}

/// Arguments of `backup`.
#[derive(Clone, Debug, ClapArgs)]
pub struct BackupArgs {
    /// Dossier où écrire ; rien de ce qui s'y trouve n'est remplacé
    #[arg(long, default_value = ".", value_name = "DOSSIER")]
    pub to: PathBuf,
}

/// Arguments of `jobs`.
#[derive(Clone, Debug, ClapArgs)]
pub struct JobsArgs {
    /// Lance ce travail maintenant, et attend sa fin
    #[arg(long, value_name = "NOM")]
    pub run: Option<String>,
}

/// What an ingested file is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// An edition of a programme.
    #[default]
    #[value(alias = "programme", alias = "emission", name = "programme")]
    Programme,
    /// A spot of a campaign.
    #[value(name = "spot")]
    Spot,
    /// A jingle, ident, sweeper.
    #[value(name = "jingle")]
    Jingle,
    /// A sustaining bed.
    #[value(name = "bed", alias = "tapis")]
    Bed,
    /// A title of music.
    #[value(name = "music", alias = "musique")]
    Music,
}

impl From<Kind> for domain::AssetKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Programme => Self::Programme,
            Kind::Spot => Self::Spot,
            Kind::Jingle => Self::Jingle,
            Kind::Bed => Self::Bed,
            Kind::Music => Self::Music,
        }
    }
}

/// Arguments of `ingest`.
#[derive(Clone, Debug, ClapArgs)]
pub struct IngestArgs {
    /// Fichiers son
    #[arg(required = true, value_name = "FICHIER")]
    pub files: Vec<PathBuf>,
    /// Langue parlée (étiquette BCP 47 : fr, bm, ses, taq…, ou mul)
    #[arg(long, value_name = "LANGUE")]
    pub language: Language,
    /// Titre, dans sa langue ; d'un titre de musique, sinon celui du nom de fichier « Artiste - Titre »
    #[arg(long, value_name = "TITRE", required_unless_present = "kind")]
    pub title: Option<String>,
    /// Interprète d'un titre de musique ; sinon celui du nom de fichier « Artiste - Titre »
    #[arg(long, value_name = "NOM")]
    pub artist: Option<String>,
    /// Catégorie de rotation d'un titre de musique
    #[arg(long, value_name = "CATÉGORIE")]
    pub category: Option<String>,
    /// Ce que c'est
    #[arg(long, value_enum, default_value_t = Kind::Programme, value_name = "SORTE")]
    pub kind: Kind,
    /// Émission de la grille dont c'est une édition
    #[arg(long, value_name = "ÉMISSION")]
    pub programme: Option<ProgrammeId>,
    /// Identifiant ; sinon il est tiré du nom du fichier
    #[arg(long, value_name = "IDENTIFIANT")]
    pub asset: Option<AssetId>,
    /// Les longs silences sont voulus
    #[arg(long)]
    pub silence_intended: bool,
    /// Approuver aussitôt (prêt à diffuser) si rien ne s'y oppose
    #[arg(long)]
    pub approve: bool,
}

/// Arguments of `plan`.
#[derive(Clone, Debug, ClapArgs)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line, and clap refuses those that exclude one another"
)]
pub struct PlanArgs {
    /// Code du site ; sans lui, tous
    #[arg(long, value_name = "SITE")]
    pub site: Option<SiteId>,
    /// Jour, par exemple 2026-11-24 ; sans lui, aujourd'hui
    #[arg(long, value_name = "JOUR")]
    pub day: Option<Date>,
    /// Toute la semaine (du lundi au dimanche) de ce jour
    #[arg(long)]
    pub week: bool,
    /// Les émissions seulement, sans le détail des écrans et habillages
    #[arg(long)]
    pub programmes: bool,
    /// Avec tout ce qui est décidé pour ces dates : directs, grilles spéciales, fêtes (par défaut la grille seule)
    #[arg(long, requires = "programmes", conflicts_with = "station")]
    pub decided: bool,
    /// En CSV
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// Compare avec ce qui a été diffusé
    #[arg(long, conflicts_with_all = ["programmes", "csv"])]
    pub aired: bool,
    /// Fichier de station à lire à la place de celle du siège
    #[arg(long, value_name = "FICHIER")]
    pub station: Option<PathBuf>,
    /// Campagnes à joindre au fichier de `--station`
    #[arg(long, value_name = "FICHIER", requires = "station")]
    pub campaigns: Option<PathBuf>,
}

/// Arguments of `readiness`.
#[derive(Clone, Copy, Debug, ClapArgs)]
pub struct ReadinessArgs {
    /// Code du site ; sans lui, tous
    #[arg(long, value_name = "SITE")]
    pub site: Option<SiteId>,
}

/// Arguments of `why`.
#[derive(Clone, Debug, ClapArgs)]
pub struct WhyArgs {
    /// Code du site
    #[arg(long, value_name = "SITE")]
    pub site: SiteId,
    /// Instant ; sans lui, maintenant
    #[arg(long, value_name = "INSTANT")]
    pub at: Option<Timestamp>,
}

/// Where in the chain `render` listens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Tap {
    /// The programme as the encoders and the card get it.
    #[default]
    Programme,
    /// The stereo multiplex with RDS, as an FM exciter gets it.
    Mpx,
}

/// Arguments of `render`.
#[derive(Clone, Debug, ClapArgs)]
pub struct RenderArgs {
    /// Code du site
    #[arg(long, value_name = "SITE")]
    pub site: SiteId,
    /// Premier instant
    #[arg(long, value_name = "INSTANT")]
    pub from: Timestamp,
    /// Durée, par exemple 10m
    #[arg(long = "for", value_name = "DURÉE", value_parser = units::duration)]
    pub length: Duration,
    /// Fichier WAV à écrire
    #[arg(long, value_name = "FICHIER")]
    pub out: PathBuf,
    /// Point de la chaîne
    #[arg(long, value_enum, default_value_t = Tap::Programme)]
    pub tap: Tap,
    /// How the multiplex is made.
    #[command(flatten)]
    pub signal: SignalArgs,
}

/// Arguments of `aircheck`.
#[derive(Clone, Debug, ClapArgs)]
pub struct AirCheckArgs {
    /// Code du site ; sans lui, tous, pour `--verify`
    #[arg(long, value_name = "SITE", required_unless_present = "verify")]
    pub site: Option<SiteId>,
    /// Premier instant de l'extrait
    #[arg(long, value_name = "INSTANT", required_unless_present = "verify")]
    pub from: Option<Timestamp>,
    /// Durée de l'extrait, par exemple 30s
    #[arg(long = "for", value_name = "DURÉE", value_parser = units::duration, required_unless_present = "verify")]
    pub length: Option<Duration>,
    /// Fichier à écrire : .wav (décodé) ou .opus (pour écouter)
    #[arg(long, value_name = "FICHIER", required_unless_present = "verify")]
    pub out: Option<PathBuf>,
    /// Ce qu'un récepteur a entendu sur la fréquence, au lieu de ce qui est parti d'ici
    #[arg(long)]
    pub witness: bool,
    /// Vérifie la chaîne et chaque octet de ce qui est gardé
    #[arg(long, conflicts_with_all = ["from", "length", "out"])]
    pub verify: bool,
}

/// The roles that an account may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Watches the antenna and the machines.
    #[value(name = "technician", alias = "technicien", alias = "technicienne")]
    Technician,
    /// Brings in sound, approves it, puts it into the grid.
    #[value(name = "producer", alias = "producteur", alias = "productrice")]
    Producer,
    /// Answers for the programmes, and publishes what is frozen.
    #[value(name = "director", alias = "directeur", alias = "directrice")]
    Director,
    /// Also keeps the accounts.
    #[value(name = "administrator", alias = "administrateur", alias = "administratrice")]
    Administrator,
    /// Hears what could harm somebody and says whether it may go on.
    #[value(name = "protection")]
    Protection,
}

/// `user` and what it does.
#[derive(Clone, Debug, Subcommand)]
pub enum UserCommand {
    /// Crée un compte et affiche son mot de passe à usage unique
    Add {
        /// Nom du compte
        name: String,
        /// Ce que la personne a le droit de faire
        #[arg(long, value_enum, value_name = "RÔLE")]
        role: Role,
    },
    /// Liste les comptes
    List,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_demo_clock_may_run_behind_the_machine() {
        let args = Args::try_parse_from(["mikado", "--clock-shift-ms", "-5000", "run"]).unwrap();
        assert_eq!(args.clock().shift(), SignedDuration::from_millis(-5000));
    }
}
