//! Secrets out of everything that is written: logs, reports, commands.
//!
//! What is masked: the values that are known (variables of the environment whose names say that they are secret), what
//! the rules of the secret scan find, and whatever stands before the `@` of a URL. Rather too much than too little.

mod forms;

use std::mem;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use gate_core::release::secrets::{MAX_VALUE_BYTES, Scanner, SecretRule};
use gate_core::secret::Secret;
use gate_core::{ErrorCode, GateError};

/// What stands in the place of a secret.
const MASK: &[u8] = b"***";

/// A line that is longer is masked piece by piece.
const LONGEST_LINE: usize = 64 * 1024;

/// How far a rule looks at most, from the first byte of its name to the last of its value.
const RULE_REACH: usize = 4 * MAX_VALUE_BYTES;

/// A private key that has not ended after so many lines is none.
const KEY_LINES: usize = 200;

/// In names of variables that hold secrets.
const SECRET_NAMES: [&str; 13] = [
    "TOKEN",
    "SECRET",
    "PASSW",
    "PASSPHRASE",
    "CREDENTIAL",
    "APIKEY",
    "API_KEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
    "SIGNING_KEY",
    "AUTHORIZATION",
    "BEARER",
    "COOKIE",
];

/// Whether a variable of this name holds a secret.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.ends_with("_KEY") || name.ends_with("_PWD") || SECRET_NAMES.iter().any(|part| name.contains(part))
}

/// Takes the secrets that it knows out of texts.
#[derive(Debug, Clone)]
pub struct Masker {
    values: AhoCorasick,
    longest: usize,
    scanner: Scanner,
}

impl Masker {
    /// One that knows these values, beside the rules.
    pub(crate) fn new(secrets: &[Secret]) -> Result<Self, GateError> {
        let values: Vec<Vec<u8>> = secrets.iter().flat_map(forms::of).collect();
        let longest = values.iter().map(Vec::len).max().unwrap_or(0);
        let values = AhoCorasick::new(&values).map_err(|error| {
            GateError::new(ErrorCode::OutOfRange, "environment", "secrets that can be searched for", error)
        })?;
        Ok(Self { values, longest, scanner: Scanner::new(Secret::new("")) })
    }

    /// One that knows the secrets of this process and those among more variables.
    ///
    /// # Errors
    /// `out-of-range` with the path `environment` for more secrets than can be searched for.
    pub fn of_environment<'a>(more: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, GateError> {
        let ours = std::env::vars_os()
            .filter(|(name, _)| is_secret_name(&name.to_string_lossy()))
            .map(|(_, value)| Secret::new(value.into_encoded_bytes()));
        let more = more.into_iter().filter(|(name, _)| is_secret_name(name));
        let secrets: Vec<Secret> = ours.chain(more.map(|(_, value)| Secret::new(value))).collect();
        Self::new(&secrets)
    }

    /// A text without its secrets.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let mut masked = Vec::new();
        let mut stream = self.stream();
        stream.push(text.as_bytes(), &mut masked);
        stream.finish(&mut masked);
        String::from_utf8_lossy(&masked).into_owned()
    }

    /// Masks what comes in pieces.
    pub(crate) fn stream(&self) -> Stream<'_> {
        Stream { masker: self, buffer: Vec::new(), carried: Vec::new(), key_lines: 0 }
    }

    /// How far back a secret can begin that is not complete yet.
    fn reach(&self) -> usize {
        RULE_REACH.max(self.longest)
    }
}

/// What has come and is not written yet.
#[derive(Debug)]
pub(crate) struct Stream<'a> {
    masker: &'a Masker,
    buffer: Vec<u8>,
    /// Ranges of the buffer that are secret, by what stood before it.
    carried: Vec<Range<usize>>,
    /// So many more lines may belong to a private key.
    key_lines: usize,
}

