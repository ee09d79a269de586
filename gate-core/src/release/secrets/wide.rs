//! Text of two bytes per character, read as if it had one.

use alloc::vec::Vec;

/// Whether there can be UTF-16 in it: ASCII in UTF-16 has a zero in every second byte.
pub(super) fn is_possible(bytes: &[u8]) -> bool {
    bytes.contains(&0)
}

/// Every second byte from `first`, where the byte after it is zero; elsewhere a byte that no rule takes for text.
///
/// From 0 and from 1 this reads both byte orders, wherever the text begins in a file.
pub(super) fn narrow(bytes: &[u8], first: usize) -> Vec<u8> {
    let pairs = bytes.get(first..).unwrap_or_default().chunks(2);
    pairs
        .map(|pair| match pair {
            // The last letter of big-endian text has nothing after it.
            [letter, 0] | [letter] => *letter,
            _ => u8::MAX,
        })
        .collect()
}
