//! What a message says: a short one of 160 characters in French, and a mail in both languages.

use std::collections::BTreeMap;
use std::fmt::Write;

use domain::SiteId;
use hardware::modem::{GsmText, SMS_CHARS_MAX};
use jiff::Zoned;

use super::Condition;

/// Why somebody is told something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What lasts is not what they were told.
    Change,
    /// They are told each day.
    Daily,
    /// Somebody wants to know whether it arrives.
    Test,
}

/// What a reader is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Why.
    pub kind: Kind,
    /// When, in the station's time.
    pub at: Zoned,
    /// What they have not been told.
    pub raised: Vec<Condition>,
    /// What they were told and is over.
    pub over: Vec<Condition>,
    /// Everything that lasts and concerns them, what is new included.
    pub lasting: Vec<Condition>,
}

/// Room for the count of what did not fit.
const MORE_CHARS: usize = 4;

impl Notice {
    /// A message that only says that it arrived.
    pub fn test(at: Zoned) -> Self {
        Self { kind: Kind::Test, at, raised: Vec::new(), over: Vec::new(), lasting: Vec::new() }
    }

    /// As one short message in French, whole sentences as far as they fit.
    pub fn short(&self) -> GsmText {
        let head = format!("Mikado {}", self.at.strftime("%d/%m %H:%M"));
        let pieces = match self.kind {
            Kind::Test => vec!["message d'essai, tout va bien jusqu'ici.".to_owned()],
            Kind::Daily if self.lasting.is_empty() && self.over.is_empty() => {
                vec!["tout va bien. Sans message demain, appelez le siège.".to_owned()]
            }
            Kind::Daily => pieces("dure", &self.lasting, "fini", &self.over),
            Kind::Change => pieces("", &self.raised, "fini", &self.over),
        };
        let mut text = head;
        let mut left = pieces.len();
        for (n, piece) in pieces.into_iter().enumerate() {
            let longer = format!("{text} {piece}");
            let room = SMS_CHARS_MAX - if left > 1 { MORE_CHARS } else { 0 };
            let fits = chars(&longer) <= room;
            if !fits && n > 0 {
                break;
            }
            // The first is told even if it has to be cut.
            text = if fits { longer } else { cut(&longer, room) };
            left -= 1;
        }
        if left > 0 {
            // Writing to a String cannot fail.
            let _ = write!(text, " +{left}");
        }
        GsmText::new(&text)
    }

    /// The subject of a mail.
    pub fn subject(&self) -> String {
        let sites = |of: &[Condition]| {
            let mut names: Vec<String> = of.iter().map(|c| c.site.to_string()).collect();
            names.sort();
            names.dedup();
            names.join(", ")
        };
        match self.kind {
            Kind::Test => "Mikado : message d'essai".to_owned(),
            Kind::Daily if self.lasting.is_empty() => "Mikado : tout va bien".to_owned(),
            Kind::Daily => format!("Mikado {} : {} à voir", sites(&self.lasting), self.lasting.len()),
            Kind::Change => match self.raised.first() {
                Some(first) => format!("Mikado {} : {}", sites(&self.raised), clause(&first.finding.fr)),
                None => format!("Mikado {} : c'est fini", sites(&self.over)),
            },
        }
    }

    /// The text of a mail: everything in French, then in English.
    pub fn body(&self) -> String {
        let mut text = String::new();
        let at = self.at.strftime("%Y-%m-%d %H:%M %:z");
        for (is_french, words) in [(true, &FRENCH), (false, &ENGLISH)] {
            let opening = match self.kind {
                Kind::Test => words.test,
                Kind::Daily if self.lasting.is_empty() => words.well,
                Kind::Daily => words.daily,
                Kind::Change => words.change,
            };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{opening} ({at})\n");
            let old = self.lasting.iter().filter(|c| !self.raised.contains(c)).cloned().collect::<Vec<_>>();
            for (title, conditions) in [(words.new, &self.raised), (words.over, &self.over), (words.lasts, &old)] {
                section(&mut text, title, conditions, &self.at, is_french);
            }
        }
        text.push_str("-- \nMikado\n");
        text
    }
}

