//! Puts fresh blocks into a document without losing what is in it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::document::Node;

/// Merges blocks into a document. A block that is an object in both is merged key by key, and the fresh value of a key
/// counts; any other block is replaced; null says that there is nothing new. Lists of `windows` grow: a run that
/// replaced those of the runs before it could never show three green ones.
#[must_use]
pub fn merge(document: Vec<(String, Node)>, blocks: Vec<(String, Node)>) -> Vec<(String, Node)> {
    let mut document = document;
    for (name, fresh) in blocks.into_iter().filter(|(_, fresh)| *fresh != Node::Null) {
        match (document.iter_mut().find(|(known, _)| *known == name), fresh) {
            (Some((_, Node::Object(fields))), Node::Object(fresh)) => {
                for (key, value) in fresh {
                    put(fields, key, value);
                }
            }
            (Some((_, value)), fresh) => *value = fresh,
            (None, fresh) => document.push((name, fresh)),
        }
    }
    document
}

fn put(fields: &mut Vec<(String, Node)>, key: String, fresh: Node) {
    match (fields.iter_mut().find(|(known, _)| *known == key), fresh) {
        (Some((_, Node::Array(windows))), Node::Array(more)) if key == "windows" => windows.extend(more),
        (Some((_, value)), fresh) => *value = fresh,
        (None, fresh) => fields.push((key, fresh)),
    }
}
