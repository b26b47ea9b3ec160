//! The arguments of `transmitter`: what a person orders of a site's transmitter.

use clap::{Args as ClapArgs, Subcommand};
use domain::SiteId;

use crate::hand::Word;

/// `transmitter` and what it does.
#[derive(Clone, Debug, Subcommand)]
pub enum TransmitterCommand {
    /// Coupe la porteuse : personne n'entend plus le site, et rien ne la rétablit avant qu'une personne l'ordonne
    Off(OrderArgs),
    /// Rétablit la porteuse
    On(OrderArgs),
    /// Met l'excitateur principal en service
    Main(OrderArgs),
    /// Met l'excitateur de secours en service
    Standby(OrderArgs),
    /// Le dernier ordre, ce qu'il est devenu, et ce que l'on peut ordonner
    Show {
        /// Code du site ; sans lui, tous
        #[arg(long, value_name = "SITE")]
        site: Option<SiteId>,
    },
}

/// An order, and why.
#[derive(Clone, Debug, ClapArgs)]
pub struct OrderArgs {
    /// Code du site
    #[arg(long, value_name = "SITE")]
    pub site: SiteId,
    /// Pourquoi ; elle reste au journal des équipements du site
    #[arg(long, value_name = "RAISON")]
    pub reason: String,
    /// Confirme l'ordre ; sans lui, la commande dit ce qu'elle ferait et n'envoie rien
    #[arg(long)]
    pub yes: bool,
}

impl TransmitterCommand {
    /// The order, when it is one.
    pub const fn order(&self) -> Option<(Word, &OrderArgs)> {
        match self {
            Self::Off(args) => Some((Word::CarrierOff, args)),
            Self::On(args) => Some((Word::CarrierOn, args)),
            Self::Main(args) => Some((Word::ExciterMain, args)),
            Self::Standby(args) => Some((Word::ExciterStandby, args)),
            Self::Show { .. } => None,
        }
    }
}
