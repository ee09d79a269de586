//! A gate that is killed or asked to end.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use gate_tests::program::requests_to_end;
use serde_json::Value;

use crate::{Folder, lives};

#[test]
fn kill_9_at_any_point_leaves_a_whole_summary_and_never_a_false_success() {
    let folder = Folder::new();
    assert_eq!(folder.run("- {name: good, run: 'true'}\n", &[]).code, 0);
    folder.write(
        "plan.yaml",
        "api_base: x\nsteps:\n- {name: a, run: 'echo first'}\n- {name: b, run: 'true'}\n- {name: bad, run: 'sleep 0.02; false'}\n",
    );
    let mut seed = 0x5eed_0005_u64;
    let (mut failed, mut old) = (0, 0);
    for _ in 0..60 {
        fs::write(folder.path("before"), folder.read("out/rollout_hardening_gate_summary.json")).unwrap();
        let mut command = folder.program();
        command.args(["harden", "run", "--plan", "plan.yaml", "--report-dir", "out", "--wait", "5"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        thread::sleep(Duration::from_micros((seed >> 33) % 60_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let text = folder.read("out/rollout_hardening_gate_summary.json");
        let summary: Value = serde_json::from_str(&text).unwrap();
        if text == folder.read("before") {
            old += 1;
        } else {
            assert_eq!(
                (&summary["overall_status"], summary["steps"].as_array().unwrap().len()),
                (&"failed".into(), 3)
            );
            failed += 1;
        }
    }
    assert!(failed >= 5, "{failed} new and {old} old: the kills were not spread over the run");
}

#[test]
fn a_log_survives_the_kill_of_the_gate() {
    let folder = Folder::new();
    folder.write("plan.yaml", "api_base: x\nsteps: [{name: a, run: 'echo said; touch running; sleep 5'}]\n");
    let mut command = folder.program();
    command.args(["harden", "run", "--plan", "plan.yaml", "--report-dir", "out"]);
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    while !folder.path("running").exists() || folder.read("out/logs/a.log").is_empty() {
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(folder.read("out/logs/a.log"), "said\n");
    assert_eq!(folder.summary()["overall_status"], "failed");
}

#[test]
fn who_asks_the_gate_to_end_ends_its_steps_and_still_gets_a_summary() {
    for signal in requests_to_end() {
        asked_to_end(signal);
    }
}

fn asked_to_end(signal: &str) {
    let folder = Folder::new();
    let steps = "[{name: a, run: 'echo $$; touch running; sleep 300'}, {name: b, run: touch second}]";
    folder.write("plan.yaml", format!("api_base: x\nsteps: {steps}\n"));
    let mut command = folder.program();
    command.args(["harden", "run", "--plan", "plan.yaml", "--report-dir", "out"]);
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    while !folder.path("running").exists() {
        thread::sleep(Duration::from_millis(5));
    }
    Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3), "{signal}");
    let log = folder.read("out/logs/a.log");
    assert!(!lives(log.lines().next().unwrap()) && !folder.path("second").exists());
    let summary = folder.summary();
    assert_eq!(
        (&summary["overall_status"], &summary["steps"][1]["status"]),
        (&"failed".into(), &"failed".into())
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_gate_that_is_to_outlive_its_terminal_goes_on() {
    let folder = Folder::new();
    let steps = "[{name: a, run: 'touch running; while [ ! -e go-on ]; do sleep 0.02; done'}]";
    folder.write("plan.yaml", format!("api_base: x\nsteps: {steps}\n"));
    let gate = folder.program().get_program().to_owned();
    let mut shell = Command::new("sh");
    shell.current_dir(folder.root()).args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(gate);
    shell.args(["harden", "run", "--plan", "plan.yaml", "--report-dir", "out"]);
    let mut child = shell.stdout(Stdio::null()).spawn().unwrap();
    while !folder.path("running").exists() {
        thread::sleep(Duration::from_millis(5));
    }
    Command::new("kill").args(["-HUP", &child.id().to_string()]).status().unwrap();
    folder.write("go-on", "");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
