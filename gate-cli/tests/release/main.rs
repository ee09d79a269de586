//! `release` as its users meet it: what it says, how it exits, and what is left on the disk.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot prepare its files or read its output has failed"
)]

mod audit;
mod gates;
mod promote;
mod secrets;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A token that must stand in no file and no line.
const TOKEN: &str = "tok-9f8e7d6c5b4a3210Zz";

/// What one run has left behind.
#[derive(Debug)]
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn json(&self) -> Value {
        let answer: Value = serde_json::from_str(&self.stdout).unwrap();
        assert_eq!(answer["exit_code"], self.code, "{}", self.stderr);
        answer
    }

    /// The code in the last line of stderr.
    fn error_code(&self) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (1, ""), "{}", self.stderr);
        let line: Value = serde_json::from_str(self.stderr.lines().last().unwrap()).unwrap();
        line["error"]["code"].as_str().unwrap().to_owned()
    }
}

/// A folder in which the program runs.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tsfm-gate"));
        command.current_dir(self.0.path()).stdin(Stdio::null()).env("SERVICE_TOKEN", TOKEN);
        command
    }

    /// A command, whose output never holds the token.
    fn gate(&self, args: &[&str]) -> Ran {
        let Output { status, stdout, stderr } = self.program().args(args).output().unwrap();
        let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        assert!(!stdout.contains(TOKEN) && !stderr.contains(TOKEN), "{stdout}{stderr}");
        Ran { code: status.code().unwrap(), stdout, stderr }
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
