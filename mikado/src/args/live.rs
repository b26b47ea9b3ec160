//! The arguments of `live`: who may take the air of a site, and when.

use clap::Subcommand;
use domain::SiteId;
use jiff::Timestamp;

/// `live` and what it does.
#[derive(Clone, Debug, Subcommand)]
pub enum LiveCommand {
    /// Donne à une personne le droit d'antenne d'un site et affiche son mot de passe, une seule fois
    Grant {
        /// Code du site
        #[arg(long, value_name = "SITE")]
        site: SiteId,
        /// Nom de la personne
        #[arg(long, value_name = "NOM")]
        person: String,
        /// Premier instant ; sans lui, maintenant
        #[arg(long, value_name = "INSTANT")]
        from: Option<Timestamp>,
        /// Dernier instant, au plus 31 jours après ; chaque prise d'antenne finit d'elle-même après 4 h
        #[arg(long, value_name = "INSTANT")]
        until: Timestamp,
    },
    /// Retire un droit ; la personne perd l'antenne dans la seconde
    Revoke {
        /// Code du site
        #[arg(long, value_name = "SITE")]
        site: SiteId,
        /// Le droit : les quatre premières lettres de son mot de passe, que donne « live list »
        id: String,
    },
    /// Liste les droits
    List {
        /// Code du site ; sans lui, tous
        #[arg(long, value_name = "SITE")]
        site: Option<SiteId>,
    },
}
