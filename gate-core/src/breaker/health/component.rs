//! One component: its last word, its last outcomes, its last fault.

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use super::{ComponentConfig, ComponentHealth, HealthReason, HealthState, Standing};

/// What a component, or a probe of it, says.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Observation {
    /// How it says it is; nothing if it only gives a value.
    pub state: Option<HealthState>,
    /// The value that its limit is for.
    pub value: Option<f64>,
    /// Whether what it did failed, for its share of failures.
    pub failed: Option<bool>,
    /// Whether something happened that should not be lost on the next good word, such as a timeout.
    pub fault: bool,
}

/// The last word.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Word {
    observation: Observation,
    at: u64,
    /// How far in the future it was measured when it arrived.
    ahead: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Component {
    name: String,
    config: ComponentConfig,
    last: Option<Word>,
    value: Option<f64>,
    outcomes: VecDeque<bool>,
    failed: u32,
    fault: Option<u64>,
}

impl Component {
    pub(super) fn new(name: String, config: ComponentConfig) -> Self {
        Self { name, config, last: None, value: None, outcomes: VecDeque::new(), failed: 0, fault: None }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn observe(&mut self, observation: Observation, at: u64, now: u64) -> bool {
        // A word from the future must not make all later ones late.
        let late = self.last.is_some_and(|last| last.ahead == 0 && at < last.at);
        if late && !self.config.accept_late {
            return false;
        }
        let ahead = at.saturating_sub(now);
        self.last = Some(Word { observation, at, ahead });
        if let Some(value) = observation.value.filter(|value| value.is_finite()) {
            self.value = Some(value);
        }
        if observation.fault {
            self.fault = Some(at.min(now));
        }
        if let Some(failed) = observation.failed {
            self.count(failed);
        }
        true
    }

    pub(super) fn acknowledge(&mut self) {
        self.fault = None;
    }

    /// The window slides one outcome at a time: the counts are those of exactly the outcomes in it.
    fn count(&mut self, failed: bool) {
        let window = self.config.failures.map_or(0, |limit| limit.window) as usize;
        if window == 0 {
            return;
        }
        if self.outcomes.len() >= window && self.outcomes.pop_front() == Some(true) {
            self.failed = self.failed.saturating_sub(1);
        }
        self.outcomes.push_back(failed);
        self.failed = self.failed.saturating_add(u32::from(failed));
    }

    pub(super) fn health(&self, now: u64) -> ComponentHealth {
        let mut findings = Vec::new();
        let standing = self.stand(now, &mut findings);
        self.judge(now, &mut findings);
        let state = HealthState::worst(findings.iter().map(|(state, _)| *state));
        ComponentHealth {
            name: self.name.clone(),
            standing,
            state: state.unwrap_or(HealthState::Healthy),
            reasons: findings.into_iter().map(|(_, reason)| reason).collect(),
            value: self.value,
            failures: (self.failed, self.total()),
        }
    }

    fn total(&self) -> u32 {
        u32::try_from(self.outcomes.len()).unwrap_or(u32::MAX)
    }

    /// What the last word is worth.
    fn stand(&self, now: u64, findings: &mut Vec<(HealthState, HealthReason)>) -> Standing {
        let Some(word) = self.last else {
            findings.push((self.config.missing, HealthReason::Missing));
            return Standing::Missing;
        };
        let (age_ns, max_age_ns) = (now.saturating_sub(word.at), self.config.max_age());
        let stale = age_ns > max_age_ns;
        if stale {
            findings.push((self.config.stale, HealthReason::Stale { age_ns, max_age_ns }));
        }
        let invalid = if word.ahead > 0 {
            Some(HealthReason::Future { ahead_ns: word.ahead })
        } else {
            (!self.says_what_is_asked(word.observation)).then_some(HealthReason::Unreadable)
        };
        if let Some(reason) = invalid {
            findings.push((self.config.invalid, reason));
            return Standing::Invalid;
        }
        if stale { Standing::Stale } else { Standing::Fresh }
    }

    /// Whether a word can be judged by the rule; one that says nothing at all cannot.
    fn says_what_is_asked(&self, word: Observation) -> bool {
        let something = word.state.is_some() || word.failed.is_some() || word.fault;
        word.value.map_or(something && self.config.limit.is_none(), f64::is_finite)
    }

    /// What it said, whether that is fresh or not: an old bad word is no better than an old good one.
    fn judge(&self, now: u64, findings: &mut Vec<(HealthState, HealthReason)>) {
        let reported = self.last.and_then(|word| word.observation.state);
        if let Some(state) = reported.filter(|state| *state != HealthState::Healthy) {
            findings.push((state, HealthReason::Reported));
        }
        let mut degraded = |reason| findings.push((HealthState::Degraded, reason));
        if let (Some(value), Some(limit)) = (self.value, self.config.limit) {
            if let Some(at_least) = limit.at_least.filter(|least| value < *least) {
                degraded(HealthReason::Low { value, at_least });
            }
            if let Some(at_most) = limit.at_most.filter(|most| value > *most) {
                degraded(HealthReason::High { value, at_most });
            }
        }
        if let Some(limit) = self.config.failures {
            let (failed, total, at_most) = (self.failed, self.total(), limit.at_most);
            if limit.is_exceeded_by(failed, total) {
                degraded(HealthReason::Failures { failed, total, at_most });
            }
        }
        let fault = self.fault.map(|at| now.saturating_sub(at));
        if let Some(age_ns) = fault.filter(|age| *age <= self.config.faults_for()) {
            degraded(HealthReason::Fault { age_ns });
        }
    }
}
