//! Is the folder what the index says, and is the index to be believed?

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use chrono::TimeDelta;

use super::fault::{EvidenceFault, EvidenceFaultCode as Code};
use super::file::EvidenceFile;
use super::index::{ALGORITHM, Index, IndexAnchor, document_faults, message, name_fault};
use super::keys::{KeyRing, KeyState};
use super::legacy;
use super::listing::{Listed, Listing, field};
use super::names;
use super::report::EvidenceReport;
use crate::document::{Node, from_json, from_json_tree, quoted};
use crate::time::{Instant, format_instant, human_seconds};

/// Why an index is believed.
#[derive(Debug, Clone, Copy)]
pub enum Trust<'a> {
    /// Because one of these keys signed it.
    Keys(&'a KeyRing),
    /// Because nobody but its maker can write where it lies. A digest alone proves nothing against whoever can.
    Storage,
}

/// What is expected of a folder.
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'a> {
    /// Why the index is believed.
    pub trust: Trust<'a>,
    /// The last index that was verified. Without it, an older folder that was put back does not show.
    pub anchor: Option<IndexAnchor>,
    /// The decision instant.
    pub now: Instant,
    /// How old the index may be; any age if not given.
    pub max_age: Option<TimeDelta>,
}

/// Verifies a folder: the bytes of its `index.json`, if there is one, and every other file in it.
///
/// Every fault of the index and of every file is reported, whatever else is found.
#[must_use]
pub fn verify(index: Option<&[u8]>, files: &[EvidenceFile], expected: &Expectation<'_>) -> EvidenceReport {
    let Some(bytes) = index else {
        let listing = Listing::broken(Code::NoIndex, &"expected an index, found none");
        return verify_listing(listing, files);
    };
    match from_json_tree(bytes) {
        Err(error) => verify_listing(Listing::broken(Code::IndexMalformed, &error), files),
        Ok(node) if field(&node, "schema_version").is_some() => of_schema(bytes, &node, files, expected),
        Ok(node) => verify_listing(legacy::listing(&node), files).of_legacy(),
    }
}

/// Compares a listing with the files that are there.
#[must_use]
pub fn verify_listing(listing: Listing, files: &[EvidenceFile]) -> EvidenceReport {
    let Listing { entries, mut faults } = listing;
    if entries.is_empty() {
        faults.push(EvidenceFault::index(Code::NoEntries, "expected at least one entry, found none"));
    }
    let mut there: BTreeMap<&str, (&EvidenceFile, bool)> = BTreeMap::new();
    for file in files.iter().filter(|file| file.name != names::INDEX) {
        if there.insert(&file.name, (file, false)).is_some() {
            let message = "expected each file once, found it twice";
            faults.push(EvidenceFault::file(&file.name, Code::DuplicateName, message));
        }
    }
    for entry in &entries {
        faults.extend(name_fault(&entry.name));
        match there.get_mut(entry.name.as_str()) {
            Some((_, true)) => {
                let message = "expected each name once, found it twice";
                faults.push(EvidenceFault::file(&entry.name, Code::DuplicateName, message));
            }
            Some((file, listed)) => {
                *listed = true;
                faults.extend(compare(entry, file));
            }
            None => {
                let message = "expected the file, found none";
                faults.push(EvidenceFault::file(&entry.name, Code::FileMissing, message));
            }
        }
    }
    for (file, _) in there.values().filter(|(_, listed)| !listed) {
        let message = "expected an entry in the index, found none";
        faults.push(EvidenceFault::file(&file.name, Code::Unlisted, message));
        faults.extend(document_faults(file));
    }
    EvidenceReport::new(entries.len(), faults)
}

fn compare(entry: &Listed, file: &EvidenceFile) -> Vec<EvidenceFault> {
    let mut faults = Vec::new();
    if let Some(size) = entry.size.filter(|size| *size != file.size) {
        let message = format!("expected {size} bytes, found {}", file.size);
        faults.push(EvidenceFault::file(&entry.name, Code::SizeMismatch, message));
    }
    if let Some(sha256) = entry.sha256.filter(|sha256| *sha256 != file.sha256) {
        let message = format!("expected the digest `{sha256}`, found `{}`", file.sha256);
        faults.push(EvidenceFault::file(&entry.name, Code::DigestMismatch, message));
    }
    faults.extend(document_faults(file));
    faults
}

