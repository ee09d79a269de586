//! `release` as its users meet it: what it says, how it exits, and what is left on the disk.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot prepare its files or read its output has failed"
)]

mod audit;
mod gates;
mod packed;
mod promote;
mod secrets;

use std::fs;
use std::ops::Deref;
use std::process::Command;

use gate_tests::program::{self, Ran};
use serde_json::json;

/// A token that must stand in no file and no line.
const TOKEN: &str = "tok-9f8e7d6c5b4a3210Zz";

/// A folder in which the program runs.
struct Folder(program::Folder);

impl Deref for Folder {
    type Target = program::Folder;

    fn deref(&self) -> &program::Folder {
        &self.0
    }
}

impl Folder {
    fn new() -> Self {
        Self(program::Folder::empty())
    }

    fn program(&self) -> Command {
        let mut command = self.0.program(env!("CARGO_BIN_EXE_tsfm-gate"));
        command.env("SERVICE_TOKEN", TOKEN);
        command
    }

    /// A command, whose output never holds the token.
    fn gate(&self, args: &[&str]) -> Ran {
        let ran = Ran::new(self.program().args(args).output().unwrap());
        assert!(!ran.stdout.contains(TOKEN) && !ran.stderr.contains(TOKEN), "{}{}", ran.stdout, ran.stderr);
        ran
    }

    /// A plan for a candidate with this digest, and the verdict of its only gate.
    fn evidence(&self, artifact: &str, verdict: &str) {
        let hex = "0".repeat(64);
        let binding = json!({"commit": "a".repeat(40), "artifact": artifact, "policy": hex, "data": hex});
        let plan = json!({"required": [{"name": "unit", "max_age": "24h"}], "candidate": binding});
        let record = json!({"gate": "unit", "verdict": verdict, "binding": binding, "actor": "ci",
            "tool_version": "1.4", "at": "2026-11-21T10:00:00Z"});
        self.write("release.yaml", plan.to_string());
        fs::create_dir_all(self.path("verdicts")).unwrap();
        self.write("verdicts/unit.json", record.to_string());
    }
}

/// An hour after the verdicts.
const NOW: [&str; 2] = ["--now", "2026-11-21T11:00:00Z"];
