//! `mikado plan`: what the sites shall air, as programmes or second by second, and what became of it.

use domain::{Finding, Revision, Severity, SiteId, SitePlan};
use jiff::civil::Date;
use jiff::{Span, Timestamp, ToSpan};
use playout::planfile::PlanSlots;
use scheduler::{PlanInputs, ProgrammeSlot, Reconciliation, programme_csv};
use serde_json::json;

use super::Answer;
use super::plan_text::{ENTRY_COLUMNS, entry_line, entry_record, plan_json, slot_json, slot_line};
use super::studio::{Material, Studio, read_station, store_error, today};
use crate::args::{Args, PlanArgs};
use crate::error::Error;
use crate::given;
use crate::speech::{Said, finding_json};

/// A plan and where it comes from.
pub(super) struct Shown {
    pub(super) plan: SitePlan,
    findings: Vec<Finding>,
    published: bool,
}

pub(super) fn run(args: &Args, what: &PlanArgs) -> Result<Answer, Error> {
    let studio = if what.station.is_some() { None } else { Some(Studio::open(args)?) };
    let station = match (&what.station, &studio) {
        (Some(file), _) => read_station(file, what.campaigns.as_deref())?,
        (None, Some(studio)) => studio.station()?,
        (None, None) => return Ok(Answer::Fine),
    };
    let clock = studio.as_ref().map_or_else(|| args.clock(), |s| s.clock);
    let day = what.day.unwrap_or_else(|| today(&station, clock));
    let days = if what.week { week_of(day)? } else { vec![day] };
    if what.programmes {
        let material = Material::bare(station);
        let sites = material.sites(what.site)?;
        let changes = decided(studio.as_ref().filter(|_| what.decided), &days)?;
        let station = &material.station;
        let of = |site: SiteId, day: Date| {
            changes.as_ref().map_or_else(|| station.day_slots(site, day), |c| station.programmes_on(site, day, c))
        };
        let slots = sites.iter().flat_map(|site| days.iter().flat_map(|day| of(*site, *day)));
        programmes(args, what, &slots.collect::<Vec<_>>());
        return Ok(Answer::Fine);
    }
    let Some(studio) = studio else {
        let material = Material::bare(station);
        let shown = each(&material, what, &days, |site, day| made(&material, site, day))?;
        return entries(args, what, &material, &shown);
    };
    let mut shown = Vec::new();
    let mut last = Material::bare(station);
    for day in &days {
        let material = studio.material(last.station, *day)?;
        shown.extend(each(&material, what, &[*day], |site, day| published_or_made(&studio, &material, site, day))?);
        last = material;
    }
    if what.aired { aired(args, &studio, &shown) } else { entries(args, what, &last, &shown) }
}

/// What was decided for these days, when that was asked for.
fn decided(studio: Option<&Studio>, days: &[Date]) -> Result<Option<scheduler::Changes>, Error> {
    match (studio, days.first(), days.last()) {
        (Some(studio), Some(first), Some(last)) => studio.store.changes(*first, *last).map(Some).map_err(store_error),
        _ => Ok(None),
    }
}

fn each(
    material: &Material,
    what: &PlanArgs,
    days: &[Date],
    one: impl Fn(SiteId, Date) -> Result<Shown, Error>,
) -> Result<Vec<Shown>, Error> {
    let sites = material.sites(what.site)?;
    sites.iter().flat_map(|site| days.iter().map(|day| one(*site, *day)).collect::<Vec<_>>()).collect()
}

/// Monday to Sunday around a day.
fn week_of(day: Date) -> Result<Vec<Date>, Error> {
    let back = i64::from(day.weekday().to_monday_zero_offset());
    let days = (0..7).map(|n| day.checked_add(Span::new().days(n - back)));
    days.collect::<Result<_, _>>()
        .map_err(|_| Error::usage(format!("{day} n'a pas de semaine entière."), format!("{day} has no whole week.")))
}

fn made(material: &Material, site: SiteId, day: Date) -> Result<Shown, Error> {
    let eve = material.eve(site, day);
    let inputs = PlanInputs { yesterday: eve.as_ref(), ..material.inputs(site, day) };
    let (plan, findings) = scheduler::plan(&inputs, Revision::default())
        .map_err(|e| Error::doing("le plan ne se fait pas", "the plan cannot be made", e))?;
    Ok(Shown { plan, findings, published: false })
}

/// What the site really holds for that day, or held when it was over; else what it would get now.
pub(super) fn published_or_made(studio: &Studio, material: &Material, site: SiteId, day: Date) -> Result<Shown, Error> {
    if day < today(&material.station, studio.clock)
        && let Some(plan) = last_given(studio, site, day)?
    {
        return Ok(Shown { plan, findings: Vec::new(), published: true });
    }
    let mut shown = made(material, site, day)?;
    let Some(config) = studio.config.site(site).filter(|s| s.plans().is_dir()) else { return Ok(shown) };
    let Ok(slots) = PlanSlots::open(config.plans(), site) else { return Ok(shown) };
    let (bundle, findings) = slots.load();
    shown.findings.extend(findings);
    if let Some(plan) = bundle.and_then(|b| b.plans.into_iter().find(|p| p.day() == day)) {
        shown.plan = plan;
        shown.published = true;
    }
    Ok(shown)
}

