//! The arguments of `grid`: the station file, and every change of the week with the act that puts it in force.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use domain::SiteId;
use jiff::civil::{Date, Time};

/// `grid` and what it does.
#[derive(Clone, Debug, Subcommand)]
pub enum GridCommand {
    /// Fait d'un fichier de station la grille en vigueur
    Import {
        /// Fichier de station (TOML), ou semaine de référence
        file: PathBuf,
        /// Campagnes à joindre, quand le fichier est une semaine de référence
        #[arg(long, value_name = "FICHIER")]
        campaigns: Option<PathBuf>,
        /// Calendrier à joindre, quand le fichier est une semaine de référence
        #[arg(long, value_name = "FICHIER", requires = "campaigns")]
        calendar: Option<PathBuf>,
        /// Ce qui change et pourquoi, pour l'histoire de la grille
        #[arg(long, default_value = "grid import", value_name = "TEXTE")]
        reason: String,
        /// Laisser en attente : quelqu'un la relira et la publiera
        #[arg(long)]
        propose: bool,
    },
    /// Écrit la grille en vigueur dans un fichier, ou sur la sortie avec « - » ; ou les émissions d'une semaine
    Export(ExportArgs),
    /// Vérifie un fichier de station sans rien changer
    Check {
        /// Fichier de station (TOML), ou semaine de référence
        file: PathBuf,
        /// Campagnes à joindre, quand le fichier est une semaine de référence
        #[arg(long, value_name = "FICHIER")]
        campaigns: Option<PathBuf>,
    },
    /// Met dans la grille ce que dit une liste : CSV (jour, début, site, élément) ou M3U
    Playlist(PlaylistArgs),
    /// Un direct ou un autre changement ponctuel
    Override(Box<OverrideArgs>),
    /// Met une grille spéciale en vigueur, ou la lève
    #[command(subcommand)]
    Season(SeasonCommand),
    /// Confirme une fête lunaire, à un jour près
    Feast {
        /// Événement du calendrier, par exemple tabaski
        event: String,
        /// Jour prévu
        #[arg(long, value_name = "JOUR")]
        predicted: Date,
        /// Décalage en jours : -1, 0 ou 1
        #[arg(long, default_value_t = 0, allow_hyphen_values = true, value_name = "JOURS")]
        moved: i32,
        /// Comment publier.
        #[command(flatten)]
        how: PublishArgs,
    },
    /// Montre ce qui attend et ce que cela changerait
    Review,
    /// Publie tout ce qui attend
    Publish(PublishArgs),
    /// Remet en vigueur la publication d'avant, ou celle d'un numéro
    Undo {
        /// Numéro ; sans lui, celle d'avant
        #[arg(long, value_name = "N")]
        to: Option<u64>,
        /// Motif
        #[arg(long, value_name = "TEXTE")]
        reason: String,
    },
    /// Les dernières publications
    History,
    /// Ce qui s'entendrait autrement d'une publication à une autre, et ce qu'en disent les règles
    Compare {
        /// Numéro de la première
        from: u64,
        /// Numéro de la seconde ; sans lui, la dernière
        to: Option<u64>,
    },
}

/// What is laid into the grid.
#[derive(Clone, Debug, ClapArgs)]
pub struct PlaylistArgs {
    /// Liste CSV, ou M3U (.m3u, .m3u8)
    pub file: PathBuf,
    /// Pour une M3U : site ; sans lui, le réseau
    #[arg(long)]
    pub site: Option<SiteId>,
    /// Pour une M3U : jour
    #[arg(long, value_name = "JOUR")]
    pub day: Option<Date>,
    /// Pour une M3U : première case
    #[arg(long, value_name = "HEURE", default_value = "00:00")]
    pub from: Time,
    /// Vérifier seulement
    #[arg(long)]
    pub check: bool,
}

/// How something is published.
#[derive(Clone, Debug, ClapArgs)]
pub struct PublishArgs {
    /// Motif
    #[arg(long, value_name = "TEXTE")]
    pub reason: String,
    /// Pourquoi un avertissement est accepté : RÈGLE=motif ; « tout=motif » pour tous
    #[arg(long, value_name = "RÈGLE=MOTIF")]
    pub accept: Vec<String>,
    /// Publier comme directeur des programmes, aussi ce qui est gelé
    #[arg(long)]
    pub director: bool,
    /// Laisser en attente au lieu de publier
    #[arg(long)]
    pub propose: bool,
}

