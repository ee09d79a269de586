//! The upstream check of the environment, through our requirements.
//!
//! Upstream has eight services with fixed lists of names, and asks of each only that it is there. Here the lists are
//! tables of texts without limits, and upstream's "missing" is what we call missing, blank or a placeholder.

use std::collections::BTreeMap;

use gate_core::document::Table;
use gate_core::release::env::{EnvFault, Requirement, Requirements};
use serde::Deserialize;

use super::{Outcome, Row};

#[derive(Deserialize)]
struct Fields {
    config: Config,
    events: Vec<Event>,
    expect: Vec<Expect>,
}

#[derive(Deserialize)]
struct Config {
    service: Option<String>,
    schema: Option<Schema>,
}

#[derive(Deserialize)]
struct Schema {
    required: Vec<String>,
    #[serde(default)]
    allow_empty: Vec<String>,
}

#[derive(Deserialize)]
struct Event {
    env: BTreeMap<String, Option<String>>,
}

#[derive(Deserialize)]
struct Expect {
    missing: Vec<String>,
    error: Option<String>,
}

/// What upstream requires of each service.
const SERVICES: [(&str, &[&str]); 8] = [
    (
        "root",
        &[
            "RESULTS_DIR",
            "LOGS_DIR",
            "CONFIG_DIR",
            "CACHE_DIR",
            "HEALTH_DASHBOARD_PORT",
            "OBSERVABILITY_PORT",
            "SOLVER_HOST",
            "SOLVER_PORT",
            "VISION_HOST",
            "VISION_PORT",
        ],
    ),
    (
        "orchestrator",
        &["BOT_CONFIG", "VISION_SERVICE_URL", "SOLVER_ADDR", "RISK_STATE_PATH", "LOGGER_OUTPUT_DIR"],
    ),
    ("agents", &["OPENAI_API_KEY"]),
    ("executor", &["EXECUTOR_MODE", "WINDOW_MANAGER", "COMPLIANCE_CHECKER", "SAFE_ACTION_FALLBACK"]),
    ("logger", &["LOGGER_OUTPUT_DIR", "LOGGER_RETENTION_DAYS", "METRICS_EXPORTER"]),
    ("evaluator", &["HANDS_DIR", "EVAL_OUTPUT_DIR"]),
    ("solver", &["SOLVER_PORT", "SOLVER_CACHE_PATH"]),
    ("vision", &["VISION_PORT", "VISION_LAYOUT_PACK", "VISION_MODEL_PATH"]),
];

/// Replays the snapshots of a row and compares what is missing, and the line that says so.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    let fields: Fields = row.fields()?;
    let requirements = requirements(&fields.config);
    let service = fields.config.service.as_deref().unwrap_or("custom");
    for (number, (event, expected)) in fields.events.iter().zip(&fields.expect).enumerate() {
        let missing = match missing(&requirements, event) {
            Ok(missing) => missing,
            Err(error) => return Ok(Outcome::Different(format!("event {number}: {error}"))),
        };
        let found = (error(service, &missing), missing);
        let expected = (expected.error.clone(), expected.missing.clone());
        if let different @ Outcome::Different(_) = Outcome::of(&format!("event {number}"), &expected, &found)
        {
            return Ok(different);
        }
    }
    Ok(Outcome::of("events", &fields.expect.len(), &fields.events.len()))
}

fn requirements(config: &Config) -> Requirements {
    let known = SERVICES.iter().find(|(name, _)| Some(*name) == config.service.as_deref());
    let required: Vec<String> = match (&config.schema, known) {
        (Some(schema), _) => schema.required.clone(),
        (None, Some((_, names))) => names.iter().map(|name| (*name).to_owned()).collect(),
        (None, None) => Vec::new(),
    };
    let allowed = config.schema.as_ref().map(|schema| schema.allow_empty.clone()).unwrap_or_default();
    let requirement = |name: String| {
        let may_be_blank = allowed.contains(&name);
        (name, Requirement { may_be_blank, ..Requirement::default() })
    };
    Requirements {
        stages: vec!["start".to_owned()],
        variables: required.into_iter().map(requirement).collect(),
    }
}

fn missing(requirements: &Requirements, event: &Event) -> Result<Vec<String>, gate_core::GateError> {
    let set = event.env.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?)));
    let report = requirements.check("start", &set.collect::<Table<String>>())?;
    let is_missing = |fault| matches!(fault, EnvFault::Missing | EnvFault::Blank | EnvFault::Placeholder);
    let problems = report.problems.into_iter();
    Ok(problems
        .map(|problem| if is_missing(problem.fault) { problem.name } else { format!("{problem:?}") })
        .collect())
}

fn error(service: &str, missing: &[String]) -> Option<String> {
    let mut names = missing.to_vec();
    names.sort();
    let names = names.join(", ");
    (!names.is_empty())
        .then(|| format!("[env] Missing required environment variables for {service}: {names}"))
}
