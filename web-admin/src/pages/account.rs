//! *Comptes* and *Registre*: who may enter, and what was done.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::{Frame, Nav, show, show_refusal};
use crate::OneTimeSecret;
use crate::error::{Field, WebError};
use crate::people::{AuditLine, PeopleError, Person, Role};
use crate::visitor::{Visitor, Who};
use crate::web::Web;

/// Lines of the audit on one page.
const LINES_MAX: usize = 300;

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    f: Frame,
    people: Vec<Person>,
    secret: Option<OneTimeSecret>,
    problem: Option<&'static str>,
}

impl PeoplePage {
    fn state(&self, person: &Person) -> &'static str {
        match (person.closed, person.has_password) {
            (true, _) => self.f.t.people_closed,
            (_, false) => self.f.t.people_waiting,
            _ => self.f.t.people_active,
        }
    }
}

/// `GET /comptes`
pub(crate) async fn people(State(web): State<Web>, v: Visitor) -> Result<Response, WebError> {
    show(&people_page(&web, &v, None, None).await?)
}

async fn people_page(
    web: &Web,
    v: &Visitor,
    secret: Option<OneTimeSecret>,
    problem: Option<&'static str>,
) -> Result<PeoplePage, WebError> {
    let people = web.blocking(|app| app.people.users()).await?;
    Ok(PeoplePage { f: Frame::new(v, Nav::People, v.t().people_title, web.app.now()), people, secret, problem })
}

#[derive(Deserialize)]
pub(crate) struct NewPerson {
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
}

/// `POST /comptes`
pub(crate) async fn add(
    State(web): State<Web>,
    v: Visitor,
    Who(by): Who,
    Form(new): Form<NewPerson>,
) -> Result<Response, WebError> {
    let role: Role = new.role.parse().map_err(|_| WebError::Unreadable(Field::Role))?;
    let now = web.app.now();
    let made: Result<_, PeopleError> =
        web.blocking(move |app| Ok::<_, WebError>(app.people.add_user(&new.name, role, &by.name, now))).await?;
    match made {
        Ok(secret) => show(&people_page(&web, &v, Some(secret), None).await?),
        Err(PeopleError::BadName(_) | PeopleError::NameTaken(_)) => {
            let page = people_page(&web, &v, None, Some(v.t().people_bad_name)).await?;
            show_refusal(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other.into()),
    }
}

#[derive(Deserialize)]
pub(crate) struct Named {
    #[serde(default)]
    name: String,
}

/// `POST /comptes/secret`
pub(crate) async fn reset(
    State(web): State<Web>,
    v: Visitor,
    Who(by): Who,
    Form(named): Form<Named>,
) -> Result<Response, WebError> {
    let now = web.app.now();
    let secret = web.blocking(move |app| app.people.reset(&named.name, &by.name, now)).await?;
    show(&people_page(&web, &v, Some(secret), None).await?)
}

/// `POST /comptes/fermer`
pub(crate) async fn close(
    State(web): State<Web>,
    Who(by): Who,
    Form(named): Form<Named>,
) -> Result<Response, WebError> {
    let now = web.app.now();
    web.blocking(move |app| app.people.close(&named.name, &by.name, now)).await?;
    Ok(Redirect::to("/comptes").into_response())
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    f: Frame,
    lines: Vec<AuditLine>,
    holds: bool,
    chain: String,
}

/// `GET /registre`
pub(crate) async fn audit(State(web): State<Web>, v: Visitor) -> Result<Response, WebError> {
    let read = web.blocking(|app| Ok::<_, PeopleError>((app.people.audit(LINES_MAX)?, app.people.verify_audit()?)));
    let (mut lines, verified) = read.await?;
    let (t, zone) = (v.t(), web.app.station.borrow().zone().clone());
    for line in &mut lines {
        if let Ok(at) = line.at.parse::<Timestamp>() {
            line.at = at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
        }
    }
    let (holds, chain) = match verified {
        Ok(n) => (true, t.audit_holds.replace("{}", &n.to_string())),
        Err(n) => (false, t.audit_broken.replace("{}", &n.to_string())),
    };
    show(&AuditPage { f: Frame::new(&v, Nav::Audit, t.audit_title, web.app.now()), lines, holds, chain })
}
