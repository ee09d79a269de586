//! Upstream's verdict and how its command line reports it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::int::Int;

/// The seven fields of upstream's verdict, in the order in which its dictionary has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompatVerdict {
    /// The stage that was asked for
    pub stage: &'static str,
    /// The number of windows in the snapshot
    pub windows: usize,
    /// The length of a window after `int()`
    pub window_minutes: Int,
    /// Whether no trigger fired and no gate failed
    pub gate_passed: bool,
    /// Whether a trigger fired
    pub rollback_triggered: bool,
    /// The triggers that fired
    pub rollback_reasons: Vec<&'static str>,
    /// The gates that failed
    pub gate_fail_reasons: Vec<&'static str>,
}

impl CompatVerdict {
    /// What upstream prints: indented by two, keys sorted, one newline at the end.
    ///
    /// Python would refuse to print a `window_minutes` of more than 4300 digits. None can come out of a JSON text.
    #[must_use]
    pub fn to_stdout(&self) -> String {
        format!(
            concat!(
                "{{\n",
                "  \"gate_fail_reasons\": {},\n",
                "  \"gate_passed\": {},\n",
                "  \"rollback_reasons\": {},\n",
                "  \"rollback_triggered\": {},\n",
                "  \"stage\": \"{}\",\n",
                "  \"window_minutes\": {},\n",
                "  \"windows\": {}\n",
                "}}\n",
            ),
            array(&self.gate_fail_reasons),
            self.gate_passed,
            array(&self.rollback_reasons),
            self.rollback_triggered,
            self.stage,
            self.window_minutes,
            self.windows,
        )
    }

    /// What upstream exits with: 0 when the gate passed, 2 when it did not.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        if self.gate_passed { 0 } else { 2 }
    }
}

// INVARIANT: reasons are plain ASCII without quotes and backslashes, so nothing needs an escape.
fn array(reasons: &[&str]) -> String {
    if reasons.is_empty() {
        return String::from("[]");
    }
    format!("[\n    \"{}\"\n  ]", reasons.join("\",\n    \""))
}
