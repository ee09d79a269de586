//! What the help of `cutover` says after the options.

macro_rules! exit_codes {
    () => {
        "\
Exit codes:
  0  go        every check is healthy
  1  unusable  the arguments, the plan or a folder; nothing was judged
  2  pending   nothing is bad, but something is not good enough or not known
  3  no-go     a check is unhealthy: measured and bad, missing or malformed

With code 1 the last line on stderr is JSON:
  {\"ok\": false, \"exit_code\": 1, \"error\": {\"code\": \"…\", \"message\": \"…\", \"path\": \"…\", …}}"
    };
}

macro_rules! after_help {
    ($examples:literal) => {
        concat!("Examples:\n", $examples, "\n\n", exit_codes!())
    };
}

pub(super) const CUTOVER_HELP: &str = after_help!(
    "  tsfm-gate cutover readiness --config cutover.yaml --format text
  tsfm-gate cutover preflight --plan cutover.yaml --report preflight.json
  tsfm-gate cutover rehearse --plan rehearsal.yaml"
);

pub(super) const READYZ_HELP: &str = after_help!(
    "  tsfm-gate cutover readyz --url https://judge.example/readyz --timeout 5s
  tsfm-gate cutover readyz --url http://localhost:8080/readyz
  tsfm-gate cutover readyz --input answer.json --status 503

Without TLS only this machine is asked, unless --allow-http. Redirects to another host are refused.
SSL_CERT_FILE names a PEM file with the certificates to trust instead of the built-in ones."
);

pub(super) const EVIDENCE_HELP: &str = after_help!(
    "  tsfm-gate cutover evidence index var/evidence --key-file keys.json
  tsfm-gate cutover evidence verify var/evidence --key-file keys.json --anchor var/last.json --new
  tsfm-gate cutover evidence verify var/evidence --key-file keys.json --anchor var/last.json

keys.json:
  [{\"key_id\": \"ops-2026\", \"secret\": \"…\", \"state\": \"active\", \"until\": \"2027-01-01T00:00:00Z\"}]
`until` may be called `expires_at` or `grace_until`, so that the file of `cutover keys check` does
for both.
The folder gets nothing but its index.json, from `index` alone; it is replaced as a whole."
);

pub(super) const RECOVERY_HELP: &str = after_help!(
    "  tsfm-gate cutover recovery measure --source var/evidence --target back --restore ./restore.sh

The target must be empty or absent before the restore. The clock runs from the start of the command
until every file was compared."
);

pub(super) const KEYS_HELP: &str = after_help!(
    "  tsfm-gate cutover keys check --env DECISIONOS_POLICY_KEYS
  tsfm-gate cutover keys check --file keys.json --warn-days 14 --critical-days 3
  tsfm-gate cutover keys check --file keys.json --alert-url https://hooks.example/…

keys.json:
  [{\"key_id\": \"k1\", \"secret\": \"…\", \"state\": \"active\", \"expires_at\": \"2027-01-01T00:00:00Z\"}]
No secret is read, and none is shown. An alert that could not be delivered is said, and does not
change the answer."
);

pub(super) const ROTATION_HELP: &str = after_help!(
    "  tsfm-gate cutover keys plan rotation.yaml
  tsfm-gate cutover keys plan rotation.yaml --file keys.json
  tsfm-gate cutover keys plan rotation.yaml --now 2026-12-01T00:00:00Z

rotation.yaml (a state lasts up to the next one; the last key may leave `grace` and `retired` out):
  schema_version: tsfm_gate.rotation.v1
  signatures_valid_for: 7d        # so long a signature must verify
  known_before: 1d                # so long before it signs, a key must be known to all who verify
  keys:
  - {key_id: k1, incoming: 2026-06-01T00:00:00Z, active: 2026-06-01T00:00:00Z,
     grace: 2026-12-01T00:00:00Z, retired: 2026-12-08T00:00:00Z}
  - {key_id: k2, incoming: 2026-11-24T00:00:00Z, active: 2026-12-01T00:00:00Z}

A step whose time has come is pending. A gap, and keys that are ahead of the plan, are a no-go."
);

pub(super) const PROMOTION_HELP: &str = after_help!(
    "  tsfm-gate cutover promotion show
  tsfm-gate cutover promotion manual --actor kim --reason 'cutover on Friday'
  tsfm-gate cutover promotion auto --actor kim --reason 'cutover is over'

Who changed it last, when and why stands beside the marker, in MARKER.log, a line for each change.
Every command ends with how it stands then: `auto` is a no-go, and so are sources that disagree."
);

pub(super) const REHEARSE_HELP: &str = after_help!(
    "  tsfm-gate cutover rehearse --plan rehearsal.yaml --report rehearsal.json

rehearsal.yaml:
  schema_version: tsfm_gate.rehearsal.v1
  rehearsal: {steps: [25, 50], wait_ms: 30000}
  commands:                      # lines for the shell, or lists of words
    set_traffic: ./traffic.sh set {percent}
    read_traffic: ./traffic.sh get        # prints the share of the canary, in percent
    inject: ./inject-burst.sh
    abort: ./abort.sh
  readyz: {url: \"http://localhost:8080/readyz\"}
  canary: {snapshot: snapshot.json, stage: canary_25}

It passes only if the injected burst did abort, and the abort did bring the traffic back.
Whatever goes wrong, and Ctrl-C too, ends with the abort."
);

pub(super) const READINESS_HELP: &str = after_help!(
    "  tsfm-gate cutover readiness --config cutover.yaml --format text
  tsfm-gate cutover readiness --config cutover.yaml --watch
  tsfm-gate cutover readiness --config cutover.yaml | jq .go_no_go

cutover.yaml (every part may be left out; what is not measured is not healthy):
  schema_version: tsfm_gate.cutover.v1
  max_age: 10m                   # how old what a healthy check saw may be; older is unknown
  readyz: {url: \"http://localhost:8080/readyz\", timeout: 5s}
  evidence: {dir: var/evidence, key_file: keys.json, max_age: 24h}
  keys: {env: DECISIONOS_POLICY_KEYS}
  breaker: {state: var/runtime/breaker.json}
  canary: {snapshot: snapshot.json, stage: canary_25}
  promotion: {marker: var/runtime/manual_promotion.flag, file: .env}"
);

pub(super) const PREFLIGHT_HELP: &str = after_help!(
    "  tsfm-gate cutover preflight --plan cutover.yaml --report var/cutover/preflight.json

The plan is the file of `cutover readiness`, with two more parts:
  recovery: {source: var/evidence, restore: ./restore.sh, target: /tmp/back, timeout: 15m}
  signatures: {files: [policy.yaml], key_file: keys.json}
The target of the recovery must be empty or absent. `max_age` of the plan is how old any check may
be, as there."
);

pub(super) const CHECKLIST_HELP: &str = after_help!(
    "  tsfm-gate cutover checklist new --release judge-0.5.11 --at 2026-11-22T09:00:00Z --output d-1.json
  tsfm-gate cutover checklist sign d-1.json --name 'Kim Lee' --role 'decision maker'
  tsfm-gate cutover checklist verify d-1.json

Between `new` and `sign` people fill it in: `done` of every item, `decision` of each of the 12
criteria and of the whole."
);

pub(super) const POLICIES_HELP: &str = after_help!(
    "  tsfm-gate cutover policies sign policy.yaml --key-file keys.json
  tsfm-gate cutover policies verify policy.yaml --key-file keys.json

The signature stands in a file beside the policy: policy.yaml.sig"
);
