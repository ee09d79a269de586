//! The metric breaker: its cases, its recorded rows, and its rate of false trips.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::path::Path;

use gate_core::GateError;
use gate_core::breaker::{
    HoldKind, MetricBreaker, MetricBreakerState, MetricConfig, MetricReading, Overrides, OverridesState,
    Signed,
};
use gate_core::document::from_json;
use gate_tests::conformance::{Report, replay_file};
use gate_tests::false_trips::{TABLE, default_by_samples, seen_after, trips};
use serde_json::Value;

const SECOND: u64 = 1_000_000_000;

#[test]
fn every_case_comes_out_as_it_says() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../cases/metric_breaker.json")).expect("cases");
    for case in &cases {
        let name = case["name"].as_str().expect("a name");
        let steps = case["steps"].as_array().map_or(0, |steps| run(case, name, steps));
        let readings = case["readings"].as_array().map_or(0, |readings| read(name, readings));
        let restored = usize::from(restore(case, name));
        assert!(steps + readings + restored > 0, "{name} asks nothing");
    }
}

#[test]
fn every_departure_names_a_case() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../cases/metric_breaker.json")).expect("cases");
    let departures: Value = serde_json::from_str(include_str!("../departures.json")).expect("departures");
    for (flaw, departure) in departures["metric_breaker"].as_object().expect("departures") {
        let shows = |case: &&Value| {
            departure["case"] == format!("metric_breaker/{}", case["name"].as_str().expect("a name"))
        };
        let case =
            cases.iter().find(shows).unwrap_or_else(|| panic!("{flaw}: no case {}", departure["case"]));
        let flaws = case["flaws"].as_array().expect("flaws");
        assert!(
            flaws.iter().any(|shown| shown.as_str() == Some(flaw)),
            "{} does not show {flaw}",
            case["name"]
        );
    }
}

#[test]
fn recorded_rows_agree_but_for_the_departures() {
    let mut report = Report::default();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/metric_breaker.jsonl.gz");
    replay_file(&path, &mut report).expect("a readable file");
    let text = report.to_string();
    assert!(report.is_good(), "{text}");
    assert!(!text.contains("not in departures.json"), "{text}");
}

/// The figures in docs/breakers-false-trips.md, on fewer runs.
#[test]
fn a_healthy_service_stays_on_and_a_sick_one_does_not() {
    let ours = default_by_samples();
    assert!(trips(&ours, 0.02, 200) < 0.01);
    let seen = seen_after(&ours, 0.20, 100);
    assert_eq!(seen.len(), 100, "every rise is seen");
    assert!(seen.iter().all(|calls| *calls <= 600), "{seen:?}");
    assert!(trips(&TABLE[0].config(), 0.02, 50) > 0.9, "the naive rule is what it is compared with");
}

/// Runs the steps of a case, and returns how many there were.
fn run(case: &Value, name: &str, steps: &[Value]) -> usize {
    let config = match case["config"].as_str() {
        Some("naive") => MetricConfig::naive(),
        _ => MetricConfig::default(),
    };
    let min_samples = case["min_samples"].as_u64().unwrap_or(config.min_samples);
    let config = MetricConfig { min_samples, ..config };
    let mut breaker = MetricBreaker::new(&config).expect("settings");
    let mut overrides = Overrides::default();
    for (number, step) in steps.iter().enumerate() {
        let now = step["t"].as_u64().expect("an instant") * SECOND;
        let error = act(&mut breaker, &mut overrides, step, now).map_err(|error| error.code().as_str()).err();
        assert_eq!(error, step["expect_error"].as_str(), "{name}, step {number}");
        let status = breaker.status_under(&overrides, now);
        let expected = [&step["expect"][0], &step["expect"][1]].map(|it| it.as_str().expect("a text"));
        assert_eq!([status.state.as_str(), &status.reason], expected, "{name}, step {number}");
    }
    steps.len()
}

fn act(
    breaker: &mut MetricBreaker,
    overrides: &mut Overrides,
    step: &Value,
    now: u64,
) -> Result<(), GateError> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    if let Some(figures) = step["check"].as_array() {
        let figure = |index: usize| figures.get(index).map(figure);
        let reading = MetricReading {
            total_requests: figure(0).expect("a total"),
            failed_requests: figure(1).expect("failures"),
            p99_latency_ms: figure(2).expect("a percentile"),
            timestamp: figure(3),
            read_at: figure(4),
        };
        breaker.check(&reading, now)?;
    } else if let Some(hold) = step["hold"].as_array() {
        let kind: HoldKind = serde_json::from_value(hold[1].clone()).expect("a kind");
        let expires = hold.get(3).map(|at| at.as_u64().expect("an instant") * SECOND);
        overrides.hold(Signed::new(&text(&hold[0]), &text(&hold[2]))?, kind, expires, now)?;
    } else if step["release"].is_string() {
        let signed = Signed::new(&text(&step["release"]), "over")?;
        overrides.release(&signed, now).expect("a hold of this owner");
    } else {
        assert_eq!(step["tick"], true, "a step does something");
        breaker.tick(now);
        overrides.tick(now);
    }
    Ok(())
}

fn figure(value: &Value) -> f64 {
    match value.as_str() {
        Some(text) => text.parse().expect("a figure"),
        None => value.as_f64().expect("a figure"),
    }
}

fn read(name: &str, readings: &[Value]) -> usize {
    for reading in readings {
        let text = reading["text"].as_str().expect("a text");
        let error = from_json::<MetricReading>(text.as_bytes()).expect_err(name);
        assert_eq!(Some(error.code().as_str()), reading["expect_error"].as_str(), "{name}: {text}: {error}");
    }
    readings.len()
}

/// Restores what the case gives, which must be refused. False if it gives nothing.
fn restore(case: &Value, name: &str) -> bool {
    let error = if let Some(text) = case["restore"].as_str() {
        let read = from_json::<OverridesState>(text.as_bytes());
        read.and_then(|state| Overrides::restore(&state, 0, 0)).map(|_| ()).expect_err(name)
    } else if let Some(changes) = case["restore_metric"].as_object() {
        let config = MetricConfig::default();
        let state = MetricBreaker::new(&config).expect("settings").snapshot(0);
        let mut document = serde_json::to_value(state).expect("a document");
        changes.iter().for_each(|(key, value)| document[key] = value.clone());
        let read = from_json::<MetricBreakerState>(document.to_string().as_bytes());
        read.and_then(|state| MetricBreaker::restore(&config, &state, 0, 0)).map(|_| ()).expect_err(name)
    } else {
        return false;
    };
    assert_eq!(Some(error.code().as_str()), case["expect_error"].as_str(), "{name}: {error}");
    assert_eq!(error.path(), case["expect_path"].as_str().unwrap_or(error.path()), "{name}: {error}");
    true
}
