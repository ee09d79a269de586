//! The plan of a gate run.

use std::path::{Component, Path};
use std::time::Duration;

use gate_core::document::{Table, check_text};
use gate_core::hardening::{SUMMARY_FILE, TokenFault, TokenPolicy};
use gate_core::{ErrorCode, GateError};
use serde::Deserialize;

use super::wait::{self, WaitFor};
use crate::command::quoted;
use crate::document_file;
use crate::input::{self, Syntax};
use crate::policy::syntax_of;
use crate::process::Program;

/// The five steps of the documents.
pub(super) const BUILT_IN: &str = include_str!("plan.yaml");

/// The `schema_version` of a plan.
const SCHEMA: &str = "tsfm_gate.hardening_plan.v1";

/// Steps of a plan at most.
const MAX_STEPS: usize = 256;

/// The plan document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    #[serde(default)]
    schema_version: Option<String>,
    /// The service that is looked at.
    pub(super) api_base: String,
    /// Variables that may hold the token; the first that is set counts. None: no token is needed.
    #[serde(default)]
    token_env: Vec<String>,
    /// Variables of every step.
    #[serde(default)]
    env: Table<String>,
    /// What must answer before any step runs.
    #[serde(default)]
    wait_for: Option<WaitFor>,
    steps: Vec<PlanStep>,
}

/// What is done in a run, and reported as a step.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'a> {
    Wait(&'a WaitFor),
    Step(&'a PlanStep),
}

/// One step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanStep {
    name: String,
    pub(super) run: Program,
    #[serde(default = "default_timeout")]
    timeout_s: u32,
    #[serde(default)]
    env: Table<String>,
    /// Where the output goes, below the folder of the report.
    #[serde(default)]
    log: Option<String>,
}

const fn default_timeout() -> u32 {
    300
}

impl Plan {
    /// The plan of a file, or the built-in one. Errors show no line of it: plans hold variables.
    pub(super) fn read(path: Option<&Path>) -> Result<Self, GateError> {
        let (bytes, syntax) = match path {
            Some(path) => {
                let source = input::read(path, "plan")?;
                let syntax = syntax_of(path, &source.bytes);
                (source.bytes, syntax)
            }
            None => (BUILT_IN.as_bytes().to_vec(), Syntax::Yaml),
        };
        check_text(&bytes)?;
        let mut plan: Self = document_file::parse(&bytes, syntax)?;
        // The variable wins, so that one plan does for every service.
        if let Ok(base) = std::env::var("API_BASE")
            && !base.trim().is_empty()
        {
            plan.api_base = base;
        }
        if let Some(wait) = &mut plan.wait_for {
            wait.resolve(&plan.api_base)?;
        }
        plan.check()?;
        Ok(plan)
    }

    /// Everything that is done, in order.
    pub(super) fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.wait_for.iter().map(Part::Wait).chain(self.steps.iter().map(Part::Step))
    }

    fn check(&self) -> Result<(), GateError> {
        if let Some(found) = self.schema_version.as_ref().filter(|found| *found != SCHEMA) {
            let expected = format!("`{SCHEMA}`");
            return Err(GateError::new(ErrorCode::SchemaVersion, "schema_version", expected, quoted(found)));
        }
        if self.steps.is_empty() {
            return Err(GateError::new(ErrorCode::MissingField, "steps", "at least one step", "none"));
        }
        if self.steps.len() > MAX_STEPS {
            let expected = format!("at most {MAX_STEPS} steps");
            return Err(GateError::new(ErrorCode::InputTooLarge, "steps", expected, self.steps.len()));
        }
        for (index, step) in self.steps.iter().enumerate() {
            step.check(&format!("steps[{index}]"))?;
            let earlier = self.steps.iter().take(index);
            for (field, found) in [("name", step.name.clone()), ("log", step.log())] {
                let same = |known: &PlanStep| [&known.name, &known.log()].contains(&&found);
                let is_the_wait = self.wait_for.is_some() && [wait::NAME, wait::LOG].contains(&&*found);
                if is_the_wait || earlier.clone().any(same) {
                    let path = format!("steps[{index}].{field}");
                    return Err(GateError::new(
                        ErrorCode::DuplicateKey,
                        path,
                        "one of its own",
                        quoted(&found),
                    ));
                }
            }
        }
        Ok(())
    }

    /// Refuses to run without a token that a service may be protected with. It never says the token.
    pub(super) fn check_token(&self) -> Result<(), GateError> {
        if self.token_env.is_empty() {
            return Ok(());
        }
        let token = self.token_env.iter().find_map(|name| std::env::var_os(name).filter(|it| !it.is_empty()));
        let token = token.map(|token| token.to_string_lossy().into_owned());
        TokenPolicy::default().check(token.as_deref()).map_err(|fault| refused(fault, &self.token_env))
    }

    /// Every variable of the plan, to be masked if its name says so.
    pub(super) fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.env.0.iter().chain(self.steps.iter().flat_map(|step| &step.env.0));
        all.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The variables of a step: what the gate says, then the plan, then the step.
    pub(super) fn environment(&self, step: &PlanStep, report_dir: &Path) -> Vec<(String, String)> {
        let ours = [
            ("API_BASE", self.api_base.clone()),
            ("REPORT_DIR", report_dir.display().to_string()),
            ("TSFM_GATE", this_program()),
        ];
        let ours = ours.map(|(name, value)| (name.to_owned(), value));
        ours.into_iter().chain(self.env.0.clone()).chain(step.env.0.clone()).collect()
    }
}

