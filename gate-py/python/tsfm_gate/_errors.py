"""What is raised for an input that cannot be used."""

from __future__ import annotations


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

    def __reduce__(self) -> tuple[type[GateError], tuple[str, str, str, str, str, int | None, int | None]]:
        parts = (str(self), self.code, self.path, self.expected, self.found, self.line, self.column)
        return type(self), parts


GateError.__module__ = "tsfm_gate"
