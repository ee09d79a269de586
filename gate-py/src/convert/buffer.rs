//! Numbers from the buffer protocol: numpy, `array.array`, `memoryview`.

use pyo3::buffer::{Element, ElementType, PyUntypedBuffer};
use pyo3::prelude::*;

use super::sequence::{Numbers, Values};

/// A buffer that an object exports for as long as this lives.
pub(super) struct Exported(PyUntypedBuffer);

impl Exported {
    pub(super) fn get(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        PyUntypedBuffer::get(object).map(Self)
    }

    /// The size in each dimension.
    pub(super) fn shape(&self) -> &[usize] {
        self.0.shape()
    }

    /// A copy of the numbers, strided or not; none for other elements and for a foreign byte order.
    pub(super) fn numbers(&self, py: Python<'_>) -> PyResult<Option<Numbers>> {
        use ElementType::{Float, SignedInteger, UnsignedInteger};
        if !self.is_native() {
            return Ok(None);
        }
        let values = match ElementType::from_format(self.0.format()) {
            Float { bytes: 8 } => Values::Float(self.copied(py)?),
            Float { bytes: 4 } => Values::Float(self.widened::<f32, _>(py)?),
            SignedInteger { bytes: 8 } => Values::Signed(self.copied(py)?),
            SignedInteger { bytes: 4 } => Values::Signed(self.widened::<i32, _>(py)?),
            SignedInteger { bytes: 2 } => Values::Signed(self.widened::<i16, _>(py)?),
            SignedInteger { bytes: 1 } => Values::Signed(self.widened::<i8, _>(py)?),
            UnsignedInteger { bytes: 8 } => Values::Unsigned(self.copied(py)?),
            UnsignedInteger { bytes: 4 } => Values::Unsigned(self.widened::<u32, _>(py)?),
            UnsignedInteger { bytes: 2 } => Values::Unsigned(self.widened::<u16, _>(py)?),
            UnsignedInteger { bytes: 1 } => Values::Unsigned(self.widened::<u8, _>(py)?),
            _ => return Ok(None),
        };
        Ok(Some(Numbers::new(values, Vec::new())))
    }

    /// True for a format without a byte order.
    ///
    /// pyo3 0.30 takes `>` for the native order of little-endian machines, so a big-endian array
    /// would be read with its bytes reversed. `c` is a character, not a number.
    fn is_native(&self) -> bool {
        matches!(self.0.format().to_bytes(), [kind] | [b'@', kind] if *kind != b'c')
    }

    fn copied<T: Element>(&self, py: Python<'_>) -> PyResult<Vec<T>> {
        self.0.as_typed::<T>()?.to_vec(py)
    }

    fn widened<T: Element, Wide: From<T>>(&self, py: Python<'_>) -> PyResult<Vec<Wide>> {
        Ok(self.copied::<T>(py)?.into_iter().map(Wide::from).collect())
    }
}
