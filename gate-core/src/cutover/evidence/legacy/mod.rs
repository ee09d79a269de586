//! Upstream's evidence, read so that it can be moved over. Nothing of it is ever healthy.
//!
//! Upstream has two indexes that do not know each other: its indexer writes `files` and `summary.tampered`, its
//! validator reads `entries` and `tampered`. Its signature is a SHA-256 without a key over seven to eleven known blocks
//! in Python's spelling of JSON, so whoever can write a document can sign it, and other blocks are not covered.

mod document;
mod text;

use alloc::string::ToString;

use super::document::{BLOCKS, BlockState, DocumentFacts};
use super::fault::{EvidenceFault, EvidenceFaultCode};
use super::file::EvidenceFile;
use super::listing::{Listing, field};
use crate::canary::compat::{Value, decode, parse};
use crate::digest::Digest;
use crate::document::Node;
use crate::{ErrorCode, GateError};

pub use document::{LegacyDocument, signed_text};
pub use text::canonical;

/// What an index of upstream lists, in either of the two forms.
#[must_use]
pub fn listing(index: &Node) -> Listing {
    let Some(files) = field(index, "files") else {
        return Listing::of_node(index, field(index, "tampered"), field(index, "entries"), "file");
    };
    let tampered = match field(index, "summary").and_then(|summary| field(summary, "tampered")) {
        Some(Node::Unsigned(0)) => Some(Node::Bool(false)),
        Some(Node::Unsigned(_)) => Some(Node::Bool(true)),
        other => other.cloned(),
    };
    let mut listing = Listing::of_node(index, tampered.as_ref(), Some(files), "path");
    let Node::Array(files) = files else { return listing };
    for file in files {
        let (name, tampered) = (field(file, "path"), field(file, "tampered"));
        if let (Some(Node::Text(name)), true) = (name, tampered != Some(&Node::Bool(false))) {
            let message = "tampered: expected `false`, found something else";
            listing.faults.push(EvidenceFault::file(name, EvidenceFaultCode::Tampered, message));
        }
    }
    listing
}

/// A document of upstream, as its validator reads it: a block is there when it is neither null nor `false`.
#[must_use]
pub fn file(name: &str, bytes: &[u8]) -> EvidenceFile {
    EvidenceFile {
        name: name.into(),
        size: bytes.len() as u64,
        sha256: Digest::of(bytes),
        document: blocks(bytes),
    }
}

fn blocks(bytes: &[u8]) -> Result<DocumentFacts, GateError> {
    let value = read(bytes)?;
    let state = |name: &str| match document::block(&value, name) {
        None | Some(Value::Null | Value::Bool(false)) => BlockState::Absent,
        Some(_) => BlockState::Present,
    };
    Ok(DocumentFacts { blocks: BLOCKS.map(|name| (name, state(name))), tampered: [].into() })
}

/// What Python reads.
fn read(bytes: &[u8]) -> Result<Value, GateError> {
    let unreadable = |error: crate::canary::compat::CompatError| {
        GateError::new(ErrorCode::JsonSyntax, "", "JSON as Python reads it", error.to_string())
    };
    parse(&decode(bytes).map_err(unreadable)?).map_err(unreadable)
}
