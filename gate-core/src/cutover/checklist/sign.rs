//! Putting a name under a checklist.

use alloc::format;
use alloc::string::{String, ToString as _};

use super::{Checklist, SignedBy};
use crate::breaker::Signed;
use crate::cutover::GoNoGo;
use crate::cutover::evidence::KeyRing;
use crate::digest::Digest;
use crate::time::{Instant, format_instant};
use crate::{ErrorCode, GateError};

/// What a signature under a key is over.
pub(super) fn message(key_id: &str, by: &SignedBy, digest: Digest) -> String {
    let (schema, at) = (super::CHECKLIST_SCHEMA, format_instant(by.signed_at));
    format!("{schema}\n{key_id}\n{}\n{}\n{at}\n{digest}\n", by.name, by.role)
}

impl Checklist {
    /// The same document, signed. With keys the name is vouched for by the active one.
    ///
    /// # Errors
    /// `name-syntax` for a name or role that is empty or not printable, `contradiction` for a GO over criteria that are
    /// not all GO and for a name that has signed already, `missing-field` for a document without a decision and for keys
    /// of which none may sign.
    pub fn signed(
        mut self,
        name: &str,
        role: &str,
        keys: Option<&KeyRing>,
        now: Instant,
    ) -> Result<Self, GateError> {
        Signed::new(name, role)?;
        self.may_be_signed(name)?;
        let digest = self.digest()?;
        let mut by = SignedBy {
            name: name.to_string(),
            role: role.to_string(),
            signed_at: now,
            digest,
            signature: None,
        };
        by.signature = keys.map(|keys| keys.sign(|key_id| message(key_id, &by, digest), now)).transpose()?;
        self.signatures.push(by);
        Ok(self)
    }

    fn may_be_signed(&self, name: &str) -> Result<(), GateError> {
        let Some(decision) = self.decision.filter(|decision| *decision != GoNoGo::Pending) else {
            let found = self.decision.map_or("none", GoNoGo::as_str);
            return Err(GateError::new(ErrorCode::MissingField, "decision", "`GO` or `NO-GO`", found));
        };
        if let Some(open) = self.criteria.iter().find(|one| one.decision != Some(GoNoGo::Go))
            && decision == GoNoGo::Go
        {
            let found = open.decision.map_or("nothing", GoNoGo::as_str);
            let path = format!("criteria.{}", open.id);
            return Err(GateError::new(ErrorCode::Contradiction, path, "`GO`, as the decision says", found));
        }
        if self.signatures.iter().any(|by| by.name == name) {
            let found = crate::document::quoted(name);
            let expected = "a name that has not signed yet";
            return Err(GateError::new(ErrorCode::Contradiction, "signatures", expected, found));
        }
        Ok(())
    }
}
