//! What is wrong with a config file: the line, the fault, and the nearest thing that would be right.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::speech::Said;

/// The config file cannot be used as it is.
#[derive(Clone, Debug)]
pub struct ConfigError {
    /// The file.
    pub file: PathBuf,
    /// Everything found wrong, in the order of the file; never empty.
    pub complaints: Vec<Complaint>,
}

/// One fault in a config file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The line, counted from 1; `None` when the fault is of the whole file.
    pub line: Option<usize>,
    /// What is wrong and what to write instead.
    pub said: Said,
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said().en)
    }
}

impl ConfigError {
    /// A fault of the whole file.
    pub fn whole(file: &Path, fr: impl Into<String>, en: impl Into<String>) -> Self {
        Self { file: file.to_owned(), complaints: vec![Complaint { line: None, said: Said::new(fr, en) }] }
    }

    /// All complaints as sentences, one per line of text.
    pub fn said(&self) -> Said {
        let name = self.file.display();
        let mut fr = Vec::new();
        let mut en = Vec::new();
        for c in &self.complaints {
            let (at_fr, at_en) =
                c.line.map_or_else(Default::default, |n| (format!(", ligne {n}"), format!(", line {n}")));
            fr.push(format!("{name}{at_fr} : {}", c.said.fr));
            en.push(format!("{name}{at_en}: {}", c.said.en));
        }
        Said::new(fr.join("\n"), en.join("\n"))
    }
}

/// The line of a byte of the text, counted from 1.
pub fn line_of(text: &str, span: &Range<usize>) -> usize {
    1 + text.as_bytes().iter().take(span.start).filter(|b| **b == b'\n').count()
}

/// What the TOML reader refused, as a sentence for people.
///
/// `known` lists every key of the file with the section that it belongs to, so that a key in the wrong place is told where to go.
pub fn from_toml(text: &str, error: &toml::de::Error, known: &[(&str, &str)]) -> Complaint {
    let line = error.span().map(|s| line_of(text, &s));
    let message = error.message();
    let said = if let Some(rest) = message.strip_prefix("unknown field ") {
        unknown_key(rest, known)
    } else if let Some(key) = message.strip_prefix("missing field ").and_then(first_quoted) {
        Said::new(format!("il manque la clé « {key} »."), format!("the key “{key}” is missing."))
    } else if message.starts_with("invalid type") {
        wrong_type(message)
    } else if message.starts_with("duplicate key") {
        Said::new("cette clé est écrite deux fois.", "this key is written twice.")
    } else {
        let message = message.replace('\n', ", ");
        Said::new(
            format!("ce n'est pas du TOML valable ({message}). Vérifiez guillemets, crochets et signe égal."),
            format!("this is not valid TOML ({message}). Check quotes, brackets and equal sign."),
        )
    };
    Complaint { line, said }
}

fn unknown_key(rest: &str, known: &[(&str, &str)]) -> Said {
    let mut quoted = rest.split('`').skip(1).step_by(2);
    let key = quoted.next().unwrap_or_default();
    let expected: Vec<&str> = quoted.collect();
    let (fr, en) = if let Some(near) = nearest(key, &expected) {
        (format!("Vouliez-vous « {near} » ?"), format!("Did you mean “{near}”?"))
    } else if let Some((_, section)) = known.iter().find(|(k, _)| *k == key) {
        (format!("Elle va dans {section}."), format!("It belongs in {section}."))
    } else {
        let list = expected.join(", ");
        (format!("Ici vont : {list}."), format!("Here go: {list}."))
    };
    Said::new(format!("clé inconnue « {key} ». {fr}"), format!("unknown key “{key}”. {en}"))
}

fn wrong_type(message: &str) -> Said {
    let expects_text = message.contains("expected a string");
    if expects_text {
        return Said::new(
            "cette valeur s'écrit entre guillemets, avec son unité s'il y en a une, par exemple \"10s\".",
            "this value is written in quotes, with its unit if it has one, such as \"10s\".",
        );
    }
    Said::new(
        format!("cette valeur n'est pas de la bonne sorte ({message})."),
        format!("this value is of the wrong sort ({message})."),
    )
}

fn first_quoted(text: &str) -> Option<&str> {
    text.split('`').nth(1)
}

/// The candidate that a slip of the fingers away from `word`, if any: at most two slips, or one in a short word.
pub fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let allowed = if word.chars().count() <= 3 { 1 } else { 2 };
    let near = candidates.iter().map(|c| (slips(word, c), *c)).min()?;
    (near.0 <= allowed).then_some(near.1)
}

/// Letters to insert, drop, change or swap with their neighbour between two words (restricted Damerau–Levenshtein).
fn slips(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j - 1] + same).min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_fingers_finds_its_key() {
        let keys = ["dir", "disk_budget", "http", "opus"];
        assert_eq!(nearest("disk_buget", &keys), Some("disk_budget"));
        assert_eq!(nearest("htpp", &keys), Some("http"));
        assert_eq!(nearest("opsu", &keys), Some("opus"));
        assert_eq!(nearest("colour", &keys), None);
        assert_eq!(nearest("xyz", &keys), None);
    }
}
