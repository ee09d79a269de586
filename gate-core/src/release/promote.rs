//! The way from dev to staging to prod, and back.
//!
//! A state machine over digests: forward only with a passing matrix for the very digest and after it was healthy one
//! stage before; back at any time, to the last digest that was healthy there. What was rolled back stays out until
//! somebody decides otherwise by name.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::matrix::MatrixReport;
use super::verdict::GateVerdict;
use crate::digest::Digest;
use crate::problem::Problem;
use crate::time::{Instant, format_instant};

/// A stage, in the order of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// For whoever builds it.
    Dev,
    /// As prod, without its users.
    Staging,
    /// With users.
    Prod,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 3] = [Self::Dev, Self::Staging, Self::Prod];

    /// The word in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Staging => "staging",
            Self::Prod => "prod",
        }
    }

    const fn before(self) -> Option<Self> {
        match self {
            Self::Dev => None,
            Self::Staging => Some(Self::Dev),
            Self::Prod => Some(Self::Staging),
        }
    }
}

/// Who decides, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decider {
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When.
    #[serde(with = "crate::time::rfc3339")]
    pub at: Instant,
}

impl Decider {
    fn problems(&self) -> Vec<Problem> {
        let fields = [("actor", &self.actor), ("reason", &self.reason)];
        let empty = fields.into_iter().filter(|(_, text)| text.trim().is_empty());
        empty.map(|(name, _)| Problem::new(name, "a text", "nothing")).collect()
    }
}

/// What runs in one stage.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageState {
    /// What runs now.
    pub current: Option<Digest>,
    /// When it came. Health that was measured before proves nothing.
    #[serde(default, with = "crate::time::rfc3339::option")]
    pub since: Option<Instant>,
    /// Whether it was found healthy since it came.
    pub is_proven: bool,
    /// The digests that were healthy here before, the last one last.
    pub proven: Vec<Digest>,
    /// How often in a row its health could not be read.
    pub unreadable: u32,
}

/// A digest that must not come again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolledBack {
    /// The digest.
    pub digest: Digest,
    /// Where it was found bad.
    pub stage: Stage,
    /// Who or what found it.
    pub by: Decider,
    /// Who decided that it may come again, if anybody did.
    pub readmitted: Option<Decider>,
}

/// The state document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promotion {
    /// What runs for whoever builds it.
    pub dev: StageState,
    /// What runs as in prod.
    pub staging: StageState,
    /// What runs with users.
    pub prod: StageState,
    /// Everything that was ever rolled back, in order.
    pub rolled_back: Vec<RolledBack>,
}

/// How a stage is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Measured and good.
    Healthy,
    /// Measured and bad.
    Unhealthy,
    /// Not measured.
    Unknown,
}

/// What is to be done outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Let this digest run in the stage.
    Deploy {
        /// Where.
        stage: Stage,
        /// What.
        digest: Digest,
    },
    /// Stop the stage: it has nothing proven to go back to.
    Stop {
        /// Where.
        stage: Stage,
    },
}

/// How often health may be unreadable in a row before it counts as bad.
const MAX_UNREADABLE: u32 = 3;

/// How many proven digests a stage remembers.
const MAX_PROVEN: usize = 16;

