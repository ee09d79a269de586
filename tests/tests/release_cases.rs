//! The cases of `release.json` and `hardening.json`.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;
use std::fs;

use chrono::TimeDelta;
use gate_core::GateError;
use gate_core::digest::Digest;
use gate_core::document::{Table, from_json};
use gate_core::hardening::openapi::{self, OpenApiReport, Operation};
use gate_core::hardening::perf::{self, PerfReport, PerfThresholds};
use gate_core::hardening::review::{MAX_AGE, Review, Written};
use gate_core::hardening::security::{self, Answer, Expectation, Probe};
use gate_core::hardening::{Step, Summary, TokenPolicy, metrics};
use gate_core::release::env::Requirements;
use gate_core::release::limits::{Measured, ReportLimits};
use gate_core::release::matrix::{self, Binding, GateRecord, MatrixReport, RequiredGate, Waiver};
use gate_core::release::promote::{Decider, Promotion};
use gate_core::release::quantile::Quantile;
use gate_core::release::regression::{Measurement, RegressionPolicy};
use gate_core::release::secrets::{Allowed, Artifact, ArtifactScan, FoundSecret, Scanner, judge};
use gate_core::secret::Secret;
use gate_core::time::{Instant, parse_instant};
use gate_tests::cases::{difference, folder};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    why: String,
    /// `safety-26` or `canary-34`: the flaws of upstream that the case shows us without.
    #[serde(rename = "flaws")]
    _flaws: Vec<String>,
    op: String,
    given: Value,
    expect: Value,
}

type Answered = Result<Value, GateError>;

/// A document as it would come from a file.
fn read<T: DeserializeOwned>(value: &Value) -> Result<T, GateError> {
    from_json(value.to_string().as_bytes())
}

fn list<T: DeserializeOwned>(value: &Value) -> Result<Vec<T>, GateError> {
    value.as_array().into_iter().flatten().map(read).collect()
}

fn text<'a>(given: &'a Value, key: &str) -> &'a str {
    given[key].as_str().unwrap_or_default()
}

fn now() -> Instant {
    parse_instant("2026-11-21T12:00:00Z", "").expect("an instant")
}

fn to_value(report: &impl serde::Serialize) -> Value {
    serde_json::to_value(report).expect("a report")
}

fn env(given: &Value) -> Answered {
    let requirements: Requirements = read(&given["table"])?;
    let report = requirements.check(text(given, "stage"), &read::<Table<String>>(&given["variables"])?)?;
    let shown = report.problems.iter().map(|it| format!("{}: {}", it.name, to_value(&it.fault)));
    let problems: Vec<String> = shown.map(|line| line.replace('"', "")).collect();
    let all = to_value(&report).to_string();
    let values = given["variables"].as_object().expect("variables").values();
    let echoed = values.filter_map(Value::as_str).any(|value| value.len() > 6 && all.contains(value));
    Ok(json!({"verdict": report.verdict, "problems": problems, "echoed": echoed}))
}

