"""Plots as small SVG files: points at medians, bars from quartile to quartile, floors as broken lines."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Final

from bench.measure import Spread
from bench.result import Picture

_WIDE, _HIGH = 640, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 20, 40, 60
_STEPS: Final = 4
_INKS: Final = ("#1b4965", "#b5541c", "#3a7d44", "#7a3b69")
_STYLE: Final = 'font-family="sans-serif" font-size="12"'


def draw(picture: Picture) -> str:
    """Return the file's text."""
    highest = max([one.high for line in picture.series.values() for one in line] + list(picture.floors)) * 1.1 or 1.0
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" role="img">',
        f"<title>{escape(picture.title)}</title>",
        f'<rect width="{_WIDE}" height="{_HIGH}" fill="#fff"/>',
        _text(_WIDE / 2, 22, picture.title, "middle"),
    ]
    for step in range(_STEPS + 1):
        value = highest * step / _STEPS
        parts += [
            _line(_LEFT, _y(value, highest), _WIDE - _RIGHT, _y(value, highest), "#ddd"),
            _text(_LEFT - 6, _y(value, highest) + 4, f"{value:.3g}", "end"),
        ]
    for number, label in enumerate(picture.labels):
        parts.append(_text(_x(number, len(picture.labels)), _HIGH - _BOTTOM + 18, label, "middle"))
    for floor in picture.floors:
        parts.append(_line(_LEFT, _y(floor, highest), _WIDE - _RIGHT, _y(floor, highest), "#a00", "5 4"))
    for number, (name, line) in enumerate(picture.series.items()):
        ink = _INKS[number % len(_INKS)]
        parts += _series(line, highest, ink)
        parts.append(_text(_LEFT + 150 * number, _HIGH - 12, name, "start", ink))
    return "\n".join([*parts, "</svg>", ""])


def _series(line: Sequence[Spread], highest: float, ink: str) -> list[str]:
    parts = []
    points = [(_x(number, len(line)), one) for number, one in enumerate(line)]
    for (left, before), (right, after) in pairwise(points):
        parts.append(_line(left, _y(before.median, highest), right, _y(after.median, highest), ink))
    for x, one in points:
        parts += [
            _line(x, _y(one.low, highest), x, _y(one.high, highest), ink),
            f'<circle cx="{x:.1f}" cy="{_y(one.median, highest):.1f}" r="4" fill="{ink}"/>',
        ]
    return parts


def _x(number: int, count: int) -> float:
    return _LEFT + (_WIDE - _LEFT - _RIGHT) * (number + 0.5) / count


def _y(value: float, highest: float) -> float:
    return _HIGH - _BOTTOM - (_HIGH - _TOP - _BOTTOM) * value / highest


def _line(x1: float, y1: float, x2: float, y2: float, ink: str, dashes: str = "") -> str:  # noqa: PLR0913, PLR0917
    broken = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{ink}" stroke-width="2"{broken}/>'


def _text(x: float, y: float, text: str, anchor: str, ink: str = "#222") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {_STYLE} fill="{ink}">{escape(text)}</text>'
