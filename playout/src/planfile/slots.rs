//! Two slots on disk that take turns: the newer stays whole while the older is replaced.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use domain::{Finding, Severity, SiteId};

use super::{PlanBundle, decode, encode};
use crate::error::{Error, Result};

const NAMES: [&str; 2] = ["a.plan", "b.plan"];

/// A site's folder of plan files, `a.plan` and `b.plan`.
#[derive(Clone, Debug)]
pub struct PlanSlots {
    dir: PathBuf,
    site: SiteId,
}

impl PlanSlots {
    /// The slots of `site` in `dir`, which is made when it is missing.
    pub fn open(dir: impl Into<PathBuf>, site: SiteId) -> Result<Self> {
        let dir = dir.into();
        fs::create_dir_all(&dir).map_err(Error::io("making the folder", &dir))?;
        Ok(Self { dir, site })
    }

    /// Writes the bundle over the older (or unreadable) slot: temp → fsync → rename → fsync folder. A power cut at any
    /// point leaves the other slot as it was.
    pub fn publish(&self, bundle: &PlanBundle) -> Result<()> {
        if bundle.site != self.site {
            return Err(Error::ForeignPlan { found: bundle.site, expected: self.site });
        }
        let bytes = encode(bundle)?;
        let revisions = NAMES.map(|name| self.read(name).ok().flatten().map(|b| b.revision));
        let older = if revisions[0] <= revisions[1] { NAMES[0] } else { NAMES[1] };
        let temp = self.dir.join(format!("{older}.new"));
        let mut file = File::create(&temp).map_err(Error::io("writing", &temp))?;
        file.write_all(&bytes).map_err(Error::io("writing", &temp))?;
        file.sync_all().map_err(Error::io("syncing", &temp))?;
        let slot = self.dir.join(older);
        fs::rename(&temp, &slot).map_err(Error::io("renaming to", &slot))?;
        File::open(&self.dir).and_then(|d| d.sync_all()).map_err(Error::io("syncing the folder", &self.dir))
    }

    /// The valid bundle with the highest revision, and a finding for every slot that is not what it should be. A slot that
    /// was never written is no finding.
    pub fn load(&self) -> (Option<PlanBundle>, Vec<Finding>) {
        let mut findings = Vec::new();
        let mut best: Option<PlanBundle> = None;
        for name in NAMES {
            match self.read(name) {
                Ok(Some(b)) if best.as_ref().is_none_or(|have| have.revision < b.revision) => best = Some(b),
                Ok(_) => {}
                Err(e) => findings.push(self.finding(name, &e)),
            }
        }
        (best, findings)
    }

    /// What the two slots look like from outside: changes whenever either is replaced. Cheap enough to ask each second.
    pub fn fingerprint(&self) -> [Option<(u64, std::time::SystemTime)>; 2] {
        NAMES.map(|name| {
            let meta = fs::metadata(self.dir.join(name)).ok()?;
            Some((meta.len(), meta.modified().ok()?))
        })
    }

    fn read(&self, name: &str) -> Result<Option<PlanBundle>> {
        let path = self.dir.join(name);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Error::io("reading", &path)(e)),
        };
        let mut bytes = Vec::new();
        let limit = PlanBundle::MAX_BYTES as u64 + 1;
        file.take(limit).read_to_end(&mut bytes).map_err(Error::io("reading", &path))?;
        let bundle = decode(&bytes)?;
        if bundle.site == self.site {
            Ok(Some(bundle))
        } else {
            Err(Error::ForeignPlan { found: bundle.site, expected: self.site })
        }
    }

    fn finding(&self, name: &str, why: &Error) -> Finding {
        let (code, fr) = match why {
            Error::NotAPlan("it is empty") => ("plan.empty", "est vide"),
            Error::ForeignPlan { .. } => ("plan.foreign", "est celui d’un autre site"),
            Error::NewerPlan { .. } => ("plan.newer", "vient d’une version plus récente de Mikado"),
            Error::Io { .. } => ("plan.unreadable", "ne peut pas être lu"),
            _ => ("plan.damaged", "est abîmé"),
        };
        let path = self.path_text(name);
        Finding {
            code: code.to_owned(),
            severity: Severity::Warning,
            at_s: None,
            fr: format!(
                "Le fichier de plan {path} {fr} ; il est ignoré, l’autre reste en vigueur. Publiez le plan de nouveau."
            ),
            en: format!("{path}: {why}. It is ignored; the other slot stays in force."),
        }
    }

    fn path_text(&self, name: &str) -> String {
        Path::new(&self.dir).join(name).display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{bundle, day_plan};

    type Spoil = fn(&mut Vec<u8>);

    fn slots() -> (tempfile::TempDir, PlanSlots) {
        let dir = tempfile::tempdir().unwrap();
        let slots = PlanSlots::open(dir.path(), "GAO".parse().unwrap()).unwrap();
        (dir, slots)
    }

    #[test]
    fn the_older_slot_is_replaced_and_the_newest_is_loaded() {
        let (dir, slots) = slots();
        for revision in 1..=5 {
            slots.publish(&bundle(revision, vec![day_plan("2026-11-24")])).unwrap();
            let (got, findings) = slots.load();
            assert_eq!((got.unwrap().revision.0, findings), (revision, vec![]));
        }
        let revisions = NAMES.map(|n| decode(&fs::read(dir.path().join(n)).unwrap()).unwrap().revision.0);
        assert_eq!(revisions, [5, 4]);
    }

    #[test]
    fn a_spoilt_slot_leaves_the_other_and_a_finding() {
        let flip = |bytes: &mut Vec<u8>| bytes[100] ^= 1; // Inside the body.
        let rows: [(&str, Spoil); 3] =
            [("plan.empty", Vec::clear), ("plan.damaged", flip), ("plan.damaged", |b| b.truncate(60))];
        for (code, spoil) in rows {
            let (dir, slots) = slots();
            slots.publish(&bundle(1, vec![day_plan("2026-11-24")])).unwrap();
            slots.publish(&bundle(2, vec![day_plan("2026-11-24")])).unwrap();
            let newest = dir.path().join("b.plan");
            let mut bytes = fs::read(&newest).unwrap();
            spoil(&mut bytes);
            fs::write(&newest, bytes).unwrap();
            let (got, findings) = slots.load();
            assert_eq!(got.unwrap().revision.0, 1, "{code}");
            assert_eq!(findings.len(), 1);
            assert_eq!(findings[0].code, code);
            slots.publish(&bundle(3, vec![day_plan("2026-11-24")])).unwrap();
            let (got, findings) = slots.load();
            assert_eq!((got.unwrap().revision.0, findings), (3, vec![]), "the next publication mends the slot");
        }
    }

    #[test]
    fn another_sites_plan_is_not_believed() {
        let (dir, slots) = slots();
        let other = PlanSlots::open(dir.path(), "KYS".parse().unwrap()).unwrap();
        assert!(matches!(other.publish(&bundle(1, vec![day_plan("2026-11-24")])), Err(Error::ForeignPlan { .. })));
        slots.publish(&bundle(1, vec![day_plan("2026-11-24")])).unwrap();
        let (got, findings) = other.load();
        assert!(got.is_none());
        assert_eq!(findings[0].code, "plan.foreign");
    }
}
