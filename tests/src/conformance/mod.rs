//! Replays recorded vector files through the public API.
//!
//! A file holds one row per line: what went in, and what the upstream system answered. The name of the file says which
//! domain it belongs to; [`DOMAINS`] says who replays it. A new domain is a new file here and one line there.
//!
//! Not every recorded answer is one to repeat. Rows are tagged with the flaws of upstream that they show:
//!
//! - a flaw that `departures.json` lists is one we do not share: where its rows show that, they are skipped;
//! - where a row with any other tag gets another answer, it is skipped under a reason that asks for a decision.
//!
//! A replay may also recognise such a flaw in a row that is not tagged with it; it must be a listed one.
//!
//! Nothing else is forgiven.

pub mod canary_compat;
pub mod canary_health;
pub mod circuit_breaker;
pub mod covariate_spec;
mod departures;
pub mod env_check;
pub mod evidence;
pub mod health_components;
mod javascript;
pub mod key_rotation;
pub mod metric_breaker;
pub mod panic_stop;
pub mod readiness;
mod real;
mod report;
pub mod risk_guard;
mod row;
pub mod run_contract;
pub mod safe_mode;
pub mod secret_scan;
pub mod time_budget;
mod vectors;
pub mod verify_report;

use std::io;
use std::path::Path;

use departures::Departures;
pub use report::Report;
pub use row::{Outcome, Row};

/// Replays one row. An error says that the row does not have the form that its domain expects.
pub type Replay = fn(&Row) -> serde_json::Result<Outcome>;

/// Who replays the rows of which domain.
const DOMAINS: &[(&str, Replay)] = &[
    ("canary_compat", canary_compat::replay),
    ("canary_health", canary_health::replay),
    ("circuit_breaker", circuit_breaker::replay),
    ("covariate_spec", covariate_spec::replay),
    ("env_check", env_check::replay),
    ("evidence", evidence::replay),
    ("health_components", health_components::replay),
    ("key_rotation", key_rotation::replay),
    ("panic_stop", panic_stop::replay),
    ("risk_guard", risk_guard::replay),
    ("metric_breaker", metric_breaker::replay),
    ("readiness", readiness::replay),
    ("run_contract", run_contract::replay),
    ("safe_mode", safe_mode::replay),
    ("secret_scan", secret_scan::replay),
    ("time_budget", time_budget::replay),
    ("verify_report", verify_report::replay),
];

/// Replays the rows of a file, plain or gzipped. Rows of a domain that nobody replays are skipped.
///
/// # Errors
/// When the file, or the list of departures, cannot be read.
pub fn replay_file(path: &Path, report: &mut Report) -> io::Result<()> {
    let departures = Departures::built_in()?;
    let domain = vectors::domain(path);
    let replay = DOMAINS.iter().find(|(name, _)| *name == domain).map(|(_, replay)| *replay);
    let text = vectors::read(path)?;
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty()) {
        let replayed =
            Row::parse(line).and_then(|row| replay_row(&domain, &row, replay, &departures, report));
        if let Err(error) = replayed {
            report.failed(&domain, &format!("line {number}"), &format!("malformed row: {error}"));
        }
    }
    Ok(())
}

fn replay_row(
    domain: &str,
    row: &Row,
    replay: Option<Replay>,
    departures: &Departures,
    report: &mut Report,
) -> serde_json::Result<()> {
    let mut skip = |reason: String| report.skipped(domain, reason);
    let Some(replay) = replay else {
        skip(format!("no replay for {domain} yet"));
        return Ok(());
    };
    let listed = row.flaws().find(|flaw| departures.lists(domain, flaw));
    match (replay(row)?, listed.or_else(|| row.flaws().next())) {
        (Outcome::OutOfScope(operation), _) => skip(format!("`{operation}` is out of scope")),
        (Outcome::Departure(flaw), _) if departures.lists(domain, flaw) => {
            skip(format!("departure `{flaw}`, recognised by what we find"));
        }
        (Outcome::Departure(flaw), _) => {
            let difference = format!("differs as by `{flaw}`, which departures.json does not list");
            report.failed(domain, row.id(), &difference);
        }
        (Outcome::Different(_), Some(flaw)) if listed.is_some() => skip(format!("departure `{flaw}`")),
        (Outcome::Different(_), Some(flaw)) => {
            skip(format!("differs, and `{flaw}` is not in departures.json"));
        }
        (Outcome::Different(difference), None) => report.failed(domain, row.id(), &difference),
        (Outcome::Same, _) => report.passed(),
    }
    Ok(())
}
