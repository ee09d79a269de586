//! What a machine that may promote does with the health of a canary.

use serde::Serialize;

use super::canary_health::CanaryHealth;
use super::promotion::{PromotionFacts, Says, sources};
use crate::Decision;

/// What the machine does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PromoterAction {
    /// Nothing: it is not switched on.
    Disabled,
    /// Nothing: there is no evidence.
    EvidenceMissing,
    /// It waits.
    Hold,
    /// It takes the canary back.
    Abort,
    /// It goes on.
    Promote,
}

/// Decides. `None` is a canary without evidence.
///
/// Only the first variable of the environment switches it on. A source that does not say auto keeps it from promoting, never
/// from taking back: that is safe whoever is in charge.
#[must_use]
pub fn promoter(facts: &PromotionFacts<'_>, health: Option<&CanaryHealth>) -> PromoterAction {
    let sources = sources(facts);
    if sources.first().map(|(_, says)| says) != Some(&Says::Auto) {
        return PromoterAction::Disabled;
    }
    let Some(health) = health else { return PromoterAction::EvidenceMissing };
    let agreed = sources.iter().all(|(_, says)| matches!(says, Says::Auto | Says::Nothing));
    match health.decision {
        Decision::Rollback => PromoterAction::Abort,
        Decision::Promote if agreed => PromoterAction::Promote,
        Decision::Promote | Decision::Hold => PromoterAction::Hold,
    }
}
