//! Anything that serialises, as Python objects: structs and maps become dicts in their order.

mod names;

use std::fmt::{self, Display};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde::ser::{
    Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, Serializer,
};

/// Builds the Python object of a value.
pub(crate) fn object<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    Ok(value.serialize(Builder { py, into: None })?)
}

/// Fills a dict with the fields of a struct, and returns it.
pub(crate) fn into<'py>(dict: Bound<'py, PyDict>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let builder = Builder { py: dict.py(), into: Some(dict) };
    Ok(value.serialize(builder)?)
}

struct Builder<'py> {
    py: Python<'py>,
    /// Where the fields of the outermost struct go; a new dict without one.
    into: Option<Bound<'py, PyDict>>,
}

/// A Python exception on its way through serde.
#[derive(Debug)]
struct Failed(PyErr);

impl Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

impl std::error::Error for Failed {}

impl serde::ser::Error for Failed {
    fn custom<T: Display>(message: T) -> Self {
        Self(pyo3::exceptions::PyTypeError::new_err(message.to_string()))
    }
}

impl From<PyErr> for Failed {
    fn from(error: PyErr) -> Self {
        Self(error)
    }
}

impl From<Failed> for PyErr {
    fn from(failed: Failed) -> Self {
        failed.0
    }
}

/// One method for each scalar that Python has a type for.
macro_rules! scalars {
    ($($method:ident: $Type:ty),+ $(,)?) => {
        $(fn $method(self, value: $Type) -> Result<Self::Ok, Failed> {
            Ok(value.into_pyobject(self.py).map_err(PyErr::from)?.to_owned().into_any())
        })+
    };
}

/// Shapes that no type of the core has.
macro_rules! refused {
    ($($method:ident($($Type:ty),*) -> $Ok:ty;)+) => {
        $(fn $method(self, $(_: $Type),*) -> Result<$Ok, Failed> {
            Err(serde::ser::Error::custom(concat!("no Python object for ", stringify!($method))))
        })+
    };
}

impl<'py> Serializer for Builder<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Failed;
    type SerializeSeq = Items<'py>;
    type SerializeTuple = Items<'py>;
    type SerializeTupleStruct = Impossible<Self::Ok, Failed>;
    type SerializeTupleVariant = Impossible<Self::Ok, Failed>;
    type SerializeMap = Entries<'py>;
    type SerializeStruct = Entries<'py>;
    type SerializeStructVariant = Variant<'py>;

    scalars! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_char: char,
        serialize_str: &str,
    }

    fn serialize_none(self) -> Result<Self::Ok, Failed> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn serialize_unit(self) -> Result<Self::Ok, Failed> {
        self.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Self::Ok, Failed> {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<Self::Ok, Failed> {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T>(self, _: &'static str, value: &T) -> Result<Self::Ok, Failed>
    where
        T: Serialize + ?Sized,
    {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'py>, Failed> {
        Ok(Items(PyList::empty(self.py)))
    }

    fn serialize_tuple(self, length: usize) -> Result<Items<'py>, Failed> {
        self.serialize_seq(Some(length))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'py>, Failed> {
        let dict = self.into.unwrap_or_else(|| PyDict::new(self.py));
        Ok(Entries { dict, key: None })
    }

    fn serialize_struct(self, _: &'static str, fields: usize) -> Result<Entries<'py>, Failed> {
        self.serialize_map(Some(fields))
    }

    fn serialize_newtype_variant<T>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<Self::Ok, Failed>
    where
        T: Serialize + ?Sized,
    {
        let value = value.serialize(Builder { py: self.py, into: None })?;
        named(self.py, name, &value)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Variant<'py>, Failed> {
        Ok(Variant { name, fields: Entries { dict: PyDict::new(self.py), key: None } })
    }

    refused! {
        serialize_bytes(&[u8]) -> Self::Ok;
        serialize_unit_struct(&'static str) -> Self::Ok;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
    }
}

struct Items<'py>(Bound<'py, PyList>);

impl<'py> SerializeSeq for Items<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Failed;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        let item = value.serialize(Builder { py: self.0.py(), into: None })?;
        Ok(self.0.append(item)?)
    }

    fn end(self) -> Result<Self::Ok, Failed> {
        Ok(self.0.into_any())
    }
}

impl<'py> SerializeTuple for Items<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Failed;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Self::Ok, Failed> {
        SerializeSeq::end(self)
    }
}

struct Entries<'py> {
    dict: Bound<'py, PyDict>,
    key: Option<Bound<'py, PyAny>>,
}

impl<'py> SerializeMap for Entries<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Failed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failed> {
        self.key = Some(key.serialize(Builder { py: self.dict.py(), into: None })?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        let value = value.serialize(Builder { py: self.dict.py(), into: None })?;
        Ok(self.dict.set_item(self.key.take(), value)?)
    }

    fn end(self) -> Result<Self::Ok, Failed> {
        Ok(self.dict.into_any())
    }
}

impl<'py> SerializeStruct for Entries<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Failed;

    fn serialize_field<T>(&mut self, key: &'static str, value: &T) -> Result<(), Failed>
    where
        T: Serialize + ?Sized,
    {
        let py = self.dict.py();
        let value = value.serialize(Builder { py, into: None })?;
        Ok(self.dict.set_item(names::interned(py, key), value)?)
    }

    fn end(self) -> Result<Self::Ok, Failed> {
        Ok(self.dict.into_any())
    }
}

/// A variant with fields, as an object with its name for the only key.
struct Variant<'py> {
    name: &'static str,
    fields: Entries<'py>,
}

impl<'py> SerializeStructVariant for Variant<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Failed;

    fn serialize_field<T>(&mut self, key: &'static str, value: &T) -> Result<(), Failed>
    where
        T: Serialize + ?Sized,
    {
        SerializeStruct::serialize_field(&mut self.fields, key, value)
    }

    fn end(self) -> Result<Self::Ok, Failed> {
        let fields = SerializeStruct::end(self.fields)?;
        named(fields.py(), self.name, &fields)
    }
}

fn named<'py>(
    py: Python<'py>,
    name: &'static str,
    value: &Bound<'py, PyAny>,
) -> Result<Bound<'py, PyAny>, Failed> {
    let object = PyDict::new(py);
    object.set_item(names::interned(py, name), value)?;
    Ok(object.into_any())
}
