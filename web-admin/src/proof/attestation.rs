//! The *attestation de diffusion*: what a campaign was promised and got, on paper, with every airing and a file of them inside.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::{Language, SiteId};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use scheduler::Station;
use scheduler::proof::{Heard, Proof};
use scheduler::report::CampaignDay;
use scheduler::station::Campaign;
use sha2::{Digest, Sha256};

use super::airings;
use super::count::Period;
use super::paper::{About, Attachment, Column, Ink, Paper, PaperError, Style};
use super::sentence::{count, rate, sentence, span};
use crate::words::{Dates, Lang};

/// The station's name on its papers.
const STATION: &str = "Mikado FM";
/// The airings' file within the document.
const FILE: &str = "diffusions.csv";
const BODY: Style = Style::plain(9.4);

/// What is attested, and when it was counted.
#[derive(Clone, Copy)]
pub struct Attested<'a> {
    /// The station as its file has it.
    pub station: &'a Station,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// First day counted.
    pub first: Date,
    /// Last day counted.
    pub last: Date,
    /// The count.
    pub proof: &'a Proof,
    /// What the clock showed when it was made.
    pub at: Timestamp,
}

/// Why an attestation could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AttestationError {
    /// The document.
    #[error(transparent)]
    Paper(#[from] PaperError),
    /// The file inside it.
    #[error("the list of airings cannot be written: {0}")]
    List(#[from] csv::Error),
}

/// The attestation as a PDF/A-3 in French. The same count at the same time gives the same bytes.
///
/// # Errors
/// The document cannot be written.
pub fn attestation(of: &Attested<'_>) -> Result<Vec<u8>, AttestationError> {
    let heard: Vec<Heard> = of.proof.heard.iter().filter(|h| h.campaign == of.campaign.id).cloned().collect();
    let rows = airings::rows(of.station, &heard);
    let list = airings::csv(&rows)?;
    let hash = Sha256::digest(&list).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let mut paper = Paper::new()?;
    head(&mut paper, of);
    by_site(&mut paper, of);
    by_language(&mut paper, of, &heard);
    by_daypart(&mut paper, of, &heard);
    method(&mut paper, &hash);
    each(&mut paper, of, &heard);
    let title = format!("Attestation de diffusion — {}", of.campaign.title);
    let about = About { title: &title, subject: &of.campaign.client, author: STATION, at: of.at };
    let foot = format!("{STATION} · attestation de diffusion · {} · du {} au {}", of.campaign.id, of.first, of.last);
    let attachment =
        Attachment { name: FILE, mime: "text/csv", about: "Chaque diffusion comptée, une par ligne", bytes: list };
    Ok(paper.write(&about, &foot, attachment)?)
}

fn head(paper: &mut Paper, of: &Attested<'_>) {
    let dates = Dates(Lang::Fr);
    let period = Period { first: of.first, last: of.last };
    let sum = of.proof.sum(&of.campaign.id);
    let at = of.at.to_zoned(of.station.zone().clone());
    paper.line_of(STATION, Style::plain(9.0).bold().ink(Ink::Accent));
    paper.line_of("Attestation de diffusion", Style::plain(21.0).bold());
    paper.gap(2.0);
    paper.paragraph(&of.campaign.title, Style::plain(13.0).bold().ink(Ink::Accent));
    paper.paragraph(&format!("Pour : {}", of.campaign.client), BODY);
    paper.paragraph(&format!("Période : {}", span(period, Lang::Fr)), BODY);
    let made = format!("Établie le {} à {}, heure de la station", dates.full(at.date()), Dates::second(at.time()));
    paper.paragraph(&made, BODY);
    paper.gap(8.0);
    paper.paragraph(&sentence(&of.campaign.title, &sum, period, of.campaign.sites.len(), Lang::Fr), BODY.bold());
    let is_over = of.station.day_bounds(of.last).is_some_and(|(_, to)| to <= of.at);
    if !is_over {
        paper.paragraph("La période n’est pas terminée : ces nombres peuvent encore monter.", BODY.ink(Ink::Grey));
    }
}

fn heading(paper: &mut Paper, text: &str) {
    paper.gap(12.0);
    paper.heading(text, Style::plain(11.0).bold());
}

const fn column(name: &str, share: f32, is_number: bool) -> Column<'_> {
    Column { name, share, is_number }
}

const SUMS: [Column<'_>; 9] = [
    column("Site", 2.1, false),
    column("Promises", 1.2, true),
    column("Programmées", 1.5, true),
    column("Entières", 1.1, true),
    column("Partielles", 1.2, true),
    column("Manquantes", 1.4, true),
    column("Compensées", 1.4, true),
    column("Prouvées", 1.2, true),
    column("Taux", 1.1, true),
];

fn sums(name: String, line: &CampaignDay) -> Vec<String> {
    let counts = [line.promised, line.scheduled, line.aired, line.partly, line.missing, line.compensating, line.proven];
    [name].into_iter().chain(counts.map(count)).chain([rate(line, Lang::Fr)]).collect()
}

fn name_of(station: &Station, site: SiteId) -> String {
    station.site(site).map_or_else(|| site.to_string(), |s| s.name.clone())
}

