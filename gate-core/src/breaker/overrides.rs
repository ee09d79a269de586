//! What people command: holds, each with its owner, a reason and perhaps an end.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::signed::Signed;
use super::timeline::Timeline;
use crate::error::{ErrorCode, GateError};

/// The `schema_version` of the state.
const SCHEMA: &str = "tsfm_gate.breaker.overrides.v1";

/// The most holds at one time.
const MAX_HOLDS: usize = 64;

/// What a hold does. The order is that of strictness: of several holds the greatest decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldKind {
    /// Everything is counted and reported, nothing is refused.
    Shadow,
    /// Calls pass whatever the automatic layers say; the latch still refuses.
    On,
    /// Calls are refused.
    Off,
}

/// A command of one owner that stands until it is released or ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    signed: Signed,
    kind: HoldKind,
    placed: u64,
    expires: Option<u64>,
}

impl Hold {
    /// Who and why.
    #[must_use]
    pub const fn signed(&self) -> &Signed {
        &self.signed
    }

    /// What it does.
    #[must_use]
    pub const fn kind(&self) -> HoldKind {
        self.kind
    }

    const fn stands_at(&self, instant: u64) -> bool {
        match self.expires {
            Some(expires) => instant < expires,
            None => true,
        }
    }
}

/// A hold as status and state documents have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldState {
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// What it does.
    pub kind: HoldKind,
    /// How long it has stood.
    pub age_ns: u64,
    /// How long it still stands; null if until it is released.
    pub remaining_ns: Option<u64>,
}

/// The state document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverridesState {
    /// `tsfm_gate.breaker.overrides.v1`.
    pub schema_version: String,
    /// The holds that stand, in the order in which they were placed.
    #[serde(deserialize_with = "crate::document::objects")]
    pub holds: Vec<HoldState>,
}

/// The holds. Nothing automatic places or lifts one; only their own end does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    time: Timeline,
    holds: Vec<Hold>,
}

impl Overrides {
    /// Places a hold, in place of an earlier one of the same owner. It ends at the instant `expires`.
    ///
    /// # Errors
    /// [`ErrorCode::WrongValue`] if it would end before it starts; [`ErrorCode::InputTooLarge`] if too
    /// many others hold.
    pub fn hold(
        &mut self,
        signed: Signed,
        kind: HoldKind,
        expires: Option<u64>,
        now: u64,
    ) -> Result<&Hold, GateError> {
        let now = self.sweep(now);
        let expires = expires.map(|expires| self.time.translate(expires));
        if expires.is_some_and(|expires| expires <= now) {
            let expected = "an instant after now";
            return Err(GateError::new(ErrorCode::WrongValue, "expires", expected, "one that has passed"));
        }
        let own = self.holds.iter().position(|hold| hold.signed.actor() == signed.actor());
        if own.is_none() && self.holds.len() >= MAX_HOLDS {
            let expected = format!("at most {MAX_HOLDS} holds");
            return Err(GateError::new(ErrorCode::InputTooLarge, "holds", expected, "one more"));
        }
        if let Some(own) = own {
            self.holds.remove(own);
        }
        Ok(self.holds.push_mut(Hold { signed, kind, placed: now, expires }))
    }

    /// Lifts the hold of the person who signs, if there is one, and returns it.
    pub fn release(&mut self, signed: &Signed, now: u64) -> Option<Hold> {
        self.sweep(now);
        let own = self.holds.iter().position(|hold| hold.signed.actor() == signed.actor())?;
        Some(self.holds.remove(own))
    }

    /// Lifts every hold, whoever placed it, and returns them: what a reset does.
    pub fn release_all(&mut self, now: u64) -> Vec<Hold> {
        self.sweep(now);
        core::mem::take(&mut self.holds)
    }

    /// Forgets the holds that have ended, so that a clock that goes back does not bring them back.
    pub fn tick(&mut self, now: u64) {
        self.sweep(now);
    }

    /// What the strictest hold does.
    #[must_use]
    pub fn mode(&self, now: u64) -> Option<HoldKind> {
        self.deciding(now).map(Hold::kind)
    }

    /// The strictest hold; of equals the one that was placed first.
    #[must_use]
    pub fn deciding(&self, now: u64) -> Option<&Hold> {
        let now = self.time.peek(now);
        let standing = self.holds.iter().rev().filter(|hold| hold.stands_at(now));
        standing.max_by_key(|hold| hold.kind)
    }

