//! The upstream circuit breaker that watches metrics, and its monitor.
//!
//! Upstream has one state file with one word in it; ours are two documents, of the metrics and of the holds. The
//! adapter translates words and files, and shows what our status says. It decides nothing. Upstream's commands have no
//! actor and may have no reason, which we refuse: the adapter signs them, and shows the reason that was given.
//! Not compared: exit codes and alert colours, which are the command line's, and the percentile in an alert, which
//! repeats the input.

use gate_core::breaker::{
    HoldKind, MetricBreaker, MetricBreakerState, MetricCause, MetricChange, MetricConfig, MetricReading,
    MetricState, MetricStatus, Overrides, OverridesState, RateBreach, Signed,
};
use gate_core::document::from_json;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Outcome, Row};

const ACTOR: &str = "upstream";

/// What a host hands over for metrics that it cannot read.
const ILLEGIBLE: MetricReading = MetricReading {
    total_requests: f64::NAN,
    failed_requests: f64::NAN,
    p99_latency_ms: f64::NAN,
    timestamp: None,
    read_at: None,
};

#[derive(Deserialize)]
struct Fields {
    input: Value,
    expect: Value,
}

/// Replays a sequence of events, one run of the monitor, or the question whether a file says enabled.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    let Fields { input, expect } = row.fields()?;
    Ok(match row.op() {
        "breaker.sequence" => sequence(&input, &expect),
        "breaker.monitor_once" => monitor_once(&input, &expect),
        "breaker.should_enable" => {
            let service = Service::start(MetricConfig::naive(), File::foreign(&input["state_file"]), 0);
            let enabled = service.status().state == MetricState::Enabled;
            Outcome::of("enabled", &expect["enabled"], &json!(enabled))
        }
        other => Outcome::OutOfScope(other.to_owned()),
    })
}

fn sequence(input: &Value, expect: &Value) -> Outcome {
    let file = File::foreign(&input["initial_file"]);
    let mut service = Service::start(config(&input["config"]), file, nanoseconds(&input["t0"]));
    let mut outcome = service.compare("start", &expect["start"]);
    let events = input["events"].as_array().expect("events");
    for (number, event) in events.iter().enumerate() {
        let trace = &expect["trace"][number];
        let told = service.step(event);
        if matches!(outcome, Outcome::Same) && service.recovered_on_nothing(event, trace) {
            return Outcome::Departure("PB14");
        }
        outcome = outcome
            .and(|| service.compare(&format!("event {number}"), trace))
            .and(|| Outcome::of(&format!("event {number} saved"), &trace["saved"], &json!(told.is_some())))
            .and(|| compare_alert(number, &trace["alert"], told.as_ref()));
    }
    outcome.and(|| Outcome::of("final_file", &shown(&expect["final_file"]), &service.file.shown()))
}

fn monitor_once(input: &Value, expect: &Value) -> Outcome {
    let env =
        |name: &str| input["env"][name].as_str().map(|text| text.trim().parse::<f64>().expect("a number"));
    let mut settings = Map::new();
    for (name, key) in [
        ("PII_BREAKER_ERROR_THRESHOLD", "error_rate_threshold"),
        ("PII_BREAKER_P99_THRESHOLD_MS", "p99_latency_threshold_ms"),
        ("PII_BREAKER_MIN_SAMPLES", "min_samples"),
    ] {
        env(name).map(|given| settings.insert(key.to_owned(), json!(given)));
    }
    let now = nanoseconds(&input["t0"]);
    let mut service =
        Service::start(config(&Value::Object(settings)), File::foreign(&input["state_file"]), now);
    let reading = input["metrics_file"].as_str().map(|text| from_json::<MetricReading>(text.as_bytes()));
    let incomplete = matches!(reading, Some(Err(_)));
    let told = reading.and_then(|reading| service.check(&reading.unwrap_or(ILLEGIBLE)));
    let status = service.status();
    let unknown = serde_json::from_value::<MetricState>(expect["state_after"].clone()).is_err();
    if unknown && status.state == MetricState::DisabledManual {
        return Outcome::Departure("PB2");
    }
    if incomplete && expect["transition"] == true && told.is_none() {
        return Outcome::Departure("PB8");
    }
    let reason = (status.cause != MetricCause::Initial).then(|| plain(&service.reason()));
    let file = match service.file.shown() {
        unparsed if unparsed.get("unparsed").is_some() => json!({"unparsed": true}),
        file => file,
    };
    Outcome::of("state_after", &expect["state_after"], &json!(status.state))
        .and(|| Outcome::of("reason_after", &expect["reason_after"].as_str().map(plain), &reason))
        .and(|| Outcome::of("transition", &expect["transition"], &json!(told.is_some())))
        .and(|| Outcome::of("file_after", &shown(&expect["file_after"]), &file))
}

