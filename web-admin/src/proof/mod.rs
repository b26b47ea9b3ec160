//! *Campagnes*: what of each campaign fits, and what it was promised, got and can prove; on pages, on paper and as tables.

mod airings;
mod attestation;
mod breaks;
mod count;
mod files;
mod list;
mod one;
mod paper;
mod sentence;

pub use attestation::{AttestationError, Attested, attestation};
pub(crate) use breaks::page as breaks;
pub(crate) use files::{csv, pdf, xlsx};
pub(crate) use list::page as list;
pub(crate) use one::page as one;

use domain::SiteId;
use media::catalogue::Catalogue;
use scheduler::Station;
use scheduler::station::{Campaign, Spot};

use crate::error::WebError;
use count::Period;

/// The fields of the two dates, as a page shows them.
struct PeriodForm {
    action: String,
    first: String,
    last: String,
    query: String,
}

impl PeriodForm {
    fn new(action: impl Into<String>, period: Period) -> Self {
        let (first, last) = (period.first.to_string(), period.last.to_string());
        Self { action: action.into(), query: format!("de={first}&a={last}"), first, last }
    }
}

fn campaign<'s>(station: &'s Station, id: &str) -> Result<&'s Campaign, WebError> {
    station.campaigns().iter().find(|c| c.id == id).ok_or(WebError::NotFound)
}

/// Whether a version may air at every site of its campaign: by itself, or in each site's own version with its number.
fn is_ready(catalogue: &Catalogue, campaign: &Campaign, spot: &Spot) -> Result<bool, WebError> {
    let airs = |name: &str| -> Result<bool, WebError> {
        let Ok(id) = name.parse() else { return Ok(false) };
        let card = catalogue.get(&id).map_err(WebError::internal)?;
        Ok(card.is_some_and(|c| c.trashed.is_none() && !c.is_blocked() && c.asset.status == domain::Status::Ready))
    };
    if airs(&spot.id)? {
        return Ok(true);
    }
    let own = |site: &SiteId| airs(&format!("{}-{site}", spot.id));
    Ok(!campaign.sites.is_empty()
        && campaign.sites.iter().map(own).collect::<Result<Vec<_>, _>>()?.into_iter().all(|is| is))
}
