//! What `processed.npz` must hold, and which of its arrays a pipeline uses.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::facts::{Archive, Array, Artifact, FilePath, Kind, Unreadable};
use super::fields::{missing, place, unreadable};
use super::finding::{ContractFault, ContractFinding};
use super::report::{ArrayReport, Mode};
use crate::document::quoted;

const FEATURES: &str = "feature_names";
const TARGETS: &str = "target_indices";

/// The archive as a pipeline uses it. Parts that cannot be used are left out, and a finding says why.
pub(super) struct Used<'a> {
    pub(super) file: &'a FilePath,
    pub(super) data: Data<'a>,
    pub(super) features: Option<&'a [String]>,
    pub(super) targets: Option<&'a [i64]>,
    pub(super) data_checked: bool,
}

/// The arrays of a mode.
pub(super) enum Data<'a> {
    /// Windows are there. An array that cannot be read is none.
    Windowed {
        x: Option<&'a Array>,
        y: Option<&'a Array>,
        future: Option<&'a Array>,
        fixed: Option<&'a Array>,
    },
    /// The pipeline cuts windows from a series.
    Series(Option<&'a Array>),
    /// Neither is there.
    Nothing,
}

impl<'a> Data<'a> {
    /// `X` before `X_mv` and `y` before `y_mv`, chosen independently; if one of the two is not there, the series.
    fn of(archive: &'a Archive) -> Self {
        let named = |name| archive.arrays.iter().find(|array| array.name == name);
        let pair = named("X").or_else(|| named("X_mv")).zip(named("y").or_else(|| named("y_mv")));
        if let Some((x, y)) = pair {
            // These two are written empty when there are none.
            let filled = |name| named(name).filter(|array| !array.shape.contains(&0));
            let (future, fixed) = (filled("X_fut"), filled("static_features"));
            return Self::Windowed { x: Some(x), y: Some(y), future, fixed };
        }
        match named("scaled").or_else(|| named("raw_target")) {
            Some(series) => Self::Series(Some(series)),
            None => Self::Nothing,
        }
    }

    pub(super) const fn mode(&self) -> Option<Mode> {
        match self {
            Self::Windowed { .. } => Some(Mode::Windowed),
            Self::Series(_) => Some(Mode::Series),
            Self::Nothing => None,
        }
    }

    pub(super) fn arrays(&self) -> Vec<&'a Array> {
        match *self {
            Self::Windowed { x, y, future, fixed } => [x, y, future, fixed].into_iter().flatten().collect(),
            Self::Series(series) => series.into_iter().collect(),
            Self::Nothing => Vec::new(),
        }
    }

    fn keep(self, usable: impl Fn(&Array) -> bool) -> Self {
        let keep = |array: Option<&'a Array>| array.filter(|array| usable(array));
        match self {
            Self::Windowed { x, y, future, fixed } => {
                Self::Windowed { x: keep(x), y: keep(y), future: keep(future), fixed: keep(fixed) }
            }
            Self::Series(series) => Self::Series(keep(series)),
            Self::Nothing => Self::Nothing,
        }
    }
}

impl Used<'_> {
    pub(super) fn array_reports(&self) -> Vec<ArrayReport> {
        let report = |array: &Array| ArrayReport { name: array.name.clone(), shape: array.shape.clone() };
        self.data.arrays().into_iter().map(report).collect()
    }
}

/// Judges what is there, without a look at shapes.
pub(super) fn check<'a>(
    artifact: &'a Artifact<Archive>,
    findings: &mut Vec<ContractFinding>,
) -> Option<Used<'a>> {
    match artifact {
        Artifact::NotNamed => None,
        Artifact::Absent(file) => {
            findings.push(missing(file));
            None
        }
        Artifact::Unreadable(file, why) => {
            findings.push(unreadable(file, why, ContractFault::ArchiveUnreadable));
            None
        }
        Artifact::Read(file, archive) => Some(judge(file, archive, findings)),
    }
}

fn judge<'a>(file: &'a FilePath, archive: &'a Archive, findings: &mut Vec<ContractFinding>) -> Used<'a> {
    let data = Data::of(archive);
    findings.extend(missing_keys(file, archive, &data));
    let features = described(file, FEATURES, archive.feature_names.as_ref(), findings);
    let targets = described(file, TARGETS, archive.target_indices.as_ref(), findings);
    findings.extend(features.into_iter().filter_map(|names| feature_names(file, names)));
    findings.extend(targets.into_iter().flat_map(|indices| target_indices(file, indices, features)));
    findings.extend(data.arrays().into_iter().filter_map(|array| no_numbers(file, array)));
    findings.extend(not_finite(file, archive, &data));
    let data = data.keep(|array| no_numbers(file, array).is_none());
    Used { file, data, features, targets, data_checked: archive.data_checked }
}

