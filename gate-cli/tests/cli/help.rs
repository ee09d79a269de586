//! What the program says about itself.

use crate::gate;

#[test]
fn help_has_examples_and_exit_codes() {
    let ran = gate(&["--help"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains("tsfm-gate evaluate --input snapshot.json --stage canary_5\n"));
    for line in ["0  promote", "1  could not decide", "2  hold", "3  rollback"] {
        assert!(ran.stdout.contains(line), "{line}");
    }
    let commands = [&["evaluate"][..], &["policy"], &["policy", "show"], &["policy", "check"], &["explain"]];
    for command in commands {
        let ran = gate(&[command, &["--help"]].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        assert!(ran.stdout.contains(&format!("Examples:\n  tsfm-gate {}", command[0])), "{}", ran.stdout);
    }
}

#[test]
fn the_version_is_that_of_the_engine() {
    let ran = gate(&["--version"]);
    assert_eq!(ran.stdout, format!("tsfm-gate {}\n", gate_core::VERSION));
    assert_eq!(ran.code, 0);
}

#[test]
fn a_code_is_explained() {
    let ran = gate(&["explain", "duplicate-key", "--format", "text"]);
    assert_eq!(
        ran.stdout,
        "duplicate-key (error)\n  \
         An object names the same key twice, so one value would be lost.\n  \
         Keep one of the two.\n"
    );
    let ran = gate(&["explain", "gate:p95>300ms"]);
    let explanation: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(explanation["kind"], "gate reason");
    assert_eq!(gate(&["explain", "duplicate-kye"]).error_code(), "unknown-code");
}
