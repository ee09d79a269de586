//! The forms in which programs write a value: as it is, escaped, encoded.

use gate_core::secret::Secret;

/// The shortest value that is masked: shorter ones, such as `true` and `false`, stand in every log by chance. No form is
/// shorter.
const SHORTEST: usize = 6;

/// So much of the beginning of a form is masked also where the rest does not follow.
const BEGINNING: usize = 40;

/// A way to write bytes.
type Encoding = fn(&[u8]) -> Vec<u8>;

/// Every way to write a value in which the whole of it can be found.
const ENCODINGS: [Encoding; 13] = [
    <[u8]>::to_vec,
    |value| percent(value, b"", b"0123456789ABCDEF"),
    |value| percent(value, b"", b"0123456789abcdef"),
    // What `urllib.parse.quote` leaves as it is.
    |value| percent(value, b"/", b"0123456789ABCDEF"),
    |value| percent(value, b"/", b"0123456789abcdef"),
    json,
    |value| json(&json(value)),
    |value| replaced(&json(value), &GO_JSON),
    |value| replaced(value, &HTML_TEXT),
    |value| replaced(&replaced(value, &HTML_TEXT), &[(b'"', "&quot;"), (b'\'', "&#x27;")]),
    |value| replaced(&replaced(value, &HTML_TEXT), &[(b'"', "&#34;"), (b'\'', "&#39;")]),
    // Python writes a text in the kind of quotes that it does not hold, if there is one.
    |value| replaced(value, &[(b'\\', r"\\")]),
    |value| replaced(value, &[(b'\\', r"\\"), (b'\'', r"\'")]),
];

/// What Go escapes beside what JSON demands.
const GO_JSON: [(u8, &str); 3] = [(b'&', r"\u0026"), (b'<', r"\u003c"), (b'>', r"\u003e")];

/// What HTML escapes outside of attributes.
const HTML_TEXT: [(u8, &str); 3] = [(b'&', "&amp;"), (b'<', "&lt;"), (b'>', "&gt;")];

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_OF_URLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Every form of every line of a value that is long enough.
pub(super) fn of(secret: &Secret) -> Vec<Vec<u8>> {
    let lines = secret.expose().split(|byte| matches!(byte, b'\n' | b'\r'));
    let mut all = Vec::new();
    for line in lines.map(<[u8]>::trim_ascii).filter(|line| line.len() >= SHORTEST) {
        all.extend(ENCODINGS.iter().map(|encode| encode(line)));
        for alphabet in [BASE64, BASE64_OF_URLS] {
            all.extend((0..3).map(|before| base64_after(before, line, alphabet)));
        }
    }
    // Messages show only the beginning of a long value.
    let beginnings: Vec<_> =
        all.iter().filter_map(|form| form.get(..BEGINNING)).map(<[u8]>::to_vec).collect();
    all.extend(beginnings);
    all.sort();
    all.dedup();
    all
}

fn percent(value: &[u8], kept: &[u8], digits: &[u8; 16]) -> Vec<u8> {
    let digit = |number: u8| digits.get(usize::from(number)).copied().unwrap_or_default();
    let byte = |byte: &u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) || kept.contains(byte) => vec![*byte],
        byte => vec![b'%', digit(byte >> 4), digit(byte & 15)],
    };
    value.iter().flat_map(byte).collect()
}

/// Without the quotes around it.
fn json(value: &[u8]) -> Vec<u8> {
    let quoted = serde_json::to_string(&String::from_utf8_lossy(value)).unwrap_or_default();
    let inner = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inner.unwrap_or(&quoted).as_bytes().to_vec()
}

fn replaced(value: &[u8], escapes: &[(u8, &str)]) -> Vec<u8> {
    let escape = |byte: &u8| {
        let found = escapes.iter().find(|(escaped, _)| escaped == byte);
        found.map_or_else(|| vec![*byte], |(_, escape)| escape.as_bytes().to_vec())
    };
    value.iter().flat_map(escape).collect()
}

