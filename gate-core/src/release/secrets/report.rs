//! The scans of all artifacts of a release, and whether they pass.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::allow::Allowed;
use super::finding::SecretFinding;
use crate::document::quoted;
use crate::problem::Problem;
use crate::release::GateVerdict;
use crate::time::Instant;

/// What became of one artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactScan {
    /// It was scanned whole.
    Scanned {
        /// How many bytes it has.
        bytes: u64,
        /// What was found.
        findings: Vec<SecretFinding>,
    },
    /// It could not be scanned, or not whole.
    Unreadable(String),
}

/// One artifact of the release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Artifact {
    /// Its name, as the release lists it.
    pub name: String,
    /// What became of it.
    pub scan: ArtifactScan,
}

/// A finding with the artifact that it is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundSecret {
    /// The name of the artifact.
    pub artifact: String,
    /// What was found in it.
    #[serde(flatten)]
    pub finding: SecretFinding,
}

/// The report document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretReport {
    /// Pass only if every artifact of the release was scanned and nothing was found that nobody answers for.
    pub verdict: GateVerdict,
    /// How many artifacts were scanned.
    pub scanned: usize,
    /// How many bytes they have.
    pub bytes: u64,
    /// What was found.
    pub findings: Vec<FoundSecret>,
    /// What was found and is answered for.
    pub allowed: Vec<FoundSecret>,
    /// What else is wrong.
    pub problems: Vec<Problem>,
}

/// Judges the scans of a release that consists of `manifest`, every name once.
#[must_use]
pub fn judge(manifest: &[String], artifacts: &[Artifact], allowed: &[Allowed], now: Instant) -> SecretReport {
    let mut report = SecretReport {
        verdict: GateVerdict::Pass,
        scanned: 0,
        bytes: 0,
        findings: Vec::new(),
        allowed: Vec::new(),
        problems: Vec::new(),
    };
    for artifact in artifacts {
        read(artifact, allowed, now, &mut report);
    }
    report.problems.extend(not_scanned_once(manifest, artifacts));
    if report.scanned == 0 {
        report.problems.push(Problem::new("artifacts", "at least one scanned artifact", "none"));
    } else if report.bytes == 0 {
        report.problems.push(Problem::new("artifacts", "at least one byte in all", "empty ones"));
    }
    report.problems.extend(no_excuses(allowed, now));
    report.verdict = match (report.findings.is_empty(), report.problems.is_empty()) {
        (false, _) => GateVerdict::Fail,
        (true, false) => GateVerdict::Inconclusive,
        (true, true) => GateVerdict::Pass,
    };
    report
}

/// The names of the manifest that were not scanned, or more than once.
fn not_scanned_once(manifest: &[String], artifacts: &[Artifact]) -> Vec<Problem> {
    let mut scans: BTreeMap<&str, usize> = BTreeMap::new();
    for artifact in artifacts {
        *scans.entry(&artifact.name).or_default() += 1;
    }
    let count = |name: &String| scans.get(name.as_str()).copied().unwrap_or(0);
    let wrong = manifest.iter().map(|name| (name, count(name))).filter(|(_, count)| *count != 1);
    wrong.map(|(name, count)| Problem::new(quoted(name), "one scan", format!("{count} scans"))).collect()
}

/// The entries of the allow-list that excuse nothing: nobody answers for them, or not any more.
fn no_excuses(allowed: &[Allowed], now: Instant) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, entry) in allowed.iter().enumerate() {
        problems.extend(entry.problems(&format!("allowed[{index}]")));
        if entry.until <= now {
            let found = crate::time::format_instant(entry.until);
            problems.push(Problem::new(format!("allowed[{index}].until"), "an instant to come", found));
        }
    }
    problems
}

fn read(artifact: &Artifact, allowed: &[Allowed], now: Instant, report: &mut SecretReport) {
    match &artifact.scan {
        ArtifactScan::Unreadable(why) => {
            report.problems.push(Problem::new(quoted(&artifact.name), "a whole scan", why.as_str()));
        }
        ArtifactScan::Scanned { bytes, findings } => {
            report.scanned += 1;
            report.bytes = report.bytes.saturating_add(*bytes);
            for finding in findings {
                let entry = FoundSecret { artifact: artifact.name.clone(), finding: finding.clone() };
                if allowed.iter().any(|allowed| allowed.excuses(&artifact.name, finding, now)) {
                    report.allowed.push(entry);
                } else {
                    report.findings.push(entry);
                }
            }
        }
    }
}
