//! `run id`

use crate::{Folder, NPZ, gate};

#[test]
fn the_id_is_printed_and_nothing_else() {
    let folder = Folder::of("good");
    assert_eq!(folder.gate(&["run", "id", NPZ]).passed(), "run-good\n");
    assert_eq!(folder.gate(&["run", "id", &format!("./{NPZ}")]).passed(), "run-good\n");
    // A path says what it says before its file is there.
    assert_eq!(gate(&["run", "id", "/nowhere/processed/run-x/processed.npz"]).passed(), "run-x\n");
}

#[test]
fn a_path_that_states_no_run_is_refused() {
    for path in [
        "processed.npz",
        "run-a/processed.npz",
        "processed/run-a/other.npz",
        "Processed/run-a/processed.npz",
        "processed/run-a/x/processed.npz",
    ] {
        let ran = gate(&["run", "id", path]);
        let message = ran.refused(22);
        assert_eq!(ran.faults(), ["layout-violation"], "{path}");
        assert!(message.contains(path) && message.contains("processed/{run_id}/processed.npz"), "{message}");
    }
}

#[test]
fn a_path_that_contradicts_itself_is_a_mismatch() {
    for path in [
        "processed/run-a/../run-b/processed.npz",
        "processed/.hidden/processed.npz",
        "processed/run a/processed.npz",
        "processed/../processed.npz",
    ] {
        let ran = gate(&["run", "id", path]);
        assert!(ran.refused(27).contains(path), "{}", ran.stderr);
        assert_eq!(ran.faults(), ["path-mismatch"], "{path}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_must_lead_to_the_run_that_it_names() {
    let folder = Folder::of("good");
    folder.link("run-good", "artifacts/processed/run-b");
    let ran = folder.gate(&["run", "id", "artifacts/processed/run-b/processed.npz"]);
    let message = ran.refused(27);
    assert!(message.contains("run-b") && message.contains("run-good"), "{message}");
    folder.link("artifacts/processed/run-good/processed.npz", "alias.npz");
    assert_eq!(folder.gate(&["run", "id", "alias.npz"]).faults(), ["layout-violation"]);
    folder.link("artifacts", "current");
    assert_eq!(
        folder.gate(&["run", "id", "current/processed/run-good/processed.npz"]).passed(),
        "run-good\n"
    );
    folder.rename(NPZ, "plain.npz");
    folder.link("../../../plain.npz", NPZ);
    let message = folder.gate(&["run", "id", NPZ]).refused(22);
    assert!(message.contains("links followed"), "{message}");
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_before_the_file_is_there() {
    let folder = Folder::empty();
    folder.write("processed/run-b/.keep", "");
    folder.link("run-b", "processed/run-a");
    let message = folder.gate(&["run", "id", "processed/run-a/processed.npz"]).refused(27);
    assert!(message.contains("run-a") && message.contains("run-b"), "{message}");
    folder.link("nowhere", "processed/run-c");
    let message = folder.gate(&["run", "id", "processed/run-c/processed.npz"]).refused(21);
    assert!(message.contains("a link"), "{message}");
    folder.link("run-d", "processed/run-d");
    folder.gate(&["run", "id", "processed/run-d/processed.npz"]).refused(22);
    folder.link("../nowhere.npz", "processed/run-b/processed.npz");
    folder.gate(&["run", "id", "processed/run-b/processed.npz"]).refused(21);
}

#[cfg(unix)]
#[test]
fn a_file_is_no_directory() {
    let folder = Folder::of("good");
    folder.gate(&["run", "id", &format!("{NPZ}/")]).refused(22);
    folder.gate(&["run", "id", &format!("{NPZ}/processed/run-good/processed.npz")]).refused(22);
}

#[cfg(unix)]
#[test]
fn bytes_that_are_no_text_are_no_panic() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let odd = OsStr::from_bytes(b"processed/\xff/processed.npz");
    let run = |args: &[&str]| crate::Ran::new(crate::program().args(args).arg(odd).output().unwrap());
    assert_eq!(run(&["run", "id"]).faults(), ["path-mismatch"]);
    run(&["run", "check", "--run-id", "run-a", "--processed-npz"]).refused(27);
    run(&["run", "metrics"]).refused(21);
    run(&["covariates", "check"]).refused(21);
    run(&["run", "health", "--run-id", "run-a", "--artifacts"]).refused(21);
    run(&["run", "check", "--run-id"]).refused(24);
    run(&["covariates", "check", "spec.json", "--columns"]).refused(24);
}
