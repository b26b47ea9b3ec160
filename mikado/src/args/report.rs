//! Arguments of `report`.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use domain::SiteId;
use jiff::civil::Date;

/// What `report` tells of.
#[derive(Clone, Debug, Subcommand)]
pub enum ReportCommand {
    /// Ce qui fut promis, programmé, diffusé, compensé et prouvé de chaque campagne
    Campaign {
        /// Une campagne ; sans elle, toutes
        #[arg(value_name = "CAMPAGNE")]
        campaign: Option<String>,
        /// Sur quoi, et comment.
        #[command(flatten)]
        over: ReportArgs,
    },
    /// Le temps réellement diffusé dans chaque langue, et celui des voix de femmes
    Languages(ReportArgs),
    /// Ce que la sortie de chaque site a consommé, ligne par ligne
    Asrun(ReportArgs),
    /// Qui a parlé à l'antenne : femmes, sensibilités, personnes, en secondes réellement diffusées
    Speech {
        /// Sur quoi, et comment.
        #[command(flatten)]
        over: ReportArgs,
        /// Ce que chaque ligne additionne
        #[arg(long, value_enum, default_value_t, value_name = "PÉRIODE")]
        by: Period,
    },
    /// Ce que disent les 87 règles des jours demandés : grille, conducteurs, fiches, réalisé, journaux et piges
    Rules {
        /// Sur quoi, et comment.
        #[command(flatten)]
        over: ReportArgs,
        /// Montre les règles elles-mêmes, et qui mesure ce qu'elles bornent
        #[arg(long)]
        list: bool,
    },
}

/// What one line of a report adds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Period {
    /// One civil day.
    #[default]
    Day,
    /// One week, from Monday on.
    Week,
    /// All days that are asked for.
    All,
}

/// Over what, and how.
#[derive(Clone, Copy, Debug, ClapArgs)]
pub struct ReportArgs {
    /// Premier jour ; sans lui, aujourd'hui
    #[arg(long, value_name = "JOUR")]
    pub from: Option<Date>,
    /// Dernier jour compris ; sans lui, le premier
    #[arg(long, value_name = "JOUR")]
    pub to: Option<Date>,
    /// Code du site ; sans lui, tous
    #[arg(long, value_name = "SITE")]
    pub site: Option<SiteId>,
    /// Forme de la réponse ; `--json` dit la même chose que `--format json`
    #[arg(long, value_enum, default_value_t, value_name = "FORME")]
    pub format: ReportFormat,
}

/// The shape of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For the eye.
    #[default]
    Table,
    /// For a spreadsheet.
    Csv,
    /// For a program.
    Json,
    /// L'attestation d'une campagne, en français.
    Pdf,
}
