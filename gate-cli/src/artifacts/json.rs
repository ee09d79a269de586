//! JSON documents of a run.

use gate_core::GateError;
use gate_core::contract::facts::Unreadable;
use gate_core::document::{Node, from_json_tree};

use super::wrong::Wrong;

/// Reads an object; the place of a syntax error stands in `found`.
pub(super) fn read(bytes: &[u8]) -> Result<Node, Unreadable> {
    match from_json_tree(bytes) {
        Ok(object @ Node::Object(_)) => Ok(object),
        Ok(other) => Err(Wrong::new("a JSON object", kind(&other)).inside("")),
        Err(error) => Err(unreadable(&error)),
    }
}

fn unreadable(error: &GateError) -> Unreadable {
    let place = error.position().map(|at| format!(" at line {} column {}", at.line, at.column));
    let found = format!("{}{}", error.found(), place.unwrap_or_default());
    Wrong::new(error.expected(), found).inside(error.path())
}

const fn kind(node: &Node) -> &'static str {
    match node {
        Node::Null => "null",
        Node::Bool(_) => "a boolean",
        Node::Unsigned(_) | Node::Signed(_) | Node::Float(_) => "a number",
        Node::Text(_) => "a string",
        Node::Array(_) => "an array",
        Node::Object(_) => "an object",
    }
}
