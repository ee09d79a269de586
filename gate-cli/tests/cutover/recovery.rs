//! `cutover recovery measure`

use std::time::{Duration, Instant};

use crate::{Folder, Ran};

fn measure(folder: &Folder, restore: &str, more: &[&str]) -> Ran {
    let words =
        ["cutover", "recovery", "measure", "--source", "evidence", "--target", "back", "--restore", restore];
    folder.gate(&[&words, more].concat())
}

fn restored(restore: &str, more: &[&str]) -> (i32, String, String) {
    let folder = Folder::empty();
    folder.evidence(3);
    measure(&folder, restore, more).check()
}

#[test]
fn a_whole_restore_passes() {
    let (code, _, message) = restored("cp -r evidence back", &[]);
    assert_eq!((code, message.starts_with("3 files restored in ")), (0, true), "{message}");
}

#[test]
fn one_file_may_be_lost_and_none_may_differ() {
    assert_eq!(restored("cp -r evidence back; rm back/1.json", &[]).0, 0);
    assert_eq!(restored("cp -r evidence back; rm back/1.json", &["--rpo", "0"]).0, 3);
    assert_eq!(restored("cp -r evidence back; rm back/1.json back/2.json", &[]).0, 3);
    assert_eq!(restored("cp -r evidence back; echo >> back/1.json", &[]).0, 3);
    assert_eq!(restored("cp -r evidence back; echo > back/extra", &[]).0, 3);
}

#[test]
fn what_did_not_end_well_is_no_restore() {
    let (code, state, message) = restored("cp -r evidence back; exit 7", &[]);
    assert_eq!(
        (code, state.as_str(), message.as_str()),
        (3, "unhealthy", "the restore ended with exit code 7")
    );
    let started = Instant::now();
    let (code, _, message) = restored("cp -r evidence back; sleep 60", &["--timeout", "300ms"]);
    assert_eq!((code, message.as_str()), (3, "the restore ran into its timeout"));
    assert!(started.elapsed() < Duration::from_secs(10));
    let (code, _, message) = restored("sleep 0.3; cp -r evidence back", &["--rto", "100ms"]);
    assert_eq!((code, message.starts_with("rto: expected at most 0.1 s")), (3, true), "{message}");
}

#[test]
fn files_that_were_there_before_are_refused() {
    let folder = Folder::empty();
    folder.evidence(1);
    std::fs::create_dir(folder.path("back")).unwrap();
    assert_eq!(measure(&folder, "cp evidence/* back", &[]).check().0, 0);
    assert_eq!(measure(&folder, "true", &[]).error_code(), "contradiction");
}

#[test]
fn no_source_is_an_error_and_an_empty_one_no_pass() {
    let folder = Folder::empty();
    assert_eq!(measure(&folder, "true", &[]).error_code(), "file-not-found");
    std::fs::create_dir(folder.path("evidence")).unwrap();
    assert_eq!(measure(&folder, "mkdir back", &[]).check().0, 3);
}

#[cfg(unix)]
#[test]
fn a_restore_that_leads_back_to_the_source_is_none() {
    for (restore, why) in [
        ("ln -s evidence back", "`back` is a link"),
        ("cp -rl evidence back", "`back/0.json` is a file of the source"),
        (
            "mkdir back; ln evidence/0.json back/x; cp evidence/[12].json back",
            "`back/x` is a file of the source",
        ),
    ] {
        let (code, state, message) = restored(restore, &[]);
        assert_eq!((code, state.as_str()), (3, "unhealthy"), "{restore}: {message}");
        assert!(message.contains(why), "{restore}: {message}");
    }
}

#[cfg(unix)]
#[test]
fn a_target_that_is_the_source_or_in_it_is_refused_before_anything_runs() {
    let folder = Folder::empty();
    folder.evidence(1);
    std::fs::create_dir(folder.path("empty")).unwrap();
    std::os::unix::fs::symlink("empty", folder.path("link")).unwrap();
    std::os::unix::fs::symlink("evidence", folder.path("other")).unwrap();
    for target in ["link", "evidence", "evidence/back", "other/back", "./evidence/../evidence/back", "other"]
    {
        let words = ["cutover", "recovery", "measure", "--source", "evidence", "--restore", "touch ran"];
        let ran = folder.gate(&[&words, &["--target", target][..]].concat());
        assert_eq!(ran.error_code(), "contradiction", "{target}");
    }
    assert!(!folder.path("ran").exists());
}

#[test]
fn a_restore_that_touches_the_source_is_none() {
    for restore in [
        "mkdir back; mv evidence/* back",
        "mv evidence back",
        "cp -r evidence back; rm evidence/1.json",
        "cp -r evidence back; echo >> evidence/1.json",
        "cp -r evidence back; echo > evidence/extra",
    ] {
        let (code, state, message) = restored(restore, &[]);
        assert_eq!((code, state.as_str()), (3, "unhealthy"), "{restore}: {message}");
        assert!(
            message.starts_with("the source is not what it was before the restore: "),
            "{restore}: {message}"
        );
    }
}

#[test]
fn a_restore_that_failed_and_touched_the_source_says_both() {
    let folder = Folder::empty();
    folder.evidence(1);
    let ran = measure(&folder, "mkdir back; mv evidence/* back; exit 7", &[]);
    assert_eq!(ran.check().2, "the restore ended with exit code 7");
    let note = "the source is not what it was before the restore: `0.json`";
    assert_eq!(ran.answer()["notes"][1], note);
}

#[test]
fn a_restore_that_restores_nothing_is_judged() {
    let (code, state, message) = restored("true", &[]);
    assert_eq!((code, state.as_str()), (3, "unhealthy"), "{message}");
    assert_eq!(message, "target: expected a readable folder, found nothing at `back`");
    let (code, _, message) = restored("mkdir back", &[]);
    assert_eq!((code, message.as_str()), (3, "rpo: expected at most 1 lost files, found 3"));
    let (code, _, message) = restored("echo > back", &[]);
    assert_eq!((code, message.starts_with("target: expected a readable folder")), (3, true), "{message}");
}

#[cfg(unix)]
#[test]
fn a_link_that_was_restored_is_judged() {
    let (code, state, message) =
        restored("cp -r evidence back; rm back/1.json; ln -s 0.json back/1.json", &[]);
    assert_eq!((code, state.as_str()), (3, "unhealthy"), "{message}");
    assert_eq!(message, "target: expected readable regular files, found `1.json` in `back`");
}