fn secrets(given: &Value) -> Answered {
    let scanner = Scanner::new(Secret::new("cases"));
    let artifacts: Vec<Artifact> = given["artifacts"]
        .as_object()
        .expect("artifacts")
        .iter()
        .map(|(name, content)| {
            // Joined from parts, so that the case itself is no finding for a scan of this repository.
            let joined =
                |parts: &Value| parts.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let text: String = joined(if content.is_object() { &content["utf16"] } else { content });
            let bytes = match &content["utf16"] {
                Value::Null => text.into_bytes(),
                _ => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            };
            let findings = scanner.scan(&bytes);
            let scan = ArtifactScan::Scanned { bytes: bytes.len() as u64, findings };
            let scan =
                if content.is_null() { ArtifactScan::Unreadable("no permission".to_owned()) } else { scan };
            Artifact { name: name.clone(), scan }
        })
        .collect();
    let manifest: Vec<String> = match given.get("manifest") {
        Some(names) => serde_json::from_value(names.clone()).expect("names"),
        None => artifacts.iter().map(|artifact| artifact.name.clone()).collect(),
    };
    let report = judge(&manifest, &artifacts, &list::<Allowed>(&given["allowed"])?, now());
    let shown = |findings: &[FoundSecret]| -> Vec<String> {
        let line = |FoundSecret { artifact, finding: it }: &FoundSecret| {
            let named = it.name.as_ref().map(|named| format!(" {named}")).unwrap_or_default();
            format!("{artifact}: {}{named} {}..{}", it.rule, it.start, it.end)
        };
        findings.iter().map(line).collect()
    };
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    let fingerprint = report.findings.first().map(|found| found.finding.fingerprint.clone());
    Ok(json!({
        "verdict": report.verdict, "scanned": report.scanned, "findings": shown(&report.findings),
        "allowed": shown(&report.allowed), "problems": problems, "fingerprint": fingerprint,
    }))
}

fn series(given: &Value) -> Value {
    let mut given = given.clone();
    for (_, series) in given["metrics"].as_object_mut().expect("metrics") {
        if let Some([value, count]) = series["samples"]["repeat"].as_array().map(Vec::as_slice) {
            let count = usize::try_from(count.as_u64().expect("a count")).expect("a count");
            series["samples"] = Value::from(vec![value.clone(); count]);
        }
    }
    given
}

fn regression(given: &Value) -> Answered {
    let policy = match given.get("policy") {
        Some(policy) => read::<RegressionPolicy>(policy)?,
        None => RegressionPolicy::default(),
    };
    let side = |name: &str| read::<Measurement>(&series(&given[name]));
    let report = policy.compare(&side("baseline")?, &side("candidate")?)?;
    let all = report.comparisons.iter().flat_map(|it| &it.problems).chain(&report.problems);
    let problems: Vec<String> = all.map(ToString::to_string).collect();
    let mut answer = to_value(&report);
    answer["problems"] = json!(problems);
    Ok(answer)
}

fn limits(given: &Value) -> Answered {
    let mut measured = given.clone();
    let limits = measured.as_object_mut().expect("fields").remove("limits");
    let limits: ReportLimits = limits.map_or_else(|| Ok(ReportLimits::default()), |limits| read(&limits))?;
    let report = limits.judge(&read::<Measured>(&measured)?)?;
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    Ok(json!({"verdict": report.verdict, "problems": problems}))
}

/// Digests are written as one letter in the cases.
fn spelled(value: &Value) -> Value {
    let is_digest = |text: &str| text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match value {
        Value::String(text) if is_digest(text) => json!(text.repeat(64)),
        Value::Array(items) => items.iter().map(spelled).collect(),
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), spelled(value))).collect(),
        other => other.clone(),
    }
}

fn matrix_report(given: &Value) -> Result<MatrixReport, GateError> {
    let given = spelled(given);
    let required: Vec<RequiredGate> = list(&given["required"])?;
    let records: Vec<GateRecord> = list(&given["records"])?;
    let waivers: Vec<Waiver> = list(&given["waivers"])?;
    matrix::judge(&required, &read::<Binding>(&given["candidate"])?, &records, &waivers, now())
}

fn matrix_case(given: &Value) -> Answered {
    let report = matrix_report(given)?;
    let all = report.gates.iter().flat_map(|gate| &gate.problems).chain(&report.problems);
    let problems: Vec<String> = all.map(|it| it.to_string().replace(&"a".repeat(50), "")).collect();
    let waived: Vec<&str> =
        report.gates.iter().filter_map(|gate| gate.waived_by.as_ref()).map(|it| it.name.as_str()).collect();
    Ok(json!({"verdict": report.verdict, "problems": problems, "waived_by": waived}))
}

