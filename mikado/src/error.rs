//! Why a command could not do what it was asked.

use std::path::{Path, PathBuf};

use crate::config::ConfigError;
use crate::speech::Said;

/// The binary's one error: every variant ends in a sentence and an exit code.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The config file cannot be used.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// The arguments ask for something that does not exist or makes no sense (exit 2).
    #[error("{0}")]
    Usage(Said),
    /// The command was understood and could not be carried out (exit 1).
    #[error("{0}")]
    Failed(Said),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The command has already said what is wrong (exit 1).
    #[error("already told")]
    Told,
}

impl Error {
    /// An error of a file.
    pub fn file(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Self::File { path: path.as_ref().to_owned(), source }
    }

    /// A failure in both languages.
    pub fn failed(fr: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Failed(Said::new(fr, en))
    }

    /// A wrong use in both languages.
    pub fn usage(fr: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Usage(Said::new(fr, en))
    }

    /// A failure of another room, with what was being done.
    pub fn doing(fr: &str, en: &str, why: impl std::fmt::Display) -> Self {
        Self::Failed(Said::new(format!("{fr} : {why}"), format!("{en}: {why}")))
    }

    /// 2 for what the caller must write differently, 1 for everything else.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Usage(_) => 2,
            Self::Failed(_) | Self::File { .. } | Self::Told => 1,
        }
    }

    /// The sentence for people.
    pub fn said(&self) -> Said {
        match self {
            Self::Config(e) => e.said(),
            Self::Usage(s) | Self::Failed(s) => s.clone(),
            Self::File { path, source } => {
                let p = path.display();
                match source.kind() {
                    std::io::ErrorKind::NotFound => {
                        Said::new(format!("« {p} » n'existe pas."), format!("“{p}” does not exist."))
                    }
                    std::io::ErrorKind::PermissionDenied => {
                        Said::new(format!("« {p} » : accès refusé."), format!("“{p}”: permission denied."))
                    }
                    _ => Said::new(format!("« {p} » : {source}."), format!("“{p}”: {source}.")),
                }
            }
            Self::Told => Said::new("", ""),
        }
    }
}
