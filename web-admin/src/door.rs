//! The guard before every route: who may pass, and whether a change really comes from one of our own pages.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use bytes::BytesMut;
use futures_util::StreamExt;

use crate::error::{Field, WebError};
use crate::library::{Refusal, UPLOAD_BYTES_MAX};
use crate::patience::Patience;
use crate::people::{Act, People, Right, Session};
use crate::visitor::{self, Visitor};
use crate::web::Web;

/// Who may pass a door. There is no default: a route without one cannot be written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Anybody: sign-in and the front end's own files.
    Public,
    /// Somebody signed in, also with a one-time secret only.
    SignedIn,
    /// Somebody signed in, with a password of their own, whose role has the right.
    May(Right),
}

/// Where a change carries its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carries {
    /// Nothing is changed here.
    Nothing,
    /// A small form: the `csrf` field, or the header.
    Form,
    /// A long stream: the header only, so that it is known before the first byte of the body.
    Stream,
    /// A form with a file: the header, or else the form's own first field, which its handler reads before the rest.
    File,
}

/// The header that carries the token.
pub(crate) const TOKEN_HEADER: &str = "x-csrf-token";
/// The largest form: every field of every form at its longest fits twenty times.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// One door's rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub need: Need,
    pub carries: Carries,
}

/// The layer that stands before a route.
pub(crate) async fn guard(State((web, rule)): State<(Web, Rule)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut visitor = Visitor::read(&parts);
    match session(&web, &parts.headers).await {
        Ok(found) => visitor.session = found,
        Err(e) => return e.into_response(),
    }
    let changes = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    if let Err(refusal) = admit(rule.need, &visitor) {
        return refuse(&web, &visitor, &parts.headers, changes, refusal).await;
    }
    let body = match screened(rule, changes, &parts.headers, &visitor, body).await {
        Ok(body) => body,
        Err(refusal) => return refuse(&web, &visitor, &parts.headers, changes, refusal).await,
    };
    parts.extensions.insert(visitor);
    next.run(Request::from_parts(parts, body)).await
}

async fn session(web: &Web, headers: &HeaderMap) -> Result<Option<Session>, WebError> {
    let Some(token) = visitor::token(headers) else { return Ok(None) };
    let now = web.app.now();
    let Some(session) = web.app.people.session(token, now)? else { return Ok(None) };
    if People::is_touch_due(&session, now) {
        let touched = session.clone();
        web.blocking(move |app| app.people.touch(&touched, now)).await?;
    }
    Ok(Some(session))
}

/// The rule itself, without the world around it.
pub(crate) fn admit(need: Need, visitor: &Visitor) -> Result<(), WebError> {
    match (need, &visitor.session) {
        (Need::Public, _) | (Need::SignedIn, Some(_)) => Ok(()),
        (_, None) => Err(WebError::SignedOut),
        (Need::May(right), Some(s)) if !s.must_choose && s.role.may(right) => Ok(()),
        (Need::May(_), Some(_)) => Err(WebError::Forbidden),
    }
}

/// Lets a change pass only from our own pages and with the session's token.
async fn screened(
    rule: Rule,
    changes: bool,
    headers: &HeaderMap,
    visitor: &Visitor,
    body: Body,
) -> Result<Body, WebError> {
    if !changes {
        return Ok(Body::empty());
    }
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(Refusal::Compressed.into());
    }
    announced(rule, headers)?;
    if rule.carries == Carries::Nothing {
        return Err(WebError::Unreadable(Field::Form));
    }
    if !from_our_pages(headers) {
        return Err(WebError::Foreign);
    }
    let by_header = headers.get(TOKEN_HEADER).map(|v| same(v.as_bytes(), visitor.csrf().as_bytes()));
    match (rule.carries, by_header, &visitor.session) {
        // Before sign-in there is no session to ride on: the origin check alone decides.
        (_, _, None) if rule.need == Need::Public => limited(body).await.map(Body::from),
        (Carries::Stream | Carries::File, Some(true), _) | (Carries::File, None, _) => Ok(body),
        (Carries::Form, Some(true), _) => limited(body).await.map(Body::from),
        (Carries::Form, None, _) => {
            let bytes = limited(body).await?;
            let is_form = headers
                .get(CONTENT_TYPE)
                .is_some_and(|v| v.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
            if is_form && same(field(&bytes, b"csrf"), visitor.csrf().as_bytes()) {
                Ok(Body::from(bytes))
            } else {
                Err(WebError::Foreign)
            }
        }
        _ => Err(WebError::Foreign),
    }
}

