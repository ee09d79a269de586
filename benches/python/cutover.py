"""`cutover evidence verify` beside `sha256sum`, and `cutover readiness` beside its slowest check.

    python benches/python/cutover.py [--cli target/release/tsfm-gate] [--files 2000]

The files have 1 MB each and are read before anything is timed, so that both sides read from memory. Answers are asserted.
Every figure is a median of rounds in turn.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROUNDS = 5
SLOW = 1.0  # seconds that the slow check takes


def timed(command: list[str], code: int = 0) -> tuple[float, str]:
    """Seconds of wall time, and what was printed."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    took = time.perf_counter() - start
    assert done.returncode == code, (
        command[:4],
        done.returncode,
        done.stdout[-400:],
        done.stderr[-400:],
    )
    return took, done.stdout


def evidence(cli: str, folder: Path, files: int) -> None:
    rng = random.Random(7)
    for index in range(files):
        filler = rng.randbytes(490_000).hex()
        document = {
            "judges": {"score": 0.93},
            "perf": {"p95_ms": 212},
            "perf_judge": {"p95_ms": 230},
            "canary": {"windows": 6},
            "tampered": False,
            "trace": filler,
        }
        (folder / f"{index:05}.json").write_text(json.dumps(document))
    keys = folder.parent / "keys.json"
    secret = "a-key-of-the-benchmark-0123456789"
    keys.write_text(
        json.dumps(
            [
                {
                    "key_id": "bench",
                    "secret": secret,
                    "state": "active",
                    "until": "2099-01-01T00:00:00Z",
                }
            ]
        )
    )
    index = [
        cli,
        "cutover",
        "evidence",
        "index",
        str(folder),
        "--key-file",
        str(keys),
        "--format",
        "json",
    ]
    timed(index)
    verify = [
        cli,
        "cutover",
        "evidence",
        "verify",
        str(folder),
        "--key-file",
        str(keys),
        "--format",
        "json",
    ]
    hashes = [
        "bash",
        "-c",
        f"find {folder} -name '0*.json' -print0 | xargs -0 -P2 -n 32 sha256sum | wc -l",
    ]
    timed(verify), timed(hashes)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        took, answer = timed(verify)
        assert json.loads(answer)["go_no_go"] == "GO", answer
        ours.append(took)
        took, answer = timed(hashes)
        assert int(answer) == files, answer
        theirs.append(took)
    size = sum(path.stat().st_size for path in folder.glob("0*.json"))
    ours, theirs = statistics.median(ours), statistics.median(theirs)
    print(f"evidence verify, {files} files, {size / 1e6:.0f} MB: {ours:.2f} s, {size / ours / 1e9:.2f} GB/s")
    print(
        f"  sha256sum, two processes: {theirs:.2f} s; speed of ours to theirs {theirs / ours:.2f}; wanted 0.8"
    )
    # One changed byte is found.
    spoiled = folder / "00000.json"
    spoiled.write_bytes(spoiled.read_bytes().replace(b"212", b"112", 1))
    timed(verify, 3)


class Slow(BaseHTTPRequestHandler):
    """A service that is ready, and slow to say so."""

    delay = SLOW

    def do_GET(self) -> None:
        time.sleep(type(self).delay)
        body = b'{"status": "ok"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass  # whoever asked has gone

    def log_message(self, *args: object) -> None:
        pass


def readiness(cli: str, folder: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/readyz"
    plan = folder / "cutover.json"
    plan.write_text(
        json.dumps(
            {
                "schema_version": "tsfm_gate.cutover.v1",
                "readyz": {"url": url, "timeout": "5s"},
            }
        )
    )
    card = [cli, "cutover", "readiness", "--config", str(plan), "--format", "json"]
    for name, delay, limit, code in (
        ("one slow", SLOW, 1.2 * SLOW, 2),
        ("one hanging", 30.0, 5.5, 3),
    ):
        Slow.delay = delay
        took, states = [], []
        for _ in range(3):
            seconds, answer = timed(card, code)  # what the plan does not have is unknown
            took.append(seconds)
            states = [check["state"] for check in json.loads(answer)["checks"]]
        assert len(states) == 6, states
        assert (states[0] == "healthy") == (name == "one slow"), states
        print(f"readiness, {name} check: {max(took):.2f} s at most; wanted {limit:.1f} s")
    server.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cli", default="target/release/tsfm-gate")
    parser.add_argument("--files", type=int, default=2000)
    args = parser.parse_args()
    cli = os.path.abspath(args.cli)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "evidence"
        folder.mkdir()
        readiness(cli, Path(name))
        evidence(cli, folder, args.files)


if __name__ == "__main__":
    main()
