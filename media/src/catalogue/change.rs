//! What people do with a card: approve, take back, edit, protect, let go.

use domain::{AssetId, AudioHash, Language, ProgrammeId, SiteId};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::card::Card;
use super::history::versions_in;
use super::paper::{Flags, Paper};
use super::search::Place;
use super::standing::{Approval, Standing};
use super::store::{Catalogue, Doing, named, run, step};
use crate::{Error, Result};

/// What a person may change of a card without new bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Title in its own language.
    pub title: String,
    /// Spoken language.
    pub language: Language,
    /// The programme that it is an edition of.
    pub programme: Option<ProgrammeId>,
    /// Who is heard in a title of music.
    pub artist: String,
    /// The rotation's category of a title of music.
    pub category: String,
    /// Sites that may air it; empty means all.
    pub sites: Vec<SiteId>,
    /// First moment it may air.
    pub not_before: Option<Timestamp>,
    /// First moment it may no longer air.
    pub expires: Option<Timestamp>,
    /// The papers. Flags may only be added here.
    pub paper: Paper,
}

impl From<Card> for Edit {
    fn from(card: Card) -> Self {
        let asset = card.asset;
        let (artist, category) = asset.music.map(|m| (m.artist, m.category)).unwrap_or_default();
        Self {
            title: asset.title,
            language: asset.language,
            programme: asset.programme,
            artist,
            category,
            sites: asset.sites,
            not_before: asset.not_before,
            expires: asset.expires,
            paper: card.paper,
        }
    }
}

impl Edit {
    fn is_plausible(&self) -> bool {
        let dates = self.not_before.zip(self.expires).is_none_or(|(from, until)| from < until);
        let short = [&self.artist, &self.category].iter().all(|t| t.chars().count() <= Paper::TEXT_CHARS_MAX);
        dates && short && !self.title.trim().is_empty() && self.paper.is_plausible()
    }
}

impl Catalogue {
    /// *Prêt à diffuser*: `who` has heard exactly `hash` and lets it go on the air, in the place of earlier bytes.
    ///
    /// [`Error::OtherBytes`] when the card has newer bytes by now, [`Error::NotApprovable`] when something bars them.
    pub fn approve(&self, asset: &AssetId, hash: &AudioHash, who: &str, now: Timestamp) -> Result<()> {
        self.change(asset, Place::Same, |tx| {
            let card = self.known(tx, asset)?;
            if card.asset.hash != *hash {
                return Err(Error::OtherBytes { asset: asset.clone() });
            }
            let barred = |bar: super::standing::Bar| Error::NotApprovable { asset: asset.clone(), why: bar.why() };
            let cleared = card.cleared().map_err(barred)?;
            let approved = card.standing.clone().approved(&cleared, who, now);
            if approved == card.standing {
                return Ok(());
            }
            step_back(tx, asset, Standing::superseded)?;
            set_standing(tx, card.number, &approved)?;
            step(tx, (asset, hash), "approve", Doing { who, now }, "")
        })
    }

    /// Takes it back, with every version of its bytes: it never airs again unless it is approved again.
    pub fn withdraw(&self, asset: &AssetId, who: &str, now: Timestamp, why: &str) -> Result<()> {
        self.change(asset, Place::Same, |tx| {
            let card = self.known(tx, asset)?;
            step_back(tx, asset, |_| Standing::Withdrawn)?;
            set_standing(tx, card.number, &Standing::Withdrawn)?;
            step(tx, (asset, &card.asset.hash), "withdraw", Doing { who, now }, why)
        })
    }

    /// Writes what a person changed. It holds at once, also for bytes that were approved.
    ///
    /// [`Error::Implausible`] when it cannot be meant, [`Error::Protected`] when it would lower a flag.
    pub fn edit(&self, asset: &AssetId, edit: &Edit, who: &str, now: Timestamp) -> Result<()> {
        if !edit.is_plausible() {
            return Err(Error::Implausible { asset: asset.clone() });
        }
        self.change(asset, Place::Same, |tx| {
            let card = self.known(tx, asset)?;
            if !card.paper.flags.within(edit.paper.flags) {
                return Err(Error::Protected { asset: asset.clone() });
            }
            put_edit(tx, asset, edit)?;
            let why = changes(&Edit::from(card.clone()), edit);
            step(tx, (asset, &card.asset.hash), "edit", Doing { who, now }, &why)
        })
    }

    /// A protection officer has heard exactly `hash` and lets it go to those who approve. The word covers these bytes and
    /// the flags of this moment: other bytes or another flag block it again.
    ///
    /// [`Error::NotApprovable`] when a child is heard whose consent, and its parent's, is not recorded (R-CHILD-03).
    pub fn clear(&self, asset: &AssetId, hash: &AudioHash, officer: &str, now: Timestamp, why: &str) -> Result<()> {
        self.change(asset, Place::Same, |tx| {
            let card = self.known(tx, asset)?;
            if card.asset.hash != *hash {
                return Err(Error::OtherBytes { asset: asset.clone() });
            }
            if card.lacks_consent() {
                let why = "a child is heard, and its consent and its parent's are not recorded";
                return Err(Error::NotApprovable { asset: asset.clone(), why });
            }
            let flags = card.paper.flags.words();
            run(
                tx,
                "INSERT OR REPLACE INTO clearance (asset, hash, officer, at, why, flags) VALUES (?, ?, ?, ?, ?, ?)",
                params![asset.as_str(), hash.to_string(), officer, now.to_string(), why, flags],
            )?;
            step(tx, (asset, hash), "clear", Doing { who: officer, now }, why)
        })
    }

