//! Windows over bytes of any length.
//!
//! Memory is bounded by a window. Windows overlap by more than the longest secret with its name, so one that lies on a
//! border stands whole in one of them.

use std::io::{self, Read};
use std::ops::Range;

use gate_core::release::secrets::{MAX_VALUE_BYTES, Scanner, SecretFinding};

/// Bytes of a window. It fits the cache of a core.
pub(super) const WINDOW: u64 = 1024 * 1024;

/// Bytes that two windows share: twice what a rule looks at, in text of two bytes per character.
pub(super) const OVERLAP: u64 = 2 * HALF;

/// A secret that begins in the first half of an overlap belongs to the window before, else to the one after.
pub(super) const HALF: u64 = 2 * 4 * MAX_VALUE_BYTES as u64;

/// Where a window lies in the whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) length: u64,
    /// Whether the whole ends with it.
    pub(super) is_last: bool,
}

impl Place {
    /// Bytes that no window before had.
    pub(super) const fn new_bytes(self) -> u64 {
        if self.offset == 0 { self.length } else { self.length - OVERLAP }
    }

    /// Where the next window begins.
    pub(super) const fn next_offset(self) -> u64 {
        self.offset + WINDOW - OVERLAP
    }

    /// The findings that belong to this window, at their places in the whole.
    pub(super) fn findings(self, bytes: &[u8], scanner: &Scanner) -> io::Result<Vec<SecretFinding>> {
        let owned = self.owned();
        let offset = usize::try_from(self.offset).map_err(io::Error::other)?;
        let mut findings = scanner.scan(bytes);
        findings.retain(|finding| owned.contains(&(finding.start as u64)));
        for finding in &mut findings {
            finding.start += offset;
            finding.end += offset;
        }
        Ok(findings)
    }

    /// Where secrets begin that this window answers for, counted from its start.
    fn owned(self) -> Range<u64> {
        let start = if self.offset == 0 { 0 } else { HALF };
        let end = if self.is_last { u64::MAX } else { WINDOW - HALF };
        start..end
    }
}

/// Scans a stream to its end: how many bytes it has, and what was found, unless that is more than `most`.
pub(super) fn scan_stream(
    stream: &mut dyn Read,
    scanner: &Scanner,
    buffer: &mut Vec<u8>,
    most: usize,
) -> io::Result<(u64, Vec<SecretFinding>)> {
    let mut findings = Vec::new();
    let mut offset = 0;
    buffer.clear();
    loop {
        (&mut *stream).take(WINDOW - buffer.len() as u64).read_to_end(buffer)?;
        let length = buffer.len() as u64;
        let place = Place { offset, length, is_last: length < WINDOW };
        findings.extend(place.findings(buffer, scanner)?);
        if findings.len() > most {
            return Err(io::Error::other(format!("more than {most} findings")));
        }
        if place.is_last {
            return Ok((offset + length, findings));
        }
        offset = place.next_offset();
        buffer.drain(..buffer.len().saturating_sub(usize::try_from(OVERLAP).unwrap_or(0)));
    }
}
