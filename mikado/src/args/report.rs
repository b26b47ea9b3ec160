//! Arguments of `report`.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use domain::SiteId;
use jiff::ToSpan;
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
    /// Ce qui tient dans les écrans, tranche par tranche : placé, déplacé, perdu, et la règle en cause
    Breaks {
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
    /// À la place des deux : aujourd'hui, hier, la semaine ou le mois d'avant
    #[arg(long, value_enum, conflicts_with_all = ["from", "to"], value_name = "QUAND")]
    pub over: Option<Lately>,
    /// Code du site ; sans lui, tous
    #[arg(long, value_name = "SITE")]
    pub site: Option<SiteId>,
    /// Forme de la réponse ; `--json` dit la même chose que `--format json`
    #[arg(long, value_enum, default_value_t, value_name = "FORME")]
    pub format: ReportFormat,
}

/// Days that a report is often asked for, told from today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lately {
    /// Today alone.
    #[value(name = "today", alias = "aujourdhui")]
    Today,
    /// Yesterday alone.
    #[value(name = "yesterday", alias = "hier")]
    Yesterday,
    /// The week before this one, from Monday on.
    #[value(name = "last-week", alias = "semaine-derniere")]
    LastWeek,
    /// The month before this one.
    #[value(name = "last-month", alias = "mois-dernier")]
    LastMonth,
}

impl Lately {
    /// Its first and last day.
    pub fn days(self, today: Date) -> (Date, Date) {
        let back = |days: i64| today.saturating_sub(days.days());
        match self {
            Self::Today => (today, today),
            Self::Yesterday => (back(1), back(1)),
            Self::LastWeek => {
                let since_monday = i64::from(today.weekday().to_monday_zero_offset());
                (back(since_monday + 7), back(since_monday + 1))
            }
            Self::LastMonth => {
                let last = today.first_of_month().saturating_sub(1.day());
                (last.first_of_month(), last)
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_from_today() {
        for (today, lately, first, last) in [
            ("2026-11-24", Lately::Today, "2026-11-24", "2026-11-24"),
            ("2027-01-01", Lately::Yesterday, "2026-12-31", "2026-12-31"),
            ("2026-11-23", Lately::LastWeek, "2026-11-16", "2026-11-22"),
            ("2026-11-29", Lately::LastWeek, "2026-11-16", "2026-11-22"),
            ("2027-01-31", Lately::LastMonth, "2026-12-01", "2026-12-31"),
        ] {
            let expected = (first.parse().unwrap(), last.parse().unwrap());
            assert_eq!(lately.days(today.parse().unwrap()), expected, "{today} {lately:?}");
        }
    }
}