/// When a step is done.
fn at(step: &Value) -> Instant {
    step["at"].as_str().map_or_else(now, |at| parse_instant(at, "").expect("an instant"))
}

fn promote(given: &Value) -> Answered {
    let mut promotion = Promotion::default();
    let mut answers = Vec::new();
    for step in given["steps"].as_array().expect("steps") {
        let by = |step: &Value| Decider {
            actor: text(step, "by").to_owned(),
            reason: "as planned".to_owned(),
            at: at(step),
        };
        let stage = || serde_json::from_value(step["stage"].clone()).expect("a stage");
        let digest = || Digest::parse(&text(step, "digest").repeat(64)).expect("a digest");
        let done = match text(step, "do") {
            "promote" => {
                let mut evidence = given["evidence"].clone();
                let judged = step.get("evidence_for").unwrap_or(&step["digest"]);
                evidence["candidate"]["artifact"] = judged.clone();
                for record in evidence["records"].as_array_mut().expect("records") {
                    record["binding"]["artifact"] = judged.clone();
                    record["verdict"] = step.get("verdict").cloned().unwrap_or(json!("pass"));
                }
                promotion.promote(digest(), stage(), &matrix_report(&evidence)?, &by(step)).map(Some)
            }
            "health" => {
                let health = serde_json::from_value(step["health"].clone()).expect("a health");
                promotion.observe(stage(), health, at(step))
            }
            "roll_back" => promotion.roll_back(stage(), &by(step)).map(Some),
            "readmit" => promotion.readmit(digest(), &by(step)).map(|()| None),
            other => panic!("no step: {other}"),
        };
        answers.push(match done {
            Ok(None) => json!("noted"),
            Ok(Some(action)) => {
                let action = to_value(&action);
                let digest = action["digest"].as_str().unwrap_or_default().get(..1).unwrap_or_default();
                json!(format!("{} {} {digest}", text(&action, "action"), text(&action, "stage")).trim())
            }
            Err(problems) => json!(problems.iter().map(|problem| problem.path.clone()).collect::<Vec<_>>()),
        });
    }
    // A state document that is read again is the same state.
    assert_eq!(read::<Promotion>(&to_value(&promotion))?, promotion);
    Ok(json!({"answers": answers}))
}

fn quantile(given: &Value) -> Value {
    let values: Vec<f64> = serde_json::from_value(given["values"].clone()).expect("numbers");
    let all = [Quantile::NearestRank, Quantile::FloorIndex, Quantile::Linear];
    all.iter()
        .map(|it| (to_value(it).as_str().expect("a name").to_owned(), json!(it.of(&values, 0.95))))
        .collect()
}

fn token(given: &Value) -> Value {
    let policy = TokenPolicy::default();
    let fault = |token: &Value| policy.check(token.as_str()).err();
    let tokens = given["tokens"].as_array().expect("tokens");
    let shown = tokens.iter().filter_map(fault).map(|fault| fault.to_string());
    let all: String = shown.collect();
    let echoed = tokens
        .iter()
        .filter_map(Value::as_str)
        .any(|token| token.contains(['-', ';', '_', '7']) && all.contains(token));
    json!({"faults": tokens.iter().map(fault).collect::<Vec<_>>(), "echoed": echoed})
}

fn steps(given: &Value) -> Vec<Step> {
    let step = |step: &Value| Step {
        name: text(step, "name").to_owned(),
        command: text(step, "command").to_owned(),
        log_path: "logs/step.log".to_owned(),
        exit_code: step["exit_code"].as_i64().map(|code| i32::try_from(code).expect("a status")),
        elapsed_s: step["elapsed_s"].as_f64().unwrap_or(f64::NAN),
    };
    given["steps"].as_array().into_iter().flatten().map(step).collect()
}

fn run(given: &Value) -> Result<Summary, GateError> {
    let start = parse_instant("2026-11-21T11:00:00Z", "").expect("an instant");
    let end = start + chrono_seconds(given["seconds"].as_i64().unwrap_or(90));
    Summary::new("http://127.0.0.1:8100", (start, end), given["dry_run"] == json!(true), steps(given))
}

