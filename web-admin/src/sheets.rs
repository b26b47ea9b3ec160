//! The catalogue's cards as the rules of the scheduler read them.

use domain::Status;
use media::both_sides_db;
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
        aired_lufs: asset.loudness.map(|l| aired_lufs(l.get(), gain_db, card.channels)),
        aired_dbtp: asset.true_peak.map(|p| p.get() + gain_db),
    }
}

/// The loudness on the air: one channel sounds on both sides, and so 3 LU louder than its file measures.
fn aired_lufs(file_lufs: f64, gain_db: f64, channels: u16) -> f64 {
    file_lufs + gain_db + both_sides_db(channels)
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

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Loudness, TruePeak};
    use media::Target;

    #[test]
    fn what_the_target_brings_to_its_level_is_at_its_level_in_one_channel_and_in_two() {
        let target = Target::default();
        for channels in [1, 2] {
            let gain = target.gain(Loudness::new(-24.7).ok(), TruePeak::new(-6.2).ok(), channels);
            let aired = aired_lufs(-24.7, gain.get(), channels);
            assert!((aired - target.loudness.get()).abs() < 1e-9, "{channels} channels: {aired}");
        }
    }
}
