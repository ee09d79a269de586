//! Looks for NaN and infinity in the data of an array, as fast as the data come in.

use gate_core::contract::facts::NotFinite;

use super::super::wrong::Wrong;
use super::header::{Element, Header};
use super::member::Member;

/// Bytes that are read at once; they stay in the cache between the checksum and this check.
pub(super) const CHUNK_BYTES: usize = 128 * 1024;

/// Reads the data of an array of floats to its end. Returns the first value that is no number.
pub(super) fn first_not_finite(
    header: &Header,
    element: Element,
    member: &mut Member<'_>,
    buffer: &mut [u8],
) -> Result<Option<(u64, String)>, Wrong> {
    let check = check_for(element)?;
    let mut left = header.data_bytes().unwrap_or_default();
    let mut index = 0;
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let chunk = buffer.get_mut(..most).unwrap_or_default();
        if member.fill(chunk)? < chunk.len() {
            return Err(Wrong::new(format!("{left} more bytes of data"), "the end of the member"));
        }
        if let Some((offset, value)) = check(chunk, element.big_endian) {
            return Ok(Some((index + offset, value)));
        }
        left -= chunk.len() as u64;
        index += chunk.len() as u64 / element.width;
    }
    Ok(None)
}

/// What was found in an array, under its name.
pub(super) fn named(array: &str, found: Option<(u64, String)>) -> Option<NotFinite> {
    found.map(|(index, value)| NotFinite { array: array.to_owned(), index, value })
}

type Check = fn(&[u8], bool) -> Option<(u64, String)>;

fn check_for(element: Element) -> Result<Check, Wrong> {
    match element.width {
        2 => Ok(halves),
        4 => Ok(singles),
        8 => Ok(doubles),
        // What 12 or 16 bytes mean depends on the machine that wrote them.
        width => Err(Wrong::new("floats of 2, 4 or 8 bytes", format!("{width} bytes"))),
    }
}

/// A check of whole chunks of one width.
///
/// A float is no finite number if all bits of its exponent are set. The mask is brought into the order of the file
/// instead of each value into that of the machine, and nothing ends the loop early: the compiler makes vectors of it.
macro_rules! check {
    ($name:ident, $Bits:ident, $bytes:literal, $exponent:literal) => {
        fn $name(chunk: &[u8], big_endian: bool) -> Option<(u64, String)> {
            const EXPONENT: $Bits = $exponent;
            const SIGN: $Bits = 1 << ($Bits::BITS - 1);
            const FRACTION: $Bits = !(EXPONENT | SIGN);
            let mask = if big_endian { EXPONENT.to_be() } else { EXPONENT.to_le() };
            let values = chunk.as_chunks::<$bytes>().0;
            let found = |value: &[u8; $bytes]| $Bits::from_ne_bytes(*value) & mask == mask;
            if !values.iter().fold(false, |any, value| any | found(value)) {
                return None;
            }
            let index = values.iter().position(found)?;
            let value = values.get(index).copied()?;
            let bits = if big_endian { $Bits::from_be_bytes(value) } else { $Bits::from_le_bytes(value) };
            Some((index as u64, name(bits & FRACTION != 0, bits & SIGN != 0)))
        }
    };
}

check!(halves, u16, 2, 0x7c00);
check!(singles, u32, 4, 0x7f80_0000);
check!(doubles, u64, 8, 0x7ff0_0000_0000_0000);

fn name(nan: bool, negative: bool) -> String {
    let name = match (nan, negative) {
        (true, _) => "NaN",
        (false, true) => "-Infinity",
        (false, false) => "Infinity",
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(index: u64, value: &str) -> (u64, String) {
        (index, value.to_owned())
    }

    #[test]
    fn finds_the_first_in_either_order_of_bytes() {
        let values = [0.0, -1.5, f64::MAX, f64::MIN_POSITIVE, -f64::INFINITY, f64::NAN];
        let little: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let big: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
        assert_eq!(doubles(&little, false), Some(found(4, "-Infinity")));
        assert_eq!(doubles(&big, true), Some(found(4, "-Infinity")));
        assert_eq!(doubles(little.get(..32).unwrap_or_default(), false), None);
        assert_eq!(doubles(little.get(40..).unwrap_or_default(), false), Some(found(0, "NaN")));
    }

    #[test]
    fn agrees_with_the_standard_library() {
        for bits in (0..=u32::MAX).step_by(65_537).chain([0x7f80_0000, 0xff80_0000, 0x7f80_0001, 0x7f7f_ffff])
        {
            let finite = f32::from_bits(bits).is_finite();
            assert_eq!(singles(&bits.to_le_bytes(), false).is_none(), finite, "{bits:#x}");
            assert_eq!(singles(&bits.to_be_bytes(), true).is_none(), finite, "{bits:#x}");
        }
    }

    #[test]
    fn knows_half_floats() {
        assert_eq!(halves(&[0x00, 0x3c, 0xff, 0x7b], false), None);
        assert_eq!(halves(&[0x00, 0x3c, 0x00, 0x7c], false), Some(found(1, "Infinity")));
        assert_eq!(halves(&[0x7e, 0x00], true), Some(found(0, "NaN")));
    }
}
