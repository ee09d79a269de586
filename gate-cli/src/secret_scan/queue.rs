//! Who scans what next.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::{HALF, OVERLAP, WINDOW};

/// A part of a file.
#[derive(Debug, Clone)]
pub(super) struct Window {
    pub(super) file: Arc<File>,
    pub(super) offset: u64,
    pub(super) length: u64,
    /// Whether the file ends with it.
    pub(super) is_last: bool,
}

impl Window {
    /// Where secrets begin that this window answers for, counted from its start.
    pub(super) fn owned(&self) -> Range<u64> {
        let start = if self.offset == 0 { 0 } else { HALF };
        let end = if self.is_last { u64::MAX } else { WINDOW - HALF };
        start..end
    }

    /// Bytes that no window before had.
    pub(super) const fn new_bytes(&self) -> u64 {
        if self.offset == 0 { self.length } else { self.length - OVERLAP }
    }

    fn after(&self, size: u64) -> Option<Self> {
        (!self.is_last).then(|| Self::at(Arc::clone(&self.file), self.offset + WINDOW - OVERLAP, size))
    }

    fn at(file: Arc<File>, offset: u64, size: u64) -> Self {
        let length = (size - offset).min(WINDOW);
        Self { file, offset, length, is_last: offset + length == size }
    }
}

/// The windows of all files, in order.
#[derive(Debug)]
pub(super) struct Queue<'a> {
    paths: &'a [Result<PathBuf, String>],
    index: usize,
    /// The next window of the file at `index`, and the size of the file.
    open: Option<(Window, u64)>,
}

impl<'a> Queue<'a> {
    pub(super) const fn new(paths: &'a [Result<PathBuf, String>]) -> Self {
        Self { paths, index: 0, open: None }
    }

    /// The next window with the number of its file, or why that file cannot be read.
    pub(super) fn next(&mut self) -> Option<(usize, Result<Window, String>)> {
        let index = self.index;
        let (window, size) = match self.open.take() {
            Some(open) => open,
            None => match first(self.paths.get(index)?) {
                Ok(open) => open,
                Err(problem) => {
                    self.index += 1;
                    return Some((index, Err(problem)));
                }
            },
        };
        match window.after(size) {
            Some(next) => self.open = Some((next, size)),
            None => self.index += 1,
        }
        Some((index, Ok(window)))
    }
}

fn first(path: &Result<PathBuf, String>) -> Result<(Window, u64), String> {
    let path = path.as_ref().map_err(Clone::clone)?;
    let open = || -> io::Result<(Window, u64)> {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(io::Error::other("it is no file any more"));
        }
        Ok((Window::at(Arc::new(file), 0, about.len()), about.len()))
    };
    open().map_err(|error| error.to_string())
}
