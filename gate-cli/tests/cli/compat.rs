//! `tsfm-gate compat`: upstream's interface. What it decides is tested by the vectors of the tests crate.

use crate::{CLEAN, Folder, Ran};

const USAGE: &str = "usage: tsfm-gate compat [-h] --input INPUT --stage {canary_5,canary_25,full_100}\n";

fn run(args: &[&str]) -> Ran {
    let failing = CLEAN.replace("240", "440");
    let folder = Folder::with(&[("pass.json", CLEAN), ("fail.json", &failing), ("list.json", "[]")]);
    folder.write("latin.json", b"\"\xe9\"");
    folder.gate(&[&["compat"], args].concat())
}

#[test]
fn output_and_exit_codes_are_upstreams() {
    let ran = run(&["--input", "pass.json", "--stage", "canary_5"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(
        ran.stdout,
        r#"{
  "gate_fail_reasons": [],
  "gate_passed": true,
  "rollback_reasons": [],
  "rollback_triggered": false,
  "stage": "canary_5",
  "window_minutes": 5,
  "windows": 6
}
"#
    );
    let ran = run(&["--input", "fail.json", "--stage", "canary_5"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (2, ""));
    assert!(ran.stdout.contains("gate:p95>300ms"));
}

#[test]
fn options_may_be_abbreviated_joined_and_repeated() {
    let cases = [
        &["--inp", "pass.json", "--st", "canary_5"][..],
        &["--input=pass.json", "--stage=canary_5"],
        &["--i=pass.json", "--s", "full_100", "--stage", "canary_5"],
        &["--stage", "canary_5", "--input", "list.json", "--input", "pass.json"],
    ];
    for args in cases {
        let ran = run(args);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{args:?}");
    }
}

#[test]
fn wrong_use_exits_with_2_and_prints_the_usage() {
    let stages = "(choose from 'canary_5', 'canary_25', 'full_100')";
    let cases = [
        (&[][..], "the following arguments are required: --input, --stage".to_owned()),
        (&["--stage", "canary_5"], "the following arguments are required: --input".to_owned()),
        (&["--input"], "argument --input: expected one argument".to_owned()),
        (&["--input", "--stage", "canary_5"], "argument --input: expected one argument".to_owned()),
        // The stage is checked before the file is read.
        (&["--input", "none", "--stage", "x"], format!("argument --stage: invalid choice: 'x' {stages}")),
        (
            &["--input", "none", "--stage", "it's"],
            format!("argument --stage: invalid choice: \"it's\" {stages}"),
        ),
        (&["--input", "a", "--stage", "canary_5", "b", "--c"], "unrecognized arguments: b --c".to_owned()),
        (&["--=a"], "ambiguous option: --=a could match --help, --input, --stage".to_owned()),
        (&["--help=a"], "argument -h/--help: ignored explicit argument 'a'".to_owned()),
    ];
    for (args, message) in cases {
        let ran = run(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}");
        assert_eq!(ran.stderr, format!("{USAGE}tsfm-gate compat: error: {message}\n"));
    }
}

#[test]
fn an_exception_exits_with_1() {
    let cases = [
        ("list.json", "AttributeError: 'list' object has no attribute 'get'"),
        ("none.json", "FileNotFoundError: [Errno 2] No such file or directory: 'none.json'"),
        (".", "IsADirectoryError: [Errno 21] Is a directory: '.'"),
        (
            "latin.json",
            "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xe9 in position 1: invalid continuation byte",
        ),
    ];
    for (file, line) in cases {
        let ran = run(&["--input", file, "--stage", "canary_5"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        assert_eq!(ran.stderr, format!("{line}\n"));
    }
}

#[test]
fn help_is_an_answer() {
    for help in ["-h", "--help", "--he", "-hh"] {
        let ran = run(&["--input", "none", help]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        assert!(ran.stdout.starts_with(USAGE));
    }
    // An option of ours in front does not make the rest ours.
    let ran = crate::gate(&["--color", "never", "compat", "--help"]);
    assert!(ran.stdout.starts_with(USAGE));
}
