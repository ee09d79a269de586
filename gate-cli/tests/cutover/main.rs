//! `cutover` as its users meet it: what it says, how it exits, and what is left on the disk.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot prepare its files or read its output has failed"
)]

mod card;
mod checklist;
mod crash;
mod evidence;
mod http;
mod keys;
mod preflight;
mod promotion;
mod recovery;
mod rehearse;
mod secrets;
mod server;

use std::fs;
use std::ops::Deref;
use std::process::Command;

use chrono::{SecondsFormat, TimeDelta, Utc};
use gate_tests::program::{self, Ran};
use serde_json::{Value, json};

/// A secret that must stand in no output.
const SECRET: &str = "k3y-m4terial-that-nobody-may-see-0123456789";

/// A folder in which the program runs.
struct Folder(program::Folder);

impl Deref for Folder {
    type Target = program::Folder;

    fn deref(&self) -> &program::Folder {
        &self.0
    }
}

impl Folder {
    fn empty() -> Self {
        Self(program::Folder::empty())
    }

    /// With everything that six checks need to be healthy.
    fn healthy(url: &str) -> Self {
        let folder = Self::empty();
        folder.evidence(3);
        assert_eq!(
            folder.gate(&["cutover", "evidence", "index", "evidence", "--key-file", "sign.json"]).code,
            0
        );
        let sign = ["--actor", "kim", "--reason", "cutover"];
        let reset = [&["breaker", "reset", "--state", "breaker.json"], &sign[..]].concat();
        assert_eq!(folder.gate(&reset).code, 0);
        let manual = [&["cutover", "promotion", "manual", "--marker", "marker"], &sign[..]].concat();
        assert_eq!(folder.gate(&manual).code, 0);
        folder.write("keys.json", keys(json!([{"state": "active", "expires_at": from_now(60 * 24 * 60)}])));
        folder.write("snapshot.json", snapshot(0.004).to_string());
        folder.write("cutover.json", plan(url).to_string());
        folder
    }

    /// So many documents of evidence, and the keys that sign them.
    fn evidence(&self, count: usize) {
        fs::create_dir_all(self.path("evidence")).unwrap();
        for number in 0..count {
            let block = json!({"value": number});
            let document = json!({"judges": block, "perf": block, "perf_judge": block, "canary": block});
            self.write(&format!("evidence/{number}.json"), document.to_string());
        }
        let key = json!([{"key_id": "ops", "secret": SECRET, "state": "active"}]);
        self.write("sign.json", key.to_string());
    }

    /// Changes a JSON file.
    fn edit(&self, name: &str, change: impl FnOnce(&mut Value)) {
        let mut value = self.json(name);
        change(&mut value);
        self.write(name, value.to_string());
    }

    fn program(&self) -> Command {
        let mut command = self.0.program(env!("CARGO_BIN_EXE_tsfm-gate"));
        for name in [
            "DECISIONOS_AUTOPROMOTE",
            "DECISIONOS_AUTOPROMOTE_ENABLE",
            "ROTATION_WARN_DAYS",
            "ROTATION_CRITICAL_DAYS",
            "http_proxy",
            "READYZ_URL",
        ] {
            command.env_remove(name);
        }
        command
    }

    fn gate(&self, args: &[&str]) -> Ran {
        Ran::new(self.program().args(args).output().unwrap())
    }

    /// A pipe: what is neither a file nor a folder.
    #[cfg(unix)]
    fn pipe(&self, name: &str) {
        assert!(Command::new("mkfifo").arg(self.path(name)).status().unwrap().success());
    }

    #[cfg(unix)]
    fn is_pipe(&self, name: &str) -> bool {
        use std::os::unix::fs::FileTypeExt as _;
        fs::symlink_metadata(self.path(name)).unwrap().file_type().is_fifo()
    }
}

/// So many minutes from now.
fn from_now(minutes: i64) -> String {
    (Utc::now() + TimeDelta::minutes(minutes)).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Keys with an id and a secret each.
fn keys(list: Value) -> String {
    let mut list = list;
    for (number, key) in list.as_array_mut().unwrap().iter_mut().enumerate() {
        key["key_id"] = json!(format!("k{number}"));
        key["secret"] = json!(SECRET);
    }
    list.to_string()
}

/// An hour of a canary, up to now; the last window fails at this rate, the others at 0.5 %.
fn snapshot(last: f64) -> Value {
    let mut errors = vec![0.005; 12];
    errors[11] = last;
    json!({
        "window_minutes": 5,
        "start": (Utc::now() - TimeDelta::minutes(60)).to_rfc3339_opts(SecondsFormat::Secs, true),
        "samples": vec![1000; 12],
        "metrics": {
            "p95_latency_ms": vec![120.0; 12], "error_rate": errors, "fallback_rate": vec![0.01; 12],
            "breaker_open_rate": vec![0.0; 12], "invalid_output_rate": vec![0.0; 12],
        },
    })
}

fn plan(url: &str) -> Value {
    json!({
        "schema_version": "tsfm_gate.cutover.v1",
        "readyz": {"url": url},
        "evidence": {"dir": "evidence", "key_file": "sign.json"},
        "keys": {"file": "keys.json"},
        "breaker": {"state": "breaker.json"},
        "canary": {"snapshot": "snapshot.json", "stage": "canary_25"},
        "promotion": {"marker": "marker", "file": ".env"},
    })
}
