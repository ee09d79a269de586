//! A closed reader of pickles: plain data of protocols 0 to 5, and nothing that would run code.

mod cursor;
mod machine;
mod number;
mod opcode;
mod text;
mod tree;

use gate_core::contract::facts::Unreadable;
use gate_core::document::Node;

use super::wrong::Wrong;
use machine::Machine;

/// Reads one pickle; see [`super::read_pickle`].
pub(super) fn read(bytes: &[u8]) -> Result<Node, Unreadable> {
    if bytes.is_empty() {
        return Err(Wrong::new("a pickle", "no content").inside(""));
    }
    let (values, root) = Machine::run(bytes)?;
    tree::unfold(&values, root).map_err(|wrong| wrong.inside(""))
}
