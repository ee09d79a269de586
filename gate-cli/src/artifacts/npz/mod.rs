//! An npz: a zip archive of arrays. Headers are always read, data only where values are judged.

mod archive;
mod finite;
mod header;
mod literal;
mod member;
mod values;

use gate_core::contract::facts::{Archive, Array, Kind, NotFinite, Unreadable};
use rawzip::ReaderAt;

use super::bounds::MAX_VALUE_BYTES;
use super::wrong::Wrong;
use archive::{Directory, Entry};
use finite::CHUNK_BYTES;
use header::Header;

/// Reads the archive. A member that is broken is marked; only a broken archive is an error.
pub(super) fn read<R: ReaderAt>(reader: R, size: u64, headers_only: bool) -> Result<Archive, Unreadable> {
    let directory = Directory::open(reader, size)?;
    let members: Vec<Found<'_>> =
        directory.entries.iter().map(|entry| Found::read(&directory, entry)).collect();
    let mut archive = Archive {
        arrays: members.iter().map(Found::array).collect(),
        feature_names: values(&directory, &members, "feature_names", values::texts),
        target_indices: values(&directory, &members, "target_indices", values::integers),
        not_finite: Vec::new(),
        data_checked: !headers_only,
    };
    if !headers_only {
        check_data(&directory, &members, &mut archive);
    }
    Ok(archive)
}

/// A member and its header, as far as it has one.
struct Found<'a> {
    entry: &'a Entry,
    header: Result<Header, Unreadable>,
}

impl<'a> Found<'a> {
    fn read<R: ReaderAt>(directory: &Directory<R>, entry: &'a Entry) -> Self {
        let header = directory
            .member(entry)
            .and_then(|mut member| Header::read(&mut member).map_err(|wrong| wrong.inside(&entry.name)));
        Self { entry, header }
    }

    fn array(&self) -> Array {
        let name = self.entry.name.clone();
        match &self.header {
            Ok(header) => Array { name, kind: header.kind, shape: header.shape.clone(), broken: None },
            Err(broken) => Array { name, kind: Kind::Other, shape: Vec::new(), broken: Some(broken.clone()) },
        }
    }
}

/// The values of a small array, if it is there.
fn values<R: ReaderAt, T>(
    directory: &Directory<R>,
    members: &[Found<'_>],
    name: &str,
    decode: fn(&Header, &[u8]) -> Result<Vec<T>, Wrong>,
) -> Option<Result<Vec<T>, Unreadable>> {
    let found = members.iter().find(|member| member.entry.name == name)?;
    Some(found.header.clone().and_then(|header| {
        let data = small_data(directory, found.entry, &header)?;
        decode(&header, &data).map_err(|wrong| wrong.inside(name))
    }))
}

/// The data of an array that is small enough to be kept, with the checksum of its member verified.
fn small_data<R: ReaderAt>(
    directory: &Directory<R>,
    entry: &Entry,
    header: &Header,
) -> Result<Vec<u8>, Unreadable> {
    let wrong = |wrong: Wrong| wrong.inside(&entry.name);
    let mut member = directory.member(entry)?;
    if member.size() > MAX_VALUE_BYTES {
        let found = format!("{} bytes", member.size());
        return Err(wrong(Wrong::new(format!("at most {MAX_VALUE_BYTES} bytes"), found)));
    }
    let length = |bytes| usize::try_from(bytes).unwrap_or_default();
    let mut start = vec![0; length(header.start)];
    member.fill(&mut start).map_err(wrong)?;
    let mut data = vec![0; length(header.data_bytes().unwrap_or_default())];
    member.fill(&mut data).map_err(wrong)?;
    member.finish(&mut start).map_err(wrong)?;
    Ok(data)
}

/// Reads the data of every judged array to its end: length, checksum, and whether each value is a number.
fn check_data<R: ReaderAt>(directory: &Directory<R>, members: &[Found<'_>], archive: &mut Archive) {
    let mut buffer = vec![0; CHUNK_BYTES];
    for name in judged(members) {
        let Some(found) = members.iter().find(|member| member.entry.name == name) else { continue };
        let Ok(header) = &found.header else { continue };
        match check_member(directory, found.entry, header, &mut buffer) {
            Ok(not_finite) => archive.not_finite.extend(not_finite),
            Err(wrong) => {
                let array = archive.arrays.iter_mut().find(|array| array.name == name);
                if let Some(array) = array {
                    array.broken = Some(wrong.inside(name));
                }
            }
        }
    }
}

fn check_member<R: ReaderAt>(
    directory: &Directory<R>,
    entry: &Entry,
    header: &Header,
    buffer: &mut [u8],
) -> Result<Option<NotFinite>, Wrong> {
    let mut member = directory.unpack(entry)?;
    let start = usize::try_from(header.start).unwrap_or_default();
    member.fill(buffer.get_mut(..start).unwrap_or_default())?;
    let found = match header.element {
        Some(element) if header.kind == Kind::Float => {
            finite::first_not_finite(header, element, &mut member, buffer)?
        }
        _ => None,
    };
    member.finish(buffer)?;
    Ok(finite::named(&entry.name, found))
}

/// The arrays that a model would be fed: windows if X and y are there, else the series that windows are cut from.
///
/// `raw_target` holds NaN where the input did, which is no fault as long as the windows are used.
fn judged(members: &[Found<'_>]) -> Vec<&'static str> {
    let has = |name: &&str| members.iter().any(|member| member.entry.name == **name);
    let first = |names: [&'static str; 2]| names.into_iter().find(has);
    match (first(["X", "X_mv"]), first(["y", "y_mv"])) {
        (Some(inputs), Some(outputs)) => {
            let joined = ["X_fut", "static_features"].into_iter().filter(has);
            [inputs, outputs].into_iter().chain(joined).collect()
        }
        _ => first(["scaled", "raw_target"]).into_iter().collect(),
    }
}
