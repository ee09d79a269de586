//! Whose artifacts they are: each source made wrong in turn.

use crate::{Folder, NPZ, Ran};

fn good() -> Folder {
    Folder::of("good")
}

/// The one message of a mismatch; the finding, the message and what people read all name both ids and the file.
fn mismatch(ran: &Ran, fault: &str, file: &str, ids: [&str; 2]) {
    let message = ran.refused(27);
    assert_eq!(ran.faults(), [fault], "{message}");
    for word in [file, ids[0], ids[1]] {
        assert!(message.contains(word), "{word}: {message}");
        assert!(ran.stderr.lines().next().unwrap().contains(word), "{word}: {}", ran.stderr);
    }
}

#[test]
fn the_good_tree_shows_what_was_compared() {
    let folder = good();
    let ran = folder.check(NPZ, &["--format", "text"]);
    let text = ran.passed();
    assert!(text.starts_with("OK run-good: 4 of 4 sources confirm this run"), "{text}");
    for word in [
        NPZ,
        "artifacts/processed/run-good/meta.json",
        "artifacts/models/run-good/preprocessor.pkl",
        "artifacts/processed/run-good/split_contract.json",
        "(40, 8, 1)",
        "25 training, 7 validation, 8 test",
        "read, all finite",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let report = folder.check(NPZ, &["--format", "json"]).report();
    let states: Vec<&str> = report["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|source| source["state"].as_str().unwrap())
        .collect();
    assert_eq!(states.len(), 5);
    assert!(states.iter().all(|state| *state == "agrees"), "{states:?}");
    assert_eq!(folder.check(NPZ, &[]).stdout, folder.check(NPZ, &["-f", "json"]).stdout, "no terminal");
}

#[test]
fn headers_alone_say_that_no_value_was_read() {
    let ran = good().check(NPZ, &["--format", "text", "--headers-only"]);
    assert!(ran.passed().contains("not read"), "{}", ran.stdout);
    let ran = Folder::of("nan_windows").check(NPZ, &["--headers-only"]);
    assert_eq!(ran.report()["data_checked"], false);
}

#[test]
fn another_argument_is_a_mismatch_of_every_source() {
    let args = ["run", "check", "--run-id", "run-b", "--processed-npz", NPZ, "--sequence-length", "8"];
    let ran = good().gate(&args);
    let message = ran.refused(27);
    assert_eq!(ran.faults(), ["path-mismatch", "meta-mismatch", "preprocessor-mismatch", "split-mismatch"]);
    assert!(message.contains("run-b") && message.contains("run-good") && message.contains(NPZ), "{message}");
}

#[test]
fn another_directory_is_a_mismatch() {
    let folder = good();
    folder.rename("artifacts/processed/run-good", "artifacts/processed/run-b");
    folder.rename("artifacts/models/run-good", "artifacts/models/run-b");
    let npz = "artifacts/processed/run-b/processed.npz";
    mismatch(&folder.check(npz, &[]), "path-mismatch", npz, ["run-good", "run-b"]);
}

#[test]
fn another_meta_is_a_mismatch() {
    let folder = good();
    let meta = "artifacts/processed/run-good/meta.json";
    folder.replace(meta, r#""run_id": "run-good""#, r#""run_id": "run-b""#);
    mismatch(&folder.check(NPZ, &[]), "meta-mismatch", meta, ["run-good", "run-b"]);
}

#[test]
fn another_preprocessor_is_a_mismatch() {
    let folder = good();
    let pickle = "artifacts/models/run-good/preprocessor.pkl";
    folder.write(pickle, "(dS'run_id'\nS'run-b'\ns.");
    mismatch(&folder.check(NPZ, &[]), "preprocessor-mismatch", pickle, ["run-good", "run-b"]);
    let named = "elsewhere/p.pkl";
    folder.write(pickle, "(dS'run_id'\nS'run-good'\ns.");
    assert_eq!(folder.check(NPZ, &[]).code, 0);
    folder.write(named, "(dS'run_id'\nS'run-c'\ns.");
    let ran = folder.check(NPZ, &["--preprocessor-pkl", named]);
    mismatch(&ran, "preprocessor-mismatch", named, ["run-good", "run-c"]);
}

#[test]
fn another_split_contract_is_a_mismatch() {
    let folder = good();
    let split = "artifacts/processed/run-good/split_contract.json";
    folder.replace(split, r#""run_id": "run-good""#, r#""run_id": "run-b""#);
    mismatch(&folder.check(NPZ, &[]), "split-mismatch", split, ["run-good", "run-b"]);
}

#[test]
fn a_named_meta_takes_the_place_of_the_one_beside() {
    let folder = good();
    folder.write("m.json", r#"{"run_id": "run-b"}"#);
    mismatch(&folder.check(NPZ, &["--meta", "m.json"]), "meta-mismatch", "m.json", ["run-good", "run-b"]);
    let message = folder.check(NPZ, &["--meta", "no.json"]).refused(21);
    assert!(message.contains("no.json"), "{message}");
}

#[test]
fn a_strict_run_id_has_the_form_of_generated_ones() {
    let ran = good().check(NPZ, &["--strict-run-id"]);
    assert_eq!(
        (ran.refused(24).contains("run-good"), ran.faults()),
        (true, vec!["run-id-syntax".to_owned()])
    );
}
