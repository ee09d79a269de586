//! The directory of an npz: which members it has, and where.

use std::collections::HashMap;

use gate_core::contract::facts::Unreadable;
use rawzip::{
    CompressionMethod, ReaderAt, ZipArchive, ZipArchiveEntryWayfinder, ZipFileHeaderRecord, ZipLocator,
};

use super::super::bounds::MAX_MEMBERS;
use super::super::wrong::{Wrong, quoted};
use super::member::Member;

/// What ends the search for the end of the directory: the longest comment, as Python searches.
const SEARCHED_BYTES: u64 = 64 * 1024 + 22;

/// Any record of the directory fits in: 46 bytes, and a name, extra fields and a comment of 65 535 each.
const BUFFER_BYTES: usize = 4 * 64 * 1024;

/// An open archive.
pub(super) struct Directory<R> {
    zip: ZipArchive<R>,
    /// One for each name, in the order of the archive.
    pub(super) entries: Vec<Entry>,
}

/// One member.
pub(super) struct Entry {
    /// Without `.npy`.
    pub(super) name: String,
    raw_name: Vec<u8>,
    method: CompressionMethod,
    encrypted: bool,
    place: ZipArchiveEntryWayfinder,
    crc: u32,
}

impl<R: ReaderAt> Directory<R> {
    /// Reads the directory and holds it against the header before each member.
    ///
    /// Python reads a member under the name of the directory, but refuses it when its own header has another one. Here
    /// that makes the whole archive unreadable: a member that lost its name would otherwise be taken for an absent one.
    pub(super) fn open(reader: R, size: u64) -> Result<Self, Unreadable> {
        check_start(&reader, size).map_err(archive_wrong)?;
        let mut buffer = vec![0; BUFFER_BYTES];
        let zip = ZipLocator::new()
            .max_search_space(SEARCHED_BYTES)
            .locate_in_reader(reader, &mut buffer, size)
            .map_err(|(_, error)| archive_wrong(Wrong::new("a whole zip archive", said(&error))))?;
        check_end(&zip).map_err(archive_wrong)?;
        let entries = list(&zip, &mut buffer).map_err(archive_wrong)?;
        let directory = Self { zip, entries: last_of_each_name(entries) };
        for entry in &directory.entries {
            directory.check_name(entry, &mut buffer)?;
        }
        Ok(directory)
    }

    /// Starts to unpack a member.
    pub(super) fn member(&self, entry: &Entry) -> Result<Member<'_>, Unreadable> {
        self.unpack(entry).map_err(|wrong| wrong.inside(&entry.name))
    }

    pub(super) fn unpack(&self, entry: &Entry) -> Result<Member<'_>, Wrong> {
        if entry.encrypted {
            return Err(Wrong::new("a member that is not encrypted", "an encrypted one"));
        }
        let header = "the header of the member";
        let found = self.zip.get_entry(entry.place).map_err(|error| Wrong::new(header, said(&error)))?;
        Member::open(found.reader(), entry.method, entry.place, entry.crc)
    }

    /// A header that is not there at all concerns this member only, and is met again when it is unpacked.
    fn check_name(&self, entry: &Entry, buffer: &mut [u8]) -> Result<(), Unreadable> {
        let Ok(found) = self.zip.get_entry(entry.place) else { return Ok(()) };
        let Ok(header) = found.local_header(buffer) else { return Ok(()) };
        let name = header.file_path();
        if name.as_ref() == entry.raw_name.as_slice() {
            return Ok(());
        }
        let expected = format!("the name {} of the directory", quoted(&entry.raw_name));
        Err(Wrong::new(expected, quoted(name.as_ref())).inside(&entry.name))
    }
}

/// A zip starts with a member, or with the end of an empty directory. numpy refuses bytes before it.
fn check_start(reader: &impl ReaderAt, size: u64) -> Result<(), Wrong> {
    let mut start = [0; 8];
    let length = usize::try_from(size).unwrap_or(start.len()).min(start.len());
    let start = start.get_mut(..length).unwrap_or_default();
    reader
        .read_exact_at(start, 0)
        .map_err(|error| Wrong::new("a zip archive of arrays", error.to_string()))?;
    let found = match start {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => return Ok(()),
        [] => "no content".to_owned(),
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => "a single array (`.npy`)".to_owned(),
        [0x80, 2..=5, ..] => "a pickle".to_owned(),
        other => format!("a file that starts with {}", quoted(other)),
    };
    Err(Wrong::new("a zip archive of arrays", found))
}