struct Words {
    test: &'static str,
    well: &'static str,
    daily: &'static str,
    change: &'static str,
    new: &'static str,
    over: &'static str,
    lasts: &'static str,
}

const FRENCH: Words = Words {
    test: "Message d'essai : si vous le lisez, les avis de Mikado vous parviennent.",
    well: "Tout va bien. Si ce message manque demain, c'est que le siège ne peut plus vous parler : appelez-le.",
    daily: "Ce qui dure à cette heure. Si ce message manque demain, c'est que le siège ne peut plus vous parler : appelez-le.",
    change: "Ce qui a changé.",
    new: "Nouveau",
    over: "Terminé",
    lasts: "Dure encore",
};

const ENGLISH: Words = Words {
    test: "Test message: who reads this is reached by Mikado's notices.",
    well: "All is well. If this message is missing tomorrow, headquarters can no longer reach you: call them.",
    daily: "What lasts now. If this message is missing tomorrow, headquarters can no longer reach you: call them.",
    change: "What has changed.",
    new: "New",
    over: "Over",
    lasts: "Still there",
};

fn section(text: &mut String, title: &str, conditions: &[Condition], at: &Zoned, is_french: bool) {
    if conditions.is_empty() {
        return;
    }
    let colon = if is_french { " :" } else { ":" };
    let _ = writeln!(text, "{title}{colon}");
    for c in conditions {
        let since = c.since.to_zoned(at.time_zone().clone());
        let since = since.strftime("%d/%m %H:%M");
        let (sentence, word) = if is_french { (&c.finding.fr, "depuis") } else { (&c.finding.en, "since") };
        let _ = writeln!(text, "- {}, {word} {since} · {sentence}", c.site);
    }
    text.push('\n');
}

/// One piece per site and word, such as `GAO fini : …, ….`
fn pieces(word: &str, first: &[Condition], other: &str, second: &[Condition]) -> Vec<String> {
    let mut pieces = Vec::new();
    for (word, conditions) in [(word, first), (other, second)] {
        let mut by_site: BTreeMap<SiteId, Vec<&str>> = BTreeMap::new();
        let mut sorted: Vec<&Condition> = conditions.iter().collect();
        sorted.sort_by_key(|c| std::cmp::Reverse(c.finding.severity));
        for c in sorted {
            by_site.entry(c.site).or_default().push(clause(&c.finding.fr));
        }
        let said = |(site, clauses): (SiteId, Vec<&str>)| {
            let space = if word.is_empty() { "" } else { " " };
            format!("{site}{space}{word}: {}.", clauses.join(", "))
        };
        pieces.extend(by_site.into_iter().map(said));
    }
    pieces
}

/// What is wrong, without what plays meanwhile and what to do: a sentence up to its first break. A point inside a number or
/// an address is none.
fn clause(sentence: &str) -> &str {
    let breaks = |(at, c): &(usize, char)| match c {
        ';' => true,
        '.' => sentence[at + 1..].chars().next().is_none_or(char::is_whitespace),
        _ => false,
    };
    let end = sentence.char_indices().find(breaks).map_or(sentence.len(), |(at, _)| at);
    sentence[..end].trim_end()
}

fn chars(text: &str) -> usize {
    // A text beyond a message is cut by the alphabet, so that its length would never be too long.
    let in_pieces = text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]);
    in_pieces.map(|c| if c == " " { 1 } else { GsmText::new(c).chars() }).sum()
}

fn cut(text: &str, room: usize) -> String {
    let mut kept = String::new();
    let mut used = 0;
    for c in text.chars() {
        used += if c == ' ' { 1 } else { GsmText::new(&c.to_string()).chars() };
        if used + 3 > room {
            break;
        }
        kept.push(c);
    }
    kept + "..."
}
