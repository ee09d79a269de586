//! The thorough way: a spec from a tree, with everything that is wrong and everything that is odd.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::names::{invisible, repeated, trimmed};
use super::problems::Problems;
use super::{Covariate, CovariateType, Imputation, SCHEMA_VERSION, Spec, Word, shown};
use crate::bounds::{MAX_COVARIATE_NAME_BYTES, MAX_COVARIATES};
use crate::contract::duplicates::duplicate_keys;
use crate::document::{Node, field, nearest, quoted};

type Entries = [(String, Node)];

const ROOT_KEYS: [&str; 4] = [SCHEMA_KEY, DYNAMIC_KEY, STATIC_KEY, POLICY_KEY];
const SCHEMA_KEY: &str = "schema_version";
const DYNAMIC_KEY: &str = "dynamic_covariates";
const STATIC_KEY: &str = "static_covariates";
const POLICY_KEY: &str = "imputation_policy";

/// What could be read, and what is wrong with it. Without problems the spec is valid.
pub(super) fn spec(node: &Node) -> (Spec, Problems) {
    let mut reader = Reader::default();
    let Node::Object(entries) = node else {
        reader.problem("", "a JSON object", || shown::value(node));
        return (Spec::default(), reader.problems);
    };
    duplicate_keys(node, &mut |twice| {
        reader.problems.add("each key once", || (twice.path(), format!("a second {}", quoted(twice.key))));
    });
    reader.schema_version(entries);
    reader.root_keys(entries);
    let mut spec = Spec {
        dynamic: reader.group(entries, DYNAMIC_KEY),
        r#static: reader.group(entries, STATIC_KEY),
        imputation: reader.policy(entries),
        unknown_keys: Vec::new(),
    };
    reader.repeated_names();
    spec.unknown_keys = reader.unknown_keys;
    (spec, reader.problems)
}

#[derive(Default)]
struct Reader<'a> {
    problems: Problems,
    unknown_keys: Vec<String>,
    /// Every usable name with the group and the index where it stands.
    names: Vec<(&'a str, &'static str, usize)>,
}

impl<'a> Reader<'a> {
    fn problem(&mut self, path: &str, expected: &str, found: impl FnOnce() -> String) {
        self.problems.add(expected, || (path.to_string(), found()));
    }

    fn schema_version(&mut self, entries: &Entries) {
        let found = match get(entries, SCHEMA_KEY) {
            Some(Node::Text(version)) if version == SCHEMA_VERSION => return,
            found => found,
        };
        let expected = format!("`{SCHEMA_VERSION}`");
        self.problem(SCHEMA_KEY, &expected, || value_or_nothing(found));
    }

    /// A key that nobody reads is odd; one that is probably a misspelt group is wrong, for that group would be ignored.
    fn root_keys(&mut self, entries: &Entries) {
        for (key, _) in entries.iter().filter(|(key, _)| !ROOT_KEYS.contains(&key.as_str())) {
            let absent = ROOT_KEYS.into_iter().filter(|known| get(entries, known).is_none());
            let Some(meant) = nearest(key, absent) else {
                self.unknown_keys.push(field("", key));
                continue;
            };
            let found = || format!("{}; did you mean `{meant}`?", quoted(key));
            let expected = format!("one of {}", shown::list(&ROOT_KEYS));
            self.problem(&field("", key), &expected, found);
        }
    }

    fn group(&mut self, entries: &'a Entries, group: &'static str) -> Vec<Covariate> {
        let items = match get(entries, group) {
            None => return Vec::new(),
            Some(Node::Array(items)) => items,
            Some(other) => {
                self.problem(group, "an array", || shown::value(other));
                return Vec::new();
            }
        };
        if items.len() > MAX_COVARIATES {
            let expected = format!("at most {MAX_COVARIATES} covariates");
            self.problem(group, &expected, || items.len().to_string());
            return Vec::new();
        }
        items.iter().enumerate().filter_map(|(index, item)| self.item(item, group, index)).collect()
    }

