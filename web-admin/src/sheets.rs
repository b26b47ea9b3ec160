//! The catalogue's cards as the rules of the scheduler read them.

use domain::Status;
use media::catalogue::{Card, Consent, Contributor, Voice};
use scheduler::sheets::{Sheet, Sheets, Speaker};

/// The sheets of the approved sounds among `cards`: what was never approved never airs, and has nothing to answer for.
pub fn sheets(cards: &[Card]) -> Sheets {
    let approved = cards.iter().filter(|c| c.asset.status == Status::Ready || c.ready_by.is_some());
    approved.map(|c| (c.asset.id.clone(), sheet(c))).collect()
}

fn sheet(card: &Card) -> Sheet {
    let (asset, paper) = (&card.asset, &card.paper);
    let gain_db = asset.gain.get();
    Sheet {
        kind: asset.kind,
        programme: asset.programme.clone(),
        length: asset.length,
        speakers: paper.contributors.iter().map(speaker).collect(),
        women_s: paper.women_s,
        has_child: paper.flags.child,
        has_consent: paper.consent == Consent::Given,
        entered_at: card.entered_at,
        signed_by: card.ready_by.clone().unwrap_or_default(),
        aired_lufs: asset.loudness.map(|l| l.get() + gain_db),
        aired_dbtp: asset.true_peak.map(|p| p.get() + gain_db),
    }
}

fn speaker(c: &Contributor) -> Speaker {
    let is_woman = match c.voice {
        Voice::Unsaid => None,
        Voice::Woman => Some(true),
        Voice::Man => Some(false),
    };
    let (name, part) = (c.name.clone(), c.part.clone());
    Speaker { name, part, is_woman, sensibility: c.sensibility, spoken_s: c.spoken_s }
}
