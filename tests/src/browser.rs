//! A real browser, Debian's Chromium by its driver, signed in to a station's pages. Nothing is downloaded; it ends with the
//! test.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::Signal;

use crate::foreign::{Held, tool};
use crate::processes;
use crate::station::free_ports;

/// How long a page may take to show what is waited for; a slow machine decodes uploads meanwhile.
const SHOWN_WITHIN: Duration = Duration::from_secs(45);

/// One browser window.
#[derive(Debug)]
pub struct Browser {
    /// The window, for what is not here.
    pub window: Client,
    /// Ended when the window is dropped.
    _driver: Held,
    profile: PathBuf,
}

impl Browser {
    /// Opens a window of 1440 × 1000 with a profile of its own in `dir`.
    pub async fn open(dir: &Path) -> Self {
        tool("chromium");
        let port = free_ports() + 18;
        let profile = dir.join("profile");
        let driver = Held::start(tool("chromedriver").arg(format!("--port={port}")));
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--lang=fr",
            "--window-size=1440,1000",
        ];
        let mut arguments: Vec<String> = arguments.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        let wishes = serde_json::json!({ "goog:chromeOptions": { "args": arguments } });
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wishes.as_object().expect("an object").clone());
        let address = format!("http://127.0.0.1:{port}");
        for _ in 0..100 {
            if let Ok(window) = builder.connect(&address).await {
                return Self { window, _driver: driver, profile };
            }
            sleep(Duration::from_millis(100));
        }
        panic!("chromedriver (process {}) opens no window", driver.pid());
    }

    /// Waits for the first element that `selector` finds and gives its text.
    pub async fn text(&self, selector: &str) -> String {
        self.element(selector).await.text().await.unwrap()
    }

    /// Waits for the first element that `selector` finds.
    pub async fn element(&self, selector: &str) -> fantoccini::elements::Element {
        let wait = self.window.wait().at_most(SHOWN_WITHIN);
        match wait.for_element(Locator::Css(selector)).await {
            Ok(element) => element,
            Err(error) => {
                let address = self.window.current_url().await.map(|u| u.to_string()).unwrap_or_default();
                let page = self.window.find(Locator::Css("body")).await;
                let shown = match page {
                    Ok(body) => body.text().await.unwrap_or_default(),
                    Err(_) => String::new(),
                };
                panic!("{selector} is not on {address} ({error}). The page shows:\n{shown}");
            }
        }
    }

    /// Types into the field that `selector` finds.
    pub async fn fill(&self, selector: &str, text: &str) {
        self.element(selector).await.send_keys(text).await.unwrap();
    }

    /// Clicks what `selector` finds.
    pub async fn click(&self, selector: &str) {
        self.element(selector).await.click().await.unwrap();
    }

    /// Chooses the option with this value.
    pub async fn choose(&self, selector: &str, value: &str) {
        self.element(selector).await.select_by_value(value).await.unwrap();
    }

    /// Goes to a page.
    pub async fn go(&self, address: &str) {
        self.window.goto(address).await.unwrap();
    }

    /// Closes the window.
    pub async fn close(self) {
        let _ = self.window.clone().close().await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        for process in processes::naming(&self.profile) {
            process.signal(Signal::KILL);
        }
    }
}
