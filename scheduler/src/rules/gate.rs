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

/// Whether a finding keeps a person from publishing: it blocks, or it warns and nobody has written why it is taken.
/// `reasons` holds, by the code of a warning, why it is.
pub fn stops(finding: &Finding, reasons: &BTreeMap<String, String>) -> bool {
    match finding.severity {
        Severity::Blocking => true,
        Severity::Warning => reasons.get(&finding.code).is_none_or(|why| why.trim().is_empty()),
        Severity::Info => false,
    }
}

/// Whether a plan may be published by a person. `reasons` holds, by the code of a warning, why it is taken.
///
/// Only for what people publish: a site is never left without a plan for the sake of a rule.
pub fn publishable(plan: &SitePlan, findings: &[Finding], reasons: &BTreeMap<String, String>) -> Result<(), Refused> {
    let mut refused: Vec<Finding> = findings.iter().filter(|f| stops(f, reasons)).cloned().collect();
    refused.sort_by_key(|f| std::cmp::Reverse(f.severity));
    if refused.is_empty() {
        return Ok(());
    }
    Err(Refused { site: plan.site(), day: plan.day(), findings: refused })
}
