//! From the bytes of a file to its text.

use alloc::format;
use alloc::string::String;
use core::str::Utf8Error;

use super::error::{CompatError, ErrorKind};

/// What `Path(file).read_text()` returns under a UTF-8 locale: the text with `\n` for every kind of line end.
///
/// # Errors
/// A `UnicodeDecodeError` where the bytes are not UTF-8.
pub fn decode(bytes: &[u8]) -> Result<String, CompatError> {
    let text = core::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error))?;
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

fn not_utf8(bytes: &[u8], error: Utf8Error) -> CompatError {
    let start = error.valid_up_to();
    let first = bytes.get(start).copied().unwrap_or_default();
    let (end, reason) = match error.error_len() {
        None => (bytes.len(), "unexpected end of data"),
        Some(length) if matches!(first, 0xc2..=0xf4) => (start + length, "invalid continuation byte"),
        Some(length) => (start + length, "invalid start byte"),
    };
    let what = if end - start == 1 {
        format!("byte 0x{first:02x} in position {start}")
    } else {
        format!("bytes in position {start}-{}", end - 1)
    };
    CompatError::new(ErrorKind::UnicodeDecode, format!("'utf-8' codec can't decode {what}: {reason}"))
}
