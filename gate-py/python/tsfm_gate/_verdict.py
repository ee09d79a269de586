"""The answer of a gate, as a dict with typed attributes."""

from __future__ import annotations

from typing import Any, Literal, TypedDict, cast

from tsfm_gate._tsfm_gate import render


class Digests(TypedDict):
    """SHA-256 digests in lower-case hexadecimal."""

    policy: str
    input: str


class Coverage(TypedDict):
    """How much clean time ends at the decision instant."""

    needed_minutes: int
    clean_minutes: int
    still_needed_minutes: int
    since: str | None


# `from` is a keyword, so this one cannot be written as a class.
Finding = TypedDict(
    "Finding",
    {
        "code": str,
        "reason": str,
        "rule": str | None,
        "metric": str | None,
        "windows": list[int] | None,
        "count": int,
        "from": str | None,
        "to": str | None,
        "observed": float | None,
        "limit": float | None,
        "run_minutes": int | None,
        "needed_minutes": int | None,
        "would_pass_if": str,
    },
)
"""One observation that speaks against promotion."""


class Excuse(TypedDict):
    """Breaching windows of a trigger that a planned drill excused."""

    reason: str
    rule: str
    metric: str
    windows: list[int] | None
    count: int
    observed: float
    limit: float
    drill_from: str
    drill_to: str
    drill_reason: str
    author: str


class Note(TypedDict):
    """One observation that is worth knowing and does not count."""

    code: str
    metric: str | None
    windows: list[int] | None
    message: str


class Verdict(dict[str, Any]):
    """What to do with a stage and why.

    A ``dict`` with the fields of the JSON verdict in their order, which the attributes read.
    ``str(verdict)`` is the text that the CLI prints.
    """

    __slots__ = ()

    @property
    def stage(self) -> str:
        """The stage that was judged."""
        return cast(str, self["stage"])

    @property
    def windows(self) -> int:
        """Windows in the snapshot, gaps not counted."""
        return cast(int, self["windows"])

    @property
    def window_minutes(self) -> int:
        """Length of every window in minutes."""
        return cast(int, self["window_minutes"])

    @property
    def gate_passed(self) -> bool:
        """True for ``promote``."""
        return cast(bool, self["gate_passed"])

    @property
    def rollback_triggered(self) -> bool:
        """True for ``rollback``."""
        return cast(bool, self["rollback_triggered"])

    @property
    def rollback_reasons(self) -> list[str]:
        """The reasons of the triggers that fired, in policy order."""
        return cast(list[str], self["rollback_reasons"])

    @property
    def gate_fail_reasons(self) -> list[str]:
        """The reasons that keep the stage from being promoted, coverage and age last."""
        return cast(list[str], self["gate_fail_reasons"])

    @property
    def schema_version(self) -> str:
        """The version of the verdict's schema."""
        return cast(str, self["schema_version"])

    @property
    def engine(self) -> str:
        """The version of the engine that decided."""
        return cast(str, self["engine"])

    @property
    def decision(self) -> Literal["promote", "hold", "rollback"]:
        """Promote, hold or rollback."""
        return cast(Literal["promote", "hold", "rollback"], self["decision"])

    @property
    def next_stage(self) -> str | None:
        """The stage that a promotion leads to; ``None`` for the last one."""
        return cast(str | None, self["next_stage"])

    @property
    def policy(self) -> str:
        """The name of the policy."""
        return cast(str, self["policy"])

    @property
    def decided_at(self) -> str | None:
        """The decision instant of a dated snapshot, RFC 3339."""
        return cast(str | None, self["decided_at"])

    @property
    def labels(self) -> dict[str, str]:
        """The snapshot's labels."""
        return cast(dict[str, str], self["labels"])

    @property
    def digests(self) -> Digests | None:
        """SHA-256 of the policy and of the input; ``None`` unless asked for."""
        return cast(Digests | None, self["digests"])

    @property
    def coverage(self) -> Coverage:
        """How much clean time is there and how much is needed."""
        return cast(Coverage, self["coverage"])

    @property
    def findings(self) -> list[Finding]:
        """Everything that speaks against promotion: triggers, gates, coverage, age."""
        return cast(list[Finding], self["findings"])

    @property
    def excused(self) -> list[Excuse]:
        """Everything that a drill excused."""
        return cast(list[Excuse], self["excused"])

    @property
    def notes(self) -> list[Note]:
        """Everything that is worth knowing and does not count."""
        return cast(list[Note], self["notes"])

    @property
    def exit_code(self) -> int:
        """The CLI's exit status for this decision: 0 promote, 2 hold, 3 rollback."""
        return {"promote": 0, "hold": 2, "rollback": 3}[self.decision]

    def copy(self) -> Verdict:
        """A verdict with the same fields, as ``dict.copy`` but of this type."""
        return Verdict(self)

    def __str__(self) -> str:
        return render(self)

    def __repr__(self) -> str:
        reasons = self.rollback_reasons + self.gate_fail_reasons
        return f"<Verdict {self.stage}: {self.decision}{''.join(f', {reason}' for reason in reasons)}>"

    def _repr_markdown_(self) -> str:
        return render(self, "markdown")


Verdict.__module__ = "tsfm_gate"
