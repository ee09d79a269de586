//! The reasons of a policy in words.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Policy, STALE_REASON, Stage};
use crate::FindingCode;
use crate::quantity::shown;
use crate::time::human_minutes;

impl Policy {
    /// Every reason that a verdict of this policy can have, in policy order.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let triggers = self.triggers.iter().map(|trigger| trigger.reason.clone());
        let gates = self.gates.iter().map(|gate| gate.reason.clone());
        let mut reasons: Vec<String> = triggers.chain(gates).collect();
        for reason in self.stages.iter().map(Self::clean_reason) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons.push(STALE_REASON.to_string());
        reasons
    }

    /// The kind of a reason, what it means, and the finding that it stands for.
    pub(crate) fn explain_reason(&self, reason: &str) -> Option<(&'static str, String, FindingCode)> {
        let trigger = self.triggers.iter().find(|trigger| trigger.reason == reason).map(|trigger| {
            let lasted = human_minutes(trigger.needed as u64 * u64::from(self.window_minutes()));
            let means =
                format!("`{}` stayed above {} for {lasted} in a row.", trigger.name, shown(trigger.above));
            ("rollback reason", means, FindingCode::TriggerFired)
        });
        let gate = || {
            let gate = self.gates.iter().find(|gate| gate.reason == reason)?;
            let stage = gate.stage.and_then(|index| self.stages.get(index)).map(Stage::name);
            let where_ = stage.map_or(String::new(), |stage| format!(" of {stage}"));
            let means =
                format!("`{}` was above {} in the clean period{where_}.", gate.name, shown(gate.at_most));
            Some(("gate reason", means, FindingCode::GateExceeded))
        };
        let clean = || {
            let stage = self.stages.iter().find(|stage| Self::clean_reason(stage) == reason)?;
            let means = format!(
                "Not every window of the last {} is there, measured, believable and free of drills.",
                stage.clean_for
            );
            Some(("gate reason", means, FindingCode::CoverageShort))
        };
        let stale = || {
            let means = format!("The last window ended more than {} before the decision.", self.max_age);
            (reason == STALE_REASON).then_some(("gate reason", means, FindingCode::Stale))
        };
        trigger.or_else(gate).or_else(clean).or_else(stale)
    }
}
