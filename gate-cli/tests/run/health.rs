//! `run health`

use std::fs;

use crate::{Folder, Ran, listing};

/// The eight artifacts of a finished run.
const ARTIFACTS: [&str; 8] = [
    "artifacts/processed/run-good/processed.npz",
    "artifacts/processed/run-good/meta.json",
    "artifacts/models/run-good/preprocessor.pkl",
    "artifacts/checkpoints/run-good/best.keras",
    "artifacts/checkpoints/run-good/last.keras",
    "artifacts/metrics/run-good.json",
    "artifacts/reports/run-good.md",
    "artifacts/metadata/run-good.json",
];

fn health(folder: &Folder, more: &[&str]) -> Ran {
    folder.gate(&[&["run", "health", "--run-id", "run-good", "--artifacts", "artifacts"], more].concat())
}

#[test]
fn a_finished_run_shows_its_eight_artifacts() {
    let ran = health(&Folder::of("good"), &["--format", "text"]);
    let text = ran.passed();
    assert!(text.starts_with("OK run-good: every artifact is there and of this run\n"), "{text}");
    for artifact in ARTIFACTS {
        assert!(text.contains(artifact), "{artifact}: {text}");
    }
    let report = health(&Folder::of("good"), &[]).report();
    assert_eq!(report["artifacts"].as_array().unwrap().len(), 8, "{report}");
}

#[test]
fn each_artifact_must_be_there_and_not_empty() {
    for artifact in ARTIFACTS {
        let folder = Folder::of("good");
        folder.write(artifact, "");
        let message = health(&folder, &[]).refused(22);
        assert!(message.contains(artifact), "empty {artifact}: {message}");
        fs::remove_file(folder.path(artifact)).unwrap();
        let message = health(&folder, &[]).refused(22);
        assert!(message.contains(artifact), "no {artifact}: {message}");
        fs::create_dir(folder.path(artifact)).unwrap();
        let message = health(&folder, &[]).refused(22);
        assert!(message.contains(artifact), "a folder {artifact}: {message}");
    }
}

#[test]
fn everything_that_is_missing_is_listed() {
    let folder = Folder::empty();
    fs::create_dir(folder.path("artifacts")).unwrap();
    let ran = health(&folder, &[]);
    ran.refused(22);
    assert_eq!(ran.faults(), ["artifact-missing"; 8]);
}

#[test]
fn artifacts_of_another_run_are_a_mismatch() {
    for (file, from) in [
        ("artifacts/metrics/run-good.json", r#""run_id": "run-good""#),
        ("artifacts/metadata/run-good.json", r#""run_id": "run-good""#),
        ("artifacts/processed/run-good/meta.json", r#""run_id": "run-good""#),
    ] {
        let folder = Folder::of("good");
        folder.replace(file, from, &from.replace("run-good", "run-b"));
        let message = health(&folder, &[]).refused(27);
        for word in [file, "run-b", "run-good"] {
            assert!(message.contains(word), "{word}: {message}");
        }
    }
}

#[test]
fn nothing_is_written_into_the_folder() {
    for tree in ["good", "metrics_other_run", "pickle_code_execution", "meta_missing"] {
        let folder = Folder::of(tree);
        let before = listing(folder.root());
        assert!(before.len() > 9, "{before:?}");
        health(&folder, &[]);
        health(&folder, &["--format", "text", "--strict-run-id"]);
        folder.check(crate::NPZ, &[]);
        assert_eq!(listing(folder.root()), before, "{tree}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_nobody_may_write_to_is_checked() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::of("good");
    let artifacts = folder.path("artifacts");
    fs::set_permissions(&artifacts, fs::Permissions::from_mode(0o555)).unwrap();
    let ran = health(&folder, &[]);
    fs::set_permissions(&artifacts, fs::Permissions::from_mode(0o755)).unwrap();
    ran.passed();
}

#[test]
fn a_folder_that_is_none_is_refused() {
    let folder = Folder::of("good");
    folder.write("file", "x");
    for root in ["nowhere", "file"] {
        let ran = folder.gate(&["run", "health", "--run-id", "run-good", "--artifacts", root]);
        let message = ran.payload()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(root) && message.contains("expected a directory"), "{message}");
        assert!(!ran.stderr.contains("Name a regular file that"), "{}", ran.stderr);
    }
}
