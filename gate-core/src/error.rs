//! What makes an input unusable.

use alloc::string::{String, ToString};
use core::fmt;

use crate::code::codes;

codes! {
    /// Why nothing could be judged. Every code ends the CLI with exit status 1.
    ErrorCode {
        Usage = "usage",
            "The command line cannot be understood.",
            "Run the command with --help; it lists the arguments and examples.";
        FileNotFound = "file-not-found",
            "There is no file at the given path.",
            "Check the path and the working directory.";
        FileUnreadable = "file-unreadable",
            "The file is there but cannot be read: a directory, no permission, or an I/O failure.",
            "Name a regular file that this user may read.";
        OutputFailed = "output-failed",
            "The verdict or the state could not be written: a closed pipe, a full disk, or no permission.",
            "Make the destination writable; an earlier file at the destination is left as it was.";
        StateLocked = "state-locked",
            "Another process is changing the state of the breaker, and was not done in time.",
            "Try again; if it never ends, find the process that holds the lock file open.";
        ScriptMismatch = "script-mismatch",
            "A breaker answers to an event script otherwise than the script expects.",
            "Look at the step: either its expectation is wrong, or the settings are.";
        InputTooLarge = "input-too-large",
            "The input is larger than the engine accepts.",
            "Send fewer windows or metrics; the limits are listed in the module `bounds`.";
        EmptyInput = "empty-input",
            "The input has no content.",
            "Check the step that writes it; an empty file is usually a failed export.";
        NotUtf8 = "not-utf8",
            "The input is not UTF-8 text.",
            "Write the file as UTF-8; it is read the same way on every platform and locale.";
        ByteOrderMark = "byte-order-mark",
            "The input starts with a UTF-8 byte order mark, which JSON does not allow.",
            "Write the file without a byte order mark.";
        JsonSyntax = "json-syntax",
            "The text is not JSON.",
            "Fix the text at the line and column shown.";
        YamlSyntax = "yaml-syntax",
            "The text is not YAML.",
            "Fix the text at the line and column shown.";
        NestingTooDeep = "nesting-too-deep",
            "Arrays and objects are nested deeper than any document of ours needs.",
            "Remove the nesting; a snapshot is three levels deep.";
        NotFinite = "not-finite",
            "A number is NaN or infinite.",
            "Write null where a window has no value, or a finite limit in a policy, and find out where it came from.";
        NumberOutOfRange = "number-out-of-range",
            "A number does not fit the type that holds it.",
            "Write a number that a 64-bit float (or a 64-bit integer for counts) can hold.";
        DuplicateKey = "duplicate-key",
            "An object names the same key twice, so one value would be lost.",
            "Keep one of the two.";
        UnknownField = "unknown-field",
            "The document has a field that nobody reads, often a misspelt one.",
            "Rename it to the nearest known field, or remove it.";
        MissingField = "missing-field",
            "A required field is absent.",
            "Add the field.";
        WrongType = "wrong-type",
            "A field holds another type than it should; strings and booleans are never numbers.",
            "Write the value in the expected type.";
        WrongValue = "wrong-value",
            "A field holds a value outside the ones it may have.",
            "Write one of the expected values.";
        SchemaVersion = "schema-version",
            "The document states a schema version that this engine does not know.",
            "Use the expected version, or a newer engine.";
        TimeSyntax = "time-syntax",
            "A time is not RFC 3339 with an offset.",
            "Write it like 2026-11-21T10:05:00Z.";
        DurationSyntax = "duration-syntax",
            "A duration is not a whole number followed by m, h or d.",
            "Write it like 30m, 24h or 7d.";
        NameSyntax = "name-syntax",
            "A name is empty, too long, or has control characters.",
            "Use a short printable name.";
        NoWindows = "no-windows",
            "The snapshot has metrics but not one window.",
            "Check the query that fills it; nothing measured is never a pass.";
        NoMetrics = "no-metrics",
            "The snapshot or the policy has no metric.",
            "Check the query that fills it; nothing measured is never a pass.";
        LengthMismatch = "length-mismatch",
            "Two arrays that describe the same windows differ in length.",
            "Export every array for the same windows, with null where a value is missing.";
        OutOfRange = "out-of-range",
            "A value is impossible for its unit: a negative latency, or a rate outside 0..=1.",
            "Check the unit of the metric and the query that computes it.";
        WindowLength = "window-length",
            "The snapshot's windows are not as long as the policy's.",
            "Export windows of the policy's length, or use a policy for these windows.";
        WindowOrder = "window-order",
            "Windows are not in order of time, overlap, or stand twice.",
            "Export each window once, oldest first.";
        WindowMisaligned = "window-misaligned",
            "A window does not lie on the grid that the first window starts.",
            "Start every window a whole number of window lengths after the first.";
        FutureWindow = "future-window",
            "A window starts after the decision instant.",
            "Check the clocks, and `--now` if it was given.";
        Undated = "undated",
            "The snapshot has no window times, and something given with it needs them.",
            "Add `start` or `window_starts`.";
        ConflictingFields = "conflicting-fields",
            "Two fields say the same thing in two ways.",
            "Keep one of them.";
        DrillInterval = "drill-interval",
            "A drill ends before it starts.",
            "Swap `from` and `to`, or correct them.";
        DrillMetric = "drill-metric",
            "A drill names a metric that cannot be excused.",
            "Name metrics of the policy that are not safety metrics.";
        UnknownStage = "unknown-stage",
            "The stage is not one of the policy's.",
            "Use one of the stages that the message lists.";
        UnknownMetric = "unknown-metric",
            "A rule names a metric that the policy does not declare.",
            "Declare the metric under `metrics`, or correct the name.";
        UnknownPolicy = "unknown-policy",
            "There is no built-in policy of this name.",
            "Use `tsfm-canary`, or the path of a policy file.";
        UnknownCode = "unknown-code",
            "There is no finding, reason, note, warning or error code of this name.",
            "Copy the code from a verdict or an error.";
        NoRules = "no-rules",
            "A stage of the policy has no gate, so that anything would be promoted.",
            "Add a gate that holds for the stage.";
        Contradiction = "contradiction",
            "Two statements of the policy cannot both be meant.",
            "Change one of the two as the message says.";
        DuplicateReason = "duplicate-reason",
            "Two rules have the same reason, so a verdict could not say which one decided.",
            "Give each rule a reason of its own.";
        NotAMultiple = "not-a-multiple",
            "A duration is not a whole number of windows.",
            "Use a multiple of `window_minutes`.";
    }
}

