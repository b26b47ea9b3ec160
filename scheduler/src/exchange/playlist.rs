//! Playlists from outside: a table (CSV) or a list of files (M3U) says what is put into which slots, and every line that
//! cannot be followed is told with its number.

use std::collections::BTreeMap;

use domain::{Asset, SiteId};
use jiff::civil::{Date, Time};

use crate::changes::Changes;
use crate::grid::second_of;
use crate::plan::Placement;
use crate::station::Station;
use crate::week::ProgrammeSlot;

/// What lines are held against.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The station.
    pub station: &'a Station,
    /// What was decided for its days.
    pub changes: &'a Changes,
    /// What is ready to air.
    pub assets: &'a [Asset],
}

/// One line of a playlist.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: usize,
    /// What it asks for, or the sentences (French, English) that say why it cannot be followed.
    pub asked: Result<Placement, (String, String)>,
}

/// Largest playlist: a month of every slot of seven sites, with room for comments.
pub const BYTES_MAX: usize = 4 << 20;
/// Most lines that are followed; those after it are refused in one sentence.
pub const LINES_MAX: usize = 20_000;

/// Reads a table with a day, a start, a site (empty or `reseau` for the network) and an asset in each line; a first line
/// that is no day is a heading. Fields stand between semicolons, commas or tabs.
pub fn csv(text: &str, known: Known<'_>) -> Vec<Line> {
    let mut days = Days::default();
    let line = |(n, raw): (usize, &str)| {
        let fields: Vec<&str> = raw.split([';', ',', '\t']).map(|f| f.trim().trim_matches('"')).collect();
        let heading = n == 0 && fields[0].parse::<Date>().is_err();
        if heading || raw.trim().is_empty() || raw.starts_with('#') {
            return None;
        }
        Some(Line { number: n + 1, asked: row(&fields, known, &mut days) })
    };
    bounded(text).map(line).fold(Vec::new(), pushed)
}

/// Reads a list of files and lays them into the slots of a site and day, one each, from `start` on. A file is known by its
/// name without folder and ending.
pub fn m3u(text: &str, (site, day, start): (Option<SiteId>, Date, Time), known: Known<'_>) -> Vec<Line> {
    let mut days = Days::default();
    let slots = days.of(known, site, day).iter().filter(|s| known.station.content_s(&s.clock_format) > 0);
    let mut starts: Vec<u32> = slots.map(|s| s.start_s).filter(|s| *s >= second_of(start)).collect();
    starts.reverse();
    let line = |(n, raw): (usize, &str)| {
        let name = raw.trim().trim_start_matches('\u{feff}');
        if name.is_empty() || name.starts_with('#') {
            return None;
        }
        let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let stem = file.rsplit_once('.').filter(|(_, ending)| ending.len() <= 4).map_or(file, |(stem, _)| stem);
        let asked = match starts.pop() {
            Some(at) => placed(known, (site, day, at), if is_known(known, file) { file } else { stem }),
            None => Err((
                "il n'y a plus de case après celle-là ce jour.".to_owned(),
                "no slot is left on that day.".to_owned(),
            )),
        };
        Some(Line { number: n + 1, asked })
    };
    bounded(text).map(line).fold(Vec::new(), pushed)
}

fn bounded(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.trim_start_matches('\u{feff}').lines().enumerate().take(LINES_MAX)
}

fn pushed(mut lines: Vec<Line>, line: Option<Line>) -> Vec<Line> {
    let twice = |new: &Line| {
        let Ok(p) = &new.asked else { return None };
        let slot = |l: &&Line| l.asked.as_ref().is_ok_and(|o| (o.site, o.day, o.start) == (p.site, p.day, p.start));
        lines.iter().find(slot).map(|l| l.number)
    };
    if let Some(mut line) = line {
        if let Some(before) = twice(&line) {
            line.asked = Err((
                format!("la ligne {before} remplit déjà cette case."),
                format!("line {before} fills that slot already."),
            ));
        }
        lines.push(line);
    }
    lines
}

/// The slots of days that were looked at: reckoned once each.
#[derive(Default)]
struct Days(BTreeMap<(Option<SiteId>, Date), Vec<ProgrammeSlot>>);

impl Days {
    fn of(&mut self, known: Known<'_>, site: Option<SiteId>, day: Date) -> &[ProgrammeSlot] {
        self.0.entry((site, day)).or_insert_with(|| match (site, known.station.sites().first()) {
            (Some(site), _) => known.station.programmes_on(site, day, known.changes),
            (None, Some(first)) => known.station.network_on(first.id, day, known.changes),
            (None, None) => Vec::new(),
        })
    }
}

fn row(fields: &[&str], known: Known<'_>, days: &mut Days) -> Result<Placement, (String, String)> {
    let [day, start, site, asset, ..] = fields else {
        let en = "four fields are needed: day, start, site (empty for the network), asset.";
        return Err((
            "il faut quatre champs : jour, début, site (vide pour le réseau), élément.".to_owned(),
            en.to_owned(),
        ));
    };
    let unreadable = |what: &str, text: &str, form: &str| {
        let text: String = text.chars().take(40).collect();
        (format!("« {text} » n'est pas {what} ({form})."), format!("“{text}” cannot be read ({form})."))
    };
    let day: Date = day.parse().map_err(|_| unreadable("un jour", day, "2026-11-24"))?;
    let time: Time = start.parse().map_err(|_| unreadable("une heure", start, "13:00"))?;
    let network = site.is_empty() || site.eq_ignore_ascii_case("reseau");
    let at = if network { None } else { Some(site.parse().map_err(|_| unreadable("un site", site, "GAO"))?) };
    if at.is_some_and(|id| known.station.site(id).is_none()) {
        return Err((format!("il n'y a pas de site {site}."), format!("there is no site {site}.")));
    }
    let slots = days.of(known, at, day);
    let second = second_of(time);
    if !slots.iter().any(|s| s.start_s == second) {
        let before = slots.iter().rev().find(|s| s.start_s < second);
        let (name, from) =
            before.map_or_else(Default::default, |s| (s.title.clone(), crate::grid::hms(s.start_s).to_string()));
        return Err((
            format!("aucune case ne commence à {start} ce jour-là : « {name} » y passe depuis {from}."),
            format!("no slot begins at {start} on that day: “{name}” has been on since {from}."),
        ));
    }
    placed(known, (at, day, second), asset)
}

fn is_known(known: Known<'_>, name: &str) -> bool {
    known.assets.iter().any(|a| a.id.as_str() == name)
}

fn placed(
    known: Known<'_>,
    (site, day, second): (Option<SiteId>, Date, u32),
    name: &str,
) -> Result<Placement, (String, String)> {
    let short: String = name.chars().take(96).collect();
    let Some(asset) = known.assets.iter().find(|a| a.id.as_str() == name) else {
        return Err((format!("« {short} » n'est pas prêt à diffuser."), format!("“{short}” is not ready to air.")));
    };
    let at = known.station.instant(day, second);
    let here = site.or_else(|| known.station.sites().first().map(|s| s.id));
    let barred = here.zip(at).is_some_and(|(site, at)| !asset.may_air(site, at)) && site.is_some();
    if barred {
        return Err((
            format!("« {short} » ne peut passer ni là ni à cette heure (sites ou dates de sa fiche)."),
            format!("“{short}” may not air there or then (sites or dates of its card)."),
        ));
    }
    let time = |s: u32| Time::new((s / 3600) as i8, (s / 60 % 60) as i8, (s % 60) as i8, 0).unwrap_or_default();
    Ok(Placement { site, day, start: time(second), asset: asset.id.clone() })
}
