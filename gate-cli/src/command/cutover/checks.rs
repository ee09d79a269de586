//! The checks of a plan, ready to be run side by side. Whatever cannot be read is a check that is not healthy.

use std::time::Duration;

use gate_core::breaker::GuardState;
use gate_core::cutover::breakers::{BREAKER, guard};
use gate_core::cutover::canary_health::CANARY;
use gate_core::cutover::keys::KEYS;
use gate_core::cutover::promotion::PROMOTION;
use gate_core::cutover::readiness::{EVIDENCE, RECOVERY, SIGNATURES};
use gate_core::cutover::readyz::{READYZ, default_max_age};
use gate_core::cutover::recovery::RecoveryLimits;
use gate_core::cutover::{Check, CheckState};
use gate_core::time::{Instant, parse_instant};
use gate_core::{ErrorCode, GateError};

use super::evidence::Wanted;
use super::plan::{
    BreakerPart, CanaryPart, EvidencePart, KeysPart, PromotionPart, ReadyzPart, RecoveryPart, SignaturesPart,
    limit,
};
use super::recovery::Restore;
use super::side_by_side::Probe;
use super::{canary, evidence, keys, policies, promotion, readyz, recovery, texts};
use crate::breaker_file::{Clock, StateFile};
use crate::duration::age;
use crate::http::Url;

/// How long a restore may take.
const RESTORE: Duration = Duration::from_mins(30);

type Now = fn() -> Instant;

fn probe(
    name: &'static str,
    limit: Duration,
    clock: Now,
    run: impl FnOnce() -> Result<Check, GateError> + Send + 'static,
) -> Probe {
    let run = move || run().unwrap_or_else(|error| unusable(name, &error, clock()));
    Probe { name, limit, run: Box::new(run) }
}

/// A required input that cannot be used speaks against going on.
fn unusable(name: &str, error: &GateError, at: Instant) -> Check {
    let check = Check::new(name, CheckState::Unhealthy, error.to_string());
    check.with("code", error.code().as_str()).observed(Some(at))
}

pub(super) fn readyz(part: ReadyzPart, clock: Now) -> Probe {
    let limit = limit(part.timeout);
    probe(READYZ, limit, clock, move || {
        let url = Url::parse(&part.url, part.allow_http, "readyz.url")?;
        Ok(readyz::ask(&url, limit, default_max_age(), clock))
    })
}

pub(super) fn evidence(part: EvidencePart, clock: Now) -> Probe {
    probe(EVIDENCE, limit(part.timeout), clock, move || {
        let keys = part.key_file.as_deref().map(texts::keys).transpose()?;
        let max_age = part.max_age.map(|time| age(time.0));
        let wanted = Wanted { keys: keys.as_ref(), anchor: None, max_age };
        Ok(evidence::check(&part.dir, &wanted, clock)?.0)
    })
}

pub(super) fn keys(part: KeysPart, clock: Now) -> Probe {
    probe(KEYS, limit(part.timeout), clock, move || {
        let rule = keys::rule([None, None])?;
        Ok(keys::report(part.file.as_deref(), part.env.as_deref(), rule, clock())?.check())
    })
}

pub(super) fn breaker(part: BreakerPart, clock: Now) -> Probe {
    probe(BREAKER, limit(part.timeout), clock, move || {
        let breaker = StateFile::new(&part.state, Duration::ZERO).look(Clock::Wall(clock))?;
        if let Some(why) = breaker.lost {
            let missing = why.code() == ErrorCode::FileNotFound;
            let message = if missing { "no state" } else { "the stored state cannot be trusted" };
            let check = Check::new(BREAKER, CheckState::Unhealthy, format!("{message}: {why}"));
            return Ok(check.observed(Some(clock())));
        }
        let state: GuardState = breaker.guard.snapshot(breaker.now.ns);
        let bytes = serde_json::to_vec(&state).ok();
        // A monitor that stopped writing has stopped looking.
        let saved = breaker.saved_at.map(|text| parse_instant(&text, "saved_at")).transpose()?;
        Ok(guard(bytes.as_deref()).observed(saved))
    })
}

pub(super) fn canary(part: CanaryPart, clock: Now) -> Probe {
    probe(CANARY, limit(part.timeout), clock, move || Ok(canary::check(&part, clock).0))
}

pub(super) fn promotion(part: PromotionPart, clock: Now) -> Probe {
    let check = move || promotion::check(&part.marker, part.file.as_deref(), clock);
    probe(PROMOTION, limit(part.timeout), clock, check)
}

pub(super) fn recovery(part: RecoveryPart, clock: Now) -> Probe {
    let timeout = part.timeout.map_or(RESTORE, |time| time.0);
    // Beside the restore itself the files are compared.
    probe(RECOVERY, timeout * 2, clock, move || {
        let default = RecoveryLimits::default();
        let limits = RecoveryLimits {
            rto_seconds: part.rto.map_or(default.rto_seconds, |time| time.0.as_secs_f64()),
            rpo_files: part.rpo.unwrap_or(default.rpo_files),
        };
        let target = part.target.display().to_string();
        let program = part.restore.filled("target", &target);
        let restore =
            Restore { source: &part.source, program: &program, target: &part.target, timeout, limits };
        Ok(recovery::check(&restore, clock)?.0)
    })
}

pub(super) fn signatures(part: SignaturesPart, clock: Now) -> Probe {
    probe(SIGNATURES, limit(part.timeout), clock, move || policies::check(&part.files, &part.key_file, clock))
}
