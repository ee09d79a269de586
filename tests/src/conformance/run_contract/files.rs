//! The files of a row, laid out in a fresh folder.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use tempfile::TempDir;

use crate::conformance::covariate_spec::base64;

/// One file of a row. Its path is relative to the folder.
#[derive(Deserialize)]
pub(super) struct RowFile {
    pub(super) path: String,
    text: Option<String>,
    b64: Option<String>,
    symlink: Option<String>,
    #[serde(default)]
    dir: bool,
}

/// Writes the files. Where `archive` is given, it stands for archives of no bytes, which upstream never opened.
pub(super) fn lay_out(files: &[RowFile], archive: Option<&[u8]>) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for file in files {
        write(file, &folder.path().join(&file.path), archive);
    }
    folder
}

fn write(file: &RowFile, path: &Path, archive: Option<&[u8]>) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder to write to");
    if file.dir {
        return fs::create_dir_all(path).expect("a folder");
    }
    if let Some(target) = &file.symlink {
        return link(target, path);
    }
    let bytes = match (&file.text, &file.b64) {
        (Some(text), _) => text.clone().into_bytes(),
        (None, Some(b64)) => base64(b64),
        (None, None) => Vec::new(),
    };
    let placeholder = bytes.is_empty() && path.extension().is_some_and(|it| it == "npz");
    let bytes = archive.filter(|_| placeholder).unwrap_or(&bytes);
    fs::write(path, bytes).expect("a file to write to");
}

#[cfg(unix)]
fn link(target: &str, path: &Path) {
    std::os::unix::fs::symlink(target, path).expect("a link");
}

#[cfg(not(unix))]
fn link(_: &str, path: &Path) {
    panic!("{} is a link, and this platform has none", path.display());
}
