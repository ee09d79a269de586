//! A write that does not come to its end leaves the old state, and never loses a stop.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::{Folder, T0};

/// When to kill: at instants that look random, and about as often before the end of a write as after it, however fast
/// the machine is just now.
struct Dice {
    seed: u64,
    limit: u64,
}

impl Dice {
    const fn new(seed: u64) -> Self {
        Self { seed, limit: 4_000 }
    }

    /// Lets the process live for a while.
    fn kill(&mut self, mut child: Child) {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        thread::sleep(Duration::from_micros(self.seed % self.limit));
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Lets the next one live longer if this one was too slow to write, else shorter.
    fn learn(&mut self, is_written: bool) {
        let step = self.limit / 16 + 1;
        self.limit = if is_written { self.limit - step + 2 } else { self.limit + step };
    }
}

fn reason_of(state: &Value, actor: &str) -> Option<String> {
    let holds = state["guard"]["overrides"]["holds"].as_array().unwrap();
    holds.iter().find(|hold| hold["actor"] == actor).map(|hold| hold["reason"].as_str().unwrap().to_owned())
}

#[test]
fn kill_9_at_any_point_of_200_writes_leaves_the_old_state_or_the_new_one() {
    let folder = Folder::started();
    folder.order("latch trip", "kim", "the stop that must survive", &["--now", T0]);
    folder.order("breaker hold", "kim", "the hold that must survive", &["--now", T0]);
    let mut dice = Dice::new(0x5eed_0004);
    let (mut old, mut new) = (0, 0);
    for number in 0..200 {
        let (before, reason) = (folder.state(), format!("write {number}"));
        let mut command = folder.program();
        command.args(["breaker", "hold", "--state", "state.json", "--actor", "pat", "--reason", &reason]);
        dice.kill(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let after = folder.state();
        dice.learn(after != before);
        if after == before {
            old += 1;
        } else {
            assert_eq!(reason_of(&after, "pat"), Some(reason), "neither the old state nor the new one");
            new += 1;
        }
        assert_eq!(after["guard"]["latch"]["latched"], true);
        assert_eq!(reason_of(&after, "kim").as_deref(), Some("the hold that must survive"));
    }
    assert!(old >= 20 && new >= 20, "{old} old and {new} new: the kills were not spread over the writes");
    assert_eq!(folder.ask("breaker status", &[]).code, 3);
    // What the killed left is used up by the next write.
    assert_eq!(folder.order("breaker release", "pat", "done", &[]).code, 3);
    assert_eq!(folder.names("."), ["state.json", "state.json.lock"]);
}

/// Some file of the folder has exactly these bytes.
fn is_kept(folder: &Folder, bytes: &[u8]) -> bool {
    folder.names(".").iter().any(|name| fs::read(folder.path(name)).unwrap() == bytes)
}

#[test]
fn kill_9_in_a_reset_loses_no_bytes_and_lets_nothing_through() {
    let (folder, mut dice) = (Folder::started(), Dice::new(0x5eed_0005));
    let mut fresh = 0;
    for number in 0..60 {
        let corrupt = format!("corrupt {number}");
        folder.write("state.json", &corrupt);
        let mut command = folder.program();
        command.args(["breaker", "reset", "--state", "state.json", "--actor", "pat", "--reason", "drill"]);
        dice.kill(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        assert!(is_kept(&folder, corrupt.as_bytes()), "write {number}: the old bytes are lost");
        let on = folder.ask("breaker status", &[]).code == 0;
        let is_fresh = fs::read(folder.path("state.json")).is_ok_and(|bytes| bytes.starts_with(b"{"));
        assert_eq!(on, is_fresh, "write {number}");
        dice.learn(is_fresh);
        fresh += u32::from(is_fresh);
    }
    assert!((5..=55).contains(&fresh), "{fresh} of 60 resets came to their end");
}

/// The shell ignores the signal, so that the write fails as it does on a full disk.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_state() {
    let folder = Folder::started();
    let before = folder.bytes();
    let words = ["breaker", "hold", "--state", "state.json", "--actor", "kim", "--reason", "stop"];
    let mut command = std::process::Command::new("sh");
    command.args(["-c", r#"trap "" XFSZ; ulimit -f 0; exec "$0" "$@""#, env!("CARGO_BIN_EXE_tsfm-gate")]);
    let output = command.args(words).current_dir(folder.path("")).output().unwrap();
    assert_eq!(crate::Ran::new(output).error_code(), "output-failed");
    assert_eq!(folder.bytes(), before);
    assert_eq!(folder.names("."), ["state.json", "state.json.lock"]);
}

#[cfg(unix)]
#[test]
fn permissions_and_links_are_kept() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = Folder::started();
    fs::create_dir(folder.path("real")).unwrap();
    fs::rename(folder.path("state.json"), folder.path("real/state.json")).unwrap();
    fs::set_permissions(folder.path("real/state.json"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/state.json", folder.path("state.json")).unwrap();
    assert_eq!(folder.order("breaker hold", "kim", "stop", &[]).code, 3);
    let about = fs::symlink_metadata(folder.path("real/state.json")).unwrap();
    assert_eq!((about.is_file(), about.permissions().mode() & 0o777), (true, 0o640));
    assert!(fs::symlink_metadata(folder.path("state.json")).unwrap().is_symlink());
    assert!(folder.path("real/state.json.lock").exists(), "one lock for both names");
}

/// Nobody can be kept from writing who is root, so the place of the new bytes is taken.
#[test]
fn a_folder_that_cannot_be_written_is_1_and_a_stop_stays_3() {
    let folder = Folder::started();
    let before = folder.bytes();
    fs::create_dir(folder.path("state.json.next")).unwrap();
    assert_eq!(folder.check(0, 1.0, 1, &[]).error_code(), "output-failed");
    assert_eq!(folder.order("breaker hold", "kim", "stop", &[]).error_code(), "output-failed");
    assert_eq!(folder.order("breaker reset", "kim", "stop", &[]).error_code(), "output-failed");
    assert_eq!(folder.ask("breaker status", &[]).code, 0);
    assert_eq!(folder.bytes(), before);
    fs::remove_dir(folder.path("state.json.next")).unwrap();
    folder.order("latch trip", "kim", "stop", &[]);
    fs::create_dir(folder.path("state.json.next")).unwrap();
    let answer = folder.check(0, 1.0, 1, &[]).answer();
    assert_eq!(answer["exit_code"], 3);
    assert!(
        answer["notes"][0].as_str().unwrap().contains("state: expected a file that can be written"),
        "{answer}"
    );
    assert_eq!(
        folder.gate(&["breaker", "reset", "--state", "no/s.json", "--actor", "a", "--reason", "b"]).code,
        1
    );
}

/// Where permissions mean something, a folder without the right to write says the same.
#[cfg(unix)]
#[test]
fn a_read_only_folder_can_be_looked_at() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::started();
    fs::remove_file(folder.path("state.json.lock")).unwrap();
    folder.write("metrics.json", "{}");
    fs::set_permissions(folder.path(""), fs::Permissions::from_mode(0o555)).unwrap();
    let is_root = fs::write(folder.path("probe"), "").is_ok();
    assert_eq!(folder.ask("breaker status", &[]).code, 0);
    if !is_root {
        assert_eq!(folder.check(0, 1.0, 1, &[]).error_code(), "output-failed");
    }
    assert!(!folder.path("state.json.lock").exists() || is_root, "a look takes no lock");
    fs::set_permissions(folder.path(""), fs::Permissions::from_mode(0o755)).unwrap();
}
