//! The bytes of a pickle, taken from the front.

use super::super::wrong::Wrong;

/// What is left of a pickle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
    taken: usize,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, taken: 0 }
    }

    /// How many bytes were taken.
    pub(super) const fn position(&self) -> usize {
        self.taken
    }

    /// How many bytes are left.
    pub(super) const fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Wrong> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(|| self.too_short(count as u64))?;
        self.rest = rest;
        self.taken += count;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Wrong> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Wrong> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// A text that ends with its line, without the line end.
    pub(super) fn line(&mut self) -> Result<&'a [u8], Wrong> {
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let end = end.ok_or_else(|| Wrong::new("a line", "the end of the file"))?;
        let line = self.take(end)?;
        self.take(1)?;
        Ok(line)
    }

    /// Bytes after a length of `N` bytes.
    pub(super) fn counted<const N: usize>(&mut self) -> Result<&'a [u8], Wrong> {
        let count =
            self.array::<N>()?.iter().rev().fold(0_u64, |count, byte| (count << 8) | u64::from(*byte));
        let count = usize::try_from(count).map_err(|_| self.too_short(count))?;
        self.take(count)
    }

    fn too_short(&self, count: u64) -> Wrong {
        let found = if self.rest.is_empty() {
            "the end of the file".to_owned()
        } else {
            format!("{} bytes", self.left())
        };
        Wrong::new(format!("{count} more bytes"), found)
    }
}
