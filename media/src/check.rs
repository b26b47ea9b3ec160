//! What `mikado check` says of catalogue and shelf: every disagreement between rows and files, both ways.

use std::collections::BTreeSet;

use domain::{AudioHash, Finding};

use crate::catalogue::Catalogue;
use crate::shelf::{Shelf, is_read_only};
use crate::{Error, Result, sentences};

/// Compares both. Every file is read whole, about 1 GB a second: this is for people, not for the air.
pub fn check(catalogue: &Catalogue, shelf: &Shelf) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut named = BTreeSet::<AudioHash>::new();
    for card in catalogue.all()?.into_iter().filter(|c| c.bytes_gone.is_none()) {
        let (id, hash) = (&card.asset.id, card.asset.hash);
        named.insert(hash);
        match shelf.verify(&hash) {
            Ok(()) => {}
            Err(Error::Gone(_)) => findings.push(sentences::row_without_file(id, &hash)),
            Err(Error::Damaged { .. }) => findings.push(sentences::file_damaged(id, &hash)),
            Err(e) => return Err(e),
        }
    }
    for shelved in shelf.list()? {
        if !named.contains(&shelved.hash) {
            findings.push(sentences::file_without_row(&shelved.hash, shelved.length_bytes));
        }
        if !is_read_only(&shelf.path(&shelved.hash)) {
            findings.push(sentences::file_writable(&shelved.hash));
        }
    }
    findings.extend(shelf.strays()?.iter().map(sentences::stray));
    Ok(findings)
}
