//! The checklist of the day before, and the go/no-go decision: a document that is filled in, signed by name and verified.
//!
//! Figures and criteria are the documents'. A line that was taken out, added or reworded is a fault: whoever signs
//! answers the questions that were asked. A signature is over the digest of the canonical text of everything else in
//! the document, so any later change shows.

mod document;
mod sign;
mod template;
mod verify;

pub use document::{CHECKLIST_SCHEMA, Checklist, ChecklistItem, Criterion, SignedBy};
pub use verify::{CHECKLIST, SIGNATURES, verify};
