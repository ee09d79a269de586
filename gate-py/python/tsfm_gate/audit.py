"""The log of decisions, line by line: who decided what, when, on which inputs, and with what result.

>>> from tsfm_gate import audit
>>> entry = {
...     "at": "2026-11-21T10:05:00Z",
...     "actor": "release job 17",
...     "action": "cutover readiness",
...     "digests": {"policy": "a" * 64},
...     "criteria": [{"name": "readyz", "met": True}],
...     "result": "pass",
... }
>>> appended = audit.append(entry)
>>> audit.verify(appended["line"], anchor=appended["end"])["verified"]
True
"""

from tsfm_gate._tsfm_gate import audit_append as append
from tsfm_gate._tsfm_gate import audit_verify as verify

__all__ = ["append", "verify"]
