//! The pages, one file each; here is the frame around all of them.

pub(crate) mod account;
pub(crate) mod choose;
pub(crate) mod sign_in;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;

use crate::error::WebError;
use crate::people::Right;
use crate::visitor::Visitor;
use crate::words::Words;
use crate::{assets, finish};

/// A page of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nav {
    None,
    Wall,
    Grid,
    Plan,
    AsRun,
    AirCheck,
    Campaigns,
    Library,
    People,
    Audit,
}

/// One entry of the navigation.
pub(crate) struct NavItem {
    pub href: &'static str,
    pub name: &'static str,
    pub icon: &'static str,
    pub here: bool,
}

/// What the frame shows around a page.
pub(crate) struct Frame {
    pub t: &'static Words,
    pub title: String,
    pub v: Visitor,
    pub nav: Vec<NavItem>,
    pub now_ms: i64,
    pub ui: String,
    pub built: bool,
}

impl Frame {
    pub(crate) fn new(visitor: &Visitor, here: Nav, title: impl Into<String>, now: Timestamp) -> Self {
        let t = visitor.t();
        let doors = [
            (Nav::Wall, "/antenne", t.nav_wall, "wave", Right::SeeAir),
            (Nav::Grid, "/grille", t.nav_grid, "grid", Right::SeePlan),
            (Nav::Plan, "/conducteur", t.nav_plan, "list", Right::SeePlan),
            (Nav::AsRun, "/realise", t.nav_asrun, "check", Right::SeeAir),
            (Nav::AirCheck, "/pige", t.nav_aircheck, "sound", Right::SeeAir),
            (Nav::Campaigns, "/campagnes", visitor.lang.proof().title, "megaphone", Right::SeeAir),
            (Nav::Library, "/mediatheque", t.nav_library, "disc", Right::SeeLibrary),
            (Nav::People, "/comptes", t.nav_people, "people", Right::ManagePeople),
            (Nav::Audit, "/registre", t.nav_audit, "seal", Right::ReadAudit),
        ];
        let open = doors.into_iter().filter(|d| visitor.may(d.4));
        let nav = open.map(|(nav, href, name, icon, _)| NavItem { href, name, icon, here: nav == here }).collect();
        Self {
            t,
            title: title.into(),
            v: visitor.clone(),
            nav,
            now_ms: now.as_millisecond(),
            ui: format!("/ui/{}", assets::version()),
            built: assets::built(),
        }
    }

    pub(crate) fn lang(&self) -> &'static str {
        match self.v.lang {
            crate::words::Lang::Fr => "fr",
            crate::words::Lang::En => "en",
        }
    }

    pub(crate) fn role(&self) -> &'static str {
        self.v.session.as_ref().map_or("", |s| self.t.role(s.role))
    }
}

/// A rendered page.
pub(crate) fn show(page: &impl Template) -> Result<Response, WebError> {
    Ok(Html(page.render()?).into_response())
}

/// A rendered page that says itself what is wrong.
pub(crate) fn show_refusal(status: StatusCode, page: &impl Template) -> Result<Response, WebError> {
    let mut response = (status, Html(page.render()?)).into_response();
    response.extensions_mut().insert(finish::Spoken);
    Ok(response)
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct Trouble<'a> {
    f: Frame,
    status: u16,
    sentence: &'a str,
}

/// The page around an error.
pub(crate) fn trouble(visitor: &Visitor, status: StatusCode, sentence: &str) -> Response {
    let f = Frame::new(visitor, Nav::None, visitor.t().trouble, Timestamp::UNIX_EPOCH);
    let page = Trouble { f, status: status.as_u16(), sentence };
    // The plain sentence stands in when even this page cannot be written.
    Html(page.render().unwrap_or_else(|_| sentence.replace(['<', '&'], " "))).into_response()
}
