//! What a component must be like.

use alloc::format;

use serde::{Deserialize, Serialize};

use super::HealthState;
use crate::breaker::Name;
use crate::breaker::ratio::{Millionths, ratio};
use crate::document::{Table, field};
use crate::error::{ErrorCode, GateError};

/// The longest time in milliseconds: a year.
const MOST_MS: u64 = 366 * 24 * 60 * 60 * 1000;
const NS_PER_MS: u64 = 1_000_000;
/// The most components, and the largest window of a rate.
const MOST_COMPONENTS: usize = 256;
const MOST_WINDOW: u32 = 1024;

/// The components that a service needs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthConfig {
    /// Each with its rule, in the order in which they are reported.
    pub components: Table<ComponentConfig>,
}

/// The rule of a component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ComponentConfig {
    /// A word older than this is stale. Default 30 000.
    pub max_age_ms: u64,
    /// What a stale one is worth. Default failed.
    pub stale: HealthState,
    /// What one is worth that never spoke. Default degraded: at a start nothing has spoken yet, and that alone should
    /// not call for a person.
    pub missing: HealthState,
    /// What one is worth whose last word is no number, or comes from the future. Default failed.
    pub invalid: HealthState,
    /// What the last value must satisfy.
    pub limit: Option<Limit>,
    /// What the share of failures must satisfy.
    pub failures: Option<RateLimit>,
    /// How long a fault speaks against it, unless somebody acknowledges it. Default 60 000.
    pub faults_for_ms: u64,
    /// Whether a word that was measured before the last one replaces it. Default false.
    pub accept_late: bool,
}

/// Limits of a value. Equal to a limit is good.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Not under this.
    #[serde(default)]
    pub at_least: Option<f64>,
    /// Not above this.
    #[serde(default)]
    pub at_most: Option<f64>,
}

/// A limit of the share of failures among the last outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// The share that is still good, as a ratio: 0.2. At most six decimals.
    pub at_most: f64,
    /// How many outcomes are looked at, at most 1024. Default 100.
    #[serde(default = "hundred")]
    pub window: u32,
}

const fn hundred() -> u32 {
    100
}

impl Default for ComponentConfig {
    fn default() -> Self {
        Self {
            max_age_ms: 30_000,
            stale: HealthState::Failed,
            missing: HealthState::Degraded,
            invalid: HealthState::Failed,
            limit: None,
            failures: None,
            faults_for_ms: 60_000,
            accept_late: false,
        }
    }
}

impl HealthConfig {
    /// Refuses a fold that could only be healthy, or whose rules mean nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::EmptyInput`] without components; otherwise a code for the first rule that is wrong, with its path.
    pub fn validate(&self) -> Result<(), GateError> {
        let count = self.components.0.len();
        if count == 0 {
            return Err(GateError::new(ErrorCode::EmptyInput, "components", "at least 1 component", "none"));
        }
        if count > MOST_COMPONENTS {
            let expected = format!("at most {MOST_COMPONENTS} components");
            return Err(GateError::new(ErrorCode::InputTooLarge, "components", expected, count));
        }
        for (index, (name, component)) in self.components.0.iter().enumerate() {
            let path = field("components", name);
            if self.components.0.iter().take(index).any(|(known, _)| known == name) {
                return Err(GateError::new(
                    ErrorCode::DuplicateKey,
                    path,
                    "each component once",
                    "a second one",
                ));
            }
            Name::new(name).map_err(|error| {
                GateError::new(error.code(), path.clone(), error.expected(), error.found())
            })?;
            component.validate(&path)?;
        }
        Ok(())
    }
}

impl ComponentConfig {
    fn validate(&self, path: &str) -> Result<(), GateError> {
        let refuse = |name: &str, expected: &str, found: &dyn core::fmt::Display| {
            Err(GateError::new(ErrorCode::OutOfRange, field(path, name), expected, format!("{found}")))
        };
        if self.max_age_ms == 0 || self.max_age_ms > MOST_MS {
            return refuse("max_age_ms", "1 to 31622400000 milliseconds (366 days)", &self.max_age_ms);
        }
        if self.faults_for_ms > MOST_MS {
            return refuse(
                "faults_for_ms",
                "at most 31622400000 milliseconds (366 days)",
                &self.faults_for_ms,
            );
        }
        for (name, state) in [("stale", self.stale), ("missing", self.missing), ("invalid", self.invalid)] {
            if state == HealthState::Healthy {
                return refuse(name, "degraded or failed", &state);
            }
        }
        if let Some(failures) = self.failures {
            failures.millionths(&field(path, "failures.at_most"))?;
            if failures.window == 0 || failures.window > MOST_WINDOW {
                return refuse("failures.window", "1 to 1024 outcomes", &failures.window);
            }
        }
        self.limit.map_or(Ok(()), |limit| limit.validate(&field(path, "limit")))
    }

    pub(super) const fn max_age(&self) -> u64 {
        self.max_age_ms.saturating_mul(NS_PER_MS)
    }

    pub(super) const fn faults_for(&self) -> u64 {
        self.faults_for_ms.saturating_mul(NS_PER_MS)
    }
}

impl Limit {
    fn validate(&self, path: &str) -> Result<(), GateError> {
        let finite = |limit: Option<f64>| limit.is_none_or(f64::is_finite);
        let some = self.at_least.is_some() || self.at_most.is_some();
        let ordered = !matches!((self.at_least, self.at_most), (Some(least), Some(most)) if least > most);
        if some && ordered && finite(self.at_least) && finite(self.at_most) {
            return Ok(());
        }
        let expected = "finite numbers: at_least, at_most, or both in this order";
        let found = format!("at_least {:?}, at_most {:?}", self.at_least, self.at_most);
        Err(GateError::new(ErrorCode::OutOfRange, path, expected, found))
    }
}

impl RateLimit {
    /// Whether so many failures are too many.
    pub(super) fn is_exceeded_by(&self, failed: u32, total: u32) -> bool {
        // A share that no validation let through lets no failure through.
        let most = self.millionths("").unwrap_or(Millionths(0));
        most.is_exceeded_by(failed.into(), total.into())
    }

    fn millionths(&self, path: &str) -> Result<Millionths, GateError> {
        ratio(path, self.at_most, 1_000_000)
    }
}
