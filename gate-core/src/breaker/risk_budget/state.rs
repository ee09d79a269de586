//! A risk budget as a document.

use alloc::format;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::RiskBudget;
use super::limit::RiskLimits;
use super::stop::{RiskCause, RiskStop};
use crate::breaker::state_version;
use crate::document::{from_json_tree, from_node, present};
use crate::{ErrorCode, GateError};

/// The `schema_version` of this document.
pub const RISK_BUDGET_SCHEMA: &str = "tsfm_gate.breaker.risk_budget.v1";

/// The figures of a budget. Nothing in it depends on time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskBudgetState {
    /// `tsfm_gate.breaker.risk_budget.v1`.
    pub schema_version: String,
    /// Gains less losses.
    pub net: i64,
    /// Committed and not settled.
    pub committed: u64,
    /// Units of work.
    pub units: u64,
    /// The stop, if it is stopped.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub stop: Option<RiskStop>,
}

/// What a risk budget says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RiskBudgetStatus {
    /// The limits.
    pub limits: RiskLimits,
    /// Gains less losses.
    pub net: i64,
    /// What was lost, less what was gained; 0 where more was gained.
    pub spent: u64,
    /// Committed and not settled.
    pub committed: u64,
    /// Units of work.
    pub units: u64,
    /// What may still be committed; null without a limit.
    pub remaining_loss: Option<u64>,
    /// How many units may still be begun; null without a limit.
    pub remaining_units: Option<u64>,
    /// The stop, if it is stopped.
    pub stop: Option<RiskStop>,
}

impl RiskBudget {
    /// Everything, read without a change.
    #[must_use]
    pub const fn status(&self) -> RiskBudgetStatus {
        RiskBudgetStatus {
            limits: self.limits,
            net: self.net,
            spent: self.spent(),
            committed: self.committed,
            units: self.units,
            remaining_loss: self.limits.loss.left(self.spent().saturating_add(self.committed)),
            remaining_units: self.limits.units.left(self.units),
            stop: self.stop,
        }
    }

    /// The state to store.
    #[must_use]
    pub fn snapshot(&self) -> RiskBudgetState {
        RiskBudgetState {
            schema_version: RISK_BUDGET_SCHEMA.into(),
            net: self.net,
            committed: self.committed,
            units: self.units,
            stop: self.stop,
        }
    }

    /// Goes on from a stored state. Limits that do not hold stop it, and a stop stays.
    ///
    /// # Errors
    /// `schema-version`, and `contradiction` for a stop without its cause.
    pub fn restore(limits: RiskLimits, state: &RiskBudgetState) -> Result<Self, GateError> {
        state_version(&state.schema_version, RISK_BUDGET_SCHEMA)?;
        if let Some(stop) = state.stop.filter(|stop| !stop.is_sound()) {
            let expected = format!("the cause `{}` among the causes", stop.first);
            return Err(GateError::new(ErrorCode::Contradiction, "stop.first", expected, "none of it"));
        }
        let RiskBudgetState { net, committed, units, stop, .. } = *state;
        let mut budget = Self { limits, net, committed, units, stop };
        budget.look();
        Ok(budget)
    }

    /// Goes on from stored bytes. Where there are none, or they cannot be read, it is stopped: what was
    /// lost is not known. The error says why.
    #[must_use]
    pub fn restore_or_stopped(limits: RiskLimits, stored: Option<&[u8]>) -> (Self, Option<GateError>) {
        let missing = || GateError::new(ErrorCode::MissingField, "", "a stored risk budget", "nothing");
        let read = |bytes| from_node(&from_json_tree(bytes)?);
        let restored = stored
            .ok_or_else(missing)
            .and_then(read)
            .and_then(|state: RiskBudgetState| Self::restore(limits, &state));
        restored.map_or_else(
            |error| {
                let stop = Some(RiskStop::of(RiskCause::UnreadableState));
                (Self { stop, ..Self::new(limits) }, Some(error))
            },
            |budget| (budget, None),
        )
    }
}
