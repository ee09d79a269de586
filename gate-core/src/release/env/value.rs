//! One value against its kind and its rule.

use alloc::format;
use alloc::string::{String, ToString};

use regex_automata::nfa::thompson::{self, pikevm::PikeVM};
use regex_automata::util::syntax;

use super::EnvFault;
use super::requirement::{Kind, Rule};
use crate::document::quoted;
use crate::{ErrorCode, GateError};

/// The most memory that a pattern may take.
const MAX_PATTERN_BYTES: usize = 64 * 1024;

/// The shortest secret, unless the rule says otherwise.
const MIN_SECRET: f64 = 16.0;

/// What is wrong with a value that is there, and what it should be.
pub(super) fn judge(kind: Kind, rule: &Rule, value: &str) -> Result<Option<(EnvFault, String)>, GateError> {
    if !is_of(kind, value) {
        return Ok(Some((EnvFault::WrongKind, kind.means().to_string())));
    }
    if let Some(expected) = out_of_range(kind, rule, value) {
        return Ok(Some((EnvFault::OutOfRange, expected)));
    }
    if let Some(values) = rule.one_of.as_ref().filter(|values| !values.iter().any(|known| known == value)) {
        return Ok(Some((EnvFault::NotAllowed, format!("one of {}", values.join(", ")))));
    }
    let Some(pattern) = pattern(rule.pattern.as_deref(), "pattern")? else { return Ok(None) };
    let is_match = pattern.is_match(&mut pattern.create_cache(), value.as_bytes());
    let expected = || format!("a match of {}", quoted(rule.pattern.as_deref().unwrap_or_default()));
    Ok((!is_match).then(|| (EnvFault::NoMatch, expected())))
}

fn is_of(kind: Kind, value: &str) -> bool {
    match kind {
        Kind::Text | Kind::Path => true,
        Kind::Integer => value.parse::<i64>().is_ok(),
        Kind::Number => value.parse::<f64>().is_ok_and(f64::is_finite),
        Kind::Boolean => {
            let words = ["true", "false", "1", "0", "yes", "no", "on", "off"];
            words.iter().any(|word| word.eq_ignore_ascii_case(value))
        }
        Kind::Port => is_port(value),
        Kind::Url => is_url(value),
        Kind::HostPort => value.rsplit_once(':').is_some_and(|(host, port)| is_host(host) && is_port(port)),
        Kind::Secret => value.bytes().all(|byte| byte.is_ascii_graphic()),
    }
}

fn is_port(value: &str) -> bool {
    value.parse::<u16>().is_ok_and(|port| port > 0) && value.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_host(host: &str) -> bool {
    let is_address = host.starts_with('[') && host.ends_with(']') && host.len() > 3;
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    is_address || !host.is_empty() && host.bytes().all(is_part)
}

fn is_url(value: &str) -> bool {
    let Some(rest) = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://")) else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // A password in a URL ends up in every log that names the URL; an `@` is refused with it.
    is_host(authority)
        || authority.rsplit_once(':').is_some_and(|(host, port)| is_host(host) && is_port(port))
}

fn out_of_range(kind: Kind, rule: &Rule, value: &str) -> Option<String> {
    let is_number = matches!(kind, Kind::Integer | Kind::Number | Kind::Port);
    let measure = if is_number {
        value.parse::<f64>().unwrap_or(f64::NAN)
    } else {
        f64::from(u32::try_from(value.chars().count()).unwrap_or(u32::MAX))
    };
    let min = rule.min.or((kind == Kind::Secret).then_some(MIN_SECRET));
    let what = if is_number { "a number" } else { "a length" };
    match (min, rule.max) {
        // The kind was judged before, so a number is one.
        (Some(min), _) if measure < min => Some(format!("{what} of at least {min}")),
        (_, Some(max)) if measure > max => Some(format!("{what} of at most {max}")),
        _ => None,
    }
}

/// The automaton of a pattern that the whole value must match. It takes linear time whatever the pattern is.
pub(super) fn pattern(pattern: Option<&str>, path: &str) -> Result<Option<PikeVM>, GateError> {
    let Some(pattern) = pattern else { return Ok(None) };
    let build = |pattern: &str| {
        PikeVM::builder()
            .syntax(syntax::Config::new().unicode(false).utf8(false).nest_limit(32))
            .thompson(thompson::Config::new().utf8(false).nfa_size_limit(Some(MAX_PATTERN_BYTES)))
            .build(pattern)
            .ok()
    };
    // By itself first: `a)|(?:b` would close the group that makes it match the whole value.
    build(pattern).and_then(|_| build(&format!("^(?:{pattern})$"))).map(Some).ok_or_else(|| {
        let expected = "a regular expression over ASCII, at most 64 kB when compiled";
        GateError::new(ErrorCode::WrongValue, format!("{path}.pattern"), expected, quoted(pattern))
    })
}
