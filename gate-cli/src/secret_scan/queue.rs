//! Who scans what next.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::window::{Place, WINDOW};

/// A part of a file.
#[derive(Debug, Clone)]
pub(super) struct Window {
    pub(super) file: Arc<File>,
    /// How many bytes the file has.
    pub(super) size: u64,
    pub(super) place: Place,
}

impl Window {
    fn at(file: Arc<File>, offset: u64, size: u64) -> Self {
        let length = (size - offset).min(WINDOW);
        Self { file, size, place: Place { offset, length, is_last: offset + length == size } }
    }

    fn after(&self) -> Option<Self> {
        let next = || Self::at(Arc::clone(&self.file), self.place.next_offset(), self.size);
        (!self.place.is_last).then(next)
    }
}

/// The windows of all files, in order.
#[derive(Debug)]
pub(super) struct Queue<'a> {
    paths: &'a [Result<PathBuf, String>],
    index: usize,
    /// The next window of the file at `index`.
    open: Option<Window>,
}

impl<'a> Queue<'a> {
    pub(super) const fn new(paths: &'a [Result<PathBuf, String>]) -> Self {
        Self { paths, index: 0, open: None }
    }

    /// The next window with the number of its file, or why that file cannot be read.
    pub(super) fn next(&mut self) -> Option<(usize, Result<Window, String>)> {
        let index = self.index;
        let window = match self.open.take() {
            Some(window) => window,
            None => match first(self.paths.get(index)?) {
                Ok(window) => window,
                Err(problem) => {
                    self.index += 1;
                    return Some((index, Err(problem)));
                }
            },
        };
        self.open = window.after();
        if self.open.is_none() {
            self.index += 1;
        }
        Some((index, Ok(window)))
    }
}

fn first(path: &Result<PathBuf, String>) -> Result<Window, String> {
    let path = path.as_ref().map_err(Clone::clone)?;
    let open = || -> io::Result<Window> {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(io::Error::other("it is no file any more"));
        }
        Ok(Window::at(Arc::new(file), 0, about.len()))
    };
    open().map_err(|error| error.to_string())
}
