//! `breaker` and `latch` as their users meet them: what they say, how they exit, and what is left on the disk.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot prepare its files or read its output has failed"
)]

mod check;
mod crash;
mod latch;
mod lost;
mod people;
mod replay;
mod together;
mod usage;

use std::fs;
use std::ops::Deref;
use std::process::Command;

use gate_tests::program::{self, Ran};
use serde_json::{Value, json};

/// When the tests happen.
const T0: &str = "2026-11-21T10:00:00Z";
/// The same in seconds since 1970.
const T0_SECONDS: u32 = 1_795_255_200;

/// A folder with a state file, in which the program runs.
struct Folder(program::Folder);

impl Deref for Folder {
    type Target = program::Folder;

    fn deref(&self) -> &program::Folder {
        &self.0
    }
}

impl Folder {
    /// Without a state file.
    fn empty() -> Self {
        Self(program::Folder::empty())
    }

    /// With the state file that a first reset makes.
    fn started() -> Self {
        let folder = Self::empty();
        let ran = folder.order("breaker reset", "kim", "first start", &["--now", T0]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        folder
    }

    /// The state file.
    fn state(&self) -> Value {
        serde_json::from_slice(&self.bytes()).unwrap()
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.path("state.json")).unwrap()
    }

    fn program(&self) -> Command {
        self.0.program(env!("CARGO_BIN_EXE_tsfm-gate"))
    }

    fn gate(&self, args: &[&str]) -> Ran {
        Ran::new(self.program().args(args).output().unwrap())
    }

    /// A command on the state file, such as `breaker status`.
    fn ask(&self, words: &str, more: &[&str]) -> Ran {
        let words: Vec<&str> = words.split(' ').collect();
        self.gate(&[&words[..], &["--state", "state.json"], more].concat())
    }

    /// A signed command on the state file.
    fn order(&self, words: &str, actor: &str, reason: &str, more: &[&str]) -> Ran {
        self.ask(words, &[&["--actor", actor, "--reason", reason], more].concat())
    }

    /// `breaker check` of metrics that are computed so many seconds after the start, and read at once.
    fn check(&self, failed: u32, p99_ms: f64, after: u32, more: &[&str]) -> Ran {
        let metrics = json!({
            "total_requests": 1000, "failed_requests": failed, "p99_latency_ms": p99_ms,
            "timestamp": T0_SECONDS + after,
        });
        self.write("metrics.json", metrics.to_string());
        let now = at(after);
        self.ask("breaker check", &[&["--metrics", "metrics.json", "--now", &now], more].concat())
    }
}

/// So many seconds after the start, less than an hour.
fn at(after: u32) -> String {
    format!("2026-11-21T10:{:02}:{:02}Z", after / 60, after % 60)
}

/// The members of a list, as texts.
fn texts<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|entry| entry[field].as_str().unwrap_or("null")).collect()
}
