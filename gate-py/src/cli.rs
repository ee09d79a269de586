//! The command line, as the wheel ships it.

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs `tsfm-gate` with these arguments, the program's name first, and returns the exit status.
#[pyfunction]
pub(crate) fn main(py: Python<'_>, argv: Vec<OsString>) -> u8 {
    py.detach(|| gate_cli::run(argv))
}

/// Runs the upstream script's command line with these arguments, and returns the exit status.
#[pyfunction]
pub(crate) fn compat_main(py: Python<'_>, argv: Vec<OsString>) -> u8 {
    py.detach(|| gate_cli::compat_main(argv))
}
