//! What must hold for evidence folders, audit logs and canonical texts, whatever is in them and whatever is done to them.

use std::collections::BTreeMap;

use gate_core::cutover::CheckState;
use gate_core::cutover::evidence::{
    EvidenceFile, EvidenceReport, Expectation, Index, IndexAnchor, KeyRing, KeyState, SigningKey, Trust,
    verify,
};
use gate_core::digest::Digest;
use gate_core::document::{Node, canonical, from_json, from_json_tree};
use gate_core::release::audit::{self, Anchor, AuditEntry, AuditResult, Criterion};
use gate_core::secret::Secret;
use gate_core::time::{Instant, parse_instant};

/// The instant at which everything happens.
#[must_use]
pub fn now() -> Instant {
    parse_instant("2026-11-21T10:05:00Z", "").expect("an instant")
}

/// A ring with one active key.
#[must_use]
pub fn keys(secret: &str) -> KeyRing {
    let (key_id, secret) = ("ops".to_owned(), Secret::new(secret));
    KeyRing::new(vec![SigningKey { key_id, secret, state: KeyState::Active, until: None }]).expect("a key")
}

/// A folder: the text of its index, and its files.
#[derive(Debug, Clone, PartialEq)]
pub struct Folder {
    index: String,
    files: BTreeMap<String, String>,
}

const SECRET: &str = "a secret of thirty-two characters";

impl Folder {
    fn new(contents: &[u8], after: Option<IndexAnchor>) -> Self {
        let document = |value: &u8| {
            format!(
                r#"{{"judges":[{value}],"perf":{{"p95":{value}}},"perf_judge":[1],"canary":[{}]}}"#,
                value / 2
            )
        };
        let name = |at: usize| if at % 3 == 2 { format!("sub/{at}.json") } else { format!("{at}.json") };
        let files = contents.iter().enumerate().map(|(at, value)| (name(at), document(value))).collect();
        let mut folder = Self { index: String::new(), files };
        let index = Index::build(folder.facts(), after, now()).expect("good files");
        folder.index = index.signed(&keys(SECRET), now()).expect("a key").to_text().expect("a text");
        folder
    }

    fn facts(&self) -> Vec<EvidenceFile> {
        self.files
            .iter()
            .map(|(name, text)| EvidenceFile::from_bytes(name.as_str(), text.as_bytes()))
            .collect()
    }

    fn anchor(&self) -> IndexAnchor {
        from_json::<Index>(self.index.as_bytes()).expect("an index").anchor()
    }

    fn verified(&self, anchor: IndexAnchor) -> EvidenceReport {
        let keys = keys(SECRET);
        let (trust, anchor) = (Trust::Keys(&keys), Some(anchor));
        let expected = Expectation { trust, anchor, now: now(), max_age: None };
        verify(Some(self.index.as_bytes()), &self.facts(), &expected)
    }

    /// Does one of the things that must show. None where it would change nothing.
    fn change(&self, kind: u8, at: usize, earlier: &Self) -> Option<Self> {
        let mut changed = self.clone();
        let names: Vec<String> = changed.files.keys().cloned().collect();
        let (name, other) = (&names[at % names.len()], &names[(at + 1) % names.len()]);
        match kind % 9 {
            0 => drop(changed.files.remove(name)),
            1 => drop(changed.files.insert("extra.json".into(), changed.files[name].clone())),
            2 => flip(changed.files.get_mut(name)?, at),
            3 => {
                let (first, second) = (changed.files[name].clone(), changed.files[other].clone());
                changed.files.extend([(name.clone(), second), (other.clone(), first)]);
            }
            4 => drop(changed.files.insert(name.clone(), earlier.files.get(name)?.clone())),
            5 => changed = earlier.clone(),
            6 => changed.index.clone_from(&earlier.index),
            7 => flip(&mut changed.index, at),
            _ => changed.index = rewritten(&changed.index, at),
        }
        let same = changed.files == self.files && index(&changed.index) == index(&self.index);
        (!same).then_some(changed)
    }
}

fn index(text: &str) -> Option<Index> {
    from_json(text.as_bytes()).ok()
}

/// Replaces one byte by its neighbour.
fn flip(text: &mut String, at: usize) {
    let mut bytes = text.clone().into_bytes();
    let at = at % bytes.len();
    bytes[at] ^= 1;
    if let Ok(changed) = String::from_utf8(bytes) {
        *text = changed;
    }
}