    fn item(&mut self, item: &'a Node, group: &'static str, index: usize) -> Option<Covariate> {
        let path = format!("{group}[{index}]");
        let Node::Object(entries) = item else {
            self.problem(&path, "an object", || shown::value(item));
            return None;
        };
        let name = self.name(entries, &path);
        // A bad name can be doubled as well as a good one.
        self.names.extend(name.map(|name| (name, group, index)));
        let name = name.filter(|name| self.is_readable(name, &path));
        let r#type = self.r#type(entries, &path);
        let required = self.required(entries, &path);
        self.odd_keys(entries, &["name", "type", "required"], &path);
        Some(Covariate { name: name?.to_string(), r#type: r#type?, required: required? })
    }

    fn name(&mut self, entries: &'a Entries, path: &str) -> Option<&'a str> {
        match get(entries, "name") {
            Some(Node::Text(name)) if !trimmed(name).is_empty() => Some(trimmed(name)),
            found => {
                let path = field(path, "name");
                self.problem(&path, "a name that is not empty", || value_or_nothing(found));
                None
            }
        }
    }

    fn is_readable(&mut self, name: &str, path: &str) -> bool {
        if name.len() > MAX_COVARIATE_NAME_BYTES {
            let expected = format!("a name of at most {MAX_COVARIATE_NAME_BYTES} bytes");
            self.problem(&field(path, "name"), &expected, || format!("{} bytes", name.len()));
            return false;
        }
        let Some(c) = invisible(name) else { return true };
        let found = || format!("U+{:04X} in {}", u32::from(c), quoted(name));
        self.problem(&field(path, "name"), "a name without control and format characters", found);
        false
    }

    fn r#type(&mut self, entries: &Entries, path: &str) -> Option<CovariateType> {
        let found = get(entries, "type");
        let known = found.and_then(word);
        if known.is_none() {
            let missing = || nothing_but(entries, "type", &["name", "required"]);
            let found = || found.map_or_else(missing, shown::value);
            self.problem(&field(path, "type"), &one_of::<CovariateType>(), found);
        }
        known
    }

    fn required(&mut self, entries: &Entries, path: &str) -> Option<bool> {
        let found = match get(entries, "required") {
            Some(Node::Bool(required)) => return Some(*required),
            found => found,
        };
        let missing = || nothing_but(entries, "required", &["name", "type"]);
        self.problem(&field(path, "required"), "true or false", || found.map_or_else(missing, shown::value));
        None
    }

    fn policy(&mut self, entries: &Entries) -> Imputation {
        match get(entries, POLICY_KEY) {
            None => Imputation::default(),
            Some(Node::Object(policy)) => {
                self.odd_keys(policy, &[DYNAMIC_KEY, STATIC_KEY], POLICY_KEY);
                Imputation {
                    dynamic: self.imputation(policy, DYNAMIC_KEY),
                    r#static: self.imputation(policy, STATIC_KEY),
                }
            }
            Some(other) => {
                self.problem(POLICY_KEY, "an object", || shown::value(other));
                Imputation::default()
            }
        }
    }

    /// Here, unlike elsewhere, null is the same as absent: it says that nothing is chosen.
    fn imputation<T: Word>(&mut self, policy: &Entries, key: &str) -> Option<T> {
        let found = get(policy, key).filter(|found| **found != Node::Null)?;
        let known = word(found);
        if known.is_none() {
            self.problem(&field(POLICY_KEY, key), &one_of::<T>(), || shown::value(found));
        }
        known
    }

    fn odd_keys(&mut self, entries: &Entries, known: &[&str], path: &str) {
        let odd = entries.iter().filter(|(key, _)| !known.contains(&key.as_str()));
        self.unknown_keys.extend(odd.map(|(key, _)| field(path, key)));
    }

    fn repeated_names(&mut self) {
        let names: Vec<&str> = self.names.iter().map(|(name, ..)| *name).collect();
        let dynamic = self.names.iter().filter(|(_, group, _)| *group == DYNAMIC_KEY).count();
        let (first, second) = names.split_at_checked(dynamic).unwrap_or((&names, &[]));
        let in_static = repeated(second);
        let seen = |later| in_static.binary_search_by_key(&later, |(index, _)| index + dynamic).is_ok();
        let both =
            repeated(&names).into_iter().filter(|(later, first)| *first < dynamic && *later >= dynamic);
        let both: Vec<(usize, usize)> = both.filter(|(later, _)| !seen(*later)).collect();
        for (later, first) in repeated(first) {
            self.repeated_name(later, first);
        }
        for (later, first) in &in_static {
            self.repeated_name(later + dynamic, first + dynamic);
        }
        for (later, first) in both {
            self.repeated_name(later, first);
        }
    }

    fn repeated_name(&mut self, later: usize, first: usize) {
        let at = |index| self.names.get(index).copied().unwrap_or_default();
        let ((name, group, index), (_, before, start)) = (at(later), at(first));
        let expected = if group == before {
            format!("each name once in `{group}`")
        } else {
            "a name that is not in both groups".to_string()
        };
        let found = || format!("{}, which is `{before}[{start}]`", quoted(name));
        self.problem(&format!("{group}[{index}].name"), &expected, found);
    }
}

/// The value of a key; of a doubled one the first, which is refused elsewhere.
fn get<'a>(entries: &'a Entries, key: &str) -> Option<&'a Node> {
    entries.iter().find(|(known, _)| known == key).map(|(_, value)| value)
}

fn word<T: Word>(node: &Node) -> Option<T> {
    match node {
        Node::Text(word) => T::of(word),
        _ => None,
    }
}

fn one_of<T: Word>() -> String {
    let words: Vec<&str> = T::WORDS.iter().map(|(word, _)| *word).collect();
    format!("one of {}", shown::list(&words))
}

fn value_or_nothing(found: Option<&Node>) -> String {
    found.map_or_else(|| "nothing".to_string(), shown::value)
}

/// `nothing`, with the key that was probably meant to be the missing one.
fn nothing_but(entries: &Entries, missing: &str, others: &[&str]) -> String {
    let odd = entries.iter().map(|(key, _)| key.as_str()).filter(|key| !others.contains(key));
    match odd.take(16).find(|key| nearest(key, [missing]).is_some()) {
        Some(near) => format!("nothing, but a key {}", quoted(near)),
        None => "nothing".to_string(),
    }
}
