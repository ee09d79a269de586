//! Every command of the README and of the guide to the cutover, with the output that they promise.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::env;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

/// A command, and the lines that must follow; `...` stands for any number of lines.
struct Example {
    command: String,
    promised: Vec<String>,
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn examples(text: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    for block in text.split("```console\n").skip(1) {
        let block = block.split("```").next().expect("the block ends");
        for line in block.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                examples.push(Example { command: command.to_string(), promised: Vec::new() });
                continue;
            }
            let example = examples.last_mut().expect("a command first");
            if example.command.ends_with('\\') {
                example.command += &format!("\n{line}");
            } else {
                example.promised.push(line.to_string());
            }
        }
    }
    examples
}

fn run(command: &str, folder: &Path) -> Vec<String> {
    let binary = Path::new(env!("CARGO_BIN_EXE_tsfm-gate")).parent().expect("a folder").to_path_buf();
    let path =
        env::join_paths([binary].into_iter().chain(env::split_paths(&env::var_os("PATH").expect("PATH"))));
    // The README builds first; here the binary under test is built already.
    let command = command.replace("cargo run --release -p gate-cli --", "tsfm-gate");
    let output = Command::new("bash")
        .args(["-c", &format!("({command}) 2>&1")])
        .current_dir(folder)
        .env("PATH", path.expect("PATH"))
        .env("NO_COLOR", "1")
        .output()
        .expect("bash");
    String::from_utf8(output.stdout).expect("text").lines().map(str::to_string).collect()
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let (from, to) = entry.map(|entry| (entry.path(), to.join(entry.file_name()))).expect("an entry");
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            fs::copy(&from, &to).expect("a copy");
            // Whoever reads the page has cloned the repository some time ago.
            let file = OpenOptions::new().write(true).open(&to).expect("a file");
            file.set_modified(SystemTime::now() - Duration::from_hours(30 * 24)).expect("a time");
        }
    }
}

/// Whether a line is as promised; ` ...` at its end stands for any rest.
fn line_matches(promised: &str, printed: &str) -> bool {
    promised.strip_suffix(" ...").map_or(promised == printed, |start| printed.starts_with(start))
}

fn matches(promised: &[String], printed: &[String]) -> bool {
    match promised.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first == "..." => {
            (0..=printed.len()).any(|skip| matches(rest, &printed[skip..]))
        }
        Some((first, rest)) => {
            printed.first().is_some_and(|line| line_matches(first, line)) && matches(rest, &printed[1..])
        }
    }
}

/// Runs every command of a page in a folder with the examples, as a reader would.
fn keeps_its_promises(page: &str) {
    let text = fs::read_to_string(repository().join(page)).expect(page);
    let folder = TempDir::new().expect("a folder");
    let copy = folder.path().join("examples");
    copy_folder(&repository().join("examples"), &copy);
    let examples = examples(&text);
    assert!(examples.len() >= 6, "only {} commands were found in {page}", examples.len());
    for example in examples {
        let printed = run(&example.command, folder.path());
        let (promised, printed_text) = (example.promised.join("\n"), printed.join("\n"));
        assert!(
            matches(&example.promised, &printed),
            "$ {}\npromised:\n{promised}\nprinted:\n{printed_text}",
            example.command
        );
    }
}

#[test]
fn every_command_prints_what_the_readme_promises() {
    keeps_its_promises("README.md");
}

#[test]
fn every_command_prints_what_the_guide_to_the_cutover_promises() {
    keeps_its_promises("docs/cutover.md");
}

#[test]
fn the_readmes_snapshot_is_promoted() {
    let text = fs::read_to_string(repository().join("README.md")).expect("README.md");
    let json =
        text.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a JSON block");
    let snapshot = gate_core::Snapshot::from_json(json.as_bytes()).expect("a valid snapshot");
    let policy = gate_core::Policy::builtin("tsfm-canary").expect("valid");
    let verdict = policy.evaluate(&snapshot, "canary_5", None).expect("a verdict");
    assert!(verdict.gate_passed, "{:?}", verdict.findings);
}
