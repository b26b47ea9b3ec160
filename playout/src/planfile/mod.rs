//! Plan files: the only way from the studio's database to the air, immutable and checksummed.
//!
//! ```text
//! 0   8  magic "MIKADOPL"
//! 8   4  format version, little endian
//! 12  8  length of the body in bytes, little endian
//! 20 32  BLAKE3 over bytes 0..20 and the body
//! 52  …  the body: JSON
//! ```
//! Every byte is under the checksum, so a flipped bit anywhere refuses the file. Two slots alternate
//! ([`PlanSlots`]): the newer one stays readable while the older one is replaced.

mod slots;
mod wire;

use domain::{Revision, SiteId, SitePlan};
use jiff::Timestamp;

pub use slots::PlanSlots;
pub use wire::{piece_from_bytes, piece_to_bytes};

use crate::error::{Error, Result};

const MAGIC: &[u8; 8] = b"MIKADOPL";
const VERSION: u32 = 1;
const HEADER_BYTES: usize = 52;

/// The plans of one site for several days, published together.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanBundle {
    /// Whose plans they are.
    pub site: SiteId,
    /// Grows with each publication; a higher one replaces everything.
    pub revision: Revision,
    /// One plan per day, in order; at most [`PlanBundle::MAX_PLANS`].
    pub plans: Vec<SitePlan>,
}

impl PlanBundle {
    /// Days in a bundle: the longest time a site may have to play alone (14 days), and two for time zones' edges.
    pub const MAX_PLANS: usize = 16;
    /// Size of a plan file: a busy day is about 600 KiB, so this is sixteen of them with room.
    pub const MAX_BYTES: usize = 32 << 20;

    /// How far ahead the plans reach without a hole from `now`; `None` when no plan covers `now`.
    pub fn until(&self, now: Timestamp) -> Option<Timestamp> {
        let mut at = now;
        while let Some(plan) = self.plans.iter().find(|p| p.covers(at)) {
            at = plan.entries().last()?.end();
        }
        (at > now).then_some(at)
    }
}

/// The bytes of a plan file.
pub fn encode(bundle: &PlanBundle) -> Result<Vec<u8>> {
    if bundle.plans.len() > PlanBundle::MAX_PLANS {
        return Err(Error::BadPlan(format!(
            "{} days in one bundle, at most {}",
            bundle.plans.len(),
            PlanBundle::MAX_PLANS
        )));
    }
    let body = wire::to_json(bundle)?;
    let mut bytes = Vec::with_capacity(HEADER_BYTES + body.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
    let sum = checksum(&bytes, &body);
    bytes.extend_from_slice(&sum);
    bytes.extend_from_slice(&body);
    if bytes.len() > PlanBundle::MAX_BYTES {
        return Err(Error::BadPlan(format!("{} bytes, at most {}", bytes.len(), PlanBundle::MAX_BYTES)));
    }
    Ok(bytes)
}

/// The plans in the bytes of a plan file, checked to the last byte.
pub fn decode(bytes: &[u8]) -> Result<PlanBundle> {
    if bytes.is_empty() {
        return Err(Error::NotAPlan("it is empty"));
    }
    if bytes.len() > PlanBundle::MAX_BYTES {
        return Err(Error::NotAPlan("it is too large"));
    }
    let (header, body) = bytes.split_at_checked(HEADER_BYTES).ok_or(Error::NotAPlan("it is too short"))?;
    let (head, sum) = header.split_at_checked(20).ok_or(Error::NotAPlan("it is too short"))?;
    if !head.starts_with(MAGIC) {
        return Err(Error::NotAPlan("it does not begin like one"));
    }
    if checksum(head, body) != sum {
        return Err(Error::DamagedPlan);
    }
    // Only now are version and length believed: a flipped bit in them is damage, not a newer format.
    let version = head.get(8..12).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes);
    if version != VERSION {
        return Err(Error::NewerPlan { found: version, known: VERSION });
    }
    let length = head.get(12..20).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes);
    if length != body.len() as u64 {
        return Err(Error::DamagedPlan);
    }
    wire::from_json(body)
}

fn checksum(head: &[u8], body: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(head);
    hasher.update(body);
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{bundle, day_plan};

    #[test]
    fn a_bundle_reads_back_as_it_was() {
        let b = bundle(7, vec![day_plan("2026-11-24"), day_plan("2026-11-25")]);
        assert_eq!(decode(&encode(&b).unwrap()).unwrap(), b);
    }

    #[test]
    fn joins_and_waits_read_back_and_a_file_from_before_them_is_as_it_was() {
        use domain::{Curve, Frames, Join, Wait};
        let bare = day_plan("2026-11-24");
        let old = encode(&bundle(7, vec![bare.clone()])).unwrap();
        let text = String::from_utf8_lossy(&old).into_owned();
        assert!(
            ["join", "fade_out", "silence_meant", "wait_"].iter().all(|field| !text.contains(field)),
            "as it always was"
        );
        let over = Frames::from_secs(2);
        let duck = domain::Duck { depth_db: 12, attack: Frames::from_millis(300), release: Frames::from_millis(500) };
        let (linear, power) = (Curve::Linear, Curve::EqualPower);
        for join in [Join::Segue { over, curve: linear }, Join::Cross { over, curve: power }, Join::Over { over, duck }]
        {
            let mut entries = bare.entries().to_vec();
            (entries[1].join, entries[1].fade_out, entries[1].silence_meant) = (join, Frames::from_secs(3), true);
            entries[2].wait = Wait { early: Frames::from_secs(120), late: Frames::from_secs(300) };
            let bounds = (entries[0].at, entries[entries.len() - 1].end());
            let plan = SitePlan::new(bare.site(), bare.day(), bare.revision(), bounds, entries).unwrap();
            let b = bundle(8, vec![plan]);
            assert_eq!(decode(&encode(&b).unwrap()).unwrap(), b);
        }
    }

    #[test]
    fn a_flipped_byte_anywhere_never_loads() {
        let b = bundle(7, vec![day_plan("2026-11-24")]);
        let bytes = encode(&b).unwrap();
        for i in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut bad = bytes.clone();
                bad[i] ^= flip;
                assert!(decode(&bad).is_err(), "byte {i} flipped by {flip:#x}");
            }
        }
    }

    #[test]
    fn a_cut_or_lengthened_file_never_loads() {
        let bytes = encode(&bundle(7, vec![day_plan("2026-11-24")])).unwrap();
        for n in 0..bytes.len() {
            assert!(decode(&bytes[..n]).is_err(), "cut at {n}");
        }
        let mut long = bytes;
        long.push(b' ');
        assert!(decode(&long).is_err());
    }

    #[test]
    fn plans_that_touch_reach_to_the_end_of_the_last() {
        let b = bundle(1, vec![day_plan("2026-11-24"), day_plan("2026-11-25"), day_plan("2026-11-27")]);
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        assert_eq!(b.until(now), Some("2026-11-26T00:00:00Z".parse().unwrap()));
        assert_eq!(b.until("2026-11-26T12:00:00Z".parse().unwrap()), None);
    }
}
