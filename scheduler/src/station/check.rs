//! Checks of a station file beyond its spelling: names are single and resolve, numbers make sense.

use super::{BTreeSet, Station, StationError, StationFile, TimeZone};
use crate::grid::{Hole, second_of};
use crate::station::error::line_of_table;

pub(super) fn zone(file: &StationFile) -> Result<TimeZone, StationError> {
    let name = &file.meta.timezone;
    TimeZone::get(name).map_err(|_| {
        let fr = format!("Le fuseau horaire « {name} » est inconnu; donner un nom IANA tel que Africa/Bamako.");
        StationError::new(None, fr, format!("Time zone “{name}” is unknown; give an IANA name such as Africa/Bamako."))
    })
}

/// Every name is given once and short enough to be part of an entry's name.
pub(super) fn names(file: &StationFile, text: &str) -> Result<(), StationError> {
    if file.site.is_empty() || file.site.len() > Station::MAX_SITES {
        let (n, max) = (file.site.len(), Station::MAX_SITES);
        let fr = format!("Le fichier nomme {n} sites; il en faut de 1 à {max}.");
        return Err(StationError::new(None, fr, format!("The file names {n} sites; 1 to {max} are needed.")));
    }
    single(text, "site", file.site.iter().map(|s| s.id.as_str()))?;
    single(text, "language", file.language.iter().map(|l| l.id.as_str()))?;
    single(text, "daypart", file.daypart.iter().map(|d| d.id.as_str()))?;
    single(text, "window", file.window.iter().map(|w| w.id.as_str()))?;
    single(text, "clock_format", file.clock_format.iter().map(|f| f.id.as_str()))?;
    single(text, "programme", file.programme.iter().map(|p| p.id.as_str()))?;
    single(text, "campaign", file.campaign.iter().map(|c| c.id.as_str()))?;
    let mut spots = BTreeSet::new();
    for (n, campaign) in file.campaign.iter().enumerate() {
        for spot in &campaign.spots {
            let plain = spot.id.parse::<domain::AssetId>().is_ok() && spot.id.len() <= Station::MAX_NAME;
            if !plain || !spots.insert(spot.id.as_str()) {
                return Err(bad_name(line_of_table(text, "campaign", n), &spot.id));
            }
        }
    }
    Ok(())
}

fn single<'a>(text: &str, table: &str, names: impl Iterator<Item = &'a str>) -> Result<(), StationError> {
    let mut seen = BTreeSet::new();
    for (n, name) in names.enumerate() {
        if name.is_empty() || name.len() > Station::MAX_NAME || !seen.insert(name) {
            return Err(bad_name(line_of_table(text, table, n), name));
        }
    }
    Ok(())
}

fn bad_name(line: Option<usize>, name: &str) -> StationError {
    let max = Station::MAX_NAME;
    let name: String = name.chars().take(max).collect();
    let fr = format!(
        "Le nom « {name} » est vide, trop long (plus de {max} caractères), donné deux fois, ou porte des signes interdits."
    );
    let en =
        format!("The name “{name}” is empty, longer than {max} characters, given twice, or has forbidden characters.");
    StationError::new(line, fr, en)
}

/// Every name that is used was given.
pub(super) fn references(file: &StationFile, text: &str) -> Result<(), StationError> {
    let programmes: BTreeSet<_> = file.programme.iter().map(|p| &p.id).collect();
    let sites: BTreeSet<_> = file.site.iter().map(|s| s.id).collect();
    let dayparts: BTreeSet<_> = file.daypart.iter().map(|d| d.id.as_str()).collect();
    for (n, slot) in file.slot.iter().enumerate() {
        known(programmes.contains(&slot.programme), text, ("slot", n), slot.programme.as_str())?;
    }
    for (n, opt_out) in file.optout.iter().enumerate() {
        let at = ("optout", n);
        known(programmes.contains(&opt_out.programme), text, at, opt_out.programme.as_str())?;
        known(sites.contains(&opt_out.site), text, at, opt_out.site.as_str())?;
        if let Some(source) = &opt_out.source_site {
            known(sites.contains(source), text, at, source.as_str())?;
        }
    }
    for (n, campaign) in file.campaign.iter().enumerate() {
        let at = ("campaign", n);
        for site in campaign.sites.iter().chain(campaign.site_factor.keys()) {
            known(sites.contains(site), text, at, site.as_str())?;
        }
        for daypart in campaign.per_day.keys() {
            known(dayparts.contains(daypart.as_str()), text, at, daypart)?;
        }
        sane_campaign(campaign, || line_of_table(text, "campaign", n))?;
    }
    Ok(())
}

fn sane_campaign(campaign: &super::Campaign, line: impl Fn() -> Option<usize>) -> Result<(), StationError> {
    let factors = campaign.site_factor.values().all(|f| (0.0..=10.0).contains(f));
    let per_day: u64 = campaign.per_day.values().map(|n| u64::from(*n)).sum();
    if factors && per_day <= 100 && campaign.start <= campaign.end {
        return Ok(());
    }
    let id = &campaign.id;
    let fr = format!(
        "La campagne {id}: dates à l'envers, plus de 100 passages par jour, ou facteur de site hors de 0 à 10."
    );
    let en = format!("Campaign {id}: dates reversed, more than 100 airings a day, or a site factor outside 0 to 10.");
    Err(StationError::new(line(), fr, en))
}

fn known(is: bool, text: &str, (table, n): (&str, usize), name: &str) -> Result<(), StationError> {
    if is {
        return Ok(());
    }
    let fr = format!("« {name} » est cité ici et n'est défini nulle part dans le fichier.");
    let en = format!("“{name}” is named here and defined nowhere in the file.");
    Err(StationError::new(line_of_table(text, table, n), fr, en))
}

/// The line of the slot, opt-out or clock format that a hole speaks of.
pub(super) fn line_of_hole(file: &StationFile, text: &str, hole: &Hole) -> Option<usize> {
    let slot = |site: Option<domain::SiteId>, day, at_s| match site {
        None => {
            let at = file.slot.iter().rposition(|s| s.day == day && second_of(s.start) == at_s)?;
            line_of_table(text, "slot", at)
        }
        Some(site) => {
            let is = |o: &super::OptOut| o.site == site && o.day == day && second_of(o.start) == at_s;
            line_of_table(text, "optout", file.optout.iter().rposition(is)?)
        }
    };
    match hole {
        Hole::Gap { site, day, to_s, .. } => slot(*site, *day, *to_s),
        Hole::Overlap { site, day, at_s } => slot(*site, *day, *at_s),
        Hole::OffStep { site, day, start_s, .. } | Hole::FormatLength { site, day, start_s, .. } => {
            slot(*site, *day, *start_s)
        }
        Hole::OutsideWindow { site, day, start_s, .. } => slot(Some(*site), *day, *start_s),
        Hole::Torn { day, at_s, .. } => slot(None, *day, *at_s),
        Hole::FormatSum { format, .. } => {
            line_of_table(text, "clock_format", file.clock_format.iter().position(|f| f.id == *format)?)
        }
    }
}