/// The directory ends where its end begins. Python finds the directory by its size, others by its offset; an archive in
/// which the two disagree would pass here and fail in the training.
fn check_end<R: ReaderAt>(zip: &ZipArchive<R>) -> Result<(), Wrong> {
    let mut end = [[0; 4]; 5];
    let read = zip.get_ref().read_exact_at(end.as_flattened_mut(), zip.eocd_offset());
    read.map_err(|error| Wrong::new("the end of the directory", error.to_string()))?;
    let [_, _, _, size, offset] = end.map(u32::from_le_bytes);
    let expected = zip.eocd_offset();
    // Archives above 4 GiB have the true figures in a record that the library has already followed.
    if size == u32::MAX || offset == u32::MAX || u64::from(size) + u64::from(offset) == expected {
        return Ok(());
    }
    let expected = format!("a directory that ends at byte {expected}");
    Err(Wrong::new(expected, format!("one of {size} bytes at byte {offset}")))
}

fn list<R: ReaderAt>(zip: &ZipArchive<R>, buffer: &mut [u8]) -> Result<Vec<Entry>, Wrong> {
    let promised = zip.entries_hint();
    if promised > MAX_MEMBERS {
        return Err(Wrong::new(format!("at most {MAX_MEMBERS} members"), promised.to_string()));
    }
    let mut entries = Vec::new();
    let mut records = zip.entries(buffer);
    while let Some(record) =
        records.next_entry().map_err(|error| Wrong::new("a whole directory of members", said(&error)))?
    {
        if entries.len() as u64 == promised {
            return Err(Wrong::new(format!("{promised} members"), "more in the directory"));
        }
        entries.push(Entry::from(&record));
    }
    if entries.len() as u64 == promised {
        return Ok(entries);
    }
    Err(Wrong::new(format!("{promised} members"), format!("{} in the directory", entries.len())))
}

impl From<&ZipFileHeaderRecord<'_>> for Entry {
    fn from(record: &ZipFileHeaderRecord<'_>) -> Self {
        let path = record.file_path();
        let raw_name: &[u8] = path.as_ref();
        let stem = raw_name.strip_suffix(b".npy").unwrap_or(raw_name);
        Self {
            name: String::from_utf8_lossy(stem).into_owned(),
            raw_name: raw_name.to_vec(),
            method: record.compression_method(),
            encrypted: record.flags().is_encrypted() || record.flags().has_strong_encryption(),
            place: record.wayfinder(),
            crc: record.crc32(),
        }
    }
}

/// The member that numpy would give for each name: of two `X.npy` the last, and `X` rather than `X.npy`.
fn last_of_each_name(entries: Vec<Entry>) -> Vec<Entry> {
    let mut chosen: HashMap<String, usize> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        let rival = chosen.get(&entry.name).and_then(|rival| entries.get(*rival));
        if rival.is_none_or(|rival| !rival.is_bare() || entry.is_bare()) {
            chosen.insert(entry.name.clone(), index);
        }
    }
    let kept = |index: usize, entry: &Entry| chosen.get(&entry.name) == Some(&index);
    entries
        .into_iter()
        .enumerate()
        .filter(|(index, entry)| kept(*index, entry))
        .map(|(_, entry)| entry)
        .collect()
}

impl Entry {
    /// True if the member is called as its array, without `.npy`.
    fn is_bare(&self) -> bool {
        self.raw_name == self.name.as_bytes()
    }
}

fn archive_wrong(wrong: Wrong) -> Unreadable {
    wrong.inside("")
}

/// The library's words in our style.
fn said(error: &rawzip::Error) -> String {
    use rawzip::ErrorKind;
    match error.kind() {
        ErrorKind::MissingEndOfCentralDirectory => "no end of the directory".to_owned(),
        ErrorKind::InvalidEndOfCentralDirectory => "an end that does not lie behind its directory".to_owned(),
        ErrorKind::InvalidSignature { actual, .. } => format!("the signature {actual:#010x}"),
        ErrorKind::Eof => "the end of the file".to_owned(),
        other => other.to_string(),
    }
}
