//! The program as its users meet it: a folder in which it runs, and what a run leaves behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What one run has left behind.
#[derive(Debug)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// All that it said.
    pub stdout: String,
    /// What went wrong.
    pub stderr: String,
}

impl Ran {
    /// What a program that ended by itself has left behind.
    #[must_use]
    pub fn new(output: Output) -> Self {
        Self {
            code: output.status.code().expect("an exit code"),
            stdout: String::from_utf8(output.stdout).expect("text on stdout"),
            stderr: String::from_utf8(output.stderr).expect("text on stderr"),
        }
    }

    /// The answer for programs. If it has an exit code, it is that of the process.
    #[must_use]
    pub fn json(&self) -> Value {
        let answer: Value = serde_json::from_str(&self.stdout).expect(&self.stderr);
        if let Some(code) = answer.get("exit_code") {
            assert_eq!(*code, self.code, "{}", self.stderr);
        }
        answer
    }

    /// The answer, about which stderr has nothing to say.
    #[must_use]
    pub fn answer(&self) -> Value {
        assert_eq!(self.stderr, "");
        self.json()
    }

    /// The state and the message of the only check of `cutover`, with the exit code that belongs to it.
    #[must_use]
    pub fn check(&self) -> (i32, String, String) {
        let answer = self.answer();
        assert_eq!(answer["exit_code"], self.code);
        let checks = answer["checks"].as_array().expect("checks");
        assert_eq!(checks.len(), 1);
        let text = |field: &str| checks[0][field].as_str().expect("a text").to_owned();
        (self.code, text("state"), text("message"))
    }

    /// The code in the last line of stderr, which has to be as promised; there is no answer.
    #[must_use]
    pub fn error_code(&self) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (1, ""), "{}", self.stderr);
        let line = self.stderr.lines().last().expect("a line on stderr");
        let line: Value = serde_json::from_str(line).expect("a last line of JSON");
        assert_eq!((line["ok"].as_bool(), line["exit_code"].as_i64()), (Some(false), Some(1)), "{line}");
        assert_eq!(line["error"]["type"], "GateError");
        line["error"]["code"].as_str().expect("a code").to_owned()
    }
}

/// The signals that ask a program to end, as `kill` takes them. One that the tests were told to ignore (`nohup`) is
/// ignored by what they start, too.
#[must_use]
pub fn requests_to_end() -> Vec<&'static str> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    let hangs_up = ignored & 1 == 0;
    ["-TERM", "-INT", "-QUIT"].into_iter().chain(hangs_up.then_some("-HUP")).collect()
}

/// A folder in which the program runs. It ends with the test.
#[derive(Debug)]
pub struct Folder(TempDir);

impl Folder {
    /// One with nothing in it.
    #[must_use]
    pub fn empty() -> Self {
        Self(TempDir::new().expect("a temporary folder"))
    }

    /// The program at this path, in the folder, with nobody at its stdin or its colours.
    #[must_use]
    pub fn program(&self, path: &str) -> Command {
        let mut command = Command::new(path);
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR"] {
            command.env_remove(name);
        }
        command.current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    /// Where the folder is.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.0.path()
    }

    /// A place in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).expect("a file that can be written");
    }

    /// A file that is a text.
    #[must_use]
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a text")
    }

    /// A file that is JSON.
    #[must_use]
    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).expect("JSON")
    }

    /// The names in one of its folders, to see that nothing half-written stays.
    #[must_use]
    pub fn names(&self, of: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(of)).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}
