//! `tsfm-gate cutover promotion`

use std::env;
use std::fs;
use std::path::Path;
use std::time::Duration;

use gate_core::cutover::Check;
use gate_core::cutover::promotion::{PromotionFacts, PromotionMode, VARIABLES, promotion};
use gate_core::time::Instant;
use gate_core::{ErrorCode, GateError};

use super::super::signed::signed;
use super::promotion_log::Change;
use super::{Answer, Surroundings, answer, texts};
use crate::args::{PromotionChange, PromotionFiles};
use crate::failure::Failure;
use crate::output::folder_of;
use crate::storage::{Lock, Target};

/// How long to wait for another process that is changing the mode.
const WAIT: Duration = Duration::from_secs(10);

pub(super) fn show(files: &PromotionFiles, around: Surroundings) -> Result<Answer, Failure> {
    let check = check(&files.marker, Some(&files.file), around.clock)?;
    // The sources count, whatever is known of who changed them.
    let note = match Change::last(&files.marker) {
        Ok(last) => last.map(|change| change.shown()),
        Err(error) => Some(format!("the last change is not known: {error}")),
    };
    answer(vec![check], note.as_slice(), &files.shown, around)
}

pub(super) fn manual(args: &PromotionChange, around: Surroundings) -> Result<Answer, Failure> {
    change(args, PromotionMode::Manual, around)
}

pub(super) fn auto(args: &PromotionChange, around: Surroundings) -> Result<Answer, Failure> {
    change(args, PromotionMode::Auto, around)
}

/// Judges what the sources say.
pub(super) fn check(marker: &Path, file: Option<&Path>, clock: fn() -> Instant) -> Result<Check, GateError> {
    let text = |bytes: Option<Vec<u8>>| bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let marker = text(texts::read_if_there(marker, "marker")?);
    let file = text(file.map(|file| texts::read_if_there(file, "file")).transpose()?.flatten());
    let set = VARIABLES.map(|name| env::var_os(name).map(|value| value.to_string_lossy().into_owned()));
    let facts = PromotionFacts {
        environment: [set[0].as_deref(), set[1].as_deref()],
        marker: marker.as_deref(),
        file: file.as_deref(),
    };
    Ok(promotion(&facts).observed(Some(clock())))
}

/// Writes the mode down. Towards manual the marker comes first, towards auto last: whatever a kill leaves, nothing
/// promotes before everything says so.
fn change(args: &PromotionChange, mode: PromotionMode, around: Surroundings) -> Result<Answer, Failure> {
    let change = Change::new(mode, &signed(&args.sign)?, (around.clock)());
    make_folder(&args.files.marker)?;
    let (marker, file) = (Target::new(&args.files.marker, "marker"), Target::new(&args.files.file, "file"));
    marker.refuse_special()?;
    file.refuse_special()?;
    let _locks = Lock::both(&marker, &file, WAIT)?;
    // Before anything changes: what was done without a word would be worse than a word about what was not.
    change.append(&marker)?;
    let put_marker = || marker.replace(mode.marker().as_bytes());
    match mode {
        PromotionMode::Manual => {
            put_marker()?;
            rewrite(&file, mode)?;
        }
        PromotionMode::Auto => {
            rewrite(&file, mode)?;
            put_marker()?;
        }
    }
    let check = check(marker.path(), Some(file.path()), around.clock)?;
    answer(vec![check], &[change.shown()], &args.files.shown, around)
}

fn rewrite(file: &Target, mode: PromotionMode) -> Result<(), GateError> {
    let old = texts::read_if_there(file.path(), "file")?;
    let old = old
        .map(String::from_utf8)
        .transpose()
        .map_err(|_| GateError::new(ErrorCode::WrongValue, "file", "a text in UTF-8", "other bytes"))?;
    file.replace(mode.rewrite(old.as_deref()).as_bytes())
}

fn make_folder(file: &Path) -> Result<(), GateError> {
    fs::create_dir_all(folder_of(file)).map_err(|error| {
        GateError::new(ErrorCode::OutputFailed, "marker", "a folder that can be made", error.kind())
    })
}
