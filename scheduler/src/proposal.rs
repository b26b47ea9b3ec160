//! What people want to change of the week, kept beside what is in force until somebody publishes it.

use domain::SiteId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::changes::{BadOverride, Changes, FeastConfirmed, LiveKind, Override, OverrideSpec, SeasonSwitched, Then};
use crate::station::{Station, text};

/// One change that waits to be published. A later one of the same [`key`](Self::key) replaces it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum Proposal {
    /// Another station file: another week, other campaigns, other figures.
    Grid {
        /// The file.
        toml: String,
    },
    /// A live event or another one-off change.
    Live {
        /// As it is written.
        spec: Box<OverrideSpec>,
    },
    /// A live event taken back.
    LiveOff {
        /// Its name.
        id: String,
        /// Its date, the first one when it recurs.
        #[serde(with = "text")]
        date: Date,
    },
    /// A word about a feast of the moon (R-PRAY-05).
    Feast {
        /// Which event of the calendar.
        event: String,
        /// Its first predicted day.
        #[serde(with = "text")]
        predicted: Date,
        /// Days that it comes later: −1, 0 or 1.
        moved_days: i32,
    },
    /// A season switched on for some days.
    Season {
        /// Which season of the station file.
        season: String,
        /// First day.
        #[serde(with = "text")]
        from: Date,
        /// Last day.
        #[serde(with = "text")]
        until: Date,
    },
    /// A season switched off again.
    SeasonOff {
        /// Which season.
        season: String,
        /// The first day that it was switched on for.
        #[serde(with = "text")]
        from: Date,
    },
}

impl Proposal {
    /// Most proposals that wait at once: a month of three a day, more than one person reads.
    pub const MAX: usize = 100;
    /// Longest stretch of a season in days: a solar year.
    pub const SEASON_DAYS_MAX: i32 = 366;

    /// What it changes: two proposals of one key do not stand beside each other.
    pub fn key(&self) -> String {
        match self {
            Self::Grid { .. } => "grid".to_owned(),
            Self::Live { spec } => format!("live {} {}", spec.id, spec.date.map(|d| d.to_string()).unwrap_or_default()),
            Self::LiveOff { id, date } => format!("live {id} {date}"),
            Self::Feast { event, predicted, .. } => format!("feast {event} {predicted}"),
            Self::Season { season, from, .. } | Self::SeasonOff { season, from } => format!("season {season} {from}"),
        }
    }

    /// Whether it makes sense at this station; what does not is refused before anybody reviews it.
    pub fn check(&self, station: &Station) -> Result<(), BadOverride> {
        match self {
            Self::Grid { toml } => Station::parse(toml).map(drop).map_err(|e| BadOverride { fr: e.fr, en: e.en }),
            Self::Live { spec } => check_live(station, spec),
            Self::LiveOff { .. } | Self::SeasonOff { .. } => Ok(()),
            Self::Feast { event, moved_days, .. } => {
                let lunar = |e: &&crate::calendar::Event| e.id == *event && e.rule.starts_with("hijri ");
                if station.almanac().events().find(lunar).is_none() {
                    return Err(refused(
                        format!("Le calendrier n'a pas de fête lunaire « {event} »."),
                        format!("The calendar has no feast of the moon “{event}”."),
                    ));
                }
                if (-1..=1).contains(moved_days) {
                    return Ok(());
                }
                let fr = "Une fête lunaire ne bouge que d'un jour.";
                Err(refused(fr.to_owned(), "A feast of the moon moves by one day at most.".to_owned()))
            }
            Self::Season { season, from, until } => check_season(station, season, *from, *until),
        }
    }

    /// Whether it may not wait for anybody: an alert, or a live event that runs over.
    pub fn is_urgent(&self, changes: &Changes, station: &Station) -> bool {
        let Self::Live { spec } = self else { return false };
        if spec.kind == LiveKind::Alerte {
            return true;
        }
        let known = changes.overrides.iter().chain(station.overrides()).find(|o| *o.id() == spec.id);
        known.is_some_and(|o| {
            let mut same = o.spec().clone();
            (same.overrun_s, same.date) = (spec.overrun_s, spec.date);
            (same.day, same.max_overrun_s) = (spec.day, spec.max_overrun_s);
            same == **spec
        })
    }

