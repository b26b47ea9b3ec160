//! Who is spoken to where: language × site × day, from the programmes' own mix.

use std::collections::BTreeMap;

use domain::{Language, SiteId};
use jiff::Span;
use jiff::civil::Date;

use crate::changes::Changes;
use crate::rules::{LISTENED_S, spoken_s};
use crate::station::Station;
use crate::week::ProgrammeSlot;

/// What one language is given on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    /// Seconds spoken from 06:00 to 22:00; music is no speech (R-LANG-06).
    pub spoken_s: f64,
    /// News editions of the whole day, press reviews left out (R-LANG-01).
    pub news: u32,
}

/// A site's week.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    /// The site.
    pub site: SiteId,
    /// Its seven days, each with every language of the site that is heard.
    pub days: Vec<(Date, BTreeMap<Language, Share>)>,
}

impl Coverage {
    /// The share of a language in the week's spoken time, 0 to 1; 0 where nothing is spoken.
    pub fn share(&self, language: &Language) -> f64 {
        let of = |wanted: Option<&Language>| -> f64 {
            let all = self.days.iter().flat_map(|(_, day)| day);
            all.filter(|(l, _)| wanted.is_none_or(|w| w == *l)).map(|(_, s)| s.spoken_s).sum()
        };
        let all = of(None);
        if all > 0.0 { of(Some(&language.umbrella())) / all } else { 0.0 }
    }
}

/// What every site airs in the seven days from `first` on, with everything that was decided for them.
pub fn coverage(station: &Station, changes: &Changes, first: Date) -> Vec<Coverage> {
    let days = || first.series(Span::new().days(1)).take(7);
    let of = |site| Coverage {
        site,
        days: days().map(|day| (day, of_day(station, &station.programmes_on(site, day, changes)))).collect(),
    };
    station.sites().iter().map(|site| of(site.id)).collect()
}

fn of_day(station: &Station, slots: &[ProgrammeSlot]) -> BTreeMap<Language, Share> {
    let mut day = BTreeMap::<Language, Share>::new();
    for slot in slots {
        let Some(programme) = station.programme(&slot.programme) else { continue };
        let heard = slot.start_s.max(LISTENED_S.start)..slot.end_s.min(LISTENED_S.end);
        for (language, seconds) in spoken_s(programme, heard) {
            day.entry(language).or_default().spoken_s += seconds;
        }
        if programme.is_news() && programme.kind != "revue de presse" {
            day.entry(programme.lang.umbrella()).or_default().news += 1;
        }
    }
    day
}
