"""What every test starts from."""

from __future__ import annotations

from typing import Any

import pytest

Snapshot = dict[str, Any]


@pytest.fixture
def clean() -> Snapshot:
    """Half an hour without a fault: `canary_5` is promoted."""
    return {
        "window_minutes": 5,
        "metrics": {
            "p95_latency_ms": [240.0, 260.0, 255.0, 250.0, 245.0, 252.0],
            "error_rate": [0.002, 0.001, 0.003, 0.002, 0.001, 0.002],
            "fallback_rate": [0.04, 0.05, 0.06, 0.05, 0.04, 0.05],
            "breaker_open_rate": [0.01, 0.02, 0.01, 0.0, 0.01, 0.0],
            "invalid_output_rate": [0, 0, 0, 0, 0, 0],
        },
    }


@pytest.fixture
def bad(clean: Snapshot) -> Snapshot:
    """The same with two slow windows in a row: rolled back."""
    clean["metrics"]["p95_latency_ms"][1:3] = [410.0, 430.0]
    return clean
