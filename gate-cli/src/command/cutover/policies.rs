//! `tsfm-gate cutover policies`

use std::path::{Path, PathBuf};
use std::time::Duration;

use gate_core::cutover::Check;
use gate_core::cutover::signatures::{SignedFile, sign as sign_digest, signatures};
use gate_core::digest::Digest;
use gate_core::time::Instant;
use gate_core::{ErrorCode, GateError};

use super::super::pretty;
use super::{Answer, Surroundings, answer, texts};
use crate::args::{CutoverPolicies, PolicyFiles};
use crate::failure::Failure;
use crate::storage::{Target, beside};

/// How long to wait for another process that signs the same file.
const WAIT: Duration = Duration::from_secs(10);

pub(super) fn run(command: &CutoverPolicies, around: Surroundings) -> Result<Answer, Failure> {
    let args = match command {
        CutoverPolicies::Sign(args) => {
            sign(args, around.clock)?;
            args
        }
        CutoverPolicies::Verify(args) => args,
    };
    answer(vec![check(&args.files, &args.key_file, around.clock)?], &[], &args.shown, around)
}

fn sign(args: &PolicyFiles, clock: fn() -> Instant) -> Result<(), GateError> {
    let keys = texts::keys(&args.key_file)?;
    let target = |file: &PathBuf| Target::new(&signature_of(file), "signature");
    let pairs: Vec<_> = args.files.iter().map(|file| (file, target(file))).collect();
    for (_, target) in &pairs {
        target.refuse_inputs([args.key_file.clone()].into_iter().chain(args.files.clone()))?;
        target.refuse_special()?;
    }
    for (file, target) in &pairs {
        let digest = Digest::of(&texts::read(file, "file")?);
        let signature = sign_digest(digest, &keys, clock())?;
        let _lock = target.lock(WAIT)?;
        target.replace(pretty(&signature).as_bytes())?;
    }
    Ok(())
}

/// Where the signature of a file stands.
pub(super) fn signature_of(file: &Path) -> PathBuf {
    beside(file, ".sig")
}

/// Judges files with the signatures beside them.
pub(super) fn check(files: &[PathBuf], keys: &Path, clock: fn() -> Instant) -> Result<Check, GateError> {
    let keys = texts::keys(keys)?;
    let read = |file: &PathBuf| {
        let digest = texts::read(file, "file").ok().map(|bytes| Digest::of(&bytes));
        let signature = match texts::read(&signature_of(file), "signature") {
            Err(error) if error.code() != ErrorCode::FileNotFound => Some(Vec::new()),
            read => read.ok(),
        };
        (file.display().to_string(), digest, signature)
    };
    let read: Vec<_> = files.iter().map(read).collect();
    let facts = read.iter().map(|(name, sha256, signature)| SignedFile {
        name,
        sha256: *sha256,
        signature: signature.as_deref(),
    });
    Ok(signatures(&facts.collect::<Vec<_>>(), &keys, clock()))
}
