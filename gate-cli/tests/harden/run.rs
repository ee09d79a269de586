//! Steps, their logs and the summary.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::{Folder, Ran, TOKEN, TOKEN_IN_URL, lives};

#[test]
fn every_step_runs_also_after_one_that_failed() {
    let folder = Folder::new();
    let steps = "- {name: First, run: 'echo one; echo two >&2; exit 4'}
- {name: second, run: [sh, -c, 'echo $0 $API_BASE', \"it's\"], env: {A: b}, log: deep/er/second.txt}
- {name: third, run: [/nowhere/at-all]}\n";
    let ran = folder.run(steps, &[]);
    let (answer, summary) = (ran.json(), folder.summary());
    assert_eq!(
        (ran.code, &summary["overall_status"], &summary["dry_run"]),
        (3, &"failed".into(), &false.into())
    );
    assert_eq!(answer["steps"], summary["steps"]);
    let of = |index: usize, field: &str| summary["steps"][index][field].clone();
    assert_eq!((of(0, "status"), of(0, "exit_code"), of(0, "step")), ("failed".into(), 4.into(), 1.into()));
    assert_eq!((of(1, "status"), of(1, "exit_code")), ("success".into(), 0.into()));
    assert_eq!(of(1, "command"), r"sh -c 'echo $0 $API_BASE' 'it'\''s'");
    assert_eq!((of(2, "status"), of(2, "exit_code").is_null()), ("failed".into(), true));
    assert_eq!(folder.read("out/logs/first.log"), "one\ntwo\n");
    assert_eq!(folder.read("out/deep/er/second.txt"), "it's http://127.0.0.1:9\n");
    assert!(folder.read("out/logs/third.log").starts_with("cannot be started: "));
}

#[test]
fn a_plan_whose_steps_all_end_with_0_passes() {
    let folder = Folder::new();
    let ran = folder.run("- {name: one, run: 'true'}\n", &["--format", "text"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("success: http://127.0.0.1:9\n  [1] one: exit status 0 after "));
}

#[test]
fn a_dry_run_shows_everything_starts_nothing_and_is_no_pass() {
    let folder = Folder::new();
    let ran = folder.run("- {name: one, run: touch started}\n", &["--dry-run", "--format", "text"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stdout.contains("command  touch started") && ran.stdout.contains("out/logs/one.log"));
    assert!(!folder.path("started").exists() && !folder.path("out/logs").exists());
    let summary = folder.summary();
    assert_eq!(
        (&summary["overall_status"], &summary["steps"][0]["status"]),
        (&"dry_run".into(), &"dry_run".into())
    );
    assert!(summary["steps"][0]["exit_code"].is_null());
}

#[test]
fn the_built_in_plan_needs_no_token_to_be_shown_and_one_to_be_run() {
    let folder = Folder::new();
    let shown = Ran::new(
        folder
            .program()
            .env_remove("TSFM_FORECAST_API_TOKEN")
            .args(["harden", "run", "--dry-run"])
            .output()
            .unwrap(),
    );
    assert_eq!(
        (shown.code, shown.json()["steps"].as_array().unwrap().len()),
        (2, 6),
        "five steps, and the wait before them"
    );
    for token in ["", "dev-token", " Change-Me ", "short", "aaaaaaaaaaaaaaaaaaaaaa"] {
        let mut command = folder.program();
        let ran =
            Ran::new(command.env("TSFM_FORECAST_API_TOKEN", token).args(["harden", "run"]).output().unwrap());
        assert_eq!(ran.error_code(), "wrong-value", "{token}");
        assert!(token.len() < 6 || !ran.stderr.contains(token.trim()), "{}", ran.stderr);
    }
}

#[test]
fn no_file_and_no_line_holds_the_token() {
    let folder = Folder::new();
    let encoded: String = TOKEN.chars().rev().collect();
    let steps = format!(
        "- {{name: env, run: 'echo $TSFM_FORECAST_API_TOKEN; printf %s $TSFM_FORECAST_API_TOKEN'}}
- {{name: url, run: 'echo \"GET http://h/x?token={TOKEN_IN_URL} https://kim:{TOKEN}@h/\"'}}
- {{name: plan, run: 'echo $MY_SECRET; echo \"{encoded}\"', env: {{MY_SECRET: '{encoded}'}}}}
- {{name: slow, run: 'for i in 1 2 3 4 5 6 7 8 9; do printf %s tok-9f8e; sleep 0.02; printf %s 7d6c\\&b4a3210Zz; done'}}
- {{name: 'as {TOKEN}', run: 'exit 1', log: logs/last.log}}\n"
    );
    let base = format!("http://kim:{TOKEN}@127.0.0.1:9/?t={TOKEN_IN_URL}");
    folder.write("plan.yaml", format!("api_base: '{base}'\nsteps:\n{steps}"));
    for format in ["text", "json"] {
        let ran =
            folder.gate(&["harden", "run", "--plan", "plan.yaml", "--report-dir", "out", "--format", format]);
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        let mut written = vec![ran.stdout, ran.stderr];
        let ours = folder.files().into_iter().filter(|path| !path.ends_with("plan.yaml"));
        written.extend(ours.map(|path| fs::read_to_string(path).unwrap()));
        assert!(written.len() >= 8);
        for text in &written {
            for secret in [TOKEN, TOKEN_IN_URL, &encoded, "9f8e7d6c"] {
                assert!(!text.contains(secret), "{text}");
            }
        }
    }
    assert_eq!(folder.read("out/logs/env.log"), "***\n***");
    // Also where the command line or the plan is refused.
    for args in
        [["harden", "run", "--bogus", TOKEN], ["harden", "run", "--plan", TOKEN], ["harden", TOKEN, "a", "b"]]
    {
        let ran = folder.gate(&args);
        assert!(ran.code == 1 && !ran.stderr.contains("9f8e7d6c"), "{}", ran.stderr);
    }
}

#[test]
fn no_log_holds_a_form_of_the_token() {
    let folder = Folder::new();
    // As it is, in base64 at three alignments, in URLs, and as Python, HTML, JSON in JSON and Go write it.
    let forms = r#"
tok"9f8e7d&6c5b+4a39\281706/REAL%SECRET==
dG9rIjlmOGU3ZCY2YzViKzRhMzlcMjgxNzA2L1JFQUwlU0VDUkVUPT0=
Basic dTp0b2siOWY4ZTdkJjZjNWIrNGEzOVwyODE3MDYvUkVBTCVTRUNSRVQ9PQ==
eHRvayI5ZjhlN2QmNmM1Yis0YTM5XDI4MTcwNi9SRUFMJVNFQ1JFVD09
tok%229f8e7d%266c5b%2B4a39%5C281706/REAL%25SECRET%3D%3D
tok%229f8e7d%266c5b%2b4a39%5c281706%2fREAL%25SECRET%3d%3d
'tok"9f8e7d&6c5b+4a39\\281706/REAL%SECRET=='
tok&quot;9f8e7d&amp;6c5b+4a39\281706/REAL%SECRET==
"{\"t\": \"tok\\\"9f8e7d&6c5b+4a39\\\\281706/REAL%SECRET==\"}"
{"t": "tok\"9f8e7d\u00266c5b+4a39\\281706/REAL%SECRET=="}
"#;
    folder.write("forms", forms);
    folder.write("plan.yaml", "api_base: http://127.0.0.1:9\nsteps:\n- {name: forms, run: cat forms}\n");
    let mut command = folder.program();
    command.env("OTHER_TOKEN", r#"tok"9f8e7d&6c5b+4a39\281706/REAL%SECRET=="#);
    command.args(["harden", "run", "--plan", "plan.yaml", "--report-dir", "out"]);
    assert_eq!(Ran::new(command.output().unwrap()).code, 0);
    let expected = r#"
***
***0=
Basic ***
eH***
***
***
'***'
***
"{\"t\": \"***\"}"
{"t": "***"}
"#;
    assert_eq!(folder.read("out/logs/forms.log"), expected);
}

#[test]
fn a_timeout_ends_grandchildren_that_ignore_requests() {
    let folder = Folder::new();
    let started = Instant::now();
    let step = "trap \"\" TERM; (trap \"\" TERM; sleep 301 & echo $!; wait; sleep 302) & wait";
    let ran = folder.run(&format!("- {{name: hang, run: '{step}', timeout_s: 1}}\n"), &[]);
    assert_eq!(ran.code, 3);
    assert!(started.elapsed() < Duration::from_secs(20));
    let log = folder.read("out/logs/hang.log");
    assert!(log.ends_with("[the command ran into its timeout, and was ended]\n"), "{log}");
    assert!(!lives(log.lines().next().unwrap()), "{log}");
    assert!(folder.summary()["steps"][0]["exit_code"].is_null());
}

#[test]
fn a_step_that_is_killed_is_a_failed_step() {
    let folder = Folder::new();
    let ran = folder.run("- {name: dies, run: 'kill -9 $$'}\n- {name: next, run: 'true'}\n", &[]);
    let steps = ran.json()["steps"].clone();
    assert_eq!(
        (ran.code, &steps[0]["status"], &steps[1]["status"]),
        (3, &"failed".into(), &"success".into())
    );
}

#[test]
fn a_second_process_is_locked_out() {
    let folder = Folder::new();
    folder.write("plan.yaml", "api_base: x\nsteps: [{name: slow, run: 'touch running; sleep 30'}]\n");
    let args = ["harden", "run", "--plan", "plan.yaml", "--report-dir", "out"];
    let mut first = folder.program().args(args).stdout(Stdio::null()).spawn().unwrap();
    while !folder.path("running").exists() {
        thread::sleep(Duration::from_millis(5));
    }
    let second = folder.gate(&args);
    first.kill().unwrap();
    first.wait().unwrap();
    assert_eq!(second.error_code(), "state-locked");
}

#[test]
fn plans_that_cannot_be_meant_are_refused() {
    let folder = Folder::new();
    let big = "a".repeat(65 * 1024 * 1024);
    for (plan, code) in [
        ("", "yaml-syntax"),
        ("api_base: x\nsteps: []\n", "missing-field"),
        ("api_base: x\nsteps: [{name: a, run: ''}]\n", "wrong-value"),
        ("api_base: x\nsteps: [{name: a, run: []}]\n", "wrong-value"),
        ("api_base: x\nsteps: [{name: a, run: x, timeout_s: 0}]\n", "wrong-value"),
        ("api_base: x\nsteps: [{name: a, run: x, log: ../x}]\n", "wrong-value"),
        ("api_base: x\nsteps: [{name: a, run: x, log: /tmp/x}]\n", "wrong-value"),
        (
            "api_base: x\nsteps: [{name: a, run: x, log: rollout_hardening_gate_summary.json}]\n",
            "wrong-value",
        ),
        (
            "api_base: x\nsteps: [{name: a, run: x, log: Rollout_hardening_gate_summary.json.lock}]\n",
            "wrong-value",
        ),
        ("api_base: x\nsteps: [{name: a, run: x}, {name: a, run: x}]\n", "duplicate-key"),
        ("api_base: x\nsteps: [{name: a b, run: x}, {name: a_b, run: x}]\n", "duplicate-key"),
        ("api_base: x\nsteps: [{name: a, run: x, extra: 1}]\n", "unknown-field"),
        ("schema_version: v9\napi_base: x\nsteps: [{name: a, run: x}]\n", "schema-version"),
        (&big, "input-too-large"),
    ] {
        folder.write("plan.yaml", plan);
        let ran = folder.gate(&["harden", "run", "--plan", "plan.yaml", "--report-dir", "out"]);
        let found = ran.error_code();
        // Nothing at all is not a plan, by whichever name.
        assert!(found == code || plan.is_empty(), "{found} for {}", &plan[..plan.len().min(80)]);
    }
    assert_eq!(folder.gate(&["harden", "run", "--plan", "none.yaml"]).error_code(), "file-not-found");
    assert!(!folder.path("out").exists());
}

#[test]
fn a_plan_is_not_overwritten_by_what_it_makes() {
    let folder = Folder::new();
    for (name, log) in [("rollout_hardening_gate_summary.json", "a.log"), ("plan.yaml", "plan.yaml")] {
        let plan =
            format!(r#"{{"api_base": "x", "steps": [{{"name": "a", "run": "true", "log": "{log}"}}]}}"#);
        folder.write(name, &plan);
        let ran = folder.gate(&["harden", "run", "--plan", name, "--report-dir", "."]);
        assert_eq!(ran.error_code(), "contradiction", "{name}");
        assert_eq!(folder.read(name), plan);
    }
}
