"""Draw the cost of a decision over the number of windows from criterion's estimates: benches/curve.svg.

    cargo bench -p gate-benches && python3 benches/python/curve.py
"""

import json
import math
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERIES = {
    "evaluate, parsed columns": ("evaluate/clean", "#1f6feb"),
    "JSON bytes to verdict": ("json/tsfm-gate to verdict", "#d1570d"),
    "serde_json into plain columns": ("json/serde_json to plain columns", "#8b949e"),
}
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720, 420, 80, 50, 20, 20
X, Y = (5, 200_000), (3e2, 2e7)


def points(group: str) -> list[tuple[int, float]]:
    folder = ROOT / "target" / "criterion" / group
    found = []
    for path in folder.glob("*/new/estimates.json"):
        found.append((int(path.parts[-3]), json.loads(path.read_text())["median"]["point_estimate"]))
    return sorted(found)


def place(windows: float, nanoseconds: float) -> tuple[float, float]:
    across = math.log(windows / X[0]) / math.log(X[1] / X[0])
    up = math.log(nanoseconds / Y[0]) / math.log(Y[1] / Y[0])
    return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - BOTTOM - TOP)


def axes() -> list[str]:
    lines = []
    for label, value in (("6", 6), ("288 (a day)", 288), ("2016 (a week)", 2016), ("105 120 (a year)", 105_120)):
        x, _ = place(value, Y[0])
        lines.append(f'<line class="g" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}"/>')
        lines.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{label}</text>')
    for label, value in (("1 µs", 1e3), ("10 µs", 1e4), ("100 µs", 1e5), ("1 ms", 1e6), ("10 ms", 1e7)):
        _, y = place(X[0], value)
        lines.append(f'<line class="g" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    lines.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle">5-minute windows, five metrics</text>')
    return lines


def main() -> None:
    body = axes()
    for row, (name, (group, colour)) in enumerate(SERIES.items()):
        measured = points(group)
        assert measured, f"no estimates of {group}: run cargo bench -p gate-benches first"
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in measured))
        body.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        body += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in (place(*p) for p in measured)]
        body.append(f'<text x="{LEFT + 16}" y="{TOP + 20 + 18 * row}" fill="{colour}">{name}</text>')
    style = "text{font:12px sans-serif}.g{stroke:#d0d7de;stroke-width:.5}"
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><style>{style}</style>'
    svg += f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>' + "".join(body) + "</svg>\n"
    (ROOT / "benches" / "curve.svg").write_text(svg)


if __name__ == "__main__":
    main()
