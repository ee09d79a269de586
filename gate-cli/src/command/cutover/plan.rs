//! What is to be checked, and where it stands.

use std::path::PathBuf;
use std::time::Duration;

use gate_core::cutover::canary_health::HealthRule;
use gate_core::{ErrorCode, GateError};
use serde::Deserialize;

use super::policies::signature_of;
use crate::duration::Time;
use crate::process::Program;

/// The `schema_version` of the document.
const SCHEMA: &str = "tsfm_gate.cutover.v1";

/// How long a check may take unless its part says otherwise.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The document of `readiness` and `preflight`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    pub(super) schema_version: String,
    /// How old what was measured may be.
    pub(super) max_age: Option<Time>,
    pub(super) readyz: Option<ReadyzPart>,
    pub(super) evidence: Option<EvidencePart>,
    pub(super) keys: Option<KeysPart>,
    pub(super) breaker: Option<BreakerPart>,
    pub(super) canary: Option<CanaryPart>,
    pub(super) promotion: Option<PromotionPart>,
    pub(super) recovery: Option<RecoveryPart>,
    pub(super) signatures: Option<SignaturesPart>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadyzPart {
    pub(super) url: String,
    #[serde(default)]
    pub(super) allow_http: bool,
    pub(super) timeout: Option<Time>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EvidencePart {
    pub(super) dir: PathBuf,
    pub(super) key_file: Option<PathBuf>,
    pub(super) max_age: Option<Time>,
    pub(super) timeout: Option<Time>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeysPart {
    pub(super) file: Option<PathBuf>,
    pub(super) env: Option<String>,
    pub(super) timeout: Option<Time>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BreakerPart {
    pub(super) state: PathBuf,
    pub(super) timeout: Option<Time>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CanaryPart {
    pub(super) snapshot: PathBuf,
    pub(super) stage: String,
    pub(super) policy: Option<PathBuf>,
    pub(super) windows: Option<usize>,
    pub(super) max_burst: Option<f64>,
    pub(super) min_samples: Option<u64>,
    pub(super) min_minutes: Option<u64>,
    pub(super) timeout: Option<Time>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PromotionPart {
    pub(super) marker: PathBuf,
    pub(super) file: Option<PathBuf>,
    pub(super) timeout: Option<Time>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecoveryPart {
    pub(super) source: PathBuf,
    pub(super) restore: Program,
    pub(super) target: PathBuf,
    pub(super) timeout: Option<Time>,
    pub(super) rto: Option<Time>,
    pub(super) rpo: Option<usize>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignaturesPart {
    pub(super) files: Vec<PathBuf>,
    pub(super) key_file: PathBuf,
    pub(super) timeout: Option<Time>,
}

impl Plan {
    /// Refuses a document of another kind.
    pub(super) fn known(self) -> Result<Self, GateError> {
        if self.schema_version == SCHEMA {
            return Ok(self);
        }
        let found = format!("`{}`", self.schema_version.escape_debug());
        Err(GateError::new(ErrorCode::SchemaVersion, "schema_version", format!("`{SCHEMA}`"), found))
    }

    /// The files and folders that the checks read, and the folder that a restore fills.
    pub(super) fn inputs(&self) -> Vec<PathBuf> {
        let mut inputs: Vec<PathBuf> = Vec::new();
        if let Some(part) = &self.evidence {
            inputs.push(part.dir.clone());
            inputs.extend(part.key_file.clone());
        }
        inputs.extend(self.keys.iter().filter_map(|part| part.file.clone()));
        inputs.extend(self.breaker.iter().map(|part| part.state.clone()));
        inputs.extend(self.canary.iter().flat_map(CanaryPart::inputs));
        if let Some(part) = &self.promotion {
            inputs.push(part.marker.clone());
            inputs.extend(part.file.clone());
        }
        inputs.extend(self.recovery.iter().flat_map(|part| [part.source.clone(), part.target.clone()]));
        if let Some(part) = &self.signatures {
            inputs.extend(part.files.iter().flat_map(|file| [file.clone(), signature_of(file)]));
            inputs.push(part.key_file.clone());
        }
        inputs
    }

    /// The places that the documents name, for whoever gives no plan.
    pub(super) fn documents_own() -> Self {
        let url = std::env::var("READYZ_URL").unwrap_or_else(|_| "http://localhost:8080/readyz".to_owned());
        Self {
            schema_version: SCHEMA.to_owned(),
            max_age: None,
            readyz: Some(ReadyzPart { url, allow_http: false, timeout: None }),
            evidence: Some(EvidencePart {
                dir: "var/evidence".into(),
                key_file: None,
                max_age: None,
                timeout: None,
            }),
            keys: Some(KeysPart {
                file: None,
                env: Some("DECISIONOS_POLICY_KEYS".to_owned()),
                timeout: None,
            }),
            breaker: Some(BreakerPart { state: "var/runtime/breaker.json".into(), timeout: None }),
            canary: Some(CanaryPart {
                snapshot: "var/canary/snapshot.json".into(),
                stage: "canary_25".to_owned(),
                policy: None,
                windows: None,
                max_burst: None,
                min_samples: None,
                min_minutes: None,
                timeout: None,
            }),
            promotion: Some(PromotionPart {
                marker: "var/runtime/manual_promotion.flag".into(),
                file: Some(".env".into()),
                timeout: None,
            }),
            recovery: None,
            signatures: None,
        }
    }
}

impl CanaryPart {
    /// The files that the check reads.
    pub(super) fn inputs(&self) -> Vec<PathBuf> {
        [Some(self.snapshot.clone()), self.policy.clone()].into_iter().flatten().collect()
    }

    pub(super) fn rule(&self) -> HealthRule {
        let default = HealthRule::default();
        HealthRule {
            windows: self.windows.unwrap_or(default.windows),
            max_burst: self.max_burst.unwrap_or(default.max_burst),
            min_samples: self.min_samples.unwrap_or(default.min_samples),
            min_minutes: self.min_minutes.unwrap_or(default.min_minutes),
        }
    }
}

/// How long a part may take.
pub(super) fn limit(timeout: Option<Time>) -> Duration {
    timeout.map_or(TIMEOUT, |time| time.0)
}
