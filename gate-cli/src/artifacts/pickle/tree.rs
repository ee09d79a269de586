//! From the values of a pickle, which may share and contain each other, to a tree.

use std::collections::HashMap;

use gate_core::bounds::MAX_DEPTH;
use gate_core::document::Node;

use super::super::bounds::{MAX_TEXT_IN_PICKLE, MAX_VALUES_IN_PICKLE};
use super::super::wrong::Wrong;
use super::machine::{Handle, Value};

/// Copies what `root` reaches into a tree.
///
/// A value that is used twice stands there twice, so a small pickle can unfold to a huge tree, and one that contains
/// itself to an endless one. Depth, values and text are counted on the way and refused beyond their bounds.
pub(super) fn unfold(values: &[Value], root: Handle) -> Result<Node, Wrong> {
    let mut unfolding = Unfolding { values, nodes: MAX_VALUES_IN_PICKLE, text: MAX_TEXT_IN_PICKLE };
    unfolding.node(root, MAX_DEPTH)
}

struct Unfolding<'a> {
    values: &'a [Value],
    nodes: usize,
    text: usize,
}

impl<'a> Unfolding<'a> {
    fn node(&mut self, handle: Handle, depth: usize) -> Result<Node, Wrong> {
        self.nodes = spend(self.nodes, 1, "values")?;
        let deeper = depth.checked_sub(1).ok_or_else(|| {
            Wrong::new(
                format!("at most {MAX_DEPTH} levels of nesting"),
                "more, or a value that contains itself",
            )
        });
        match self.values.get(handle) {
            Some(Value::Plain(node)) => self.plain(node),
            Some(Value::List(items) | Value::Tuple(items) | Value::Set(items)) => {
                let deeper = deeper?;
                items.iter().map(|item| self.node(*item, deeper)).collect::<Result<_, _>>().map(Node::Array)
            }
            Some(Value::Dict(entries)) => self.object(entries, deeper?),
            None => Err(Wrong::new("a value", "none")),
        }
    }

    fn plain(&mut self, node: &Node) -> Result<Node, Wrong> {
        if let Node::Text(text) = node {
            self.text = spend(self.text, text.len(), "bytes of text")?;
        }
        Ok(node.clone())
    }

    /// A later value of one key takes the place of the earlier, as in Python.
    fn object(&mut self, entries: &'a [(Handle, Handle)], depth: usize) -> Result<Node, Wrong> {
        let mut object: Vec<(String, Node)> = Vec::new();
        let mut places: HashMap<(bool, String), usize> = HashMap::new();
        for (key, value) in entries {
            let (is_text, key) = self.key(*key)?;
            let value = self.node(*value, depth)?;
            let place = *places.entry((is_text, key.clone())).or_insert(object.len());
            match object.get_mut(place) {
                Some((_, earlier)) => *earlier = value,
                None => object.push((key, value)),
            }
        }
        Ok(Node::Object(object))
    }

    /// Text, or what `json.dumps` makes of a key that is none; true for text.
    fn key(&mut self, handle: Handle) -> Result<(bool, String), Wrong> {
        let key = match self.values.get(handle) {
            Some(Value::Plain(Node::Text(text))) => {
                self.text = spend(self.text, text.len(), "bytes of text")?;
                return Ok((true, text.clone()));
            }
            Some(Value::Plain(Node::Unsigned(number))) => number.to_string(),
            Some(Value::Plain(Node::Signed(number))) => number.to_string(),
            Some(Value::Plain(Node::Float(number))) => number.to_string(),
            Some(Value::Plain(Node::Bool(truth))) => truth.to_string(),
            Some(Value::Plain(Node::Null)) => "null".to_owned(),
            _ => return Err(Wrong::new("dict keys that are text, numbers, booleans or None", "a container")),
        };
        Ok((false, key))
    }
}

fn spend(left: usize, amount: usize, what: &str) -> Result<usize, Wrong> {
    left.checked_sub(amount).ok_or_else(|| {
        let most = if what == "values" { MAX_VALUES_IN_PICKLE } else { MAX_TEXT_IN_PICKLE };
        Wrong::new(format!("at most {most} {what}"), "more")
    })
}
