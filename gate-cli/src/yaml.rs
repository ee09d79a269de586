//! YAML text to a document tree, within limits, and with errors of our own.

use gate_core::document::Node;
use gate_core::error::Position;
use gate_core::{ErrorCode, GateError};
use serde::de::DeserializeSeed;
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{Error, Options};

/// Nodes in a policy with all aliases expanded. The largest legal policy has about 5000.
const MAX_NODES: usize = 100_000;

/// Levels of nesting; a policy has four.
const MAX_DEPTH: usize = 32;

/// Reads a text that `check_text` has passed.
pub(crate) fn read(text: &str) -> Result<Node, GateError> {
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| refused(text, &error))
}

/// Where a walk that fails on purpose has failed.
pub(crate) fn offset_of_failure<'de>(text: &'de str, walk: impl DeserializeSeed<'de>) -> Option<usize> {
    let walked = serde_saphyr::with_deserializer_from_str_with_options(text, options(), |deserializer| {
        walk.deserialize(deserializer).map(drop)
    });
    offset(&walked.err()?)
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: MAX_NODES,
            max_depth: MAX_DEPTH,
        },
        // As in YAML 1.2: `no` is a word, only `true` and `false` are booleans.
        strict_booleans: true,
        reject_unsupported_tags: true,
        // The policy refuses them with the path of the field.
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
    }
}

fn refused(text: &str, error: &Error) -> GateError {
    let (code, expected, found) = described(error);
    let refused = GateError::new(code, "", expected, found);
    match offset(error) {
        Some(offset) => refused.at(crate::locate::position_of(text.as_bytes(), offset)),
        None => match error.location() {
            Some(location) => refused.at(Position {
                line: usize::try_from(location.line()).unwrap_or(usize::MAX),
                column: usize::try_from(location.column()).unwrap_or(usize::MAX),
            }),
            None => refused,
        },
    }
}

fn offset(error: &Error) -> Option<usize> {
    let byte = error.location()?.span().byte_offset()?;
    usize::try_from(byte).ok()
}

fn described(error: &Error) -> (ErrorCode, String, String) {
    match error {
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().unwrap_or("key").escape_debug().to_string();
            (ErrorCode::DuplicateKey, "each key once".to_owned(), format!("a second `{key}`"))
        }
        Error::AliasError { error, .. } => described(error),
        Error::MultipleDocuments { .. } => {
            (ErrorCode::YamlSyntax, "one YAML document".to_owned(), "a second one".to_owned())
        }
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => too_deep(),
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => too_large(),
        // Strings are asked for as keys only.
        Error::NullIntoString { .. } | Error::Unexpected { expected: "string scalar", .. } => {
            (ErrorCode::WrongType, "a string as the key".to_owned(), "another value".to_owned())
        }
        other => match plain_message(other) {
            // The scanner has a limit of its own, which it meets while it looks ahead.
            message if message.starts_with("recursion limit") => too_deep(),
            message => (ErrorCode::YamlSyntax, "YAML".to_owned(), format!("a syntax error: {message}")),
        },
    }
}

fn too_large() -> (ErrorCode, String, String) {
    let expected = format!("at most {MAX_NODES} values with all aliases expanded");
    (ErrorCode::InputTooLarge, expected, "more".to_owned())
}

fn too_deep() -> (ErrorCode, String, String) {
    let expected = format!("at most {MAX_DEPTH} levels of nesting");
    (ErrorCode::NestingTooDeep, expected, "more".to_owned())
}

/// The message without its ` at line 1, column 2`, which the error carries as numbers.
fn plain_message(error: &Error) -> String {
    let message = error.without_snippet().to_string();
    let first = message.lines().next().unwrap_or_default();
    first.split(" at line ").next().unwrap_or_default().to_owned()
}
