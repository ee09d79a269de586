//! HTTP as a probe needs it: one bounded answer within one deadline, or why there is none.
//!
//! TLS, unless the host is this machine or the user asked for less. A redirect is followed on the same host only, and
//! never from TLS to none: an answer from elsewhere says nothing about this service. No text that comes out of here
//! has a path, a query or a user of a URL, any of which may be a secret.

mod ask;
mod roots;

use std::io;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use gate_core::{ErrorCode, GateError};
use ureq::http::{Response, Uri};
use ureq::tls::TlsConfig;
use ureq::{Agent, Body};

use crate::duration::shown;
pub(crate) use ask::{Question, ask};

/// The longest answer that is read: a service has less to say about itself.
const MAX_BODY_BYTES: u64 = 1024 * 1024;

/// So many redirects are followed.
const MAX_REDIRECTS: usize = 3;

/// A place to ask.
#[derive(Debug, Clone)]
pub(crate) struct Url(Uri);

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Url {
    /// Reads a URL. Without TLS only a loopback host is asked, unless `allow_http`.
    pub(crate) fn parse(text: &str, allow_http: bool, argument: &'static str) -> Result<Self, GateError> {
        let refuse = |expected: &str, found: &str| {
            Err(GateError::new(ErrorCode::WrongValue, argument, expected, found))
        };
        let Ok(uri) = text.parse::<Uri>() else { return refuse("a URL", "something else") };
        let url = Self(uri);
        match (url.0.scheme_str(), url.0.host()) {
            (Some("https"), Some(_)) => Ok(url),
            (Some("http"), Some(_)) if allow_http || url.is_loopback() => Ok(url),
            (Some("http"), Some(_)) => {
                refuse("https, or `--allow-http`, for a host that is not this machine", &url.shown())
            }
            _ => refuse("a URL with http or https and a host", "another one"),
        }
    }

    /// Scheme, host and port: what may be shown.
    pub(crate) fn shown(&self) -> String {
        let host = self.0.host().unwrap_or_default();
        let port = self.0.port_u16().map_or_else(String::new, |port| format!(":{port}"));
        format!("{}://{host}{port}", self.0.scheme_str().unwrap_or_default())
    }

    fn is_loopback(&self) -> bool {
        let host = self.0.host().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// Where a redirect leads, if that may be followed.
    fn redirected(&self, location: &str) -> Result<Self, String> {
        let refused = || format!("redirected away from {}", self.shown());
        let next = if location.starts_with('/') && !location.starts_with("//") {
            let (scheme, authority) = (self.0.scheme().cloned(), self.0.authority().cloned());
            let (Some(scheme), Some(authority)) = (scheme, authority) else { return Err(refused()) };
            let target = Uri::builder().scheme(scheme).authority(authority).path_and_query(location).build();
            target.map_err(|_| refused())?
        } else {
            location.parse::<Uri>().map_err(|_| refused())?
        };
        let same = |one: &Uri, other: &Uri| {
            one.host() == other.host() && one.port_u16() == other.port_u16() && one.scheme() == other.scheme()
        };
        if same(&self.0, &next) { Ok(Self(next)) } else { Err(refused()) }
    }
}

/// Asks, and follows redirects on the same host. All of it takes at most `timeout`.
pub(crate) fn get(url: &Url, timeout: Duration) -> Result<Answer, String> {
    let started = Instant::now();
    let mut url = url.clone();
    for _ in 0..=MAX_REDIRECTS {
        let left = timeout.checked_sub(started.elapsed()).filter(|left| !left.is_zero());
        let left = left.ok_or_else(|| late(timeout))?;
        let asked = agent(&url, left)?.get(&url.0).call();
        let response = asked.map_err(|error| why(&error, timeout))?;
        if !response.status().is_redirection() {
            return answer(response, timeout);
        }
        let location = response.headers().get("location").and_then(|value| value.to_str().ok());
        url = url.redirected(location.unwrap_or_default())?;
    }
    Err(format!("more than {MAX_REDIRECTS} redirects"))
}

/// Sends a JSON document and returns the status.
pub(crate) fn post_json(url: &Url, document: &str, timeout: Duration) -> Result<u16, String> {
    let request = agent(url, timeout)?.post(&url.0).header("content-type", "application/json");
    let response = request.send(document).map_err(|error| why(&error, timeout))?;
    Ok(response.status().as_u16())
}

fn agent(url: &Url, timeout: Duration) -> Result<Agent, String> {
    let mut config = Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("tsfm-gate/", env!("CARGO_PKG_VERSION")));
    if url.is_loopback() {
        // A proxy has another loopback.
        config = config.proxy(None);
    }
    if url.0.scheme_str() == Some("https") {
        config = config.tls_config(TlsConfig::builder().root_certs(roots::roots()?).build());
    }
    Ok(config.build().into())
}

fn answer(mut response: Response<Body>, timeout: Duration) -> Result<Answer, String> {
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(MAX_BODY_BYTES).read_to_vec();
    Ok(Answer { status, body: body.map_err(|error| why(&error, timeout))? })
}

fn late(timeout: Duration) -> String {
    format!("no whole answer within {}", shown(timeout))
}

fn tls_failed() -> String {
    "the TLS handshake failed; SSL_CERT_FILE names other certificates to trust".to_owned()
}

/// Our own words: those of the library may quote the URL.
fn why(error: &ureq::Error, timeout: Duration) -> String {
    match error {
        ureq::Error::Timeout(_) => late(timeout),
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => late(timeout),
        // rustls tells of a certificate that it does not trust in this way.
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => tls_failed(),
        ureq::Error::Io(error) => format!("the connection failed: {}", error.kind()),
        ureq::Error::HostNotFound => "the host is not known".to_owned(),
        ureq::Error::ConnectionFailed => "no connection".to_owned(),
        ureq::Error::BodyExceedsLimit(_) => format!("the answer is longer than {MAX_BODY_BYTES} bytes"),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => tls_failed(),
        ureq::Error::Protocol(_) | ureq::Error::Http(_) | ureq::Error::LargeResponseHeader(..) => {
            "the answer is not HTTP, or was cut off".to_owned()
        }
        _ => "the request failed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_unless_it_is_this_machine() {
        let parse = |text, allow| Url::parse(text, allow, "url").map(|url| url.shown());
        assert_eq!(
            parse("http://127.0.0.1:8080/readyz?token=s", false).as_deref(),
            Ok("http://127.0.0.1:8080")
        );
        assert_eq!(parse("http://[::1]:1/x", false).as_deref(), Ok("http://[::1]:1"));
        assert_eq!(parse("https://kim:pw@host/x", false).as_deref(), Ok("https://host"));
        assert_eq!(parse("http://host/x", true).as_deref(), Ok("http://host"));
        for wrong in
            ["http://host/secret", "http://localhost.evil.com/", "ftp://127.0.0.1/", "/x", "", "http://"]
        {
            let refused = parse(wrong, false).map_err(|error| error.to_string());
            assert!(refused.is_err_and(|error| !error.contains("secret")), "{wrong}");
        }
    }

    #[test]
    fn a_redirect_stays_on_its_host() -> Result<(), GateError> {
        let url = Url::parse("http://127.0.0.1:80/readyz", false, "url")?;
        assert!(url.redirected("/health?x=1").is_ok());
        assert!(url.redirected("http://127.0.0.1:80/health").is_ok());
        for away in ["//evil/x", "http://127.0.0.1:81/", "https://127.0.0.1:80/", "http://evil/", "", "x y"] {
            assert!(url.redirected(away).is_err(), "{away}");
        }
        Ok(())
    }
}
