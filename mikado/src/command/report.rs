//! `mikado report`: what campaigns got and where their spots fit, which languages were heard, what the outputs consumed.

mod breaks;
mod campaign;
mod holding;
mod lines;
mod rules;
mod speech;

use std::collections::BTreeMap;

use domain::{AsRun, AssetId, Frames, SiteId, SitePlan, What};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use media::catalogue::Card;
use playout::aircheck::Archive;
use scheduler::proof::Sources;
use scheduler::sheets::Sheets;
use serde_json::{Map, Value};

use super::Answer;
use super::plan::published_or_made;
use super::studio::{Material, Studio, catalogue_error, store_error, today};
use crate::args::{Args, ReportArgs, ReportCommand, ReportFormat};
use crate::error::Error;

/// Longer than any campaign of a year.
const DAYS_MAX: i32 = 400;

pub(super) fn run(args: &Args, what: &ReportCommand) -> Result<Answer, Error> {
    let (over, one) = match what {
        ReportCommand::Campaign { campaign, over } | ReportCommand::Breaks { campaign, over } => {
            (over, campaign.as_deref())
        }
        ReportCommand::Languages(over)
        | ReportCommand::Asrun(over)
        | ReportCommand::Speech { over, .. }
        | ReportCommand::Rules { over, .. } => (over, None),
    };
    if let ReportCommand::Rules { list: true, .. } = what {
        rules::list().print(args, over.format)?;
        return Ok(Answer::Fine);
    }
    let about = About::new(args, over)?;
    if over.format == ReportFormat::Pdf && !args.voice().json {
        return campaign::attest(&about, one);
    }
    let table = match what {
        ReportCommand::Campaign { .. } => campaign::table(&about, one)?,
        ReportCommand::Breaks { .. } => breaks::table(&about, one, args.voice().tongue)?,
        ReportCommand::Languages(_) => lines::languages(&about)?,
        ReportCommand::Asrun(_) => lines::as_run(&about)?,
        ReportCommand::Speech { by, .. } => speech::table(&about, *by)?,
        ReportCommand::Rules { .. } => {
            let for_eye = !args.voice().json && over.format == ReportFormat::Table;
            rules::table(&about, for_eye.then_some(args.voice().tongue))?
        }
    };
    table.print(args, over.format)?;
    Ok(Answer::Fine)
}

/// The station and the days that are asked for.
struct About {
    studio: Studio,
    material: Material,
    sites: Vec<SiteId>,
    days: Vec<Date>,
    cards: BTreeMap<AssetId, Card>,
    sheets: Sheets,
}

impl About {
    fn new(args: &Args, over: &ReportArgs) -> Result<Self, Error> {
        let studio = Studio::open(args)?;
        let station = studio.station()?;
        let today = today(&station, studio.clock);
        let first = over.from.unwrap_or(today);
        let (first, last) = over.over.map_or_else(|| (first, over.to.unwrap_or(first)), |lately| lately.days(today));
        let days: Vec<Date> = first.series(1.day()).take_while(|d| *d <= last).take(DAYS_MAX as usize + 1).collect();
        if days.is_empty() || days.len() > DAYS_MAX as usize {
            return Err(Error::usage(
                format!("de {first} à {last} : il faut entre 1 et {DAYS_MAX} jours, le premier d'abord."),
                format!("from {first} to {last}: between 1 and {DAYS_MAX} days are needed, the first one first."),
            ));
        }
        let material = studio.material(station, first)?;
        let sites = material.sites(over.site)?;
        let cards = studio.catalogue.all().map_err(catalogue_error)?;
        let sheets = web_admin::sheets(&cards);
        let cards = cards.into_iter().map(|c| (c.asset.id.clone(), c)).collect();
        Ok(Self { studio, material, sites, days, cards, sheets })
    }

