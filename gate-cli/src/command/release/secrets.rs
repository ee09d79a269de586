//! `tsfm-gate release secrets`

use std::hash::{BuildHasher as _, RandomState};

use gate_core::release::secrets::{Allowed, FoundSecret, Scanner, SecretFinding, SecretReport, judge};
use gate_core::secret::Secret;
use gate_core::{ErrorCode, GateError};
use serde::Deserialize;

use super::{Answer, Surroundings, exit, judged, lines, now, one_line};
use crate::args::ReleaseSecrets;
use crate::command::quoted;
use crate::document_file;
use crate::failure::Failure;
use crate::secret_scan::{Root, scan, walk};

/// The document of allowances.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowList {
    allowed: Vec<Allowed>,
}

/// Scans files and folders.
pub(super) fn run(args: &ReleaseSecrets, around: Surroundings) -> Result<Answer, Failure> {
    let now = now(args.now.as_deref(), around)?;
    let list: AllowList = match &args.allow {
        Some(path) => document_file::read(path, "allow")?,
        None => AllowList::default(),
    };
    let scanner = Scanner::new(key(args.key_env.as_deref())?);
    let roots: Vec<Root> = args.paths.iter().map(|path| Root::at(path)).collect();
    let files = walk(&roots, "path")?;
    let names: Vec<String> = files.iter().map(|found| found.name.clone()).collect();
    let report = judge(&names, &scan(files, &scanner), &list.allowed, now);
    Ok(judged(args.shown.format, exit(report.verdict), &report, text))
}

/// The key of the fingerprints: one that somebody keeps, or a new one.
fn key(variable: Option<&str>) -> Result<Secret, GateError> {
    let Some(name) = variable else {
        let random = (0..4u64).flat_map(|part| RandomState::new().hash_one(part).to_ne_bytes());
        return Ok(Secret::new(random.collect::<Vec<u8>>()));
    };
    let value = std::env::var_os(name).filter(|value| !value.is_empty());
    let value = value.ok_or_else(|| {
        let found = format!("nothing in the variable {}", quoted(name));
        GateError::new(ErrorCode::MissingField, "key_env", "a key", found)
    })?;
    Ok(Secret::new(value.into_encoded_bytes()))
}

fn text(report: &SecretReport) -> String {
    let SecretReport { verdict, scanned, bytes, findings, allowed, problems } = report;
    let rows: String = findings.iter().map(row).collect();
    let answered: String = allowed.iter().map(|entry| format!("  allowed{}", row(entry))).collect();
    format!("{verdict}: {scanned} files, {bytes} bytes\n{rows}{answered}{}", lines(problems))
}

fn row(FoundSecret { artifact, finding }: &FoundSecret) -> String {
    let SecretFinding { start, rule, name, length, fingerprint, .. } = finding;
    let name = name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
    let line =
        format!("  {artifact} at byte {start}: {rule}{name} ({length} characters, digest {fingerprint})");
    one_line(&line) + "\n"
}
