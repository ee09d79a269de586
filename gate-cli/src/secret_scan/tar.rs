//! The headers of a tar.

use std::io;

/// A tar is made of blocks of so many bytes.
pub(super) const BLOCK: usize = 512;

/// What stands before the data of an entry.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Shortened where a tar keeps long names elsewhere.
    pub(super) name: String,
    pub(super) size: u64,
}

impl Header {
    /// Reads a header. What a reader could understand in two ways is an error.
    pub(super) fn read(block: &[u8; BLOCK]) -> io::Result<Self> {
        let field = |at: usize, length: usize| block.get(at..at + length).unwrap_or_default();
        let counted = |at: usize, byte: u8| if (148..156).contains(&at) { b' ' } else { byte };
        let sum: u64 = block.iter().enumerate().map(|(at, byte)| u64::from(counted(at, *byte))).sum();
        if octal(field(148, 8)) != Some(sum) {
            return Err(io::Error::other("a broken tar: no header where one should be"));
        }
        let size =
            octal(field(124, 12)).ok_or_else(|| io::Error::other("an entry of 8 GiB or more in a tar"))?;
        match field(156, 1) {
            b"S" => return Err(io::Error::other("a sparse file in a tar")),
            // Links, devices and folders.
            [b'1'..=b'6'] if size > 0 => {
                return Err(io::Error::other("a broken tar: data of an entry that has none"));
            }
            _ => {}
        }
        let name = text(field(0, 100));
        // GNU tar has times where others have the folders of a long name.
        let folder = if field(257, 6) == b"ustar\0" { text(field(345, 155)) } else { String::new() };
        Ok(Self { name: if folder.is_empty() { name } else { format!("{folder}/{name}") }, size })
    }

    /// Bytes behind the data, up to the next block.
    pub(super) const fn padding(&self) -> u64 {
        self.size.next_multiple_of(BLOCK as u64) - self.size
    }
}

fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(field.get(..end).unwrap_or_default()).into_owned()
}

fn octal(field: &[u8]) -> Option<u64> {
    let digits = str::from_utf8(field).ok()?.trim_matches([' ', '\0']);
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}
