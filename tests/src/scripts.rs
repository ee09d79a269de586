//! The event scripts of `tests/cases/breakers.json`.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use gate_core::breaker::script::Script;
use serde_json::Value;

use crate::cases::folder;

/// Every script, with its text.
#[must_use]
pub fn all() -> Vec<(Script, String)> {
    let text = std::fs::read_to_string(folder().join("breakers.json")).expect("breakers.json");
    let scripts: Vec<Value> = serde_json::from_str(&text).expect("a list");
    let read = |script: &Value| {
        let text = script.to_string();
        let script = Script::from_json(text.as_bytes()).unwrap_or_else(|error| panic_with(&text, &error));
        (script, text)
    };
    scripts.iter().map(read).collect()
}

#[expect(clippy::panic, reason = "a script that cannot be read is a fault of the file")]
fn panic_with(text: &str, error: &gate_core::GateError) -> Script {
    panic!("{error}\n{text}")
}
