//! The header of an array: the kind of its elements and its shape, without any data.

use gate_core::contract::facts::Kind;

use super::super::bounds::{MAX_AXES, MAX_HEADER_BYTES};
use super::super::wrong::{Wrong, quoted};
use super::literal::{self, Literal};
use super::member::Member;

/// An array's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: Kind,
    pub(super) shape: Vec<u64>,
    /// How an element is laid out; none for objects and records.
    pub(super) element: Option<Element>,
    /// Where the data start.
    pub(super) start: u64,
}

/// How one element is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element {
    /// numpy's letter: `f`, `i`, `u`, `U`, …
    pub(super) letter: u8,
    pub(super) big_endian: bool,
    /// Bytes.
    pub(super) width: u64,
}

impl Header {
    /// Reads the header at the start of a member, and makes sure that the member can hold the array.
    pub(super) fn read(member: &mut Member<'_>) -> Result<Self, Wrong> {
        let mut start = [0; 8];
        let filled = member.fill(&mut start)?;
        let [0x93, b'N', b'U', b'M', b'P', b'Y', major @ 1..=3, 0] = start else {
            let found = quoted(start.get(..filled).unwrap_or_default());
            return Err(Wrong::new("an array in `.npy` format 1.0, 2.0 or 3.0", found));
        };
        // The first version counts the header in two bytes, the others in four.
        let mut length = [0; 4];
        let counted = if major == 1 { 2 } else { 4 };
        fill_exactly(member, length.get_mut(..counted).unwrap_or_default())?;
        let length = u64::from(u32::from_le_bytes(length));
        if length > MAX_HEADER_BYTES {
            let expected = format!("a header of at most {MAX_HEADER_BYTES} bytes");
            return Err(Wrong::new(expected, length.to_string()));
        }
        let mut text = vec![0; usize::try_from(length).unwrap_or_default()];
        fill_exactly(member, &mut text)?;
        let header = Self::parse(&text, 8 + counted as u64 + length)?;
        header.check_size(member.size())?;
        Ok(header)
    }

    fn parse(text: &[u8], start: u64) -> Result<Self, Wrong> {
        let Literal::Dict(entries) = literal::read(text)? else {
            return Err(Wrong::new("a dict of `descr`, `fortran_order` and `shape`", quoted(text)));
        };
        let [mut descr, mut order, mut shape] = [None, None, None];
        for (key, value) in entries {
            match key {
                Literal::Text(key) if key == b"descr" => descr = Some(value),
                Literal::Text(key) if key == b"fortran_order" => order = Some(value),
                Literal::Text(key) if key == b"shape" => shape = Some(value),
                _ => return Err(Wrong::new("only `descr`, `fortran_order` and `shape`", "another key")),
            }
        }
        let (Some(descr), Some(Literal::Bool(_)), Some(shape)) = (descr, order, shape) else {
            return Err(Wrong::new("`descr`, a boolean `fortran_order`, and `shape`", quoted(text)));
        };
        let (kind, element) = kind_of(&descr)?;
        Ok(Self { kind, shape: axes(shape)?, element, start })
    }

    /// The elements, or none if a 64-bit integer cannot count them.
    pub(super) fn count(&self) -> Option<u64> {
        if self.shape.contains(&0) {
            return Some(0);
        }
        self.shape.iter().try_fold(1_u64, |count, axis| count.checked_mul(*axis))
    }

    /// The bytes of data; zero where the elements have no fixed width.
    pub(super) fn data_bytes(&self) -> Option<u64> {
        let width = self.element.map_or(0, |element| element.width);
        self.count().and_then(|count| count.checked_mul(width))
    }

    /// A member may be longer than its array, as numpy has it, but not shorter.
    fn check_size(&self, size: u64) -> Result<(), Wrong> {
        let data = size.saturating_sub(self.start);
        match self.data_bytes() {
            Some(needed) if needed <= data => Ok(()),
            needed => {
                let needed =
                    needed.map_or("more bytes than can be counted".to_owned(), |n| format!("{n} bytes"));
                let shape: Vec<String> = self.shape.iter().map(u64::to_string).collect();
                Err(Wrong::new(
                    format!("{needed} for the shape ({})", shape.join(", ")),
                    format!("{data} bytes"),
                ))
            }
        }
    }
}

fn fill_exactly(member: &mut Member<'_>, buffer: &mut [u8]) -> Result<(), Wrong> {
    let filled = member.fill(buffer)?;
    if filled == buffer.len() {
        return Ok(());
    }
    Err(Wrong::new("the header of an array", format!("{} bytes in all", member.size())))
}

fn axes(shape: Literal) -> Result<Vec<u64>, Wrong> {
    let expected = || format!("a shape of at most {MAX_AXES} axes");
    let Literal::Sequence(axes) = shape else { return Err(Wrong::new(expected(), "no tuple")) };
    if axes.len() > MAX_AXES {
        return Err(Wrong::new(expected(), axes.len().to_string()));
    }
    let length = |axis| match axis {
        Literal::Integer(length) => Ok(length),
        _ => Err(Wrong::new("a tuple of integers for the shape", "something else in it")),
    };
    axes.into_iter().map(length).collect()
}

