//! *Travaux*: what headquarters does by itself, who may start it, and what it wrote.

use axum::http::StatusCode;
use web_admin::Role;

use crate::browser::{Browser, PASSWORD};
use crate::stage::Stage;

async fn signed_in(role: Role) -> (Stage, Browser) {
    let stage = Stage::new("2026-11-24T08:10:00Z".parse().unwrap(), "/nonexistent/mikado");
    stage.person("awa", role, PASSWORD);
    let browser = Browser::signed_in(&stage, "awa").await;
    (stage, browser)
}

#[tokio::test]
async fn a_technician_sees_how_the_jobs_went_and_starts_none() {
    let (_stage, mut awa) = signed_in(Role::Technician).await;
    let page = awa.get("/travaux").await.body;
    for told in ["mikado backup", "30 2 * * *", "échoué", "02:30:00", "4,0 s", "lancé par &#60;b&#62;Awa", "08:00:00"]
    {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("/travaux/lancer") && !page.contains("output.txt\" download"), "{page}");
    assert!(awa.get("/antenne").await.body.contains("1 en échec"));
}

#[tokio::test]
async fn an_administrator_starts_a_job_and_fetches_what_it_wrote() {
    let (stage, mut awa) = signed_in(Role::Administrator).await;
    assert!(awa.get("/travaux").await.body.contains("/travaux/sauvegarde/20261124T023000Z/output.txt"));
    let started = awa.form("/travaux/lancer", &[("name", "sauvegarde")]).await;
    assert_eq!(started.status, StatusCode::SEE_OTHER);
    assert_eq!(stage.app.people.audit(1).unwrap()[0].act, "job.run");
    assert_eq!(awa.form("/travaux/lancer", &[("name", "../run")]).await.status, StatusCode::NOT_FOUND);
    let file = awa.get("/travaux/sauvegarde/20261124T023000Z/output.txt").await;
    assert_eq!((file.status, file.body.as_str()), (StatusCode::OK, "what a job wrote"));
    let told = file.headers["content-disposition"].to_str().unwrap().to_owned();
    assert_eq!(told, "attachment; filename=\"sauvegarde-20261124T023000Z-output.txt\"");
    for none in [
        "sauvegarde/20261124T023000Z/run.json",
        "sauvegarde/..%2f..%2fpeople.db/x",
        "autre/20261124T023000Z/output.txt",
    ] {
        assert_eq!(awa.get(&format!("/travaux/{none}")).await.status, StatusCode::NOT_FOUND, "{none}");
    }
}
