//! The cases of `tests/cases`, and how to run one through the Rust API.

use std::fs;
use std::path::{Path, PathBuf};

use gate_core::canary::policy::BUILTIN;
use gate_core::document::from_json_tree;
use gate_core::explain::explain;
use gate_core::time::parse_instant;
use gate_core::{GateError, Policy, Snapshot};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// One case of one file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The file without its extension.
    #[serde(skip)]
    pub topic: String,
    /// Unique in its file.
    pub name: String,
    /// The sentence that says why it is as it is.
    pub why: String,
    /// Upstream flaws that it shows we do not have.
    #[serde(default)]
    pub flaws: Vec<u32>,
    /// What is asked.
    #[serde(default)]
    pub op: Op,
    /// What goes in.
    pub input: Map<String, Value>,
    /// What must come out.
    pub expect: Value,
}

/// What a case asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    /// A verdict.
    #[default]
    Evaluate,
    /// Whether a policy is valid, and what is suspicious about it.
    PolicyCheck,
    /// What a code means.
    Explain,
    /// Something that only the command line can be asked.
    Cli,
}

/// Files of domains whose cases have a form and a reader of their own.
const OTHER_DOMAINS: [&str; 10] = [
    "breakers",
    "budgets",
    "covariates",
    "cutover",
    "evidence",
    "hardening",
    "metric_breaker",
    "release",
    "run_contract",
    "safety",
];

/// The folder of the cases.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")
}

/// Every case of every file, in the order of the file names.
///
/// # Panics
/// When a file is missing or not as the folder's README says: a test must not pass on no cases.
#[must_use]
pub fn all() -> Vec<Case> {
    let files = fs::read_dir(folder()).expect("tests/cases is readable");
    let mut files: Vec<PathBuf> = files.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let ours = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        path.extension().is_some_and(|ext| ext == "json") && !OTHER_DOMAINS.contains(&&*name)
    };
    files.into_iter().filter(ours).flat_map(|path| read(&path)).collect()
}

fn read(path: &Path) -> Vec<Case> {
    let topic = path.file_stem().expect("a name").to_string_lossy().into_owned();
    let text = fs::read_to_string(path).expect("a readable case file");
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{topic}: {error}"));
    cases.into_iter().map(|case| Case { topic: topic.clone(), ..case }).collect()
}

impl Case {
    /// The bytes of the snapshot.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let document = || self.snapshot().expect("a case has a snapshot").to_string().into_bytes();
        written(&self.input).unwrap_or_else(document)
    }

    /// The snapshot as JSON, with every `$repeat` written out, if the case gives it so.
    #[must_use]
    pub fn snapshot(&self) -> Option<Value> {
        self.input.get("snapshot").map(expand)
    }

    /// The policy document as JSON, if it is not the built-in one or a name.
    #[must_use]
    pub fn policy_document(&self) -> Option<Value> {
        let given = self.input.get("policy")?;
        let Some(changes) = given.get("$builtin") else { return given.is_object().then(|| given.clone()) };
        let builtin = Policy::builtin(BUILTIN).expect("the built-in policy is valid");
        let mut document = serde_json::to_value(builtin.document()).expect("a document");
        for (key, value) in changes.as_object().expect("an object of changes") {
            document[key] = value.clone();
        }
        Some(document)
    }

    /// The policy that the case is judged by.
    ///
    /// # Errors
    /// What makes it unusable.
    pub fn policy(&self) -> Result<Policy, GateError> {
        match self.policy_document() {
            Some(document) => Policy::from_node(&from_json_tree(document.to_string().as_bytes())?),
            None => Policy::builtin(self.input.get("policy").and_then(Value::as_str).unwrap_or(BUILTIN)),
        }
    }

    /// A text field of the input.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        self.input.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Runs the case through the Rust API and returns what came out, in the form of `expect`.
    ///
    /// # Panics
    /// For an [`Op::Cli`].
    #[must_use]
    pub fn run(&self) -> Value {
        let answer = match self.op {
            Op::Evaluate => self.evaluate(),
            Op::PolicyCheck => self.policy().map(|policy| json!({"warnings": policy.lint(), "exit_code": 0})),
            Op::Explain => {
                self.policy().and_then(|policy| explain(self.text("code"), &policy)).map(|explained| {
                    let mut value = serde_json::to_value(explained).expect("an explanation");
                    value["exit_code"] = json!(0);
                    value
                })
            }
            Op::Cli => panic!("{}/{} is for the command line", self.topic, self.name),
        };
        answer.unwrap_or_else(|error| {
            json!({
                "error": {"code": error.code().as_str(), "path": error.path(), "message": error.to_string()},
                "exit_code": 1,
            })
        })
    }

    fn evaluate(&self) -> Result<Value, GateError> {
        let policy = self.policy()?;
        let snapshot = Snapshot::from_json(&self.bytes())?;
        let now = self.input.get("now").and_then(Value::as_str);
        let now = now.map(|now| parse_instant(now, "now")).transpose()?;
        let mut verdict = policy.evaluate(&snapshot, self.text("stage"), now)?;
        if self.input.contains_key("digests") {
            verdict = verdict.with_digests(&policy, &snapshot);
        }
        let mut value = serde_json::to_value(&verdict).expect("a verdict");
        value["exit_code"] = json!(verdict.exit_code());
        Ok(value)
    }
}

