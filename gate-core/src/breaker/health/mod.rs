//! How well the whole is, from the last word of every component that is needed.
//!
//! Reading never changes the answer: two readers at the same instant get the same one. A component that never spoke is
//! missing, one that fell silent is stale, and one whose words mean nothing, or come from the future, is invalid; none
//! of them is healthy. The fold itself is watched too: where nobody asked for a verdict in time, the last one is worth
//! nothing.

mod component;
mod config;
mod state;
mod verdict;
mod watchdog;

use alloc::string::String;
use alloc::vec::Vec;

pub use component::Observation;
pub use config::{ComponentConfig, HealthConfig, Limit, RateLimit};
pub use state::HealthState;
pub use verdict::{ComponentHealth, HealthReason, HealthVerdict, Standing};
pub use watchdog::Watchdog;

use super::Latest;
use crate::error::{ErrorCode, GateError};
use component::Component;

/// The components that a service needs.
#[derive(Debug, Clone, PartialEq)]
pub struct HealthFold {
    clock: Latest,
    components: Vec<Component>,
}

impl HealthFold {
    /// Nothing heard of any component.
    ///
    /// # Errors
    ///
    /// Those of [`HealthConfig::validate`].
    pub fn new(config: HealthConfig) -> Result<Self, GateError> {
        config.validate()?;
        let components = config.components.0.into_iter();
        let components = components.map(|(name, config)| Component::new(name, config)).collect();
        Ok(Self { clock: Latest::default(), components })
    }

    /// Takes a word of a component, measured at `at`. One that was measured before the last one came too late, and
    /// changes nothing unless the component's rule accepts it.
    ///
    /// Returns whether it counts.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::WrongValue`] at `component` for one that is not needed.
    pub fn observe(
        &mut self,
        component: &str,
        observation: Observation,
        at: u64,
        now: u64,
    ) -> Result<bool, GateError> {
        let now = self.clock.advance(now);
        self.component(component).map(|component| component.observe(observation, at, now))
    }

    /// Says that the faults of a component so far are known: they no longer speak against it.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::WrongValue`] at `component` for one that is not needed.
    pub fn acknowledge(&mut self, component: &str, now: u64) -> Result<(), GateError> {
        self.clock.advance(now);
        self.component(component).map(Component::acknowledge)
    }

    /// The verdict at `now`. Asking changes nothing.
    #[must_use]
    pub fn verdict(&self, now: u64) -> HealthVerdict {
        let now = self.clock.peek(now);
        let components: Vec<ComponentHealth> =
            self.components.iter().map(|component| component.health(now)).collect();
        let worst = HealthState::worst(components.iter().map(|component| component.state));
        HealthVerdict { state: worst.unwrap_or(HealthState::Failed), components }
    }

    fn component(&mut self, name: &str) -> Result<&mut Component, GateError> {
        let names: Vec<&str> = self.components.iter().map(Component::name).collect();
        let expected: String = alloc::format!("a component that is needed: one of [{}]", names.join(", "));
        let error = || GateError::new(ErrorCode::WrongValue, "component", expected, name);
        self.components.iter_mut().find(|component| component.name() == name).ok_or_else(error)
    }
}
