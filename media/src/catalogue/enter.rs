//! Bytes come in under a card: as its first, as the same again, or as a correction.

use domain::{AudioHash, Finding, Loudness, TruePeak};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::card::{Card, Entered, NewCard, kind_word};
use super::search::Place;
use super::standing::{Approval, Standing};
use super::store::{Catalogue, Doing, run, step};
use crate::report::{Report, Verdict};
use crate::wire::severity_word;
use crate::{Error, Result, fingerprint};

impl Catalogue {
    /// Enters bytes that the shelf has: a draft, unless these very bytes are the newest and approved already.
    ///
    /// Other bytes under a known identifier are a correction: the card stays, and so do the old bytes. If they were
    /// approved they air on until the new ones are, because an upload is nobody's word that something may air, and taking
    /// the old ones away would leave bed where there was sound. Who wants them off the air takes them back.
    ///
    /// Sites, dates and papers that are not given stay as they were: a correction never widens what was narrowed.
    ///
    /// A refused report is [`Error::NotApprovable`]: it never becomes a card.
    pub fn enter(&self, card: &NewCard, report: &Report, hash: &AudioHash, now: Timestamp) -> Result<Entered> {
        if report.verdict() == Verdict::Refused {
            return Err(Error::NotApprovable { asset: card.id.clone(), why: "the file was refused" });
        }
        self.change(&card.id, Place::First, |tx| {
            let known = self.find(tx, &card.id)?;
            let entered = match &known {
                None => Entered::New,
                Some(k) if k.asset.hash == *hash => Entered::Same,
                Some(k) => Entered::Replaced { was: k.asset.hash },
            };
            put_card(tx, card, known.as_ref())?;
            let standing = match known {
                Some(known) if entered == Entered::Same => known.standing.entered_again(),
                _ => Standing::Draft,
            };
            put_version(tx, card, report, hash, &standing, now)?;
            let doing = Doing { who: &card.by, now };
            step(tx, (&card.id, hash), "enter", doing, &card.source_name)?;
            Ok(entered)
        })
    }
}

fn put_card(tx: &Transaction, new: &NewCard, known: Option<&Card>) -> Result<()> {
    let sites = match known {
        Some(known) if new.sites.is_empty() => &known.asset.sites,
        _ => &new.sites,
    };
    let dates = [
        new.not_before.or(known.and_then(|k| k.asset.not_before)),
        new.expires.or(known.and_then(|k| k.asset.expires)),
    ];
    run(
        tx,
        "INSERT INTO card (id, title, kind, language, programme, sites, not_before, expires, artist, category)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET title = ?2, kind = ?3, language = ?4, programme = ?5, sites = ?6, not_before = ?7,
             expires = ?8, artist = coalesce(nullif(?9, ''), artist), category = coalesce(nullif(?10, ''), category),
             trashed_at = NULL, trashed_by = NULL, trashed_why = NULL",
        params![
            new.id.as_str(),
            new.title,
            kind_word(new.kind),
            new.language.as_str(),
            new.programme.as_ref().map(domain::ProgrammeId::as_str),
            sites.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            dates[0].map(|t| t.to_string()),
            dates[1].map(|t| t.to_string()),
            new.artist.trim(),
            new.category.trim(),
        ],
    )
}

/// The bytes that came in last have the highest number, also when the card had them before.
fn put_version(
    tx: &Transaction,
    card: &NewCard,
    report: &Report,
    hash: &AudioHash,
    standing: &Standing,
    now: Timestamp,
) -> Result<()> {
    let cues = report.quality.cues;
    run(tx, "DELETE FROM version WHERE asset = ? AND hash = ?", params![card.id.as_str(), hash.to_string()])?;
    run(
        tx,
        "INSERT INTO version (asset, hash, length_frames, channels, loudness_lufs, loudness_range_lu, true_peak_dbtp,
             standing, entered_at, source_name, ready_since, ready_by, fingerprint,
             cue_start_frames, cue_end_frames, cue_intro_frames, cue_segue_frames)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            card.id.as_str(),
            hash.to_string(),
            report.length.0 as i64,
            report.channels,
            report.loudness.map(Loudness::get),
            report.loudness_range_lu,
            report.true_peak.map(TruePeak::get),
            standing.as_str(),
            now.to_string(),
            card.source_name,
            standing.kept().map(|a| a.at().to_string()),
            standing.kept().map(Approval::by),
            (!report.fingerprint.is_empty()).then(|| fingerprint::to_bytes(&report.fingerprint)),
            cues.map(|c| c.start.0 as i64),
            cues.map(|c| c.end.0 as i64),
            cues.and_then(|c| c.intro).map(|f| f.0 as i64),
            cues.and_then(|c| c.segue).map(|f| f.0 as i64),
        ],
    )?;
    put_findings(tx, tx.last_insert_rowid(), &report.findings)
}

fn put_findings(tx: &Transaction, version: i64, findings: &[Finding]) -> Result<()> {
    for (place, f) in findings.iter().enumerate() {
        let severity = severity_word(f.severity);
        let values = params![version, place as i64, f.code, severity, f.at_s, f.fr, f.en];
        run(tx, "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?)", values)?;
    }
    Ok(())
}
