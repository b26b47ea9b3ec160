//! The reference week and its campaigns, two files in an older spelling, become one station file.

use toml::{Table, Value};

use super::error::StationError;
use super::wire::StationFile;

/// Merges `week` and `campaigns` and renames what the station file spells otherwise.
pub(super) fn merge(week: &str, campaigns: &str) -> Result<StationFile, StationError> {
    let mut all = week.parse::<Table>().map_err(|e| StationError::of_toml(week, &e))?;
    let mut more = campaigns.parse::<Table>().map_err(|e| StationError::of_toml(campaigns, &e))?;
    if let Some(meta) = more.remove("meta") {
        all.insert("campaign_meta".to_owned(), meta);
    }
    all.extend(more);
    rename(&mut all, "clock", "clock_format");
    for slot in tables(&mut all, "slot") {
        rename(slot, "clock", "clock_format");
    }
    for opt_out in tables(&mut all, "optout") {
        rename(opt_out, "clock", "clock_format");
    }
    for site in tables(&mut all, "site") {
        if let Some(mhz) = site.remove("freq_mhz").and_then(|v| v.as_float().or(v.as_integer().map(|n| n as f64))) {
            site.insert("frequency_khz".to_owned(), Value::Integer((mhz * 1000.0).round() as i64));
        }
    }
    StationFile::try_from_table(all)
}

impl StationFile {
    fn try_from_table(table: Table) -> Result<Self, StationError> {
        table.try_into().map_err(|e: toml::de::Error| StationError::of_toml("", &e))
    }
}

fn tables<'a>(all: &'a mut Table, key: &str) -> impl Iterator<Item = &'a mut Table> {
    all.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_table_mut)
}

fn rename(table: &mut Table, from: &str, to: &str) {
    if let Some(value) = table.remove(from) {
        table.insert(to.to_owned(), value);
    }
}

/// A station file with a calendar's events in place of its own.
pub(super) fn with_calendar(mut file: StationFile, calendar: &str) -> Result<StationFile, StationError> {
    #[derive(serde::Deserialize)]
    struct Calendar {
        event: Vec<crate::calendar::Event>,
    }
    let read: Calendar = toml::from_str(calendar).map_err(|e| StationError::of_toml(calendar, &e))?;
    file.event = read.event;
    Ok(file)
}
