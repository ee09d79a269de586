"""The command line that the wheel ships."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

MODULE = [sys.executable, "-m", "tsfm_gate"]


def run(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MODULE, *arguments], input=stdin, capture_output=True, encoding="utf-8", check=False, timeout=60
    )


@pytest.fixture
def file(bad: dict[str, Any], tmp_path: Path) -> str:
    path = tmp_path / "snapshot.json"
    path.write_text(json.dumps(bad), encoding="utf-8")
    return str(path)


def test_rollback(file: str) -> None:
    done = run("evaluate", "--input", file, "--stage", "canary_5", "--format", "json")
    assert (done.returncode, done.stderr) == (3, "")
    assert json.loads(done.stdout)["decision"] == "rollback"


def test_stdin(clean: dict[str, Any]) -> None:
    done = run("evaluate", "--input", "-", "--stage", "canary_5", stdin=json.dumps(clean))
    assert done.returncode == 0, done.stderr


def test_refusal_ends_with_one_line_for_programs(file: str) -> None:
    done = run("evaluate", "--input", file, "--stage", "canary_7")
    assert (done.returncode, done.stdout) == (1, "")
    last = json.loads(done.stderr.splitlines()[-1])
    assert (last["ok"], last["exit_code"], last["error"]["code"]) == (False, 1, "unknown-stage")


def test_usage_is_no_verdict() -> None:
    assert run("--no-such-flag").returncode == 1
    assert run("--version").returncode == 0


def test_console_script(file: str) -> None:
    script = shutil.which("tsfm-gate", path=sysconfig.get_path("scripts"))
    if script is None:
        pytest.skip("the package is not installed with its scripts")
    done = subprocess.run(
        [script, "evaluate", "--input", file, "--stage", "canary_5"], capture_output=True, check=False
    )
    assert done.returncode == 3


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_interrupt_while_it_reads() -> None:
    command = [*MODULE, "evaluate", "--input", "-", "--stage", "canary_5"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == -signal.SIGINT


def test_what_python_wrote_before_comes_first(file: str) -> None:
    code = (
        "import sys; from tsfm_gate._cli import run; print('before');"
        f" sys.argv[1:] = ['evaluate', '--input', {file!r}, '--stage', 'canary_5']; sys.exit(run())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 3
    assert done.stdout.startswith("before\n")
