//! An event script as a document.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Deserializer};

use crate::breaker::{GuardConfig, HoldKind, MetricReading, Outcome};
use crate::document::present;

/// A guard's settings and what happens to it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// What to call it.
    #[serde(default)]
    pub name: String,
    /// What it shows.
    #[serde(default)]
    pub why: String,
    /// The layers and their settings.
    #[serde(default)]
    pub config: GuardConfig,
    /// What happens, in order.
    #[serde(deserialize_with = "crate::document::objects")]
    pub steps: Vec<Step>,
}

/// One event. Which of the fields it takes depends on `do`; a field that it does not take is refused.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When, in seconds of the host's clock; nanoseconds count.
    pub at: f64,
    /// What.
    pub r#do: Act,
    /// How often in a row; the answer is the last one, with the transitions of all.
    #[serde(default, deserialize_with = "present")]
    pub times: Option<u32>,
    /// The name of a permit, to record it later.
    #[serde(default, deserialize_with = "present")]
    pub permit: Option<String>,
    /// How a call ended.
    #[serde(default, deserialize_with = "present")]
    pub outcome: Option<Outcome>,
    /// How long it took.
    #[serde(default, deserialize_with = "present")]
    pub latency_ms: Option<f64>,
    /// Ready-made metrics.
    #[serde(default, deserialize_with = "present")]
    pub metrics: Option<MetricReading>,
    /// Failed requests of a reading of the ladder.
    #[serde(default, deserialize_with = "present")]
    pub failed: Option<u64>,
    /// All requests of a reading of the ladder.
    #[serde(default, deserialize_with = "present")]
    pub total: Option<u64>,
    /// A reading of the panic stop: a number, `null` for a missing one, or a text for one that is no number.
    #[serde(default, deserialize_with = "stated")]
    pub value: Option<Value>,
    /// Who.
    #[serde(default, deserialize_with = "present")]
    pub actor: Option<String>,
    /// Why.
    #[serde(default, deserialize_with = "present")]
    pub reason: Option<String>,
    /// What a hold does.
    #[serde(default, deserialize_with = "present")]
    pub kind: Option<HoldKind>,
    /// Seconds until a hold ends.
    #[serde(default, deserialize_with = "present")]
    pub expires_in: Option<f64>,
    /// A condition of the panic stop.
    #[serde(default, deserialize_with = "present")]
    pub condition: Option<String>,
    /// Seconds that it was away; a clock that was set back in between makes them negative.
    #[serde(default, deserialize_with = "present")]
    pub elapsed: Option<f64>,
    /// What was stored instead of the state: a text, or `null` for nothing.
    #[serde(default, deserialize_with = "stated")]
    pub state: Option<Option<String>>,
    /// New settings.
    #[serde(default, deserialize_with = "present")]
    pub config: Option<GuardConfig>,
    /// What the answer must contain.
    #[serde(default, deserialize_with = "present")]
    pub expect: Option<serde_json::Value>,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Asks for a call; the permit is kept under `permit`, or forgotten.
    Acquire,
    /// Records the outcome of a permit.
    Record,
    /// Asks for a call and records its `outcome` at once.
    Call,
    /// Counts a call that was not asked for.
    Sample,
    /// Takes ready-made `metrics`.
    Check,
    /// Takes a reading of the ladder: `failed` of `total`, or none.
    Level,
    /// Takes a reading of the panic stop.
    Reading,
    /// Latches the panic stop: by `actor` and `reason`, or for a `condition`.
    Trip,
    /// Says that a condition no longer holds.
    Settle,
    /// Clears the panic stop.
    Reset,
    /// Places a hold of a `kind`.
    Hold,
    /// Lifts a hold.
    Release,
    /// Lets time pass.
    Tick,
    /// Looks, and changes nothing.
    Status,
    /// Stores the state and comes back from it after `elapsed`, on a clock that says `at`.
    Restart,
    /// Takes other settings.
    Configure,
}

/// A reading of the panic stop.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A number.
    Number(f64),
    /// Something else.
    Text(String),
    /// Nothing.
    Nothing(()),
}

/// A field that is there, even if it is `null`.
fn stated<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}
