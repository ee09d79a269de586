//! Command lines that cannot be understood, and help.

use gate_core::contract::ContractFault;

use crate::gate;

const COMMANDS: [&[&str]; 7] = [
    &["run"],
    &["run", "check"],
    &["run", "id"],
    &["run", "metrics"],
    &["run", "health"],
    &["covariates"],
    &["covariates", "check"],
];

#[test]
fn help_has_examples_and_the_codes_of_the_runbook() {
    for command in COMMANDS {
        let ran = gate(&[command, &["--help"]].concat());
        let text = ran.passed();
        assert!(text.contains(&format!("Examples:\n  tsfm-gate {}", command.join(" "))), "{text}");
        for code in [
            "21  FILE_NOT_FOUND",
            "22  ARTIFACT_CONTRACT_ERROR",
            "23  INPUT_SHAPE_ERROR",
            "24  RUNNER_EXEC_ERROR",
            "26  INSUFFICIENT_DATA_ERROR",
            "27  RUN_ID_MISMATCH",
        ] {
            assert!(text.contains(code), "{code}: {text}");
        }
        // A line that the terminal would break is no JSON any more.
        assert!(text.contains(r#""findings": […]}"#), "{text}");
    }
    let text = gate(&["--help"]).stdout;
    assert!(text.contains("\n  run ") && text.contains("\n  covariates "), "{text}");
    assert!(text.contains("tsfm-gate run check --run-id") && text.contains("21 to 27"), "{text}");
}

#[test]
fn a_wrong_command_line_is_24_with_a_payload() {
    let cases: [(&[&str], &str); 18] = [
        (&["run"], "a subcommand is required"),
        (&["covariates"], "a subcommand is required"),
        (&["run", "chekc"], "chekc"),
        (&["covariates", "enforce"], "enforce"),
        (&["run", "check"], "--run-id"),
        (&["run", "check", "--processed-npz", "x.npz"], "--run-id"),
        (&["run", "check", "--run-id"], "--run-id"),
        (&["run", "check", "--run-id", "a", "--frobnicate"], "--frobnicate"),
        (&["run", "check", "--run-id", "a", "--run-id", "b"], "--run-id"),
        (&["run", "check", "--run-id", "a", "--sequence-length", "eight"], "eight"),
        (&["run", "check", "--run-id", "a", "--horizon", "-1"], "-1"),
        (&["run", "check", "--run-id", "a", "--format", "yaml"], "yaml"),
        (&["run", "id"], "<PATH>"),
        (&["run", "id", ""], "<PATH>"),
        (&["run", "metrics"], "<FILE>"),
        (&["run", "health", "--run-id", "a"], "--artifacts"),
        (&["covariates", "check"], "<SPEC>"),
        (&["--color", "never", "run", "check", "--bad"], "--bad"),
    ];
    for (args, word) in cases {
        let ran = gate(args);
        let message = ran.refused(24);
        assert!(message.contains(word), "{args:?}: {message}");
        assert_eq!(ran.faults(), ["argument-invalid"], "{args:?}");
        assert_eq!(ran.payload()["error"]["code"], "RUNNER_EXEC_ERROR");
    }
}

#[test]
fn values_out_of_range_are_24() {
    let check = |more: &[&str]| gate(&[&["run", "check", "--run-id", "a"], more].concat());
    for (more, word) in [
        (&["--sequence-length", "0", "--processed-npz", "x.npz"][..], "sequence_length"),
        (&["--horizon", "0", "--processed-npz", "x.npz"], "horizon"),
    ] {
        let ran = check(more);
        assert!(ran.stderr.contains(word), "{}", ran.stderr);
        assert!(ran.faults().contains(&"argument-invalid".to_owned()), "{}", ran.stderr);
    }
    for id in ["", "   ", "a/b", "..", "-", ".hidden", "a b", "실행", &"x".repeat(129)] {
        let ran = gate(&["run", "check", &format!("--run-id={id}")]);
        ran.refused(24);
        assert_eq!(
            ran.faults(),
            ["run-id-syntax", "argument-invalid"],
            "{id}: there is nothing to check either"
        );
        let ran = gate(&["run", "health", &format!("--run-id={id}"), "--artifacts", "nowhere"]);
        ran.refused(24);
        assert_eq!(ran.faults()[0], "run-id-syntax", "{id}");
    }
}

/// One of them has the name and meaning of an error of the verdict, which is explained instead.
#[test]
fn every_fault_is_explained() {
    for fault in ContractFault::ALL {
        let text = gate(&["explain", fault.as_str(), "--format", "text"]);
        let shared = *fault == ContractFault::OutputFailed;
        assert_eq!(text.passed().contains(fault.means()), !shared, "{fault:?}: {}", text.stdout);
        assert!(text.stdout.starts_with(&format!("{fault} (")), "{}", text.stdout);
    }
    assert!(gate(&["explain", "meta-mismatsh"]).stderr.contains("did you mean `meta-mismatch`?"));
}

#[test]
fn the_verdicts_own_codes_are_not_touched() {
    assert_eq!(gate(&["evaluate", "--bad"]).code, 1);
    assert_eq!(gate(&["policy", "run"]).code, 1);
}