impl Stream<'_> {
    /// Takes a piece, and adds to `out` what is complete: whole lines, or most of a line that is very long.
    pub(crate) fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        self.buffer.extend_from_slice(piece);
        let mut bytes = mem::take(&mut self.buffer);
        let mut done = 0;
        while let Some(rest) = bytes.get(done..)
            && let Some(end) = rest.iter().position(|byte| *byte == b'\n')
        {
            self.line(rest.get(..=end).unwrap_or(rest), end + 1, out);
            done += end + 1;
        }
        while let Some(rest) = bytes.get(done..)
            && rest.len() > LONGEST_LINE + self.masker.reach()
        {
            let piece = rest.get(..LONGEST_LINE + self.masker.reach()).unwrap_or(rest);
            self.line(piece, LONGEST_LINE, out);
            done += LONGEST_LINE;
        }
        bytes.drain(..done);
        self.buffer = bytes;
    }

    /// Adds what is left.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        let bytes = mem::take(&mut self.buffer);
        self.line(&bytes, bytes.len(), out);
    }

    /// Masks a line, or a piece of one, and writes it up to `cut`; what is known of the rest is kept.
    fn line(&mut self, bytes: &[u8], cut: usize, out: &mut Vec<u8>) {
        let mut ranges = mem::take(&mut self.carried);
        for range in &mut ranges {
            range.end = run_end(bytes, range.end);
        }
        self.rules(bytes, &mut ranges);
        let values = self.masker.values.find_overlapping_iter(bytes);
        ranges.extend(values.map(|found| found.range()));
        ranges.extend(user_of_urls(bytes));
        self.key(bytes, &mut ranges);
        let ranges = merged(ranges);
        let mut at = 0;
        for range in ranges.iter().filter(|range| range.start < cut) {
            out.extend_from_slice(bytes.get(at..range.start).unwrap_or_default());
            out.extend_from_slice(MASK);
            at = range.end.min(cut);
        }
        out.extend_from_slice(bytes.get(at..cut).unwrap_or_default());
        let kept = ranges.into_iter().filter(|range| range.end > cut);
        self.carried = kept.map(|range| range.start.saturating_sub(cut)..range.end - cut).collect();
    }

    /// What the rules of the secret scan find, to the end of each word: a rule ends a long value early.
    fn rules(&mut self, bytes: &[u8], ranges: &mut Vec<Range<usize>>) {
        for found in self.masker.scanner.scan(bytes) {
            if found.rule == SecretRule::PrivateKey {
                ranges.push(found.start..found.end);
                let end = find(bytes, found.end, b"-----END");
                ranges.push(found.start..end.unwrap_or(line_end(bytes)));
                self.key_lines = if end.is_some() { 0 } else { KEY_LINES + 1 };
            } else {
                ranges.push(found.start..run_end(bytes, found.end));
            }
        }
    }

    /// The lines of a private key that began on a line before.
    fn key(&mut self, bytes: &[u8], ranges: &mut Vec<Range<usize>>) {
        let Some(left) = self.key_lines.checked_sub(1) else { return };
        self.key_lines = left;
        if left == KEY_LINES {
            // The line on which it begins.
            return;
        }
        if let Some(end) = find(bytes, 0, b"-----END") {
            self.key_lines = 0;
            ranges.push(0..end);
        } else {
            ranges.push(0..line_end(bytes));
        }
    }
}

/// Where the word that goes on at `at` ends.
fn run_end(bytes: &[u8], at: usize) -> usize {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-_./+=~".contains(byte);
    at + bytes.get(at..).unwrap_or_default().iter().take_while(is_part).count()
}

fn line_end(bytes: &[u8]) -> usize {
    let ends = bytes.iter().rev().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    bytes.len() - ends
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    bytes.get(from..)?.windows(what.len()).position(|window| window == what).map(|at| from + at)
}