fn chrono_seconds(seconds: i64) -> std::time::Duration {
    std::time::Duration::from_secs(u64::try_from(seconds).expect("seconds"))
}

fn summary(given: &Value) -> Answered {
    let summary = match given.get("document") {
        Some(document) => Summary::from_json(document.to_string().as_bytes())?,
        None => run(given)?,
    };
    let mut answer = to_value(&summary);
    answer["exit"] = json!(summary.overall_status.exit_code());
    Ok(answer)
}

fn perf_report(given: &Value) -> Result<PerfReport, GateError> {
    let exit_code = given["exit_code"].as_i64().map(|code| i32::try_from(code).expect("a status"));
    perf::judge(text(given, "output").as_bytes(), exit_code, PerfThresholds::default())
}

fn openapi_report(given: &Value) -> OpenApiReport {
    let required: Vec<Operation> = match given.get("required") {
        Some(required) => required
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(Value::as_str)
            .map(Operation::parse)
            .collect(),
        None => Operation::built_in(),
    };
    let body = match (&given["unreachable"], &given["body"]) {
        (Value::String(why), _) => Err(why.clone()),
        (_, Value::String(body)) => Ok(body.clone()),
        (_, body) => Ok(body.to_string()),
    };
    let body = body.as_ref().map(String::as_bytes).map_err(String::as_str);
    openapi::judge("http://127.0.0.1:8100/openapi.json", body, &required)
}

