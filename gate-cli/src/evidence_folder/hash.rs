//! From a file to its digest, in one pass.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use gate_core::bounds::MAX_INPUT_BYTES;
use gate_core::cutover::evidence::EvidenceFile;
use gate_core::digest::Digest;
use gate_core::{ErrorCode, GateError};
use sha2::{Digest as _, Sha256};

use super::walk::Listed;

/// Small enough to stay in the cache between reading and hashing.
const CHUNK: usize = 256 * 1024;

/// The digest of a file of any size.
pub(crate) fn digest_of(path: &Path) -> io::Result<Digest> {
    let mut buffer = vec![0; CHUNK];
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(Digest(hash.finalize().into()));
        }
        hash.update(buffer.get(..count).unwrap_or_default());
    }
}

/// Reads one file after the other into the same memory.
#[derive(Default)]
pub(super) struct Reader {
    bytes: Vec<u8>,
}

impl Reader {
    /// The facts of a file. What cannot be read is a document that cannot be read.
    pub(super) fn evidence(&mut self, file: &Listed) -> EvidenceFile {
        let read = if file.is_file { self.read(file) } else { Err(not_a_file()) };
        read.unwrap_or_else(|error| EvidenceFile {
            name: file.name.clone(),
            size: 0,
            sha256: Digest::of(&[]),
            document: Err(error),
        })
    }

    fn read(&mut self, file: &Listed) -> Result<EvidenceFile, GateError> {
        let unreadable =
            |error: io::Error| GateError::new(ErrorCode::FileUnreadable, "", "a readable file", error.kind());
        let opened = File::open(&file.path).map_err(unreadable)?;
        self.bytes.clear();
        let size = opened.metadata().map_err(unreadable)?.len();
        self.bytes.reserve(usize::try_from(size).unwrap_or(0).min(MAX_INPUT_BYTES).saturating_add(1));
        // One more than the limit tells a file of exactly the limit from a longer one.
        opened.take(MAX_INPUT_BYTES as u64 + 1).read_to_end(&mut self.bytes).map_err(unreadable)?;
        if self.bytes.len() <= MAX_INPUT_BYTES {
            return Ok(EvidenceFile::from_bytes(file.name.as_str(), &self.bytes));
        }
        let expected = format!("at most {MAX_INPUT_BYTES} bytes");
        let too_large = GateError::new(ErrorCode::InputTooLarge, "", expected, format!("{size}"));
        let sha256 = digest_of(&file.path).map_err(unreadable)?;
        Ok(EvidenceFile { name: file.name.clone(), size, sha256, document: Err(too_large) })
    }
}

fn not_a_file() -> GateError {
    GateError::new(ErrorCode::FileUnreadable, "", "a regular file", "a link or something else")
}
