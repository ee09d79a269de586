//! Where answers go, and what happens when they cannot go there.

use std::process::Stdio;

use crate::{Folder, NPZ, Ran};

#[cfg(unix)]
#[test]
fn a_file_name_cannot_steer_a_terminal_or_break_the_line() {
    let folder = Folder::empty();
    for name in ["a\u{1b}[31m.npz", "a\nb.npz", "a\"b.npz", "a\u{202e}b.npz"] {
        let ran = folder.gate(&["run", "check", "--run-id", "a", "--processed-npz", name]);
        ran.refused(21);
        assert!(!ran.stderr.contains(['\u{1b}', '\u{202e}']), "{}", ran.stderr.escape_debug());
        assert_eq!(ran.stderr.lines().count(), 3, "{}", ran.stderr);
    }
}

#[test]
fn colour_is_for_people_and_never_in_the_payload() {
    let folder = Folder::of("mismatch_all");
    let npz = "artifacts/processed/run-2/processed.npz";
    let ran =
        folder.gate(&["--color", "always", "run", "check", "--run-id", "run-1", "--processed-npz", npz]);
    ran.refused(27);
    let (people, line) = ran.stderr.trim_end().rsplit_once('\n').unwrap();
    assert!(people.contains('\u{1b}') && !line.contains('\u{1b}'), "{}", ran.stderr);
}

#[test]
fn every_finding_is_shown_to_people_as_well() {
    let folder = Folder::of("mismatch_all");
    let npz = "artifacts/processed/run-2/processed.npz";
    let ran = folder.gate(&["run", "check", "--run-id", "run-1", "--processed-npz", npz]);
    let faults = ran.faults();
    assert!(faults.len() >= 3, "{faults:?}");
    for fault in &faults {
        assert!(ran.stderr.contains(&format!("error[{fault}]: ")), "{}", ran.stderr);
    }
    assert!(ran.refused(27).ends_with(&format!("(and {} more)", faults.len() - 1)));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_of_the_contract() {
    let folder = Folder::of("good");
    let full = || Stdio::from(std::fs::File::options().write(true).open("/dev/full").unwrap());
    let check = ["run", "check", "--run-id", "run-good", "--processed-npz", NPZ, "--sequence-length", "8"];
    for args in [&check[..], &["run", "id", NPZ], &["run", "--help"]] {
        let ran = folder.program().args(args).stdout(full()).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(Ran::new(ran).faults(), ["output-failed"]);
    }
    let both = folder.program().args(check).stdout(full()).stderr(full()).status().unwrap();
    assert_eq!(both.code(), Some(24));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_an_error_and_no_panic() {
    let folder = Folder::of("good");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let check = ["run", "check", "--run-id", "run-good", "--processed-npz", NPZ, "--sequence-length", "8"];
    let ran = folder.program().args(check).stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(Ran::new(ran).faults(), ["output-failed"]);
}