/// An index that says which schema it has.
fn of_schema(
    bytes: &[u8],
    node: &Node,
    files: &[EvidenceFile],
    expected: &Expectation<'_>,
) -> EvidenceReport {
    let index = match from_json::<Index>(bytes) {
        Ok(index) => index,
        Err(error) => {
            let (tampered, entries) = (field(node, "tampered"), field(node, "entries"));
            let mut listing = Listing::of_node(node, tampered, entries, "name");
            listing.fault(Code::IndexMalformed, error.to_string());
            return verify_listing(listing, files);
        }
    };
    let mut listing = Listing::of(&index);
    content(&index, &mut listing);
    replay(&index, expected, &mut listing);
    age(&index, expected, &mut listing);
    let grace = signature(&index, expected, &mut listing);
    verify_listing(listing, files).of_index(&index, expected, grace)
}

fn content(index: &Index, listing: &mut Listing) {
    if index.schema_version != super::SCHEMA {
        let found = quoted(&index.schema_version);
        let message = format!("schema_version: expected `{}`, found {found}", super::SCHEMA);
        listing.fault(Code::IndexMalformed, message);
    }
    match index.content_digest() {
        Ok(digest) if digest == index.digest => {}
        Ok(digest) => {
            listing
                .fault(Code::IndexDigest, format!("digest: expected `{digest}`, found `{}`", index.digest));
        }
        Err(error) => listing.fault(Code::IndexDigest, error.to_string()),
    }
    if (index.sequence == 1) != index.previous.is_none() || index.sequence == 0 {
        let message = "expected a previous index from number 2 on, and none before number 1";
        listing.fault(Code::Sequence, format!("sequence: {message}, found number {}", index.sequence));
    }
    for (expected, entry) in (1..).zip(&index.entries).filter(|(expected, entry)| *expected != entry.sequence)
    {
        let message = format!("expected the number {expected}, found {}", entry.sequence);
        listing.faults.push(EvidenceFault::file(&entry.name, Code::Sequence, message));
    }
    if !index.entries.is_sorted_by(|a, b| a.name < b.name) {
        listing.fault(Code::Sequence, "entries: expected names in order, found others".to_string());
    }
}

/// Whether it is the index that was verified last, or one that follows it.
fn replay(index: &Index, expected: &Expectation<'_>, listing: &mut Listing) {
    let Some(anchor) = expected.anchor else { return };
    if index.sequence < anchor.sequence {
        let message = format!("sequence: expected at least {}, found {}", anchor.sequence, index.sequence);
        return listing.fault(Code::Replayed, message);
    }
    let ahead = index.sequence - anchor.sequence;
    let link = match ahead {
        0 => Some(index.digest),
        1 => index.previous,
        // The indexes between are not here. The signature vouches for this one.
        _ => return,
    };
    if link != Some(anchor.digest) {
        let place = if ahead == 0 { "digest" } else { "previous" };
        let message =
            format!("{place}: expected `{}`, which was verified before, found another", anchor.digest);
        listing.fault(Code::Replayed, message);
    }
}

fn age(index: &Index, expected: &Expectation<'_>, listing: &mut Listing) {
    let made = format_instant(index.generated_at);
    let age = expected.now.signed_duration_since(index.generated_at);
    if age < TimeDelta::zero() {
        let message =
            format!("generated_at: expected at most {}, found {made}", format_instant(expected.now));
        return listing.fault(Code::Stale, message);
    }
    if let Some(most) = expected.max_age.filter(|most| age > *most) {
        let message = format!(
            "generated_at: expected an age of at most {}, found {}",
            human_seconds(most),
            human_seconds(age)
        );
        listing.fault(Code::Stale, message);
    }
}

/// Checks the signature where keys are given. True if the key that signed is in grace.
fn signature(index: &Index, expected: &Expectation<'_>, listing: &mut Listing) -> bool {
    let Trust::Keys(keys) = expected.trust else { return false };
    let Some(signature) = &index.signature else {
        listing.fault(Code::Unsigned, "signature: expected one, found none".to_string());
        return false;
    };
    if signature.algorithm != ALGORITHM {
        let found = quoted(&signature.algorithm);
        listing
            .fault(Code::BadSignature, format!("signature.algorithm: expected `{ALGORITHM}`, found {found}"));
        return false;
    }
    let key = match keys.verifier(&signature.key_id, expected.now) {
        Ok(key) => key,
        Err(problem) => {
            listing.fault(Code::BadSignature, format!("signature.key_id: {problem}"));
            return false;
        }
    };
    if !key.secret.verifies(message(&signature.key_id, index.digest).as_bytes(), signature.value) {
        let message = format!("signature.value: expected the HMAC under {}", quoted(&signature.key_id));
        listing.fault(Code::BadSignature, format!("{message}, found another"));
    }
    key.state == KeyState::Grace
}