fn last_given(studio: &Studio, site: SiteId, day: Date) -> Result<Option<SitePlan>, Error> {
    given::plan_at(&studio.store, site, day, Timestamp::MAX)
        .map_err(|e| Error::doing("le conducteur d'alors ne se lit pas", "the plan of then cannot be read", e))
}

fn programmes(args: &Args, what: &PlanArgs, slots: &[ProgrammeSlot]) {
    let voice = args.voice();
    if what.csv {
        voice.line(programme_csv(slots).trim_end());
    } else if voice.json {
        voice.json(&slots.iter().map(slot_json).collect::<Vec<_>>());
    } else {
        for slot in slots {
            voice.line(&slot_line(slot));
        }
    }
}

fn entries(args: &Args, what: &PlanArgs, material: &Material, shown: &[Shown]) -> Result<Answer, Error> {
    let voice = args.voice();
    let blocked = shown.iter().flat_map(|s| &s.findings).any(|f| f.severity == Severity::Blocking);
    if voice.json {
        let all: Vec<_> = shown.iter().map(shown_json).collect();
        if let [only] = all.as_slice() { voice.json(only) } else { voice.json(&all) }
    } else if what.csv {
        let rows = shown.iter().flat_map(|s| s.plan.entries().iter().map(|e| entry_record(&s.plan, e)));
        voice.line(csv_text(rows)?.trim_end());
    } else {
        for s in shown {
            voice.say(&heading(s));
            for e in s.plan.entries() {
                voice.line(&entry_line(e, material.station.zone(), voice.tongue));
            }
            voice.findings(&s.findings);
        }
    }
    Ok(Answer::findings_if(blocked))
}

fn shown_json(shown: &Shown) -> serde_json::Value {
    let mut plan = plan_json(&shown.plan, shown.published);
    if let Some(fields) = plan.as_object_mut() {
        fields.insert("findings".to_owned(), shown.findings.iter().map(finding_json).collect());
    }
    plan
}

fn heading(shown: &Shown) -> Said {
    let (site, day, revision) = (shown.plan.site(), shown.plan.day(), shown.plan.revision().0);
    if shown.published {
        return Said::new(
            format!("{site} {day}, conducteur publié n° {revision}"),
            format!("{site} {day}, published running order no. {revision}"),
        );
    }
    Said::new(format!("{site} {day}, conducteur non publié"), format!("{site} {day}, running order not published"))
}

fn csv_text(rows: impl Iterator<Item = [String; 13]>) -> Result<String, Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written =
        writer.write_record(ENTRY_COLUMNS).and_then(|()| rows.into_iter().try_for_each(|r| writer.write_record(r)));
    let bytes = written.map_err(|e| e.to_string()).and_then(|()| writer.into_inner().map_err(|e| e.to_string()));
    let failed = |e: String| Error::doing("CSV impossible", "impossible CSV", e);
    String::from_utf8(bytes.map_err(failed)?).map_err(|e| failed(e.to_string()))
}

fn aired(args: &Args, studio: &Studio, shown: &[Shown]) -> Result<Answer, Error> {
    let voice = args.voice();
    let now = studio.clock.now();
    let mut all = Vec::new();
    for s in shown {
        let entries = s.plan.entries();
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { continue };
        // An entry that began just before midnight is recorded there and kept here.
        let from = first.at.checked_sub(1.hour()).unwrap_or(first.at);
        let records = studio.store.as_run(s.plan.site(), from, last.end()).map_err(store_error)?;
        let found = scheduler::reconcile(&s.plan, &records, now);
        voice.say(&aired_line(&found));
        all.push(aired_json(&found));
    }
    if voice.json {
        if let [only] = all.as_slice() { voice.json(only) } else { voice.json(&all) }
    }
    Ok(Answer::Fine)
}

fn aired_line(r: &Reconciliation) -> Said {
    let t = &r.total;
    let hours = |f: domain::Frames| f.as_secs_f64() / 3600.0;
    Said::new(
        format!(
            "{} {} : {} promis, {} diffusés entiers, {} partiels, {} absents, {} à venir ; {:.2} h diffusées sur {:.2} h dues",
            r.site,
            r.day,
            t.entries(),
            t.whole,
            t.partly,
            t.not,
            t.not_yet,
            hours(t.aired),
            hours(t.due)
        ),
        format!(
            "{} {}: {} promised, {} aired whole, {} in part, {} not, {} to come; {:.2} h aired of {:.2} h due",
            r.site,
            r.day,
            t.entries(),
            t.whole,
            t.partly,
            t.not,
            t.not_yet,
            hours(t.aired),
            hours(t.due)
        ),
    )
}

fn aired_json(r: &Reconciliation) -> serde_json::Value {
    let t = &r.total;
    json!({
        "site": r.site.to_string(), "day": r.day.to_string(), "revision": r.revision.0,
        "promised": t.entries(), "whole": t.whole, "partly": t.partly, "not": t.not, "not_yet": t.not_yet,
        "promised_frames": t.promised.0, "due_frames": t.due.0, "aired_frames": t.aired.0,
        "languages_frames": r.languages.iter().map(|(l, f)| (l.to_string(), json!(f.0))).collect::<serde_json::Map<_, _>>(),
    })
}
