//! The names of fields as Python strings, made once.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;

/// A name and the Python string made of it.
struct Known(&'static str, Py<PyString>);

/// More slots than there are names in all documents of ours, so that few share one.
const SLOTS: usize = 512;

static KNOWN: [PyOnceLock<Known>; SLOTS] = [const { PyOnceLock::new() }; SLOTS];

/// The interned string of a field's name.
///
/// The first name of a slot keeps it; another one is looked up in Python's table each time.
pub(super) fn interned<'py>(py: Python<'py>, name: &'static str) -> Bound<'py, PyString> {
    let make = || PyString::intern(py, name);
    let Some(slot) = KNOWN.get(slot(name)) else {
        return make();
    };
    let known = slot.get_or_init(py, || Known(name, make().unbind()));
    if std::ptr::eq(known.0, name) { known.1.bind(py).clone() } else { make() }
}

/// By address, which a name of a type keeps for good.
fn slot(name: &'static str) -> usize {
    let address = name.as_ptr().addr();
    (address ^ (address >> 9) ^ name.len()) % SLOTS
}
