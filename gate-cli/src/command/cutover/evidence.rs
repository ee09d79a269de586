//! `tsfm-gate cutover evidence`

use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use gate_core::cutover::evidence::{
    EvidenceFault, EvidenceFaultCode, EvidenceFile, Expectation, Index, IndexAnchor, KeyRing, Trust,
    verify as verify_files,
};
use gate_core::cutover::readiness::EVIDENCE;
use gate_core::cutover::{Check, CheckState};
use gate_core::document::from_json;
use gate_core::time::Instant;
use gate_core::{ErrorCode, GateError};

use super::{Answer, Surroundings, answer, texts};
use crate::args::{EvidenceIndex, EvidenceVerify};
use crate::duration::age;
use crate::evidence_folder::{self, INDEX};
use crate::failure::Failure;
use crate::storage::{Target, beside};

/// How long to wait for another process that writes the same index.
const WAIT: Duration = Duration::from_secs(10);

pub(super) fn index(args: &EvidenceIndex, around: Surroundings) -> Result<Answer, Failure> {
    let keys = args.key_file.as_deref().map(texts::keys).transpose()?;
    // Beside the folder: a lock in it would be a file that no index lists.
    let _lock = Target::new(&args.dir, "dir").lock(WAIT)?;
    let target = Target::new(&args.dir.join(INDEX), "dir");
    // What a process that was killed has left.
    let _ = fs::remove_file(beside(target.path(), ".next"));
    let before = Before::read(target.path())?;
    let files = evidence_folder::read(&args.dir, "dir")?;
    let now = (around.clock)();
    let notes =
        before.as_ref().map(|before| before.differences(&files, keys.as_ref(), now)).unwrap_or_default();
    let index = match Index::build(files, before.map(|before| before.index.anchor()), now) {
        Ok(index) => index,
        Err(faults) => return answer(vec![refused(&faults, now)], &notes, &args.shown, around),
    };
    let index = match &keys {
        Some(keys) => index.signed(keys, now)?,
        None => index,
    };
    target.replace(index.to_text()?.as_bytes())?;
    answer(vec![indexed(&index, now)], &notes, &args.shown, around)
}

/// The index that the next one follows.
struct Before {
    bytes: Vec<u8>,
    index: Index,
}

impl Before {
    fn read(target: &Path) -> Result<Option<Self>, GateError> {
        let Some(bytes) = texts::read_if_there(target, "dir")? else { return Ok(None) };
        let index = from_json(&bytes).map_err(|error| {
            let expected = "an index of ours, or none: move one of another kind away first";
            GateError::new(error.code(), "dir", expected, error.to_string())
        })?;
        Ok(Some(Self { bytes, index }))
    }

    /// What a new index would hide: files that changed or are gone, and an index that is not to be believed itself.
    fn differences(&self, files: &[EvidenceFile], keys: Option<&KeyRing>, now: Instant) -> Vec<String> {
        let number = self.index.sequence;
        let trust = keys.map_or(Trust::Storage, Trust::Keys);
        let report =
            verify_files(Some(&self.bytes), files, &Expectation { trust, anchor: None, now, max_age: None });
        // A file that is not listed yet is why there is a new index.
        let faults = report.faults.iter().filter(|fault| fault.code != EvidenceFaultCode::Unlisted);
        let mut notes: Vec<String> = faults.map(|fault| format!("since index {number}: {fault}")).collect();
        if report.unchecked_signature {
            notes.push(format!("the signature of index {number} was not verified: no keys were given"));
        }
        notes
    }
}

fn indexed(index: &Index, now: Instant) -> Check {
    Check::new(EVIDENCE, CheckState::Healthy, format!("{} files indexed", index.entries.len()))
        .with("entries", index.entries.len())
        .with("sequence", index.sequence)
        .with("digest", index.digest.to_string())
        .with("signed", index.signature.is_some())
        .observed(Some(now))
}

fn refused(faults: &[EvidenceFault], now: Instant) -> Check {
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let first = faults.first().cloned().unwrap_or_default();
    let message = format!("not indexed, {} faults, the first: {first}", faults.len());
    Check::new(EVIDENCE, CheckState::Unhealthy, message).with("faults", faults).observed(Some(now))
}

pub(super) fn verify(args: &EvidenceVerify, around: Surroundings) -> Result<Answer, Failure> {
    let keys = args.key_file.as_deref().map(texts::keys).transpose()?;
    let remembered = args.anchor.as_deref().map(|path| Target::new(path, "anchor"));
    if let Some(target) = &remembered {
        target.refuse_inputs([args.dir.clone()].into_iter().chain(args.key_file.clone()))?;
        target.refuse_special()?;
    }
    let _lock = remembered.as_ref().map(|target| target.lock(WAIT)).transpose()?;
    let anchor = match &remembered {
        Some(target) => anchor(target.path(), args.new)?,
        None => None,
    };
    let wanted = Wanted { keys: keys.as_ref(), anchor, max_age: args.max_age.map(age) };
    let (check, verified) = check(&args.dir, &wanted, around.clock)?;
    if let (Some(target), Some(anchor)) = (remembered, verified)
        && check.state == CheckState::Healthy
    {
        let text = serde_json::to_string(&anchor).map_err(|error| {
            GateError::new(ErrorCode::OutputFailed, "anchor", "an anchor that can be written", error)
        })?;
        target.replace((text + "\n").as_bytes())?;
    }
    answer(vec![check], &[], &args.shown, around)
}

/// The index that was verified last; none if the anchor is to begin with this one.
fn anchor(path: &Path, is_new: bool) -> Result<Option<IndexAnchor>, GateError> {
    let shown = path.display();
    match texts::read_if_there(path, "anchor")? {
        None if is_new => Ok(None),
        None => {
            let (expected, found) = ("an anchor, which `--new` begins", format!("nothing at `{shown}`"));
            Err(GateError::new(ErrorCode::FileNotFound, "anchor", expected, found))
        }
        Some(_) if is_new => {
            let found = format!("`{shown}`");
            Err(GateError::new(ErrorCode::Contradiction, "anchor", "no anchor yet with --new", found))
        }
        Some(bytes) => from_json(&bytes).map(Some).map_err(|error| error.under("anchor")),
    }
}

/// What is expected of a folder, as it was given.
pub(super) struct Wanted<'a> {
    pub(super) keys: Option<&'a KeyRing>,
    pub(super) anchor: Option<IndexAnchor>,
    pub(super) max_age: Option<TimeDelta>,
}

/// Verifies a folder as it is now.
pub(super) fn check(
    folder: &Path,
    wanted: &Wanted<'_>,
    clock: fn() -> Instant,
) -> Result<(Check, Option<IndexAnchor>), GateError> {
    let index = texts::read_if_there(&folder.join(INDEX), "dir")?;
    let files = evidence_folder::read(folder, "dir")?;
    let now = clock();
    let expected = Expectation {
        trust: wanted.keys.map_or(Trust::Storage, Trust::Keys),
        anchor: wanted.anchor,
        now,
        max_age: wanted.max_age,
    };
    let report = verify_files(index.as_deref(), &files, &expected);
    Ok((report.check_at(now), report.anchor))
}
