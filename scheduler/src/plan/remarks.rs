//! Findings of a plan: each said once, in the order of the day.

use std::collections::BTreeSet;

use domain::{Finding, Severity};

/// Collects findings; a second one about the same thing is dropped.
#[derive(Default)]
pub(crate) struct Remarks {
    said: BTreeSet<(&'static str, String)>,
    findings: Vec<Finding>,
}

impl Remarks {
    /// Says something about `subject`, once. `at_s` is the second of the day that it speaks of first.
    pub(crate) fn say(
        &mut self,
        (code, severity): (&'static str, Severity),
        subject: &str,
        at_s: Option<u32>,
        sentences: impl FnOnce() -> (String, String),
    ) {
        if self.said.insert((code, subject.to_owned())) {
            let (fr, en) = sentences();
            self.findings.push(Finding { code: code.to_owned(), severity, at_s: at_s.map(f64::from), fr, en });
        }
    }

    /// Everything said, by time of day; what speaks of the whole day comes first.
    pub(crate) fn into_findings(mut self) -> Vec<Finding> {
        self.findings.sort_by(|a, b| {
            let place = |f: &Finding| f.at_s.unwrap_or(-1.0);
            place(a).total_cmp(&place(b)).then_with(|| (&a.code, &a.en).cmp(&(&b.code, &b.en)))
        });
        self.findings
    }
}
