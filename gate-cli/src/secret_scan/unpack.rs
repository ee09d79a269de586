//! The scan of what lies packed in a file, entry by entry, without unpacking it anywhere.
//!
//! Whatever cannot be looked into, and whatever is more than the limits allow, is an artifact that says so.

use std::cell::Cell;
use std::io::{self, Cursor, Read};

use flate2::read::{DeflateDecoder, MultiGzDecoder};
use gate_core::release::secrets::{Artifact, ArtifactScan, Scanner};
use rawzip::{CompressionMethod, RangeReader, ReaderAt, ZipArchive, ZipArchiveEntryWayfinder, ZipLocator};

use super::MAX_FINDINGS;
use super::container::{Container, HEAD_BYTES};
use super::tar::{BLOCK, Header};
use super::window::scan_stream;

/// Containers within each other that are looked into: a wheel in a tar in a gzip.
const MAX_DEPTH: usize = 3;

/// A file may unpack to so many bytes in all (1 GiB), however small it is.
const FREE_BYTES: u64 = 1024 * 1024 * 1024;

/// A larger file may unpack to so many times its size.
const MAX_RATIO: u64 = 20;

/// Entries of all containers in a file.
const MAX_ENTRIES: usize = 100_000;

/// A zip in another container is held in memory (128 MiB at most), as its directory stands at its end.
const MAX_NESTED_ZIP: u64 = 128 * 1024 * 1024;

/// What ends the search for the directory of a zip: the longest comment. Any of its records fits in as well.
const DIRECTORY_BUFFER: usize = 256 * 1024;

/// Scans what a file holds, if its first bytes say that it is a container.
pub(super) fn inside<R: ReaderAt>(
    name: &str,
    head: &[u8],
    source: &R,
    size: u64,
    scanner: &Scanner,
) -> Vec<Artifact> {
    let Some(container) = Container::of(head) else { return Vec::new() };
    let left = Cell::new(size.saturating_mul(MAX_RATIO).max(FREE_BYTES));
    let mut unpacking =
        Unpacking { scanner, left: &left, findings: 0, buffer: Vec::new(), artifacts: Vec::new() };
    match container {
        Container::Zip => {
            let result = unpacking.zip(name, source, size, 1);
            unpacking.note(name, result);
        }
        other => unpacking.container(name, other, &mut RangeReader::new(source, 0..size), 1),
    }
    unpacking.artifacts
}

/// What was found so far, and what may still be unpacked.
struct Unpacking<'a> {
    scanner: &'a Scanner,
    left: &'a Cell<u64>,
    findings: usize,
    buffer: Vec<u8>,
    artifacts: Vec<Artifact>,
}

