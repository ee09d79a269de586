//! Who commands, and why.

use gate_core::GateError;
use gate_core::breaker::Signed;

use crate::args::Sign;
use crate::masker::Masker;

/// Who commands, and why, without secrets: it is kept in files and shown to everybody.
pub(super) fn signed(sign: &Sign) -> Result<Signed, GateError> {
    let masker = Masker::of_environment([])?;
    Signed::new(&masker.text(&sign.actor), &masker.text(&sign.reason))
}