/// The index as somebody without the key would write it: entries dropped or swapped, numbers and digest made to fit.
fn rewritten(text: &str, at: usize) -> String {
    let mut index: Index = from_json(text.as_bytes()).expect("an index");
    let count = index.entries.len();
    if at.is_multiple_of(2) {
        index.entries.remove(at / 2 % count);
    } else {
        let (first, second) = (at / 2 % count, (at / 2 + 1) % count);
        let digest = index.entries[first].sha256;
        index.entries[first].sha256 = index.entries[second].sha256;
        index.entries[second].sha256 = digest;
    }
    (1..).zip(&mut index.entries).for_each(|(number, entry)| entry.sequence = number);
    index.digest = index.content_digest().expect("a digest");
    index.to_text().expect("a text")
}

/// Verifies a folder, and that nothing that is done to it verifies.
pub fn changes_of_a_folder_show(contents: &[u8], kind: u8, at: usize) {
    let earlier = Folder::new(&contents[..contents.len() - 1], None);
    let folder = Folder::new(contents, Some(earlier.anchor()));
    for anchor in [earlier.anchor(), folder.anchor()] {
        assert_eq!(folder.verified(anchor).state(), CheckState::Healthy);
    }
    let Some(changed) = folder.change(kind, at, &earlier) else { return };
    let report = changed.verified(folder.anchor());
    assert_eq!(report.state(), CheckState::Unhealthy, "change {kind} at {at}: {changed:?}");
    assert!(!report.faults.is_empty());
}

/// A log of so many records, by this actor.
#[must_use]
pub fn log(actor: &str, records: usize) -> (Vec<String>, Anchor) {
    let mut end = Anchor::empty();
    let lines = (0..records)
        .map(|number| {
            let entry = AuditEntry {
                at: now(),
                actor: actor.to_owned(),
                action: format!("promote {number}"),
                digests: [("policy".to_owned(), Digest::of(b"policy"))].into(),
                criteria: vec![Criterion { name: "readyz".into(), met: true }],
                result: AuditResult::Pass,
                reason: "a \"quoted\" reason".into(),
            };
            let (line, next) = end.append(&entry).expect("a record");
            end = next;
            line + "\n"
        })
        .collect();
    (lines, end)
}

/// Verifies a log, and that nothing that is done to it verifies.
pub fn changes_of_a_log_show(records: usize, kind: u8, at: usize) {
    let (lines, end) = log("ops", records);
    let good = audit::verify(lines.concat().as_bytes(), Some(end));
    assert!(good.verified && good.end == end, "{good:?}");
    let mut changed = lines.clone();
    let (one, other) = (at % records, (at / 7) % records);
    match kind % 7 {
        0 => drop(changed.remove(one)),
        1 => changed.swap(one, other),
        2 => changed.insert(other, lines[one].clone()),
        3 => flip(&mut changed[one], at / 3),
        4 => changed.truncate(one),
        5 => changed = log("mallory", records + at % 2).0,
        _ => {
            changed[records - 1].pop();
        }
    }
    if changed == lines {
        return;
    }
    let report = audit::verify(changed.concat().as_bytes(), Some(end));
    assert!(!report.verified, "change {kind} at {at} of {records}: {changed:?}");
}

/// A canonical text reads back as itself, and a number as the same double.
pub fn canonical_texts_stay(bits: &[u64], texts: &[String]) {
    let numbers: Vec<Node> =
        bits.iter().map(|bits| f64::from_bits(*bits)).filter(|it| it.is_finite()).map(Node::Float).collect();
    for number in &numbers {
        let text = canonical(number).expect("finite");
        let Node::Float(value) = number else { continue };
        let read: f64 = text.parse().expect("a number");
        // Zero has lost its sign.
        assert_eq!((read + 0.0).to_bits(), (value + 0.0).to_bits(), "{text}");
    }
    let mut keys: BTreeMap<String, Node> =
        texts.iter().map(|key| (key.clone(), Node::Text(key.clone()))).collect();
    keys.insert("numbers".into(), Node::Array(numbers));
    let forward = canonical(&Node::Object(keys.clone().into_iter().collect())).expect("a text");
    let backward = canonical(&Node::Object(keys.into_iter().rev().collect())).expect("a text");
    assert_eq!(forward, backward);
    let again = canonical(&from_json_tree(forward.as_bytes()).expect("JSON")).expect("a text");
    assert_eq!(again, forward);
}
