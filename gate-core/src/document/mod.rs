//! From bytes to documents: strict reading that says where, what was expected and what was found.
//!
//! A document type mirrors JSON and derives `Deserialize`. It is read twice at most: once fast,
//! and only when that fails once more through a [`Node`] tree whose errors know their path.

mod canonical;
mod de;
mod fault;
mod json;
mod line;
mod nearest;
mod node;
mod table;

pub(crate) use canonical::{Decimal, mantissa, push_text, split, zeros_before};
pub use canonical::{canonical, to_canonical};
pub use de::from_node;
pub use fault::{Fault, Segment};
pub(crate) use fault::{authored, field, quoted};
pub(crate) use json::Object;
pub use json::{check_text, from_json, from_json_tree};
pub use line::to_line;
pub use nearest::nearest;
pub use node::Node;
pub use table::Table;

/// Reads an array of objects, where serde alone would also take arrays for objects.
pub(crate) fn objects<'de, T, D>(deserializer: D) -> Result<alloc::vec::Vec<T>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    let objects: alloc::vec::Vec<Object<T>> = serde::Deserialize::deserialize(deserializer)?;
    Ok(objects.into_iter().map(|Object(document)| document).collect())
}

/// Reads a field that may be left out but not be null.
///
/// `null` for `samples` would otherwise switch a check off that its author meant to be on.
pub(crate) fn present<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}
