//! Which names a file may have.

use crate::bounds::MAX_FILE_NAME_BYTES;

/// The file that lists the others, and is not listed itself.
pub(super) const INDEX: &str = "index.json";

/// Why a name is not that of a file in the folder, in the one way to write it. `None` if it is.
pub(super) fn problem(name: &str) -> Option<&'static str> {
    let part = |wanted: &str| name.split('/').any(|part| part == wanted);
    match name {
        "" => Some("no name"),
        INDEX => Some("the index itself"),
        _ if name.len() > MAX_FILE_NAME_BYTES => Some("a name that is too long"),
        _ if name.chars().any(char::is_control) => Some("a control character"),
        // A backslash separates folders on some systems, a colon follows a drive or precedes a stream.
        _ if name.contains(['\\', ':']) => Some("a backslash or a colon"),
        _ if name.starts_with('/') => Some("an absolute path"),
        _ if part("..") => Some("a path that goes up"),
        _ if part("") || part(".") => Some("a path with an empty step"),
        _ => None,
    }
}
