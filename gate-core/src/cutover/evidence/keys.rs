//! The keys that sign indexes and verify them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

use super::index::{ALGORITHM, Signature};
use crate::bounds::{MAX_NAME_BYTES, MIN_KEY_BYTES};
use crate::document::quoted;
use crate::secret::Secret;
use crate::time::{Instant, format_instant};
use crate::{ErrorCode, GateError};

/// What a key may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// To sign and to verify.
    Active,
    /// To verify what was signed before.
    Grace,
    /// For nothing.
    Retired,
}

/// A key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningKey {
    /// What signatures call it.
    pub key_id: String,
    /// The key itself.
    pub secret: Secret,
    /// What it may be used for.
    pub state: KeyState,
    /// From this instant on it verifies nothing. A key in grace has one. Lists of keys that are watched call it by the
    /// other names.
    #[serde(default, alias = "expires_at", alias = "grace_until", with = "crate::time::rfc3339::option")]
    pub until: Option<Instant>,
}

/// Keys with different ids, of which at most one signs.
#[derive(Debug, Clone)]
pub struct KeyRing(Vec<SigningKey>);

impl KeyRing {
    /// These keys.
    ///
    /// # Errors
    /// `missing-field` without a key, `name-syntax` for an id that is empty, too long or not printable, `duplicate-key`
    /// for two keys of one id, `wrong-value` for a secret that is too short, `contradiction` for two active keys, and
    /// `missing-field` for a key in grace without an end: it would verify for ever.
    pub fn new(keys: Vec<SigningKey>) -> Result<Self, GateError> {
        let refuse =
            |code, expected: String, found: String| Err(GateError::new(code, "keys", expected, found));
        if keys.is_empty() {
            return refuse(ErrorCode::MissingField, "at least one key".into(), "none".into());
        }
        for (index, key) in keys.iter().enumerate() {
            let id = &key.key_id;
            if id.trim().is_empty() || id.len() > MAX_NAME_BYTES || id.chars().any(char::is_control) {
                let expected = format!("an id of 1 to {MAX_NAME_BYTES} printable bytes");
                return refuse(ErrorCode::NameSyntax, expected, quoted(id));
            }
            if keys.iter().take(index).any(|known| known.key_id == *id) {
                return refuse(ErrorCode::DuplicateKey, "each id once".into(), quoted(id));
            }
            if key.state == KeyState::Grace && key.until.is_none() {
                let expected = String::from("`until` of a key in grace");
                return refuse(ErrorCode::MissingField, expected, format!("none in {}", quoted(id)));
            }
            if key.secret.len() < MIN_KEY_BYTES {
                let found = format!("{} bytes in {}", key.secret.len(), quoted(id));
                return refuse(
                    ErrorCode::WrongValue,
                    format!("at least {MIN_KEY_BYTES} bytes of key"),
                    found,
                );
            }
        }
        match keys.iter().filter(|key| key.state == KeyState::Active).count() {
            0 | 1 => Ok(Self(keys)),
            more => refuse(ErrorCode::Contradiction, "one active key".into(), format!("{more}")),
        }
    }

    /// Signs what is to be said under the id of the active key.
    ///
    /// # Errors
    /// `missing-field` if no key may sign.
    pub(in crate::cutover) fn sign(
        &self,
        message: impl FnOnce(&str) -> String,
        now: Instant,
    ) -> Result<Signature, GateError> {
        let key = self.signer(now)?;
        let value = key.secret.sign(message(&key.key_id).as_bytes());
        Ok(Signature { algorithm: ALGORITHM.into(), key_id: key.key_id.clone(), value })
    }

    /// What is wrong with a signature of what is to be said under the id of a key.
    pub(in crate::cutover) fn problem(
        &self,
        signature: &Signature,
        message: impl FnOnce(&str) -> String,
        now: Instant,
    ) -> Option<String> {
        if signature.algorithm != ALGORITHM {
            let found = quoted(&signature.algorithm);
            return Some(format!("algorithm: expected `{ALGORITHM}`, found {found}"));
        }
        match self.verifier(&signature.key_id, now) {
            Err(problem) => Some(format!("key_id: {problem}")),
            Ok(key) if key.secret.verifies(message(&key.key_id).as_bytes(), signature.value) => None,
            Ok(key) => Some(format!("value: expected the HMAC under {}, found another", quoted(&key.key_id))),
        }
    }

    /// The key that signs.
    pub(super) fn signer(&self, now: Instant) -> Result<&SigningKey, GateError> {
        let usable =
            |key: &&SigningKey| key.state == KeyState::Active && key.until.is_none_or(|until| now < until);
        let error = || {
            GateError::new(ErrorCode::MissingField, "keys", "an active key that is not past its end", "none")
        };
        self.0.iter().find(usable).ok_or_else(error)
    }

    /// The key of this id if it may verify now, or why there is none.
    pub(super) fn verifier(&self, key_id: &str, now: Instant) -> Result<&SigningKey, String> {
        let key = self.0.iter().find(|key| key.key_id == key_id);
        match key {
            None => Err(format!("expected a known key, found {}", quoted(key_id))),
            Some(key) if key.state == KeyState::Retired => {
                Err(format!("expected a key that may verify, found {}, which is retired", quoted(key_id)))
            }
            Some(SigningKey { until: Some(until), .. }) if now >= *until => {
                let until = format_instant(*until);
                Err(format!(
                    "expected a key that may verify, found {}, which ended at {until}",
                    quoted(key_id)
                ))
            }
            Some(key) => Ok(key),
        }
    }
}