/// The kind of a `descr` like `<f4`; a list describes a record.
fn kind_of(descr: &Literal) -> Result<(Kind, Option<Element>), Wrong> {
    let text = match descr {
        Literal::Text(text) => text.as_slice(),
        Literal::Sequence(_) => return Ok((Kind::Other, None)),
        _ => return Err(Wrong::new("a type like `<f4`", "a `descr` that is no text")),
    };
    let (order, rest) = match text {
        [order @ (b'<' | b'>' | b'|' | b'='), rest @ ..] => (*order, rest),
        _ => (b'=', text),
    };
    let [letter, width @ ..] = rest else { return Err(unknown(text)) };
    let kind = match letter {
        b'O' => return Ok((Kind::Object, None)),
        b'b' | b'?' => Kind::Bool,
        b'i' | b'u' => Kind::Integer,
        b'f' => Kind::Float,
        b'c' => Kind::Complex,
        b'U' | b'S' | b'a' => Kind::Text,
        b'M' | b'm' | b'V' => Kind::Other,
        _ => return Err(unknown(text)),
    };
    let width = width_of(*letter, width).ok_or_else(|| unknown(text))?;
    // `=` and `|` leave it to the machine that reads.
    let big_endian = order == b'>' || (order != b'<' && cfg!(target_endian = "big"));
    Ok((kind, Some(Element { letter: *letter, big_endian, width })))
}

fn width_of(letter: u8, digits: &[u8]) -> Option<u64> {
    // Dates carry their unit: `<M8[ns]`.
    let digits = digits.split(|byte| *byte == b'[').next()?;
    let number = if letter == b'?' {
        Some(1)
    } else {
        str::from_utf8(digits).ok()?.parse::<u32>().ok().map(u64::from)
    };
    let number = number.filter(|_| digits.iter().all(u8::is_ascii_digit))?;
    let allowed: &[u64] = match letter {
        b'b' | b'?' => &[1],
        b'i' | b'u' => &[1, 2, 4, 8],
        b'f' => &[2, 4, 8, 12, 16],
        b'c' => &[8, 16, 24, 32],
        b'M' | b'm' => &[8],
        b'U' => return number.checked_mul(4),
        _ => return Some(number),
    };
    allowed.contains(&number).then_some(number)
}

fn unknown(text: &[u8]) -> Wrong {
    Wrong::new("a type like `<f4`", quoted(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(descr: &str, shape: &str) -> Result<Header, Wrong> {
        let text = format!("{{'descr': {descr}, 'fortran_order': True, 'shape': {shape}}}\n");
        Header::parse(text.as_bytes(), 128)
    }

    #[test]
    fn knows_numpys_types() -> Result<(), Wrong> {
        let kinds = [
            ("'<f4'", Kind::Float, 4),
            ("'>f8'", Kind::Float, 8),
            ("'|b1'", Kind::Bool, 1),
            ("'?'", Kind::Bool, 1),
            ("'|u1'", Kind::Integer, 1),
            ("'<i8'", Kind::Integer, 8),
            ("'<c8'", Kind::Complex, 8),
            ("'<U6'", Kind::Text, 24),
            ("'|S6'", Kind::Text, 6),
            ("'<M8[ns]'", Kind::Other, 8),
            ("'|V3'", Kind::Other, 3),
        ];
        for (descr, kind, width) in kinds {
            let header = parsed(descr, "(2, 3)")?;
            assert_eq!((header.kind, header.data_bytes()), (kind, Some(6 * width)), "{descr}");
        }
        assert_eq!(parsed("'|O'", "(3,)")?.kind, Kind::Object);
        assert_eq!(parsed("[('a', '<f4')]", "(3,)")?.kind, Kind::Other);
        Ok(())
    }

    #[test]
    fn refuses_what_numpy_refuses() {
        for descr in ["'<f3'", "'<q8'", "'f'", "''", "'<'", "'<i-4'", "'<U99999999999'", "4", "None"] {
            assert!(parsed(descr, "(2,)").is_err(), "{descr}");
        }
        for shape in ["2", "(-1,)", "(1.5,)", "('2',)", "(99999999999999999999,)"] {
            assert!(parsed("'<f4'", shape).is_err(), "{shape}");
        }
        assert!(Header::parse(b"{'descr': '<f4', 'shape': ()}", 128).is_err());
    }

    #[test]
    fn a_huge_shape_is_refused_by_arithmetic_alone() -> Result<(), Wrong> {
        let most = u64::MAX;
        for shape in ["(4000000000, 1000, 1)", &format!("({most}, {most})"), &format!("({most},)")] {
            assert!(parsed("'<f8'", shape)?.check_size(1000).is_err(), "{shape}");
        }
        parsed("'<f8'", &format!("({most}, 0, {most})"))?.check_size(128)
    }
}
