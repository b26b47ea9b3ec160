//! The gate before publication: what blocks refuses, what warns needs a reason.

use std::collections::BTreeMap;

use domain::{Finding, Severity, SitePlan};

/// Why a plan is not published: every sentence with its mend.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{site} {day}: {}", findings.iter().map(|f| f.en.as_str()).collect::<Vec<_>>().join(" "))]
pub struct Refused {
    /// The site.
    pub site: domain::SiteId,
    /// The day.
    pub day: jiff::civil::Date,
    /// What blocks, and what warns without a reason given; what blocks comes first.
    pub findings: Vec<Finding>,
}

/// Whether a plan may be published by a person. `reasons` holds, by the code of a warning, why it is taken.
///
/// Only for what people publish: a site is never left without a plan for the sake of a rule.
pub fn publishable(plan: &SitePlan, findings: &[Finding], reasons: &BTreeMap<String, String>) -> Result<(), Refused> {
    let reasoned = |f: &Finding| reasons.get(&f.code).is_some_and(|why| !why.trim().is_empty());
    let stops = |f: &&Finding| match f.severity {
        Severity::Blocking => true,
        Severity::Warning => !reasoned(f),
        Severity::Info => false,
    };
    let mut refused: Vec<Finding> = findings.iter().filter(stops).cloned().collect();
    refused.sort_by_key(|f| std::cmp::Reverse(f.severity));
    if refused.is_empty() {
        return Ok(());
    }
    Err(Refused { site: plan.site(), day: plan.day(), findings: refused })
}
