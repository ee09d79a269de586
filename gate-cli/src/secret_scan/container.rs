//! Which files hold others, or hold their content packed.

/// So many bytes of the beginning say what a file is.
pub(super) const HEAD_BYTES: usize = 512;

/// What holds other files, or the packed content of one. Names say nothing: the first bytes do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    Gzip,
    Tar,
    Zip,
    /// What nothing here looks into.
    Foreign(&'static str),
}

const BEGINNINGS: [(&[u8], Container); 12] = [
    (b"\x1f\x8b\x08", Container::Gzip),
    (b"PK\x03\x04", Container::Zip),
    (b"PK\x05\x06", Container::Zip),
    (b"PK\x07\x08", Container::Foreign("a zip in parts")),
    (b"\xfd7zXZ\x00", Container::Foreign("xz")),
    (b"\x28\xb5\x2f\xfd", Container::Foreign("zstd")),
    (b"7z\xbc\xaf\x27\x1c", Container::Foreign("7z")),
    (b"Rar!\x1a\x07", Container::Foreign("rar")),
    (b"\x04\x22\x4d\x18", Container::Foreign("lz4")),
    (b"\x1f\x9d", Container::Foreign("compress")),
    (b"LZIP\x01", Container::Foreign("lzip")),
    (b"\x5d\x00\x00\x80\x00\xff\xff\xff\xff\xff\xff\xff\xff", Container::Foreign("lzma")),
];

/// Where a tar says that it is one.
const TAR_MARK: (usize, &[u8]) = (257, b"ustar");

/// A bzip2 begins with the size of its blocks, and then a block or the end.
const BZIP2_BLOCKS: [&[u8]; 2] = [b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"];

impl Container {
    /// What begins with these bytes, if it is a container.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let has = |at: usize, mark: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(mark));
        if has(TAR_MARK.0, TAR_MARK.1) {
            return Some(Self::Tar);
        }
        if has(0, b"BZh") && BZIP2_BLOCKS.iter().any(|block| has(4, block)) {
            return Some(Self::Foreign("bzip2"));
        }
        // A zip that can be run has a line for the shell before it.
        let line = if has(0, b"#!") {
            head.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1)
        } else {
            0
        };
        let found = BEGINNINGS
            .iter()
            .find(|(mark, container)| has(0, mark) || *container == Self::Zip && has(line, mark));
        found.map(|(_, container)| *container)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_known_by_its_first_bytes() {
        for (head, expected) in [
            (&b"PK\x03\x04rest"[..], Some(Container::Zip)),
            (b"#!/usr/bin/python3\nPK\x03\x04rest", Some(Container::Zip)),
            (b"\x1f\x8b\x08", Some(Container::Gzip)),
            (b"BZh91AY&SY", Some(Container::Foreign("bzip2"))),
            (b"BZh9 is how a bzip2 begins", None),
            (b"#!/bin/sh\necho PK", None),
            (b"PKG=1", None),
            (b"", None),
        ] {
            assert_eq!(Container::of(head), expected, "{}", String::from_utf8_lossy(head));
        }
    }
}
