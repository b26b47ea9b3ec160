//! The card's papers as a form: who speaks, who agreed, whom it could harm, how long it may be used.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::{AssetId, Sensibility, SiteId};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use media::catalogue::{Card, Consent, Contributor, Edit, Flags, Paper, Voice};

use super::asset_id;
use crate::error::{Field, WebError};
use crate::people::Act;
use crate::text::one_line;
use crate::visitor::Visitor;
use crate::web::Web;

/// Empty rows offered for people who are not on the card yet.
const ROWS_FREE: usize = 3;

/// What stands in the form: all of it text, as it was typed.
pub(super) struct Sheet {
    pub title: String,
    pub episode: String,
    pub people: Vec<Row>,
    pub women: String,
    pub consents: Vec<(&'static str, bool)>,
    pub sites: Vec<(SiteId, bool)>,
    pub not_before: String,
    pub expires: String,
    pub rights_from: String,
    pub rights_until: String,
}

/// One person of the form.
pub(super) struct Row {
    pub name: String,
    pub part: String,
    pub voice: &'static str,
    pub spoken: String,
    pub sensibility: Sensibility,
}

impl Sheet {
    pub(super) fn of(card: &Card, sites: &[SiteId], zone: &TimeZone) -> Self {
        let paper = &card.paper;
        let row = |c: &Contributor| Row {
            name: c.name.clone(),
            part: c.part.clone(),
            voice: c.voice.as_str(),
            spoken: c.spoken_s.map_or_else(String::new, minutes),
            sensibility: c.sensibility,
        };
        let empty = || row(&Contributor::default());
        let minute = |t: Option<Timestamp>| {
            t.map_or_else(String::new, |t| t.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string())
        };
        let day = |t: Option<Timestamp>| t.map_or_else(String::new, |t| t.to_zoned(zone.clone()).date().to_string());
        let before = |t: Timestamp| t.checked_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(t);
        Self {
            title: card.asset.title.clone(),
            episode: paper.episode.clone(),
            people: paper.contributors.iter().map(row).chain((0..ROWS_FREE).map(|_| empty())).collect(),
            women: paper.women_s.map_or_else(String::new, minutes),
            consents: Consent::ALL.iter().map(|c| (c.as_str(), *c == paper.consent)).collect(),
            sites: sites.iter().map(|s| (*s, card.asset.sites.contains(s))).collect(),
            not_before: minute(card.asset.not_before),
            expires: minute(card.asset.expires),
            rights_from: day(paper.rights_from),
            // Shown is the last day that the rights cover.
            rights_until: day(paper.rights_until.map(before)),
        }
    }
}

/// `m:ss`.
fn minutes(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Minutes, or minutes and seconds with a colon; nothing for nothing.
fn seconds(text: &str) -> Result<Option<u32>, WebError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let bad = || WebError::Unreadable(Field::Length);
    let (min, sec) = text.split_once(':').unwrap_or((text, "0"));
    let (min, sec): (u32, u32) = (min.parse().map_err(|_| bad())?, sec.parse().map_err(|_| bad())?);
    if sec > 59 || min > Paper::SECONDS_MAX / 60 { Err(bad()) } else { Ok(Some(min * 60 + sec)) }
}

/// A form's fields in their order; names may come again.
pub(super) struct Typed(Vec<(String, String)>);

impl Typed {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn one<'a>(&'a self, name: &'a str) -> &'a str {
        self.all(name).next().unwrap_or_default()
    }

    fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|v| v == value)
    }

    pub(super) fn flags(&self) -> Flags {
        let raised = |word| self.has("flag", word);
        Flags { child: raised("child"), survivor: raised("survivor"), witness: raised("witness") }
    }

    fn people(&self) -> Result<Vec<Contributor>, WebError> {
        let columns = self.all("name").zip(self.all("part")).zip(self.all("voice").zip(self.all("spoken")));
        // A script that knows nothing of sensibilities leaves them unsaid.
        let sensibilities = self.all("sensibility").chain(std::iter::repeat(""));
        let columns = columns.zip(sensibilities).take(Paper::CONTRIBUTORS_MAX + ROWS_FREE);
        let mut people = Vec::new();
        for (((name, part), (voice, spoken)), sensibility) in columns {
            let name = one_line(name, Paper::TEXT_CHARS_MAX);
            if !name.is_empty() {
                let part = one_line(part, Paper::TEXT_CHARS_MAX);
                let (voice, spoken_s) = (Voice::of(voice), seconds(spoken)?);
                people.push(Contributor { name, part, voice, spoken_s, sensibility: Sensibility::of(sensibility) });
            }
        }
        Ok(people)
    }

    fn minute(&self, name: &str, zone: &TimeZone) -> Result<Option<Timestamp>, WebError> {
        let bad = || WebError::Unreadable(Field::Day);
        let text = self.one(name);
        let read = |text: &str| text.parse::<DateTime>().ok()?.to_zoned(zone.clone()).ok();
        if text.is_empty() { Ok(None) } else { read(text).map(|z| Some(z.timestamp())).ok_or_else(bad) }
    }

    /// The beginning of the day, or of the one after it.
    fn day(&self, name: &str, zone: &TimeZone, after: bool) -> Result<Option<Timestamp>, WebError> {
        let text = self.one(name);
        let read = |text: &str| {
            let day: Date = text.parse().ok()?;
            let day = if after { day.tomorrow().ok()? } else { day };
            Some(day.to_zoned(zone.clone()).ok()?.timestamp())
        };
        if text.is_empty() { Ok(None) } else { read(text).map(Some).ok_or(WebError::Unreadable(Field::Day)) }
    }

    /// The card with what the form says. A minute that still reads as it was shown keeps its seconds.
    fn onto(&self, card: Card, sites: &[SiteId], zone: &TimeZone) -> Result<Edit, WebError> {
        let shown = Sheet::of(&card, sites, zone);
        let card_is_music = card.asset.music.is_some();
        let mut edit = Edit::from(card);
        edit.title = one_line(self.one("title"), super::TITLE_CHARS_MAX);
        if edit.title.is_empty() {
            return Err(WebError::Unreadable(Field::Title));
        }
        if card_is_music {
            edit.artist = one_line(self.one("artist"), Paper::TEXT_CHARS_MAX);
            edit.category = one_line(self.one("category"), Paper::TEXT_CHARS_MAX);
        }
        edit.sites = sites.iter().copied().filter(|s| self.has("site", s.to_string().as_str())).collect();
        if self.one("not_before") != shown.not_before {
            edit.not_before = self.minute("not_before", zone)?;
        }
        if self.one("expires") != shown.expires {
            edit.expires = self.minute("expires", zone)?;
        }
        edit.paper = Paper {
            episode: one_line(self.one("episode"), Paper::TEXT_CHARS_MAX),
            contributors: self.people()?,
            women_s: seconds(self.one("women"))?,
            consent: Consent::of(self.one("consent")).ok_or(WebError::Unreadable(Field::Form))?,
            // A flag that stands is not lowered by leaving its box empty: that is the officer's act.
            flags: edit.paper.flags.and(self.flags()),
            rights_from: self.day("rights_from", zone, false)?,
            rights_until: self.day("rights_until", zone, true)?,
        };
        Ok(edit)
    }
}

impl From<Vec<(String, String)>> for Typed {
    fn from(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }
}

/// `POST /mediatheque/{id}/fiche`
pub(crate) async fn edit(
    State(web): State<Web>,
    v: Visitor,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let (id, now, typed) = (asset_id(&id)?, web.app.now(), Typed::from(fields));
    let station = web.app.station.borrow().clone();
    let sites: Vec<SiteId> = station.sites().iter().map(|s| s.id).collect();
    let zone = station.zone().clone();
    let done: AssetId = web
        .blocking(move |app| {
            let card = app.catalogue.get(&id)?.ok_or(WebError::NotFound)?;
            let edit = typed.onto(card, &sites, &zone)?;
            app.catalogue.edit(&id, &edit, v.who(), now)?;
            let act = Act {
                who: v.who(),
                address: &v.address,
                act: "asset.edit",
                object: id.as_str(),
                detail: &edit.title,
                allowed: true,
            };
            app.people.record(&act, now)?;
            app.replan.notify_one();
            Ok::<_, WebError>(id)
        })
        .await?;
    Ok(Redirect::to(&format!("/mediatheque/{done}")).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_read_back() {
        for (text, want) in [("", None), ("12", Some(720)), ("12:05", Some(725)), (" 0:07 ", Some(7))] {
            assert_eq!(seconds(text), Ok(want), "{text}");
        }
        assert_eq!(seconds(&minutes(725)), Ok(Some(725)));
        for bad in ["12:61", "x", "-3", "1:2:3", "99999", "12,5"] {
            assert_eq!(seconds(bad), Err(WebError::Unreadable(Field::Length)), "{bad}");
        }
    }

    #[test]
    fn the_last_day_of_the_rights_is_covered_whole() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let typed = Typed(vec![("d".into(), "2026-10-24".into())]);
        let day = |after| typed.day("d", &zone, after).unwrap().unwrap().to_string();
        assert_eq!((day(false).as_str(), day(true).as_str()), ("2026-10-23T22:00:00Z", "2026-10-24T22:00:00Z"));
    }
}