fn good_headers() -> Vec<(String, String)> {
    let headers = [
        ("x-content-type-options", "nosniff"),
        ("X-Frame-Options", "deny"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
    ];
    headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

#[derive(Deserialize)]
struct Named {
    expect: Expectation,
}

fn probe(given: &Value) -> Result<Probe, GateError> {
    let answer = |answer: &Value| {
        let mut headers = if answer["bare"] == json!(true) { Vec::new() } else { good_headers() };
        let more = answer["headers"].as_object().into_iter().flatten();
        headers.extend(more.map(|(name, value)| (name.clone(), value.as_str().expect("a text").to_owned())));
        let status = u16::try_from(answer["status"].as_u64().expect("a status")).expect("a status");
        Answer { status, headers, body: text(answer, "body").to_owned() }
    };
    let Named { expect } = read(&json!({"expect": given["expect"]}))?;
    let answers = given["answers"].as_array().into_iter().flatten().map(answer).collect();
    Ok(Probe { name: text(given, "name").to_owned(), expect, answers })
}

fn security_report(given: &Value) -> Result<security::SecurityReport, GateError> {
    let probes = given["probes"].as_array().into_iter().flatten().map(probe);
    let token = Secret::new(given["token"].as_str().unwrap_or("tok-9f8e7d6c5b4a3210"));
    Ok(security::judge(&probes.collect::<Result<Vec<_>, _>>()?, &token))
}

fn security_case(given: &Value) -> Answered {
    let report = security_report(given)?;
    let problems: Vec<String> = report
        .rows
        .iter()
        .flat_map(|row| row.problems.iter().map(move |problem| format!("{}: {problem}", row.name)))
        .collect();
    Ok(json!({"ok": report.ok, "problems": problems}))
}

fn metrics_case(given: &Value) -> Value {
    let report = metrics::judge(text(given, "text"), &metrics::BUILT_IN);
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    json!({"ok": report.ok, "samples": report.samples, "problems": problems})
}

fn review(given: &Value) -> Answered {
    let summary = given.get("run").map(run).transpose()?;
    let openapi = of_or_read(&given["openapi"], |given| Ok(openapi_report(given)))?;
    let security = of_or_read(&given["security"], security_report)?;
    let perf = of_or_read(&given["perf"], perf_report)?;
    let written = &given["written"];
    let review = Review {
        now: now(),
        max_age: given["max_age_s"].as_i64().map_or(MAX_AGE, TimeDelta::seconds),
        summary_path: "artifacts/rollout_gate/rollout_hardening_gate_summary.json",
        openapi_path: "artifacts/rollout_gate/logs/openapi_smoke_report.json",
        summary: summary.as_ref(),
        openapi: openapi.as_ref().map(|report| Written { report, at: written_at(written, "openapi") }),
        security: security.as_ref().map(|report| Written { report, at: written_at(written, "security") }),
        perf: perf.as_ref().map(|report| Written { report, at: written_at(written, "perf") }),
    };
    let problems: Vec<String> = review.problems().iter().map(ToString::to_string).collect();
    let lines: Vec<_> = review.text().lines().map(str::to_owned).collect();
    Ok(json!({"text": lines, "ends": review.text().ends_with('\n'), "problems": problems}))
}

/// When a report was written: in the middle of the run, unless the case says otherwise. `null` is not known.
fn written_at(given: &Value, report: &str) -> Option<Instant> {
    let at = given.get(report).map_or(Some("2026-11-21T11:01:00Z"), Value::as_str)?;
    Some(parse_instant(at, report).expect("an instant"))
}

/// A report as it is judged, or as somebody wrote it down.
fn of_or_read<T: DeserializeOwned>(
    given: &Value,
    judge: impl Fn(&Value) -> Result<T, GateError>,
) -> Result<Option<T>, GateError> {
    match given.get("report") {
        Some(report) => read(report).map(Some),
        None if given.is_null() => Ok(None),
        None => judge(given).map(Some),
    }
}

fn answer(case: &Case) -> Value {
    let answered = match case.op.as_str() {
        "env" => env(&case.given),
        "secrets" => secrets(&case.given),
        "regression" => regression(&case.given),
        "limits" => limits(&case.given),
        "matrix" => matrix_case(&case.given),
        "promote" => promote(&case.given),
        "quantile" => Ok(quantile(&case.given)),
        "token" => Ok(token(&case.given)),
        "summary" => summary(&case.given),
        "perf" => perf_report(&case.given).map(|report| to_value(&report)),
        "openapi" => {
            let report = openapi_report(&case.given);
            let failures: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
            Ok(
                json!({"status": report.status, "failures": failures, "required_checked": report.required_checked}),
            )
        }
        "security" => security_case(&case.given),
        "metrics" => Ok(metrics_case(&case.given)),
        "review" => review(&case.given),
        other => panic!("no operation: {other}"),
    };
    answered.unwrap_or_else(|error| json!({"error": error.to_string()}))
}

fn cases(topic: &str) -> Vec<Case> {
    let text = fs::read_to_string(folder().join(topic)).expect("a readable case file");
    serde_json::from_str(&text).expect("cases")
}

#[test]
fn the_cases_hold() {
    let mut wrong = Vec::new();
    for case in ["release.json", "hardening.json"].iter().flat_map(|topic| cases(topic)) {
        let difference = difference(&case.expect, &answer(&case), "answer");
        wrong.extend(difference.map(|difference| format!("{} ({})\n  {difference}", case.name, case.why)));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_departure_has_its_case() {
    let all: Vec<Case> = ["release.json", "hardening.json"].iter().flat_map(|topic| cases(topic)).collect();
    let names: BTreeSet<&str> = all.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), all.len());
    let departures: Value = serde_json::from_str(include_str!("../departures.json")).expect("departures");
    for domain in ["env_check", "secret_scan", "verify_report"] {
        for (flaw, departure) in departures[domain].as_object().expect("flaws") {
            let case = departure["case"].as_str().and_then(|case| case.strip_prefix("release/"));
            assert!(case.is_some_and(|case| names.contains(case)), "{domain} {flaw}: {departure}");
        }
    }
}
