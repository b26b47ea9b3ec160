//! A browser that remembers its cookie and its token.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use tower::ServiceExt;

use crate::stage::Stage;

pub const PASSWORD: &str = "trois chèvres au marché";

/// An answer read whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    /// The body as it came, for what is no text.
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// One visitor.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookie: String,
    pub csrf: String,
}

impl Browser {
    pub fn new(stage: &Stage) -> Self {
        Self { router: web_admin::router(stage.app.clone()), cookie: String::new(), csrf: String::new() }
    }

    /// Signed in with the usual password.
    pub async fn signed_in(stage: &Stage, name: &str) -> Self {
        let mut browser = Self::new(stage);
        let answer =
            browser.json("POST", "/api/session", &serde_json::json!({ "name": name, "password": PASSWORD })).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()["csrf"].as_str().unwrap().clone_into(&mut browser.csrf);
        browser
    }

    pub async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        for cookie in head.headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            if pair.starts_with("mikado=") {
                pair.clone_into(&mut self.cookie);
            }
        }
        let bytes = axum::body::to_bytes(body, 16 << 20).await.unwrap();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: head.status, headers: head.headers, body, bytes: bytes.into() }
    }

    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        Request::builder().method(method).uri(path).header("host", "mikado.test:8080").header("cookie", &self.cookie)
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.request("GET", path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    /// A form as a browser sends it, with the token in its field.
    pub async fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = format!("csrf={}", self.csrf);
        for (name, value) in fields {
            body.extend(["&", name, "=", &encoded(value)]);
        }
        let request = self
            .request("POST", path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", "http://mikado.test:8080")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub async fn json(&mut self, method: &str, path: &str, body: &serde_json::Value) -> Answer {
        let request =
            self.request(method, path).header("content-type", "application/json").header("x-csrf-token", &self.csrf);
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
