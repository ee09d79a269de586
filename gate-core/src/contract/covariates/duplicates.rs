//! Keys that stand twice in one object, anywhere in a document.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::problems::Problems;
use crate::document::{Node, field, quoted};

/// One step from the root to a value.
#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// Reports every key whose second value would be lost, in places that nobody reads as well.
pub(super) fn duplicate_keys(root: &Node, problems: &mut Problems) {
    walk(root, &mut Vec::new(), problems);
}

// The depth of the recursion is bounded: no reader makes a tree deeper than `MAX_DEPTH`.
fn walk<'a>(node: &'a Node, steps: &mut Vec<Step<'a>>, problems: &mut Problems) {
    let mut visit = |step, child, problems: &mut Problems| {
        steps.push(step);
        walk(child, steps, problems);
        steps.pop();
    };
    match node {
        Node::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                visit(Step::Index(index), item, problems);
            }
        }
        Node::Object(entries) => {
            for (key, value) in entries {
                visit(Step::Key(key), value, problems);
            }
            for key in doubled(entries) {
                let path = || field(&path(steps), key);
                let found = || format!("a second {}", quoted(key));
                problems.add("each key once", || (path(), found()));
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

fn path(steps: &[Step<'_>]) -> String {
    steps.iter().fold(String::new(), |path, step| match step {
        Step::Key(key) => field(&path, key),
        Step::Index(index) => format!("{path}[{index}]"),
    })
}
