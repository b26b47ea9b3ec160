//! What `mikado check` says of catalogue and shelf: every disagreement between rows and files, both ways, and what
//! `--mend` does about each.
//!
//! | found | mended by |
//! |---|---|
//! | a row whose file is missing | the file taken back from the quarantine; else the row says that its bytes are gone |
//! | a row whose file is damaged | the damaged file into the quarantine, and then as if it were missing |
//! | a file that no row names | the file into the quarantine, once it is older than any ingest at work |
//! | a file that somebody may write | the right to write taken away |
//! | anything else on the shelf | into the quarantine |
//! | an index that is not that of the cards | the index written anew |
//! | a sound whose days in the trash are over | the card ended, its file removed: somebody deleted it by name |
//!
//! Nothing is deleted that nobody deleted: the quarantine keeps it and is listed.

use std::collections::BTreeMap;
use std::path::Path;

use domain::{AssetId, AudioHash, Finding, Severity};
use jiff::{SignedDuration, Timestamp};

use crate::catalogue::Catalogue;
use crate::shelf::{Shelf, is_read_only, take_write_away};
use crate::{Error, Result, sentences};

/// A file this young may still get its row: the longest ingest takes twenty minutes and its row comes after.
const YOUNG: SignedDuration = SignedDuration::from_hours(1);

/// Whether to mend, and the two times that this takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// Only say what would be mended.
    Look,
    /// Mend.
    Mend {
        /// The station's time, for the history.
        now: Timestamp,
        /// The machine's own, which the files' dates follow.
        machine: Timestamp,
    },
}

struct Check<'a> {
    catalogue: &'a Catalogue,
    shelf: &'a Shelf,
    hand: Hand,
    findings: Vec<Finding>,
}

/// Compares both, and mends. Every file is read whole, about 1 GB a second: this is for people, not for the air.
pub fn check(catalogue: &Catalogue, shelf: &Shelf, hand: Hand) -> Result<Vec<Finding>> {
    let mut check = Check { catalogue, shelf, hand, findings: Vec::new() };
    let mut named = BTreeMap::<AudioHash, Vec<AssetId>>::new();
    for (asset, hash) in catalogue.held()? {
        named.entry(hash).or_default().push(asset);
    }
    for (hash, assets) in &named {
        check.row(hash, assets)?;
    }
    for shelved in shelf.list()? {
        if !named.contains_key(&shelved.hash) && !catalogue.names(&shelved.hash)? {
            check.unnamed(&shelved.hash, shelved.length_bytes)?;
        } else if !is_read_only(&shelf.path(&shelved.hash)) {
            if check.mends() {
                take_write_away(&shelf.path(&shelved.hash))?;
            }
            check.say(sentences::file_writable(&shelved.hash), READ_ONLY, check.mends());
        }
    }
    for stray in shelf.strays()? {
        // A part belongs to an ingest at work, or is swept when the shelf is next opened.
        let moved = check.mends() && !stray.part && check.set_aside(&stray.path)?;
        check.say(sentences::stray(&stray), ASIDE, moved);
    }
    check.index()?;
    check.trash()?;
    check.quarantine()?;
    Ok(check.findings)
}

type Said = (&'static str, &'static str);
const ASIDE: Said = ("le fichier passe en quarantaine", "the file goes into quarantine");
const READ_ONLY: Said = ("le droit d’écriture est retiré", "the right to write is taken away");
const LOST: Said = (
    "la fiche dit que ses octets manquent, et rien n’est plus prévu avec eux ; importez l’original",
    "the card says that its bytes are gone, and nothing is planned with them; ingest the original",
);
const BACK: Said = ("le fichier revient de la quarantaine", "the file comes back from quarantine");

