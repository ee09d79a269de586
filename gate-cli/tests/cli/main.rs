//! The binary as its users meet it: what it prints where, and how it exits.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot prepare its files or read its output has failed"
)]

mod compat;
mod documents;
mod evaluate;
mod help;
mod policy;
mod streams;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Six clean windows: what `canary_5` asks for.
const CLEAN: &str = r#"{
  "window_minutes": 5,
  "metrics": {
    "p95_latency_ms": [240, 260, 255, 250, 245, 252],
    "error_rate": [0, 0, 0, 0, 0, 0],
    "fallback_rate": [0, 0, 0, 0, 0, 0],
    "breaker_open_rate": [0, 0, 0, 0, 0, 0],
    "invalid_output_rate": [0, 0, 0, 0, 0, 0]
  }
}
"#;

/// What one run has left behind.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn new(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The part of stderr for people.
    fn shown(&self) -> &str {
        let end = self.stderr.trim_end().rfind('\n').map_or(0, |end| end + 1);
        &self.stderr[..end]
    }

    /// The code in the last line of stderr, which has to be as promised.
    fn error_code(&self) -> String {
        assert_eq!(self.code, 1);
        assert!(self.stderr.ends_with("}\n"), "{}", self.stderr);
        let line = self.stderr.lines().last().unwrap();
        assert!(line.starts_with(r#"{"ok": false, "exit_code": 1, "error": {"code": ""#));
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["error"]["type"], "GateError");
        line["error"]["code"].as_str().unwrap().to_owned()
    }
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tsfm-gate"));
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

fn gate(args: &[&str]) -> Ran {
    Ran::new(program().args(args).output().unwrap())
}

/// A folder with files, in which the program runs.
struct Folder(TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        for (name, text) in files {
            folder.write(name, text.as_bytes());
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn program(&self) -> Command {
        let mut command = program();
        command.current_dir(self.0.path());
        command
    }

    fn gate(&self, args: &[&str]) -> Ran {
        Ran::new(self.program().args(args).output().unwrap())
    }

    /// Names in the folder, to see that nothing half-written stays.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}