impl Promotion {
    /// Lets a digest run in a stage.
    ///
    /// # Errors
    /// Everything that speaks against it; then nothing changes.
    pub fn promote(
        &mut self,
        digest: Digest,
        to: Stage,
        evidence: &MatrixReport,
        by: &Decider,
    ) -> Result<Action, Vec<Problem>> {
        let mut problems = by.problems();
        if evidence.candidate.artifact != digest {
            let found = evidence.candidate.artifact.to_string();
            problems.push(Problem::new("evidence.candidate.artifact", digest.to_string(), found));
        }
        if evidence.verdict != GateVerdict::Pass {
            problems.push(Problem::new("evidence.verdict", "`pass`", format!("`{}`", evidence.verdict)));
        }
        if let Some(until) = evidence.valid_until().filter(|until| by.at > *until) {
            let expected = format!("an end not before {}", format_instant(by.at));
            problems.push(Problem::new("evidence.valid_until", expected, format_instant(until)));
        }
        if let Some(before) = to.before() {
            let slot = self.stage(before);
            if slot.current != Some(digest) || !slot.is_proven {
                let expected = format!("this digest, running and found healthy in {}", before.as_str());
                problems.push(Problem::new(before.as_str(), expected, "another, or not yet found healthy"));
            }
        }
        if let Some(bad) = self.barred(digest) {
            let expected = "a digest that was not rolled back, or a decision by name to let it come again";
            problems.push(Problem::new("digest", expected, format!("rolled back in {}", bad.stage.as_str())));
        }
        problems.extend(self.backwards(to, by.at));
        if self.stage(to).current == Some(digest) {
            problems.push(Problem::new(to.as_str(), "another digest than the one that runs", "the same"));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        self.start(to, digest, by.at);
        Ok(Action::Deploy { stage: to, digest })
    }

    /// Takes note of the health of a stage, measured at an instant. Bad health, or none that can be read for three times, rolls it back.
    ///
    /// # Errors
    /// A stage where nothing runs, and health from before what runs there came: it says nothing about it.
    pub fn observe(
        &mut self,
        stage: Stage,
        health: Health,
        at: Instant,
    ) -> Result<Option<Action>, Vec<Problem>> {
        let problem = self.idle(stage).or_else(|| self.backwards(stage, at));
        if let Some(problem) = problem {
            return Err(Vec::from([problem]));
        }
        let slot = self.stage_mut(stage);
        let bad = match health {
            Health::Healthy => {
                slot.is_proven = true;
                slot.unreadable = 0;
                None
            }
            Health::Unknown => {
                slot.unreadable = slot.unreadable.saturating_add(1);
                let is_lost = slot.unreadable >= MAX_UNREADABLE;
                is_lost.then_some("health could not be read 3 times in a row")
            }
            Health::Unhealthy => Some("health check failed"),
        };
        Ok(bad.and_then(|reason| self.back(stage, by_health(reason, at))))
    }

    /// Rolls a stage back by command, whatever the clock says. It needs no evidence.
    ///
    /// # Errors
    /// A command without a name or a reason, and a stage where nothing runs.
    pub fn roll_back(&mut self, stage: Stage, by: &Decider) -> Result<Action, Vec<Problem>> {
        let problems = by.problems();
        if !problems.is_empty() {
            return Err(problems);
        }
        self.back(stage, by.clone()).ok_or_else(|| self.idle(stage).into_iter().collect())
    }

    /// Lets a digest that was rolled back come again. It still has to pass every stage.
    ///
    /// # Errors
    /// A decision without a name or a reason, and a digest that is not out.
    pub fn readmit(&mut self, digest: Digest, by: &Decider) -> Result<(), Vec<Problem>> {
        let problems = by.problems();
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut barred =
            self.rolled_back.iter_mut().filter(|bad| bad.digest == digest && bad.readmitted.is_none());
        let Some(first) = barred.next() else {
            return Err(Vec::from([Problem::new("digest", "one that was rolled back", "one that was not")]));
        };
        if by.at < first.by.at {
            return Err(Vec::from([too_early(first.by.at, by.at)]));
        }
        first.readmitted = Some(by.clone());
        barred.for_each(|bad| bad.readmitted = Some(by.clone()));
        Ok(())
    }

    /// What runs in a stage.
    #[must_use]
    pub const fn stage(&self, stage: Stage) -> &StageState {
        match stage {
            Stage::Dev => &self.dev,
            Stage::Staging => &self.staging,
            Stage::Prod => &self.prod,
        }
    }

    /// Why a digest must not come again, if it must not.
    #[must_use]
    pub fn barred(&self, digest: Digest) -> Option<&RolledBack> {
        self.rolled_back.iter().find(|bad| bad.digest == digest && bad.readmitted.is_none())
    }

    /// A stage where nothing runs.
    fn idle(&self, stage: Stage) -> Option<Problem> {
        let is_idle = self.stage(stage).current.is_none();
        is_idle.then(|| Problem::new(stage.as_str(), "something that runs", "nothing"))
    }

    /// An instant before the last change of a stage.
    fn backwards(&self, stage: Stage, at: Instant) -> Option<Problem> {
        let changed = self.changed_at(stage).filter(|changed| at < *changed)?;
        Some(too_early(changed, at))
    }

    /// When a digest last came to a stage, or left it.
    fn changed_at(&self, stage: Stage) -> Option<Instant> {
        let left = self.rolled_back.iter().filter(|bad| bad.stage == stage).map(|bad| bad.by.at);
        left.chain(self.stage(stage).since).max()
    }

    const fn stage_mut(&mut self, stage: Stage) -> &mut StageState {
        match stage {
            Stage::Dev => &mut self.dev,
            Stage::Staging => &mut self.staging,
            Stage::Prod => &mut self.prod,
        }
    }

    fn start(&mut self, stage: Stage, digest: Digest, at: Instant) {
        let slot = self.stage_mut(stage);
        if let Some(good) = slot.current.filter(|_| slot.is_proven) {
            slot.proven.retain(|known| *known != good);
            slot.proven.push(good);
            let surplus = slot.proven.len().saturating_sub(MAX_PROVEN);
            slot.proven.drain(..surplus);
        }
        slot.current = Some(digest);
        slot.since = Some(at);
        slot.is_proven = false;
        slot.unreadable = 0;
    }

    fn back(&mut self, stage: Stage, by: Decider) -> Option<Action> {
        let digest = self.stage(stage).current?;
        // Going back is never refused, so a clock that is behind must not take the stage back in time with it.
        let at = self.changed_at(stage).map_or(by.at, |changed| changed.max(by.at));
        self.rolled_back.push(RolledBack { digest, stage, by, readmitted: None });
        // What another stage found bad is nothing to go back to either.
        let barred: Vec<Digest> =
            self.rolled_back.iter().filter(|bad| bad.readmitted.is_none()).map(|bad| bad.digest).collect();
        let slot = self.stage_mut(stage);
        slot.proven.retain(|known| !barred.contains(known));
        slot.current = slot.proven.pop();
        slot.since = slot.current.map(|_| at);
        // It was healthy here before, but not since it came back.
        slot.is_proven = false;
        slot.unreadable = 0;
        Some(slot.current.map_or(Action::Stop { stage }, |digest| Action::Deploy { stage, digest }))
    }
}

fn too_early(changed: Instant, at: Instant) -> Problem {
    let expected = format!("an instant not before the last change at {}", format_instant(changed));
    Problem::new("at", expected, format_instant(at))
}

fn by_health(reason: &str, at: Instant) -> Decider {
    Decider { actor: String::from("health"), reason: reason.to_string(), at }
}
