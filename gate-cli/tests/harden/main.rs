//! `harden` as its users meet it: what it says, how it exits, and what is left on the disk.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot prepare its files or read its output has failed"
)]

mod crash;
mod reports;
mod run;
mod service;
mod wait;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A token that must stand in no file and no line.
const TOKEN: &str = "tok-9f8e7d6c&b4a3210Zz";
/// How it stands in a URL.
const TOKEN_IN_URL: &str = "tok-9f8e7d6c%26b4a3210Zz";

/// What one run has left behind.
#[derive(Debug)]
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
        command.current_dir(self.0.path()).stdin(Stdio::null());
        command
            .env_remove("API_BASE")
            .env_remove("HEALTH_TIMEOUT_SEC")
            .env_remove("AUTH_TOKEN")
            .env("TSFM_FORECAST_API_TOKEN", TOKEN);
        command
    }

    fn gate(&self, args: &[&str]) -> Ran {
        Ran::new(self.program().args(args).output().unwrap())
    }

    /// `harden run` of a plan of these steps.
    fn run(&self, steps: &str, more: &[&str]) -> Ran {
        self.write("plan.yaml", format!("api_base: http://127.0.0.1:9\nsteps:\n{steps}"));
        self.gate(&[&["harden", "run", "--plan", "plan.yaml", "--report-dir", "out"], more].concat())
    }

    fn summary(&self) -> Value {
        serde_json::from_str(&self.read("out/rollout_hardening_gate_summary.json")).unwrap()
    }

    /// Every file below the folder.
    fn files(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.0.path().to_owned()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files
    }
}

/// Whether a process is there and runs.
fn lives(process: &str) -> bool {
    fs::read(Path::new("/proc").join(process).join("cmdline")).is_ok_and(|words| !words.is_empty())
}
