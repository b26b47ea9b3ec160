//! Who may pass which door. The table here is written by hand and compared with what the router really does.

use axum::body::Body;
use axum::http::StatusCode;
use web_admin::Role;

use crate::browser::{Browser, PASSWORD};
use crate::stage::Stage;

/// Route, verb, and who gets in: nobody signed in, technician, producer, administrator.
const TABLE: &[(&str, &str, [bool; 4])] = &[
    ("GET", "/", [false, true, true, true]),
    ("GET", "/connexion", [true, true, true, true]),
    ("GET", "/mot-de-passe", [false, true, true, true]),
    ("GET", "/ui/0/icon.svg", [true, true, true, true]),
    ("POST", "/mot-de-passe", [false, true, true, true]),
    ("GET", "/antenne", [false, true, true, true]),
    ("GET", "/api/wall", [false, true, true, true]),
    ("GET", "/grille", [false, true, true, true]),
    ("GET", "/grille?vue=semaine", [false, true, true, true]),
    ("GET", "/grille/case?site=GAO&jour=2026-11-24&debut=08:10", [false, true, true, true]),
    ("POST", "/grille/placer", [false, false, true, true]),
    ("POST", "/api/place", [false, false, true, true]),
    ("GET", "/grille/deplacer?case=mon-1915&vers=fri-1915", [false, true, true, true]),
    ("POST", "/grille/deplacer", [false, false, true, true]),
    ("GET", "/publier", [false, true, true, true]),
    ("GET", "/publier/comparer", [false, true, true, true]),
    ("POST", "/publier", [false, false, true, true]),
    ("POST", "/publier/retirer", [false, false, true, true]),
    ("POST", "/publier/annuler", [false, false, true, true]),
    ("GET", "/changements", [false, true, true, true]),
    ("POST", "/changements/direct", [false, false, true, true]),
    ("POST", "/changements/direct/retirer", [false, false, true, true]),
    ("POST", "/changements/saison", [false, false, true, true]),
    ("POST", "/changements/saison/lever", [false, false, true, true]),
    ("POST", "/changements/fete", [false, false, true, true]),
    ("GET", "/preparation", [false, true, true, true]),
    ("GET", "/couverture", [false, true, true, true]),
    ("GET", "/regles", [false, true, true, true]),
    ("GET", "/api/readiness", [false, true, true, true]),
    ("GET", "/conducteur?site=GAO", [false, true, true, true]),
    ("GET", "/conducteur/feuille?site=GAO", [false, true, true, true]),
    ("GET", "/conducteur/csv?site=GAO", [false, true, true, true]),
    ("GET", "/flux/GAO.ics", [true, true, true, true]),
    ("GET", "/flux/emission/midikado.ics", [true, true, true, true]),
    ("GET", "/radiodns/spi/3.1/SI.xml", [true, true, true, true]),
    ("GET", "/radiodns/spi/3.1/fm/5d0/5701/09400/20261124_PI.xml", [true, true, true, true]),
    ("GET", "/api/plan?site=GAO", [false, true, true, true]),
    ("GET", "/realise?site=GAO", [false, true, true, true]),
    ("GET", "/api/asrun?site=GAO", [false, true, true, true]),
    ("GET", "/pige?site=GAO", [false, true, true, true]),
    ("GET", "/pige/piece/GAO/2026-11-24T08", [false, true, true, true]),
    ("GET", "/pige/extrait?site=GAO&de=2026-11-24T08:00:00Z&duree=30", [false, true, true, true]),
    ("GET", "/travaux", [false, true, true, true]),
    ("POST", "/travaux/lancer", [false, false, false, true]),
    ("GET", "/travaux/sauvegarde/20261124T023000Z/output.txt", [false, false, false, true]),
    ("GET", "/campagnes", [false, true, true, true]),
    ("GET", "/ecrans", [false, true, true, true]),
    ("GET", "/campagnes/unmas-ne-touche-pas", [false, true, true, true]),
    ("GET", "/campagnes/unmas-ne-touche-pas/attestation.pdf", [false, true, true, true]),
    ("GET", "/campagnes/unmas-ne-touche-pas/diffusions.csv", [false, true, true, true]),
    ("GET", "/campagnes/unmas-ne-touche-pas/diffusions.xlsx", [false, true, true, true]),
    ("GET", "/mediatheque", [false, true, true, true]),
    ("GET", "/mediatheque/envoyer", [false, false, true, true]),
    ("POST", "/mediatheque/envoi", [false, false, true, true]),
    ("GET", "/mediatheque/envoi/nobody", [false, false, true, true]),
    ("POST", "/mediatheque/envoi/nobody/annuler", [false, false, true, true]),
    ("POST", "/api/upload", [false, false, true, true]),
    ("OPTIONS", "/api/envois", [false, false, true, true]),
    ("POST", "/api/envois", [false, false, true, true]),
    ("HEAD", "/api/envois/nobody", [false, false, true, true]),
    ("GET", "/api/envois/nobody", [false, false, true, true]),
    ("PATCH", "/api/envois/nobody", [false, false, true, true]),
    ("DELETE", "/api/envois/nobody", [false, false, true, true]),
    ("POST", "/api/envois/nobody", [false, false, true, true]),
    ("GET", "/mediatheque/nobody", [false, true, true, true]),
    ("GET", "/mediatheque/nobody/son", [false, true, true, true]),
    ("GET", "/mediatheque/nobody/leger", [false, true, true, true]),
    ("GET", "/mediatheque/nobody/onde", [false, true, true, true]),
    ("POST", "/mediatheque/nobody/approuver", [false, false, true, true]),
    ("POST", "/mediatheque/nobody/retirer", [false, false, true, true]),
    ("POST", "/mediatheque/nobody/fiche", [false, false, true, true]),
    ("POST", "/mediatheque/nobody/corbeille", [false, false, true, true]),
    ("POST", "/mediatheque/nobody/reprendre", [false, false, true, true]),
    // The protection officer's alone: tried with one elsewhere.
    ("POST", "/mediatheque/nobody/lever", [false, false, false, false]),
    ("POST", "/mediatheque/nobody/signaler", [false, false, false, false]),
    ("POST", "/api/assets/nobody/approve", [false, false, true, true]),
    ("POST", "/api/assets/nobody/withdraw", [false, false, true, true]),
    ("GET", "/comptes", [false, false, false, true]),
    ("POST", "/comptes", [false, false, false, true]),
    ("POST", "/comptes/secret", [false, false, false, true]),
    ("POST", "/comptes/fermer", [false, false, false, true]),
    ("GET", "/registre", [false, false, false, true]),
    // Last: it ends the session.
    ("POST", "/deconnexion", [false, true, true, true]),
];

