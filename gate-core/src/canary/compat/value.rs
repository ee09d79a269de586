//! The values that upstream computes with.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::int::Int;
use super::text::Str;

/// What `json.loads` returns.
///
/// A caller that builds one from other objects need not copy what upstream never looks at: of an element of a metric
/// only the type and, for a number, the value matter, so anything nested below it can be left out.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `None`
    Null,
    /// `True` or `False`, which compare as 1 and 0
    Bool(bool),
    /// An integer of any size
    Int(Int),
    /// A float; NaN and the infinities included
    Float(f64),
    /// A text, possibly with lone surrogates
    Str(Str),
    /// A list
    List(Vec<Value>),
    /// A dictionary. The order of its keys decides nothing, so it is not kept
    Dict(BTreeMap<Str, Value>),
}

impl Value {
    /// The name of the Python type, as in `type(value).__name__`.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) => "str",
            Self::List(_) => "list",
            Self::Dict(_) => "dict",
        }
    }

    /// `len(value)`, for the types that have one.
    pub(super) fn len(&self) -> Option<usize> {
        match self {
            Self::Str(text) => Some(text.len()),
            Self::List(values) => Some(values.len()),
            Self::Dict(entries) => Some(entries.len()),
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::Float(_) => None,
        }
    }
}
