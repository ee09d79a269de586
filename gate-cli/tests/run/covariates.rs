//! `covariates check`

use serde_json::Value;

use crate::{Folder, Ran};

const SPEC: &str = r#"{
  "schema_version": "covariate_spec.v1",
  "dynamic_covariates": [
    {"name": "temp", "type": "numeric", "required": true},
    {"name": "promo", "type": "boolean", "required": false}
  ],
  "static_covariates": [
    {"name": "store", "type": "categorical", "required": true}
  ]
}
"#;

/// What fits [`SPEC`].
const FITS: [&str; 4] = ["--dynamic", "temp,promo", "--static", "store"];

fn folder() -> Folder {
    let folder = Folder::empty();
    folder.write("spec.json", SPEC);
    folder
}

fn check(folder: &Folder, more: &[&str]) -> Ran {
    folder.gate(&[&["covariates", "check", "spec.json"], more].concat())
}

#[test]
fn a_spec_alone_is_valid_and_compared_with_nothing() {
    let ran = check(&folder(), &["--format", "text"]);
    let text = ran.passed();
    assert!(text.starts_with("OK covariate_spec.v1: the spec is valid\n"), "{text}");
    assert!(
        text.contains("numeric      required  `temp`") && text.contains("static   categorical"),
        "{text}"
    );
    assert!(text.contains("only the spec itself was checked"), "{text}");
    let report = check(&folder(), &[]).report();
    assert_eq!((&report["compared"], &report["columns"]), (&Value::from(false), &Value::Null));
}

#[test]
fn what_fits_is_listed() {
    let ran = check(&folder(), &[&FITS[..], &["--columns", "date,temp,promo,store", "-f", "text"]].concat());
    let text = ran.passed();
    assert!(
        text.starts_with("OK covariate_spec.v1: the spec is valid, and what is declared fits\n"),
        "{text}"
    );
    assert!(text.contains("declared dynamic  `temp`, `promo`\n"), "{text}");
    assert!(text.contains("declared static   `store`\n"), "{text}");
    assert!(text.contains("columns           4\n"), "{text}");
    assert!(!text.contains("notes"), "{text}");
    let report = check(&folder(), &[&FITS[..], &["--columns", "date,temp,promo,store"]].concat()).report();
    assert_eq!((&report["compared"], &report["columns"]), (&Value::from(true), &Value::from(4)));
    assert_eq!(report["dynamic_covariates"], serde_json::json!(["temp", "promo"]));
    let unknown = check(&folder(), &FITS).report();
    assert!(unknown["notes"][0].as_str().unwrap().contains("no columns were given"), "{unknown}");
}

#[test]
fn four_mistakes_have_four_different_errors() {
    let misspelt = folder();
    misspelt.replace("spec.json", "dynamic_covariates", "dynamic_covariate");
    let columns = ["--columns", "date,temp,promo,store"];
    let ran = |folder: &Folder, more: &[&str]| check(folder, &[more, &columns].concat());
    let cases = [
        (ran(&misspelt, &FITS), "spec-invalid", "dynamic_covariate"),
        (
            ran(&folder(), &["--dynamic", "promo", "--static", "store"]),
            "spec-required-missing",
            "`temp` missing",
        ),
        (
            ran(&folder(), &["--dynamic", "temp,tepm", "--static", "store"]),
            "spec-undefined",
            "`tepm` undefined",
        ),
        (
            check(&folder(), &[&FITS[..], &["--columns", "date,temp,promo"]].concat()),
            "spec-column-missing",
            "`store`",
        ),
    ];
    let mut messages = Vec::new();
    for (ran, fault, word) in cases {
        let message = ran.refused(24);
        assert_eq!(ran.faults()[0], fault, "{}", ran.stderr);
        assert!(message.contains(word), "{message}");
        assert_eq!(message.starts_with("spec.json: "), fault == "spec-invalid", "{message}");
        messages.push(message);
    }
    messages.sort();
    messages.dedup();
    assert_eq!(messages.len(), 4);
}

#[test]
fn a_message_says_what_is_declared_specified_and_there() {
    let ran = check(&folder(), &["--dynamic", "promo", "--static", "store", "--columns", "date,promo"]);
    let message = ran.refused(24);
    for word in ["declared dynamic: `promo`", "spec dynamic: `temp`, `promo`", "`date`, `promo`"] {
        assert!(message.contains(word), "{word}: {message}");
    }
    assert_eq!(ran.faults(), ["spec-required-missing", "spec-column-missing"]);
}