/// The part of a base64 text that a value decides alone, with so many bytes before it in a group of three, and any after.
fn base64_after(before: usize, value: &[u8], alphabet: &[u8; 64]) -> Vec<u8> {
    let bytes = [vec![0; before], value.to_vec()].concat();
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| usize::from(byte >> (7 - at % 8) & 1));
    let letter = |at: usize| (6 * at..6 * at + 6).fold(0, |number, at| 2 * number + bit(at));
    let decided = (8 * before).div_ceil(6)..8 * bytes.len() / 6;
    decided.filter_map(|at| alphabet.get(letter(at)).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masker::Masker;
    use gate_core::GateError;

    /// A value with everything in it that some form escapes.
    const TOKEN: &str = r#"tok"9f8e7d&6c5b+4a39\281706/<REAL>%'SECRET=="#;

    fn masked(value: &str, text: &str) -> Result<String, GateError> {
        Ok(Masker::new(&[Secret::new(value)])?.text(text))
    }

    #[test]
    fn escaped_forms_are_masked() -> Result<(), GateError> {
        for form in [
            TOKEN,
            "tok%229f8e7d%266c5b%2B4a39%5C281706%2F%3CREAL%3E%25%27SECRET%3D%3D",
            "tok%229f8e7d%266c5b%2b4a39%5c281706%2f%3cREAL%3e%25%27SECRET%3d%3d",
            "tok%229f8e7d%266c5b%2B4a39%5C281706/%3CREAL%3E%25%27SECRET%3D%3D",
            "tok%229f8e7d%266c5b%2b4a39%5c281706/%3cREAL%3e%25%27SECRET%3d%3d",
            r#"tok\"9f8e7d&6c5b+4a39\\281706/<REAL>%'SECRET=="#,
            r#"tok\\\"9f8e7d&6c5b+4a39\\\\281706/<REAL>%'SECRET=="#,
            r#"tok\"9f8e7d\u00266c5b+4a39\\281706/\u003cREAL\u003e%'SECRET=="#,
            r#"tok"9f8e7d&amp;6c5b+4a39\281706/&lt;REAL&gt;%'SECRET=="#,
            r"tok&quot;9f8e7d&amp;6c5b+4a39\281706/&lt;REAL&gt;%&#x27;SECRET==",
            r"tok&#34;9f8e7d&amp;6c5b+4a39\281706/&lt;REAL&gt;%&#39;SECRET==",
            r#"tok"9f8e7d&6c5b+4a39\\281706/<REAL>%'SECRET=="#,
            r#"tok"9f8e7d&6c5b+4a39\\281706/<REAL>%\'SECRET=="#,
        ] {
            assert_eq!(masked(TOKEN, &format!("a {form} b"))?, "a *** b", "{form}");
        }
        Ok(())
    }

    #[test]
    fn base64_is_masked_at_every_alignment_in_both_alphabets() -> Result<(), GateError> {
        // `printf '%s' 'pl4in?>value' | base64`, after "", "u" and "u:", with "!" behind it.
        for (form, shown) in [
            ("cGw0aW4/PnZhbHVlIQ==", "***IQ=="),
            ("cGw0aW4_PnZhbHVlIQ==", "***IQ=="),
            ("dXBsNGluPz52YWx1ZSE=", "dX***SE="),
            ("dXBsNGluPz52YWx1ZSE=", "dX***SE="),
            ("dTpwbDRpbj8+dmFsdWUh", "dTp***Uh"),
            ("dTpwbDRpbj8-dmFsdWUh", "dTp***Uh"),
        ] {
            assert_eq!(masked("pl4in?>value", &format!("as {form}"))?, format!("as {shown}"));
        }
        Ok(())
    }

    #[test]
    fn the_beginning_of_a_long_form_is_masked() -> Result<(), GateError> {
        let form = String::from_utf8_lossy(&base64_after(0, TOKEN.as_bytes(), BASE64)).into_owned();
        let beginning = form.get(..BEGINNING).unwrap_or_default();
        assert_eq!(masked(TOKEN, &format!("{beginning}..."))?, "***...");
        Ok(())
    }

    #[test]
    fn no_form_is_shorter_than_what_stands_in_logs_by_chance() {
        assert!(of(&Secret::new("true\nno\nabcde")).is_empty());
        for value in ["abcdef", "abcdefg", "&&&&&&", "\"\"\"\"\"\""] {
            assert!(of(&Secret::new(value)).iter().all(|form| form.len() >= SHORTEST), "{value}");
        }
    }
}
