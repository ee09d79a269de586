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
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use chrono::{SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A secret that must stand in no output.
const SECRET: &str = "k3y-m4terial-that-nobody-may-see-0123456789";

/// What one run has left behind.
#[derive(Debug)]
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn new(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The answer, about which stderr has nothing to say.
    fn answer(&self) -> Value {
        assert_eq!(self.stderr, "");
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// The only check, with the exit code that belongs to it.
    fn check(&self) -> (i32, String, String) {
        let answer = self.answer();
        assert_eq!(answer["exit_code"], self.code);
        assert_eq!(answer["checks"].as_array().unwrap().len(), 1);
        let check = &answer["checks"][0];
        let text = |field: &str| check[field].as_str().unwrap().to_owned();
        (self.code, text("state"), text("message"))
    }

    /// The code in the last line of stderr; there is no answer.
    fn error_code(&self) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (1, ""), "{}", self.stderr);
        let line: Value = serde_json::from_str(self.stderr.lines().last().unwrap()).unwrap();
        assert_eq!((&line["ok"], &line["exit_code"]), (&json!(false), &json!(1)));
        line["error"]["code"].as_str().unwrap().to_owned()
    }
}

/// A folder in which the program runs.
struct Folder(TempDir);

impl Folder {
    fn empty() -> Self {
        Self(TempDir::new().unwrap())
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

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    /// Changes a JSON file.
    fn edit(&self, name: &str, change: impl FnOnce(&mut Value)) {
        let mut value = self.json(name);
        change(&mut value);
        self.write(name, value.to_string());
    }

    fn names(&self, of: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(of)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tsfm-gate"));
        for name in [
            "NO_COLOR",
            "CLICOLOR_FORCE",
            "CLICOLOR",
            "DECISIONOS_AUTOPROMOTE",
            "DECISIONOS_AUTOPROMOTE_ENABLE",
            "ROTATION_WARN_DAYS",
            "ROTATION_CRITICAL_DAYS",
            "http_proxy",
            "READYZ_URL",
        ] {
            command.env_remove(name);
        }
        command.current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    fn gate(&self, args: &[&str]) -> Ran {
        Ran::new(self.program().args(args).output().unwrap())
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
