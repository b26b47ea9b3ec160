//! Stations that are harder to please than the reference week, each the same for the same seed.

use scheduler::Station;
use scheduler::station::{Campaign, ChildPolicy, StationFile};

/// Numbers in a row that can be repeated (splitmix64).
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// The reference station with more asked of less: more campaigns, more airings, longer distances, less room in the hour,
/// languages that are missing, programmes that carry nothing.
pub fn harder(station: &Station, seed: u64) -> Station {
    let mut draws = Draws(seed);
    let mut file = station.file().clone();
    let own = file.campaign.clone();
    for n in 0..=draws.below(3) {
        let like = &own[draws.below(own.len() as u64) as usize];
        file.campaign.push(another(like, n, &mut draws));
    }
    for campaign in &mut file.campaign {
        change(campaign, &mut draws);
    }
    file.meta.max_spot_seconds_per_clock_hour = [360, 330, 300, 270][draws.below(4) as usize];
    shorter(&mut file, &mut draws);
    Station::new(file).unwrap()
}

/// A campaign like another, of a client of its own, with spots of its own.
fn another(like: &Campaign, n: u64, draws: &mut Draws) -> Campaign {
    let mut campaign = like.clone();
    campaign.id = format!("autre-{n}-{}", like.id);
    if !draws.one_in(3) {
        campaign.client = format!("Client {n}");
    }
    if draws.one_in(2) {
        campaign.themes.truncate(1);
    }
    for spot in &mut campaign.spots {
        spot.id = format!("autre-{n}-{}", spot.id);
    }
    campaign
}

fn change(campaign: &mut Campaign, draws: &mut Draws) {
    campaign.priority = 1 + draws.below(5) as u8;
    let more = draws.below(2) as u32;
    for n in campaign.per_day.values_mut().filter(|n| **n > 0) {
        *n += more * u32::from(draws.one_in(3));
    }
    campaign.target_per_day = campaign.per_day.values().sum();
    if draws.one_in(3) {
        campaign.sep_same_campaign_min += 15;
    }
    if draws.one_in(4) {
        campaign.sep_same_theme_min += 15;
    }
    if draws.one_in(4) {
        campaign.exclude_kinds.push("musique".to_owned());
    }
    if draws.one_in(5) {
        (campaign.sensitive, campaign.child_policy) = (true, ChildPolicy::Interdit);
    }
    let longer = draws.below(15) as u32;
    for spot in &mut campaign.spots {
        spot.duration_s = (spot.duration_s + longer).min(60);
        if draws.one_in(6) {
            "manquant".clone_into(&mut spot.status);
        }
    }
}

/// Some breaks become shorter: their seconds go to the longest content beside them.
fn shorter(file: &mut StationFile, draws: &mut Draws) {
    use scheduler::station::SegmentKind::{Contenu, Ecran};
    for format in &mut file.clock_format {
        let mut freed_s = 0;
        for segment in format.segments.iter_mut().filter(|s| s.kind == Ecran && s.dur_s > 45) {
            if draws.one_in(3) {
                freed_s += segment.dur_s - 45;
                segment.dur_s = 45;
            }
        }
        match format.segments.iter_mut().filter(|s| s.kind == Contenu).max_by_key(|s| s.dur_s) {
            Some(content) => content.dur_s += freed_s,
            None if freed_s > 0 => format.segments.iter_mut().filter(|s| s.kind == Ecran).for_each(|s| {
                let back_s = freed_s;
                freed_s = 0;
                s.dur_s += back_s;
            }),
            None => {}
        }
    }
}