/// A small form, whole: it comes as fast as a poor line brings it, and no larger than forms are.
async fn limited(body: Body) -> Result<Bytes, WebError> {
    let mut body = body.into_data_stream();
    let (mut patience, mut bytes) = (Patience::new(), BytesMut::new());
    while let Some(chunk) = patience.with(body.next()).await? {
        let chunk = chunk.map_err(|_| WebError::Unreadable(Field::Form))?;
        patience.came(chunk.len());
        if bytes.len() + chunk.len() > FORM_BYTES_MAX {
            return Err(WebError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// What is announced as larger than any file is refused before its first byte.
fn announced(rule: Rule, headers: &HeaderMap) -> Result<(), WebError> {
    let most = match rule.carries {
        Carries::Nothing | Carries::Form => FORM_BYTES_MAX as u64,
        Carries::Stream | Carries::File => UPLOAD_BYTES_MAX + FORM_BYTES_MAX as u64,
    };
    let length = headers.get(CONTENT_LENGTH).map(|v| v.to_str().ok().and_then(|v| v.parse::<u64>().ok()));
    match length {
        Some(None) => Err(WebError::Unreadable(Field::Form)),
        Some(Some(length)) if length > most => Err(WebError::TooLarge),
        _ => Ok(()),
    }
}

/// Browsers say where a request comes from; a foreign or opaque origin is refused. Tools that say nothing still need the
/// token.
fn from_our_pages(headers: &HeaderMap) -> bool {
    let site_is_ours = headers.get("sec-fetch-site").is_none_or(|v| v == "same-origin" || v == "none");
    let origin_is_ours = headers.get(ORIGIN).is_none_or(|origin| {
        let authority =
            origin.to_str().ok().and_then(|o| o.strip_prefix("http://").or_else(|| o.strip_prefix("https://")));
        let host = headers.get(HOST).and_then(|h| h.to_str().ok());
        authority.is_some() && authority == host
    });
    site_is_ours && origin_is_ours
}

/// The first value of a form field, as it stands (tokens need no decoding).
fn field<'b>(form: &'b [u8], name: &[u8]) -> &'b [u8] {
    let pair = form.split(|b| *b == b'&').find_map(|p| p.strip_prefix(name)?.strip_prefix(b"="));
    pair.unwrap_or_default()
}

/// Compares without telling by its time where the difference is; an empty token is never right.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    !a.is_empty() && a.len() == b.len() && a.iter().zip(b).fold(0, |d, (x, y)| d | (x ^ y)) == 0
}

/// Says no: a page goes to sign-in, everything else gets the status; refused changes and rights go into the audit.
async fn refuse(web: &Web, visitor: &Visitor, headers: &HeaderMap, changes: bool, why: WebError) -> Response {
    let denied = matches!(why, WebError::Forbidden | WebError::Foreign);
    let must_choose = visitor.session.as_ref().is_some_and(|s| s.must_choose);
    if denied && !must_choose {
        let (v, now) = (visitor.clone(), web.app.now());
        let detail = format!("{why:?}");
        let noted = web.blocking(move |app| {
            let (who, address) = (v.who(), v.address.as_str());
            app.people
                .record(&Act { who, address, act: "refused", object: &v.path, detail: &detail, allowed: false }, now)
        });
        if let Err(e) = noted.await {
            return e.into_response();
        }
    }
    let is_api = visitor.path.starts_with("/api/");
    let goal = if must_choose { "/mot-de-passe".to_owned() } else { sign_in_for(&visitor.path) };
    match why {
        WebError::SignedOut | WebError::Forbidden if headers.contains_key("hx-request") && (must_choose || !denied) => {
            let goal = HeaderValue::from_str(&goal).unwrap_or(HeaderValue::from_static("/connexion"));
            ([("hx-redirect", goal)], WebError::SignedOut).into_response()
        }
        WebError::Forbidden if must_choose && !changes && !is_api => Redirect::to(&goal).into_response(),
        WebError::SignedOut if !changes && !is_api && wants_page(headers) => Redirect::to(&goal).into_response(),
        other => other.into_response(),
    }
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|v| v.to_str().ok())
        .is_none_or(|a| a.contains("text/html") || a.contains("*/*"))
}

/// The sign-in page that leads back to where the visitor wanted to go.
fn sign_in_for(path: &str) -> String {
    if path == "/" { "/connexion".to_owned() } else { format!("/connexion?vers={}", crate::text::query_encoded(path)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (n.parse().unwrap(), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn a_change_from_a_foreign_page_is_refused() {
        let rows: &[(&[(&str, &str)], bool)] = &[
            (&[("host", "a:80"), ("origin", "http://a:80")], true),
            (&[("host", "a:80")], true),
            (&[("host", "a:80"), ("sec-fetch-site", "same-origin")], true),
            (&[("host", "a:80"), ("sec-fetch-site", "cross-site")], false),
            (&[("host", "a:80"), ("sec-fetch-site", "same-site")], false),
            (&[("host", "a:80"), ("origin", "null")], false),
            (&[("host", "a:80"), ("origin", "http://a:81")], false),
            (&[("host", "a:80"), ("origin", "http://a:80.evil.example")], false),
            (&[("host", "a:80"), ("origin", "http://a:80"), ("sec-fetch-site", "cross-site")], false),
        ];
        for (pairs, ours) in rows {
            assert_eq!(from_our_pages(&headers(pairs)), *ours, "{pairs:?}");
        }
    }

    #[test]
    fn an_empty_token_is_never_right() {
        assert!(!same(b"", b""));
        assert!(!same(b"ab", b"ac") && !same(b"ab", b"abc") && same(b"ab", b"ab"));
        assert_eq!(field(b"a=1&csrf=xyz&csrf=no", b"csrf"), b"xyz");
        assert_eq!(field(b"a=1&xcsrf=xyz", b"csrf"), b"");
    }
}
