//! Archives of arrays, made byte by byte, so that they can also be made wrong.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// Real archives that numpy and Python's `zipfile` wrote, in every form that they write, by name.
pub const SAMPLES: [(&str, &[u8]); 13] = [
    ("bare_names", include_bytes!("../fixtures/npz/bare_names.npz")),
    ("bytes_after", include_bytes!("../fixtures/npz/bytes_after.npz")),
    ("bzip2", include_bytes!("../fixtures/npz/bzip2.npz")),
    ("duplicate_member", include_bytes!("../fixtures/npz/duplicate_member.npz")),
    ("empty_zip", include_bytes!("../fixtures/npz/empty_zip.npz")),
    ("extra_member", include_bytes!("../fixtures/npz/extra_member.npz")),
    ("long_data", include_bytes!("../fixtures/npz/long_data.npz")),
    ("lzma", include_bytes!("../fixtures/npz/lzma.npz")),
    ("npy_2", include_bytes!("../fixtures/npz/npy_2.npz")),
    ("npy_3", include_bytes!("../fixtures/npz/npy_3.npz")),
    ("plain_zip", include_bytes!("../fixtures/npz/plain_zip.npz")),
    ("stored", include_bytes!("../fixtures/npz/stored.npz")),
    ("traversal_names", include_bytes!("../fixtures/npz/traversal_names.npz")),
];

/// The sample of a name.
#[must_use]
pub fn sample(name: &str) -> &'static [u8] {
    SAMPLES.iter().find(|(known, _)| *known == name).expect("a known sample").1
}

/// An array as `.npy` bytes of format 1.0.
#[must_use]
pub fn array(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    with_header(&format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"), data)
}

/// The same with any header.
#[must_use]
pub fn with_header(header: &str, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(header.len()).expect("a header of 64 KiB");
    [b"\x93NUMPY\x01\x00", length.to_le_bytes().as_slice(), header.as_bytes(), data].concat()
}

/// The four-byte floats of an array.
#[must_use]
pub fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// A member as the directory describes it. What it says need not be true.
#[derive(Debug, Clone)]
pub struct Member {
    /// With `.npy`.
    pub name: String,
    /// As it lies in the archive.
    pub packed: Vec<u8>,
    /// 0 for stored, 8 for deflate, …
    pub method: u16,
    /// Of the unpacked data.
    pub crc: u32,
    /// Bytes of the unpacked data.
    pub size: u32,
    /// 1 for encrypted.
    pub flags: u16,
}

impl Member {
    /// A member that is not packed.
    #[must_use]
    pub fn stored(name: &str, data: &[u8]) -> Self {
        let size = u32::try_from(data.len()).expect("a small member");
        Self { name: name.to_owned(), packed: data.to_vec(), method: 0, crc: crc(data), size, flags: 0 }
    }

    /// A member packed by deflate.
    #[must_use]
    pub fn deflated(name: &str, data: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(data).expect("memory takes it");
        Self { packed: encoder.finish().expect("memory takes it"), method: 8, ..Self::stored(name, data) }
    }
}

/// An archive of these members.
#[must_use]
pub fn archive(members: &[Member]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let offset = length(&bytes);
        let fields = fields(member);
        bytes.extend(
            [b"PK\x03\x04\x14\x00", fields.as_slice(), member.name.as_bytes(), &member.packed].concat(),
        );
        let rest = [[0; 10].as_slice(), &offset.to_le_bytes()].concat();
        directory.extend(
            [b"PK\x01\x02\x14\x00\x14\x00", fields.as_slice(), &rest, member.name.as_bytes()].concat(),
        );
    }
    let count = u16::try_from(members.len()).expect("few members").to_le_bytes();
    let (start, size) = (length(&bytes).to_le_bytes(), length(&directory).to_le_bytes());
    bytes.extend(directory);
    bytes.extend([b"PK\x05\x06\0\0\0\0", count.as_slice(), &count, &size, &start, b"\0\0"].concat());
    bytes
}

/// What the header before a member and its record in the directory have in common.
fn fields(member: &Member) -> Vec<u8> {
    let name = u16::try_from(member.name.len()).expect("a short name").to_le_bytes();
    let packed = length(&member.packed).to_le_bytes();
    [
        member.flags.to_le_bytes().as_slice(),
        &member.method.to_le_bytes(),
        &[0; 4],
        &member.crc.to_le_bytes(),
        &packed,
        &member.size.to_le_bytes(),
        &name,
        &[0; 2],
    ]
    .concat()
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("a small archive")
}

fn crc(data: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(data);
    crc.sum()
}