/// Tried elsewhere: a stream never ends, and signing in answers 401 to a wrong password.
const ELSEWHERE: &[(&str, &str)] = &[("GET", "/antenne/flux"), ("POST", "/api/session"), ("POST", "/connexion")];

#[test]
fn no_door_is_missing_from_the_table() {
    let plain = |path: &str| {
        path.split('?')
            .next()
            .unwrap()
            .replace("nobody", "{id}")
            .replace("unmas-ne-touche-pas", "{id}")
            .replace("/ui/0/icon.svg", "/ui/{version}/{file}")
            .replace("/GAO/2026-11-24T08", "/{site}/{piece}")
            .replace("sauvegarde/20261124T023000Z/output.txt", "{job}/{run}/{file}")
            .replace("GAO.ics", "{file}")
            .replace("midikado.ics", "{file}")
            .replace("5d0/5701/09400/20261124_PI.xml", "{country}/{identification}/{frequency}/{file}")
    };
    let tried: Vec<_> = TABLE.iter().map(|(verb, path, _)| (*verb, plain(path))).collect();
    for (verb, path) in web_admin::doors() {
        let is_tried = tried.contains(&(verb, path.to_owned())) || ELSEWHERE.contains(&(verb, path));
        assert!(is_tried, "{verb} {path} is in no table");
    }
}

fn stage() -> Stage {
    let stage = Stage::new("2026-11-24T08:09:30Z".parse().unwrap(), "/nonexistent/mikado");
    stage.person("tech", Role::Technician, PASSWORD);
    stage.person("prod", Role::Producer, PASSWORD);
    stage.person("adm", Role::Administrator, PASSWORD);
    stage
}

