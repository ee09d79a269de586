//! `tsfm-gate cutover keys check`

use std::env;
use std::path::Path;

use gate_core::cutover::keys::{KeyLevel, KeyRule, KeysReport, judge_keys};
use gate_core::time::Instant;
use gate_core::{ErrorCode, GateError};
use serde_json::{Value, json};

use super::{Answer, Surroundings, answer, texts};
use crate::args::KeysCheck;
use crate::failure::Failure;
use crate::http::{self, Url};

/// The variables of the documents, which anything that was typed outranks.
const LIMITS: [&str; 2] = ["ROTATION_WARN_DAYS", "ROTATION_CRITICAL_DAYS"];

pub(super) fn run(args: &KeysCheck, around: Surroundings) -> Result<Answer, Failure> {
    let alert_url = args.alert_url.as_deref();
    let alert_url = alert_url.map(|url| Url::parse(url, args.allow_http, "alert_url")).transpose()?;
    let rule = rule([args.warn_days.as_deref(), args.critical_days.as_deref()])?;
    let report = report(args.file.as_deref(), args.env.as_deref(), rule, (around.clock)())?;
    let mut notes = Vec::new();
    if let Some(url) = alert_url.filter(|_| report.level() != KeyLevel::Ok) {
        notes.push(alert(&url, &report, args));
    }
    answer(vec![report.check()], &notes, &args.shown, around)
}

/// The limits: what was typed, else the environment, else the default.
pub(super) fn rule(typed: [Option<&str>; 2]) -> Result<KeyRule, GateError> {
    let found = LIMITS.map(|name| env::var(name).ok());
    KeyRule::from_texts(typed, [found[0].as_deref(), found[1].as_deref()])
}

/// Judges the keys of a file, or of a variable. A list that is not there is one that nobody can use.
pub(super) fn report(
    file: Option<&Path>,
    variable: Option<&str>,
    rule: KeyRule,
    now: Instant,
) -> Result<KeysReport, GateError> {
    let list = match (file, variable) {
        (Some(path), None) => texts::read_if_there(path, "file")?,
        (None, Some(name)) => env::var_os(name).map(std::ffi::OsString::into_encoded_bytes),
        (Some(_), Some(_)) => {
            let expected = "a file or a variable";
            return Err(GateError::new(ErrorCode::Contradiction, "keys", expected, "both"));
        }
        (None, None) => {
            return Err(GateError::new(ErrorCode::MissingField, "keys", "a file or a variable", "neither"));
        }
    };
    Ok(judge_keys(list.as_deref(), rule, now))
}

/// Tells a webhook, and says whether that worked.
fn alert(url: &Url, report: &KeysReport, args: &KeysCheck) -> String {
    match http::post_json(url, &message(report).to_string(), args.timeout) {
        Ok(200..300) => format!("the alert was delivered to {}", url.shown()),
        Ok(status) => format!("the alert was NOT delivered to {}: HTTP status {status}", url.shown()),
        Err(why) => format!("the alert was NOT delivered to {}: {why}", url.shown()),
    }
}

/// The message in the form that webhooks of chats take: a colour, and one field for each key that is not well.
fn message(report: &KeysReport) -> Value {
    let colour = if report.level() == KeyLevel::Warning { "warning" } else { "danger" };
    let bad = report.keys.iter().filter(|key| key.level != KeyLevel::Ok);
    let keys = bad.map(|key| json!({"title": key.key_id, "value": key.message, "short": false}));
    let faults = report.faults.iter().map(|fault| json!({"title": "keys", "value": fault, "short": false}));
    let fields: Vec<Value> = faults.chain(keys).collect();
    json!({"attachments": [{"color": colour, "title": "Key rotation", "fields": fields}]})
}
