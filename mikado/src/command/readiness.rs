//! `mikado readiness`: what the coming days lack, who is to bring it, since when, how urgent it is.

use domain::SiteId;
use jiff::Timestamp;
use scheduler::Station;
use scheduler::readiness::{ALARMS, Lack, Responsible, horizon};
use serde_json::json;

use super::Answer;
use super::studio::{Studio, local_time, unknown_site};
use crate::args::{Args, ReadinessArgs};
use crate::error::Error;
use crate::run::hq::lacks;
use crate::speech::Said;

pub(super) fn run(args: &Args, what: ReadinessArgs) -> Result<Answer, Error> {
    let studio = Studio::open(args)?;
    let (station, now) = (studio.station()?, studio.clock.now());
    let all: Vec<SiteId> = station.sites().iter().map(|s| s.id).collect();
    if let Some(site) = what.site.filter(|s| !all.contains(s)) {
        return Err(unknown_site(site, &all));
    }
    let found = lacks(&station, &studio.catalogue, &studio.store, now)
        .map_err(|e| Error::doing("la préparation ne se voit pas", "readiness cannot be seen", e))?;
    let found: Vec<Lack> = found.into_iter().filter(|l| what.site.is_none_or(|s| l.missing.site == s)).collect();
    let voice = args.voice();
    let sites = all.into_iter().filter(|s| what.site.is_none_or(|asked| asked == *s));
    if voice.json {
        let sites: Vec<_> = sites.map(|s| site_json(&station, s, &found, now)).collect();
        if let [only] = sites.as_slice() { voice.json(only) } else { voice.json(&sites) }
    } else {
        for l in &found {
            voice.say(&line(&station, l, now));
        }
        voice.say(&Said::new(
            format!("{} case(s) sans son.", found.len()),
            format!("{} slot(s) without sound.", found.len()),
        ));
    }
    Ok(Answer::findings_if(!found.is_empty()))
}

fn site_json(station: &Station, site: SiteId, found: &[Lack], now: Timestamp) -> serde_json::Value {
    let hours = station.site(site).map(|s| horizon(s).as_hours());
    let own = found.iter().filter(|l| l.missing.site == site);
    json!({
        "site": site.to_string(), "horizon_h": hours, "now": now.to_string(),
        "missing": own.map(|l| lack_json(l, now)).collect::<Vec<_>>(),
    })
}

fn lack_json(l: &Lack, now: Timestamp) -> serde_json::Value {
    let m = &l.missing;
    json!({
        "at": m.at.to_string(), "programme": m.programme.as_str(), "title": m.title,
        "responsible": responsible(m.responsible), "instead": m.instead.as_ref().map(domain::ProgrammeId::as_str),
        "since": l.since.to_string(), "alarm_min": m.alarm(now).map(|a| a.as_mins()),
    })
}

fn responsible(who: Responsible) -> String {
    match who {
        Responsible::Network => "reseau".to_owned(),
        Responsible::Site(site) => site.to_string(),
    }
}

fn line(station: &Station, l: &Lack, now: Timestamp) -> Said {
    let m = &l.missing;
    let mark = match m.alarm(now) {
        Some(lead) if lead == ALARMS[0] => "!!!",
        Some(lead) if lead == ALARMS[1] => "!! ",
        Some(_) => "!  ",
        None => "   ",
    };
    let (site, at, title, who) = (m.site, local_time(station, m.at), &m.title, responsible(m.responsible));
    let (fr, en) =
        m.instead.as_ref().map_or(("tapis".to_owned(), "bed".to_owned()), |p| (p.to_string(), p.to_string()));
    let since = local_time(station, l.since);
    Said::new(
        format!("{mark} {site} {at} « {title} » : à fournir par {who}, manque depuis {since}, à la place : {fr}"),
        format!("{mark} {site} {at} “{title}”: to be brought by {who}, missing since {since}, instead: {en}"),
    )
}
