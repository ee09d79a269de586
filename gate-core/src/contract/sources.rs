//! The run id's sources: the argument, the path, `meta.json`, the preprocessor, and `split_contract.json`.
//!
//! Every source is compared with the argument, and every mismatch is reported. What a file states is compared as it
//! stands: only what a person typed is trimmed.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::facts::{Artifact, FilePath, RunFacts};
use super::fields::{Fields, missing, unreadable};
use super::finding::{ContractFault, ContractFinding};
use super::layout::Layout;
use super::report::{Source, SourceReport, SourceState};
use super::run_id::RunId;
use crate::document::{Node, quoted};

const KEY: &str = "run_id";

/// The sources of a run, with what is wrong with them.
pub(super) struct Sources {
    pub(super) layout: Option<Layout>,
    pub(super) reports: Vec<SourceReport>,
    pub(super) findings: Vec<ContractFinding>,
}

/// Compares every source with the argument. Without a usable argument the files are still read, but not compared.
pub(super) fn check(facts: &RunFacts, id: Option<&RunId>) -> Sources {
    let mut sources = Sources { layout: None, reports: Vec::new(), findings: Vec::new() };
    sources.argument(id);
    sources.path(facts, id);
    sources.meta(&facts.meta, id);
    sources.preprocessor(&facts.preprocessor, id);
    sources.split(&facts.split, id);
    sources
}

impl Sources {
    fn argument(&mut self, id: Option<&RunId>) {
        // An unusable argument is a finding already, so nobody sees this report then.
        self.add(Source::Argument, SourceState::Agrees, id.map(ToString::to_string), None);
    }

    /// The directory as named and, behind symbolic links, as it really is.
    fn path(&mut self, facts: &RunFacts, id: Option<&RunId>) {
        let Some(file) = facts.npz.file() else {
            return self.add(Source::Path, SourceState::NotNamed, None, None);
        };
        let named = Layout::of(&file.named);
        self.refuse_path(&named, file, "", id);
        let resolved = file.resolved.as_deref().map(Layout::of).filter(|resolved| *resolved != named);
        match (&named, resolved) {
            (Layout::Canonical(_), Some(Layout::Unrecognised { why })) => {
                self.findings.push(elsewhere(file, &why));
            }
            (Layout::Canonical(_) | Layout::Unrecognised { .. }, Some(resolved)) => {
                self.refuse_path(&resolved, file, &format!(", links followed: {}", real(file)), id);
                // A file that was named relative to its own directory is known by where that is.
                if named.run_id().is_none() && resolved.run_id().is_some() {
                    return self.place(resolved, file);
                }
            }
            _ => {}
        }
        self.place(named, file);
    }

    fn place(&mut self, layout: Layout, file: &FilePath) {
        let stated = layout.run_id().map(ToString::to_string);
        let state = if stated.is_some() { SourceState::Agrees } else { SourceState::Unrecognised };
        self.add(Source::Path, state, stated, Some(file));
        self.layout = Some(layout);
    }

    fn refuse_path(&mut self, layout: &Layout, file: &FilePath, how: &str, id: Option<&RunId>) {
        let found = match (layout, id) {
            (Layout::Refused { why }, _) => format!("{why}{how}"),
            (Layout::Canonical(stated), Some(id)) if stated != id => {
                format!("the directory {}{how}", quoted(stated.as_str()))
            }
            _ => return,
        };
        self.findings.push(ContractFinding::new(
            ContractFault::PathMismatch,
            &*file.named,
            wanted(id),
            found,
        ));
    }

    fn meta(&mut self, meta: &Artifact<Node>, id: Option<&RunId>) {
        let faults = (ContractFault::DocumentInvalid, ContractFault::MetaMismatch);
        self.document(Source::Meta, meta, faults, id);
    }

    /// A split contract that is absent may be a finding of another rule; here it only does not take part.
    fn split(&mut self, split: &Artifact<Node>, id: Option<&RunId>) {
        let faults = (ContractFault::DocumentInvalid, ContractFault::SplitMismatch);
        self.document(Source::SplitContract, split, faults, id);
    }

    /// The preprocessor must say whose it is: a payload without a run id would fit every run.
    fn preprocessor(&mut self, artifact: &Artifact<Node>, id: Option<&RunId>) {
        let invalid = ContractFault::PreprocessorInvalid;
        let faults = (invalid, ContractFault::PreprocessorMismatch);
        if let Some(silent) = self.document(Source::Preprocessor, artifact, faults, id) {
            self.findings.push(silent.wrong(invalid, KEY, "a run id", None));
        }
    }

    /// Compares what a document states; one that states no run id comes back.
    fn document<'a>(
        &mut self,
        source: Source,
        artifact: &'a Artifact<Node>,
        (invalid, mismatch): (ContractFault, ContractFault),
        id: Option<&RunId>,
    ) -> Option<Fields<'a>> {
        let (file, fields) = self.open(source, artifact, invalid)?;
        let found = fields.get(KEY);
        match (found, id) {
            (None, _) => {
                self.add(source, SourceState::NotStated, None, Some(file));
                return Some(fields);
            }
            (Some(Node::Text(stated)), id) if id.is_none_or(|id| id.as_str() == stated) => {
                self.add(source, SourceState::Agrees, Some(stated.clone()), Some(file));
            }
            // A run id that is no text is there, and cannot be this run's.
            _ => self.findings.push(fields.wrong(mismatch, KEY, wanted(id), found)),
        }
        None
    }

    /// The fields of a document that is there and readable; whatever else it is goes into the report.
    fn open<'a>(
        &mut self,
        source: Source,
        artifact: &'a Artifact<Node>,
        invalid: ContractFault,
    ) -> Option<(&'a FilePath, Fields<'a>)> {
        let (state, file) = match artifact {
            Artifact::NotNamed => (SourceState::NotNamed, None),
            Artifact::Absent(file) => {
                if file.explicit {
                    self.findings.push(missing(file));
                }
                (SourceState::Absent, Some(file))
            }
            Artifact::Unreadable(file, why) => {
                self.findings.push(unreadable(file, why, invalid));
                (SourceState::NotStated, Some(file))
            }
            Artifact::Read(file, node) => match Fields::root(file, node, invalid) {
                Ok(fields) => return Some((file, fields)),
                Err(finding) => {
                    self.findings.push(finding);
                    (SourceState::NotStated, Some(file))
                }
            },
        };
        self.add(source, state, None, file);
        None
    }

    fn add(&mut self, source: Source, state: SourceState, run_id: Option<String>, file: Option<&FilePath>) {
        let path = file.map(|file| file.named.clone());
        self.reports.push(SourceReport { source, state, run_id, path });
    }
}

fn wanted(id: Option<&RunId>) -> String {
    id.map_or("a run id".to_string(), |id| {
        format!("run id {} as in the argument `run_id`", quoted(id.as_str()))
    })
}

/// The path looks right and leads to a place that says nothing.
fn elsewhere(file: &FilePath, why: &str) -> ContractFinding {
    let expected = "a file in `processed/{run_id}`, links followed";
    ContractFinding::new(
        ContractFault::LayoutViolation,
        &*file.named,
        expected,
        format!("a link to {}: {why}", real(file)),
    )
}

/// Where a file really is, however long that is.
fn real(file: &FilePath) -> String {
    format!("`{}`", file.resolved.as_deref().unwrap_or_default().escape_debug())
}
