//! The plan of a rotation: when each key moves on, and what is to be done next.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::KeyState;
use crate::document::quoted;
use crate::time::{Instant, Span, rfc3339};
use crate::{ErrorCode, GateError};

/// The `schema_version` of a plan.
pub const ROTATION_SCHEMA: &str = "tsfm_gate.rotation.v1";

/// When one key enters each state. Every state lasts from its instant up to the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyLife {
    /// The id.
    pub key_id: String,
    /// From here on everybody who verifies knows it.
    #[serde(with = "rfc3339")]
    pub incoming: Instant,
    /// From here on it signs.
    #[serde(with = "rfc3339")]
    pub active: Instant,
    /// From here on it only verifies. None: no successor is planned.
    #[serde(default, with = "rfc3339::option")]
    pub grace: Option<Instant>,
    /// From here on it does nothing.
    #[serde(default, with = "rfc3339::option")]
    pub retired: Option<Instant>,
}

impl KeyLife {
    /// When it enters a state; none if that is not planned.
    #[must_use]
    pub const fn enters(&self, state: KeyState) -> Option<Instant> {
        match state {
            KeyState::Incoming => Some(self.incoming),
            KeyState::Active => Some(self.active),
            KeyState::Grace => self.grace,
            KeyState::Retired => self.retired,
        }
    }

    /// The state at an instant; none before it is incoming.
    #[must_use]
    pub fn state_at(&self, instant: Instant) -> Option<KeyState> {
        let entered = |state: &KeyState| self.enters(*state).is_some_and(|at| at <= instant);
        KeyState::ALL.into_iter().take_while(entered).last()
    }
}

/// A plan. To have one says nothing yet: [`RotationPlan::prove`] does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationPlan {
    /// `tsfm_gate.rotation.v1`.
    pub schema_version: String,
    /// For how long after it was made a signature must verify.
    pub signatures_valid_for: Span,
    /// How long before its first signature everybody must know a key.
    pub known_before: Span,
    /// The keys, in the order in which they sign.
    pub keys: Vec<KeyLife>,
}

/// One move of one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Which key.
    pub key_id: String,
    /// The state it is in; none for a key that is not there yet.
    pub from: Option<KeyState>,
    /// The state it moves to.
    pub to: KeyState,
    /// When, by the plan.
    #[serde(with = "rfc3339")]
    pub at: Instant,
    /// True if that instant has come.
    pub due: bool,
}

impl RotationPlan {
    /// The next step of all: the earliest that the keys, as they are, have not made. None when all are made.
    ///
    /// At one instant a key becomes active before another goes into grace, so that there is always one that signs.
    ///
    /// # Errors
    /// [`ErrorCode::Contradiction`] for a key that the plan does not know, or that is further than the plan allows now:
    /// somebody acts on another plan.
    pub fn next_step(&self, actual: &[(&str, KeyState)], now: Instant) -> Result<Option<Step>, GateError> {
        for (key_id, state) in actual {
            self.agrees(key_id, *state, now)?;
        }
        let steps = self.keys.iter().filter_map(|life| {
            let from = actual.iter().find(|(id, _)| *id == life.key_id).map(|(_, state)| *state);
            let to = from.map_or(Some(KeyState::Incoming), KeyState::next)?;
            let at = life.enters(to)?;
            Some(Step { key_id: life.key_id.clone(), from, to, at, due: at <= now })
        });
        Ok(steps.min_by_key(|step| (step.at, step.to)))
    }

    fn agrees(&self, key_id: &str, state: KeyState, now: Instant) -> Result<(), GateError> {
        let path = || format!("keys.{key_id}");
        let refuse = |expected: &str, found: String| {
            Err(GateError::new(ErrorCode::Contradiction, path(), expected, found))
        };
        let Some(life) = self.keys.iter().find(|life| life.key_id == key_id) else {
            return match state {
                // What was retired before the plan began is none of its keys.
                KeyState::Retired => Ok(()),
                _ => refuse("a key of the plan", quoted(key_id)),
            };
        };
        if life.state_at(now).is_some_and(|planned| state <= planned) {
            return Ok(());
        }
        let planned = life.state_at(now).map_or("not there yet", KeyState::as_str);
        refuse(&format!("at most {planned}, as planned"), String::from(state.as_str()))
    }
}
