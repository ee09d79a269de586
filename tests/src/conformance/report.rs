//! What became of the rows.

use std::collections::BTreeMap;
use std::fmt;

/// The rows so far. Displayed as the failures, the reasons for skipping and, in the last line, the counts.
#[derive(Debug, Default)]
pub struct Report {
    passed: usize,
    failures: Vec<String>,
    /// Rows by domain and reason.
    skipped: BTreeMap<(String, String), usize>,
    unreadable: usize,
}

impl Report {
    /// Notes a file that could not be read.
    pub fn unreadable(&mut self) {
        self.unreadable += 1;
    }

    pub(super) fn passed(&mut self) {
        self.passed += 1;
    }

    pub(super) fn failed(&mut self, domain: &str, id: &str, difference: &str) {
        self.failures.push(format!("FAIL {domain} {id}: {}", shortened(difference)));
    }

    pub(super) fn skipped(&mut self, domain: &str, reason: String) {
        *self.skipped.entry((domain.to_owned(), reason)).or_default() += 1;
    }

    /// Whether every file was read, some row ran and none failed.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.failures.is_empty() && self.unreadable == 0 && self.passed > 0
    }

    /// The last line of the report.
    #[must_use]
    pub fn summary(&self) -> String {
        let skipped: usize = self.skipped.values().sum();
        format!("{} passed, {} failed, {skipped} skipped", self.passed, self.failures.len())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(f, "{failure}")?;
        }
        for ((domain, reason), count) in &self.skipped {
            writeln!(f, "skipped {count} of {domain}: {reason}")?;
        }
        f.write_str(&self.summary())
    }
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 300;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} ...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
