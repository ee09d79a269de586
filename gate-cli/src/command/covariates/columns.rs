//! The columns of the data: from a file or from the command line.

use std::path::Path;

use gate_core::GateError;
use gate_core::contract::{ContractFault, ContractFinding};
use gate_core::document::{Node, from_json_tree};

use crate::breach::finding_of;
use crate::input;

/// The argument that errors name.
const ARGUMENT: &str = "columns";

/// Bytes of a file in which its header must end: the rest of the data is not looked at.
const MAX_HEADER_BYTES: usize = 1024 * 1024;

/// Reads `--columns`: a JSON array, a file, `-` for stdin, or names with commas between them. A file that is there wins.
pub(super) fn read(argument: &str) -> Result<Vec<String>, ContractFinding> {
    let path = Path::new(argument);
    if argument.trim_start().starts_with('[') {
        array(argument.as_bytes(), ARGUMENT)
    } else if looks_like_a_path(argument) || (input::is_there(path) && !path.is_dir()) {
        file(path)
    } else {
        // As in the declared names: what was typed is trimmed.
        let names = argument.split(',').map(str::trim).filter(|name| !name.is_empty());
        Ok(names.map(String::from).collect())
    }
}

/// A file that is not there must not become a column of that name.
fn looks_like_a_path(argument: &str) -> bool {
    let endings = [".csv", ".json", ".txt"];
    let is_place = matches!(argument, "-" | "." | "..");
    is_place
        || !argument.contains(',')
            && (argument.contains(['/', '\\']) || endings.iter().any(|ending| argument.ends_with(ending)))
}

fn file(path: &Path) -> Result<Vec<String>, ContractFinding> {
    let start = input::read_start(path, MAX_HEADER_BYTES, ARGUMENT).map_err(|error| finding_of(&error))?;
    let name = if input::is_stdin(path) { "<stdin>".to_owned() } else { path.display().to_string() };
    // An empty file is a failed export, not a table without columns.
    if start.bytes.trim_ascii().is_empty() {
        return Err(unusable(&name, "a header or an array of names", "an empty file"));
    }
    let is_array = start.bytes.trim_ascii_start().starts_with(b"[");
    if is_array && start.is_all {
        return array(&start.bytes, &name);
    }
    if is_array {
        return Err(too_long(&name));
    }
    // A byte order mark is what spreadsheets put in front of a table.
    let bytes = start.bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&start.bytes);
    header(bytes, start.is_all, &name)
}

/// The first record of a CSV by RFC 4180: commas, quotes around a field, two quotes for one inside.
fn header(bytes: &[u8], is_all: bool, file: &str) -> Result<Vec<String>, ContractFinding> {
    let mut fields = Vec::new();
    let mut field = Vec::new();
    let mut quoted = false;
    let mut rest = bytes.iter().copied().peekable();
    let mut ended = false;
    while let Some(byte) = rest.next() {
        match byte {
            b'"' if quoted && rest.next_if_eq(&b'"').is_some() => field.push(b'"'),
            b'"' if quoted || field.is_empty() => quoted = !quoted,
            b',' if !quoted => fields.push(std::mem::take(&mut field)),
            b'\n' | b'\r' if !quoted => {
                ended = true;
                break;
            }
            other => field.push(other),
        }
    }
    fields.push(field);
    if !ended && !is_all {
        return Err(too_long(file));
    }
    if quoted {
        return Err(unusable(file, "a closing quote in the header", "none"));
    }
    let name =
        |field| String::from_utf8(field).map_err(|_| unusable(file, "a header in UTF-8", "other bytes"));
    fields.into_iter().map(name).collect()
}

fn too_long(file: &str) -> ContractFinding {
    unusable(file, &format!("a header, or a whole array, of at most {MAX_HEADER_BYTES} bytes"), "more")
}

fn array(bytes: &[u8], name: &str) -> Result<Vec<String>, ContractFinding> {
    let wrong = |error: &GateError| unusable(name, error.expected(), error.found());
    let node = from_json_tree(bytes).map_err(|error| wrong(&error))?;
    let Node::Array(items) = node else { return Err(unusable(name, "an array of names", "another value")) };
    let named = items.into_iter().enumerate().map(|(index, item)| match item {
        Node::Text(column) => Ok(column),
        _ => Err(unusable(&format!("{name}: [{index}]"), "a name", "another value")),
    });
    named.collect()
}

fn unusable(path: &str, expected: &str, found: &str) -> ContractFinding {
    ContractFinding::new(ContractFault::ArgumentInvalid, path, expected, found)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Vec<String> {
        header(text.as_bytes(), true, "data.csv").unwrap()
    }

    #[test]
    fn a_header_ends_at_the_first_line_end_outside_quotes() {
        assert_eq!(parsed("date,sales\r\n1,2\r\n"), ["date", "sales"]);
        assert_eq!(
            parsed("\"a,b\",\"c \"\"d\"\"\",\"e\nf\", g,h\"i,\nj"),
            ["a,b", "c \"d\"", "e\nf", " g", "h\"i", ""]
        );
        for (bytes, is_all) in [(&b"a,b,c"[..], false), (b"a,\"b", true), (b"\xff", true)] {
            assert!(header(bytes, is_all, "data.csv").is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn names_may_be_typed_as_they_are() {
        assert_eq!(read(" a, b ,,c").unwrap(), ["a", "b", "c"]);
        assert_eq!(read(r#"["a", " b"]"#).unwrap(), ["a", " b"]);
        assert!(read("").unwrap().is_empty());
        assert!(read(r#"["a", 1]"#).is_err());
        for absent in ["nowhere/train.csv", "train.csv"] {
            assert_eq!(read(absent).unwrap_err().fault, ContractFault::FileMissing);
        }
    }
}
