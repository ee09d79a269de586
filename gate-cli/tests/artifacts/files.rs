//! Paths that lead to something else than a file, or to another place than they say.

use std::fs;

use gate_cli::artifacts::{read_archive, read_document, read_preprocessor};
use gate_core::contract::facts::{Artifact, FilePath};
use gate_tests::npz::sample;
use tempfile::TempDir;

use super::{said, unreadable};

#[test]
fn a_directory_is_not_opened() {
    let folder = TempDir::new().expect("a folder");
    for unreadable in [
        unreadable(&read_document(folder.path())),
        unreadable(&read_preprocessor(folder.path())),
        unreadable(&read_archive(folder.path(), false)),
    ] {
        assert!(!unreadable.opened);
        assert_eq!(said(unreadable), ": expected a regular file that can be read, found a directory");
    }
}

#[test]
fn a_path_through_a_file_leads_nowhere() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "{}").expect("a file");
    let found = read_document(&file.join("meta.json"));
    assert!(matches!(&found, Artifact::Absent(path) if path.resolved.is_none()), "{found:?}");
    assert!(matches!(read_document("".as_ref()), Artifact::Absent(_)));
}

#[test]
fn a_document_is_bounded() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("meta.json");
    // The file system need not store the zeros.
    fs::File::create(&path).and_then(|file| file.set_len(64 * 1024 * 1024 + 1)).expect("a file");
    for unreadable in [unreadable(&read_document(&path)), unreadable(&read_preprocessor(&path))] {
        assert!(!unreadable.opened);
        assert_eq!(said(unreadable), ": expected at most 67108864 bytes, found 67108865 bytes");
    }
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_told() {
    use std::os::unix::fs::symlink;

    let folder = TempDir::new().expect("a folder");
    let root = fs::canonicalize(folder.path()).expect("a real path");
    fs::create_dir_all(root.join("processed/run-b")).expect("folders");
    fs::write(root.join("processed/run-b/processed.npz"), sample("stored")).expect("a file");
    symlink("run-b", root.join("processed/run-a")).expect("a link");
    symlink("nowhere", root.join("dangling")).expect("a link");
    let named = root.join("processed/run-a/processed.npz");
    let Artifact::Read(path, _) = read_archive(&named, false) else { panic!("it can be read") };
    let text = |path: &std::path::Path| path.display().to_string();
    let resolved = Some(text(&root.join("processed/run-b/processed.npz")));
    assert_eq!(path, FilePath { named: text(&named), resolved, explicit: true });
    assert!(matches!(read_document(&root.join("dangling")), Artifact::Absent(_)));
}

#[cfg(unix)]
#[test]
fn nobody_waits_for_the_writer_of_a_pipe() {
    let folder = TempDir::new().expect("a folder");
    let pipe = folder.path().join("meta.json");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    let found = read_document(&pipe);
    let message = ": expected a regular file that can be read, found a pipe, a socket or a device";
    assert_eq!(said(unreadable(&found)), message);
}
