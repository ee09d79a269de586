//! Keys that stand twice in one object, anywhere in a document.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::document::{Node, field};

/// One step from the root to a value.
#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// A key that stands twice, and the object that it stands in.
pub(super) struct Duplicate<'a> {
    steps: &'a [Step<'a>],
    pub(super) key: &'a str,
}

impl Duplicate<'_> {
    /// The path of the key. It is written only when asked for: a document can have a million of them.
    pub(super) fn path(&self) -> String {
        let object = self.steps.iter().fold(String::new(), |path, step| match step {
            Step::Key(key) => field(&path, key),
            Step::Index(index) => format!("{path}[{index}]"),
        });
        field(&object, self.key)
    }
}

/// Reports every key whose second value would be lost, in places that nobody reads as well.
pub(super) fn duplicate_keys(root: &Node, report: &mut impl FnMut(&Duplicate<'_>)) {
    walk(root, &mut Vec::new(), report);
}

// The depth of the recursion is bounded: no reader makes a tree deeper than `MAX_DEPTH`.
fn walk<'a>(node: &'a Node, steps: &mut Vec<Step<'a>>, report: &mut impl FnMut(&Duplicate<'_>)) {
    match node {
        Node::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                steps.push(Step::Index(index));
                walk(item, steps, report);
                steps.pop();
            }
        }
        Node::Object(entries) => {
            for key in doubled(entries) {
                report(&Duplicate { steps, key });
            }
            for (key, value) in entries {
                steps.push(Step::Key(key));
                walk(value, steps, report);
                steps.pop();
            }
        }
        _ => {}
    }
}

fn doubled(entries: &[(String, Node)]) -> Vec<&str> {
    // Most objects have three keys: looking is cheaper than sorting.
    const FEW: usize = 8;
    let mut keys = entries.iter().map(|(key, _)| key.as_str());
    if entries.len() <= FEW {
        let stands_before =
            |(index, key): &(usize, &str)| entries.iter().take(*index).any(|(known, _)| known == key);
        return keys.by_ref().enumerate().filter(stands_before).map(|(_, key)| key).collect();
    }
    let mut keys: Vec<&str> = keys.collect();
    keys.sort_unstable();
    let pairs = keys.iter().zip(keys.iter().skip(1));
    pairs.filter(|(key, next)| key == next).map(|(key, _)| *key).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::document::from_json_tree;

    fn paths(json: &str) -> Vec<String> {
        let mut found = Vec::new();
        duplicate_keys(&from_json_tree(json.as_bytes()).unwrap(), &mut |twice| found.push(twice.path()));
        found
    }

    #[test]
    fn each_is_found_where_it_stands() {
        assert!(paths(r#"{"a": {"b": 1}, "b": {"b": 2}, "c": [{"b": 3}, {"b": 4}]}"#).is_empty());
        assert_eq!(paths(r#"{"a": 1, "b": [{"c": {"d": 1, "d": 2}}], "a": 3}"#), ["a", "b[0].c.d"]);
        assert_eq!(paths(r#"{"a": 1, "a": 2, "a": 3}"#), ["a", "a"]);
    }

    #[test]
    fn large_objects_are_no_exception() {
        let keys: Vec<String> = (0..100).map(|key| format!("\"{key}\": 0")).collect();
        assert!(paths(&format!("{{{}}}", keys.join(", "))).is_empty());
        assert_eq!(paths(&format!("{{{}, \"7\": 1}}", keys.join(", "))).len(), 1);
    }
}