/// A place in a text, counted from 1; the column counts bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The byte in the line.
    pub column: usize,
}

/// An input that cannot be used: where, what was expected, and what was found.
///
/// It displays as one line: ``metrics.error_rate[3]: expected a ratio in 0..=1, found 1.7``.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct GateError {
    code: ErrorCode,
    path: String,
    expected: String,
    found: String,
    position: Option<Position>,
}

impl GateError {
    /// An error at `path`, which is empty for the whole document.
    #[expect(clippy::needless_pass_by_value, reason = "callers hand over numbers and fresh strings alike")]
    pub fn new(
        code: ErrorCode,
        path: impl Into<String>,
        expected: impl Into<String>,
        found: impl ToString,
    ) -> Self {
        Self { code, path: path.into(), expected: expected.into(), found: found.to_string(), position: None }
    }

    /// The same error with its place in the text.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.position = Some(position);
        self
    }

    /// The same error of a part, with the part in front of its path.
    #[must_use]
    pub fn under(mut self, part: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = alloc::format!("{part}{joint}{}", self.path);
        self
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// The path to the field, like `metrics.error_rate[3]`; empty for the whole document.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What would have been accepted.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// What was there instead.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// The place in the text, where the text itself could not be read.
    #[must_use]
    pub const fn position(&self) -> Option<Position> {
        self.position
    }
}

impl fmt::Display for GateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "expected {}, found {}", self.expected, self.found)?;
        match self.position {
            Some(at) => write!(f, " at line {} column {}", at.line, at.column),
            None => Ok(()),
        }
    }
}
