//! The fields of a JSON document or a payload, and words for what is there.

use alloc::format;
use alloc::string::{String, ToString};

use super::duplicates::duplicate_keys;
use super::facts::{Artifact, FilePath, Unreadable};
use super::finding::{ContractFault, ContractFinding};
use crate::document::{Node, field, quoted};

/// An object of a document, and the path to it: `artifacts/meta.json: run_id`.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    entries: &'a [(String, Node)],
    file: &'a str,
    path: String,
}

impl<'a> Fields<'a> {
    /// The root of a document; anything but an object, and a key that stands twice anywhere, is a finding.
    pub(super) fn root(
        file: &'a FilePath,
        node: &'a Node,
        fault: ContractFault,
    ) -> Result<Self, ContractFinding> {
        let Node::Object(entries) = node else {
            return Err(ContractFinding::new(fault, &*file.named, "an object", value(node)));
        };
        match doubled(node) {
            // Of two values one would be lost, and nobody could say which one the writer meant.
            Some(path) => {
                Err(ContractFinding::new(fault, place(&file.named, &path), "each key once", "a second one"))
            }
            None => Ok(Self { entries, file: &file.named, path: String::new() }),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        self.entries.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// An object in a field; `None` if the field is absent.
    pub(super) fn object(&self, key: &str) -> Option<Result<Self, &'a Node>> {
        let object = |node: &'a Node| match node {
            Node::Object(entries) => Ok(Self { entries, file: self.file, path: field(&self.path, key) }),
            other => Err(other),
        };
        self.get(key).map(object)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Node)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Where a field is, for a message.
    pub(super) fn place(&self, key: &str) -> String {
        place(self.file, &field(&self.path, key))
    }

    /// A finding about a field.
    pub(super) fn wrong(
        &self,
        fault: ContractFault,
        key: &str,
        expected: impl Into<String>,
        found: Option<&Node>,
    ) -> ContractFinding {
        ContractFinding::new(fault, self.place(key), expected, found.map_or("nothing".to_string(), value))
    }
}

/// The path of the first key that stands twice.
fn doubled(node: &Node) -> Option<String> {
    let mut first = None;
    duplicate_keys(node, &mut |twice| {
        first.get_or_insert_with(|| twice.path());
    });
    first
}

/// A file and a place in it.
pub(super) fn place(file: &str, inside: &str) -> String {
    match (file.is_empty(), inside.is_empty()) {
        (_, true) => file.to_string(),
        (true, false) => inside.to_string(),
        (false, false) => format!("{file}: {inside}"),
    }
}

/// What a value is, in the words of JSON.
pub(super) fn value(node: &Node) -> String {
    match node {
        Node::Null => "null".to_string(),
        Node::Bool(value) => format!("the boolean {value}"),
        Node::Unsigned(value) => value.to_string(),
        Node::Signed(value) => value.to_string(),
        Node::Float(value) if value.is_nan() => "NaN".to_string(),
        Node::Float(value) if value.is_infinite() && *value > 0.0 => "Infinity".to_string(),
        Node::Float(value) if value.is_infinite() => "-Infinity".to_string(),
        Node::Float(value) => format!("{value:?}"),
        Node::Text(value) => format!("the string {}", quoted(value)),
        Node::Array(_) => "an array".to_string(),
        Node::Object(_) => "an object".to_string(),
    }
}

/// The finding about a file that is there and cannot be read.
pub(super) fn unreadable(file: &FilePath, why: &Unreadable, fault: ContractFault) -> ContractFinding {
    let fault = if why.opened { fault } else { ContractFault::FileUnusable };
    ContractFinding::new(fault, place(&file.named, &why.inside), &*why.expected, &*why.found)
}

/// The finding about a file that somebody named and that is not there.
pub(super) fn missing(file: &FilePath) -> ContractFinding {
    ContractFinding::new(ContractFault::FileMissing, &*file.named, "a file", "nothing")
}

impl<T> Artifact<T> {
    /// Its content, if it could be read.
    #[must_use]
    pub fn read(&self) -> Option<(&FilePath, &T)> {
        match self {
            Self::Read(file, content) => Some((file, content)),
            _ => None,
        }
    }

    /// Where it is or should be; `None` if nobody named it and no rule points to it.
    #[must_use]
    pub const fn file(&self) -> Option<&FilePath> {
        match self {
            Self::NotNamed => None,
            Self::Absent(file) | Self::Unreadable(file, _) | Self::Read(file, _) => Some(file),
        }
    }
}
