//! `tsfm-gate harden security`

use std::env::var_os;

use gate_core::hardening::TokenPolicy;
use gate_core::hardening::security::{
    Answer as Heard, Expectation, Probe, SecurityReport, SecurityRow, judge,
};
use gate_core::secret::Secret;
use gate_core::{ErrorCode, GateError};

use super::plan::refused;
use super::{Answer, exit, judged, kept, lines, one_line};
use crate::args::HardenSecurity;
use crate::failure::Failure;
use crate::http::{Question, Url, ask};
use crate::input;

/// What is sent unless there is a file: valid JSON, which a service that checks tokens first never reads without one.
const BODY: &[u8] = br#"{"series": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], "horizon": 1}"#;

/// Probes the service.
pub(super) fn run(args: &HardenSecurity) -> Result<Answer, Failure> {
    let token = token(&args.token_env)?;
    let body = match &args.body {
        Some(path) => input::read(path, "body")?.bytes,
        None => BODY.to_vec(),
    };
    let service = Service { args, url: args.asking.url(&args.base_url, &args.path)?, body };
    let mut probes = vec![
        service.probe("without a token", Expectation::Unauthorized, None),
        service.probe("with a wrong token", Expectation::Unauthorized, Some(&wrong(&token))),
        service.probe("with the token", Expectation::Allowed, Some(&token)),
        service.until_limited(&token),
    ];
    if let Some(path) = &args.error_path {
        let url = args.asking.url(&args.base_url, path)?;
        let question = Question { token: Some(&token), body: None };
        let heard = vec![service.ask(&url, question)];
        probes.push(probe(&format!("GET {path}"), Expectation::InternalError, heard));
    }
    let report = judge(&probes, &token);
    kept(&report, args.reported.output.as_deref(), args.body.as_deref())?;
    Ok(judged(args.reported.shown.format, exit(report.ok), &report, text))
}

struct Service<'a> {
    args: &'a HardenSecurity,
    url: Url,
    body: Vec<u8>,
}

impl Service<'_> {
    fn ask(&self, url: &Url, question: Question) -> Result<Heard, String> {
        let reply = ask(url, question, self.args.asking.timeout())?;
        let body = String::from_utf8_lossy(&reply.body).into_owned();
        Ok(Heard { status: reply.status, headers: reply.headers, body })
    }

    fn probe(&self, how: &str, expect: Expectation, token: Option<&Secret>) -> Probe {
        let heard = self.ask(&self.url, Question { token, body: Some(&self.body) });
        probe(&format!("POST {} {how}", self.args.path), expect, vec![heard])
    }

    fn until_limited(&self, token: &Secret) -> Probe {
        let mut heard = Vec::new();
        for _ in 0..self.args.limit {
            let answer = self.ask(&self.url, Question { token: Some(token), body: Some(&self.body) });
            let is_last = !answer.as_ref().is_ok_and(|answer| answer.status == 200);
            heard.push(answer);
            if is_last {
                break;
            }
        }
        probe(&format!("POST {} again and again", self.args.path), Expectation::RateLimited, heard)
    }
}

/// The answers; the name says why the last one is missing, if it is.
fn probe(name: &str, expect: Expectation, heard: Vec<Result<Heard, String>>) -> Probe {
    let why = heard.iter().find_map(|it| it.as_ref().err().cloned());
    let name = why.map_or_else(|| name.to_owned(), |why| format!("{name} ({why})"));
    Probe { name, expect, answers: heard.into_iter().flatten().collect() }
}

/// The token, which only the environment has.
fn token(names: &[String]) -> Result<Secret, GateError> {
    let value = names.iter().find_map(|name| var_os(name).filter(|value| !value.is_empty()));
    let text = value.as_ref().map(|value| value.to_string_lossy());
    TokenPolicy::default().check(text.as_deref()).map_err(|fault| refused(fault, names))?;
    let missing = || GateError::new(ErrorCode::MissingField, "token_env", "a token", "none");
    Ok(Secret::new(value.ok_or_else(missing)?.into_encoded_bytes()))
}

/// A token as long as the right one that differs in one place: what compares only a beginning takes it.
fn wrong(token: &Secret) -> Secret {
    let mut bytes = token.expose().to_vec();
    if let Some(last) = bytes.last_mut() {
        *last = if *last == b'x' { b'y' } else { b'x' };
    }
    Secret::new(bytes)
}

fn text(report: &SecurityReport) -> String {
    let word = if report.ok { "SECURITY_SMOKE_PASS" } else { "SECURITY_SMOKE_FAIL" };
    let row = |row: &SecurityRow| {
        let word = if row.problems.is_empty() { "pass" } else { "fail" };
        format!("  {word} {}\n{}", one_line(&row.name), lines(&row.problems))
    };
    format!("{word}\n{}", report.rows.iter().map(row).collect::<String>())
}
