//! Every route of the station's pages in one table: its address, its verb, who may pass, what it carries.
//!
//! The router is built from this table and from nothing else, so a route without a rule does not exist.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Redirect;
use axum::routing::{MethodRouter, delete, get, head, options, patch, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::door::{Carries, Need, Rule, guard};
use crate::error::WebError;
use crate::library::upload::{self, tus};
use crate::pages::{account, choose, sign_in};
use crate::people::Right;
use crate::web::Web;
use crate::{
    App, ahead, aircheck, assets, coverage, day, feeds, finish, grid, jobs, judged, library, proof, publish, wall,
};

/// The verbs in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Options,
    Head,
    Get,
    Post,
    Patch,
    Delete,
}

/// One route.
pub(crate) struct Door {
    pub path: &'static str,
    pub verb: Verb,
    pub rule: Rule,
    pub handler: fn() -> MethodRouter<Web>,
}

const fn see(path: &'static str, need: Need, handler: fn() -> MethodRouter<Web>) -> Door {
    Door { path, verb: Verb::Get, rule: Rule { need, carries: Nothing }, handler }
}

const fn change(path: &'static str, need: Need, carries: Carries, handler: fn() -> MethodRouter<Web>) -> Door {
    Door { path, verb: Verb::Post, rule: Rule { need, carries }, handler }
}

/// A door of the resumable upload, which speaks more verbs than a form.
const fn parcel(verb: Verb, path: &'static str, carries: Carries, handler: fn() -> MethodRouter<Web>) -> Door {
    Door { path, verb, rule: Rule { need: May(Right::Upload), carries }, handler }
}

use Carries::{File, Form, Nothing, Stream};
use Need::{May, Public, SignedIn};

