//! One site's day, entry by entry: what is promised (*conducteur*) and what was heard (*réalisé*).

mod heard;
mod paper;
mod promised;
mod wire;

pub(crate) use heard::page as as_run;
pub(crate) use paper::{csv, sheet};
pub(crate) use promised::page as running_order;
pub(crate) use wire::{as_run_api, plan_api};

use std::sync::Arc;

use domain::{Finding, SiteId};
use jiff::civil::Date;
use scheduler::Station;

use crate::Planned;
use crate::error::WebError;
use crate::wall::severity_class;
use crate::web::Web;
use crate::words::Lang;

/// One site in the choice above a day.
pub(crate) struct SiteTab {
    pub id: String,
    pub name: String,
    pub here: bool,
}

pub(crate) fn tabs(station: &Station, here: SiteId) -> Vec<SiteTab> {
    let tab = |s: &scheduler::station::Site| SiteTab { id: s.id.to_string(), name: s.name.clone(), here: s.id == here };
    station.sites().iter().map(tab).collect()
}

async fn planned(web: &Web, site: SiteId, day: Date) -> Result<Option<Arc<Planned>>, WebError> {
    web.blocking(move |app| Ok::<_, WebError>((app.plans)(site, day))).await
}

/// A finding that stands for all that say the same.
pub(crate) struct Remark {
    pub class: &'static str,
    pub text: String,
    pub count: usize,
}

/// The gravest first; what is said several times is said once and counted.
fn remarks(findings: &[Finding], lang: Lang) -> Vec<Remark> {
    const REMARKS_MAX: usize = 200;
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| lang.said(a).cmp(lang.said(b))));
    let mut remarks: Vec<Remark> = Vec::new();
    for finding in sorted {
        let is_full = remarks.len() >= REMARKS_MAX;
        match remarks.last_mut() {
            Some(last) if last.text == lang.said(finding) => last.count += 1,
            _ if is_full => break,
            _ => remarks.push(Remark {
                class: severity_class(finding.severity),
                text: lang.said(finding).to_owned(),
                count: 1,
            }),
        }
    }
    remarks
}
