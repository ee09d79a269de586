//! What an attacker or an accident may put there: nothing runs, and nothing passes silently.

use std::fs;

use crate::{Folder, NPZ};

const PICKLE: &str = "artifacts/models/run-good/preprocessor.pkl";

/// A pickle by which Python would write a file and then answer with the right run id.
fn malicious(marker: &str) -> String {
    format!("cbuiltins\neval\n(S'open(\"{marker}\", \"w\").close() or {{\"run_id\": \"run-good\"}}'\ntR.")
}

#[test]
fn a_pickle_that_calls_is_refused_and_does_not_run() {
    let folder = Folder::of("good");
    let marker = folder.path("marker");
    for protocol in ["", "\u{80}\u{4}"] {
        let head: Vec<u8> = protocol.chars().map(|it| u8::try_from(u32::from(it)).unwrap()).collect();
        folder.write(PICKLE, [&head[..], malicious(&marker.display().to_string()).as_bytes()].concat());
        let before = fs::read(folder.path(PICKLE)).unwrap();
        for args in [
            &["run", "check", "--run-id", "run-good", "--processed-npz", NPZ, "--sequence-length", "8"][..],
            &["run", "check", "--run-id", "run-good", "--preprocessor-pkl", PICKLE],
            &["run", "health", "--run-id", "run-good", "--artifacts", "artifacts"],
        ] {
            let ran = folder.gate(args);
            let message = ran.refused(22);
            assert!(message.contains("builtins.eval") && message.contains(PICKLE), "{message}");
            assert!(ran.faults().contains(&"preprocessor-invalid".to_owned()));
            assert!(!marker.exists(), "the pickle ran");
        }
        assert_eq!(fs::read(folder.path(PICKLE)).unwrap(), before);
    }
}

/// The control of the case above: a pickle that only Python runs would prove nothing if it were broken.
#[cfg(unix)]
#[test]
fn the_malicious_pickle_would_run_in_python() {
    let folder = Folder::empty();
    let marker = folder.path("marker");
    let pickle = folder.write("p.pkl", malicious(&marker.display().to_string()));
    let script = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb'))['run_id'])";
    let Ok(python) = std::process::Command::new("python3").args(["-c", script]).arg(pickle).output() else {
        return;
    };
    assert_eq!(String::from_utf8_lossy(&python.stdout), "run-good\n");
    assert!(marker.exists());
}

#[test]
fn the_recorded_pickle_is_refused() {
    let ran = Folder::of("pickle_code_execution").check(NPZ, &[]);
    assert!(ran.refused(22).contains("builtins.eval"));
}

#[test]
fn a_step_back_in_a_path_is_refused() {
    let folder = Folder::of("good");
    folder.write("artifacts/processed/run-b/.keep", "");
    for path in [
        "artifacts/processed/run-b/../run-good/processed.npz",
        "artifacts/processed/run-good/../run-good/processed.npz",
        "artifacts/processed/run-good/../run-b/processed.npz",
    ] {
        let ran = folder.check(path, &[]);
        let message = ran.refused(27);
        assert!(message.contains(path) && message.contains(".."), "{message}");
        assert!(ran.faults().contains(&"path-mismatch".to_owned()));
    }
    // At the start, it says where the reader stands.
    folder.write("work/.keep", "");
    let mut command = folder.program();
    command.current_dir(folder.path("work")).args(["run", "check", "--run-id", "run-good"]);
    command.args(["--sequence-length", "8", "--processed-npz", &format!("../{NPZ}")]);
    crate::Ran::new(command.output().unwrap()).report();
}

#[cfg(unix)]
#[test]
fn a_linked_run_directory_states_the_run_that_it_leads_to() {
    let folder = Folder::of("good");
    folder.rename("artifacts/processed/run-good", "artifacts/processed/run-b");
    folder.link("run-b", "artifacts/processed/run-good");
    let ran = folder.check(NPZ, &[]);
    let message = ran.refused(27);
    assert!(message.contains("run-b") && message.contains("run-good"), "{message}");
    assert_eq!(ran.faults(), ["path-mismatch"]);
    // A link that leads to the same run elsewhere is no other run.
    folder.rename("artifacts/processed/run-b", "store/processed/run-good");
    fs::remove_file(folder.path("artifacts/processed/run-good")).unwrap();
    folder.link("../../store/processed/run-good", "artifacts/processed/run-good");
    folder.check(NPZ, &[]).passed();
}

#[cfg(unix)]
#[test]
fn a_linked_file_states_the_run_that_it_leads_to() {
    let folder = Folder::of("good");
    folder.rename(NPZ, "artifacts/processed/run-b/processed.npz");
    folder.link("../run-b/processed.npz", NPZ);
    let message = folder.check(NPZ, &[]).refused(27);
    assert!(message.contains("run-b") && message.contains("run-good"), "{message}");
}

#[test]
fn a_renamed_file_is_not_passed_over() {
    let folder = Folder::of("good");
    let renamed = "artifacts/processed/run-good/renamed.npz";
    folder.rename(NPZ, renamed);
    assert!(folder.check(NPZ, &[]).refused(21).contains(NPZ));
    // Nothing says whose it is, but the documents beside it do; the answer says so.
    let ran = folder.check(renamed, &["--format", "text"]);
    let text = ran.passed();
    assert!(text.contains("unrecognised"), "{text}");
    assert!(!text.contains("4 of 4"), "{text}");
    let ran = folder.check(renamed, &[]);
    let sources = ran.report()["sources"].clone();
    let path = sources.as_array().unwrap().iter().find(|it| it["source"] == "path").cloned();
    assert_eq!(path.unwrap()["state"], "unrecognised", "{sources}");
}

#[test]
fn a_renamed_file_among_strange_documents_is_a_mismatch() {
    let folder = Folder::of("mismatch_meta");
    let renamed = "artifacts/processed/run-good/renamed.npz";
    folder.rename(NPZ, renamed);
    assert!(folder.check(renamed, &[]).refused(27).contains("meta.json"));
}
