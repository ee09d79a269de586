//! Why a document that is nested without end is refused.

use gate_core::ErrorCode;
use gate_core::bounds::MAX_DEPTH;
use gate_core::document::Fault;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

/// The fault of an object that is nested deeper than any document, or that contains itself.
///
/// Asked only about an object that was refused: the JSON reader says the same of such a text,
/// whatever else is wrong with it.
pub(super) fn too_deep(object: &Bound<'_, PyAny>) -> Option<Fault> {
    let mut walk = Walk { budget: 1 << 20 };
    walk.exceeds(object, MAX_DEPTH).then(fault)
}

/// What such an object breaks.
pub(super) fn fault() -> Fault {
    let expected = format!("at most {MAX_DEPTH} levels of nesting");
    Fault::new(ErrorCode::NestingTooDeep, expected, "more")
}

struct Walk {
    /// How many objects may still be visited: one that is shared by many is visited often.
    budget: usize,
}

impl Walk {
    /// True if there are that many levels or more, as in `serde_json`.
    fn exceeds(&mut self, object: &Bound<'_, PyAny>, levels: usize) -> bool {
        let Some(children) = children(object) else {
            return false;
        };
        let Some(levels) = levels.checked_sub(1).filter(|levels| *levels > 0) else {
            return true;
        };
        children.iter().any(|child| {
            self.budget = self.budget.saturating_sub(1);
            self.budget > 0 && self.exceeds(&child, levels)
        })
    }
}

/// What an object contains, if it is a container of a document.
fn children<'py>(object: &Bound<'py, PyAny>) -> Option<Bound<'py, PyList>> {
    if let Ok(dict) = object.cast::<PyDict>() {
        return Some(dict.values());
    }
    if let Ok(tuple) = object.cast::<PyTuple>() {
        return Some(tuple.to_list());
    }
    object.cast::<PyList>().ok().cloned()
}