    /// Days that it may touch, from `today` on, at most `most` of them.
    pub fn days(&self, station: &Station, today: Date, most: usize) -> Vec<Date> {
        let span = |from: Date, until: Date| {
            let first = from.max(today);
            first.series(jiff::Span::new().days(1)).take_while(|d| *d <= until).take(most).collect::<Vec<_>>()
        };
        let year = today.saturating_add(jiff::Span::new().days(i64::from(Self::SEASON_DAYS_MAX)));
        match self {
            Self::Grid { .. } => span(today, today.saturating_add(jiff::Span::new().days(6))),
            Self::Live { spec } => {
                let over = Override::new((**spec).clone(), None).ok();
                let on = |d: &Date| over.as_ref().is_some_and(|o| o.on(*d));
                let moved = |d: &Date| over.as_ref().is_some_and(|o| !o.moves_to(station, *d).is_empty());
                let all = today.series(jiff::Span::new().days(1)).take_while(|d| *d <= year);
                all.filter(|d| on(d) || moved(d)).take(most).collect()
            }
            Self::LiveOff { date, .. } => span(*date, date.saturating_add(jiff::Span::new().days(6))),
            Self::Feast { predicted, .. } => {
                let by = |n: i64| predicted.saturating_add(jiff::Span::new().days(n));
                span(by(-1), by(1))
            }
            Self::Season { from, until, .. } => span(*from, *until),
            Self::SeasonOff { from, .. } => span(*from, year),
        }
    }

    /// Itself in one sentence, in French and English.
    pub fn said(&self) -> (String, String) {
        match self {
            Self::Grid { toml } => {
                let lines = toml.lines().count();
                (format!("Nouvelle grille ({lines} lignes)."), format!("A new grid ({lines} lines)."))
            }
            Self::Live { spec } => said_live(spec),
            Self::LiveOff { id, date } => (
                format!("Le direct « {id} » du {date} est retiré."),
                format!("Live event “{id}” of {date} is taken back."),
            ),
            Self::Feast { event, predicted, moved_days: 0 } => (
                format!("La fête « {event} » est confirmée au {predicted}."),
                format!("Feast “{event}” is confirmed on {predicted}."),
            ),
            Self::Feast { event, predicted, moved_days } => (
                format!("La fête « {event} », prévue le {predicted}, est décalée de {moved_days:+} jour."),
                format!("Feast “{event}”, predicted on {predicted}, is moved by {moved_days:+} day."),
            ),
            Self::Season { season, from, until } => (
                format!("Grille « {season} » du {from} au {until}."),
                format!("Season “{season}” from {from} to {until}."),
            ),
            Self::SeasonOff { season, from } => (
                format!("La grille « {season} » commencée le {from} est levée."),
                format!("Season “{season}” begun on {from} is lifted."),
            ),
        }
    }

    /// Puts it over what is in force.
    fn apply(&self, changes: &mut Changes) -> Result<(), BadOverride> {
        match self {
            Self::Grid { .. } => {}
            Self::Live { spec } => {
                let over = Override::new((**spec).clone(), None)?;
                changes.overrides.retain(|o| o.id() != over.id() || o.date() != over.date());
                changes.overrides.push(over);
            }
            Self::LiveOff { id, date } => {
                changes.overrides.retain(|o| o.id().as_str() != id || o.date() != *date);
            }
            Self::Feast { event, predicted, moved_days } => {
                changes.feasts.retain(|f| f.event != *event || f.predicted != *predicted);
                let feast = FeastConfirmed { event: event.clone(), predicted: *predicted, moved_days: *moved_days };
                changes.feasts.push(feast);
            }
            Self::Season { season, from, until } => {
                changes.seasons.retain(|s| s.season != *season || s.from != *from);
                changes.seasons.push(SeasonSwitched { season: season.clone(), from: *from, until: *until });
            }
            Self::SeasonOff { season, from } => changes.seasons.retain(|s| s.season != *season || s.from != *from),
        }
        Ok(())
    }
}

