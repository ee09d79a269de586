//! Observations that speak against going on, and notes that do not count.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::Decision;
use crate::code::codes;

codes! {
    /// What kind of observation speaks against promotion.
    FindingCode {
        TriggerFired = "trigger-fired",
            "A metric stayed above a trigger's limit for as long as the trigger needs.",
            "Shift the traffic to the baseline, keep the logs of the windows named, and open an incident.";
        GateExceeded = "gate-exceeded",
            "A metric was above a gate's limit in the clean period.",
            "Hold the stage, find the cause, and wait until the period is clean again.";
        WindowMissing = "window-missing",
            "A window of the clean period has no value for a metric that a rule needs.",
            "Find out why the metric was not measured; missing evidence never promotes.";
        MetricAbsent = "metric-absent",
            "The snapshot does not have a metric that a rule needs.",
            "Export the metric, or check its name.";
        WindowInsufficient = "window-insufficient",
            "A window of the clean period has fewer requests than the metric needs to be believed.",
            "Send more traffic, or wait for busier windows; the floor is the policy's `min_samples`.";
        WindowDrilled = "window-drilled",
            "A window of the clean period lies in a planned drill, and so proves nothing.",
            "Wait until enough windows after the drill are clean.";
        CoverageShort = "coverage-short",
            "The clean period reaches back to before the first window of the stage.",
            "Wait until the stage has run long enough, or export more windows.";
        CoverageLate = "coverage-late",
            "Windows between the last one of the snapshot and the decision instant are not there.",
            "Export a newer snapshot, or give the instant it was made as `--now`.";
        Stale = "stale",
            "The last window is older than the policy's `max_age`.",
            "Export a newer snapshot; old evidence does not show that the stage is clean now.";
    }
}

codes! {
    /// What kind of observation is worth knowing without counting.
    NoteCode {
        MetricNotJudged = "metric-not-judged",
            "The snapshot has a metric that no rule of the policy mentions.",
            "Nothing, or add a rule for it.";
        BaselineNotJudged = "baseline-not-judged",
            "The snapshot has a baseline, and no rule of the policy compares with it.",
            "Nothing; the values are checked and carried, not judged.";
        EarlierBreach = "earlier-breach",
            "A metric was above a gate's limit before the clean period began.",
            "Nothing now; it explains why a stage took longer.";
        WindowBeforeStage = "window-before-stage",
            "Windows from before the stage began are ignored.",
            "Nothing.";
        WindowUnfinished = "window-unfinished",
            "The last window ends after the decision instant: triggers see it, the clean period does not.",
            "Nothing.";
        Undated = "undated-windows",
            "The snapshot has no window times, so gaps and age cannot be seen.",
            "Add `start` or `window_starts`.";
        RateComputed = "rate-computed",
            "A rate was computed from `events` and `samples`, and the given one was not used.",
            "Nothing, unless the two should agree.";
    }
}

/// One observation that speaks against promotion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What kind of observation it is.
    pub code: FindingCode,
    /// The policy's reason, as it stands in `rollback_reasons` or `gate_fail_reasons`.
    pub reason: String,
    /// The rule's path in the policy, like `triggers[0]`; none for coverage and age.
    pub rule: Option<String>,
    /// The metric it is about; none where it is about a window as a whole.
    pub metric: Option<String>,
    /// First and last window as indices into the snapshot's arrays; none where no such window exists.
    pub windows: Option<[usize; 2]>,
    /// How many windows it counts.
    pub count: usize,
    /// Start of the first window, RFC 3339; none in an undated snapshot.
    pub from: Option<String>,
    /// End of the last window, RFC 3339; none in an undated snapshot.
    pub to: Option<String>,
    /// The worst value seen, in the metric's unit (minutes for age, requests for samples).
    pub observed: Option<f64>,
    /// The limit that the value was held against, in the same unit.
    pub limit: Option<f64>,
    /// For triggers: how long the metric stayed above its limit, in minutes.
    pub run_minutes: Option<u64>,
    /// For triggers and coverage: how long it takes to fire, or to be enough, in minutes.
    pub needed_minutes: Option<u64>,
    /// What would have to be different for this finding not to be there.
    pub would_pass_if: String,
}

impl Finding {
    /// What this finding alone leads to: a rollback for a fired trigger, else a hold.
    #[must_use]
    pub const fn decision(&self) -> Decision {
        match self.code {
            FindingCode::TriggerFired => Decision::Rollback,
            _ => Decision::Hold,
        }
    }
}

/// One observation that is worth knowing and does not count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// What kind of observation it is.
    pub code: NoteCode,
    /// The metric it is about, if it is about one.
    pub metric: Option<String>,
    /// First and last window as indices into the snapshot's arrays, if it is about windows.
    pub windows: Option<[usize; 2]>,
    /// One sentence for people.
    pub message: String,
}
