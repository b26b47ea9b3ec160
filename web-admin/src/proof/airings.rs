//! The airings of a campaign as a table: CSV (RFC 4180) and a spreadsheet (Office Open XML, ISO/IEC 29500).

use jiff::tz::TimeZone;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use scheduler::Station;
use scheduler::proof::Heard;

/// The columns of both.
const COLUMNS: [&str; 9] =
    ["campaign", "site", "day", "time", "language", "version", "length_s", "whole", "in_air_check"];

/// One airing in the words of the table.
pub(super) struct Row {
    pub campaign: String,
    pub site: String,
    pub day: String,
    pub time: String,
    pub language: String,
    pub version: String,
    pub length_s: f64,
    pub is_whole: bool,
    pub is_held: bool,
}

impl Row {
    fn new(heard: &Heard, zone: &TimeZone) -> Self {
        let at = heard.airing.at.to_zoned(zone.clone());
        Self {
            campaign: heard.campaign.clone(),
            site: heard.site.to_string(),
            day: at.date().to_string(),
            time: at.strftime("%H:%M:%S").to_string(),
            language: heard.language.to_string(),
            version: heard.airing.asset.to_string(),
            length_s: (heard.airing.aired.as_secs_f64() * 10.0).round() / 10.0,
            is_whole: heard.airing.is_whole,
            is_held: heard.is_held,
        }
    }

    fn cells(&self) -> [String; 9] {
        let yes = |is: bool| if is { "1" } else { "0" }.to_owned();
        [
            self.campaign.clone(),
            self.site.clone(),
            self.day.clone(),
            self.time.clone(),
            self.language.clone(),
            self.version.clone(),
            self.length_s.to_string(),
            yes(self.is_whole),
            yes(self.is_held),
        ]
    }
}

/// Airings in the station's own time.
pub(super) fn rows(station: &Station, heard: &[Heard]) -> Vec<Row> {
    heard.iter().map(|h| Row::new(h, station.zone())).collect()
}

/// The table as CSV with a head line. Identifiers alone stand in its words, so no cell can be a formula.
pub(super) fn csv(rows: &[Row]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for row in rows {
        writer.write_record(row.cells())?;
    }
    writer.into_inner().map_err(|e| e.into_error().into())
}

/// The table as a spreadsheet: days, times and seconds are values that can be reckoned with.
pub(super) fn xlsx(rows: &[Row], at: jiff::Timestamp) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_timestamp(at.as_second())?;
    book.set_properties(&DocProperties::new().set_author("Mikado").set_creation_datetime(&made));
    let sheet = book.add_worksheet().set_name("diffusions")?;
    let [bold, day, time] = [
        Format::new().set_bold(),
        Format::new().set_num_format("yyyy-mm-dd"),
        Format::new().set_num_format("hh:mm:ss"),
    ];
    for (column, name) in (0..).zip(COLUMNS) {
        sheet.write_with_format(0, column, name, &bold)?;
    }
    for (line, row) in (1..).zip(rows) {
        for (column, word) in [(0, &row.campaign), (1, &row.site), (4, &row.language), (5, &row.version)] {
            sheet.write(line, column, word)?;
        }
        sheet.write_with_format(line, 2, &ExcelDateTime::parse_from_str(&row.day)?, &day)?;
        sheet.write_with_format(line, 3, &ExcelDateTime::parse_from_str(&row.time)?, &time)?;
        sheet.write(line, 6, row.length_s)?;
        sheet.write(line, 7, row.is_whole)?;
        sheet.write(line, 8, row.is_held)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofit();
    book.save_to_buffer()
}
