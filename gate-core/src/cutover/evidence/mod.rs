//! Evidence: a folder of JSON documents and an index that says which files belong to it, and that they are unchanged.
//!
//! # The folder
//!
//! Every file but `index.json` is an evidence document: a JSON object with the blocks [`BLOCKS`], each a non-empty
//! object or array. It may have others; all of its bytes are covered, whatever they say. `tampered` stands in the index,
//! where it must be exactly `false`. A document need not have it, as its producer knows nothing about that; where one has
//! a top-level `tampered` or `meta.tampered`, that is exactly `false` as well.
//!
//! # The index, schema `tsfm_gate.evidence.v1`
//!
//! ```json
//! {"schema_version": "tsfm_gate.evidence.v1", "sequence": 7, "previous": "<digest of index 6, null in index 1>",
//!  "generated_at": "2026-11-21T10:05:00Z", "tampered": false,
//!  "entries": [{"sequence": 1, "name": "2026-11-20.json", "size": 1042, "sha256": "<of the bytes of the file>"}],
//!  "digest": "<of the canonical text of all fields above>",
//!  "signature": {"algorithm": "hmac-sha256", "key_id": "ops-2026", "value": "<see below>"}}
//! ```
//!
//! - Digests are SHA-256 in 64 lower-case hex digits.
//! - The canonical text is that of RFC 8785 (JCS) of the index without `digest` and `signature`.
//! - The signature is optional: HMAC-SHA256, under the key of this id, over the schema, the key id and the digest, each
//!   ended by a line feed.
//! - Entries are numbered from 1 without a gap and sorted by name. Names are relative, with `/` between folders.
//! - Each index is numbered one higher than the one before and names its digest. Whoever keeps the last number and
//!   digest that were verified (an [`IndexAnchor`]) sees when an older index, with its older files, is put back.
//!
//! Documents and indexes of upstream are read by [`legacy`], so that they can be moved over. They are unsigned, and
//! never healthy.

mod document;
mod fault;
mod file;
mod index;
mod keys;
pub mod legacy;
mod listing;
mod merge;
mod names;
mod report;
mod verify;

pub use document::{BLOCKS, Block, BlockState, DocumentFacts};
pub use fault::{EvidenceFault, EvidenceFaultCode};
pub use file::EvidenceFile;
pub use index::{Entry, Index, IndexAnchor, SCHEMA, Signature};
pub use keys::{KeyRing, KeyState, SigningKey};
pub use listing::{Listed, Listing};
pub use merge::merge;
pub use report::{EVIDENCE, EvidenceReport};
pub use verify::{Expectation, Trust, verify, verify_listing};
