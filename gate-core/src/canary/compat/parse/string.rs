//! Texts and their escapes.

use super::scanner::Scanner;
use crate::canary::compat::error::CompatError;
use crate::canary::compat::text::Str;

impl Scanner<'_> {
    /// Reads the text whose opening quote is here.
    pub(super) fn string(&mut self) -> Result<Str, CompatError> {
        let open = self.at;
        let mut text = Str::default();
        self.at += 1;
        loop {
            self.plain(&mut text);
            match self.byte(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') if self.byte(self.at + 1).is_some() => text.push(self.escape()?),
                Some(b'\\') | None => return Err(self.mistake("Unterminated string starting at", open)),
                Some(_) => return Err(self.mistake("Invalid control character at", self.at)),
            }
        }
    }

    /// Reads up to a quote, a backslash or a control character.
    fn plain(&mut self, text: &mut Str) {
        let rest = self.rest();
        let length = rest.find(|c| matches!(c, '"' | '\\' | '\0'..='\x1f')).unwrap_or(rest.len());
        text.push_str(rest.get(..length).unwrap_or_default());
        self.at += length;
    }

    /// Reads the escape whose backslash is here.
    fn escape(&mut self) -> Result<u32, CompatError> {
        let short = match self.byte(self.at + 1) {
            Some(same @ (b'"' | b'\\' | b'/')) => same,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.mistake("Invalid \\escape", self.at)),
        };
        self.at += 2;
        Ok(short.into())
    }

    /// Reads `\uXXXX`, or two of them that form a surrogate pair. A surrogate on its own is kept as it is.
    fn unicode_escape(&mut self) -> Result<u32, CompatError> {
        let Some(unit) = self.code_unit(self.at) else {
            return Err(self.mistake("Invalid \\uXXXX escape", self.at + 1));
        };
        self.at += 6;
        if let (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) = (unit, self.code_unit(self.at)) {
            self.at += 6;
            return Ok(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
        }
        Ok(unit)
    }

    /// The number in `\uXXXX`. As in Python, something has to follow it: the closing quote, if nothing else.
    fn code_unit(&self, at: usize) -> Option<u32> {
        let hex = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
        let is_hex = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_followed = at + 6 < self.text.len();
        (is_hex && is_followed).then(|| u32::from_str_radix(hex, 16).ok())?
    }
}
