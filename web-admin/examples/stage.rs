//! Serves the pages with a station that only seems to be on the air, for looking at them while they are built:
//! `cargo run -p web-admin --example stage -- 127.0.0.1:8090 [path of mikado, to decode uploads]`.
//!
//! Sign in as `awa` with `trois chèvres au marché`. Mopti is silent, Kidal has lost its link, Tessalit plays its bed.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

#[path = "../tests/http/stage.rs"]
mod stage;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::{Alarm, Finding, LevelReading, Rung, Severity};
use jiff::{Timestamp, ToSpan};
use scheduler::readiness::{Lack, Missing, Responsible};
use stage::Stage;
use web_admin::{Role, SiteView};

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8090".into());
    let decoder = arguments.next().unwrap_or_else(|| "target/debug/mikado".into());
    let shift = "2026-11-24T08:09:30Z".parse::<Timestamp>().unwrap().duration_since(Timestamp::now());
    let mut stage = Stage::new(Timestamp::now() + shift, decoder);
    stage.app.clock = Arc::new(move || Timestamp::now() + shift);
    stage.person("awa", Role::Administrator, "trois chèvres au marché");
    stage.person("moussa", Role::Technician, "trois chèvres au marché");
    let toml = stage::station().to_toml().unwrap();
    stage.app.store.save_station(&toml, "hq", "premier démarrage", stage.app.now()).unwrap();
    stage.tell_lacks.send_replace(Arc::new(vec![lack("TES", 6), lack("GAO", 50), lack("TES", 3_000)]));
    stage.tell_untold.send_replace(Arc::new(vec![stage::untold(stage.app.now())]));
    let app = stage.app.clone();
    let tell = stage.tell.clone();
    tokio::spawn(async move {
        let first = app.now();
        loop {
            tell.send_replace(Arc::new(seen(&app, first)));
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    });
    let listener = tokio::net::TcpListener::bind(&address).await.unwrap();
    println!("http://{address}/  ({}, from {})", stage.dir.path().display(), stage.time.lock().unwrap());
    let pages = web_admin::router(stage.app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, pages).await.unwrap();
}

fn seen(app: &web_admin::App, first: Timestamp) -> Vec<SiteView> {
    let (now, station) = (app.now(), app.station.borrow().clone());
    let view = |(n, site): (usize, &scheduler::station::Site)| {
        let mut vitals = stage::vitals(&station, site, now, n as u64 + 1);
        let mut last_contact = now;
        let code = site.id.to_string();
        if code == "MOP" {
            let last = vitals.levels.len() - 9;
            vitals.levels[last..].fill(LevelReading::default());
            vitals.alarms.push(alarm(
                "air.silence",
                Severity::Blocking,
                first,
                "Silence en sortie depuis plus de 4 s : vérifiez le son de l’édition à l’antenne.",
                "Silence at the output for more than 4 s: check the edition on the air.",
            ));
        }
        if code == "KDL" {
            vitals = stage::vitals(&station, site, first, n as u64 + 1);
            last_contact = first - 40.seconds();
        }
        if code == "TES" {
            vitals.rung = Rung::Sustaining;
            vitals.now = None;
            vitals.underrun = domain::Frames(1_440);
            vitals.alarms.push(alarm("plan.none", Severity::Warning, first,
                "Aucun plan pour aujourd’hui : le tapis de secours tient l’antenne. Vérifiez la liaison avec le studio.", "No plan for today: the sustaining bed holds the air. Check the link to the studio."));
        }
        SiteView {
            site: site.id,
            vitals: Some(vitals),
            last_contact: Some(last_contact),
            revision_since: Some(first),
            stream_port: Some(8101 + n as u16),
        }
    };
    station.sites().iter().enumerate().map(view).collect()
}

/// A magazine that nobody has delivered, so many minutes before its time.
fn lack(site: &str, minutes: i64) -> Lack {
    let at: Timestamp = "2026-11-24T08:10:00Z".parse().unwrap();
    let missing = Missing {
        site: site.parse().unwrap(),
        at: at + minutes.minutes(),
        programme: "carrefour-des-regions".parse().unwrap(),
        title: "Carrefour des régions".into(),
        responsible: Responsible::Network,
        instead: None,
    };
    Lack { missing, since: at - 20.hours() }
}

fn alarm(code: &str, severity: Severity, since: Timestamp, fr: &str, en: &str) -> Alarm {
    Alarm { finding: Finding { code: code.into(), severity, at_s: None, fr: fr.into(), en: en.into() }, since }
}