fn missing_keys(file: &FilePath, archive: &Archive, data: &Data<'_>) -> Vec<ContractFinding> {
    let has = |name: &str| archive.arrays.iter().any(|array| array.name == name);
    let there = [
        (FEATURES, archive.feature_names.is_some() || has(FEATURES)),
        (TARGETS, archive.target_indices.is_some() || has(TARGETS)),
    ];
    let absent: Vec<String> =
        there.into_iter().filter(|(_, there)| !there).map(|(name, _)| format!("`{name}`")).collect();
    let finding = |expected: String, found: &str| {
        ContractFinding::new(ContractFault::KeyMissing, &*file.named, expected, found)
    };
    let keys = (!absent.is_empty()).then(|| finding(absent.join(" and "), "no such array"));
    let choice = "`X` and `y`, `X_mv` and `y_mv`, `scaled` or `raw_target`";
    let data = matches!(data, Data::Nothing).then(|| finding(choice.to_string(), "none of them"));
    keys.into_iter().chain(data).collect()
}

/// The values of an array that describes the others.
fn described<'a, T>(
    file: &FilePath,
    name: &str,
    values: Option<&'a Result<Vec<T>, Unreadable>>,
    findings: &mut Vec<ContractFinding>,
) -> Option<&'a [T]> {
    match values? {
        Ok(values) => Some(values),
        Err(why) => {
            let path = if why.inside.is_empty() { name } else { &why.inside };
            findings.push(ContractFinding::new(
                ContractFault::ArrayUnreadable,
                place(&file.named, path),
                &*why.expected,
                &*why.found,
            ));
            None
        }
    }
}

fn feature_names(file: &FilePath, names: &[String]) -> Option<ContractFinding> {
    let mut seen = BTreeSet::new();
    let wrong = |expected, found| invalid(file, FEATURES, expected, found);
    if names.is_empty() {
        return Some(wrong("at least one name", "no names".to_string()));
    }
    let odd = names.iter().find(|name| name.is_empty() || !seen.insert(name.as_str()))?;
    Some(match odd.as_str() {
        "" => wrong("names", "an empty name".to_string()),
        twice => wrong("each name once", format!("a second {}", quoted(twice))),
    })
}

fn target_indices(file: &FilePath, indices: &[i64], features: Option<&[String]>) -> Vec<ContractFinding> {
    let wrong = |expected: &str, found: String| invalid(file, TARGETS, expected, found);
    if indices.is_empty() {
        return [wrong("at least one index", "no index".to_string())].into();
    }
    let count = features.map_or(u64::MAX, |names| names.len() as u64);
    let outside = |index: &&i64| u64::try_from(**index).map_or(true, |index| index >= count);
    let expected = match features.map(<[String]>::len) {
        Some(1) => "0, the only feature".to_string(),
        Some(count @ 1..) => format!("indices from 0 to {}", count - 1),
        _ => "indices from 0".to_string(),
    };
    let mut seen = BTreeSet::new();
    let twice = indices.iter().find(|index| !seen.insert(**index));
    let outside = indices.iter().find(outside).map(|index| wrong(&expected, index.to_string()));
    let twice = twice.map(|index| wrong("each index once", format!("a second {index}")));
    outside.into_iter().chain(twice).collect()
}

/// Why an array cannot be used as numbers.
fn no_numbers(file: &FilePath, array: &Array) -> Option<ContractFinding> {
    let finding = |inside: &str, expected: &str, found: &str| {
        ContractFinding::new(ContractFault::ArrayUnreadable, place(&file.named, inside), expected, found)
    };
    if let Some(why) = &array.broken {
        let inside = if why.inside.is_empty() { &array.name } else { &why.inside };
        return Some(finding(inside, &why.expected, &why.found));
    }
    let found = match array.kind {
        Kind::Bool | Kind::Integer | Kind::Float => return None,
        Kind::Complex => "complex numbers",
        Kind::Text => "text",
        Kind::Object => "Python objects, which only unpickling could read",
        Kind::Other => "values of another kind",
    };
    Some(finding(&array.name, "real numbers", found))
}

/// The first value of each used array that is no number.
fn not_finite(file: &FilePath, archive: &Archive, data: &Data<'_>) -> Vec<ContractFinding> {
    let arrays = data.arrays();
    let used = |name: &str| arrays.iter().any(|array| array.name == name);
    let found = archive.not_finite.iter().filter(|it| used(&it.array));
    let finding = |it: &super::facts::NotFinite| {
        let path = place(&file.named, &format!("{}[{}]", it.array, it.index));
        ContractFinding::new(ContractFault::NotFinite, path, "a finite number", &*it.value)
    };
    found.map(finding).collect()
}

fn invalid(file: &FilePath, array: &str, expected: &str, found: String) -> ContractFinding {
    ContractFinding::new(ContractFault::FeaturesInvalid, place(&file.named, array), expected, found)
}
