//! What one evidence document holds, read in one pass that keeps no values.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::fault::{EvidenceFault, EvidenceFaultCode};
use crate::document::{authored, quoted};
use crate::{ErrorCode, GateError};

/// The blocks that every document has.
pub const BLOCKS: [&str; 4] = ["judges", "perf", "perf_judge", "canary"];

/// What is known of a required block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockState {
    /// An object or array with something in it.
    Present,
    /// Not there.
    Absent,
    /// There, but an empty object or array, or no object or array at all.
    Empty,
}

/// A required block and what is known of it.
pub type Block = (&'static str, BlockState);

/// What a document says that is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentFacts {
    /// The required blocks, in the order of [`BLOCKS`].
    pub blocks: [Block; 4],
    /// Where it says anything but `false` about being tampered with: `tampered`, `meta.tampered`.
    pub tampered: Vec<&'static str>,
}

impl DocumentFacts {
    /// Reads a document from its bytes.
    ///
    /// # Errors
    /// Those of [`from_json`](crate::document::from_json); `duplicate-key` for a top-level key that stands twice.
    pub fn from_json(bytes: &[u8]) -> Result<Self, GateError> {
        crate::document::from_json(bytes)
    }

    pub(super) fn faults(&self, name: &str) -> Vec<EvidenceFault> {
        let missing =
            self.blocks.iter().filter(|(_, state)| *state != BlockState::Present).map(|(block, state)| {
                let found = if *state == BlockState::Absent { "none" } else { "nothing in it" };
                let message = format!("expected the block `{block}`, found {found}");
                EvidenceFault::file(name, EvidenceFaultCode::MissingBlock, message)
            });
        let tampered = self.tampered.iter().map(|path| {
            let message = format!("{path}: expected `false`, found something else");
            EvidenceFault::file(name, EvidenceFaultCode::Tampered, message)
        });
        missing.chain(tampered).collect()
    }
}

impl<'de> Deserialize<'de> for DocumentFacts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = DocumentFacts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<DocumentFacts, A::Error> {
        let mut facts =
            DocumentFacts { blocks: BLOCKS.map(|name| (name, BlockState::Absent)), tampered: Vec::new() };
        let mut seen: Vec<String> = Vec::new();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if seen.iter().any(|known| *known == key) {
                return Err(authored(ErrorCode::DuplicateKey, "each key once", &quoted(&key)));
            }
            if let Some((_, state)) = facts.blocks.iter_mut().find(|(name, _)| *name == key) {
                *state = map.next_value::<Filled>()?.state();
            } else if key == "tampered" {
                let said = map.next_value::<Said>()?;
                facts.tampered.extend((!said.is_false).then_some("tampered"));
            } else if key == "meta" {
                let said = map.next_value::<Said>()?;
                facts.tampered.extend(said.inner_bad.then_some("meta.tampered"));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
            if seen.len() == MOST_KEYS {
                return Err(authored(ErrorCode::InputTooLarge, "at most 1024 blocks", "more"));
            }
            seen.push(key.into_owned());
        }
        Ok(facts)
    }
}

/// Top-level keys of one document. Ours have a dozen.
const MOST_KEYS: usize = 1024;

/// Whether a value is an object or array with something in it.
struct Filled(bool);

impl Filled {
    fn state(&self) -> BlockState {
        if self.0 { BlockState::Present } else { BlockState::Empty }
    }
}

impl<'de> Deserialize<'de> for Filled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Shape).map(|said| Self(said.filled))
    }
}

/// What is asked of a value: whether it is filled, whether it is `false`, and whether its own `tampered` is not.
#[derive(Default)]
struct Said {
    filled: bool,
    is_false: bool,
    inner_bad: bool,
}

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Shape)
    }
}

struct Shape;

impl<'de> Visitor<'de> for Shape {
    type Value = Said;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Said, E> {
        Ok(Said { is_false: !value, ..Said::default() })
    }

    fn visit_unit<E>(self) -> Result<Said, E> {
        Ok(Said::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Said, E> {
        Ok(Said::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Said, E> {
        Ok(Said::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Said, E> {
        Ok(Said::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Said, E> {
        Ok(Said::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Said, A::Error> {
        let mut said = Said::default();
        while seq.next_element::<IgnoredAny>()?.is_some() {
            said.filled = true;
        }
        Ok(said)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Said, A::Error> {
        let mut said = Said::default();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            said.filled = true;
            if key == "tampered" {
                said.inner_bad |= !map.next_value::<Said>()?.is_false;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(said)
    }
}
