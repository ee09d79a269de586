//! Key material and tokens: used, compared and shown without ever being written out.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use sha2::Sha256;

use crate::ErrorCode;
use crate::digest::Digest;
use crate::document::authored;

/// The block of SHA-256, which HMAC pads its key to.
const BLOCK: usize = 64;

/// A secret. It can be read from a document but not written to one, and its `Debug` shows only its length.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// These bytes as a secret.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes themselves. Never format them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// HMAC-SHA256 of `message` under this secret.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Digest {
        Digest(self.mac(message).finalize().into_bytes().into())
    }

    /// Whether `signature` is the HMAC-SHA256 of `message` under this secret. Takes the same time for every wrong one.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: Digest) -> bool {
        self.mac(message).verify_slice(&signature.0).is_ok()
    }

    /// What may be shown of it: the name, the length, and the first 8 digits of a digest under a key of the viewer.
    ///
    /// Without the key nobody can try guesses against the digest. Give a key that is random per run, or one that the
    /// readers of a report share so that they see which secrets are equal.
    #[must_use]
    pub fn shown(&self, name: &str, key: &Self) -> ShownSecret {
        let digest = key.sign(&self.0).to_string().chars().take(8).collect();
        ShownSecret { name: name.to_string(), length: self.len(), digest }
    }

    fn mac(&self, message: &[u8]) -> Hmac<Sha256> {
        // As RFC 2104 makes a block of any key. The block is always as long as it must be, so nothing can fail.
        let hashed = Digest::of(&self.0).0;
        let key = if self.0.len() > BLOCK { hashed.as_slice() } else { &self.0 };
        let mut block = [0; BLOCK];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte = *key);
        Hmac::<Sha256>::new(&block.into()).chain_update(message)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.len())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

/// What an output may say about a secret: `API_TOKEN (32 bytes, digest 1a2b3c4d)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownSecret {
    /// What it is called.
    pub name: String,
    /// Its length in bytes.
    pub length: usize,
    /// The first 8 hexadecimal digits of its keyed digest.
    pub digest: String,
}

impl fmt::Display for ShownSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes, digest {})", self.name, self.length, self.digest)
    }
}

/// Reads text. Every other type is refused without saying what it was: a token of digits is still a token.
struct Reader;

fn refused<E: Error>() -> Result<Secret, E> {
    Err(authored(ErrorCode::WrongType, "a secret as text", "another type"))
}

impl<'de> Visitor<'de> for Reader {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret as text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::new(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Secret, E> {
        Ok(Secret::new(text))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Secret, E> {
        refused()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Secret, E> {
        refused()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Secret, E> {
        refused()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
        refused()
    }

    fn visit_unit<E: Error>(self) -> Result<Secret, E> {
        refused()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Secret, A::Error> {
        refused()
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Secret, A::Error> {
        refused()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use alloc::format;
    use alloc::vec;

    use super::*;
    use crate::document::from_json;

    #[derive(Debug, serde::Deserialize)]
    struct Keys {
        token: Secret,
    }

    /// RFC 4231, cases 2, 6 and 7: a short key, and two that are longer than a block.
    #[test]
    fn the_signatures_are_those_of_the_rfc() {
        let long = Secret::new(vec![0xaa; 131]);
        let of = |secret: &Secret, text: &str| secret.sign(text.as_bytes()).to_string();
        assert_eq!(
            of(&Secret::new("Jefe"), "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            of(&long, "Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
        let text = "This is a test using a larger than block-size key and a larger than block-size data. \
                    The key needs to be hashed before being used by the HMAC algorithm.";
        let expected = "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2";
        assert_eq!(of(&long, text), expected);
        assert!(long.verifies(text.as_bytes(), Digest::parse(expected).unwrap()));
        assert!(!long.verifies(b"other", Digest::parse(expected).unwrap()));
    }

    #[test]
    fn nothing_that_is_shown_holds_it() {
        let secret = Secret::new("hunter2-hunter2");
        let shown = secret.shown("API_TOKEN", &Secret::new("key of this run"));
        let other = secret.shown("API_TOKEN", &Secret::new("key of another run"));
        assert_ne!(shown.digest, other.digest);
        let texts = [format!("{secret:?}"), shown.to_string(), format!("{shown:?}")];
        assert!(texts.iter().all(|text| text.contains("15") && !text.contains("hunter")), "{texts:?}");
    }

    #[test]
    fn a_wrong_type_is_refused_without_saying_what_it_was() {
        assert_eq!(from_json::<Keys>(br#"{"token": "abc"}"#).unwrap().token.expose(), b"abc");
        for value in ["424242", "-424242", "424242.5", "true", "null", "[424242]", "{\"424242\": 1}"] {
            let error = from_json::<Keys>(format!("{{\"token\": {value}}}").as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), "token: expected a secret as text, found another type");
        }
    }
}
