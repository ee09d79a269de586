//! Names in messages: escaped, and never more than a reader can take in.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::document::{Node, quoted};

/// Names that a message lists before it only counts.
const MOST: usize = 10;

/// `` `a`, `b` and 12 more ``, or `none`.
pub(super) fn list<S: AsRef<str>>(names: &[S]) -> String {
    list_with(names, quoted)
}

/// The same with a say about each name that is shown.
pub(super) fn list_with<S: AsRef<str>>(names: &[S], say: impl Fn(&str) -> String) -> String {
    let shown: Vec<String> = names.iter().take(MOST).map(|name| say(name.as_ref())).collect();
    match names.len().saturating_sub(MOST) {
        0 if shown.is_empty() => "none".to_string(),
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The path of an argument, with the program that asks if it has a name.
pub(super) fn in_context(context: &str, argument: &str) -> String {
    if context.is_empty() { argument.to_string() } else { format!("{context}: {argument}") }
}

/// What a value is, in the words of JSON.
pub(super) fn value(node: &Node) -> String {
    match node {
        Node::Null => "null".to_string(),
        Node::Bool(value) => format!("the boolean {value}"),
        Node::Unsigned(value) => value.to_string(),
        Node::Signed(value) => value.to_string(),
        Node::Float(value) => format!("{value:?}"),
        Node::Text(value) => format!("the string {}", quoted(value)),
        Node::Array(_) => "an array".to_string(),
        Node::Object(_) => "an object".to_string(),
    }
}
