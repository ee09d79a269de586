//! The Python literals of which an array's header is made: a dict of text, booleans and tuples of integers.

use super::super::wrong::{Wrong, quoted};

/// Nested dtypes are lists of tuples of lists; numpy's own go a few levels deep.
const MAX_DEPTH: usize = 32;

/// A literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    Text(Vec<u8>),
    Integer(u64),
    Bool(bool),
    None,
    Sequence(Vec<Literal>),
    Dict(Vec<(Literal, Literal)>),
}

/// Reads one literal and nothing after it but blanks.
pub(super) fn read(bytes: &[u8]) -> Result<Literal, Wrong> {
    let mut reader = Reader { rest: bytes };
    let literal = reader.literal(MAX_DEPTH)?;
    match reader.peek() {
        None => Ok(literal),
        Some(_) => Err(reader.wrong("the end of the header")),
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn literal(&mut self, depth: usize) -> Result<Literal, Wrong> {
        let Some(deeper) = depth.checked_sub(1) else { return Err(self.wrong("less nesting")) };
        match self.peek() {
            Some(b'{') => self.dict(deeper),
            Some(b'(') => self.sequence(b')', deeper),
            Some(b'[') => self.sequence(b']', deeper),
            Some(quote @ (b'\'' | b'"')) => self.text(quote),
            Some(b'0'..=b'9') => self.integer(),
            _ => self.word(),
        }
    }

    fn dict(&mut self, depth: usize) -> Result<Literal, Wrong> {
        let mut entries = Vec::new();
        self.skip(1);
        while !self.closes(b'}') {
            let key = self.literal(depth)?;
            self.expect(b':')?;
            entries.push((key, self.literal(depth)?));
            self.separate(b'}')?;
        }
        Ok(Literal::Dict(entries))
    }

    fn sequence(&mut self, close: u8, depth: usize) -> Result<Literal, Wrong> {
        let mut items = Vec::new();
        self.skip(1);
        while !self.closes(close) {
            items.push(self.literal(depth)?);
            self.separate(close)?;
        }
        Ok(Literal::Sequence(items))
    }

    fn text(&mut self, quote: u8) -> Result<Literal, Wrong> {
        self.skip(1);
        let end = self.rest.iter().position(|byte| *byte == quote || *byte == b'\\');
        match end.and_then(|end| self.rest.split_at_checked(end)) {
            Some((text, rest)) if rest.first() == Some(&quote) => {
                self.rest = rest;
                self.skip(1);
                Ok(Literal::Text(text.to_vec()))
            }
            // Escapes occur in the field names of records only, which no artifact of a run has.
            _ => Err(self.wrong("plain text in quotes")),
        }
    }

    fn integer(&mut self) -> Result<Literal, Wrong> {
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let text = self.rest.get(..digits).unwrap_or_default();
        let number = text.iter().try_fold(0_u64, |number, digit| {
            number.checked_mul(10)?.checked_add(u64::from(digit.wrapping_sub(b'0')))
        });
        let Some(number) = number else { return Err(self.wrong("an integer of 64 bits")) };
        self.skip(digits);
        // Python 2 wrote `3L`.
        if self.rest.first() == Some(&b'L') {
            self.skip(1);
        }
        Ok(Literal::Integer(number))
    }

    fn word(&mut self) -> Result<Literal, Wrong> {
        let words = [("True", Literal::Bool(true)), ("False", Literal::Bool(false)), ("None", Literal::None)];
        for (word, literal) in words {
            if self.rest.starts_with(word.as_bytes()) {
                self.skip(word.len());
                return Ok(literal);
            }
        }
        Err(self.wrong("text, an integer of 0 or more, True, False, a tuple or a dict"))
    }

    /// The next byte that is not blank.
    fn peek(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_ascii_start();
        self.rest.first().copied()
    }

    fn closes(&mut self, close: u8) -> bool {
        let closes = self.peek() == Some(close);
        if closes {
            self.skip(1);
        }
        closes
    }

    fn expect(&mut self, byte: u8) -> Result<(), Wrong> {
        if self.peek() == Some(byte) {
            self.skip(1);
            return Ok(());
        }
        Err(self.wrong(&format!("`{}`", char::from(byte))))
    }

    /// A comma, unless the bracket closes.
    fn separate(&mut self, close: u8) -> Result<(), Wrong> {
        if self.peek() == Some(close) { Ok(()) } else { self.expect(b',') }
    }

    fn skip(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    fn wrong(&self, expected: &str) -> Wrong {
        let found = if self.rest.is_empty() { "the end of the header".to_owned() } else { quoted(self.rest) };
        Wrong::new(expected, found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_numpy_writes() -> Result<(), Wrong> {
        let header = read(b"{'descr': '<f4', 'fortran_order': False, 'shape': (40, 8L, 1), }   \n")?;
        let text = |text: &str| Literal::Text(text.as_bytes().to_vec());
        let shape = Literal::Sequence(vec![Literal::Integer(40), Literal::Integer(8), Literal::Integer(1)]);
        let entries = vec![
            (text("descr"), text("<f4")),
            (text("fortran_order"), Literal::Bool(false)),
            (text("shape"), shape),
        ];
        assert_eq!(header, Literal::Dict(entries));
        assert_eq!(read(b"(3,)")?, Literal::Sequence(vec![Literal::Integer(3)]));
        assert_eq!(read(b"()")?, Literal::Sequence(vec![]));
        Ok(())
    }

    #[test]
    fn refuses_what_is_no_literal() {
        let nested = "[".repeat(1000);
        let wrong =
            ["", "{", "(1", "(1 2)", "'a", "-1", "1.5", "99999999999999999999", "f()", "1 2", "'\\x41'"];
        for text in wrong.into_iter().chain([nested.as_str()]) {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
