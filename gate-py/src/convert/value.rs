//! The deserializer.

use gate_core::bounds::MAX_DEPTH;
use gate_core::document::Fault;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyFloat, PyList, PyTuple};
use serde::de::value::StrDeserializer;
use serde::de::{Deserializer, Error, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::column::{self, Column};
use super::kind::Kind;
use super::mapping::Entries;
use super::nesting;
use super::scope::Scope;
use super::sequence::Items;

/// A Python object to be read.
#[derive(Clone, Copy)]
pub(super) struct Value<'a, 'py> {
    pub(super) object: &'a Bound<'py, PyAny>,
    pub(super) scope: &'a Scope,
    /// True in the fields that hold times, where a `datetime` stands for its text.
    pub(super) temporal: bool,
    /// True for an object whose keys the user chose.
    pub(super) has_free_keys: bool,
    /// How many containers it lies in.
    pub(super) depth: u16,
}

impl<'a, 'py> Value<'a, 'py> {
    pub(super) fn new(object: &'a Bound<'py, PyAny>, scope: &'a Scope) -> Self {
        Self { object, scope, temporal: false, has_free_keys: false, depth: 0 }
    }

    /// What its items start from. A tree is read to any depth that its type allows, so the depth is counted.
    fn inside(self) -> Result<Self, Fault> {
        let depth = self.depth.saturating_add(1);
        // As `serde_json` counts them.
        if usize::from(depth) < MAX_DEPTH { Ok(Self { depth, ..self }) } else { Err(nesting::fault()) }
    }

    fn kind(self) -> Result<Kind<'a, 'py>, Fault> {
        self.scope.settle(Kind::of(self.object, self.temporal))
    }

    fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.kind()? {
            Kind::Null => visitor.visit_unit(),
            Kind::Bool(value) => visitor.visit_bool(value),
            Kind::Signed(value) => visitor.visit_i64(value),
            Kind::Unsigned(value) => visitor.visit_u64(value),
            Kind::Float(value) => visitor.visit_f64(value),
            Kind::Text(value) => visitor.visit_str(&value),
            Kind::List(items) => visitor.visit_seq(Items::of_list(items, self.inside()?)?),
            Kind::Tuple(items) => visitor.visit_seq(Items::of_tuple(items.clone(), self.inside()?)),
            Kind::Object(items) => visitor.visit_map(Entries::new(items, self.inside()?)),
            Kind::Other(found) => Err(Fault::invalid_type(Unexpected::Other(&found), &visitor)),
        }
    }

    fn refuse<T>(self, expected: &str) -> Result<T, Fault> {
        let kind = self.kind()?;
        Err(Fault::invalid_type(kind.unexpected(), &expected))
    }
}

impl<'de> Deserializer<'de> for Value<'_, '_> {
    type Error = Fault;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        // Nearly every value of a snapshot is one; the rest may take the longer way.
        match self.object.cast_exact::<PyFloat>() {
            Ok(value) => visitor.visit_f64(value.value()),
            Err(_) => self.visit(visitor),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if let Ok(items) = self.object.cast::<PyList>() {
            return visitor.visit_seq(Items::of_list(items, self.inside()?)?);
        }
        if let Ok(items) = self.object.cast::<PyTuple>() {
            return visitor.visit_seq(Items::of_tuple(items.clone(), self.inside()?));
        }
        match self.scope.settle(column::of(self.object, self.temporal))? {
            Column::Numbers(numbers) => numbers.visit(visitor),
            Column::List(items) => visitor.visit_seq(Items::of_list(&items, self.inside()?)?),
            Column::Refused(found) => Err(Fault::invalid_type(Unexpected::Other(&found), &visitor)),
            Column::None => self.visit(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.object.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.kind()? {
            Kind::Text(variant) => {
                let variant: StrDeserializer<'_, Fault> = variant.as_ref().into_deserializer();
                variant.deserialize_enum(name, variants, visitor)
            }
            _ => self.refuse("a string"),
        }
    }

    /// serde would also read a struct from an array of its fields, which no document of ours is.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.kind()? {
            Kind::Object(items) => visitor.visit_map(Entries::new(items, self.inside()?)),
            _ => self.refuse("an object"),
        }
    }

    /// Only a field that may hold bytes asks for them; JSON has none.
    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if let Ok(bytes) = self.object.cast::<PyBytes>() {
            return visitor.visit_bytes(bytes.as_bytes());
        }
        match self.object.cast::<PyByteArray>() {
            Ok(bytes) => visitor.visit_byte_buf(bytes.to_vec()),
            Err(_) => self.visit(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes
        unit unit_struct tuple tuple_struct map identifier ignored_any
    }
}
