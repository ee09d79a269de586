//! A file of variables, as services and containers are given one.

use gate_core::document::{Table, check_text};
use gate_core::{ErrorCode, GateError};

/// What the file is called in errors.
pub(super) const ARGUMENT: &str = "env_file";

/// Reads lines of `NAME=value`: comments, `export` and quotes around the whole value are known, nothing else is. What a
/// shell would expand stays as it is written. Errors never show a value.
pub(super) fn parse(bytes: &[u8]) -> Result<Table<String>, GateError> {
    let mut variables: Vec<(String, String)> = Vec::new();
    let text = check_text(bytes).map_err(|error| error.under(ARGUMENT))?;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let path = format!("{ARGUMENT}.line {number}");
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        let (name, value) = line
            .split_once('=')
            .filter(|(name, _)| is_name(name))
            .ok_or_else(|| refused(&path, "`NAME=value` or a comment", "something else"))?;
        if variables.iter().any(|(known, _)| known == name) {
            let found = format!("a second `{name}`");
            return Err(GateError::new(ErrorCode::DuplicateKey, path, "each variable once", found));
        }
        variables.push((name.to_owned(), unquoted(value, &path)?.to_owned()));
    }
    Ok(Table(variables))
}

fn is_name(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.bytes().all(is_part)
}

fn unquoted<'a>(value: &'a str, path: &str) -> Result<&'a str, GateError> {
    let Some(quote) = value.chars().next().filter(|first| matches!(first, '"' | '\'')) else {
        // A blank before it makes a comment; a password may have the sign inside.
        let end = value.find(" #").unwrap_or(value.len());
        return Ok(value.get(..end).unwrap_or(value).trim_end());
    };
    let inside = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let inside = inside.filter(|inside| !inside.contains(quote));
    inside.ok_or_else(|| refused(path, "a quote at the end of the value, and none before", "another end"))
}

fn refused(path: &str, expected: &str, found: &str) -> GateError {
    GateError::new(ErrorCode::WrongValue, path, expected, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_services_are_given_is_read() -> Result<(), GateError> {
        let text = b"# settings\nexport A=1\nB='two words'\nC=\"x # y\"\n\nD=p#ss # a comment\nE=\n";
        let read: Vec<(String, String)> = parse(text)?.0;
        let pairs = [("A", "1"), ("B", "two words"), ("C", "x # y"), ("D", "p#ss"), ("E", "")];
        assert_eq!(read, pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Ok(())
    }

    #[test]
    fn what_is_unclear_is_refused_without_its_value() {
        for line in ["hunter2", "1A=hunter2", "A='hunter2", "A=x\nA=hunter2", "=hunter2"] {
            let error = parse(line.as_bytes()).map(|_| ()).map_err(|error| error.to_string());
            assert!(error.as_ref().is_err_and(|text| !text.contains("hunter2")), "{line}: {error:?}");
        }
    }
}
