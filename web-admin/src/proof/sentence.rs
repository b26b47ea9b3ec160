//! One sentence that says what a campaign got: for a letter, a message, the head of a page.

use scheduler::report::CampaignDay;

use super::count::Period;
use crate::words::{Dates, Lang};

/// Airings that the days asked for and got, in percent of what was promised; `None` where nothing was promised. What was
/// heard beyond that makes good for another day and is counted by itself.
pub(super) fn kept_pct(sum: &CampaignDay) -> Option<f64> {
    let kept = sum.aired.saturating_sub(sum.compensating);
    (sum.promised > 0).then(|| 100.0 * f64::from(kept) / f64::from(sum.promised))
}

/// A rate as people write it: `97,9 %`, or a dash.
pub(super) fn rate(sum: &CampaignDay, lang: Lang) -> String {
    kept_pct(sum).map_or_else(|| "–".to_owned(), |pct| format!("{} %", lang.words().number(pct, 1)))
}

/// A count with its thousands set apart.
pub(super) fn count(n: u32) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            // A thin space that no line breaks at, as French prints numbers.
            out.push('\u{202F}');
        }
        out.push(c);
    }
    out
}

/// `du lundi 16 novembre 2026 au dimanche 22 novembre 2026`, or one day.
pub(super) fn span(period: Period, lang: Lang) -> String {
    let dates = Dates(lang);
    let (first, last) = (dates.full(period.first), dates.full(period.last));
    match (lang, period.first == period.last) {
        (Lang::Fr, true) => format!("le {first}"),
        (Lang::Fr, false) => format!("du {first} au {last}"),
        (Lang::En, true) => format!("on {first}"),
        (Lang::En, false) => format!("from {first} to {last}"),
    }
}

/// A count with its noun; French says nothing and one in the singular.
fn counted(n: u32, one: &str, many: &str, lang: Lang) -> String {
    let is_one = n == 1 || (n == 0 && lang == Lang::Fr);
    format!("{} {}", count(n), if is_one { one } else { many })
}

/// `« Un enfant n’est pas un soldat » : 1 204 diffusions entières sur 1 230 promises (97,9 %), du …`.
pub(super) fn sentence(title: &str, sum: &CampaignDay, period: Period, sites: usize, lang: Lang) -> String {
    let kept = sum.aired.saturating_sub(sum.compensating);
    let (rate, span, more) = (rate(sum, lang), span(period, lang), count(sum.compensating));
    match lang {
        Lang::Fr => {
            let kept = counted(kept, "diffusion entière", "diffusions entières", lang);
            let promised = counted(sum.promised, "promise", "promises", lang);
            let proven = counted(sum.proven, "prouvée", "prouvées", lang);
            format!(
                "« {title} » : {kept} sur {promised} ({rate}), {span}, sur {sites} sites ; {more} en compensation ; {proven} par la pige."
            )
        }
        Lang::En => {
            let kept = counted(kept, "whole airing", "whole airings", lang);
            let (promised, proven) = (count(sum.promised), count(sum.proven));
            format!(
                "“{title}”: {kept} of {promised} promised ({rate}), {span}, on {sites} sites; {more} in compensation; {proven} proven by the air check."
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_sentence_says_what_was_kept_made_good_and_proven() {
        let sum = CampaignDay { promised: 1230, aired: 1230, compensating: 26, proven: 1199, ..CampaignDay::default() };
        let period = Period { first: date(2026, 11, 16), last: date(2026, 11, 22) };
        assert_eq!(
            sentence("La gomme", &sum, period, 7, Lang::Fr),
            "« La gomme » : 1\u{202F}204 diffusions entières sur 1\u{202F}230 promises (97,9 %), du lundi 16 novembre 2026 au dimanche 22 novembre 2026, sur 7 sites ; 26 en compensation ; 1\u{202F}199 prouvées par la pige."
        );
        let one = CampaignDay { promised: 1, aired: 1, proven: 1, ..CampaignDay::default() };
        let day = Period { first: date(2026, 11, 1), last: date(2026, 11, 1) };
        assert_eq!(
            sentence("A", &one, day, 7, Lang::Fr),
            "« A » : 1 diffusion entière sur 1 promise (100,0 %), le dimanche 1er novembre 2026, sur 7 sites ; 0 en compensation ; 1 prouvée par la pige."
        );
        assert_eq!(rate(&CampaignDay::default(), Lang::Fr), "–", "nothing promised is no rate");
        assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1\u{202F}000", "1\u{202F}234\u{202F}567"]);
    }
}