    /// True if nothing was ever held, or everything was released.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.holds.is_empty()
    }

    /// The holds that stand, in the order in which they were placed.
    #[must_use]
    pub fn status(&self, now: u64) -> Vec<HoldState> {
        let now = self.time.peek(now);
        self.holds.iter().filter(|hold| hold.stands_at(now)).map(|hold| saved(hold, now)).collect()
    }

    /// How long a hold has stood.
    #[must_use]
    pub fn age(&self, hold: &Hold, now: u64) -> u64 {
        self.time.peek(now).saturating_sub(hold.placed)
    }

    /// How long a hold still stands; `None` if until it is released.
    #[must_use]
    pub fn remaining(&self, hold: &Hold, now: u64) -> Option<u64> {
        hold.expires.map(|expires| expires.saturating_sub(self.time.peek(now)))
    }

    /// How often the clock went back.
    #[must_use]
    pub const fn regressions(&self) -> u64 {
        self.time.regressions()
    }

    /// The state document.
    #[must_use]
    pub fn snapshot(&self, now: u64) -> OverridesState {
        OverridesState { schema_version: SCHEMA.to_string(), holds: self.status(now) }
    }

    /// Goes on from a state that was saved `elapsed` ago.
    ///
    /// # Errors
    /// [`ErrorCode::SchemaVersion`]; [`ErrorCode::NameSyntax`] for a hold that nobody signed;
    /// [`ErrorCode::Contradiction`] for two holds of one owner, and for an age that no clock can count on from;
    /// [`ErrorCode::InputTooLarge`].
    pub fn restore(state: &OverridesState, now: u64, elapsed: u64) -> Result<Self, GateError> {
        super::state_version(&state.schema_version, SCHEMA)?;
        if state.holds.len() > MAX_HOLDS {
            let expected = format!("at most {MAX_HOLDS} holds");
            return Err(GateError::new(ErrorCode::InputTooLarge, "holds", expected, state.holds.len()));
        }
        let age = age(&state.holds)?;
        let mut holds: Vec<Hold> = Vec::with_capacity(state.holds.len());
        for (index, hold) in state.holds.iter().enumerate() {
            let signed = Signed::new(&hold.actor, &hold.reason)
                .map_err(|error| error.under(&format!("holds[{index}]")))?;
            if holds.iter().any(|other| other.signed.actor() == signed.actor()) {
                let (path, expected) = ("holds", "one hold of each owner");
                return Err(GateError::new(ErrorCode::Contradiction, path, expected, "two of one owner"));
            }
            let expires = hold.remaining_ns.map(|remaining| age.saturating_add(remaining));
            holds.push(Hold { signed, kind: hold.kind, placed: age.saturating_sub(hold.age_ns), expires });
        }
        Ok(Self { time: Timeline::resumed(age, now, elapsed), holds })
    }

    /// Drops what has ended, and returns the instant.
    fn sweep(&mut self, now: u64) -> u64 {
        let now = self.time.advance(now);
        self.holds.retain(|hold| hold.stands_at(now));
        now
    }
}

/// The age of the oldest hold. What the others still stand is counted from there.
fn age(holds: &[HoldState]) -> Result<u64, GateError> {
    let ages = holds.iter().map(|hold| hold.age_ns).enumerate();
    let (index, age) = ages.max_by_key(|(_, age)| *age).unwrap_or_default();
    let longest = holds.iter().filter_map(|hold| hold.remaining_ns).max().unwrap_or(0);
    if age.checked_add(longest).is_none() {
        let (path, most) = (format!("holds[{index}].age_ns"), u64::MAX - longest);
        let expected = format!("at most {most}, as a hold stands for {longest} ns more");
        return Err(GateError::new(ErrorCode::Contradiction, path, expected, age));
    }
    Ok(age)
}

fn saved(hold: &Hold, now: u64) -> HoldState {
    HoldState {
        actor: hold.signed.actor().to_string(),
        reason: hold.signed.reason().to_string(),
        kind: hold.kind,
        age_ns: now.saturating_sub(hold.placed),
        remaining_ns: hold.expires.map(|expires| expires.saturating_sub(now)),
    }
}
