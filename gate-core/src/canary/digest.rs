//! SHA-256 over what was judged, independent of how it was written.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::column::{Column, Counts};
use super::policy::Policy;
use super::snapshot::{Snapshot, Timeline};
use crate::time::format_instant;

/// The digest of the policy document with every default filled in, as compact JSON.
pub(super) fn policy(policy: &Policy) -> String {
    // A document of strings and finite numbers always serialises.
    let text = serde_json::to_string(policy.document()).unwrap_or_default();
    let mut hash = Hash::new("tsfm_gate.policy.v1");
    hash.text(&text);
    hash.finish()
}

/// The digest of the snapshot's validated values: names, window times and IEEE bits.
pub(super) fn snapshot(snapshot: &Snapshot) -> String {
    let mut hash = Hash::new("tsfm_gate.snapshot.v1");
    hash.number(u64::from(snapshot.window_minutes));
    hash.number(snapshot.windows as u64);
    hash.timeline(&snapshot.timeline);
    hash.text(&snapshot.stage_started.map(format_instant).unwrap_or_default());
    hash.columns(&snapshot.metrics);
    hash.columns(&snapshot.baseline);
    hash.counts(snapshot.samples.as_ref());
    hash.number(snapshot.events.len() as u64);
    for (name, counts) in &snapshot.events {
        hash.text(name);
        hash.counts(Some(counts));
    }
    hash.number(snapshot.drills.len() as u64);
    for drill in &snapshot.drills {
        hash.text(&format_instant(drill.from));
        hash.text(&format_instant(drill.to));
        hash.number(drill.metrics.len() as u64);
        drill.metrics.iter().for_each(|name| hash.text(name));
        hash.text(&drill.reason);
        hash.text(&drill.author);
    }
    hash.number(snapshot.labels.0.len() as u64);
    for (name, value) in &snapshot.labels.0 {
        hash.text(name);
        hash.text(value);
    }
    hash.finish()
}

/// Feeds values with their lengths, so that no two different inputs give the same bytes.
struct Hash(Sha256);

impl Hash {
    fn new(domain: &str) -> Self {
        let mut hash = Self(Sha256::new());
        hash.text(domain);
        hash
    }

    fn number(&mut self, value: u64) {
        self.0.update(value.to_le_bytes());
    }

    fn text(&mut self, value: &str) {
        self.number(value.len() as u64);
        self.0.update(value.as_bytes());
    }

    /// Listed starts without a gap hash like `start`, which says the same.
    fn timeline(&mut self, timeline: &Timeline) {
        self.text(&timeline.origin().map(format_instant).unwrap_or_default());
        let slots = match timeline {
            Timeline::Slots(_, slots) => slots.as_slice(),
            _ => &[],
        };
        let displaced = slots.iter().enumerate().filter(|(index, slot)| index != *slot);
        self.number(displaced.clone().count() as u64);
        displaced.for_each(|(_, slot)| self.number(*slot as u64));
    }

    fn columns(&mut self, columns: &[(String, Column)]) {
        self.number(columns.len() as u64);
        for (name, column) in columns {
            self.text(name);
            // `+ 0.0` makes -0 and 0 one value: JSON readers disagree about the sign of `-0`.
            let bits =
                column.iter().map(|value| value.map_or(f64::NAN.to_bits(), |value| (value + 0.0).to_bits()));
            // One update for the column: one for each value costs more than the hash itself.
            self.0.update(bits.flat_map(u64::to_le_bytes).collect::<Vec<u8>>());
        }
    }

    fn counts(&mut self, counts: Option<&Counts>) {
        let counts = counts.map(|counts| counts.0.as_slice()).unwrap_or_default();
        self.number(counts.len() as u64);
        for count in counts {
            self.number(count.unwrap_or(u64::MAX));
        }
    }

    fn finish(self) -> String {
        let mut hex = String::new();
        for byte in self.0.finalize() {
            // Writing into a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}
