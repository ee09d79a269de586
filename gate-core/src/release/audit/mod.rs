//! The log of decisions: who decided what, when, on which inputs and criteria, and with what result.
//!
//! One record is one line of JSON in canonical form (RFC 8785), followed by a line feed:
//!
//! ```text
//! {"hash":"<SHA-256 of the bytes of the record, 64 hex digits>","record":{"action":…,"previous":"<hash of the line before>",…}}
//! ```
//!
//! `hash` covers the bytes of the record, and `previous` is one of them, so every line covers all lines before it. The
//! first line's `previous` is the [genesis]. An edit, a drop or a swap breaks the chain at the first line that
//! it touches. What the chain alone cannot show is a log that was cut at its end, or written anew from some line on:
//! for that, keep the [`Anchor`] (how many records there were, and the last hash) somewhere else.

mod anchor;
mod document;
mod entry;
mod fault;
mod verify;

pub use anchor::{Anchor, genesis};
pub use entry::{AuditEntry, AuditResult, Criterion};
pub use fault::{AuditFault, AuditFaultCode};
pub use verify::{AuditReport, AuditVerifier, verify};