impl Unpacking<'_> {
    fn container(&mut self, name: &str, container: Container, packed: &mut dyn Read, depth: usize) {
        let result = match container {
            _ if depth > MAX_DEPTH => Err(io::Error::other(format!("packed more than {MAX_DEPTH} times"))),
            Container::Gzip => {
                let unpacked = MultiGzDecoder::new(packed);
                self.content(format!("{name}!{}", stem(name)), unpacked, depth);
                Ok(())
            }
            Container::Tar => self.tar(name, packed, depth),
            Container::Zip => self.nested_zip(name, packed, depth),
            Container::Foreign(kind) => {
                Err(io::Error::other(format!("a container that is not looked into: {kind}")))
            }
        };
        self.note(name, result);
    }

    /// Scans one unpacked file, or what is in it.
    fn content(&mut self, name: String, unpacked: impl Read, depth: usize) {
        let mut unpacked = Metered { stream: unpacked, left: self.left };
        let mut head = Vec::new();
        let read = (&mut unpacked).take(HEAD_BYTES as u64).read_to_end(&mut head);
        let container = Container::of(&head);
        let mut whole = Cursor::new(head).chain(&mut unpacked);
        match (read, container) {
            (Err(error), _) => self.add(name, ArtifactScan::Unreadable(error.to_string())),
            (Ok(_), Some(container)) => self.container(&name, container, &mut whole, depth + 1),
            (Ok(_), None) => {
                let most = MAX_FINDINGS.saturating_sub(self.findings);
                let scan = match scan_stream(&mut whole, self.scanner, &mut self.buffer, most) {
                    Ok((bytes, findings)) => ArtifactScan::Scanned { bytes, findings },
                    Err(error) => ArtifactScan::Unreadable(error.to_string()),
                };
                self.add(name, scan);
            }
        }
    }

    fn tar(&mut self, name: &str, mut packed: &mut dyn Read, depth: usize) -> io::Result<()> {
        loop {
            self.check_limits()?;
            let mut block = [0; BLOCK];
            packed
                .read_exact(&mut block)
                .map_err(|error| io::Error::other(format!("a tar without an end: {error}")))?;
            if block == [0; BLOCK] {
                return only_zeros(packed);
            }
            let header = Header::read(&block)?;
            let mut data = (&mut packed).take(header.size);
            if header.size > 0 {
                self.content(format!("{name}!{}", header.name), &mut data, depth);
            }
            // What was not scanned has to be passed all the same.
            io::copy(&mut data, &mut io::sink())?;
            let padding = io::copy(&mut (&mut packed).take(header.padding()), &mut io::sink())?;
            if padding < header.padding() {
                return Err(io::Error::other("a tar without an end"));
            }
        }
    }

    fn nested_zip(&mut self, name: &str, packed: &mut dyn Read, depth: usize) -> io::Result<()> {
        let mut bytes = Vec::new();
        packed.take(MAX_NESTED_ZIP + 1).read_to_end(&mut bytes)?;
        let size = bytes.len() as u64;
        if size > MAX_NESTED_ZIP {
            return Err(io::Error::other(format!(
                "a zip of more than {MAX_NESTED_ZIP} bytes in another container"
            )));
        }
        self.zip(name, &bytes, size, depth)
    }

    fn zip<R: ReaderAt>(&mut self, name: &str, source: &R, size: u64, depth: usize) -> io::Result<()> {
        let mut buffer = vec![0; DIRECTORY_BUFFER];
        let located = ZipLocator::new().locate_in_reader(source, &mut buffer, size);
        let zip = located.map_err(|(_, error)| broken(&error))?;
        for entry in directory(&zip, &mut buffer).map_err(|error| broken(&error))? {
            self.check_limits()?;
            let name = format!("{name}!{}", entry.name);
            if let Err(problem) = self.entry(&name, &zip, &entry, depth) {
                self.add(name, ArtifactScan::Unreadable(problem));
            }
        }
        Ok(())
    }

    fn entry<R: ReaderAt>(
        &mut self,
        name: &str,
        zip: &ZipArchive<R>,
        entry: &Entry,
        depth: usize,
    ) -> Result<(), String> {
        if entry.is_encrypted {
            return Err("it is encrypted".to_owned());
        }
        let found = zip.get_entry(entry.place).map_err(|error| broken(&error).to_string())?;
        let packed = found.reader();
        match entry.method {
            CompressionMethod::STORE => self.content(name.to_owned(), found.verifying_reader(packed), depth),
            CompressionMethod::DEFLATE => {
                let unpacked = found.verifying_reader(DeflateDecoder::new(packed));
                self.content(name.to_owned(), unpacked, depth);
            }
            other => return Err(format!("it is packed by method {}, and not by deflate", other.as_u16())),
        }
        Ok(())
    }

    fn check_limits(&self) -> io::Result<()> {
        if self.artifacts.len() >= MAX_ENTRIES {
            return Err(io::Error::other(format!("more than {MAX_ENTRIES} entries")));
        }
        if self.left.get() == 0 { Err(too_large()) } else { Ok(()) }
    }

    fn add(&mut self, name: String, scan: ArtifactScan) {
        if let ArtifactScan::Scanned { findings, .. } = &scan {
            self.findings += findings.len();
        }
        self.artifacts.push(Artifact { name, scan });
    }

    /// Says of a container that not all of it was scanned.
    fn note(&mut self, name: &str, result: io::Result<()>) {
        if let Err(error) = result {
            self.add(format!("{name}!*"), ArtifactScan::Unreadable(error.to_string()));
        }
    }
}