/// `grid season` and what it does.
#[derive(Clone, Debug, Subcommand)]
pub enum SeasonCommand {
    /// Met une grille spéciale en vigueur (ramadan, deuil, silence-electoral, dimanche)
    On {
        /// Grille
        season: String,
        /// Premier jour
        #[arg(long, value_name = "JOUR")]
        from: Date,
        /// Dernier jour
        #[arg(long = "to", value_name = "JOUR")]
        until: Date,
        /// Comment publier.
        #[command(flatten)]
        how: PublishArgs,
    },
    /// Lève une grille spéciale
    Off {
        /// Grille
        season: String,
        /// Son premier jour
        #[arg(long, value_name = "JOUR")]
        from: Date,
        /// Comment publier.
        #[command(flatten)]
        how: PublishArgs,
    },
}

/// Arguments of `grid override`.
#[derive(Clone, Debug, ClapArgs)]
pub struct OverrideArgs {
    /// Nom du direct
    pub id: String,
    /// Jour
    #[arg(long, value_name = "JOUR")]
    pub date: Date,
    /// Heure de départ
    #[arg(long, value_name = "HEURE", required_unless_present_any = ["off", "cron", "anchor"])]
    pub start: Option<Time>,
    /// Départ au soleil de chaque site, à la place de --start : maghrib, maghrib+1, fajr-60, sunrise+5
    #[arg(long, value_name = "REPÈRE", conflicts_with_all = ["start", "cron"], allow_hyphen_values = true)]
    pub anchor: Option<String>,
    /// Minutes qu'une insertion peut attendre le prochain écran ou changement de séquence
    #[arg(long, value_name = "MIN", default_value_t = 0)]
    pub wait: u32,
    /// Récurrence (RFC 5545), par exemple FREQ=WEEKLY;BYDAY=TH ; le jour donné est le premier
    #[arg(long, value_name = "RÈGLE")]
    pub rrule: Option<String>,
    /// Heure et récurrence en cron, à la place de --start et --rrule, par exemple « 30 14 * * 4 »
    #[arg(long, value_name = "CRON", conflicts_with_all = ["start", "rrule"])]
    pub cron: Option<String>,
    /// Durée prévue en minutes
    #[arg(long = "minutes", value_name = "MIN", required_unless_present_any = ["off", "seconds"])]
    pub minutes: Option<u32>,
    /// Durée prévue en secondes, à la place de --minutes
    #[arg(long = "seconds", value_name = "S", conflicts_with = "minutes")]
    pub seconds: Option<u32>,
    /// Titre
    #[arg(long, value_name = "TITRE", default_value = "")]
    pub title: String,
    /// Langue
    #[arg(long, value_name = "LANGUE", default_value = "fr")]
    pub language: domain::Language,
    /// Seulement à ces sites ; sans eux, le réseau entier
    #[arg(long = "site", value_name = "SITE")]
    pub sites: Vec<SiteId>,
    /// Sorte : discours, match, debat, journal, ceremonie, alerte, insert
    #[arg(long, value_name = "SORTE", default_value = "discours")]
    pub kind: String,
    /// Minutes de plus, décidées pendant le direct
    #[arg(long, value_name = "MIN", default_value_t = 0)]
    pub overrun: u32,
    /// Fin de rigueur
    #[arg(long, value_name = "HEURE")]
    pub hard_end: Option<Time>,
    /// Ce que devient une case : CASE=joindre, supprimer, inserer ou le nom de la case d'arrivée
    #[arg(long = "displaces", value_name = "CASE=SORT")]
    pub displaces: Vec<String>,
    /// Retirer ce direct
    #[arg(long)]
    pub off: bool,
    /// Comment publier.
    #[command(flatten)]
    pub how: PublishArgs,
}

/// Arguments of `grid export`.
#[derive(Clone, Debug, ClapArgs)]
pub struct ExportArgs {
    /// Fichier à écrire, ou « - »
    pub file: PathBuf,
    /// Forme
    #[arg(long, value_enum, default_value_t = ExportFormat::Toml, value_name = "FORME")]
    pub format: ExportFormat,
    /// Site, pour tout sauf toml ; sans lui, tous (un seul pour si)
    #[arg(long, value_name = "SITE")]
    pub site: Option<SiteId>,
    /// Premier jour ; sans lui, aujourd'hui
    #[arg(long, value_name = "JOUR")]
    pub day: Option<Date>,
    /// Nombre de jours
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=62), value_name = "N")]
    pub days: u16,
}

/// What `grid export` writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// The station file.
    #[default]
    Toml,
    /// iCalendar (RFC 5545).
    Ical,
    /// XMLTV.
    Xmltv,
    /// `RadioDNS` programme information (ETSI TS 102 818).
    Si,
}
