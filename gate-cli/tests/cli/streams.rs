//! Where answers go, and what happens when they cannot go there.

use std::fs::{self, File};
use std::process::Stdio;

use crate::{CLEAN, Folder, Ran};

const EVALUATE: [&str; 5] = ["evaluate", "-i", "snapshot.json", "-s", "canary_5"];

fn folder() -> Folder {
    Folder::with(&[("snapshot.json", CLEAN)])
}

fn evaluate_into(folder: &Folder, more: &[&str]) -> Ran {
    folder.gate(&[&EVALUATE[..], more].concat())
}

#[test]
fn an_output_file_gets_the_verdict_and_stdout_nothing() {
    let folder = folder();
    let ran = evaluate_into(&folder, &["--output", "verdict.json"]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
    assert_eq!(folder.read("verdict.json"), evaluate_into(&folder, &[]).stdout);
    evaluate_into(&folder, &["--output", "verdict.json", "--format", "text"]);
    assert!(folder.read("verdict.json").starts_with("PROMOTE"));
    assert_eq!(folder.names(), ["snapshot.json", "verdict.json"]);
}

#[test]
fn an_output_file_is_never_the_input() {
    let folder = folder();
    let ran = evaluate_into(&folder, &["--output", "./snapshot.json"]);
    assert_eq!(ran.error_code(), "output-failed");
    assert_eq!(folder.read("snapshot.json"), CLEAN);
}

#[test]
fn a_failure_leaves_an_earlier_output_as_it_was() {
    let folder = folder();
    folder.write("verdict.json", b"earlier");
    folder.write("broken.json", b"{");
    let ran = folder.gate(&["evaluate", "-i", "broken.json", "-s", "canary_5", "-o", "verdict.json"]);
    assert_eq!(ran.error_code(), "json-syntax");
    assert_eq!(folder.read("verdict.json"), "earlier");
    let ran = evaluate_into(&folder, &["--output", "missing/verdict.json"]);
    assert_eq!(ran.error_code(), "output-failed");
    assert_eq!(
        ran.shown().lines().next().unwrap(),
        "error[output-failed]: output: expected a writable file, \
         found `missing/verdict.json`: No such file or directory (os error 2)"
    );
    assert_eq!(folder.names(), ["broken.json", "snapshot.json", "verdict.json"]);
}

#[cfg(unix)]
#[test]
fn an_output_file_keeps_its_permissions_and_its_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = folder();
    folder.write("verdict.json", b"earlier");
    let path = folder.path("verdict.json");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("verdict.json", folder.path("link.json")).unwrap();
    assert_eq!(evaluate_into(&folder, &["--output", "link.json"]).code, 0);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(folder.read("verdict.json").contains("promote"));
    assert!(fs::symlink_metadata(folder.path("link.json")).unwrap().is_symlink());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let folder = folder();
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    for args in [&EVALUATE[..], &["--help"], &["policy", "show"]] {
        let output = folder.program().args(args).stdout(full()).stderr(Stdio::piped()).output().unwrap();
        let ran = Ran::new(output);
        assert_eq!(ran.error_code(), "output-failed");
    }
    let both = folder.program().args(EVALUATE).stdout(full()).stderr(full()).status().unwrap();
    assert_eq!(both.code(), Some(1));
    // A device is written to, not replaced.
    let ran = evaluate_into(&folder, &["--output", "/dev/full"]);
    assert_eq!(ran.error_code(), "output-failed");
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_an_error_and_no_panic() {
    let folder = folder();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = folder.program().args(EVALUATE).stdout(writer).stderr(Stdio::piped()).output().unwrap();
    let ran = Ran::new(output);
    assert_eq!(ran.error_code(), "output-failed");
    assert!(ran.stderr.contains("Broken pipe"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn arguments_that_are_not_utf8_are_no_panic() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let odd = OsStr::from_bytes(b"\xff");
    let run = |args: &[&OsStr]| Ran::new(crate::program().args(args).output().unwrap());
    let word = OsStr::new;
    assert_eq!(run(&[odd]).error_code(), "usage");
    assert_eq!(run(&[word("explain"), odd]).error_code(), "usage");
    let ran = run(&[word("evaluate"), word("-s"), word("canary_5"), word("-i"), odd]);
    assert_eq!(ran.error_code(), "file-not-found");
}

#[test]
fn colour_is_for_those_who_ask() {
    let folder = folder();
    let run = |variable: &str, more: &[&str]| {
        let args = [&EVALUATE[..], &["--format", "text"], more].concat();
        let output = folder.program().args(args).env(variable, "1").output().unwrap();
        Ran::new(output).stdout.contains('\u{1b}')
    };
    assert!(!run("UNRELATED", &[]));
    assert!(run("CLICOLOR_FORCE", &[]));
    assert!(!run("CLICOLOR_FORCE", &["--color", "never"]));
    assert!(!run("NO_COLOR", &[]));
    assert!(run("NO_COLOR", &["--color", "always"]));
}
