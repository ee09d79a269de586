//! Looking into documents of others, whose form is only partly known.

use alloc::string::String;

use crate::document::Node;

/// A field of an object; none where it is absent or this is no object.
pub(super) fn get<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    let Node::Object(fields) = node else { return None };
    fields.iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

/// The text of a node that is one.
pub(super) fn text(node: &Node) -> Option<&str> {
    match node {
        Node::Text(text) => Some(text),
        _ => None,
    }
}

/// A key that stands twice in one object, anywhere: two readers could see two documents.
pub(super) fn key_twice(node: &Node) -> Option<&str> {
    match node {
        Node::Object(fields) => {
            let again = fields
                .iter()
                .enumerate()
                .find(|(index, (name, _))| fields.iter().take(*index).any(|(earlier, _)| earlier == name));
            again
                .map(|(_, (name, _))| name.as_str())
                .or_else(|| fields.iter().find_map(|(_, value)| key_twice(value)))
        }
        Node::Array(items) => items.iter().find_map(key_twice),
        _ => None,
    }
}

/// Foreign text on one line of at most 120 characters.
pub(super) fn one_line(text: &str) -> String {
    let harmless =
        |c: char| !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().take(120).map(|c| if harmless(c) { c } else { ' ' }).collect()
}
