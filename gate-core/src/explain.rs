//! What a code means and what to do about it.

use alloc::format;
use alloc::string::{String, ToString};

use serde::Serialize;

use crate::canary::policy::WarningCode;
use crate::contract::ContractFault;
use crate::document::{nearest, quoted};
use crate::{ErrorCode, FindingCode, GateError, NoteCode, Policy};

/// What a code means and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The code or reason as it was asked for.
    pub code: String,
    /// `finding`, `note`, `warning`, `error`, `rollback reason`, `gate reason` or `fault`, which is of the run contract.
    pub kind: &'static str,
    /// What it means, in one sentence.
    pub means: String,
    /// What to do about it, in one sentence.
    pub action: String,
}

/// Explains a finding, note, warning or error code, a reason of the policy, or a fault of the run contract.
///
/// # Errors
/// `unknown-code`, with the nearest known one.
pub fn explain(code: &str, policy: &Policy) -> Result<Explanation, GateError> {
    let explained = |kind, means: &str, action: &str| Explanation {
        code: code.to_string(),
        kind,
        means: means.to_string(),
        action: action.to_string(),
    };
    let reason =
        policy.explain_reason(code).map(|(kind, means, code)| explained(kind, &means, code.action()));
    let finding = || known(FindingCode::ALL, code).map(|it| explained("finding", it.means(), it.action()));
    let error = || known(ErrorCode::ALL, code).map(|it| explained("error", it.means(), it.action()));
    let note = || known(NoteCode::ALL, code).map(|it| explained("note", it.means(), it.action()));
    let warning = || known(WarningCode::ALL, code).map(|it| explained("warning", it.means(), it.action()));
    let fault = || known(ContractFault::ALL, code).map(|it| explained("fault", it.means(), it.action()));
    let verdict = reason.or_else(finding).or_else(error).or_else(note).or_else(warning);
    verdict.or_else(fault).ok_or_else(|| unknown(code, policy))
}

/// Every code of a verdict that [`explain`] knows with this policy: findings, notes, warnings, errors, reasons.
pub fn all_codes(policy: &Policy) -> impl Iterator<Item = String> {
    let fixed = FindingCode::ALL.iter().map(|it| it.as_str());
    let fixed = fixed.chain(NoteCode::ALL.iter().map(|it| it.as_str()));
    let fixed = fixed.chain(WarningCode::ALL.iter().map(|it| it.as_str()));
    let fixed = fixed.chain(ErrorCode::ALL.iter().map(|it| it.as_str()));
    fixed.map(ToString::to_string).chain(policy.reasons())
}

fn known<C: Copy + ToString>(all: &[C], code: &str) -> Option<C> {
    all.iter().find(|known| known.to_string() == code).copied()
}

fn unknown(code: &str, policy: &Policy) -> GateError {
    let faults = ContractFault::ALL.iter().map(|it| it.as_str().to_string());
    let codes: alloc::vec::Vec<String> = all_codes(policy).chain(faults).collect();
    let hint = nearest(code, codes.iter().map(String::as_str));
    let hint = hint.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    let expected = "a code or reason from a verdict or an error";
    GateError::new(ErrorCode::UnknownCode, "", expected, quoted(code) + &hint)
}