/// The bytes of an input that is given as `text`, `hex` or `make`, if it is.
#[must_use]
pub fn written(input: &Map<String, Value>) -> Option<Vec<u8>> {
    let text = |key: &str| input.get(key).and_then(Value::as_str);
    if let Some(text) = text("text") {
        return Some(text.as_bytes().to_vec());
    }
    if let Some(hex) = text("hex") {
        let byte = |pair: &[u8]| u8::from_str_radix(&String::from_utf8_lossy(pair), 16).expect("hex");
        return Some(hex.as_bytes().chunks(2).map(byte).collect());
    }
    let make = input.get("make")?;
    let part = |key: &str| make[key].as_str().expect("text");
    let times = usize::try_from(make["times"].as_u64().expect("a count")).expect("a count");
    Some([part("before"), &part("repeat").repeat(times), part("after")].concat().into_bytes())
}

/// Writes out every `{"$repeat": [value, n]}` in an array.
fn expand(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().flat_map(expand_item).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(key, value)| (key.clone(), expand(value))).collect())
        }
        other => other.clone(),
    }
}

fn expand_item(item: &Value) -> Vec<Value> {
    match item.get("$repeat") {
        Some(repeat) => {
            let times = usize::try_from(repeat[1].as_u64().expect("a count")).expect("a count");
            vec![expand(&repeat[0]); times]
        }
        None => vec![expand(item)],
    }
}

/// Says where `actual` is not as `expect` demands; `None` if it is.
///
/// Objects are compared by the keys of `expect`, arrays element by element, numbers by value.
#[must_use]
pub fn difference(expect: &Value, actual: &Value, path: &str) -> Option<String> {
    match (expect, actual) {
        (Value::Object(expect), Value::Object(actual)) => expect.iter().find_map(|(key, expect)| {
            let path = format!("{path}.{key}");
            match actual.get(key) {
                Some(actual) => difference(expect, actual, &path),
                None => Some(format!("{path}: expected {expect}, found nothing")),
            }
        }),
        (Value::Array(expect), Value::Array(actual)) if expect.len() == actual.len() => {
            let pairs = expect.iter().zip(actual).enumerate();
            pairs
                .into_iter()
                .find_map(|(i, (expect, actual))| difference(expect, actual, &format!("{path}[{i}]")))
        }
        (Value::Number(expect), Value::Number(actual)) if expect.as_f64() == actual.as_f64() => None,
        _ if expect == actual => None,
        _ => Some(format!("{path}: expected {expect}, found {actual}")),
    }
}
