"""Times `release secrets` beside ripgrep, and `release audit verify` on a million records.

    python3 benches/python/release.py [--gate target/release/tsfm-gate] [--rg rg] [--folder /tmp]

Both tools search the same 1 GB of logs in eight files with two threads; ripgrep counts matches of the same
rules in one pass. The answers are asserted before a time counts: every planted secret is found, and nothing
else; the log verifies, and does not once a byte of it is changed. Times are the best of three, with files in
the page cache.
"""

import argparse
import hashlib
import json
import pathlib
import random
import shutil
import subprocess
import tempfile
import time

GIGABYTE = 1_000_000_000
FILES = 8
RECORDS = 1_000_000

# The rules of `gate-core/src/release/secrets`, as near as a regular expression without look-around comes.
PATTERNS = [
    r"(?i)api[_-]?key[\\\"'`]*\s*[:=]\s*[\\\"'`]*[a-z0-9_-]{16}",
    r"sk-[a-zA-Z0-9]{20}|sk-[a-z0-9]{2,12}-[A-Za-z0-9_-]{16}",
    r"(?i)passw(or)?d[\\\"'`]*\s*[:=]\s*[\\\"'`]*[!-~]{8}",
    r"(?i)(secret|token)([_-]?(access_)?key)?[\\\"'`]*\s*[:=]\s*[\\\"'`]*[a-z0-9_./+=~-]{12}",
    r"(?i)bearer\s+[a-z0-9_./+=~-]{20}",
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY",
    r"(AKIA|ASIA)[A-Z0-9]{16}",
    r"(gh[pous]_|github_pat_)[A-Za-z0-9_]{22}",
    r"xox[A-Za-z0-9_-]{12}",
    r"AIza[A-Za-z0-9_-]{35}",
    r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{16}",
]


def logs(folder: pathlib.Path) -> int:
    """Writes the logs, and returns how many secrets are in them."""
    random.seed(5)
    paths = ["/tsfm/forecast", "/markets/mkt-smoke-001/metrics", "/readyz", "/scoreboard"]
    lines = []
    for number in range(200_000):
        lines.append(
            f"2026-11-21T10:{number // 3600 % 60:02}:{number % 60:02}Z INFO "
            f"request id={random.getrandbits(64):016x} "
            f"path={random.choice(paths)} status=200 latency_ms={random.random() * 300:.1f} "
            f"tokens={random.randrange(4000)} task=spike-basket horizon={random.randrange(48)}\n"
        )
    block = "".join(lines).encode()
    planted = 0
    for index in range(FILES):
        with (folder / f"service-{index}.log").open("wb") as file:
            while file.tell() < GIGABYTE // FILES:
                file.write(block)
                file.write(f'{"api"}_key = "{random.getrandbits(128):032x}"\n'.encode())
                planted += 1
    return planted


def best(command: list[str], code: int) -> tuple[float, str]:
    """The best of three times of a command that ends with this code, and its output."""
    times, output = [], ""
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        times.append(time.perf_counter() - started)
        assert done.returncode == code, (command, done.returncode, done.stderr[-500:])
        output = done.stdout
    return min(times), output


def peak(command: list[str]) -> int:
    """The most memory of a command, in bytes: `wait4` would count this process at the fork."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                most = int(line.split()[1]) * 1024
        time.sleep(0.002)
    return most


def secrets(gate: str, rg: str | None, folder: pathlib.Path) -> None:
    where = folder / "logs"
    where.mkdir()
    planted = logs(where)
    size = sum(path.stat().st_size for path in where.iterdir())
    command = [gate, "release", "secrets", str(where), "--format", "json"]
    ours, output = best(command, 3)
    report = json.loads(output)
    assert (len(report["findings"]), report["bytes"], report["problems"]) == (planted, size, []), output[:500]
    print(f"release secrets  {ours:6.2f} s  {size / ours / 1e9:5.2f} GB/s  peak {peak(command) / 1e6:.0f} MB")
    if rg is None:
        print("ripgrep          not installed")
        return
    patterns = [word for pattern in PATTERNS for word in ("-e", pattern)]
    command = [
        rg,
        "--threads",
        "2",
        "--no-config",
        "-uuu",
        "--count-matches",
        "--no-filename",
        *patterns,
        str(where),
    ]
    theirs, output = best(command, 0)
    assert sum(map(int, output.split())) == planted, output
    print(
        f"ripgrep          {theirs:6.2f} s  {size / theirs / 1e9:5.2f} GB/s  {theirs / ours:.2f} times ours"
    )
    # With letters of ASCII only, as our rules have it: what somebody does who cares for speed.
    theirs, output = best([*command[:1], "--no-unicode", *command[1:]], 0)
    assert sum(map(int, output.split())) == planted, output
    print(
        f"  --no-unicode   {theirs:6.2f} s  {size / theirs / 1e9:5.2f} GB/s  {theirs / ours:.2f} times ours"
    )
    shutil.rmtree(where)


def audit(gate: str, folder: pathlib.Path) -> None:
    path = folder / "audit.log"
    head = hashlib.sha256(b"tsfm_gate.audit.v1").hexdigest()
    middle = 0
    with path.open("w", encoding="ascii") as file:
        for number in range(1, RECORDS + 1):
            if number == RECORDS // 2:
                middle = file.tell()
            record = json.dumps(
                {
                    "schema_version": "tsfm_gate.audit.v1",
                    "sequence": number,
                    "previous": head,
                    "at": "2026-11-21T10:00:00Z",
                    "actor": "ci",
                    "action": "promote staging",
                    "digests": {"artifact": head},
                    "criteria": [{"name": "matrix", "met": True}],
                    "result": "pass",
                    "reason": f"run {number}",
                },
                sort_keys=True,
                separators=(",", ":"),
            )
            head = hashlib.sha256(record.encode()).hexdigest()
            file.write(f'{{"hash":"{head}","record":{record}}}\n')
    command = [gate, "release", "audit", "verify", str(path), "--format", "json"]
    seconds, output = best(command, 0)
    report = json.loads(output)
    assert report["verified"] and report["end"] == {"records": RECORDS, "head": head}, output
    print(
        f"audit verify     {seconds:6.2f} s  {RECORDS} records, {path.stat().st_size / 1e6:.0f} MB, ", end=""
    )
    print(f"peak {peak(command) / 1e6:.0f} MB")
    with path.open("r+b") as file:
        file.seek(middle + 100)
        byte = file.read(1)
        file.seek(middle + 100)
        file.write(bytes([byte[0] ^ 1]))
    broken = json.loads(best(command, 3)[1])
    assert broken["first_fault"]["line"] == RECORDS // 2, broken


def main() -> None:
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gate", default=str(root / "target/release/tsfm-gate"))
    parser.add_argument("--rg", default=shutil.which("rg"))
    parser.add_argument("--folder", help="where 1.5 GB may be written for a while")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        secrets(given.gate, given.rg, pathlib.Path(name))
        audit(given.gate, pathlib.Path(name))


if __name__ == "__main__":
    main()
