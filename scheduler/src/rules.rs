//! The station's 87 rules: each a line of data that bounds measured quantities, with its sentence and its mend.
//!
//! A rule and everything it needs stand in its family's file: severity, parameters, bounds, messages, and the measuring
//! of what plan and grid can tell. Quantities that the program cannot measure by itself (approvals, batteries, speaking
//! times) are [`Measured`] by whoever knows them and judged here like all others.

use std::collections::BTreeMap;

use domain::{Entry, Finding, Severity, SiteId, SitePlan};
use jiff::civil::Date;

use crate::changes::Changes;
use crate::grid::second_of;
use crate::sheets::Sheets;
use crate::station::{Site, Station};
use crate::week::ProgrammeSlot;

mod aired;
mod alert;
mod cal;
mod camp;
mod child;
mod elec;
mod eq;
mod gate;
mod grid;
mod holding;
mod hot;
mod lang;
mod live;
mod measured;
mod news;
mod opt;
mod pad;
mod part;
mod pray;
mod proof;
mod rds;
mod res;
mod source;
mod told;

pub use aired::Aired;
pub use gate::{Refused, publishable, stops};
pub use holding::Holding;
pub(crate) use lang::{LISTENED_S, spoken_s};
pub use measured::{Measured, Value};
pub use source::Source;
pub use told::Asked;

/// A parameter's value as `rules.toml` writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Param {
    /// A number, in the unit that its name ends in.
    Number(f64),
    /// Words or a time.
    Text(&'static str),
    /// Several of them.
    List(&'static [&'static str]),
}

/// What a quantity is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// A parameter of the rule, which the station may tune.
    Param(&'static str),
    /// The parameter that the measurement itself names, such as a site's.
    OfKey,
    /// A number that is no matter of taste.
    Fixed(f64),
    /// What the measurement says was expected.
    Expected,
}

/// How a quantity is held against its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// It may not be greater.
    Most,
    /// It may not be smaller.
    Least,
    /// It must be the same.
    Same,
}

/// One bound of a rule on one quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// The quantity's name, with its unit last.
    pub quantity: &'static str,
    /// How it is compared.
    pub test: Test,
    /// With what.
    pub limit: Limit,
    /// Who measures it.
    pub source: Source,
    /// The French and the English sentence of this bound, where the rule's own speaks of another one.
    pub said: Option<(&'static str, &'static str)>,
}

impl Bound {
    const fn new(quantity: &'static str, test: Test, limit: Limit, source: Source) -> Self {
        Self { quantity, test, limit, source, said: None }
    }

    const fn saying(self, fr: &'static str, en: &'static str) -> Self {
        Self { said: Some((fr, en)), ..self }
    }

    const fn most(quantity: &'static str, limit: Limit, source: Source) -> Self {
        Self::new(quantity, Test::Most, limit, source)
    }

    const fn least(quantity: &'static str, limit: Limit, source: Source) -> Self {
        Self::new(quantity, Test::Least, limit, source)
    }

    const fn exactly(quantity: &'static str, limit: Limit, source: Source) -> Self {
        Self::new(quantity, Test::Same, limit, source)
    }

    const fn least_of_key(quantity: &'static str, source: Source) -> Self {
        Self::new(quantity, Test::Least, Limit::OfKey, source)
    }

    const fn same(quantity: &'static str, source: Source) -> Self {
        Self::new(quantity, Test::Same, Limit::Expected, source)
    }

    const fn must(quantity: &'static str, source: Source) -> Self {
        Self::new(quantity, Test::Same, Limit::Fixed(1.0), source)
    }
}

/// A rule of the station.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Its name, such as `R-CAMP-01`.
    pub id: &'static str,
    /// What a breach does: refuses publication, needs a reason, or informs.
    pub severity: Severity,
    /// The rule in the station's words.
    pub rule_fr: &'static str,
    /// The French sentence of a breach, with places for its figures.
    pub message_fr: &'static str,
    /// The English sentence.
    pub message_en: &'static str,
    /// What to do, in French.
    pub mend_fr: &'static str,
    /// What to do, in English.
    pub mend_en: &'static str,
    /// Its figures, by name.
    pub params: &'static [(&'static str, Param)],
    /// What it bounds.
    pub bounds: &'static [Bound],
}

/// Figures that a station sets otherwise: by rule, then by parameter.
pub type Tuning = BTreeMap<String, BTreeMap<String, f64>>;

const FAMILIES: [&[Rule]; 18] = [
    grid::RULES,
    lang::RULES,
    news::RULES,
    opt::RULES,
    live::RULES,
    pray::RULES,
    camp::RULES,
    child::RULES,
    hot::RULES,
    alert::RULES,
    elec::RULES,
    eq::RULES,
    cal::RULES,
    pad::RULES,
    res::RULES,
    proof::RULES,
    part::RULES,
    rds::RULES,
];

/// Every rule, in the order of the station's own list.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.into_iter().flatten()
}

/// The rule of this name.
pub fn rule(id: &str) -> Option<&'static Rule> {
    all().find(|r| r.id == id)
}

impl Rule {
    /// A figure of the rule, as the station tuned it; `None` for words and unknown names.
    pub fn figure(&self, name: &str, tuning: &Tuning) -> Option<f64> {
        let tuned = tuning.get(self.id).and_then(|own| own.get(name)).copied();
        tuned.or_else(|| {
            self.params.iter().find(|(n, _)| *n == name).and_then(|(_, p)| match p {
                Param::Number(n) => Some(*n),
                Param::Text(_) | Param::List(_) => None,
            })
        })
    }