/// A stream that ends with an error when all streams of a file together are too long.
struct Metered<'a, R> {
    stream: R,
    left: &'a Cell<u64>,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        self.left.set(self.left.get().saturating_sub(read as u64));
        if self.left.get() == 0 { Err(too_large()) } else { Ok(read) }
    }
}

/// One file in a zip.
struct Entry {
    name: String,
    method: CompressionMethod,
    is_encrypted: bool,
    place: ZipArchiveEntryWayfinder,
}

fn directory<R: ReaderAt>(zip: &ZipArchive<R>, buffer: &mut [u8]) -> Result<Vec<Entry>, rawzip::Error> {
    let mut entries = Vec::new();
    let mut records = zip.entries(buffer);
    while let Some(record) = records.next_entry()? {
        let is_folder = record.is_dir() && record.uncompressed_size_hint() == 0;
        // One more than the limit, so that it is met.
        if !is_folder && entries.len() <= MAX_ENTRIES {
            entries.push(Entry {
                name: String::from_utf8_lossy(record.file_path().as_ref()).into_owned(),
                method: record.compression_method(),
                is_encrypted: record.flags().is_encrypted() || record.flags().has_strong_encryption(),
                place: record.wayfinder(),
            });
        }
    }
    Ok(entries)
}

fn broken(error: &rawzip::Error) -> io::Error {
    io::Error::other(format!("a broken zip: {error}"))
}

fn too_large() -> io::Error {
    io::Error::other(format!(
        "more than {FREE_BYTES} bytes, and more than {MAX_RATIO} times its own, when unpacked"
    ))
}

/// Readers stop at the end of a tar, and what stands behind it would not be looked at.
fn only_zeros(rest: &mut dyn Read) -> io::Result<()> {
    let mut block = [0; BLOCK];
    loop {
        match rest.read(&mut block)? {
            0 => return Ok(()),
            read if block.iter().take(read).all(|byte| *byte == 0) => {}
            _ => return Err(io::Error::other("data behind the end of a tar")),
        }
    }
}

/// What a packed file is called without its packing.
fn stem(name: &str) -> String {
    let last = name.rsplit(['/', '!']).next().unwrap_or(name);
    let tar = || last.strip_suffix(".tgz").map(|stem| format!("{stem}.tar"));
    last.strip_suffix(".gz").map(str::to_owned).or_else(tar).unwrap_or_else(|| "content".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gate_core::secret::Secret;

    #[test]
    fn all_streams_of_a_file_share_one_limit() {
        let (scanner, left) = (Scanner::new(Secret::new("")), Cell::new(100));
        let mut unpacking = Unpacking {
            scanner: &scanner,
            left: &left,
            findings: 0,
            buffer: Vec::new(),
            artifacts: Vec::new(),
        };
        unpacking.content("one".to_owned(), &[b'x'; 60][..], 1);
        assert!(unpacking.check_limits().is_ok());
        unpacking.content("two".to_owned(), &[b'x'; 60][..], 1);
        assert!(unpacking.check_limits().is_err());
        let scans: Vec<ArtifactScan> =
            unpacking.artifacts.into_iter().map(|artifact| artifact.scan).collect();
        let whole = ArtifactScan::Scanned { bytes: 60, findings: Vec::new() };
        assert_eq!(scans, [whole, ArtifactScan::Unreadable(too_large().to_string())]);
    }
}
