//! Anything that serialises, as Python objects: structs and maps become dicts in their order.

mod mask;
mod names;

use std::fmt::{self, Display};

use gate_cli::Masker;
use mask::Mask;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use serde::ser::{
    Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, Serializer,
};

/// Builds the Python object of a value.
pub(crate) fn object<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    Ok(value.serialize(Builder { py, into: None, mask: Mask::NONE })?)
}

/// Fills a dict with the fields of a struct, and returns it.
pub(crate) fn into<'py>(dict: Bound<'py, PyDict>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let builder = Builder { py: dict.py(), into: Some(dict), mask: Mask::NONE };
    Ok(value.serialize(builder)?)
}

/// The same without the secrets in texts. Names of fields and of variants are our own, and stay.
pub(crate) fn masked_into<'py>(
    dict: Bound<'py, PyDict>,
    value: &impl Serialize,
    masker: &Masker,
) -> PyResult<Bound<'py, PyAny>> {
    let builder = Builder { py: dict.py(), into: Some(dict), mask: Mask::by(masker) };
    Ok(value.serialize(builder)?)
}

struct Builder<'a, 'py> {
    py: Python<'py>,
    /// Where the fields of the outermost struct go; a new dict without one.
    into: Option<Bound<'py, PyDict>>,
    mask: Mask<'a>,
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
            if let Some(masked) = self.mask.value(&value) {
                return Ok(PyString::new(self.py, &masked).into_any());
            }
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

impl<'a, 'py> Serializer for Builder<'a, 'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Failed;
    type SerializeSeq = Items<'a, 'py>;
    type SerializeTuple = Items<'a, 'py>;
    type SerializeTupleStruct = Impossible<Self::Ok, Failed>;
    type SerializeTupleVariant = Impossible<Self::Ok, Failed>;
    type SerializeMap = Entries<'a, 'py>;
    type SerializeStruct = Entries<'a, 'py>;
    type SerializeStructVariant = Variant<'a, 'py>;

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
        Ok(names::interned(self.py, name).into_any())
    }

    fn serialize_newtype_struct<T>(self, _: &'static str, value: &T) -> Result<Self::Ok, Failed>
    where
        T: Serialize + ?Sized,
    {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a, 'py>, Failed> {
        Ok(Items { list: PyList::empty(self.py), mask: self.mask })
    }

    fn serialize_tuple(self, length: usize) -> Result<Items<'a, 'py>, Failed> {
        self.serialize_seq(Some(length))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'a, 'py>, Failed> {
        let dict = self.into.unwrap_or_else(|| PyDict::new(self.py));
        Ok(Entries { dict, key: None, mask: self.mask })
    }

    fn serialize_struct(self, _: &'static str, fields: usize) -> Result<Entries<'a, 'py>, Failed> {
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
        let value = value.serialize(Builder { py: self.py, into: None, mask: self.mask })?;
        named(self.py, name, &value)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Variant<'a, 'py>, Failed> {
        Ok(Variant { name, fields: Entries { dict: PyDict::new(self.py), key: None, mask: self.mask } })
    }

    refused! {
        serialize_bytes(&[u8]) -> Self::Ok;
        serialize_unit_struct(&'static str) -> Self::Ok;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
    }
}

struct Items<'a, 'py> {
    list: Bound<'py, PyList>,
    mask: Mask<'a>,
}

impl<'py> SerializeSeq for Items<'_, 'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Failed;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        let item = value.serialize(Builder { py: self.list.py(), into: None, mask: self.mask })?;
        Ok(self.list.append(item)?)
    }

    fn end(self) -> Result<Self::Ok, Failed> {
        Ok(self.list.into_any())
    }
}

impl<'py> SerializeTuple for Items<'_, 'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Failed;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<Self::Ok, Failed> {
        SerializeSeq::end(self)
    }
}

struct Entries<'a, 'py> {
    dict: Bound<'py, PyDict>,
    key: Option<Bound<'py, PyAny>>,
    mask: Mask<'a>,
}

impl<'py> SerializeMap for Entries<'_, 'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Failed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failed> {
        let mask = self.mask.beside("");
        self.key = Some(key.serialize(Builder { py: self.dict.py(), into: None, mask })?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        let key = self.key.take();
        let name = key.as_ref().and_then(|key| key.cast::<PyString>().ok()?.to_str().ok());
        let mask = self.mask.beside(name.unwrap_or_default());
        let value = value.serialize(Builder { py: self.dict.py(), into: None, mask })?;
        Ok(self.dict.set_item(key, value)?)
    }

    fn end(self) -> Result<Self::Ok, Failed> {
        Ok(self.dict.into_any())
    }
}

impl<'py> SerializeStruct for Entries<'_, 'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Failed;

    fn serialize_field<T>(&mut self, key: &'static str, value: &T) -> Result<(), Failed>
    where
        T: Serialize + ?Sized,
    {
        let (py, mask) = (self.dict.py(), self.mask.beside(key));
        let value = value.serialize(Builder { py, into: None, mask })?;
        Ok(self.dict.set_item(names::interned(py, key), value)?)
    }

    fn end(self) -> Result<Self::Ok, Failed> {
        Ok(self.dict.into_any())
    }
}

/// A variant with fields, as an object with its name for the only key.
struct Variant<'a, 'py> {
    name: &'static str,
    fields: Entries<'a, 'py>,
}

impl<'py> SerializeStructVariant for Variant<'_, 'py> {
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