/// What would be in force if these were published: the station when another is proposed, and the changes.
pub fn proposed(changes: &Changes, proposals: &[Proposal]) -> Result<(Option<Station>, Changes), BadOverride> {
    let mut new = changes.clone();
    let mut station = None;
    for proposal in proposals {
        proposal.apply(&mut new)?;
        if let Proposal::Grid { toml } = proposal {
            station = Some(Station::parse(toml).map_err(|e| BadOverride { fr: e.fr, en: e.en })?);
        }
    }
    Ok((station, new))
}

const fn refused(fr: String, en: String) -> BadOverride {
    BadOverride { fr, en }
}

fn check_live(station: &Station, spec: &OverrideSpec) -> Result<(), BadOverride> {
    let over = Override::new(spec.clone(), None)?;
    let crate::changes::Scope::Sites(sites) = over.scope() else { return check_slots(station, spec) };
    let known = |s: &&SiteId| station.site(**s).is_none();
    match sites.iter().find(known) {
        Some(site) => Err(refused(format!("Il n'y a pas de site {site}."), format!("There is no site {site}."))),
        None => check_slots(station, spec),
    }
}

/// A displaced slot that does not exist would be displaced by nobody, and nobody would be told.
fn check_slots(station: &Station, spec: &OverrideSpec) -> Result<(), BadOverride> {
    let named = spec.displaced.iter().flat_map(|d| [Some(&d.slot), d.to.as_ref()]).flatten().chain(&spec.displaces);
    match named.into_iter().find(|slot| station.slot(slot).is_none()) {
        None => Ok(()),
        Some(slot) => {
            Err(refused(format!("La grille n'a pas de case « {slot} »."), format!("The grid has no slot “{slot}”.")))
        }
    }
}

fn check_season(station: &Station, season: &str, from: Date, until: Date) -> Result<(), BadOverride> {
    let sunday = season == crate::season::Season::SUNDAY;
    if !sunday && station.seasons().iter().all(|s| s.spec().id != season) {
        let all: Vec<&str> = station.seasons().iter().map(|s| s.spec().id.as_str()).collect();
        let all = all.join(", ");
        return Err(refused(
            format!("Il n'y a pas de grille « {season} » ; il y a {all}, dimanche."),
            format!("There is no season “{season}”; there are {all}, dimanche."),
        ));
    }
    let days = from.until(until).map_or(-1, |s| s.get_days());
    if (0..Proposal::SEASON_DAYS_MAX).contains(&days) {
        return Ok(());
    }
    Err(refused(
        format!("Une grille spéciale dure de 1 à {} jours.", Proposal::SEASON_DAYS_MAX),
        format!("A season lasts from 1 to {} days.", Proposal::SEASON_DAYS_MAX),
    ))
}

fn said_live(spec: &OverrideSpec) -> (String, String) {
    let when = spec.start.map(|t| t.to_string()).or(spec.anchor.map(|a| a.to_string())).unwrap_or_default();
    let date = spec.date.map(|d| d.to_string()).unwrap_or_default();
    let (title, minutes, scope) = (&spec.title, spec.planned_s.div_ceil(60), &spec.scope);
    let mut said = vec![(
        format!("Direct « {title} » le {date} à {when}, {minutes} min ({scope})"),
        format!("Live “{title}” on {date} at {when}, {minutes} min ({scope})"),
    )];
    if spec.overrun_s > 0 {
        let over = spec.overrun_s.div_ceil(60);
        said.push((format!("prolongé de {over} min"), format!("{over} min longer")));
    }
    for d in &spec.displaced {
        let to = d.to.as_deref().unwrap_or_default();
        let (was, is) = match d.then {
            Then::Reporter => (format!("reportée en {to}"), format!("is moved to {to}")),
            Then::Supprimer => ("supprimée".to_owned(), "is dropped".to_owned()),
            Then::Joindre => ("rejointe en cours".to_owned(), "is joined in progress".to_owned()),
            Then::Inserer => ("diffusée après".to_owned(), "airs after it".to_owned()),
        };
        said.push((format!("la case {} est {was}", d.slot), format!("slot {} {is}", d.slot)));
    }
    let (fr, en): (Vec<_>, Vec<_>) = said.into_iter().unzip();
    (format!("{}.", fr.join(" ; ")), format!("{}.", en.join("; ")))
}