impl Part<'_> {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Wait(_) => wait::NAME,
            Self::Step(step) => &step.name,
        }
    }

    /// What it does, for people. Masked by whoever shows it.
    pub(super) fn command(&self) -> String {
        match self {
            Self::Wait(wait) => wait.shown(),
            Self::Step(step) => step.run.shown(),
        }
    }

    /// Where its output goes, below the folder of the report.
    pub(super) fn log(&self) -> String {
        match self {
            Self::Wait(_) => wait::LOG.to_owned(),
            Self::Step(step) => step.log(),
        }
    }
}

impl PlanStep {
    fn check(&self, path: &str) -> Result<(), GateError> {
        let refuse = |field: &str, expected: &str, found: String| {
            Err(GateError::new(ErrorCode::WrongValue, format!("{path}.{field}"), expected, found))
        };
        let is_name =
            |name: &str| !name.trim().is_empty() && name.len() <= 128 && !name.contains(char::is_control);
        if !is_name(&self.name) {
            return refuse("name", "a printable name of at most 128 bytes", quoted(&self.name));
        }
        if !(1..=86_400).contains(&self.timeout_s) {
            return refuse("timeout_s", "seconds in 1..=86400", self.timeout_s.to_string());
        }
        let log = self.log();
        let is_below = Path::new(&log).components().all(|part| matches!(part, Component::Normal(_)));
        if !is_below || log.is_empty() || log.contains(char::is_control) {
            return refuse("log", "a path below the folder of the report", quoted(&log));
        }
        if is_of_the_summary(&log) {
            return refuse("log", "a path that is not the summary's", quoted(&log));
        }
        let is_bad = |(name, value): &&(String, String)| {
            name.is_empty() || name.contains(['=', '\0']) || value.contains('\0')
        };
        match self.env.0.iter().find(is_bad) {
            Some((name, _)) => refuse("env", "a name without `=`, and no zero byte", quoted(name)),
            None => Ok(()),
        }
    }

    fn log(&self) -> String {
        self.log.clone().unwrap_or_else(|| {
            let letter = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
            format!("logs/{}.log", self.name.to_lowercase().chars().map(letter).collect::<String>())
        })
    }

    pub(super) const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_s as u64)
    }
}

/// Whether a log would be the summary, its lock or its next version, by their names in any case: some file systems know
/// no other.
fn is_of_the_summary(log: &str) -> bool {
    let first = Path::new(log).components().next();
    let first = first.map(|part| part.as_os_str().to_string_lossy().to_lowercase());
    first.is_some_and(|name| name.starts_with(SUMMARY_FILE))
}

/// A token that is none. It never says the token.
pub(super) fn refused(fault: TokenFault, names: &[String]) -> GateError {
    let fault = fault.to_string();
    let (expected, found) = fault.split_once(", found ").unwrap_or((&fault, "another"));
    let expected = expected.strip_prefix("expected ").unwrap_or(expected);
    let expected = format!("{expected} in one of {}", names.join(", "));
    GateError::new(ErrorCode::WrongValue, "token_env", expected, found)
}

/// How a step calls this program. In the wheel the process is Python, and the program is on the path.
fn this_program() -> String {
    let ours = std::env::current_exe().ok();
    let ours = ours.filter(|path| path.file_stem().is_some_and(|name| name == "tsfm-gate"));
    ours.map_or_else(|| "tsfm-gate".to_owned(), |path| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_plan_has_the_five_steps_of_the_documents() -> Result<(), GateError> {
        let plan: Plan = document_file::parse(BUILT_IN.as_bytes(), Syntax::Yaml)?;
        plan.check()?;
        let names: Vec<&str> = plan.steps.iter().map(|step| step.name.as_str()).collect();
        let documents = [
            "live_demo_smoke",
            "live_demo_security",
            "runtime_metrics_smoke",
            "perf_benchmark_full",
            "openapi_smoke",
        ];
        assert_eq!(names, documents);
        assert!(plan.steps.iter().all(|step| step.log() == format!("logs/{}.log", step.name)));
        Ok(())
    }
}
