//! Every case of `tests/cases` through the command line.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use gate_core::bounds::MAX_INPUT_BYTES;
use gate_tests::cases::{self, Case, Op, difference};
use serde_json::{Value, json};
use tempfile::TempDir;

fn gate(args: &[String]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tsfm-gate"));
    command.args(args).stdin(Stdio::null()).output().expect("the binary starts")
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name)
}

/// The arguments of a case, and its files in a fresh folder.
fn arguments(case: &Case, folder: &TempDir) -> Vec<String> {
    let place = |name: &str| folder.path().join(name).display().to_string();
    let policy = case.policy_document().map(|document| {
        fs::write(place("policy.json"), document.to_string()).expect("a policy file");
        place("policy.json")
    });
    let policy = policy.or_else(|| case.input.get("policy").and_then(Value::as_str).map(String::from));
    let policy = policy.map(|policy| ["--policy".to_string(), policy]).into_iter().flatten();
    match case.op {
        Op::Evaluate => {
            fs::write(place("snapshot.json"), case.bytes()).expect("a snapshot file");
            // Without `--now` a dated snapshot would be judged by today's clock; the case means its end.
            let now =
                case.input.get("now").and_then(Value::as_str).map(String::from).or_else(|| end_of(case));
            let now = now.map(|now| ["--now".to_string(), now]).into_iter().flatten();
            let fixed = ["evaluate", "--input", &place("snapshot.json"), "--stage", case.text("stage")];
            fixed.map(String::from).into_iter().chain(policy).chain(now).collect()
        }
        Op::PolicyCheck => {
            let policy = policy.last().unwrap_or_else(|| "tsfm-canary".to_string());
            ["policy", "check", &policy, "--format", "json"].map(String::from).to_vec()
        }
        Op::Explain => ["explain", case.text("code"), "--format", "json"].map(String::from).to_vec(),
        Op::Cli => cli_arguments(case, folder),
    }
}

fn cli_arguments(case: &Case, folder: &TempDir) -> Vec<String> {
    let files = case.input.get("files").and_then(Value::as_object);
    for (name, text) in files.into_iter().flatten() {
        fs::write(folder.path().join(name), text.as_str().expect("text")).expect("a file");
    }
    let large = folder.path().join("large.json");
    let size = MAX_INPUT_BYTES as u64 + 1;
    File::create(&large).and_then(|file| file.set_len(size)).expect("a sparse file");
    let fill = |text: &str| {
        let places = [
            ("{dir}", folder.path().to_path_buf()),
            ("{pass}", example("canary_gate_pass.json")),
            ("{fail}", example("canary_gate_fail_rollback.json")),
            ("{large}", large.clone()),
        ];
        places
            .iter()
            .fold(text.to_string(), |text, (name, path)| text.replace(name, &path.display().to_string()))
    };
    let args = case.input["args"].as_array().expect("arguments");
    args.iter().map(|arg| fill(arg.as_str().expect("text"))).collect()
}

/// The end of a dated snapshot's last window, as the library takes it when no instant is given.
fn end_of(case: &Case) -> Option<String> {
    let answer = case.run();
    let at = answer.get("decided_at").and_then(Value::as_str).map(String::from);
    // A case that is refused may be refused before the instant matters; then any will do.
    let dated = case.snapshot().is_some_and(|s| s.get("start").is_some() || s.get("window_starts").is_some());
    at.or_else(|| (dated && answer.get("error").is_some()).then(|| "2100-01-01T00:00:00Z".to_string()))
}

/// What the process said, in the form of `expect`.
fn answer(case: &Case, output: &Output) -> Value {
    let exit_code = json!(output.status.code());
    if output.status.code() == Some(1) {
        assert!(output.stdout.is_empty(), "{}/{} printed a verdict and failed", case.topic, case.name);
        let stderr = String::from_utf8_lossy(&output.stderr);
        let line = stderr.lines().last().expect("a last line on stderr");
        let mut value: Value = serde_json::from_str(line).expect("an error object");
        value["exit_code"] = exit_code;
        return value;
    }
    let mut value: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| json!({}));
    if value.is_object() {
        value["exit_code"] = exit_code;
    }
    value
}

/// The command line puts the file in front of the library's message and always adds digests.
fn adapt(expect: &Value, actual: &Value) -> Value {
    let mut expect = expect.clone();
    let message = |value: &Value| value.pointer("/error/message").and_then(Value::as_str).map(String::from);
    if let (Some(wanted), Some(found)) = (message(&expect), message(actual))
        && found.ends_with(&wanted)
    {
        expect["error"]["message"] = json!(found);
    }
    expect
}

#[test]
fn every_case_comes_out_as_it_says() {
    let mut wrong = Vec::new();
    let cases = cases::all();
    for case in &cases {
        let folder = TempDir::new().expect("a folder");
        let output = gate(&arguments(case, &folder));
        let actual = answer(case, &output);
        if let Some(difference) = difference(&adapt(&case.expect, &actual), &actual, "") {
            let stderr = String::from_utf8_lossy(&output.stderr);
            wrong.push(format!("{}/{}: {difference}\n    {}\n    {stderr}", case.topic, case.name, case.why));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