    /// A protection officer says whom the material could harm, also that it harms nobody after all. Earlier words of
    /// clearance fall, so that what is lowered by mistake and raised again is not free.
    pub fn flag(&self, asset: &AssetId, flags: Flags, officer: &str, now: Timestamp, why: &str) -> Result<()> {
        self.change(asset, Place::Same, |tx| {
            let card = self.known(tx, asset)?;
            run(tx, "UPDATE card SET flags = ?2 WHERE id = ?1", params![asset.as_str(), flags.words()])?;
            run(tx, "DELETE FROM clearance WHERE asset = ?", [asset.as_str()])?;
            let what = format!("{} {why}", flags.words());
            step(tx, (asset, &card.asset.hash), "flag", Doing { who: officer, now }, what.trim())
        })
    }

    /// Notes that the bytes of `asset` are let go; the card stays, and the same bytes may come back by another ingest.
    ///
    /// The answer is the hashes to remove from the shelf: those of its versions that no other card names. Note first,
    /// remove after: a crash between leaves a file without a row, never a row without its file.
    pub fn purge_bytes(&self, asset: &AssetId, now: Timestamp, why: &str) -> Result<Vec<AudioHash>> {
        self.change(asset, Place::Same, |tx| {
            let card = self.known(tx, asset)?;
            let held = versions_in(tx, asset)?.into_iter().filter(|v| v.bytes_gone.is_none());
            let held: Vec<AudioHash> = held.map(|v| v.hash).collect();
            run(
                tx,
                "UPDATE version SET bytes_gone_at = ?2, bytes_gone_why = ?3 WHERE asset = ?1 AND bytes_gone_at IS NULL",
                params![asset.as_str(), now.to_string(), why],
            )?;
            step(tx, (asset, &card.asset.hash), "purge", Doing { who: "", now }, why)?;
            unnamed(tx, held)
        })
    }
}

impl Catalogue {
    /// Notes that these bytes are not on the shelf, whoever names them: nothing may be planned with them.
    pub fn lose(&self, hash: &AudioHash, now: Timestamp, why: &str) -> Result<()> {
        let holders = self.held()?.into_iter().filter(|(_, held)| held == hash);
        for (asset, _) in holders {
            self.change(&asset, Place::Same, |tx| {
                run(
                    tx,
                    "UPDATE version SET bytes_gone_at = ?3, bytes_gone_why = ?4
                     WHERE asset = ?1 AND hash = ?2 AND bytes_gone_at IS NULL",
                    params![asset.as_str(), hash.to_string(), now.to_string(), why],
                )?;
                step(tx, (&asset, hash), "lose", Doing { who: "", now }, why)
            })?;
        }
        Ok(())
    }
}

/// Those of the hashes that no card names any more.
pub(super) fn unnamed(tx: &Transaction, hashes: Vec<AudioHash>) -> Result<Vec<AudioHash>> {
    let mut free = Vec::new();
    for hash in hashes {
        if !named(tx, &hash)? {
            free.push(hash);
        }
    }
    Ok(free)
}

/// Moves every version that is ready from there by `to`.
fn step_back(tx: &Transaction, asset: &AssetId, to: impl Fn(Standing) -> Standing) -> Result<()> {
    for version in versions_in(tx, asset)?.into_iter().filter(|v| v.standing.approval().is_some()) {
        set_standing(tx, version.number, &to(version.standing))?;
    }
    Ok(())
}

fn set_standing(tx: &Transaction, version: i64, standing: &Standing) -> Result<()> {
    let approval = standing.kept();
    run(
        tx,
        "UPDATE version SET standing = ?2, ready_since = ?3, ready_by = ?4 WHERE number = ?1",
        params![version, standing.as_str(), approval.map(|a| a.at().to_string()), approval.map(Approval::by)],
    )
}

fn put_edit(tx: &Transaction, asset: &AssetId, edit: &Edit) -> Result<()> {
    let (paper, text) = (&edit.paper, |t: Option<Timestamp>| t.map(|t| t.to_string()));
    let contributors = serde_json::to_string(&paper.contributors).unwrap_or_else(|_| "[]".to_owned());
    run(
        tx,
        "UPDATE card SET title = ?2, language = ?3, programme = ?4, sites = ?5, not_before = ?6, expires = ?7,
             episode = ?8, contributors = ?9, women_s = ?10, consent = ?11, flags = ?12, rights_from = ?13,
             rights_until = ?14, artist = ?15, category = ?16 WHERE id = ?1",
        params![
            asset.as_str(),
            edit.title.trim(),
            edit.language.as_str(),
            edit.programme.as_ref().map(ProgrammeId::as_str),
            edit.sites.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            text(edit.not_before),
            text(edit.expires),
            paper.episode,
            contributors,
            paper.women_s,
            paper.consent.as_str(),
            paper.flags.words(),
            text(paper.rights_from),
            text(paper.rights_until),
            edit.artist.trim(),
            edit.category.trim(),
        ],
    )
}

/// Which fields an edit changed, by their stable names, for the history.
fn changes(was: &Edit, is: &Edit) -> String {
    let (old, new) = (&was.paper, &is.paper);
    let fields = [
        ("title", was.title != is.title),
        ("language", was.language != is.language),
        ("programme", was.programme != is.programme),
        ("artist", was.artist != is.artist),
        ("category", was.category != is.category),
        ("sites", was.sites != is.sites),
        ("dates", (was.not_before, was.expires) != (is.not_before, is.expires)),
        ("episode", old.episode != new.episode),
        ("contributors", old.contributors != new.contributors),
        ("women", old.women_s != new.women_s),
        ("consent", old.consent != new.consent),
        ("flags", old.flags != new.flags),
        ("rights", (old.rights_from, old.rights_until) != (new.rights_from, new.rights_until)),
    ];
    fields.into_iter().filter_map(|(name, changed)| changed.then_some(name)).collect::<Vec<_>>().join(" ")
}
