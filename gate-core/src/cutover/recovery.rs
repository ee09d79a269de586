//! Can the evidence be restored, fast enough and unchanged?

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Check, CheckState};
use crate::digest::Digest;
use crate::time::{Instant, format_instant};

/// The name of the check.
pub const RECOVERY: &str = "DR Recovery";

/// How much may be lost, and how long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecoveryLimits {
    /// The recovery time objective, in seconds. Equal is fine.
    pub rto_seconds: f64,
    /// The recovery point objective: how many files may be missing. Equal is fine.
    pub rpo_files: usize,
}

impl Default for RecoveryLimits {
    /// Fifteen minutes, and one file.
    fn default() -> Self {
        Self { rto_seconds: 900.0, rpo_files: 1 }
    }
}

/// What was measured. A fact that was not measured is absent, and never a pass.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryFacts {
    /// Every file of the source, folders included, with its digest. Nothing that the measurement itself put there.
    pub source: Option<BTreeMap<String, Digest>>,
    /// Every file that is in the target after the restore, which started empty.
    pub restored: Option<BTreeMap<String, Digest>>,
    /// From the start of the restore until the last file was there and compared.
    pub seconds: Option<f64>,
    /// When the restore ended.
    #[serde(default, with = "crate::time::rfc3339::option")]
    pub measured_at: Option<Instant>,
    /// How the copies are kept, where that was asked for.
    #[serde(default)]
    pub retention: Option<Retention>,
}

/// How the copies that were restored from are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// The copies that are stored without a lock.
    pub unlocked: Vec<String>,
    /// Until when the others are locked.
    #[serde(default, with = "crate::time::rfc3339::option")]
    pub locked_until: Option<Instant>,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecoveryReport {
    /// What it is worth.
    pub state: CheckState,
    /// How many files the source has.
    pub source_files: Option<usize>,
    /// How long it took.
    pub rto_seconds: Option<f64>,
    /// Whether that is within the limit; unknown without a time.
    pub rto_met: Option<bool>,
    /// The files of the source that were not restored.
    pub lost: Vec<String>,
    /// Whether they are few enough; unknown without both lists.
    pub rpo_met: Option<bool>,
    /// The files that were restored with another digest, or that the source does not have.
    pub differing: Vec<String>,
    /// What is bad, in the order in which it was looked at.
    pub faults: Vec<String>,
    /// What was not measured.
    pub unknown: Vec<String>,
    /// When it was measured.
    #[serde(with = "crate::time::rfc3339::option")]
    pub measured_at: Option<Instant>,
}

/// Judges a restore.
#[must_use]
pub fn measure(facts: &RecoveryFacts, limits: &RecoveryLimits, now: Instant) -> RecoveryReport {
    let mut report = RecoveryReport {
        state: CheckState::Healthy,
        source_files: facts.source.as_ref().map(BTreeMap::len),
        rto_seconds: facts.seconds,
        rto_met: None,
        lost: Vec::new(),
        rpo_met: None,
        differing: Vec::new(),
        faults: Vec::new(),
        unknown: Vec::new(),
        measured_at: facts.measured_at,
    };
    report.files(facts, limits);
    report.time(facts.seconds, limits);
    report.instant(now);
    if let Some(retention) = &facts.retention {
        report.retention(retention, now);
    }
    report.state = match (report.faults.is_empty(), report.unknown.is_empty()) {
        (false, _) => CheckState::Unhealthy,
        (true, false) => CheckState::Unknown,
        (true, true) => CheckState::Healthy,
    };
    report
}

impl RecoveryReport {
    fn files(&mut self, facts: &RecoveryFacts, limits: &RecoveryLimits) {
        if facts.source.as_ref().is_some_and(BTreeMap::is_empty) {
            self.faults.push("source: expected at least one file to restore, found none".to_string());
        }
        let (Some(source), Some(restored)) = (&facts.source, &facts.restored) else {
            let missing = if facts.source.is_none() { "source" } else { "restored" };
            return self.unknown.push(format!("{missing}: expected a list of files, found none"));
        };
        self.lost = source.keys().filter(|name| !restored.contains_key(*name)).cloned().collect();
        let differs = |(name, digest): &(&String, &Digest)| source.get(*name) != Some(*digest);
        self.differing = restored.iter().filter(differs).map(|(name, _)| name.clone()).collect();
        let few = self.lost.len() <= limits.rpo_files;
        // To have lost all of them is not to have lost few.
        let some = self.lost.len() < source.len();
        self.rpo_met = Some(few && some);
        if !few {
            let message =
                format!("expected at most {} lost files, found {}", limits.rpo_files, self.lost.len());
            self.faults.push(format!("rpo: {message}"));
        } else if !some && !source.is_empty() {
            self.faults.push("restored: expected at least one file, found none".to_string());
        }
        for name in &self.differing {
            let expected = source.get(name).map_or("a file of the source", |_| "the digest of the source");
            self.faults.push(format!("{name}: expected {expected}, found another"));
        }
    }

    fn time(&mut self, seconds: Option<f64>, limits: &RecoveryLimits) {
        match seconds {
            _ if !(limits.rto_seconds.is_finite() && limits.rto_seconds > 0.0) => {
                let found = limits.rto_seconds;
                self.faults
                    .push(format!("limits.rto_seconds: expected a finite limit above 0, found {found}"));
            }
            Some(seconds) if seconds.is_finite() && seconds >= 0.0 => {
                let met = seconds <= limits.rto_seconds;
                self.rto_met = Some(met);
                if !met {
                    self.faults
                        .push(format!("rto: expected at most {} s, found {seconds} s", limits.rto_seconds));
                }
            }
            Some(seconds) => {
                self.faults.push(format!("rto: expected a time of 0 s or more, found {seconds}"));
            }
            None => self.unknown.push("rto: expected a measured time, found none".to_string()),
        }
    }

    fn instant(&mut self, now: Instant) {
        match self.measured_at {
            Some(at) if at > now => {
                let (now, at) = (format_instant(now), format_instant(at));
                self.faults.push(format!("measured_at: expected at most {now}, found {at}"));
            }
            Some(_) => {}
            None => self.unknown.push("measured_at: expected an instant, found none".to_string()),
        }
    }

    fn retention(&mut self, retention: &Retention, now: Instant) {
        for name in &retention.unlocked {
            self.faults.push(format!("{name}: expected a copy with a lock, found one without"));
        }
        let now_text = format_instant(now);
        match retention.locked_until {
            Some(until) if until > now => {}
            Some(until) => {
                let until = format_instant(until);
                self.faults.push(format!("locked_until: expected after {now_text}, found {until}"));
            }
            None => self.faults.push(format!("locked_until: expected after {now_text}, found none")),
        }
    }

    /// The report as a check.
    #[must_use]
    pub fn check(&self) -> Check {
        let problem = self.faults.first().or(self.unknown.first());
        let message = problem.cloned().unwrap_or_else(|| {
            let files = self.source_files.unwrap_or(0) - self.lost.len();
            format!(
                "{files} files restored in {:.3} s, {} lost",
                self.rto_seconds.unwrap_or(0.0),
                self.lost.len()
            )
        });
        Check::new(RECOVERY, self.state, message)
            .with("rto_seconds", self.rto_seconds)
            .with("lost", self.lost.clone())
            .with("differing", self.differing.clone())
            .with("faults", self.faults.clone())
            .with("unknown", self.unknown.clone())
            .observed(self.measured_at)
    }
}
