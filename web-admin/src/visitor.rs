//! Who asks, from where, in which language.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::{COOKIE, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};

use crate::error::WebError;
use crate::people::{Right, Session};
use crate::words::{Lang, Words};

/// The session cookie. With TLS in front the `__Host-` name is used, which a browser takes over TLS and for `/` only.
pub(crate) const COOKIE_PLAIN: &str = "mikado";
pub(crate) const COOKIE_TLS: &str = "__Host-mikado";
const COOKIE_LANG: &str = "langue";
const COOKIE_THEME: &str = "theme";

/// What is known of the one who asks. The guard puts it into the request; nothing else makes one.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    /// Who is signed in.
    pub session: Option<Session>,
    /// The peer's address; never a header that the peer wrote.
    pub address: String,
    /// The language of the pages.
    pub lang: Lang,
    /// `light`, `dark` or, empty, what the machine prefers.
    pub theme: &'static str,
    /// The name that the pages were asked under, when it is one: for the streams' addresses.
    pub host: Option<String>,
    /// What was asked for.
    pub path: String,
}

impl Visitor {
    pub(crate) fn t(&self) -> &'static Words {
        self.lang.words()
    }

    /// The name for the audit.
    pub(crate) fn who(&self) -> &str {
        self.session.as_ref().map_or("", |s| &s.name)
    }

    pub(crate) fn csrf(&self) -> &str {
        self.session.as_ref().map_or("", |s| &s.csrf)
    }

    pub(crate) fn may(&self, right: Right) -> bool {
        self.session.as_ref().is_some_and(|s| !s.must_choose && s.role.may(right))
    }

    /// Everything but the session.
    pub(crate) fn read(parts: &Parts) -> Self {
        let headers = &parts.headers;
        let address = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Self {
            session: None,
            address: address.map_or_else(|| "local".to_owned(), |c| c.0.ip().to_canonical().to_string()),
            lang: language(headers),
            theme: match cookie(headers, COOKIE_THEME) {
                Some("light") => "light",
                Some("dark") => "dark",
                _ => "",
            },
            host: host(headers),
            path: shown_path(&parts.uri),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, WebError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| WebError::internal("a route stands outside the guard"))
    }
}

/// The signed-in one, for handlers behind a right.
pub(crate) struct Who(pub Session);

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, WebError> {
        Visitor::from_request_parts(parts, state).await?.session.map(Self).ok_or(WebError::SignedOut)
    }
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(COOKIE).into_iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The session cookie's value.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, COOKIE_TLS).or_else(|| cookie(headers, COOKIE_PLAIN))
}

/// French, the station's working language, unless the visitor chose another.
fn language(headers: &HeaderMap) -> Lang {
    cookie(headers, COOKIE_LANG).and_then(Lang::parse).unwrap_or_default()
}

fn host(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(HOST)?.to_str().ok()?;
    let name = match text.strip_prefix('[') {
        Some(rest) => format!("[{}]", rest.split(']').next()?),
        None => text.split(':').next()?.to_owned(),
    };
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'));
    (plain && (1..=253).contains(&name.len())).then_some(name)
}

fn shown_path(uri: &Uri) -> String {
    uri.path_and_query().map_or("/", |p| p.as_str()).chars().take(300).collect()
}
