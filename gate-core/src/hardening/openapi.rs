//! The contract smoke: does the service still offer the paths and methods that others call?

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::document::{Node, from_json_tree, quoted};
use crate::problem::Problem;

/// A path with a method that must be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// The path, as the document writes it: `/markets/{market_id}`.
    pub path: String,
    /// The method, in lower case.
    pub method: String,
}

impl Operation {
    /// This method of this path.
    pub fn new(path: impl Into<String>, method: &str) -> Self {
        Self { path: path.into(), method: method.to_lowercase() }
    }

    /// Reads `PATH:METHOD`, or a path alone, which means `get`.
    ///
    /// A path may have colons of its own: only a last part that is an HTTP method is one.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.rsplit_once(':') {
            Some((path, method)) if METHODS.contains(&method.to_lowercase().as_str()) => {
                Self::new(path, method)
            }
            _ => Self::new(text, "get"),
        }
    }

    /// What the service of the documents offers.
    #[must_use]
    pub fn built_in() -> Vec<Self> {
        let get = [
            "/scoreboard",
            "/alerts",
            "/markets",
            "/markets/{market_id}",
            "/markets/{market_id}/metrics",
            "/postmortem/{market_id}",
            "/metrics",
            "/tsfm/metrics",
        ];
        let post = ["/markets/{market_id}/comparison", "/tsfm/forecast"];
        let get = get.iter().map(|path| Self::new(*path, "get"));
        get.chain(post.iter().map(|path| Self::new(*path, "post"))).collect()
    }
}

const METHODS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

/// The word of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum OpenApiStatus {
    /// Everything required is there.
    Pass,
    /// Something is missing, or the document is none.
    Fail,
}

/// The report document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenApiReport {
    /// Whether everything is there.
    pub status: OpenApiStatus,
    /// Where the document was read.
    pub openapi_url: String,
    /// Its `openapi` field.
    pub openapi_version: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// How many operations were required.
    pub required_checked: usize,
    /// What is no failure but odd.
    pub warnings: Vec<String>,
    /// What is missing.
    pub failures: Vec<Problem>,
}

impl OpenApiReport {
    /// Whether the failures say so too, and something was required: the word alone is not believed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.status == OpenApiStatus::Pass && self.failures.is_empty() && self.required_checked > 0
    }
}

/// Judges an `OpenAPI` document as the service answered it, against exactly the operations given.
#[must_use]
pub fn judge(url: &str, body: Result<&[u8], &str>, required: &[Operation]) -> OpenApiReport {
    let mut report = OpenApiReport {
        status: OpenApiStatus::Fail,
        openapi_url: url.to_string(),
        openapi_version: None,
        title: None,
        version: None,
        required_checked: required.len(),
        warnings: Vec::new(),
        failures: Vec::new(),
    };
    if required.is_empty() {
        report.failures.push(Problem::new("required", "at least one operation", "none"));
    }
    match body.map_err(ToString::to_string).and_then(tree) {
        Ok(document) => read(&document, required, &mut report),
        Err(found) => report.failures.push(Problem::new("openapi.json", "an OpenAPI document", found)),
    }
    if report.failures.is_empty() {
        report.status = OpenApiStatus::Pass;
    }
    report
}

fn tree(body: &[u8]) -> Result<Node, String> {
    let document = from_json_tree(body).map_err(|error| error.to_string())?;
    match document.key_twice() {
        Some(key) => Err(format!("the key {} twice", quoted(key))),
        None => Ok(document),
    }
}

fn read(document: &Node, required: &[Operation], report: &mut OpenApiReport) {
    let Node::Object(_) = document else {
        return report.failures.push(Problem::new("openapi.json", "an object", "another value"));
    };
    report.openapi_version = text(document, "openapi");
    if report.openapi_version.is_none() {
        report.warnings.push("missing openapi version field".to_string());
    }
    if let Some(info) = document.get("info") {
        report.title = text(info, "title");
        report.version = text(info, "version");
    }
    let Some(paths @ Node::Object(_)) = document.get("paths") else {
        return report.failures.push(Problem::new("paths", "an object", "nothing of the kind"));
    };
    report.failures.extend(required.iter().filter_map(|operation| missing(paths, operation)));
}

fn missing(paths: &Node, operation: &Operation) -> Option<Problem> {
    let problem = |expected: &str, found: &str| Some(Problem::new(&*operation.path, expected, found));
    match paths.get(&operation.path) {
        None => problem("a path of the service", "nothing"),
        Some(path @ Node::Object(_)) => match path.get(&operation.method) {
            Some(Node::Object(_)) => None,
            Some(_) => problem(&quoted(&operation.method), "a method that is no object"),
            None => problem(&quoted(&operation.method), "no such method"),
        },
        Some(_) => problem("an object of methods", "another value"),
    }
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key).and_then(Node::text).map(ToString::to_string)
}
