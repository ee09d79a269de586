//! What is said about a snapshot that cannot be used.

use crate::{CLEAN, Folder, Ran, gate};

fn refused(text: &str) -> Ran {
    let folder = Folder::with(&[("snapshot.json", text)]);
    let ran = folder.gate(&["evaluate", "-i", "snapshot.json", "-s", "canary_5"]);
    assert_eq!(ran.stdout, "");
    ran
}

#[test]
fn an_impossible_value_is_shown_in_its_line() {
    let ran = refused(&CLEAN.replace("\"error_rate\": [0, 0, 0, 0,", "\"error_rate\": [0, 0, 0, 1.7,"));
    assert_eq!(
        ran.stderr,
        r#"error[out-of-range]: metrics.error_rate[3]: expected a ratio in 0..=1, found 1.7
 --> snapshot.json:5:29
  |
5 |     "error_rate": [0, 0, 0, 1.7, 0, 0],
  |                             ^^^
  |
  = help: Check the unit of the metric and the query that computes it.
{"ok": false, "exit_code": 1, "error": {"code": "out-of-range", "message": "metrics.error_rate[3]: expected a ratio in 0..=1, found 1.7", "path": "metrics.error_rate[3]", "type": "GateError"}}
"#
    );
    assert_eq!(ran.error_code(), "out-of-range");
}

#[test]
fn broken_syntax_is_shown_in_its_line() {
    let ran = refused("{\"metrics\": {\n  \"error_rate\": [0,, 1]\n}}");
    assert_eq!(ran.error_code(), "json-syntax");
    assert_eq!(
        ran.shown(),
        "error[json-syntax]: expected JSON, found a syntax error: expected value
 --> snapshot.json:2:20
  |
2 |   \"error_rate\": [0,, 1]
  |                    ^
  |
  = help: Fix the text at the line and column shown.
"
    );
}

/// A problem, its code, where it is, and what is underlined.
#[test]
fn the_place_is_that_of_the_value_or_the_key() {
    let cases = [
        ("{\"metrics\": {\"a\": [1]},\n \"metrcs\": 1}", "unknown-field", "2:2", "^^^^^^^^\n"),
        ("{\"window_minutes\": 5, \"window_minutes\": 6}", "duplicate-key", "1:23", "^^^^^^^^^^^^^^^^\n"),
        ("{\"metrics\": {\"a\": [1, \"2\"]}}", "wrong-type", "1:23", "^^^\n"),
        ("{\"metrics\": {\"a\": [1, NaN]}}", "not-finite", "1:23", "^^^\n"),
        ("{\"metrics\": {\"a\": [1, 2],\n\"é \\\"b\": [1]}}", "length-mismatch", "2:1", "^^^^^^^\n"),
        ("{\"drills\": [{\"to\": \"x\"}], \"metrics\": {\"a\": [1]}}", "missing-field", "1:13", "^\n"),
        ("{\"metrics\": {\"a\": [1, 2", "json-syntax", "1:23", "^\n"),
    ];
    for (text, code, place, mark) in cases {
        let ran = refused(text);
        assert_eq!(ran.error_code(), code, "{text}");
        assert!(ran.shown().contains(&format!("snapshot.json:{place}\n")), "{}", ran.stderr);
        assert!(ran.shown().contains(mark), "{}", ran.stderr);
    }
}

#[test]
fn a_field_that_is_missing_at_the_top_has_no_line() {
    let ran = refused("{\"window_minutes\": 5}");
    assert_eq!(
        ran.shown(),
        "error[missing-field]: metrics: expected the required field `metrics`, found nothing\n\
         --> snapshot.json\n = help: Add the field.\n"
    );
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let zeros = "0.25,".repeat(200_000);
    let text =
        format!("{{\"labels\": {{\"é\": \"é\"}}, \"metrics\": {{\"error_rate\": [{zeros}1.5,{zeros}0]}}}}");
    let ran = refused(&text);
    assert_eq!(ran.error_code(), "out-of-range");
    assert!(ran.stderr.len() < 1000, "{}", ran.stderr);
    let column = text.find("1.5").unwrap() + 1;
    assert!(ran.shown().contains(&format!("snapshot.json:1:{column}\n")), "{}", ran.stderr);
    assert!(ran.shown().contains("25,0.25,1.5,0.25,0.25"), "{}", ran.stderr);
}

#[test]
fn a_control_character_does_not_reach_the_terminal() {
    let ran = refused("{\"\\u001b[31mred\": 1, \"metrics\": {\"a\": [1]}}");
    assert_eq!(ran.error_code(), "unknown-field");
    assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
}

#[test]
fn files_that_are_no_text_have_codes_of_their_own() {
    let folder = Folder::with(&[("empty.json", ""), ("blank.json", " \n"), ("bom.json", "\u{feff}{}")]);
    folder.write("latin.json", b"{\"labels\": {\"a\": \"caf\xe9\"}}");
    let cases = [
        ("empty.json", "empty-input"),
        ("blank.json", "empty-input"),
        ("bom.json", "byte-order-mark"),
        ("latin.json", "not-utf8"),
        (".", "file-unreadable"),
        ("missing.json", "file-not-found"),
    ];
    for (file, code) in cases {
        let ran = folder.gate(&["evaluate", "-i", file, "-s", "canary_5"]);
        assert_eq!(ran.error_code(), code);
        let line = ran.stderr.lines().last().unwrap();
        assert!(line.contains(file), "{line}");
    }
}

#[test]
fn a_file_above_the_limit_is_not_read() {
    let folder = Folder::with(&[("sparse.json", "")]);
    let file = std::fs::File::create(folder.path("sparse.json")).unwrap();
    file.set_len(1 << 40).unwrap();
    let ran = folder.gate(&["evaluate", "-i", "sparse.json", "-s", "canary_5"]);
    assert_eq!(ran.error_code(), "input-too-large");
    assert_eq!(
        ran.shown().lines().next().unwrap(),
        "error[input-too-large]: input: expected at most 67108864 bytes, \
         found 1099511627776 bytes in `sparse.json`"
    );
}

#[test]
fn a_usage_error_is_not_a_verdict() {
    let cases = [
        (
            &["evaluate", "--input", "x"][..],
            "the following required arguments were not provided: --stage <STAGE>",
        ),
        (&["evaluate", "--stgae", "x"], "unexpected argument '--stgae' found"),
        (&["--foo"], "unexpected argument '--foo' found"),
        (&["judge"], "unrecognized subcommand 'judge'"),
        (&[], "a subcommand is required"),
    ];
    for (args, message) in cases {
        let ran = gate(args);
        assert_eq!(ran.error_code(), "usage");
        assert_eq!(ran.stdout, "");
        let line = ran.stderr.lines().last().unwrap();
        assert!(line.contains(&format!("\"message\": \"{message}\", \"path\": \"\"")), "{line}");
    }
}
