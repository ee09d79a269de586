//! Proves of a plan that at every instant one key signs, and that every signature verifies for as long as it must.
//!
//! Nothing changes between two instants of a plan, so that it is enough to look at each stretch between neighbours once.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::{KeyLife, KeyState, ROTATION_SCHEMA, RotationPlan};
use crate::time::{Instant, format_instant, rfc3339, shift};

/// A stretch in which no key moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Phase {
    /// Its first instant.
    #[serde(with = "rfc3339")]
    pub from: Instant,
    /// The first instant after it; none for the last phase.
    #[serde(with = "rfc3339::option")]
    pub to: Option<Instant>,
    /// The key that signs.
    pub signs: String,
    /// The keys that verify.
    pub verify: Vec<String>,
}

/// Why a plan cannot be carried out without a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProofFault {
    /// The key, or empty for the plan as a whole.
    pub key_id: String,
    /// One line: when, what was expected and what is planned.
    pub message: String,
}

impl RotationPlan {
    /// The phases from the first key's first signature on, or every reason why the plan has a gap.
    ///
    /// # Errors
    /// All faults: the instants of a key out of order, no or two keys that sign at some instant, a key that signs before
    /// everybody knows it, one that is retired while signatures of it must still verify, an id twice, no key at all.
    pub fn prove(&self) -> Result<Vec<Phase>, Vec<ProofFault>> {
        let mut faults = self.well_formed();
        faults.extend(self.keys.iter().flat_map(|life| self.life(life)));
        let phases = self.phases(&mut faults);
        if faults.is_empty() { Ok(phases) } else { Err(faults) }
    }

    fn well_formed(&self) -> Vec<ProofFault> {
        let mut faults = Vec::new();
        if self.schema_version != ROTATION_SCHEMA {
            faults.push(fault("", format!("schema_version: expected {ROTATION_SCHEMA}")));
        }
        if self.keys.is_empty() {
            faults.push(fault("", String::from("expected at least one key")));
        }
        for (index, life) in self.keys.iter().enumerate() {
            if self.keys.iter().take(index).any(|other| other.key_id == life.key_id) {
                faults.push(fault(&life.key_id, String::from("the id stands twice")));
            }
        }
        faults
    }

    /// What one life must keep, whatever the others do.
    fn life(&self, life: &KeyLife) -> Vec<ProofFault> {
        let mut faults = Vec::new();
        if life.active < life.incoming
            || life.grace.is_some_and(|grace| grace <= life.active)
            || life.retired.is_some_and(|retired| life.grace.is_none_or(|grace| retired < grace))
        {
            faults.push(fault(
                &life.key_id,
                String::from("expected incoming, active, grace, retired in this order"),
            ));
            return faults;
        }
        // The first key of all is known already; the plan begins with it.
        let is_first = self.keys.first().is_some_and(|first| first.key_id == life.key_id);
        if !is_first && life.active - life.incoming < self.known_before.delta() {
            let message = format!(
                "signs from {}, known only from {}, expected {} before",
                format_instant(life.active),
                format_instant(life.incoming),
                self.known_before
            );
            faults.push(fault(&life.key_id, message));
        }
        if let Some((grace, retired)) = life.grace.zip(life.retired)
            && retired < shift(grace, self.signatures_valid_for.delta())
        {
            let message = format!(
                "signs up to {} and is retired at {}, though signatures must verify for {}",
                format_instant(grace),
                format_instant(retired),
                self.signatures_valid_for
            );
            faults.push(fault(&life.key_id, message));
        }
        faults
    }

    /// Every stretch from the first signature on, with a fault where not exactly one key signs.
    fn phases(&self, faults: &mut Vec<ProofFault>) -> Vec<Phase> {
        let moves = self.keys.iter().flat_map(|life| KeyState::ALL.map(|state| life.enters(state)));
        let mut instants: Vec<Instant> = moves.flatten().collect();
        instants.sort_unstable();
        instants.dedup();
        let begins = self.keys.first().map(|life| life.active);
        instants.retain(|instant| begins.is_some_and(|begins| *instant >= begins));
        let ends = instants.iter().skip(1).copied().map(Some).chain([None]);
        instants.iter().zip(ends).map(|(from, to)| self.phase(*from, to, faults)).collect()
    }

    fn phase(&self, from: Instant, to: Option<Instant>, faults: &mut Vec<ProofFault>) -> Phase {
        let with = |wanted: &dyn Fn(KeyState) -> bool| {
            let lives = self.keys.iter().filter(|life| life.state_at(from).is_some_and(wanted));
            lives.map(|life| life.key_id.clone()).collect::<Vec<String>>()
        };
        let signs = with(&|state| state == KeyState::Active);
        if signs.len() != 1 {
            let found = if signs.is_empty() { String::from("none") } else { signs.join(", ") };
            faults.push(fault(
                "",
                format!("from {}: expected one key that signs, found {found}", format_instant(from)),
            ));
        }
        let verify = with(&|state| state.verifies());
        Phase { from, to, signs: signs.into_iter().next().unwrap_or_default(), verify }
    }
}

pub(super) fn fault(key_id: &str, message: String) -> ProofFault {
    ProofFault { key_id: key_id.into(), message }
}
