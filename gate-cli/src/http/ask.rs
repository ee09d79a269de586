//! Requests with a token or a body, and answers with everything that came back.

use std::time::Duration;

use gate_core::secret::Secret;
use ureq::Body;
use ureq::http::{Request, Response};

use super::{MAX_BODY_BYTES, Url, agent, why};

/// What is asked.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Question<'a> {
    pub(crate) token: Option<&'a Secret>,
    /// A JSON document to be posted; without one it is a GET.
    pub(crate) body: Option<&'a [u8]>,
}

/// Everything that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Asks once. A redirect is an answer like any other: a token is never carried elsewhere.
pub(crate) fn ask(url: &Url, question: Question, timeout: Duration) -> Result<Reply, String> {
    let mut request = Request::builder().uri(&url.0);
    if let Some(token) = question.token {
        request = request.header("authorization", [b"Bearer ", token.expose()].concat());
    }
    // Not the library's words: they might quote the token.
    let unusable = |_| "a token or URL that no request can carry".to_owned();
    let response = match question.body {
        Some(body) => {
            let request = request.method("POST").header("content-type", "application/json");
            agent(url, timeout)?.run(request.body(body).map_err(unusable)?)
        }
        None => agent(url, timeout)?.run(request.method("GET").body(()).map_err(unusable)?),
    };
    reply(response.map_err(|error| why(&error, timeout))?, timeout)
}

fn reply(mut response: Response<Body>, timeout: Duration) -> Result<Reply, String> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = response.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect();
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(MAX_BODY_BYTES).read_to_vec();
    Ok(Reply { status, headers, body: body.map_err(|error| why(&error, timeout))? })
}
