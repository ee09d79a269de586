//! Whether what was restored is a copy, and not what was backed up under another name.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use gate_core::GateError;

use crate::evidence_folder::walk;
use crate::input::followed;

/// Why the target is no folder of its own, if so. One that is not there yet is judged by where it would be.
pub(super) fn not_apart(source: &Path, target: &Path) -> Option<String> {
    let shown = target.display();
    if fs::symlink_metadata(target).is_ok_and(|about| about.is_symlink()) {
        return Some(format!("`{shown}` is a link"));
    }
    let (Ok(real_source), Ok(real_target)) = (followed(source), followed(target)) else {
        return Some(format!("nobody can tell where `{shown}` is"));
    };
    let is_nested = real_source.starts_with(&real_target) || real_target.starts_with(&real_source);
    if is_nested || identity(source).is_some_and(|it| identity(target) == Some(it)) {
        return Some(format!("`{shown}` is `{}`, or one is in the other", source.display()));
    }
    None
}

/// The first file of the target that is a file of the source as well, under whichever name.
pub(super) fn shared(source: &Path, target: &Path) -> Result<Option<String>, GateError> {
    let files = walk(source, "source")?;
    let ours: BTreeSet<(u64, u64)> = files.iter().filter_map(|file| identity(&file.path)).collect();
    let restored = walk(target, "target")?;
    let same = restored.iter().find(|file| identity(&file.path).is_some_and(|it| ours.contains(&it)));
    Ok(same.map(|file| format!("`{}` is a file of the source", file.path.display())))
}

/// The device and the number of a file that is there, where the system has them.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).ok().map(|about| (about.dev(), about.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Path) -> Option<(u64, u64)> {
    None
}
