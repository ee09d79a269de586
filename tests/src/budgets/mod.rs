//! Steps through a time budget and a risk budget: for cases, for properties and for fuzzing.

pub mod properties;
pub mod risk;
pub mod time;
mod tokens;
