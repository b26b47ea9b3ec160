//! What a site's folder holds now, as far as this machine can see it.

use domain::{SiteId, SitePlan, What};
use jiff::Timestamp;
use playout::aircheck::Archive;
use playout::planfile::PlanSlots;
use scheduler::rules::{Holding, Tuning, rule};

use super::About;
use crate::config::SiteConfig;
use crate::kit::{self, Kit};

/// A site with a sound kit plans for itself over its shelf for so long (`fourteen_days_alone_never_fall_to_the_bed`).
const ALONE_H: f64 = 14.0 * 24.0;

pub(super) fn of(about: &About, site: SiteId) -> Holding {
    let Some(own) = about.studio.config.site(site) else { return Holding::unknown(site) };
    let now = about.studio.clock.now();
    let journal = own.journal();
    let is_chained = journal.is_dir().then(|| playout::journal::verify(&journal).ok()).flatten().map(|f| f.is_empty());
    // Nothing removes a journal: a chain that is whole from its first line on is all that ever was.
    let months = is_chained.filter(|is| *is).and_then(|_| rule("R-PROOF-01")?.figure("keep_months", &Tuning::new()));
    let oldest = Archive::new(&own.aircheck_dir()).names().ok().and_then(|n| n.first().map(|p| p.hour_begins()));
    let age_days = oldest.map_or(0.0, |from| now.duration_since(from).as_secs_f64() / 86_400.0);
    let kept_days = own.aircheck.map_or(0.0, |a| a.keeping.length.as_secs_f64() / 86_400.0);
    Holding {
        site,
        cache_h: Some(cache_h(about, own, now)),
        is_chained,
        as_run_months: months,
        air_check_days: Some(kept_days.max(age_days)),
        air_check_kbps: Some(own.aircheck.map_or(0.0, |a| f64::from(a.bitrate_bps) / 1000.0)),
    }
}

/// Hours for which the site has what it needs: up to the end of its plans or the first sound of them that its shelf lacks; with
/// a sound kit it plans for itself beyond them.
fn cache_h(about: &About, own: &SiteConfig, now: Timestamp) -> f64 {
    if Kit::read(&kit::path(&own.dir)).is_ok() {
        return ALONE_H;
    }
    let bundle = PlanSlots::open(own.plans(), own.id).ok().and_then(|slots| slots.load().0);
    let Some(bundle) = bundle else { return 0.0 };
    let shelf = &about.studio.config.shelf;
    let lacks = |what: &What| match what {
        What::Audio { hash, .. } => {
            let name = hash.to_string();
            !shelf.join(&name[..2]).join(format!("{name}.flac")).is_file()
        }
        What::Bed => false,
    };
    let coming = bundle.plans.iter().flat_map(SitePlan::entries).filter(|e| e.end() > now);
    let lacking = coming.filter(|e| lacks(&e.what)).map(|e| e.at).min();
    let until = bundle.until(now).unwrap_or(now);
    lacking.unwrap_or(until).min(until).duration_since(now).as_secs_f64().max(0.0) / 3600.0
}
