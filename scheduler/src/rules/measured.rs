//! A quantity that was measured somewhere, and the sentence that a breach makes of it.

use std::borrow::Cow;

use domain::{Finding, SiteId};
use jiff::civil::Date;

use super::{Bound, Rule};
use crate::grid::hms;
use crate::station::Day;

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number, in the unit that the quantity's name ends in.
    Number(f64),
    /// What stands there, and what should.
    Texts {
        /// What stands there.
        given: String,
        /// What should stand there.
        expected: String,
    },
}

/// A measured quantity: the input of every rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    quantity: Cow<'static, str>,
    value: Value,
    key: String,
    subject: String,
    site: Option<SiteId>,
    day: Option<Date>,
    at_s: Option<u32>,
    told: Option<f64>,
    between: Option<(String, String)>,
}

impl Measured {
    /// A number of a quantity such as `break_s_in_hour`.
    pub fn number(quantity: impl Into<Cow<'static, str>>, value: f64) -> Self {
        Self::new(quantity.into(), Value::Number(value))
    }

    /// What stands somewhere and what should.
    pub fn texts(quantity: impl Into<Cow<'static, str>>, given: &str, expected: &str) -> Self {
        Self::new(quantity.into(), Value::Texts { given: given.to_owned(), expected: expected.to_owned() })
    }

    const fn new(quantity: Cow<'static, str>, value: Value) -> Self {
        Self {
            quantity,
            value,
            key: String::new(),
            subject: String::new(),
            site: None,
            day: None,
            at_s: None,
            told: None,
            between: None,
        }
    }

    /// Of what: a programme, a campaign, a language.
    pub fn about(self, subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), ..self }
    }

    /// Which of the rule's own figures bounds it, when the rule has one per site.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Says which of the rule's own figures bounds it.
    pub fn by_key(self, key: impl Into<String>) -> Self {
        Self { key: key.into(), ..self }
    }

    /// At a site.
    pub fn at(self, site: SiteId) -> Self {
        Self { site: Some(site), ..self }
    }

    /// On a day, at a second of it when it has one.
    pub fn on(self, day: Date, at_s: Option<u32>) -> Self {
        Self { day: Some(day), at_s, ..self }
    }

    /// Its sentence names another figure than the one that is judged, such as seconds for a share of them.
    pub fn told_as(self, told: f64) -> Self {
        Self { told: Some(told), ..self }
    }

    /// Between which two, where two are compared.
    pub fn between(self, a: impl Into<String>, b: impl Into<String>) -> Self {
        Self { between: Some((a.into(), b.into())), ..self }
    }

    /// Of what; empty when it speaks of the whole.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// At which site.
    pub const fn site(&self) -> Option<SiteId> {
        self.site
    }

    /// On which day.
    pub const fn day(&self) -> Option<Date> {
        self.day
    }

    /// At which second of the day.
    pub const fn at_s(&self) -> Option<u32> {
        self.at_s
    }

    /// Its name.
    pub fn quantity(&self) -> &str {
        &self.quantity
    }

    /// What was found.
    pub const fn value(&self) -> &Value {
        &self.value
    }

    /// A breach of `rule` told in both languages, each with its mend.
    pub(super) fn finding(&self, rule: &Rule, bound: &Bound, limit: Option<f64>) -> Finding {
        let (message_fr, message_en) = bound.said.unwrap_or((rule.message_fr, rule.message_en));
        let sentence = |message: &str, mend: &str, french: bool| {
            let word = |place: &str| self.word(place, limit, french);
            format!("{} {}", filled(message, word), filled(mend, word))
        };
        Finding {
            code: rule.id.to_owned(),
            severity: rule.severity,
            at_s: self.at_s.map(f64::from),
            fr: sentence(message_fr, rule.mend_fr, true),
            en: sentence(message_en, rule.mend_en, false),
        }
    }

    /// What stands for a place in a message.
    fn word(&self, place: &str, limit: Option<f64>, french: bool) -> String {
        let (given, expected) = match &self.value {
            Value::Number(n) => (figure(self.told.unwrap_or(*n)), limit.map(figure).unwrap_or_default()),
            Value::Texts { given, expected } => (given.clone(), expected.clone()),
        };
        match (place, &self.between) {
            ("a", Some((a, _))) => return a.clone(),
            ("b", Some((_, b))) => return b.clone(),
            _ => {}
        }
        match place {
            "n" | "x" => given,
            "v" | "a" if matches!(self.value, Value::Texts { .. }) => given,
            "y" | "m" | "w" | "l" => expected,
            "b" if matches!(self.value, Value::Texts { .. }) => expected,
            "site" => self.site.map_or_else(|| "réseau".to_owned(), |s| s.to_string()),
            "jour" => self.day.map_or_else(String::new, |d| {
                let name = if french { Day::of(d).fr() } else { Day::of(d).en() };
                format!("{name} {d}")
            }),
            "heure" | "h" => self.at_s.map_or_else(|| given.clone(), |s| hms(s).to_string()),
            _ => self.subject.clone(),
        }
    }
}

/// A figure with at most one decimal.
fn figure(n: f64) -> String {
    let rounded = (n * 10.0).round() / 10.0;
    if rounded.fract() == 0.0 { format!("{rounded:.0}") } else { format!("{rounded:.1}") }
}

/// A message with its `{places}` filled.
fn filled(message: &str, word: impl Fn(&str) -> String) -> String {
    let mut text = String::with_capacity(message.len() + 32);
    let mut rest = message;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((place, tail)) = after.split_once('}') else { break };
        text.push_str(&word(place));
        rest = tail;
    }
    text.push_str(rest);
    text
}