/// Our breaker and our holds in the place of upstream's breaker.
struct Service {
    config: MetricConfig,
    breaker: MetricBreaker,
    overrides: Overrides,
    /// The reason that a command or a foreign file gave, until a transition has one of its own.
    given: Option<String>,
    /// The instant in a foreign file, where it lies in the future: ours cannot be younger than now.
    future: Option<u64>,
    file: File,
    now: u64,
}

/// What lies where the state is kept.
#[derive(Clone)]
enum File {
    Absent,
    /// As upstream, or anything else, wrote it.
    Foreign(String),
    /// Our two documents, and the reason and the instant that upstream's form shows.
    Ours {
        metric: String,
        overrides: String,
        given: Option<String>,
        future: Option<u64>,
        shown: Value,
        saved: u64,
    },
}

/// What upstream's file says.
#[derive(Deserialize)]
struct Legacy {
    state: MetricState,
    reason: String,
    timestamp: f64,
}

/// What a step has to tell: a transition of the metrics, or nothing more than that a command was carried out.
enum Told {
    Automatic(MetricChange, String),
    Commanded,
}

impl File {
    fn foreign(content: &Value) -> Self {
        content.as_str().map_or(Self::Absent, |text| Self::Foreign(text.to_owned()))
    }

    fn shown(&self) -> Value {
        match self {
            Self::Absent => Value::Null,
            Self::Foreign(text) => {
                serde_json::from_str(text).map_or(json!({"unparsed": text}), |value| shown(&value))
            }
            Self::Ours { shown, .. } => shown.clone(),
        }
    }
}

impl Service {
    fn start(config: MetricConfig, file: File, now: u64) -> Self {
        let breaker = MetricBreaker::new(&config).expect("possible settings").started_at(now);
        let (overrides, given) = (Overrides::default(), None);
        let mut service = Self { config, breaker, overrides, given, future: None, file: file.clone(), now };
        match file {
            File::Absent => {}
            File::Foreign(text) => service.load_foreign(&text),
            File::Ours { metric, overrides, given, future, saved, .. } => {
                let state = from_json::<MetricBreakerState>(metric.as_bytes()).expect("our own document");
                let holds = from_json::<OverridesState>(overrides.as_bytes()).expect("our own document");
                let elapsed = now.saturating_sub(saved);
                service.breaker =
                    MetricBreaker::restore(&service.config, &state, now, elapsed).expect("our own state");
                service.overrides = Overrides::restore(&holds, now, elapsed).expect("our own state");
                (service.given, service.future) = (given, future);
            }
        }
        service
    }

    /// Our documents, as they would be if we had been in the state that the foreign file names.
    fn load_foreign(&mut self, text: &str) {
        let legacy = serde_json::from_str::<Value>(text).and_then(Legacy::deserialize);
        let Ok(legacy) = legacy else {
            // Whoever cannot be read is stopped.
            self.place_hold();
            return;
        };
        let since = nanoseconds(&json!(legacy.timestamp));
        let mut state = self.breaker.snapshot(self.now);
        state.cause = MetricCause::Commanded;
        if legacy.state == MetricState::DisabledAuto {
            let rate = RateBreach { failed: 1, total: 1, limit_percent: 5.0 };
            state.state = MetricState::DisabledAuto;
            state.cause = MetricCause::Breach { rate: Some(rate), p99: None };
        }
        state.for_ns = self.now.saturating_sub(since);
        self.breaker = MetricBreaker::restore(&self.config, &state, self.now, 0).expect("a possible state");
        if legacy.state == MetricState::DisabledManual {
            self.place_hold();
            let mut holds = self.overrides.snapshot(self.now);
            holds.holds.iter_mut().for_each(|hold| hold.age_ns = self.now.saturating_sub(since));
            self.overrides = Overrides::restore(&holds, self.now, 0).expect("possible holds");
        }
        self.given = Some(legacy.reason);
        self.future = Some(since).filter(|since| *since > self.now);
    }

    fn place_hold(&mut self) {
        self.overrides.hold(sign(), HoldKind::Off, None, self.now).expect("a hold");
    }

    fn step(&mut self, event: &Value) -> Option<Told> {
        self.now = nanoseconds(&event["t"]);
        match event["ev"].as_str().expect("an event") {
            "check" => return self.check(&reading(&event["metrics"])),
            "disable_manual" => {
                self.place_hold();
                return Some(self.commanded(event));
            }
            "enable_manual" => {
                self.overrides.release(&sign(), self.now);
                self.breaker.reset(self.now);
                return Some(self.commanded(event));
            }
            "write_file" => self.file = File::foreign(&event["content"]),
            "restart" => {
                let given = event.get("config").filter(|config| config.is_object());
                let config = given.map_or_else(|| self.config.clone(), config);
                *self = Self::start(config, self.file.clone(), self.now);
            }
            other => panic!("unknown event {other}"),
        }
        None
    }

    fn commanded(&mut self, event: &Value) -> Told {
        self.given = Some(event["reason"].as_str().unwrap_or("manual override").to_owned());
        self.future = None;
        self.save();
        Told::Commanded
    }

