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
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;

use gate_tests::program::{self, Ran};
use serde_json::Value;

/// A token that must stand in no file and no line.
const TOKEN: &str = "tok-9f8e7d6c&b4a3210Zz";
/// How it stands in a URL.
const TOKEN_IN_URL: &str = "tok-9f8e7d6c%26b4a3210Zz";

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
        command.env_remove("API_BASE").env_remove("HEALTH_TIMEOUT_SEC").env_remove("AUTH_TOKEN");
        command.env("TSFM_FORECAST_API_TOKEN", TOKEN);
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
        let mut folders = vec![self.root().to_owned()];
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
