//! The wait for the service, before the first step.

use std::io::{self, Write};
use std::thread;
use std::time::{Duration, Instant};

use gate_core::{ErrorCode, GateError};
use serde::Deserialize;

use crate::command::quoted;
use crate::duration::{Time, shown};
use crate::http::{Question, Url, ask};
use crate::process::Interrupt;

/// What the wait is called among the steps.
pub(super) const NAME: &str = "wait_for";

/// Where it says what it saw, below the folder of the report.
pub(super) const LOG: &str = "logs/wait_for.log";

/// The variable of the documents, in seconds, which wins.
const VARIABLE: &str = "HEALTH_TIMEOUT_SEC";

/// How long one answer may take.
const PROBE: Duration = Duration::from_secs(3);

/// How long to wait between two questions.
const PAUSE: Duration = Duration::from_millis(200);

/// A URL that must answer before any step runs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WaitFor {
    /// A URL, or a path of the service.
    url: String,
    #[serde(default = "default_timeout")]
    timeout: Time,
    /// Ask a host that is not this machine without TLS.
    #[serde(default)]
    allow_http: bool,
}

/// That of the documents.
const fn default_timeout() -> Time {
    Time(Duration::from_secs(45))
}

impl WaitFor {
    /// Puts the base of the service before a path, and takes the variable, if it is set.
    pub(super) fn resolve(&mut self, api_base: &str) -> Result<(), GateError> {
        if self.url.starts_with('/') {
            self.url = format!("{}{}", api_base.trim_end_matches('/'), self.url);
        }
        self.url()?;
        let Some(text) = std::env::var_os(VARIABLE) else { return Ok(()) };
        let text = text.to_string_lossy();
        let seconds = text.parse().ok().filter(|seconds| (1..=86_400).contains(seconds));
        let expected = "seconds in 1..=86400";
        let refused = || GateError::new(ErrorCode::WrongValue, VARIABLE, expected, quoted(&text));
        self.timeout = Time(Duration::from_secs(seconds.ok_or_else(refused)?));
        Ok(())
    }

    fn url(&self) -> Result<Url, GateError> {
        Url::parse(&self.url, self.allow_http, "wait_for.url")
    }

    /// What it does, for people. Masked by whoever shows it.
    pub(super) fn shown(&self) -> String {
        format!("GET {} for up to {}", self.url, shown(self.timeout.0))
    }

    /// Asks until a status says success, and returns whether one did. Any other answer is none: a service that fails at
    /// everything answers, too.
    pub(super) fn run(&self, interrupt: &Interrupt, log: &mut dyn Write) -> Result<bool, GateError> {
        let url = self.url()?;
        self.until_good(&url, interrupt, log).map_err(|error| {
            GateError::new(ErrorCode::OutputFailed, "log", "a log file that can be written", error)
        })
    }

    fn until_good(&self, url: &Url, interrupt: &Interrupt, log: &mut dyn Write) -> io::Result<bool> {
        let started = Instant::now();
        let mut last = String::new();
        while let Some(left) = self.timeout.0.checked_sub(started.elapsed()).filter(|left| !left.is_zero()) {
            if interrupt.is_set() {
                writeln!(log, "interrupted")?;
                return Ok(false);
            }
            let reply = ask(url, Question::default(), left.min(PROBE));
            let said = reply.as_ref().map_or_else(Clone::clone, |reply| format!("status {}", reply.status));
            if said != last {
                writeln!(log, "{said}")?;
            }
            if reply.is_ok_and(|reply| (200..300).contains(&reply.status)) {
                return Ok(true);
            }
            last = said;
            thread::sleep(left.min(PAUSE));
        }
        writeln!(log, "no good answer within {}", shown(self.timeout.0))?;
        Ok(false)
    }
}