#[test]
fn every_problem_of_a_spec_is_shown_in_its_place() {
    let folder = folder();
    folder.replace("spec.json", r#""boolean", "required": false"#, r#""bool", "required": "no""#);
    let ran = check(&folder, &[]);
    ran.refused(24);
    assert_eq!(ran.faults(), ["spec-invalid", "spec-invalid"]);
    for word in ["dynamic_covariates[1].type", "dynamic_covariates[1].required", "spec.json:5"] {
        assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
    }
}

#[test]
fn an_unknown_key_is_a_note() {
    let folder = folder();
    folder.replace("spec.json", r#""static_covariates""#, r#""owner": "x", "static_covariates""#);
    let report = check(&folder, &[]).report();
    assert!(report["notes"][0].as_str().unwrap().contains("`owner`"), "{report}");
}

#[test]
fn columns_may_be_a_csv_a_list_or_an_array() {
    let folder = folder();
    folder.write("train.csv", "\u{feff}date,temp,\"promo\",store\r\n1,2,3,\"x\n");
    folder.write("columns.json", r#"["date", "temp", "promo", "store"]"#);
    folder.write("no_ending", "date,temp,promo,store");
    for columns in [
        "train.csv",
        "columns.json",
        "no_ending",
        "date, temp, promo, store",
        r#"["date", "temp", "promo", "store"]"#,
    ] {
        let ran = check(&folder, &[&FITS[..], &["--columns", columns]].concat());
        assert_eq!(ran.report()["columns"], 4, "{columns}");
    }
}

#[test]
fn columns_may_come_from_stdin() {
    let folder = folder();
    let args = [&["covariates", "check", "spec.json"][..], &FITS, &["--columns", "-"]].concat();
    assert_eq!(folder.gate_reading(&args, "date,temp,promo,store\n1,2,3,4\n").report()["columns"], 4);
    let ran = folder.gate_reading(&args, "date,temp,promo\n");
    assert_eq!(ran.faults(), ["spec-column-missing"]);
    assert!(folder.gate_reading(&args, "").refused(24).contains("<stdin>"));
    let both = [&["covariates", "check", "-"][..], &FITS, &["--columns", "-"]].concat();
    let ran = folder.gate_reading(&both, SPEC);
    assert!(ran.refused(24).contains("stdin"), "{}", ran.stderr);
    assert_eq!(ran.faults(), ["argument-invalid"]);
}

#[test]
fn columns_that_cannot_be_read_are_refused() {
    let folder = folder();
    folder.write("empty.csv", "");
    folder.write("blank.csv", "\n\n");
    folder.write("garbage.csv", b"\xff\xfe\x00\x01");
    folder.write("open.csv", "date,\"temp\n");
    folder.write("object.json", r#"["a", {}]"#);
    folder.write("long.csv", vec![b'x'; 2 * 1024 * 1024]);
    for (columns, code, word) in [
        ("empty.csv", 24, "an empty file"),
        ("blank.csv", 24, "an empty file"),
        ("garbage.csv", 24, "UTF-8"),
        ("open.csv", 24, "a closing quote"),
        ("object.json", 24, "object.json: [1]"),
        ("long.csv", 24, "at most 1048576 bytes"),
        ("absent.csv", 21, "absent.csv"),
        ("folder/absent", 21, "folder/absent"),
        ("./", 22, "./"),
        (".", 22, "columns"),
        (r#"["a", "#, 24, "columns"),
    ] {
        let ran = check(&folder, &[&FITS[..], &["--columns", columns]].concat());
        let message = ran.refused(code);
        assert!(message.contains(word), "{columns}: {message}");
    }
}

#[test]
fn a_spec_may_come_from_stdin() {
    let folder = folder();
    let args = [&["covariates", "check", "-"][..], &FITS, &["--format", "text"]].concat();
    assert!(folder.gate_reading(&args, SPEC).passed().starts_with("OK covariate_spec.v1"));
    let ran = folder.gate_reading(&["covariates", "check", "-"], "{}");
    assert!(ran.refused(24).contains("schema_version"), "{}", ran.stderr);
}

#[test]
fn a_file_that_is_no_spec_is_refused() {
    let folder = folder();
    folder.write("empty.json", "");
    folder.write("garbage.json", b"\x89PNG\r\n\x1a\n");
    folder.write("line.json", vec![b'['; 3_000_000]);
    for (spec, code) in
        [("empty.json", 24), ("garbage.json", 24), ("line.json", 24), ("absent.json", 21), (".", 22)]
    {
        let ran = folder.gate(&["covariates", "check", spec]);
        let message = ran.refused(code);
        assert!(message.contains(spec), "{message}");
        assert!(ran.stderr.len() < 2000, "{} bytes for a person", ran.stderr.len());
    }
}