    /// A transition under a hold is one of ours, but nothing that upstream would tell: the hold decides.
    fn check(&mut self, reading: &MetricReading) -> Option<Told> {
        let held = self.overrides.mode(self.now).is_some();
        let change = self.breaker.check(reading, self.now).ok()?.change.filter(|_| !held)?;
        (self.given, self.future) = (None, None);
        self.save();
        Some(Told::Automatic(change, change.cause.reason()))
    }

    /// Told to judge readings of no requests, upstream takes them for good.
    fn recovered_on_nothing(&self, event: &Value, trace: &Value) -> bool {
        let nothing = event["metrics"]["total_requests"].as_u64() == Some(0);
        nothing && trace["state"] == "enabled" && self.status().state == MetricState::DisabledAuto
    }

    fn save(&mut self) {
        let text = |document: serde_json::Result<String>| document.expect("a document");
        let metric = text(serde_json::to_string(&self.breaker.snapshot(self.now)));
        let overrides = text(serde_json::to_string(&self.overrides.snapshot(self.now)));
        let (given, future, shown, saved) = (self.given.clone(), self.future, self.shown(), self.now);
        self.file = File::Ours { metric, overrides, given, future, shown, saved };
    }

    fn status(&self) -> MetricStatus {
        self.breaker.status_under(&self.overrides, self.now)
    }

    fn reason(&self) -> String {
        self.given.clone().unwrap_or_else(|| self.status().reason)
    }

    fn shown(&self) -> Value {
        let status = self.status();
        json!({
            "state": status.state,
            "reason": plain(&self.reason()),
            "timestamp": self.future.unwrap_or(self.now.saturating_sub(status.for_ns)),
        })
    }

    fn compare(&self, what: &str, expected: &Value) -> Outcome {
        let found = self.shown();
        let returned = expected.get("returned").unwrap_or(&expected["state"]);
        Outcome::of(what, &shown(expected), &found).and(|| Outcome::of(what, returned, &found["state"]))
    }
}

fn sign() -> Signed {
    Signed::new(ACTOR, "a command that upstream did not sign").expect("a signature")
}

fn compare_alert(number: usize, expected: &Value, told: Option<&Told>) -> Outcome {
    let what = format!("event {number} alert");
    let fields = &expected["fields"];
    let Some(Told::Automatic(change, reason)) = told else {
        let automatic = fields.get("Total Requests").is_some();
        return Outcome::of(&what, &false, &automatic);
    };
    let event = if change.to == MetricState::Enabled { "enabled" } else { "disabled" };
    let expected_reason = fields["Reason"].as_str().map(plain);
    let total = change.counts.total.to_string();
    Outcome::of(&what, &fields["Event"], &json!(event))
        .and(|| Outcome::of(&what, &expected_reason, &Some(plain(reason))))
        .and(|| Outcome::of(&what, &fields["Total Requests"], &json!(total)))
}

/// The rule as upstream has it, with these thresholds.
fn config(given: &Value) -> MetricConfig {
    let number = |key: &str, otherwise: f64| given.get(key).and_then(Value::as_f64).unwrap_or(otherwise);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
    let min_samples = number("min_samples", 100.0) as u64;
    let (rate, p99) = (number("error_rate_threshold", 0.05), number("p99_latency_threshold_ms", 100.0));
    MetricConfig { slices: 1000, ..MetricConfig::naive() }.with_thresholds(rate, p99, min_samples)
}

fn reading(metrics: &Value) -> MetricReading {
    MetricReading {
        total_requests: number(&metrics["total_requests"]),
        failed_requests: number(&metrics["failed_requests"]),
        p99_latency_ms: number(&metrics["p99_latency_ms"]),
        timestamp: metrics.get("timestamp").map(number),
        read_at: None,
    }
}

/// A number that JSON may not have.
fn number(value: &Value) -> f64 {
    match value["$f"].as_str() {
        Some("inf") => f64::INFINITY,
        Some("-inf") => f64::NEG_INFINITY,
        Some(_) => f64::NAN,
        None => value.as_f64().expect("a number"),
    }
}

/// Seconds as nanoseconds; the rows have whole milliseconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "instants of this century")]
fn nanoseconds(seconds: &Value) -> u64 {
    let milliseconds = (seconds.as_f64().unwrap_or(0.0) * 1e3).round();
    milliseconds as u64 * 1_000_000
}

/// The fields that both have, with instants as numbers that compare exactly.
fn shown(expected: &Value) -> Value {
    match expected {
        Value::Object(fields) if fields.contains_key("state") => json!({
            "state": fields["state"],
            "reason": fields.get("reason").and_then(Value::as_str).map(plain),
            "timestamp": fields.get("timestamp").map(nanoseconds),
        }),
        other => other.clone(),
    }
}

/// Upstream writes a threshold as it was typed: `100ms`, or `100.0ms`. Ours is a number.
fn plain(reason: &str) -> String {
    match reason.strip_suffix(".0ms") {
        Some(start) if start.contains("p99=") => format!("{start}ms"),
        _ => reason.to_owned(),
    }
}
