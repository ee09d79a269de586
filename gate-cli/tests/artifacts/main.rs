//! The readers on whole, broken and hostile artifacts: what they say is compared as a whole.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod files;
mod npz;
mod pickle;
mod trees;

use gate_core::contract::facts::{Archive, Array, Artifact, Unreadable};

/// The message as one line: place, expected, found.
fn said(unreadable: &Unreadable) -> String {
    format!("{}: expected {}, found {}", unreadable.inside, unreadable.expected, unreadable.found)
}

fn read<T: std::fmt::Debug>(artifact: &Artifact<T>) -> &T {
    match artifact {
        Artifact::Read(_, value) => value,
        other => panic!("{other:?}"),
    }
}

fn unreadable<T: std::fmt::Debug>(artifact: &Artifact<T>) -> &Unreadable {
    match artifact {
        Artifact::Unreadable(_, unreadable) => unreadable,
        other => panic!("{other:?}"),
    }
}

fn array<'a>(archive: &'a Archive, name: &str) -> &'a Array {
    archive.arrays.iter().find(|array| array.name == name).expect("the array is there")
}

fn broken(archive: &Archive, name: &str) -> String {
    said(array(archive, name).broken.as_ref().expect("a broken array"))
}