impl Check<'_> {
    const fn mends(&self) -> bool {
        matches!(self.hand, Hand::Mend { .. })
    }

    /// A finding with what was done, or would be. What is mended needs nobody any more.
    fn say(&mut self, mut finding: Finding, (fr, en): Said, mended: bool) {
        if mended {
            finding.severity = Severity::Info;
        }
        let (did_fr, did_en) = if mended { ("Réparé", "Mended") } else { ("Avec --mend", "With --mend") };
        finding.fr = format!("{} {did_fr} : {fr}.", finding.fr);
        finding.en = format!("{} {did_en}: {en}.", finding.en);
        self.findings.push(finding);
    }

    fn row(&mut self, hash: &AudioHash, assets: &[AssetId]) -> Result<()> {
        let damaged = match self.shelf.verify(hash) {
            Ok(()) => return Ok(()),
            Err(Error::Gone(_)) => false,
            Err(Error::Damaged { .. }) => true,
            Err(e) => return Err(e),
        };
        // It may have been let go, or come in again, while this check was reading.
        if !self.catalogue.names(hash)? {
            return Ok(());
        }
        let is_back = self.shelf.is_in_quarantine(hash);
        if let Hand::Mend { now, .. } = self.hand {
            if damaged {
                self.shelf.quarantine(&self.shelf.path(hash))?;
            }
            if !self.shelf.take_back(hash)? {
                let why = if damaged { "fichier endommagé (check --mend)" } else { "fichier manquant (check --mend)" };
                self.catalogue.lose(hash, now, why)?;
            }
        }
        for asset in assets {
            let told =
                if damaged { sentences::file_damaged(asset, hash) } else { sentences::row_without_file(asset, hash) };
            self.say(told, if is_back { BACK } else { LOST }, self.mends());
            if let Some(last) = self.findings.last_mut().filter(|_| self.hand != Hand::Look && !is_back) {
                // Lost bytes stay somebody's work.
                last.severity = Severity::Warning;
            }
        }
        Ok(())
    }

    fn unnamed(&mut self, hash: &AudioHash, length_bytes: u64) -> Result<()> {
        let path = self.shelf.path(hash);
        let moved = self.mends() && self.is_old(&path) && self.set_aside(&path)?;
        self.say(sentences::file_without_row(hash, length_bytes), ASIDE, moved);
        Ok(())
    }

    /// Whether no ingest can be at work with it. A date that cannot be read or lies ahead counts as young.
    fn is_old(&self, path: &Path) -> bool {
        let Hand::Mend { machine, .. } = self.hand else { return false };
        let changed = std::fs::metadata(path).and_then(|m| m.modified()).ok();
        changed.and_then(|t| Timestamp::try_from(t).ok()).is_some_and(|t| machine.duration_since(t) >= YOUNG)
    }

    fn set_aside(&self, path: &Path) -> Result<bool> {
        self.shelf.quarantine(path).map(|_| true)
    }

    fn index(&mut self) -> Result<()> {
        if self.catalogue.index_is_whole()? {
            return Ok(());
        }
        if self.mends() {
            self.catalogue.write_index()?;
        }
        let finding = Finding {
            code: "catalogue.index".into(),
            severity: Severity::Warning,
            at_s: None,
            fr: "La recherche ne connaît pas toutes les fiches.".into(),
            en: "The search does not know every card.".into(),
        };
        self.say(finding, ("l’index est réécrit", "the index is written anew"), self.mends());
        Ok(())
    }

    fn trash(&mut self) -> Result<()> {
        let Hand::Mend { now, .. } = self.hand else { return Ok(()) };
        for hash in self.catalogue.empty_trash(now)? {
            self.shelf.remove(&hash)?;
        }
        Ok(())
    }

    fn quarantine(&mut self) -> Result<()> {
        let held = self.shelf.quarantined()?;
        if held.is_empty() {
            return Ok(());
        }
        let (files, mb) = (held.len(), held.iter().map(|(_, bytes)| bytes).sum::<u64>() as f64 / 1e6);
        let names: Vec<String> =
            held.iter().take(5).filter_map(|(p, _)| Some(p.file_name()?.to_string_lossy().into())).collect();
        let dir = self.shelf.quarantine_dir().display().to_string();
        let names = names.join(", ");
        self.findings.push(Finding {
            code: "shelf.quarantine".into(),
            severity: Severity::Info,
            at_s: None,
            fr: format!("La quarantaine {dir} garde {files} fichier(s), {mb:.1} Mo : {names}… Rien n’y est effacé ; videz-la vous-même."),
            en: format!("The quarantine {dir} keeps {files} file(s), {mb:.1} MB: {names}… Nothing is deleted there; empty it yourself."),
        });
        Ok(())
    }
}
