//! `mikado check`: config, station file, catalogue against shelf, published plans, as-run journals, audit; with `--mend`
//! what catalogue and shelf say differently is mended.

use std::path::Path;

use domain::{Finding, Severity};
use jiff::Timestamp;
use media::check::Hand;
use playout::planfile::PlanSlots;
use web_admin::People;

use super::Answer;
use super::studio::Studio;
use crate::args::{Args, CheckArgs};
use crate::clock::WallClock;
use crate::config::SiteConfig;
use crate::error::Error;
use crate::speech::Said;

pub(super) fn run(args: &Args, what: CheckArgs) -> Result<Answer, Error> {
    let studio = Studio::open(args)?;
    let mut findings = Vec::new();
    station_file(&studio, &mut findings);
    shelf(&studio, what.mend, &mut findings)?;
    for site in &studio.config.sites {
        plans(site, studio.clock.now(), &mut findings);
        journal(site, &mut findings);
        super::aircheck::check(site, &mut findings);
    }
    audit(&studio.config.people_db(), &mut findings);
    let voice = args.voice();
    voice.findings(&findings);
    let bad = findings.iter().filter(|f| f.severity > Severity::Info).count();
    let sites = studio.config.sites.len();
    voice.say(&if bad == 0 {
        Said::new(
            format!("Rien à signaler : configuration, grille, rayonnage, plans, journaux et piges de {sites} sites."),
            format!("Nothing to report: config, grid, shelf, plans, journals and air checks of {sites} sites."),
        )
    } else {
        Said::new(format!("{bad} constats à traiter."), format!("{bad} findings to deal with."))
    });
    Ok(Answer::findings_if(bad > 0))
}

fn finding(code: &str, severity: Severity, fr: impl Into<String>, en: impl Into<String>) -> Finding {
    Finding { code: code.to_owned(), severity, at_s: None, fr: fr.into(), en: en.into() }
}

fn station_file(studio: &Studio, findings: &mut Vec<Finding>) {
    let station = match studio.station() {
        Ok(station) => station,
        Err(why) => {
            let said = why.said();
            return findings.push(finding("station.unsound", Severity::Blocking, said.fr, said.en));
        }
    };
    for site in studio.config.sites.iter().filter(|s| station.site(s.id).is_none()) {
        findings.push(finding(
            "site.unknown",
            Severity::Warning,
            format!("Le site {} de la configuration n'est pas dans la grille ; il n'a pas de plan. Ajoutez-le au fichier de station ou retirez-le.", site.id),
            format!("The site {} of the config is not in the grid; it has no plan. Add it to the station file or remove it.", site.id),
        ));
    }
}

fn shelf(studio: &Studio, mend: bool, findings: &mut Vec<Finding>) -> Result<(), Error> {
    let shelf = studio.shelf()?;
    let hand =
        if mend { Hand::Mend { now: studio.clock.now(), machine: WallClock::default().now() } } else { Hand::Look };
    match media::check::check(&studio.catalogue, &shelf, hand) {
        Ok(found) => findings.extend(found),
        Err(why) => findings.push(finding(
            "shelf.unreadable",
            Severity::Blocking,
            format!("Le rayonnage ne se vérifie pas : {why}."),
            format!("The shelf cannot be checked: {why}."),
        )),
    }
    let used = shelf.bytes_used().unwrap_or_default();
    let budget = studio.config.disk_budget_bytes;
    if used > budget {
        let (used, budget) = (used / 1_000_000, budget / 1_000_000);
        findings.push(finding(
            "shelf.over-budget",
            Severity::Warning,
            format!("Le rayonnage tient {used} Mo, plus que les {budget} Mo prévus (disk_budget). Laissez partir ce qui a été diffusé."),
            format!("The shelf holds {used} MB, more than the {budget} MB foreseen (disk_budget). Let go of what has aired."),
        ));
    }
    Ok(())
}

fn plans(site: &SiteConfig, now: Timestamp, findings: &mut Vec<Finding>) {
    let id = site.id;
    let none = |fr: &str, en: &str| {
        finding(
            "plan.none",
            Severity::Warning,
            format!("{id} n'a pas de plan pour maintenant{fr} ; son tapis sonne. Lancez « mikado hq »."),
            format!("{id} has no plan for now{en}; its bed sounds. Start “mikado hq”."),
        )
    };
    if !site.plans().is_dir() {
        return findings.push(none(" (jamais publié)", " (never published)"));
    }
    match PlanSlots::open(site.plans(), id) {
        Ok(slots) => {
            let (bundle, found) = slots.load();
            findings.extend(found);
            match bundle {
                Some(bundle) if bundle.until(now).is_some() => {}
                _ => findings.push(none("", "")),
            }
        }
        Err(why) => findings.push(finding(
            "plan.unreadable",
            Severity::Warning,
            format!("{id} : {why}."),
            format!("{id}: {why}."),
        )),
    }
}

fn journal(site: &SiteConfig, findings: &mut Vec<Finding>) {
    match playout::journal::verify(&site.journal()) {
        Ok(found) => findings.extend(found),
        Err(why) => {
            let id = site.id;
            let (fr, en) = (
                format!("Le journal de {id} ne se lit pas : {why}."),
                format!("The journal of {id} cannot be read: {why}."),
            );
            findings.push(finding("journal.unreadable", Severity::Warning, fr, en));
        }
    }
}

fn audit(path: &Path, findings: &mut Vec<Finding>) {
    if !path.exists() {
        return;
    }
    let verified = People::open(path).and_then(|people| people.verify_audit());
    match verified {
        Ok(Ok(_)) => {}
        Ok(Err(line)) => findings.push(finding(
            "audit.broken",
            Severity::Warning,
            format!("La main courante des comptes est rompue à la ligne {line} : quelqu'un l'a modifiée en dehors de Mikado."),
            format!("The audit is broken at line {line}: somebody changed it outside Mikado."),
        )),
        Err(why) => findings.push(finding(
            "people.unreadable",
            Severity::Blocking,
            format!("Les comptes ne se lisent pas : {why}."),
            format!("The accounts cannot be read: {why}."),
        )),
    }
}
