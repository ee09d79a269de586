//! One member of an npz, unpacked as it is read, with its length and checksum verified.

use std::io::{self, Read};

use crc32fast::Hasher;
use rawzip::{CompressionMethod, ZipArchiveEntryWayfinder};

use super::super::bounds::{FREE_MEMBER_BYTES, MAX_LZMA_DICTIONARY, MAX_MEMBER_BYTES, MAX_RATIO};
use super::super::wrong::Wrong;

/// The data of a member.
pub(super) struct Member<'a> {
    unpacked: Box<dyn Read + 'a>,
    read: u64,
    size: u64,
    crc: Hasher,
    expected_crc: u32,
}

impl<'a> Member<'a> {
    pub(super) fn open(
        packed: impl Read + 'a,
        method: CompressionMethod,
        place: ZipArchiveEntryWayfinder,
        expected_crc: u32,
    ) -> Result<Self, Wrong> {
        let (packed_size, size) = (place.compressed_size_hint(), place.uncompressed_size_hint());
        check_sizes(packed_size, size)?;
        let unpacked: Box<dyn Read + 'a> = match method {
            CompressionMethod::STORE if packed_size == size => Box::new(packed),
            CompressionMethod::STORE => {
                return Err(Wrong::new(
                    format!("{size} stored bytes"),
                    format!("{packed_size} in the archive"),
                ));
            }
            CompressionMethod::DEFLATE => Box::new(flate2::read::DeflateDecoder::new(packed)),
            CompressionMethod::BZIP2 => Box::new(bzip2::read::BzDecoder::new(packed)),
            CompressionMethod::LZMA => Box::new(lzma(packed, size)?),
            other => {
                let found = format!("compression method {}", other.as_u16());
                return Err(Wrong::new(
                    "a member that is stored, or packed by deflate, bzip2 or lzma",
                    found,
                ));
            }
        };
        Ok(Self { unpacked, read: 0, size, crc: Hasher::new(), expected_crc })
    }

    /// The bytes that the member says it has.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    /// Fills the buffer, or as much of it as the member has left.
    pub(super) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Wrong> {
        let left = usize::try_from(self.size.saturating_sub(self.read)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..wanted).filter(|rest| !rest.is_empty()) {
            match self.unpacked.read(rest) {
                Ok(0) => return Err(self.ended_after(filled)),
                Ok(more) => filled += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(not_unpacked(&error)),
            }
        }
        self.crc.update(buffer.get(..filled).unwrap_or_default());
        self.read += filled as u64;
        Ok(filled)
    }

    /// Reads what is left, and compares the checksum of everything.
    pub(super) fn finish(mut self, buffer: &mut [u8]) -> Result<(), Wrong> {
        while self.fill(buffer)? > 0 {}
        match self.unpacked.read(&mut [0]) {
            Ok(0) => {}
            Ok(_) => return Err(Wrong::new(format!("{} bytes", self.size), "more")),
            Err(error) => return Err(not_unpacked(&error)),
        }
        let found = self.crc.finalize();
        if found == self.expected_crc {
            return Ok(());
        }
        Err(Wrong::new(format!("the CRC-32 {:08x}", self.expected_crc), format!("{found:08x}")))
    }

    fn ended_after(&self, filled: usize) -> Wrong {
        Wrong::new(format!("{} bytes", self.size), format!("{}", self.read.saturating_add(filled as u64)))
    }
}

fn not_unpacked(error: &io::Error) -> Wrong {
    Wrong::new("data that can be unpacked", error.to_string())
}

fn check_sizes(packed: u64, size: u64) -> Result<(), Wrong> {
    if size > MAX_MEMBER_BYTES {
        return Err(Wrong::new(format!("at most {MAX_MEMBER_BYTES} bytes"), size.to_string()));
    }
    let most = packed.saturating_mul(MAX_RATIO).max(FREE_MEMBER_BYTES);
    if size > most {
        let found = format!("{packed} that claim to unpack to {size}");
        return Err(Wrong::new(format!("bytes that unpack to at most {MAX_RATIO} times as many"), found));
    }
    Ok(())
}

/// A zip keeps the properties of LZMA in front of the data: a version, their length, and five bytes.
fn lzma<R: Read>(mut packed: R, size: u64) -> Result<lzma_rust2::LzmaReader<R>, Wrong> {
    let mut start = [0; 9];
    packed.read_exact(&mut start).map_err(|error| Wrong::new("the properties of lzma", error.to_string()))?;
    let [_, _, 5, 0, properties, dictionary @ ..] = start else {
        return Err(Wrong::new("five bytes of lzma properties", "another length"));
    };
    let dictionary = u32::from_le_bytes(dictionary);
    if dictionary > MAX_LZMA_DICTIONARY {
        let expected = format!("an lzma dictionary of at most {MAX_LZMA_DICTIONARY} bytes");
        return Err(Wrong::new(expected, dictionary.to_string()));
    }
    let mut unpacked = lzma_rust2::LzmaReader::new_with_props(packed, size, properties, dictionary, None)
        .map_err(|error| Wrong::new("data packed by lzma", error.to_string()))?;
    // Python reads up to the mark that ends the data, so it has to be whole as well.
    unpacked.set_relaxed_end_condition(false);
    Ok(unpacked)
}