fn by_site(paper: &mut Paper, of: &Attested<'_>) {
    heading(paper, "Par site");
    let lines = of.proof.by(&of.campaign.id, |site, _| site);
    let rows: Vec<Vec<String>> = lines.iter().map(|(site, line)| sums(name_of(of.station, *site), line)).collect();
    paper.table(&SUMS, &rows, Some(&sums("Total".to_owned(), &of.proof.sum(&of.campaign.id))));
}

/// Counts of whole airings by a word and by site, with their sum at the right.
fn crossed(paper: &mut Paper, of: &Attested<'_>, first: &str, lines: &BTreeMap<String, BTreeMap<SiteId, u32>>) {
    let sites = &of.campaign.sites;
    let codes = sites.iter().map(|site| column(site.as_str(), 1.0, true));
    let columns: Vec<Column<'_>> =
        [column(first, 2.4, false)].into_iter().chain(codes).chain([column("Total", 1.0, true)]).collect();
    let row = |(word, counts): (&String, &BTreeMap<SiteId, u32>)| {
        let cells = sites.iter().map(|site| count(counts.get(site).copied().unwrap_or_default()));
        [word.clone()].into_iter().chain(cells).chain([count(counts.values().sum())]).collect()
    };
    paper.table(&columns, &lines.iter().map(row).collect::<Vec<_>>(), None);
}

fn by_language(paper: &mut Paper, of: &Attested<'_>, heard: &[Heard]) {
    heading(paper, "Diffusions entières par langue");
    let words = Lang::Fr.words();
    let mut lines = BTreeMap::<String, BTreeMap<SiteId, u32>>::new();
    for version in &of.campaign.spots {
        lines.entry(words.language(version.lang.as_str()).to_owned()).or_default();
    }
    for h in heard.iter().filter(|h| h.airing.is_whole) {
        let language = words.language(Language::as_str(&h.language)).to_owned();
        *lines.entry(language).or_default().entry(h.site).or_default() += 1;
    }
    crossed(paper, of, "Langue", &lines);
}

/// The part of the day that a time is in, with a number that keeps the order of the station file.
fn daypart(station: &Station, at: Time) -> String {
    let parts = &station.file().daypart;
    let is_in = |from: Time, to: Time| if from < to { from <= at && at < to } else { from <= at || at < to };
    let found = parts.iter().enumerate().find(|(_, part)| is_in(part.start, part.end));
    found.map_or_else(|| "hors tranche".to_owned(), |(n, part)| format!("{}. {}", n + 1, part.id))
}

fn by_daypart(paper: &mut Paper, of: &Attested<'_>, heard: &[Heard]) {
    heading(paper, "Diffusions entières par tranche");
    let mut lines = BTreeMap::<String, BTreeMap<SiteId, u32>>::new();
    for part in &of.station.file().daypart {
        lines.entry(daypart(of.station, part.start)).or_default();
    }
    for h in heard.iter().filter(|h| h.airing.is_whole) {
        let at = h.airing.at.to_zoned(of.station.zone().clone()).time();
        *lines.entry(daypart(of.station, at)).or_default().entry(h.site).or_default() += 1;
    }
    crossed(paper, of, "Tranche", &lines);
}

fn method(paper: &mut Paper, hash: &str) {
    heading(paper, "Comment ces nombres ont été obtenus");
    let small = Style::plain(8.6);
    for text in [
        "Sont comptées les diffusions que la sortie de chaque site a réellement consommées, telles que son journal enchaîné les a enregistrées ; une diffusion partielle ne compte pas. « Compensées » : entières, au-delà de ce que le jour demandait, elles rattrapent ce qui a manqué dans les 48 heures d’avant. « Prouvées » : entières, et conservées du début à la fin par la pige du site à des heures sûres. Le taux rapporte les diffusions du jour, sans les compensations, à ce qui était promis.",
        "Population touchée : non estimée. Aucune enquête d’audience n’est disponible ; aucun nombre d’auditeurs n’est avancé.",
    ] {
        paper.paragraph(text, small);
        paper.gap(3.0);
    }
    paper.paragraph(
        &format!("La liste de chaque diffusion est jointe à ce document ({FILE}). Son empreinte SHA-256 :"),
        small,
    );
    paper.paragraph(hash, small.bold());
}

const EACH: [Column<'_>; 7] = [
    column("Site", 1.3, false),
    column("Jour", 1.2, false),
    column("Heure", 1.0, false),
    column("Langue", 1.2, false),
    column("Version", 3.6, false),
    column("Durée (s)", 1.0, true),
    column("Pige", 1.4, true),
];

fn each(paper: &mut Paper, of: &Attested<'_>, heard: &[Heard]) {
    heading(paper, "Chaque diffusion");
    let words = Lang::Fr.words();
    let row = |h: &Heard| {
        let at = h.airing.at.to_zoned(of.station.zone().clone());
        let state = if !h.airing.is_whole {
            "partielle"
        } else if h.is_held {
            "prouvée"
        } else {
            "non gardée"
        };
        vec![
            name_of(of.station, h.site),
            at.date().to_string(),
            Dates::second(at.time()),
            words.language(h.language.as_str()).to_owned(),
            h.airing.asset.to_string(),
            words.number(h.airing.aired.as_secs_f64(), 1),
            state.to_owned(),
        ]
    };
    if heard.is_empty() {
        paper.paragraph("Aucune diffusion dans cette période.", BODY);
    } else {
        paper.table(&EACH, &heard.iter().map(row).collect::<Vec<_>>(), None);
    }
}
