"""Draws the curves of scenario 9 as small SVG files, by hand: no library is worth three lines and some dots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bench import Result, median

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 420, 260, 62, 44, 30, 16
_COLOURS = ("#2563eb", "#d97706")
Line = tuple[str, list[tuple[float, float]]]


def draw(curves: dict[str, dict[str, list[Result]]], folder: Path) -> None:
    """One file for each of *curves*, into *folder*."""
    folder.mkdir(exist_ok=True)
    for what, found in curves.items():
        lines: list[Line] = []
        for label, name in (("per post", "cpu_us_per_post"), ("per delivery", "cpu_us_per_delivery")):
            points = [(float(value), median(results, name)) for value, results in found.items()]
            lines.append((label, [(x, y) for x, y in points if x > 0 and y > 0]))
        file = folder / f"growth-{what.split()[0]}.svg"
        if len(found) > 1 and all(points for _, points in lines):
            file.write_text(_svg(f"Server CPU, µs, by {what}", lines))


def _svg(title: str, lines: Sequence[Line]) -> str:
    """A chart with both axes logarithmic."""
    xs = [x for _, points in lines for x, _ in points]
    ys = [y for _, points in lines for _, y in points]
    left, right = math.log10(min(xs)), math.log10(max(xs))
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)) + 1e-9)

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - left) / ((right - left) or 1)
        up = (math.log10(y) - low) / ((high - low) or 1)
        return (
            round(_LEFT + across * (_WIDTH - _LEFT - _RIGHT), 1),
            round(_HEIGHT - _BOTTOM - up * (_HEIGHT - _BOTTOM - _TOP), 1),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        'font-size="11" fill="#374151">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="18" font-size="13">{title}</text>',
    ]
    for power in range(low, high + 1):
        _, y = place(min(xs), 10.0**power)
        parts.append(f'<path d="M{_LEFT} {y}H{_WIDTH - _RIGHT}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{_short(10.0**power)}</text>')
    for value in sorted(set(xs)):
        x, _ = place(value, 10.0**low)
        parts.append(f'<text x="{x}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">{_short(value)}</text>')
    for number, ((label, points), colour) in enumerate(zip(lines, _COLOURS, strict=False)):
        placed = [place(x, y) for x, y in points]
        path = "L".join(f"{x} {y}" for x, y in placed)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in placed]
        parts.append(f'<text x="{_LEFT + 130 * number}" y="{_HEIGHT - 8}" fill="{colour}">{label}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _short(value: float) -> str:
    for size, sign in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{sign}"
    return f"{value:g}"