/// The table.
pub(crate) const DOORS: &[Door] = &[
    see("/", SignedIn, || get(|| async { Redirect::to("/antenne") })),
    see("/ui/{version}/{file}", Public, || get(assets::file)),
    see("/connexion", Public, || get(sign_in::page)),
    change("/connexion", Public, Form, || post(sign_in::submit)),
    change("/api/session", Public, Form, || post(sign_in::api)),
    change("/deconnexion", SignedIn, Form, || post(sign_in::sign_out)),
    see("/mot-de-passe", SignedIn, || get(choose::page)),
    change("/mot-de-passe", SignedIn, Form, || post(choose::submit)),
    see("/antenne", May(Right::SeeAir), || get(wall::page)),
    see("/antenne/flux", May(Right::SeeAir), || get(wall::events)),
    see("/api/wall", May(Right::SeeAir), || get(wall::api)),
    see("/grille", May(Right::SeePlan), || get(grid::page)),
    see("/grille/case", May(Right::SeePlan), || get(grid::slot)),
    see("/grille/deplacer", May(Right::SeePlan), || get(publish::moving_page)),
    change("/grille/deplacer", May(Right::Publish), Form, || post(publish::moving)),
    change("/grille/placer", May(Right::Place), Form, || post(grid::place)),
    change("/api/place", May(Right::Place), Form, || post(grid::place_api)),
    see("/publier", May(Right::SeePlan), || get(publish::page)),
    see("/publier/comparer", May(Right::SeePlan), || get(publish::between_page)),
    change("/publier", May(Right::Publish), Form, || post(publish::publish)),
    change("/publier/retirer", May(Right::Publish), Form, || post(publish::withdraw)),
    change("/publier/annuler", May(Right::Publish), Form, || post(publish::undo)),
    see("/changements", May(Right::SeePlan), || get(publish::changes_page)),
    change("/changements/direct", May(Right::Publish), Form, || post(publish::live)),
    change("/changements/direct/retirer", May(Right::Publish), Form, || post(publish::live_off)),
    change("/changements/saison", May(Right::Publish), Form, || post(publish::season)),
    change("/changements/saison/lever", May(Right::Publish), Form, || post(publish::season_off)),
    change("/changements/fete", May(Right::Publish), Form, || post(publish::feast)),
    see("/preparation", May(Right::SeePlan), || get(ahead::page)),
    see("/couverture", May(Right::SeePlan), || get(coverage::page)),
    see("/regles", May(Right::SeePlan), || get(judged::page)),
    see("/api/readiness", May(Right::SeePlan), || get(ahead::api)),
    see("/conducteur", May(Right::SeePlan), || get(day::running_order)),
    see("/conducteur/feuille", May(Right::SeePlan), || get(day::sheet)),
    see("/conducteur/csv", May(Right::SeePlan), || get(day::csv)),
    see("/flux/{file}", Public, || get(feeds::site)),
    see("/flux/emission/{file}", Public, || get(feeds::programme)),
    see("/radiodns/spi/3.1/SI.xml", Public, || get(feeds::service_information)),
    see("/radiodns/spi/3.1/fm/{country}/{identification}/{frequency}/{file}", Public, || {
        get(feeds::programme_information)
    }),
    see("/api/plan", May(Right::SeePlan), || get(day::plan_api)),
    see("/realise", May(Right::SeeAir), || get(day::as_run)),
    see("/api/asrun", May(Right::SeeAir), || get(day::as_run_api)),
    see("/pige", May(Right::SeeAir), || get(aircheck::page)),
    see("/pige/piece/{site}/{piece}", May(Right::SeeAir), || get(aircheck::piece)),
    see("/pige/extrait", May(Right::SeeAir), || get(aircheck::clip)),
    see("/campagnes", May(Right::SeeAir), || get(proof::list)),
    see("/ecrans", May(Right::SeeAir), || get(proof::breaks)),
    see("/campagnes/{id}", May(Right::SeeAir), || get(proof::one)),
    see("/campagnes/{id}/attestation.pdf", May(Right::SeeAir), || get(proof::pdf)),
    see("/campagnes/{id}/diffusions.csv", May(Right::SeeAir), || get(proof::csv)),
    see("/campagnes/{id}/diffusions.xlsx", May(Right::SeeAir), || get(proof::xlsx)),
    see("/mediatheque", May(Right::SeeLibrary), || get(library::list)),
    see("/mediatheque/envoyer", May(Right::Upload), || get(upload::page)),
    change("/mediatheque/envoi", May(Right::Upload), File, || post(upload::form::submit)),
    see("/mediatheque/envoi/{id}", May(Right::Upload), || get(upload::verdict)),
    change("/mediatheque/envoi/{id}/annuler", May(Right::Upload), Form, || post(upload::call_off)),
    change("/api/upload", May(Right::Upload), Stream, || post(upload::form::api)),
    parcel(Verb::Options, "/api/envois", Nothing, || options(tus::abilities)),
    parcel(Verb::Post, "/api/envois", Stream, || post(tus::announce)),
    parcel(Verb::Head, "/api/envois/{id}", Nothing, || head(tus::whereabouts)),
    parcel(Verb::Get, "/api/envois/{id}", Nothing, || get(tus::standing)),
    parcel(Verb::Patch, "/api/envois/{id}", Stream, || patch(tus::piece)),
    parcel(Verb::Delete, "/api/envois/{id}", Stream, || delete(tus::call_off)),
    parcel(Verb::Post, "/api/envois/{id}", Stream, || post(tus::overridden)),
    see("/mediatheque/{id}", May(Right::SeeLibrary), || get(library::asset)),
    see("/mediatheque/{id}/son", May(Right::SeeLibrary), || get(library::sound)),
    see("/mediatheque/{id}/leger", May(Right::SeeLibrary), || get(library::light)),
    see("/mediatheque/{id}/onde", May(Right::SeeLibrary), || get(library::wave)),
    change("/mediatheque/{id}/approuver", May(Right::Approve), Form, || post(library::approve)),
    change("/mediatheque/{id}/retirer", May(Right::Approve), Form, || post(library::withdraw)),
    change("/mediatheque/{id}/fiche", May(Right::Approve), Form, || post(library::edit)),
    change("/mediatheque/{id}/corbeille", May(Right::Approve), Form, || post(library::throw_away)),
    change("/mediatheque/{id}/reprendre", May(Right::Approve), Form, || post(library::restore)),
    change("/mediatheque/{id}/lever", May(Right::Protect), Form, || post(library::clear)),
    change("/mediatheque/{id}/signaler", May(Right::Protect), Form, || post(library::flag)),
    change("/api/assets/{id}/approve", May(Right::Approve), Form, || post(library::approve_api)),
    change("/api/assets/{id}/withdraw", May(Right::Approve), Form, || post(library::withdraw_api)),
    see("/comptes", May(Right::ManagePeople), || get(account::people)),
    change("/comptes", May(Right::ManagePeople), Form, || post(account::add)),
    change("/comptes/secret", May(Right::ManagePeople), Form, || post(account::reset)),
    change("/comptes/fermer", May(Right::ManagePeople), Form, || post(account::close)),
    see("/travaux", May(Right::SeeAir), || get(jobs::page)),
    change("/travaux/lancer", May(Right::Operate), Form, || post(jobs::run_now)),
    see("/travaux/{job}/{run}/{file}", May(Right::Operate), || get(jobs::file)),
    see("/registre", May(Right::ReadAudit), || get(account::audit)),
];

/// Every route as verb and path, for those who check that none was forgotten.
pub fn doors() -> impl Iterator<Item = (&'static str, &'static str)> {
    let word = |verb| match verb {
        Verb::Options => "OPTIONS",
        Verb::Head => "HEAD",
        Verb::Get => "GET",
        Verb::Post => "POST",
        Verb::Patch => "PATCH",
        Verb::Delete => "DELETE",
    };
    DOORS.iter().map(move |door| (word(door.verb), door.path))
}

/// The pages, the JSON and the live stream of this station.
///
/// Serve it with connect-info (`into_make_service_with_connect_info::<SocketAddr>`), so that rate limits and the audit
/// know the peer.
pub fn router(app: App) -> Router {
    let web = Web::new(app);
    upload::look_after(&web);
    let mut router = Router::new();
    for door in DOORS {
        let guarded = (door.handler)().layer(from_fn_with_state((web.clone(), door.rule), guard));
        router = router.route(door.path, guarded);
    }
    router
        .fallback(|| async { WebError::NotFound })
        .method_not_allowed_fallback(|| async { WebError::NotFound })
        .layer(DefaultBodyLimit::disable())
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::custom(caught))
        .layer(from_fn(finish::finish))
        .with_state(web)
}

/// A panic in a handler is an incident of one request, not of the server.
#[expect(clippy::needless_pass_by_value, reason = "the panic handler is given the payload by value")]
fn caught(panic: Box<dyn std::any::Any + Send>) -> axum::response::Response {
    use axum::response::IntoResponse;
    let said =
        panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    WebError::internal(format!("a handler panicked: {}", said.unwrap_or_default())).into_response()
}
