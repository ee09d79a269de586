//! The built-in policy as it is printed is the built-in policy as it decides.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

fn stdout(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tsfm-gate"));
    let output = command.args(args).stdin(Stdio::null()).output().expect("the binary starts");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_printed_yaml_and_json_are_the_policy_that_decides() {
    let folder = TempDir::new().expect("a folder");
    let snapshot = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/canary_gate_pass.json");
    let digest = |policy: &str| {
        let verdict = stdout(&["evaluate", "--input", snapshot, "--stage", "canary_5", "--policy", policy]);
        let verdict: Value = serde_json::from_str(&verdict).expect("a verdict");
        verdict.pointer("/digests/policy").and_then(Value::as_str).expect("a digest").to_string()
    };
    let builtin = digest("tsfm-canary");
    for format in ["yaml", "json"] {
        let file = folder.path().join(format!("policy.{format}"));
        fs::write(&file, stdout(&["policy", "show", "--format", format])).expect("a file");
        assert_eq!(digest(&file.display().to_string()), builtin, "{format}");
    }
}
