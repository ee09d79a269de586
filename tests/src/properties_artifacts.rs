//! What must hold for every artifact, whole or damaged; see [`crate::properties`].

use gate_cli::artifacts::{read_archive_bytes, read_pickle};
use gate_core::contract::facts::{Archive, Array, Unreadable};
use gate_core::document::Node;

use crate::npz::SAMPLES;

/// Any bytes as an npz: never a panic, and what is read is consistent.
pub fn npz_bytes(bytes: &[u8]) {
    for headers_only in [true, false] {
        match read_archive_bytes(bytes, headers_only) {
            Ok(archive) => archive_is_sound(&archive, headers_only),
            Err(unreadable) => says_something(&unreadable),
        }
    }
    // What is too short for an archive chooses a damage.
    if bytes.len() < 8 {
        damaged_sample(bytes);
    }
}

/// The first bytes choose a sample, a place in it and a change there; the facts must be the sample's or refused.
pub fn damaged_sample(bytes: &[u8]) {
    let [sample, high, low, change, ..] = bytes else { return };
    let (_, good) = SAMPLES[usize::from(*sample) % SAMPLES.len()];
    let at = usize::from(u16::from_be_bytes([*high, *low])) % good.len();
    damaged_npz(good, at, *change);
    truncated_npz(good, at);
}

/// One damaged byte of a good npz: the facts that are judged are the same, or say that something is unreadable.
pub fn damaged_npz(good: &[u8], at: usize, change: u8) {
    let mut damaged = good.to_vec();
    damaged[at] ^= change;
    same_or_refused(good, &damaged, &format!("byte {at} ^ {change:#04x}"));
}

/// The start of a good npz: as above.
pub fn truncated_npz(good: &[u8], length: usize) {
    same_or_refused(good, &good[..length], &format!("the first {length} bytes"));
}

fn same_or_refused(good: &[u8], damaged: &[u8], how: &str) {
    let good = read_archive_bytes(good, false).expect("a good archive");
    let damaged = match read_archive_bytes(damaged, false) {
        Ok(damaged) => damaged,
        Err(unreadable) => return says_something(&unreadable),
    };
    let names = |archive: &Archive| archive.arrays.iter().map(|array| array.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&good), names(&damaged), "{how}");
    for name in judged(&good) {
        let found = damaged.arrays.iter().find(|array| array.name == name).expect("the same names");
        let expected = good.arrays.iter().find(|array| array.name == name).expect("a name of its own");
        assert!(found == expected || found.broken.is_some(), "{how}: {found:?}, not {expected:?}");
    }
    assert!(same_or_error(good.feature_names.as_ref(), damaged.feature_names.as_ref()), "{how}: {damaged:?}");
    assert!(
        same_or_error(good.target_indices.as_ref(), damaged.target_indices.as_ref()),
        "{how}: {damaged:?}"
    );
    for found in &damaged.not_finite {
        assert!(good.not_finite.contains(found), "{how}: {found:?}");
    }
    for expected in &good.not_finite {
        let broken = |array: &Array| array.name == expected.array && array.broken.is_some();
        assert!(damaged.not_finite.contains(expected) || damaged.arrays.iter().any(broken), "{how}");
    }
}

/// The arrays whose data were read. Of the others only the header is looked at, and nobody judges it.
fn judged(archive: &Archive) -> Vec<String> {
    let has = |name: &&str| archive.arrays.iter().any(|array| array.name == **name);
    let first = |names: [&'static str; 2]| names.into_iter().find(has);
    let windows = [first(["X", "X_mv"]), first(["y", "y_mv"])];
    let judged: Vec<&str> = if windows.iter().all(Option::is_some) {
        let joined = ["X_fut", "static_features"].into_iter().filter(has);
        windows.into_iter().flatten().chain(joined).collect()
    } else {
        first(["scaled", "raw_target"]).into_iter().collect()
    };
    judged.into_iter().map(String::from).collect()
}

fn same_or_error<T: PartialEq>(
    good: Option<&Result<Vec<T>, Unreadable>>,
    damaged: Option<&Result<Vec<T>, Unreadable>>,
) -> bool {
    good == damaged || matches!(damaged, Some(Err(_)))
}

fn archive_is_sound(archive: &Archive, headers_only: bool) {
    assert_eq!(archive.data_checked, !headers_only);
    assert!(archive.not_finite.is_empty() || archive.data_checked);
    for array in &archive.arrays {
        let namesakes = archive.arrays.iter().filter(|other| other.name == array.name).count();
        // Names that are not UTF-8 may look alike.
        assert!(namesakes == 1 || array.name.contains(char::REPLACEMENT_CHARACTER), "{archive:?}");
        array.broken.iter().for_each(says_something);
    }
    for found in &archive.not_finite {
        assert!(judged(archive).contains(&found.array), "{archive:?}");
    }
}

fn says_something(unreadable: &Unreadable) {
    assert!(!unreadable.expected.is_empty() && !unreadable.found.is_empty(), "{unreadable:?}");
    let text = [&unreadable.inside, &unreadable.expected, &unreadable.found];
    assert!(text.iter().all(|text| !text.contains('\n')), "{unreadable:?}");
}

/// Any bytes as a pickle: never a panic, and what is read is a tree of bounded depth and size.
pub fn pickle_bytes(bytes: &[u8]) {
    match read_pickle(bytes) {
        Ok(node) => {
            assert!(depth(&node) <= gate_core::bounds::MAX_DEPTH);
            // Bytes that follow a pickle are none of its business.
            assert_eq!(same(&read_pickle(&[bytes, b"(.".as_slice()].concat())), same(&Ok(node)));
        }
        Err(unreadable) => says_something(&unreadable),
    }
}

/// The start of a good pickle is never a pickle: it lacks its end.
pub fn truncated_pickle(good: &[u8], length: usize) {
    assert!(read_pickle(&good[..length]).is_err(), "the first {length} bytes");
}

/// NaN is not equal to itself, its text is.
fn same(node: &Result<Node, Unreadable>) -> String {
    format!("{node:?}")
}

fn depth(node: &Node) -> usize {
    match node {
        Node::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Node::Object(entries) => 1 + entries.iter().map(|(_, value)| depth(value)).max().unwrap_or(0),
        _ => 1,
    }
}
