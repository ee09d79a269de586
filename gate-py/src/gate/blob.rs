//! Bytes as a document of foreign form: text, bytes, or what JSON would be of a Python object.

use gate_core::GateError;
use gate_core::document::{Node, canonical};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The bytes of a document that the core reads itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blob(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_byte_buf(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Blob;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("text, bytes, an object or an array")
    }

    fn visit_str<E>(self, text: &str) -> Result<Blob, E> {
        Ok(Blob(text.as_bytes().to_vec()))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Blob, E> {
        Ok(Blob(bytes.to_vec()))
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Blob, E> {
        Ok(Blob(bytes))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Blob, A::Error> {
        written(&Node::deserialize(MapAccessDeserializer::new(map))?)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Blob, A::Error> {
        written(&Node::deserialize(SeqAccessDeserializer::new(seq))?)
    }
}

fn written<E: Error>(node: &Node) -> Result<Blob, E> {
    // In the words that carry the code of an error through serde.
    let refused = |error: GateError| {
        E::custom(format_args!("{}: expected {}, found {}", error.code(), error.expected(), error.found()))
    };
    canonical(node).map(|text| Blob(text.into_bytes())).map_err(refused)
}
