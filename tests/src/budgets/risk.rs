//! Steps through a risk budget.

use gate_core::GateError;
use gate_core::breaker::Signed;
use gate_core::breaker::risk_budget::{Cost, RiskBudget, RiskLimits, Settlement};
use serde::Deserialize;
use serde_json::{Value, json};

/// Something that happens to a budget.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the methods of the budget have these names")]
pub enum Step {
    /// Without a cost, nobody can say what it costs.
    Propose {
        cost: Option<u64>,
    },
    Commit {
        cost: Option<u64>,
    },
    Release {
        cost: u64,
    },
    StartUnit {
        carried: u64,
    },
    Count {
        units: u64,
    },
    /// Without a net result, nobody can say what it is.
    Settle {
        net: Option<i64>,
        units: u64,
    },
    SetLimits {
        limits: RiskLimits,
    },
    Resume {
        actor: String,
        reason: String,
    },
    Reset {
        actor: String,
        reason: String,
    },
    /// Stored as a document, and restored from it; `stored` instead of it, if given. Null: there was none.
    Restore {
        #[serde(default = "itself")]
        stored: Option<String>,
    },
}

const ITSELF: &str = "itself";

#[expect(clippy::unnecessary_wraps, reason = "the type of the field")]
fn itself() -> Option<String> {
    Some(ITSELF.to_owned())
}

/// Takes a step, and returns what the budget answers.
///
/// # Errors
/// Those of the budget.
pub fn take(budget: &mut RiskBudget, step: &Step) -> Result<Value, GateError> {
    let cost = |cost: Option<u64>| cost.map_or(Cost::Unknown, Cost::AtMost);
    Ok(match step {
        Step::Propose { cost: asked } => json!(budget.propose(cost(*asked)).err()),
        Step::Commit { cost: asked } => json!(budget.commit(cost(*asked)).err()),
        Step::Release { cost } => json!(budget.release(*cost)),
        Step::StartUnit { carried } => json!(budget.start_unit(*carried)),
        Step::Count { units } => json!(budget.count(*units)),
        Step::Settle { net, units } => {
            json!(budget.settle(net.map_or(Settlement::Unknown, Settlement::Net), *units))
        }
        Step::SetLimits { limits } => json!(budget.set_limits(*limits)),
        Step::Resume { actor, reason } => json!(budget.resume(&Signed::new(actor, reason)?)?),
        Step::Reset { actor, reason } => json!(budget.reset(&Signed::new(actor, reason)?)),
        Step::Restore { stored } => restore(budget, stored.as_deref()),
    })
}

/// The answer is the error, if the stored bytes could not be used.
fn restore(budget: &mut RiskBudget, stored: Option<&str>) -> Value {
    let own = json!(budget.snapshot()).to_string();
    let stored = stored.map(|text| if text == ITSELF { own.as_str() } else { text });
    let (restored, error) = RiskBudget::restore_or_stopped(budget.limits(), stored.map(str::as_bytes));
    *budget = restored;
    error.map_or(Value::Null, |error| json!({"code": error.code().as_str(), "message": error.to_string()}))
}
