//! A body to be judged: of a service, or of a file.

use std::time::Duration;

use gate_core::{ErrorCode, GateError};

use crate::args::{Asking, Body};
use crate::http::{Question, Url, ask};
use crate::input;

/// A body with where it comes from.
pub(super) struct Found {
    pub(super) name: String,
    /// Or why there is none.
    pub(super) bytes: Result<Vec<u8>, String>,
}

impl Asking {
    /// A path of the service. What follows the path of a URL would stand before this one, so the base has none of it.
    pub(super) fn url(&self, base: &str, path: &str) -> Result<Url, GateError> {
        if base.contains(['?', '#']) {
            let expected = "a URL without a query or a fragment";
            return Err(GateError::new(ErrorCode::WrongValue, "base_url", expected, "one with it"));
        }
        let slash = if path.starts_with('/') { "" } else { "/" };
        Url::parse(&format!("{}{slash}{path}", base.trim_end_matches('/')), self.allow_http, "base_url")
    }

    pub(super) const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout as u64)
    }
}

/// Reads the file, or asks the service: only a 200 has a body to be judged.
pub(super) fn body(args: &Body, path: &str) -> Result<Found, GateError> {
    let Some(base) = &args.base_url else {
        let file = args.input.as_deref().unwrap_or_else(|| "-".as_ref());
        let source = input::read(file, "input")?;
        return Ok(Found { name: source.name, bytes: Ok(source.bytes) });
    };
    let url = args.asking.url(base, path)?;
    let bytes = match ask(&url, Question::default(), args.asking.timeout()) {
        Ok(reply) if reply.status == 200 => Ok(reply.body),
        Ok(reply) => Err(format!("status {}", reply.status)),
        Err(why) => Err(why),
    };
    Ok(Found { name: format!("{}{path}", url.shown()), bytes })
}
