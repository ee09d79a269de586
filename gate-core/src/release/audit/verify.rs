//! Reads a log line by line, in constant memory.

use alloc::format;
use alloc::string::{String, ToString};

use serde::Serialize;

use super::anchor::{Anchor, SCHEMA};
use super::document::{MIDDLE, PREFIX, Record};
use super::entry::{consistent, name};
use super::fault::{AuditFault, AuditFaultCode};
use crate::bounds::MAX_AUDIT_LINE_BYTES;
use crate::digest::Digest;
use crate::document::quoted;

/// What a log is worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditReport {
    /// Whether every record is there, in order and unchanged.
    pub verified: bool,
    /// Whether an anchor said where the log ended. Without one, records that are missing at the end do not show.
    pub anchored: bool,
    /// Where the log ends: keep it as the next anchor if it is verified.
    pub end: Anchor,
    /// How many faults there are.
    pub faults: u64,
    /// The first one. After it the rest of the log is not proven, whatever else is found.
    pub first_fault: Option<AuditFault>,
}

/// Takes a log one line at a time.
#[derive(Debug, Clone)]
pub struct AuditVerifier {
    anchor: Option<Anchor>,
    end: Anchor,
    line: u64,
    faults: u64,
    first: Option<AuditFault>,
}

/// Verifies a whole log that is in memory: records, each ended by a line feed.
#[must_use]
pub fn verify(log: &[u8], anchor: Option<Anchor>) -> AuditReport {
    let mut verifier = AuditVerifier::new(anchor);
    let mut lines = log.split(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        // What follows the last line feed is nothing, or a line that was cut.
        if lines.peek().is_some() || !line.is_empty() {
            verifier.line(line, lines.peek().is_some());
        }
    }
    verifier.finish()
}

impl AuditVerifier {
    /// Before the first line. The anchor says where the log ended at some earlier time.
    #[must_use]
    pub fn new(anchor: Option<Anchor>) -> Self {
        Self { anchor, end: Anchor::empty(), line: 0, faults: 0, first: None }
    }

    /// Takes the next line, without its line feed, and whether it had one: a line without is a write that was cut.
    pub fn line(&mut self, line: &[u8], ended: bool) {
        self.line = self.line.saturating_add(1);
        if !ended {
            self.fault(AuditFaultCode::Malformed, "expected a line feed at the end, found none".to_string());
        }
        if let Some((hash, record)) = split(line) {
            self.record(hash, record);
        } else {
            let expected = format!("expected `{PREFIX}…{MIDDLE}…}}` of at most {MAX_AUDIT_LINE_BYTES} bytes");
            let text = String::from_utf8_lossy(line.get(..line.len().min(64)).unwrap_or_default());
            self.fault(AuditFaultCode::Malformed, format!("{expected}, found {}", quoted(&text)));
        }
        self.end.records = self.line;
        if self.anchor.is_some_and(|anchor| anchor.records == self.line && anchor.head != self.end.head) {
            self.rewritten();
        }
    }

    /// After the last line.
    #[must_use]
    pub fn finish(mut self) -> AuditReport {
        if self.line == 0 {
            self.fault(AuditFaultCode::Empty, "expected at least one record, found none".to_string());
        }
        match self.anchor {
            Some(anchor) if anchor.records > self.line => {
                let message = format!("expected {} records, found {}", anchor.records, self.line);
                self.fault(AuditFaultCode::Truncated, message);
            }
            // An anchor of no records must be that of an empty log.
            Some(anchor) if anchor.records == 0 && anchor != Anchor::empty() => self.rewritten(),
            _ => {}
        }
        AuditReport {
            verified: self.faults == 0,
            anchored: self.anchor.is_some(),
            end: self.end,
            faults: self.faults,
            first_fault: self.first,
        }
    }

    fn record(&mut self, stated: Digest, bytes: &[u8]) {
        let hash = Digest::of(bytes);
        if hash != stated {
            self.fault(AuditFaultCode::HashMismatch, format!("expected the hash `{hash}`, found `{stated}`"));
        }
        match serde_json::from_slice::<Record<'_>>(bytes) {
            Ok(record) => self.follow(&record),
            Err(error) => {
                self.fault(AuditFaultCode::Malformed, format!("expected a record, found an error: {error}"));
            }
        }
        self.end.head = hash;
    }

    fn follow(&mut self, record: &Record<'_>) {
        if record.previous != self.end.head {
            let message =
                format!("expected the previous hash `{}`, found `{}`", self.end.head, record.previous);
            self.fault(AuditFaultCode::BrokenChain, message);
        }
        if record.sequence != self.line {
            let message = format!("expected the number {}, found {}", self.line, record.sequence);
            self.fault(AuditFaultCode::Sequence, message);
        }
        if record.schema_version != SCHEMA {
            let message = format!("expected the schema `{SCHEMA}`, found {}", quoted(&record.schema_version));
            self.fault(AuditFaultCode::Malformed, message);
        }
        let digests = record.digests.0.iter().map(|(name, _)| name.as_str());
        let criteria = record.criteria.iter().map(|it| (&*it.name, it.met));
        let said = name("actor", &record.actor)
            .and_then(|()| name("action", &record.action))
            .and_then(|()| consistent(&digests, &criteria, record.result));
        if let Err(error) = said {
            self.fault(AuditFaultCode::Malformed, error.to_string());
        }
    }

    fn rewritten(&mut self) {
        let Some(anchor) = self.anchor else { return };
        let message = format!("expected the hash `{}` of the anchor, found `{}`", anchor.head, self.end.head);
        self.fault(AuditFaultCode::Rewritten, message);
    }

    fn fault(&mut self, code: AuditFaultCode, message: String) {
        self.faults = self.faults.saturating_add(1);
        let line = self.line;
        self.first.get_or_insert(AuditFault { line, code, message });
    }
}

/// The hash and the bytes of the record. Every byte of a line is one of the two, or fixed.
fn split(line: &[u8]) -> Option<(Digest, &[u8])> {
    if line.len() > MAX_AUDIT_LINE_BYTES {
        return None;
    }
    let (hash, rest) = line.strip_prefix(PREFIX.as_bytes())?.split_at_checked(64)?;
    let record = rest.strip_prefix(MIDDLE.as_bytes())?.strip_suffix(b"}")?;
    Some((Digest::parse(core::str::from_utf8(hash).ok()?)?, record))
}
