"""`cutover readyz` of the wheel against a FastAPI service."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

SECRET = "s3rvice-t0ken-that-nobody-may-see"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    port = free_port()
    words = ["-m", "uvicorn", "service:app", "--port", str(port), "--log-level", "critical"]
    with subprocess.Popen([sys.executable, *words], cwd=Path(__file__).parent) as server:
        try:
            until = time.monotonic() + 30
            while not answers(port):
                assert server.poll() is None and time.monotonic() < until, "the service did not start"
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


@pytest.mark.parametrize(
    ("path", "code", "message"),
    [
        ("healthy", 0, "All systems operational"),
        ("slow", 0, "All systems operational"),
        ("redirecting", 0, "All systems operational"),
        ("degraded", 2, "keys stale"),
        ("hanging", 3, "no whole answer within 2s"),
        ("closing", 3, "unreachable"),
        ("leaking", 3, "HTTP status 500"),
        ("leaving", 3, "redirected away"),
        ("nowhere", 3, "HTTP status 404"),
    ],
)
def test_what_the_service_does(service: str, path: str, code: int, message: str) -> None:
    words = ["cutover", "readyz", "--url", f"{service}/{path}?token={SECRET}", "--timeout", "2s"]
    done = subprocess.run(
        [sys.executable, "-m", "tsfm_gate", *words],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=30,
    )
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["exit_code"], done.stderr) == (code, code, "")
    assert message in answer["checks"][0]["message"]
    assert SECRET not in done.stdout
