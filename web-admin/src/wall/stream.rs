//! The live stream of the wall: once a second, what changed on each card.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Response, Sse};
use futures_util::stream;
use serde_json::{Map, Value};

use super::{cards, summary};
use crate::error::WebError;
use crate::people::{People, Right};
use crate::visitor::{self, Visitor};
use crate::web::Web;
use crate::words::Lang;

/// How often the stream speaks.
const BEAT: Duration = Duration::from_secs(1);
/// How often it looks whether its visitor may still listen: rights taken away end the stream within this time.
const CHECK_BEATS: u32 = 4;

struct Listener {
    web: Web,
    token: String,
    lang: Lang,
    told: BTreeMap<String, Map<String, Value>>,
    beats: u32,
    ended: bool,
    _turn: tokio::sync::OwnedSemaphorePermit,
}

/// `GET /antenne/flux`
pub(crate) async fn events(State(web): State<Web>, v: Visitor, headers: HeaderMap) -> Result<Response, WebError> {
    let turn = web.streams.clone().try_acquire_owned().map_err(|_| WebError::Busy)?;
    let token = visitor::token(&headers).ok_or(WebError::SignedOut)?.to_owned();
    let listener = Listener { web, token, lang: v.lang, told: BTreeMap::new(), beats: 0, ended: false, _turn: turn };
    let events = stream::unfold(listener, |mut l| async move {
        if l.ended {
            return None;
        }
        if l.beats > 0 {
            tokio::time::sleep(BEAT).await;
        }
        let event = l.beat().await;
        Some((Ok::<_, Infallible>(event), l))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

impl Listener {
    async fn beat(&mut self) -> Event {
        if self.beats.is_multiple_of(CHECK_BEATS) && !self.may_listen().await {
            self.ended = true;
            return Event::default().event("ended").data("{}");
        }
        self.beats = self.beats.wrapping_add(1).max(1);
        let now = self.web.app.now();
        let all = cards(&self.web, self.lang, now);
        let mut news = Map::new();
        news.insert("now_ms".into(), now.as_millisecond().into());
        news.insert("summary".into(), summary(&all, self.lang).into());
        let mut sites = Map::new();
        for card in &all {
            let Ok(Value::Object(fresh)) = serde_json::to_value(card) else { continue };
            let told = self.told.entry(card.site.clone()).or_default();
            let changed: Map<_, _> =
                fresh.iter().filter(|(k, v)| told.get(*k) != Some(v)).map(|(k, v)| (k.clone(), v.clone())).collect();
            if !changed.is_empty() {
                sites.insert(card.site.clone(), Value::Object(changed));
            }
            *told = fresh;
        }
        news.insert("sites".into(), Value::Object(sites));
        Event::default().event("wall").data(Value::Object(news).to_string())
    }

    /// Somebody looks at the wall: that counts as use, up to the session's absolute end.
    async fn may_listen(&self) -> bool {
        let now = self.web.app.now();
        let Ok(Some(session)) = self.web.app.people.session(&self.token, now) else { return false };
        if !session.role.may(Right::SeeAir) || session.must_choose {
            return false;
        }
        if People::is_touch_due(&session, now) {
            let touched = self.web.blocking(move |app| app.people.touch(&session, now)).await;
            return touched.is_ok();
        }
        true
    }
}
