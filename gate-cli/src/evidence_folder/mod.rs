//! A folder of files as facts: which there are, how large, with which digest, and what is in them.

mod hash;
mod walk;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{iter, thread};

use gate_core::GateError;
use gate_core::cutover::evidence::EvidenceFile;
use gate_core::digest::Digest;

pub(crate) use hash::digest_of;
pub use walk::INDEX;
use walk::Listed;
pub(crate) use walk::walk;

/// As many as the machines have that this is meant for; more would wait for the disk.
const THREADS: usize = 2;

/// Reads every file of a folder but its index, each of any size. What cannot be read is a fact of its own.
///
/// # Errors
/// `file-not-found` and `file-unreadable` for a folder, and `input-too-large` for too many files, with the path
/// `argument`.
pub fn read(folder: &Path, argument: &'static str) -> Result<Vec<EvidenceFile>, GateError> {
    let listed: Vec<Listed> = walk(folder, argument)?.into_iter().filter(|file| file.name != INDEX).collect();
    Ok(side_by_side(&listed, hash::Reader::default, hash::Reader::evidence))
}

/// The digest of every file of a folder, by name; none for one that cannot be read.
pub(crate) fn digests(
    folder: &Path,
    argument: &'static str,
) -> Result<Vec<(String, Option<Digest>)>, GateError> {
    let listed = walk(folder, argument)?;
    let digest = |(): &mut (), file: &Listed| {
        let digest = if file.is_file { digest_of(&file.path).ok() } else { None };
        (file.name.clone(), digest)
    };
    Ok(side_by_side(&listed, || (), digest))
}

/// Does the same to every file, each thread taking the next one that is left. The order of the answers is that of the
/// files.
fn side_by_side<S, T: Send>(
    files: &[Listed],
    start: impl Fn() -> S + Sync,
    act: impl Fn(&mut S, &Listed) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut state = start();
        let mine = iter::from_fn(|| {
            let index = next.fetch_add(1, Ordering::Relaxed);
            Some((index, act(&mut state, files.get(index)?)))
        });
        mine.collect::<Vec<_>>()
    };
    let mut done: Vec<(usize, T)> = thread::scope(|scope| {
        let others: Vec<_> = (1..THREADS.min(files.len())).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        // A thread that panicked would leave files out; then this one does, too.
        for other in others {
            match other.join() {
                Ok(theirs) => done.extend(theirs),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, answer)| answer).collect()
}
