//! The acts: publish what waits, take a proposal away, put back what was in force before.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use scheduler::Proposal;
use scheduler::store::{By, StoreError};

use super::{made, refused, review};
use crate::App;
use crate::error::{Field, WebError};
use crate::pages::show;
use crate::people::{Act, Right};
use crate::visitor::Visitor;
use crate::web::Web;

/// A reason is a sentence, not a page.
const REASON_CHARS_MAX: usize = 400;
/// The fields that hold why a warning is taken, by the rule's name after this.
const ACCEPTED: &str = "motif-";

pub(super) type Fields = Vec<(String, String)>;

pub(super) fn field<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
}

/// How an attempt to publish ended.
pub(super) enum Done {
    /// Under this number.
    Published(u64),
    /// Not, for these reasons.
    Stopped(Vec<String>),
}

/// `POST /publier`
pub(crate) async fn publish(
    State(web): State<Web>,
    v: Visitor,
    Form(fields): Form<Fields>,
) -> Result<Response, WebError> {
    let reason = reason(&fields)?;
    let code = |(name, why): (String, String)| {
        Some((name.strip_prefix(ACCEPTED)?.to_owned(), crate::one_line(&why, REASON_CHARS_MAX)))
    };
    let seen = field(&fields, "vu").to_owned();
    let accepted: BTreeMap<String, String> = fields.into_iter().filter_map(code).collect();
    let who = v.clone();
    let done = web
        .blocking(move |app| {
            let waiting = app.store.proposals().map_err(WebError::internal)?;
            if waiting.is_empty() || review::fingerprint(&waiting) != seen {
                return Err(WebError::Changed);
            }
            let acts: Vec<Proposal> = waiting.into_iter().map(|p| p.act).collect();
            through_the_gate(app, &who, &acts, &accepted, &reason)
        })
        .await?;
    match done {
        Done::Published(n) => {
            show(&made(&web, &v, Some(v.t().g().publish_done.replace("{}", &n.to_string())), None).await?)
        }
        Done::Stopped(why) => {
            let said = format!("{} {}", v.t().g().publish_stopped, why.join(" "));
            refused(&web, &v, said).await
        }
    }
}

/// Publishes when nothing stops it.
pub(super) fn through_the_gate(
    app: &App,
    v: &Visitor,
    acts: &[Proposal],
    accepted: &BTreeMap<String, String>,
    reason: &str,
) -> Result<Done, WebError> {
    let (now, station) = (app.now(), app.station.borrow().clone());
    for act in acts {
        act.check(&station).map_err(WebError::from)?;
    }
    let review = review::of_acts(app, &station, acts, now)?;
    let stopping = review.stopping(accepted, v.may(Right::Direct));
    if !stopping.is_empty() {
        let mut said: Vec<String> = stopping.iter().map(|b| v.lang.said(&b.finding).to_owned()).collect();
        said.dedup();
        said.truncate(3);
        note(app, v, "grid.publish", &said.join(" "), false)?;
        return Ok(Done::Stopped(said));
    }
    let by = By { author: v.who(), reason, at: now };
    let number = app.store.publish(acts, accepted, by).map_err(StoreErrorOf)?;
    note(app, v, "grid.publish", &format!("{number}: {reason}"), true)?;
    app.replan.notify_one();
    Ok(Done::Published(number))
}

/// `POST /publier/retirer`
pub(crate) async fn withdraw(
    State(web): State<Web>,
    v: Visitor,
    Form(fields): Form<Fields>,
) -> Result<Response, WebError> {
    let key = field(&fields, "cle").to_owned();
    web.blocking(move |app| {
        if !app.store.withdraw(&key).map_err(WebError::internal)? {
            return Err(WebError::Changed);
        }
        note(app, &v, "grid.withdraw", &key, true)
    })
    .await?;
    Ok(Redirect::to("/publier").into_response())
}

/// `POST /publier/annuler`: puts the publication before the newest in force again.
pub(crate) async fn undo(State(web): State<Web>, v: Visitor, Form(fields): Form<Fields>) -> Result<Response, WebError> {
    let reason = reason(&fields)?;
    let newest: u64 = field(&fields, "numero").parse().map_err(|_| WebError::Unreadable(Field::Form))?;
    let who = v.clone();
    let number = web
        .blocking(move |app| {
            let last = app.store.publications(2).map_err(WebError::internal)?;
            let [now, before] = last.as_slice() else { return Err(WebError::Changed) };
            if now.number != newest {
                return Err(WebError::Changed);
            }
            let by = By { author: who.who(), reason: &reason, at: app.now() };
            let number = app.store.restore(before.number, by).map_err(StoreErrorOf)?;
            note(app, &who, "grid.undo", &format!("{newest} -> {}: {reason}", before.number), true)?;
            app.replan.notify_one();
            Ok(number)
        })
        .await?;
    show(&made(&web, &v, Some(v.t().g().publish_done.replace("{}", &number.to_string())), None).await?)
}

pub(super) fn reason(fields: &Fields) -> Result<String, WebError> {
    let reason = crate::one_line(field(fields, "motif"), REASON_CHARS_MAX);
    if reason.is_empty() { Err(WebError::Unreadable(Field::Reason)) } else { Ok(reason) }
}

pub(super) fn note(app: &App, v: &Visitor, act: &str, detail: &str, allowed: bool) -> Result<(), WebError> {
    let act = Act { who: v.who(), address: &v.address, act, object: "grid", detail, allowed };
    Ok(app.people.record(&act, app.now())?)
}

/// A store's refusal as the pages say it: a change that makes no sense is the visitor's, the rest an incident.
pub(super) struct StoreErrorOf(pub StoreError);

impl From<StoreErrorOf> for WebError {
    fn from(StoreErrorOf(why): StoreErrorOf) -> Self {
        match why {
            StoreError::Change(why) => why.into(),
            other => Self::internal(other),
        }
    }
}