    /// What it says of a measurement; `None` when it bounds another quantity or the bound holds.
    pub fn judge(&self, measured: &Measured, tuning: &Tuning) -> Option<Finding> {
        self.breach(measured, tuning).map(|b| b.finding)
    }

    fn breach(&self, measured: &Measured, tuning: &Tuning) -> Option<Breach> {
        let broken = |bound: &&Bound| bound.quantity == measured.quantity() && !self.holds(bound, measured, tuning);
        let bound = self.bounds.iter().find(broken)?;
        let limit = self.limit(bound, measured, tuning);
        Some(Breach { measured: measured.clone(), limit, finding: measured.finding(self, bound, limit) })
    }

    fn limit(&self, bound: &Bound, measured: &Measured, tuning: &Tuning) -> Option<f64> {
        match bound.limit {
            Limit::Param(name) => self.figure(name, tuning),
            Limit::OfKey => self.figure(measured.key(), tuning),
            Limit::Fixed(n) => Some(n),
            Limit::Expected => None,
        }
    }

    fn holds(&self, bound: &Bound, measured: &Measured, tuning: &Tuning) -> bool {
        /// Shares and seconds come from sums of floats.
        const ROUNDING: f64 = 1e-6;
        match (measured.value(), self.limit(bound, measured, tuning)) {
            (Value::Texts { given, expected }, _) => given == expected,
            (Value::Number(n), Some(limit)) => match bound.test {
                Test::Most => *n <= limit + ROUNDING,
                Test::Least => *n >= limit - ROUNDING,
                Test::Same => (n - limit).abs() <= ROUNDING,
            },
            // A site without a figure of its own is not bound.
            (Value::Number(_), None) => true,
        }
    }
}

/// A bound that does not hold: what was measured, and what is to be said.
#[derive(Clone, Debug, PartialEq)]
pub struct Breach {
    /// The quantity, with its place.
    pub measured: Measured,
    /// What it was held against, where that is a number.
    pub limit: Option<f64>,
    /// The sentence with its mend; its code is the rule.
    pub finding: Finding,
}

/// Judges measurements by every rule; breaches stand in the order of the measurements.
pub fn breaches(measured: &[Measured], tuning: &Tuning) -> Vec<Breach> {
    measured.iter().flat_map(|m| all().filter_map(|rule| rule.breach(m, tuning))).collect()
}

/// Judges measurements by every rule; findings stand in the order of the measurements.
pub fn judge(measured: &[Measured], tuning: &Tuning) -> Vec<Finding> {
    breaches(measured, tuning).into_iter().map(|b| b.finding).collect()
}

/// A site's days, from which rules measure.
#[derive(Clone, Copy, Debug)]
pub struct Days<'a> {
    /// The station.
    pub station: &'a Station,
    /// What was decided beside the grid.
    pub changes: &'a Changes,
    /// The site.
    pub site: &'a Site,
    /// What it airs, programme by programme; whole weeks when shares of the week are to be judged.
    pub slots: &'a [ProgrammeSlot],
    /// Its plans, as far as they are made.
    pub plans: &'a [SitePlan],
    /// The cards of what plans name, as far as they are known.
    pub sheets: &'a Sheets,
}

impl Days<'_> {
    /// Most days judged at once: a year and a leap day.
    pub const MAX: usize = 366;

    /// Everything that grid, plans, events and cards tell about the rules.
    pub fn measured(&self) -> Vec<Measured> {
        let families = [grid::measure, lang::measure, news::measure, opt::measure, live::measure, pray::measure];
        let more = [camp::measure, child::measure, hot::measure, alert::measure, elec::measure, eq::measure];
        let last = [cal::measure, pad::measure];
        families.into_iter().chain(more).chain(last).flat_map(|measure| measure(self)).collect()
    }

    /// Seconds spoken in each language from 06:00 to 22:00, music left out (R-LANG-06).
    pub fn spoken(&self) -> BTreeMap<domain::Language, f64> {
        lang::spoken(self)
    }

    fn site_id(&self) -> SiteId {
        self.site.id
    }

    /// The site's own plans.
    fn own_plans(&self) -> impl Iterator<Item = &SitePlan> {
        self.plans.iter().filter(|p| p.site() == self.site.id)
    }

    /// The site's own entries with the day of their plan and the second of it.
    fn entries(&self) -> impl Iterator<Item = (Date, u32, &Entry)> {
        let zone = self.station.zone();
        let second = move |e: &Entry| second_of(zone.to_datetime(e.at).time());
        self.own_plans().flat_map(move |p| p.entries().iter().map(move |e| (p.day(), second(e), e)))
    }

    /// The slots day by day.
    fn by_day(&self) -> BTreeMap<Date, Vec<&ProgrammeSlot>> {
        let mut days = BTreeMap::<Date, Vec<&ProgrammeSlot>>::new();
        for slot in self.slots.iter().filter(|s| s.site == self.site.id) {
            days.entry(slot.day).or_default().push(slot);
        }
        days
    }
}

/// What the rules say of a site's week from `first` on, with the plans that are made of it and the cards of what they name.
pub fn examine(
    station: &Station,
    changes: &Changes,
    site: SiteId,
    first: Date,
    (plans, sheets): (&[SitePlan], &Sheets),
) -> Vec<Finding> {
    let Some(place) = station.site(site) else { return Vec::new() };
    let days = (0..7).filter_map(|n| first.checked_add(jiff::Span::new().days(n)).ok());
    let slots: Vec<_> = days.flat_map(|day| station.programmes_on(site, day, changes)).collect();
    let measured = Days { station, changes, site: place, slots: &slots, plans, sheets }.measured();
    judge(&measured, &station.file().rule)
}
