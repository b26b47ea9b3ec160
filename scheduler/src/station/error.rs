//! Why a station file is refused, with its line and a sentence in both languages.

use crate::grid::Hole;

/// A station file that is not taken: where and why. The station in force stays in force.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{en}", line.map(|n| format!("line {n}: ")).unwrap_or_default())]
pub struct StationError {
    /// Line of the file, counted from 1; `None` where no single line is to blame.
    pub line: Option<usize>,
    /// The French sentence.
    pub fr: String,
    /// The English sentence.
    pub en: String,
}

impl StationError {
    pub(crate) fn new(line: Option<usize>, fr: impl Into<String>, en: impl Into<String>) -> Self {
        Self { line, fr: fr.into(), en: en.into() }
    }

    pub(super) fn of_toml(text: &str, error: &toml::de::Error) -> Self {
        let message = error.message();
        let hint = suggestion(message);
        let hint_fr = hint.as_ref().map(|h| format!(" Vouliez-vous écrire « {h} » ?")).unwrap_or_default();
        let hint_en = hint.as_ref().map(|h| format!(" Did you mean “{h}”?")).unwrap_or_default();
        let fr = format!("Le fichier de station ne se lit pas: {}.{hint_fr}", french(message));
        let en = format!("The station file cannot be read: {}.{hint_en}", message.trim_end_matches('.'));
        let line = error.span().filter(|_| !text.is_empty()).map(|span| line_of(text, span.start));
        Self { line, fr, en }
    }

    pub(super) fn of_hole(line: Option<usize>, hole: &Hole) -> Self {
        Self { line, fr: hole.fr(), en: hole.to_string() }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|b| **b == b'\n').count() + 1
}

/// The line of the `index`-th `[[table]]` header, when the file is written in that style.
pub(super) fn line_of_table(text: &str, table: &str, index: usize) -> Option<usize> {
    let header = format!("[[{table}]]");
    text.lines().enumerate().filter(|(_, line)| line.trim() == header).nth(index).map(|(n, _)| n + 1)
}

fn french(message: &str) -> String {
    let message = message.trim_end_matches('.');
    let quoted = || message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("unknown field") {
        format!("le champ « {} » n'existe pas ici", quoted())
    } else if message.starts_with("missing field") {
        format!("il manque le champ « {} »", quoted())
    } else if message.starts_with("unknown variant") {
        format!("la valeur « {} » n'est pas permise ici", quoted())
    } else if message.starts_with("duplicate key") {
        "un nom est écrit deux fois".to_owned()
    } else if message.starts_with("invalid type") {
        format!("une valeur n'est pas du bon type ({message})")
    } else {
        message.to_owned()
    }
}

/// The expected name nearest to an unknown one, when at most two letters differ.
fn suggestion(message: &str) -> Option<String> {
    if !message.starts_with("unknown") {
        return None;
    }
    let mut names = message.split('`').skip(1).step_by(2);
    let given = names.next()?;
    let near = names.map(|name| (distance(given, name), name)).min()?;
    (near.0 <= 2).then(|| near.1.to_owned())
}

/// Edit distance; both names come from a line of a file of bounded size and are cut to 64 letters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let swap = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = swap.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