async fn knock(browser: &mut Browser, verb: &str, path: &str) -> (StatusCode, bool) {
    let mut request = browser.request(verb, path).header("accept", "text/html");
    if ["POST", "PATCH", "DELETE"].contains(&verb) {
        request =
            request.header("x-csrf-token", &browser.csrf).header("content-type", "application/x-www-form-urlencoded");
    }
    let answer = browser.send(request.body(Body::empty()).unwrap()).await;
    for name in ["content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy"] {
        assert!(answer.headers.contains_key(name), "{verb} {path} has no {name}");
    }
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{verb} {path}: {}", answer.body);
    let to_sign_in = answer.status == StatusCode::SEE_OTHER && answer.header("location").starts_with("/connexion?");
    let to_sign_in = to_sign_in || (path == "/" && answer.header("location") == "/connexion");
    let refused = to_sign_in || matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    (answer.status, !refused)
}

#[tokio::test]
async fn every_door_lets_in_whom_the_table_names_and_nobody_else() {
    let stage = stage();
    let nobody = Browser::new(&stage);
    let mut visitors = vec![nobody];
    for name in ["tech", "prod", "adm"] {
        visitors.push(Browser::signed_in(&stage, name).await);
    }
    for (verb, path, expected) in TABLE {
        for (n, visitor) in visitors.iter_mut().enumerate() {
            let (status, is_in) = knock(visitor, verb, path).await;
            assert_eq!(is_in, expected[n], "{verb} {path} by visitor {n}: {status}");
        }
    }
}

#[tokio::test]
async fn an_address_that_is_not_in_the_table_is_not_found_for_anybody() {
    let stage = stage();
    let mut adm = Browser::signed_in(&stage, "adm").await;
    for path in ["/admin", "/.env", "/api/", "/mediatheque/../people.db", "/ui/x/..%2fpackage.json", "/registre/1"] {
        assert_eq!(adm.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let (status, _) = knock(&mut adm, "DELETE", "/comptes").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = knock(&mut adm, "TRACE", "/").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_change_without_its_token_or_from_a_foreign_page_is_refused_and_noted() {
    let stage = stage();
    let mut adm = Browser::signed_in(&stage, "adm").await;
    let form = "application/x-www-form-urlencoded";
    let rows: [(&[(&str, &str)], String); 6] = [
        (&[("content-type", form)], "name=x&role=producer".into()),
        (&[("content-type", form)], "csrf=&name=x&role=producer".into()),
        (&[("content-type", form)], format!("csrf={}&name=x&role=producer", "0".repeat(32))),
        (
            &[("content-type", form), ("origin", "http://evil.example")],
            format!("csrf={}&name=x&role=producer", adm.csrf),
        ),
        (
            &[("content-type", form), ("sec-fetch-site", "cross-site")],
            format!("csrf={}&name=x&role=producer", adm.csrf),
        ),
        (&[("content-type", "text/plain")], format!("csrf={}&name=x&role=producer", adm.csrf)),
    ];
    for (headers, body) in rows {
        let mut request = adm.request("POST", "/comptes");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = adm.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
        assert!(answer.body.contains("Cette demande ne vient pas d’une page de Mikado"));
    }
    assert_eq!(stage.app.people.users().unwrap().len(), 3);
    let refused = stage.app.people.audit(100).unwrap().into_iter().filter(|l| l.act == "refused" && !l.allowed);
    assert_eq!(refused.count(), 6);
    assert!(stage.app.people.verify_audit().unwrap().is_ok());
    let made = adm.form("/comptes", &[("name", "Awa Traoré"), ("role", "producer")]).await;
    assert_eq!(made.status, StatusCode::OK);
    assert!(made.body.contains("Awa Traoré") && made.body.contains("class=\"secret\""));
}

#[tokio::test]
async fn a_compressed_or_endless_form_is_not_read() {
    let stage = stage();
    let mut adm = Browser::signed_in(&stage, "adm").await;
    let big = adm
        .request("POST", "/comptes")
        .header("x-csrf-token", &adm.csrf)
        .body(Body::from(vec![b'a'; 100_000]))
        .unwrap();
    assert_eq!(adm.send(big).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let zipped = adm.request("POST", "/comptes").header("x-csrf-token", &adm.csrf).header("content-encoding", "gzip");
    let answer = adm.send(zipped.body(Body::from("x")).unwrap()).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
