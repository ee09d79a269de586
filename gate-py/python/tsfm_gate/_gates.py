"""What the cutover, the hardening gate and the release gates take and return: plain dicts with known keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from os import PathLike
from typing import Any, Literal, NotRequired, Required, TypeAlias, TypedDict

Time: TypeAlias = str | datetime
"""RFC 3339 text, or an aware ``datetime``."""
Content: TypeAlias = str | bytes | bytearray | Mapping[str, Any] | Sequence[Any]
"""A document that others wrote: text, bytes, or what ``json.loads`` made of them."""


class Check(TypedDict):
    """What one check found."""

    exit_code: Literal[0, 2, 3]
    """0 healthy, 2 degraded or unknown, 3 unhealthy."""
    name: str
    state: Literal["healthy", "degraded", "unknown", "unhealthy"]
    message: str
    details: dict[str, Any]
    observed_at: str | None
    """When it was measured; ``None`` if nobody knows, which no card believes."""
    report: NotRequired[dict[str, Any]]
    """All that was found, where a check has more to say than its details."""


class CheckRow(TypedDict):
    """One check of a card."""

    name: str
    state: Literal["healthy", "degraded", "unknown", "unhealthy"]
    message: str
    details: dict[str, Any]
    observed_at: str | None


class CheckCounts(TypedDict):
    """How many checks are in which state."""

    total_checks: int
    healthy: int
    degraded: int
    unhealthy: int
    unknown: int


class Card(TypedDict):
    """Six checks, and the answer that follows from them."""

    exit_code: Literal[0, 2, 3]
    """0 go, 2 pending, 3 no-go."""
    overall_state: Literal["healthy", "degraded", "unknown", "unhealthy"]
    go_no_go: Literal["GO", "PENDING", "NO-GO"]
    timestamp: str
    checks: list[CheckRow]
    metrics: CheckCounts


class Judged(TypedDict):
    """A check that was made before."""

    check: Check | CheckRow


class Answer(TypedDict, total=False):
    """What came of asking a service: ``status`` and ``body``, or ``failed``."""

    status: int
    body: Content | None
    failed: str
    at: Required[Time]


class KeyFacts(TypedDict, total=False):
    """A list of keys with its limits."""

    list: Required[Content | None]
    warn_days: int
    critical_days: int


class PromotionFacts(TypedDict, total=False):
    """Where the mode of promotion is written down."""

    environment: Mapping[str, str | None]
    """``os.environ``: two variables of it are looked at."""
    marker: str | None
    """The content of the marker file."""
    file: str | None
    """The content of the file that sets the variables at the next start."""


class BreakerFacts(TypedDict, total=False):
    """The stored state of a guard or of a metric breaker."""

    state: Required[Content | None]
    holds: Content | None
    at: Time | None
    """When it was stored."""


class CanaryFacts(TypedDict, total=False):
    """A snapshot, and what it is judged by."""

    snapshot: Required[Any]
    stage: Required[str]
    policy: Any
    rule: Mapping[str, Any]


class EvidenceFiles(TypedDict, total=False):
    """A folder of evidence as facts."""

    index: Content | None
    files: Required[Mapping[str, Content]]


class EvidenceFacts(TypedDict, total=False):
    """A folder of evidence, as a path or as facts, and what is expected of it."""

    folder: str | PathLike[str]
    index: Content | None
    files: Mapping[str, Content]
    keys: Sequence[Mapping[str, Any]]
    anchor: Mapping[str, Any]
    max_age: Any


class CardFacts(TypedDict, total=False):
    """The facts of the six checks, or what their functions returned."""

    readyz: Answer | Judged | None
    evidence: EvidenceFacts | Judged | None
    keys: KeyFacts | Judged | None
    breaker: BreakerFacts | Judged | None
    canary: CanaryFacts | Judged | None
    promotion: PromotionFacts | Judged | None


class Problem(TypedDict):
    """One thing that is wrong."""

    path: str
    expected: str
    found: str


class TokenRow(TypedDict):
    """One token, by its name alone."""

    name: str
    fault: Literal["missing", "placeholder", "not_printable", "too_short", "too_uniform"] | None
    message: str | None


class TokenReport(TypedDict):
    """Whether every token is one that a service may be protected with."""

    exit_code: Literal[0, 3]
    ok: bool
    tokens: list[TokenRow]


class PerfReport(TypedDict):
    """What a benchmark measured, held against its limits."""

    exit_code: Literal[0, 3]
    failures: list[str]
    metrics: dict[str, Any]
    ok: bool
    thresholds: dict[str, float]


class OpenApiReport(TypedDict):
    """Whether a service offers what others call."""

    exit_code: Literal[0, 3]
    status: Literal["PASS", "FAIL"]
    openapi_url: str
    openapi_version: str | None
    title: str | None
    version: str | None
    required_checked: int
    warnings: list[str]
    failures: list[Problem]


class ReviewReport(TypedDict):
    """The review of a hardening gate."""

    exit_code: Literal[0, 3]
    ok: bool
    text: str
    """The block to append to the runbook."""
    problems: list[Problem]


class SecretFinding(TypedDict):
    """A secret: where and of what kind, never what it is."""

    artifact: str
    start: int
    end: int
    rule: str
    name: str | None
    length: int
    fingerprint: str
    """The first digits of a digest under the key of the scan."""


class SecretReport(TypedDict):
    """What a scan for secrets found."""

    exit_code: Literal[0, 2, 3]
    verdict: Literal["pass", "inconclusive", "fail"]
    scanned: int
    bytes: int
    findings: list[SecretFinding]
    allowed: list[SecretFinding]
    problems: list[Problem]


class Comparison(TypedDict):
    """One metric of a candidate beside the baseline."""

    metric: str
    verdict: Literal["pass", "inconclusive", "fail"]
    baseline: float | None
    candidate: float | None
    limit: float | None
    problems: list[Problem]


class RegressionReport(TypedDict):
    """Whether a candidate is slower or larger than what runs now."""

    exit_code: Literal[0, 2, 3]
    verdict: Literal["pass", "inconclusive", "fail"]
    quantile: Literal["nearest_rank", "floor_index", "linear"]
    comparisons: list[Comparison]
    problems: list[Problem]


class EnvProblem(TypedDict):
    """A variable and what it should be, never what it is."""

    name: str
    fault: str
    expected: str


class EnvReport(TypedDict):
    """Whether the variables of a stage are what they should be."""

    exit_code: Literal[0, 3]
    verdict: Literal["pass", "inconclusive", "fail"]
    stage: str
    checked: int
    problems: list[EnvProblem]


class GateRow(TypedDict):
    """One required gate."""

    gate: str
    verdict: Literal["pass", "inconclusive", "fail"]
    problems: list[Problem]
    waived_by: dict[str, str] | None


class MatrixReport(TypedDict):
    """Whether every required gate has its verdict about the candidate."""

    exit_code: Literal[0, 2, 3]
    verdict: Literal["pass", "inconclusive", "fail"]
    candidate: dict[str, str]
    gates: list[GateRow]
    problems: list[Problem]


class AuditAnchor(TypedDict):
    """Where a log ends."""

    records: int
    head: str


class AuditLine(TypedDict):
    """A line to append, with its line feed, and where the log ends then."""

    line: str
    end: AuditAnchor


class AuditFault(TypedDict):
    """What is wrong with a log."""

    line: int
    code: str
    message: str


class AuditReport(TypedDict):
    """What a log is worth."""

    exit_code: Literal[0, 3]
    verified: bool
    anchored: bool
    """False if nobody said where the log ended: then records that are missing at its end do not show."""
    end: AuditAnchor
    faults: int
    first_fault: AuditFault | None