/// What stands between `://` and `@`.
fn user_of_urls(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(at) = find(bytes, from, b"://") {
        let start = at + 3;
        let is_part = |byte: &&u8| byte.is_ascii_graphic() && !b"/?#\"'<>".contains(byte);
        let rest = bytes.get(start..).unwrap_or_default();
        let length = rest.iter().take_while(is_part).count();
        let authority = rest.get(..length).unwrap_or_default();
        if let Some(user) = authority.iter().rposition(|byte| *byte == b'@').filter(|user| *user > 0) {
            ranges.push(start..start + user);
        }
        from = start;
    }
    ranges
}

/// The same bytes in ranges that lie apart, in order.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut apart: Vec<Range<usize>> = Vec::new();
    for range in ranges.into_iter().filter(|range| !range.is_empty()) {
        match apart.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "pl4in&Odd-value/9";

    fn masker() -> Result<Masker, GateError> {
        Masker::new(&[Secret::new(TOKEN), Secret::new("abcabc"), Secret::new("two\nlines-of-it")])
    }

    fn in_pieces(masker: &Masker, text: &[u8], size: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut stream = masker.stream();
        text.chunks(size).for_each(|piece| stream.push(piece, &mut out));
        stream.finish(&mut out);
        out
    }

    #[test]
    fn known_values_are_masked_in_every_spelling() -> Result<(), GateError> {
        let masker = masker()?;
        assert_eq!(masker.text(&format!("a {TOKEN} b\nabcabcabc\n")), "a *** b\n***\n");
        assert_eq!(masker.text("http://x/?t=pl4in%26Odd-value%2F9&u=1"), "http://x/?t=***&u=1");
        assert_eq!(masker.text("lines-of-it two"), "*** two");
        assert_eq!(masker.text("https://kim:hunter2@host/a@b"), "https://***@host/a@b");
        assert_eq!(
            masker.text("Authorization: Bearer abcdefghijklmnop1234567890"),
            "Authorization: Bearer ***"
        );
        Ok(())
    }

    #[test]
    fn a_value_on_any_border_of_two_pieces_is_masked() -> Result<(), GateError> {
        let masker = masker()?;
        let text = format!("one {TOKEN} two\r\nthree {TOKEN}");
        for size in 1..text.len() {
            assert_eq!(in_pieces(&masker, text.as_bytes(), size), b"one *** two\r\nthree ***");
        }
        Ok(())
    }

    #[test]
    fn a_line_without_an_end_is_masked_in_bounded_memory() -> Result<(), GateError> {
        let masker = masker()?;
        for before in (LONGEST_LINE - 60..LONGEST_LINE + 60).step_by(7) {
            let text = [" ".repeat(before), TOKEN.to_owned(), " ".repeat(3 * LONGEST_LINE)].concat();
            let out = in_pieces(&masker, text.as_bytes(), 8192);
            assert!(find(&out, 0, TOKEN.as_bytes()).is_none(), "{before}");
            // A value that lies across the cut may be shown as two masks, and nothing of it as text.
            let rest: Vec<u8> = out.iter().copied().filter(|byte| *byte != b' ').collect();
            assert!(rest.iter().all(|byte| *byte == b'*') && !rest.is_empty(), "{before}");
        }
        let endless = "abc".repeat(LONGEST_LINE);
        assert!(in_pieces(&masker, endless.as_bytes(), 5000).iter().all(|byte| *byte == b'*'));
        let long = format!("token = {}", "a1B2".repeat(LONGEST_LINE));
        assert!(!in_pieces(&masker, long.as_bytes(), 5000).contains(&b'B'));
        Ok(())
    }

    #[test]
    fn a_private_key_is_masked_to_its_end() -> Result<(), GateError> {
        let masker = masker()?;
        let kind = "PRIVATE KEY";
        let text = format!("a\n-----BEGIN {kind}-----\nMIIEv\nQIBADAN\n-----END {kind}-----\nb\n");
        let shown = masker.text(&text);
        assert!(!shown.contains("MIIE") && !shown.contains("QIBA"), "{shown}");
        assert!(shown.starts_with("a\n***\n***\n***\n") && shown.ends_with("\nb\n"), "{shown}");
        Ok(())
    }
}
