//! What the commands say to people: one sentence in two languages, or JSON for machines.

use std::fmt;
use std::io::{self, Write};

use clap::ValueEnum;
use domain::{Finding, Severity};
use serde::Serialize;
use serde_json::json;

use crate::Error;

/// The language that a command speaks to people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Tongue {
    /// French, the station's working language.
    #[default]
    Fr,
    /// English.
    En,
}

impl Tongue {
    /// Its tag, as `--lang` takes it.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }
}

/// One sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The French sentence.
    pub fr: String,
    /// The English sentence.
    pub en: String,
}

impl Said {
    /// A sentence in both languages.
    pub fn new(fr: impl Into<String>, en: impl Into<String>) -> Self {
        Self { fr: fr.into(), en: en.into() }
    }

    /// The sentence in one language.
    pub fn in_tongue(&self, tongue: Tongue) -> &str {
        match tongue {
            Tongue::Fr => &self.fr,
            Tongue::En => &self.en,
        }
    }
}

impl std::error::Error for Said {}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

/// Where a command's answer goes and in which shape: the one door to standard output.
///
/// A reader that went away (a closed pipe) ends nothing: the rest of the answer is dropped.
#[derive(Clone, Copy, Debug)]
pub struct Voice {
    /// The language for people.
    pub tongue: Tongue,
    /// Whether the answer is for a machine.
    pub json: bool,
}

impl Voice {
    /// Prints a sentence for people; silent with `--json`.
    pub fn say(&self, said: &Said) {
        if !self.json {
            line(said.in_tongue(self.tongue));
        }
    }

    /// Prints a line as it is.
    pub fn line(&self, text: &str) {
        line(text);
    }

    /// Prints a value as one line of JSON.
    pub fn json(&self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(text) => line(&text),
            Err(error) => tracing::error!("answer not written: {error}"),
        }
    }

    /// Prints findings, one per line: severity, code, sentence; as JSON an array.
    pub fn findings(&self, findings: &[Finding]) {
        if self.json {
            self.json(&findings.iter().map(finding_json).collect::<Vec<_>>());
            return;
        }
        for f in findings {
            line(&self.finding_line(f));
        }
    }

    /// One finding as a line for people.
    pub fn finding_line(&self, f: &Finding) -> String {
        let word = match (self.tongue, f.severity) {
            (_, Severity::Info) => "info   ",
            (Tongue::Fr, Severity::Warning) => "alerte ",
            (Tongue::Fr, Severity::Blocking) => "bloqué ",
            (Tongue::En, Severity::Warning) => "warning",
            (Tongue::En, Severity::Blocking) => "blocked",
        };
        let text = if self.tongue == Tongue::Fr { &f.fr } else { &f.en };
        format!("{word}  {:<22} {text}", f.code)
    }

    /// Says an error on standard error (with `--json` also on standard output, as an object).
    pub fn complain(&self, error: &Error) {
        if matches!(error, Error::Told) {
            return;
        }
        let said = error.said();
        if self.json {
            self.json(&json!({ "error": { "fr": said.fr, "en": said.en } }));
        }
        // A closed standard error leaves nobody to tell.
        let _ = writeln!(io::stderr().lock(), "mikado: {}", said.in_tongue(self.tongue));
    }
}

/// The shape of a finding in every JSON answer.
pub fn finding_json(f: &Finding) -> serde_json::Value {
    json!({
        "code": f.code,
        "severity": severity_word(f.severity),
        "at_s": f.at_s,
        "fr": f.fr,
        "en": f.en,
    })
}

/// The word of a severity on the wire.
pub const fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Blocking => "blocking",
    }
}

/// The severity of a word on the wire.
pub fn severity_of(word: &str) -> Option<Severity> {
    [Severity::Info, Severity::Warning, Severity::Blocking].into_iter().find(|s| severity_word(*s) == word)
}

fn line(text: &str) {
    // A closed pipe (`mikado plan | head`) is the reader's choice, not an error.
    let _ = writeln!(io::stdout().lock(), "{text}");
}
