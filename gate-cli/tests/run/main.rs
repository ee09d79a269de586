//! `run` and `covariates` as their users meet them: what goes where, and how the process exits.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot prepare its files or read its output has failed"
)]

mod covariates;
mod health;
mod hostile;
mod metrics;
mod paths;
mod sources;
mod streams;
mod trees;
mod usage;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use gate_tests::fixtures;
use serde_json::Value;
use tempfile::TempDir;

/// Where the archive of the good tree lies.
const NPZ: &str = "artifacts/processed/run-good/processed.npz";

/// The recorded trees, unpacked once.
static UNPACKED: LazyLock<TempDir> = LazyLock::new(fixtures::unpack);

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
            stdout: slashed(String::from_utf8(output.stdout).unwrap()),
            stderr: slashed(String::from_utf8(output.stderr).unwrap()),
        }
    }

    /// The answer of a success, about which stderr has nothing to say.
    fn passed(&self) -> &str {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{}", self.stdout);
        assert!(self.stdout.ends_with('\n'));
        &self.stdout
    }

    /// The answer of a success, for programs.
    fn report(&self) -> Value {
        let report: Value = serde_json::from_str(self.passed()).unwrap();
        assert_eq!((&report["ok"], &report["exit_code"]), (&Value::from(true), &Value::from(0)));
        report
    }

    /// The payload of a failure, which has to be as the runbook says, and all that is JSON.
    fn payload(&self) -> Value {
        assert_eq!(self.stdout, "", "a failure has no answer");
        let (people, line) = self.stderr.trim_end_matches('\n').rsplit_once('\n').unwrap();
        assert_eq!(self.stderr, format!("{people}\n{line}\n"), "one line, and it is the last");
        assert!(people.lines().all(|line| !line.starts_with('{')), "{people}");
        assert!(line.starts_with(r#"{"ok": false, "exit_code": "#), "{line}");
        let payload: Value = serde_json::from_str(line).unwrap();
        assert_eq!(payload["exit_code"], self.code, "{line}");
        assert_eq!(payload["error"]["type"], "RunContractError", "{line}");
        assert!(!payload["error"]["message"].as_str().unwrap().is_empty(), "{line}");
        assert!(!payload["findings"].as_array().unwrap().is_empty(), "{line}");
        payload
    }

    /// The message of a failure that has to be of this code.
    fn refused(&self, code: i32) -> String {
        let payload = self.payload();
        assert_eq!(self.code, code, "{}", self.stderr);
        payload["error"]["message"].as_str().unwrap().to_owned()
    }

    /// The faults of a failure, in the order of the payload.
    fn faults(&self) -> Vec<String> {
        let payload = self.payload();
        let findings = payload["findings"].as_array().unwrap();
        findings.iter().map(|it| it["fault"].as_str().unwrap().to_owned()).collect()
    }
}

/// The text with paths as they are written here; Windows joins their parts with its own separator.
fn slashed(text: String) -> String {
    if cfg!(not(windows)) {
        return text;
    }
    let mut is_json = false;
    let lines = text.split_inclusive('\n').map(|line| {
        is_json |= line.starts_with('{');
        line.replace(if is_json { r"\\" } else { r"\" }, "/")
    });
    lines.collect()
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

/// A folder in which the program runs.
struct Folder(TempDir);

impl Folder {
    fn empty() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// A copy of one of the recorded trees, to be changed.
    fn of(tree: &str) -> Self {
        let folder = Self::empty();
        copy(&fixtures::root(&UNPACKED).join(tree), folder.root());
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file of the tree.
    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Replaces text in a file of the tree, in which it has to stand.
    fn replace(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name}: {text}");
        self.write(name, text.replace(from, to));
    }

    fn rename(&self, from: &str, to: &str) {
        let to = self.path(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::rename(self.path(from), to).unwrap();
    }

    #[cfg(unix)]
    fn link(&self, target: &str, name: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, path).unwrap();
    }

    fn program(&self) -> Command {
        let mut command = program();
        command.current_dir(self.root());
        command
    }

    fn gate(&self, args: &[&str]) -> Ran {
        Ran::new(self.program().args(args).output().unwrap())
    }

    fn gate_reading(&self, args: &[&str], stdin: &str) -> Ran {
        let piped = Stdio::piped;
        let mut child =
            self.program().args(args).stdin(piped()).stdout(piped()).stderr(piped()).spawn().unwrap();
        // The program may refuse its arguments and be gone before it has read anything.
        drop(child.stdin.take().unwrap().write_all(stdin.as_bytes()));
        Ran::new(child.wait_with_output().unwrap())
    }

    /// `run check` of `run-good` with the lookback of the trees.
    fn check(&self, npz: &str, more: &[&str]) -> Ran {
        let args = ["run", "check", "--run-id", "run-good", "--processed-npz", npz, "--sequence-length", "8"];
        self.gate(&[&args[..], more].concat())
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Everything below a folder, with its size and the instant of its last change.
fn listing(folder: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let about = entry.metadata().unwrap();
        lines.push(format!("{} {} {:?}", entry.path().display(), about.len(), about.modified().unwrap()));
        if about.is_dir() {
            lines.extend(listing(&entry.path()));
        }
    }
    lines.sort();
    lines
}
