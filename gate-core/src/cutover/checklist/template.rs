//! What has to be looked at the day before, on the day and after it, and what decides.

/// One line of the checklist.
pub(super) struct Line {
    /// Its name in the document.
    pub(super) id: &'static str,
    /// When it is due, or what it belongs to.
    pub(super) group: &'static str,
    /// What must be true.
    pub(super) title: &'static str,
}

const fn line(id: &'static str, group: &'static str, title: &'static str) -> Line {
    Line { id, group, title }
}

/// When the items of the day before are due. The decision needs all of them.
pub(super) const DAY_BEFORE: &str = "D-1";
const HALF_AN_HOUR_BEFORE: &str = "T-30min";
const CUTOVER: &str = "T+0";
const AFTER: &str = "T+2h";

/// The items, in order.
pub(super) const ITEMS: [Line; 24] = [
    line("readyz", DAY_BEFORE, "readyz: every check of the service is good"),
    line("evidence", DAY_BEFORE, "evidence: every file verified, tampered is false"),
    line("recovery", DAY_BEFORE, "recovery: RTO at most 15 min, RPO at most 1 file"),
    line("keys", DAY_BEFORE, "keys: none ends within 7 days"),
    line("policies", DAY_BEFORE, "policies: every one signed and verified"),
    line("pii-breaker", DAY_BEFORE, "PII circuit breaker: enabled"),
    line("manual-promotion", DAY_BEFORE, "promotion: manual only"),
    line("canary-health", DAY_BEFORE, "canary: 3 green windows in a row, burst at most 1.5"),
    line("rehearsal", DAY_BEFORE, "rehearsal: 25 %, 50 % and the abort drill passed"),
    line("dashboard", DAY_BEFORE, "dashboard: GO"),
    line("alerts", DAY_BEFORE, "alerts: configured, and a test alert arrived"),
    line("baselines", DAY_BEFORE, "baselines: P50 and P99 latency written down"),
    line("final-check", HALF_AN_HOUR_BEFORE, "the preflight once more: GO"),
    line("freeze", HALF_AN_HOUR_BEFORE, "no deployments during the cutover"),
    line("stakeholders", HALF_AN_HOUR_BEFORE, "everybody concerned knows that it starts"),
    line("war-room", HALF_AN_HOUR_BEFORE, "the people on call stand by"),
    line("promote-10", CUTOVER, "10 % for 15 min: the service is healthy"),
    line("promote-25", CUTOVER, "25 % for 30 min: 3 green windows in a row"),
    line("promote-50", CUTOVER, "50 % for 30 min: burst at most 1.5, P99 at most 10 % above the baseline"),
    line("promote-100", CUTOVER, "100 % for 60 min: every objective is met"),
    line("smoke-tests", AFTER, "the end-to-end tests pass"),
    line("performance", AFTER, "P50 and P99 within 10 % of the baseline"),
    line("error-rate", AFTER, "error rate below 0.1 %"),
    line("evidence-after", AFTER, "evidence: still verified"),
];

/// The criteria of the decision, in order. All must be GO.
pub(super) const CRITERIA: [Line; 12] = [
    line("readyz", "Infrastructure", "readyz healthy"),
    line("evidence", "Infrastructure", "evidence verified"),
    line("recovery", "Infrastructure", "recovery measured"),
    line("keys", "Security", "keys last 7 days or more"),
    line("policies", "Security", "every policy signed"),
    line("pii-breaker", "Security", "PII circuit breaker operational"),
    line("manual-promotion", "Canary", "manual promotion enforced"),
    line("green-windows", "Canary", "3 green windows in a row"),
    line("rehearsal", "Canary", "rehearsal passed"),
    line("dashboard", "Ops", "dashboard all green"),
    line("alerts", "Ops", "alerts configured"),
    line("team", "Ops", "team ready"),
];

/// What takes the canary back at once, whoever signed what.
pub(super) const ABORT_WHEN: [&str; 5] = [
    "readyz is degraded or failed",
    "burst above 1.5",
    "P99 latency more than 20 % above the baseline",
    "error rate above 0.5 %",
    "evidence was tampered with",
];
