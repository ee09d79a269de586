//! What an index lists, in whatever state it is.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::fault::{EvidenceFault, EvidenceFaultCode};
use super::index::Index;
use crate::digest::Digest;
use crate::document::{Node, quoted};

/// A file that an index lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its size, where the index says it.
    pub size: Option<u64>,
    /// Its digest, where the index has one.
    pub sha256: Option<Digest>,
}

/// The files that an index lists, and what is wrong with the index as such.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// The files, in the order of the index.
    pub entries: Vec<Listed>,
    /// The faults.
    pub faults: Vec<EvidenceFault>,
}

impl Listing {
    /// The listing of an index that could be read as a whole.
    pub(super) fn of(index: &Index) -> Self {
        let listed = |entry: &super::Entry| Listed {
            name: entry.name.clone(),
            size: Some(entry.size),
            sha256: Some(entry.sha256),
        };
        let mut listing = Self { entries: index.entries.iter().map(listed).collect(), faults: Vec::new() };
        if index.tampered {
            listing.tampered("true");
        }
        listing
    }

    /// The listing of any document: whatever can be read of it, with a fault for everything that cannot.
    pub(super) fn of_node(node: &Node, tampered: Option<&Node>, entries: Option<&Node>, name: &str) -> Self {
        let mut listing = Self::default();
        if !matches!(node, Node::Object(_)) {
            listing.fault(EvidenceFaultCode::IndexMalformed, "expected an object, found another type".into());
        }
        match tampered {
            Some(Node::Bool(false)) => {}
            Some(Node::Bool(true)) => listing.tampered("true"),
            Some(Node::Null) => listing.tampered("null"),
            Some(_) => listing.tampered("another type"),
            None => listing.tampered("none"),
        }
        match entries {
            Some(Node::Array(entries)) => {
                entries.iter().enumerate().for_each(|(at, entry)| listing.entry(at, entry, name));
            }
            Some(_) => {
                let message = "entries: expected an array, found another type";
                listing.fault(EvidenceFaultCode::IndexMalformed, message.into());
            }
            None => {
                listing.fault(
                    EvidenceFaultCode::IndexMalformed,
                    "entries: expected an array, found none".into(),
                );
            }
        }
        listing
    }

    fn entry(&mut self, at: usize, entry: &Node, name: &str) {
        let Some(Node::Text(name)) = field(entry, name) else {
            let message = format!("entries[{at}]: expected a name under `{name}`, found none");
            return self.fault(EvidenceFaultCode::IndexMalformed, message);
        };
        let sha256 = match field(entry, "sha256") {
            Some(Node::Text(text)) if !text.is_empty() => Digest::parse(text).or_else(|| {
                let message = format!("expected 64 lower-case hex digits, found {}", quoted(text));
                self.faults.push(EvidenceFault::file(name, EvidenceFaultCode::DigestMalformed, message));
                None
            }),
            None | Some(Node::Null | Node::Text(_)) => {
                let message = "expected a digest, found none";
                self.faults.push(EvidenceFault::file(name, EvidenceFaultCode::MissingDigest, message));
                None
            }
            Some(_) => {
                let message = "expected a digest, found another type";
                self.faults.push(EvidenceFault::file(name, EvidenceFaultCode::DigestMalformed, message));
                None
            }
        };
        let size = match field(entry, "size") {
            Some(Node::Unsigned(size)) => Some(*size),
            _ => None,
        };
        self.entries.push(Listed { name: name.clone(), size, sha256 });
    }

    fn tampered(&mut self, found: &str) {
        self.fault(EvidenceFaultCode::Tampered, format!("tampered: expected `false`, found {found}"));
    }

    pub(super) fn fault(&mut self, code: EvidenceFaultCode, message: String) {
        self.faults.push(EvidenceFault::index(code, message));
    }

    /// A listing of nothing but a fault.
    pub(super) fn broken(code: EvidenceFaultCode, message: &impl ToString) -> Self {
        let faults = [EvidenceFault::index(code, message.to_string())].into();
        Self { entries: Vec::new(), faults }
    }
}

/// A field of an object. Of two with one name the last, as most readers take it.
pub(super) fn field<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    match node {
        Node::Object(fields) => fields.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value),
        _ => None,
    }
}
