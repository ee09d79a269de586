//! From stage to stage, and back.

use crate::{Folder, NOW, TOKEN};

const SIGN: [&str; 4] = ["--actor", "kim", "--reason", "release 1.4"];
const STATE: [&str; 2] = ["--state", "p.json"];

#[test]
fn a_build_goes_its_way_with_evidence_and_health_and_comes_back() {
    let folder = Folder::new();
    let digest = "1".repeat(64);
    let gate = |words: &[&str], more: &[&[&str]]| {
        folder.gate(&[&["release", "promote"], words, &STATE, &NOW, &more.concat()[..]].concat())
    };
    let evidence = ["--digest", &digest, "--plan", "release.yaml", "--verdicts", "verdicts"];
    let to = |stage: &str| gate(&["to", stage], &[&evidence, &SIGN]);
    folder.evidence(&digest, "pass");
    assert_eq!(to("dev").error_code(), "file-not-found");
    assert_eq!(gate(&["init"], &[]).code, 0);
    assert_eq!(gate(&["init"], &[]).error_code(), "contradiction");
    let before = folder.read("p.json");
    assert_eq!((to("staging").code, folder.read("p.json") == before), (3, true));
    assert_eq!(to("dev").json()["action"]["digest"], digest);
    assert_eq!(to("staging").code, 3);
    // Health from before the build came says nothing about it, and changes nothing.
    let before = folder.read("p.json");
    let early =
        ["release", "promote", "observe", "dev", "--health", "unhealthy", "--now", "2026-01-01T00:00:00Z"];
    let early = folder.gate(&[&early[..], &STATE].concat());
    assert_eq!((early.code, early.json()["problems"][0]["path"].as_str()), (3, Some("at")));
    assert_eq!((early.json()["done"].as_bool(), folder.read("p.json") == before), (Some(false), true));
    assert_eq!(gate(&["observe", "dev", "--health", "healthy"], &[]).code, 0);
    assert_eq!(to("staging").code, 0);
    for code in [2, 2, 3] {
        assert_eq!(gate(&["observe", "staging", "--health", "unknown"], &[]).code, code);
    }
    assert_eq!(to("staging").code, 3);
    assert_eq!(gate(&["readmit", "--digest", &digest], &[&["--actor", "lee", "--reason", TOKEN]]).code, 0);
    assert_eq!(to("staging").code, 0);
    assert_eq!(gate(&["rollback", "prod"], &[&SIGN]).code, 3);
    assert_eq!(gate(&["rollback", "staging"], &[&SIGN]).json()["action"]["action"], "stop");
    assert_eq!(gate(&["status"], &[]).json()["state"]["staging"]["current"], serde_json::Value::Null);
    assert!(!folder.read("p.json").contains(TOKEN) && folder.read("p.json").contains("***"));
}

#[test]
fn a_state_that_cannot_be_read_is_not_one_in_which_nothing_runs() {
    let folder = Folder::new();
    for (text, code) in [
        ("", "empty-input"),
        ("{}", "missing-field"),
        ("{\"schema_version\": \"v9\", \"promotion\": {}}", "missing-field"),
    ] {
        folder.write("p.json", text);
        assert_eq!(folder.gate(&["release", "promote", "status", "--state", "p.json"]).error_code(), code);
        let observe = ["release", "promote", "observe", "dev", "--health", "healthy", "--state", "p.json"];
        assert_eq!((folder.gate(&observe).code, folder.read("p.json").as_str()), (1, text));
    }
}

#[test]
fn a_pipe_is_no_state_and_is_not_waited_for() {
    let folder = Folder::new();
    assert!(std::process::Command::new("mkfifo").arg(folder.path("p.json")).status().unwrap().success());
    let status = ["release", "promote", "status", "--state", "p.json"];
    let mut child = folder.program().args(status).stderr(std::process::Stdio::null()).spawn().unwrap();
    let ended = (0..1000).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        child.try_wait().unwrap()
    });
    child.kill().unwrap_or_default();
    assert_eq!(ended.and_then(|status| status.code()), Some(1), "it waits for the pipe");
}
