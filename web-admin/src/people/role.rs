//! Roles, and what each may do.

use std::fmt;
use std::str::FromStr;

/// What somebody is at the station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Watches the air and the sites.
    Technician,
    /// Brings sound in, approves it and puts it on the grid.
    Producer,
    /// All of that, and the accounts and the audit.
    Administrator,
    /// Answers for the programmes: also changes what is frozen.
    Director,
    /// Hears what could harm somebody, and alone says whether it may go on. Nobody else does, whatever the role: who keeps
    /// the accounts may make this one, and the audit tells it.
    Protection,
}

/// One thing that somebody may do. A page or an act asks for exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Right {
    /// See what sounds: wall, as-run, site details; listen.
    SeeAir,
    /// See what is planned: grid, running orders.
    SeePlan,
    /// See and hear the library.
    SeeLibrary,
    /// Bring a file in.
    Upload,
    /// Approve exact bytes for the air, or take them back.
    Approve,
    /// Put an asset into the grid.
    Place,
    /// Enter changes of the week and publish them in time.
    Publish,
    /// Publish also what is frozen (R-GRID-04).
    Direct,
    /// Run the station's jobs and fetch what they wrote, copies of the accounts among it.
    Operate,
    /// See and change accounts.
    ManagePeople,
    /// Read the audit.
    ReadAudit,
    /// Hear flagged sounds, clear their bytes, raise and lower flags.
    Protect,
}

impl Role {
    /// Every role, in the order of the screens.
    pub const ALL: [Self; 5] =
        [Self::Technician, Self::Producer, Self::Director, Self::Administrator, Self::Protection];

    /// Whether the role has the right. What is not named here is refused.
    pub const fn may(self, right: Right) -> bool {
        use Right::{
            Approve, Direct, ManagePeople, Operate, Place, Protect, Publish, ReadAudit, SeeAir, SeeLibrary, SeePlan,
            Upload,
        };
        match right {
            SeeAir | SeePlan | SeeLibrary => true,
            Upload | Approve | Place | Publish => {
                matches!(self, Self::Producer | Self::Director | Self::Administrator)
            }
            Direct => matches!(self, Self::Director | Self::Administrator),
            ManagePeople | Operate | ReadAudit => matches!(self, Self::Administrator),
            Protect => matches!(self, Self::Protection),
        }
    }

    /// The word kept in the file and given to `mikado user add --role`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Technician => "technician",
            Self::Producer => "producer",
            Self::Administrator => "administrator",
            Self::Protection => "protection",
            Self::Director => "director",
        }
    }
}

/// The text is not a role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a role: technician, producer, director, administrator or protection")]
pub struct BadRole(pub String);

impl FromStr for Role {
    type Err = BadRole;

    fn from_str(s: &str) -> Result<Self, BadRole> {
        let french = match s {
            "technicien" | "technicienne" => Some(Self::Technician),
            "producteur" | "productrice" => Some(Self::Producer),
            "directeur" | "directrice" => Some(Self::Director),
            "administrateur" | "administratrice" => Some(Self::Administrator),
            _ => None,
        };
        let found = french.or_else(|| Self::ALL.into_iter().find(|r| r.as_str() == s));
        found.ok_or_else(|| BadRole(s.chars().take(32).collect()))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