    /// Each day of each site, in order.
    fn site_days(&self) -> impl Iterator<Item = (SiteId, Date)> + '_ {
        self.sites.iter().flat_map(|site| self.days.iter().map(|day| (*site, *day)))
    }

    /// The plan that the site holds or held for a day, else the one that would be made of today's cards.
    fn plan(&self, site: SiteId, day: Date) -> Result<SitePlan, Error> {
        let material = self.studio.material(self.material.station.clone(), day)?;
        published_or_made(&self.studio, &material, site, day).map(|shown| shown.plan)
    }

    fn bounds(&self, day: Date) -> Result<(Timestamp, Timestamp), Error> {
        let no_day = || Error::usage(format!("{day} n'est pas un jour."), format!("{day} is no day."));
        self.material.station.day_bounds(day).ok_or_else(no_day)
    }

    fn records(&self, site: SiteId, (from, to): (Timestamp, Timestamp)) -> Result<Vec<AsRun>, Error> {
        self.studio.store.as_run(site, from, to).map_err(store_error)
    }
}

impl Sources for About {
    type Error = Error;

    fn plan(&self, site: SiteId, day: Date) -> Result<Option<SitePlan>, Error> {
        self.plan(site, day).map(Some)
    }

    fn records(&self, site: SiteId, from: Timestamp, to: Timestamp) -> Result<Vec<AsRun>, Error> {
        self.records(site, (from, to))
    }

    fn length(&self, asset: &AssetId) -> Option<Frames> {
        self.cards.get(asset).map(|c| c.asset.length)
    }

    fn held(&self, site: SiteId, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let archive = self.studio.config.site(site).map(|s| Archive::new(&s.aircheck_dir()));
        let pieces = archive.and_then(|a| a.between(from, to).ok()).unwrap_or_default();
        pieces.iter().flat_map(|p| &p.stretches).filter(|s| s.trusted).map(|s| (s.wall, s.ends())).collect()
    }
}

/// Rows under named columns: what all shapes of a report are printed from.
struct Table {
    columns: &'static [&'static str],
    rows: Vec<Vec<Value>>,
    /// The last row adds the others up and is shown to the eye alone.
    has_sum: bool,
}

impl Table {
    fn print(mut self, args: &Args, format: ReportFormat) -> Result<(), Error> {
        let voice = args.voice();
        let format = if voice.json { ReportFormat::Json } else { format };
        if self.has_sum && format != ReportFormat::Table {
            self.rows.pop();
        }
        match format {
            ReportFormat::Json => voice.json(&self.objects()),
            ReportFormat::Csv => voice.line(self.csv()?.trim_end()),
            // The attestation is no table.
            ReportFormat::Pdf | ReportFormat::Table => self.aligned().iter().for_each(|line| voice.line(line)),
        }
        Ok(())
    }

    fn objects(&self) -> Vec<Map<String, Value>> {
        let object = |row: &Vec<Value>| self.columns.iter().map(|c| (*c).to_owned()).zip(row.iter().cloned()).collect();
        self.rows.iter().map(object).collect()
    }

    fn csv(&self) -> Result<String, Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut write = || -> Result<Vec<u8>, String> {
            writer.write_record(self.columns).map_err(|e| e.to_string())?;
            for row in &self.rows {
                writer.write_record(row.iter().map(text)).map_err(|e| e.to_string())?;
            }
            writer.flush().map_err(|e| e.to_string())?;
            Ok(writer.get_ref().clone())
        };
        let failed = |e: String| Error::doing("CSV impossible", "impossible CSV", e);
        String::from_utf8(write().map_err(failed)?).map_err(|e| failed(e.to_string()))
    }

    fn aligned(&self) -> Vec<String> {
        let head: Vec<String> = self.columns.iter().map(|c| (*c).to_owned()).collect();
        let body = self.rows.iter().map(|row| row.iter().map(text).collect::<Vec<_>>());
        let all: Vec<Vec<String>> = std::iter::once(head).chain(body).collect();
        let width = |n: usize| all.iter().map(|row| row[n].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).map(|(cell, w)| format!("{cell:<w$}")).collect::<Vec<_>>();
            cells.join("  ").trim_end().to_owned()
        };
        all.iter().map(line).collect()
    }
}

/// A value in a cell: no quotation marks around words, `bm:3 fr:2` for counts by name.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(s) => s.clone(),
        Value::Object(counts) => counts.iter().map(|(k, n)| format!("{k}:{n}")).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

/// The sound of an entry.
fn sound(what: &What) -> Option<&AssetId> {
    match what {
        What::Audio { asset, .. } => Some(asset),
        What::Bed => None,
    }
}
