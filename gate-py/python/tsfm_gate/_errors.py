"""What is raised for an input that cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from tsfm_gate._breaker import Transition


class GateError(ValueError):
    """An input that cannot be used: nothing was judged.

    ``str(error)`` is one line with the path, what was expected and what was found.
    A hold or a rollback is an answer, never an error.
    """

    code: str
    """The stable kebab-case code, which ``tsfm_gate.explain`` explains."""
    path: str
    """The path to the field, like ``metrics.error_rate[3]``; empty for the whole document."""
    expected: str
    """What would have been accepted."""
    found: str
    """What was there instead."""
    line: int | None
    """The line in the text, counted from 1, where the text itself could not be read."""
    column: int | None
    """The byte in that line, counted from 1."""
    changes: list[Transition]
    """What it changed all the same: metrics that a ``Guard`` cannot use may lead its ladder down."""

    def __init__(
        self,
        message: str,
        code: str,
        path: str,
        expected: str,
        found: str,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.path = path
        self.expected = expected
        self.found = found
        self.line = line
        self.column = column
        self.changes = []

    def __reduce__(self) -> tuple[Any, ...]:
        parts = (str(self), self.code, self.path, self.expected, self.found, self.line, self.column)
        return type(self), parts, {"changes": self.changes}


class ContractFinding(TypedDict):
    """One thing that is wrong with a run."""

    fault: str
    """The stable kebab-case name of the fault, like ``meta-mismatch``."""
    code: str
    """The runbook's code, like ``RUN_ID_MISMATCH``."""
    path: str
    """The file, argument or field, like ``meta.json: run_id`` or ``dynamic_covariates[3].type``."""
    expected: str
    """What would have been right."""
    found: str
    """What is there instead."""


class RunContractError(GateError):
    """A broken run contract: the artifacts, the ids or the covariates of a run do not fit.

    ``code`` is the runbook's, like ``ARTIFACT_CONTRACT_ERROR``. When several things are wrong, everything but
    ``findings`` is that of the first one, in the documented order of the faults.
    """

    exit_code: int
    """The process exit status that the runbook gives to the code: 21, 22, 23, 24, 26 or 27."""
    findings: list[ContractFinding]
    """Everything that is wrong, the deciding finding first."""

    def __init__(self, message: str, exit_code: int, code: str, findings: list[ContractFinding]) -> None:
        first = findings[0]
        super().__init__(message, code, first["path"], first["expected"], first["found"])
        self.exit_code = exit_code
        self.findings = findings

    def payload(self) -> dict[str, Any]:
        """The runbook's error payload, for ``json.dumps``: what the command line writes on stderr."""
        error = {"code": self.code, "message": str(self), "type": "RunContractError"}
        return {"ok": False, "exit_code": self.exit_code, "error": error, "findings": self.findings}

    def __reduce__(self) -> tuple[type[RunContractError], tuple[Any, ...]]:
        return type(self), (str(self), self.exit_code, self.code, self.findings)


GateError.__module__ = "tsfm_gate"
RunContractError.__module__ = "tsfm_gate"
