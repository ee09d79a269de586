//! What is legal in a policy but probably not meant.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::{Policy, Unit};
use crate::code::codes;
use crate::document::field;
use crate::time::human_minutes;

codes! {
    /// What looks wrong about a policy that is valid.
    WarningCode {
        TriggerWithoutGate = "trigger-without-gate",
            "A metric can roll back but never holds, so that it may sit at the trigger's limit and be promoted.",
            "Add a gate for the metric.";
        GateWithoutTrigger = "gate-without-trigger",
            "A metric can hold but never roll back, however bad it gets.",
            "Add a trigger for the metric.";
        NoTriggers = "no-triggers",
            "The policy can never roll back.",
            "Add triggers, or roll back by other means.";
        UnusedMetric = "unused-metric",
            "No rule names the metric.",
            "Remove it, or add a rule.";
        NeverFails = "never-fails",
            "The limit is the largest value that the unit allows, so the rule decides nothing.",
            "Lower the limit, or remove the rule.";
        ShadowedGate = "shadowed-gate",
            "A stricter gate holds for the same metric and stage.",
            "Remove the laxer gate.";
        SafetyGateNotZero = "safety-gate-not-zero",
            "A safety metric may be above zero and pass.",
            "Set the limit to 0.";
        RoundedUp = "rounded-up",
            "A trigger's minutes are no whole number of windows and are rounded up.",
            "State the persistence in windows, or as a multiple of the window.";
        UnreachableStage = "unreachable-stage",
            "No stage leads to this one, and it is not the first.",
            "Name it as the `next` of a stage.";
        TriggerLongerThanStage = "trigger-longer-than-stage",
            "A trigger needs longer than the whole clean period of a stage.",
            "Shorten the trigger, or lengthen the stage.";
    }
}

/// Something legal but suspicious.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// What kind of suspicion it is.
    pub code: WarningCode,
    /// The path in the policy.
    pub path: String,
    /// One sentence for people.
    pub message: String,
}

fn warn(code: WarningCode, path: impl Into<String>, message: String) -> Warning {
    Warning { code, path: path.into(), message }
}

pub(super) fn lint(policy: &Policy) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if policy.triggers.is_empty() {
        warnings.push(warn(WarningCode::NoTriggers, "triggers", "no trigger can roll back".into()));
    }
    warnings.extend(metrics(policy));
    warnings.extend(stages(policy));
    warnings.extend(gates(policy));
    warnings.extend(triggers(policy));
    warnings
}

fn metrics(policy: &Policy) -> impl Iterator<Item = Warning> {
    policy.metrics.iter().enumerate().filter_map(|(index, metric)| {
        let gated = policy.gates.iter().any(|gate| gate.metric == index);
        let triggered = policy.triggers.iter().any(|trigger| trigger.metric == index);
        let name = &metric.name;
        let (code, message) = match (gated, triggered) {
            (false, false) => (WarningCode::UnusedMetric, format!("no rule names `{name}`")),
            (false, true) => (WarningCode::TriggerWithoutGate, format!("`{name}` has a trigger and no gate")),
            // Without any trigger the policy as a whole is warned about.
            (true, false) if !policy.triggers.is_empty() => {
                (WarningCode::GateWithoutTrigger, format!("`{name}` has a gate and no trigger"))
            }
            _ => return None,
        };
        Some(warn(code, field("metrics", name), message))
    })
}

fn stages(policy: &Policy) -> impl Iterator<Item = Warning> {
    policy.stages.iter().skip(1).filter_map(|stage| {
        let reached = policy.stages.iter().any(|from| from.next.as_deref() == Some(&stage.name));
        let message = format!("no stage has `next: {}`", stage.name);
        (!reached).then(|| warn(WarningCode::UnreachableStage, field("stages", &stage.name), message))
    })
}

fn gates(policy: &Policy) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for gate in &policy.gates {
        let Some(metric) = policy.metrics.get(gate.metric) else {
            continue;
        };
        let path = format!("{}.at_most", gate.rule);
        if metric.unit == Unit::Ratio && gate.at_most >= 1.0 {
            let message = format!("`{}` is never above 1", metric.name);
            warnings.push(warn(WarningCode::NeverFails, path.as_str(), message));
        }
        if metric.safety && gate.at_most > 0.0 {
            let message = format!("`{}` is a safety metric and may be above 0", metric.name);
            warnings.push(warn(WarningCode::SafetyGateNotZero, path.as_str(), message));
        }
        let stricter = policy.gates.iter().find(|other| {
            let covers = other.stage.is_none() || other.stage == gate.stage;
            covers && other.metric == gate.metric && other.at_most < gate.at_most
        });
        if let Some(other) = stricter {
            let message = format!("{} asks for less of `{}` in the same stage", other.rule, metric.name);
            warnings.push(warn(WarningCode::ShadowedGate, path, message));
        }
    }
    warnings
}

fn triggers(policy: &Policy) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let window = u64::from(policy.window_minutes());
    for (trigger, doc) in policy.triggers.iter().zip(&policy.doc.triggers) {
        let minutes = trigger.needed as u64 * window;
        let Some(metric) = policy.metrics.get(trigger.metric) else {
            continue;
        };
        if metric.unit == Unit::Ratio && trigger.above >= 1.0 {
            let message = format!("`{}` is never above 1", metric.name);
            warnings.push(warn(WarningCode::NeverFails, format!("{}.above", trigger.rule), message));
        }
        if let Some(given) = doc.minutes.filter(|given| u64::from(*given) != minutes) {
            let message = format!("{given} minutes take {} windows, {minutes} minutes", trigger.needed);
            warnings.push(warn(WarningCode::RoundedUp, format!("{}.minutes", trigger.rule), message));
        }
        let watched = |stage: &&super::Stage| trigger.stage.is_none_or(|only| only == stage.index);
        let shorter =
            policy.stages.iter().filter(watched).find(|stage| u64::from(stage.clean_for.minutes()) < minutes);
        if let Some(stage) = shorter {
            let message =
                format!("needs {}, `{}` lasts {}", human_minutes(minutes), stage.name, stage.clean_for);
            warnings.push(warn(WarningCode::TriggerLongerThanStage, trigger.rule.as_str(), message));
        }
    }
    warnings
}
