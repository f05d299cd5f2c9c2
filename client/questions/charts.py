"""Counts as bars, in SVG that stands in a page: no script, no file of its own; every bar has its number beside it."""

from collections.abc import Sequence
from html import escape
from typing import Final

_WIDE: Final = 640
_ROW: Final = 22  # height of a bar and what is around it
_LABEL: Final = 210  # width of the names
_NUMBER: Final = 50  # width of the numbers
_MOST: Final = 24  # bars; what is less frequent stands in the table
_CUT: Final = 30  # characters of a name


def bars(title: str, values: Sequence[tuple[str, int]]) -> str:
    """Return one horizontal bar a value, the most frequent first; empty where there is nothing to draw."""
    shown = values[:_MOST]
    if not shown:
        return ""
    most = max(count for _, count in shown) or 1
    high = _ROW * len(shown) + 8
    parts = [
        f'<svg viewBox="0 0 {_WIDE} {high}" role="img" aria-label="{escape(title)}">',
        f"<title>{escape(title)}</title>",
    ]
    for place, (name, count) in enumerate(shown):
        top = 4 + place * _ROW
        width = max(1.0, (_WIDE - _LABEL - _NUMBER) * count / most)
        label = name if len(name) <= _CUT else f"{name[: _CUT - 1]}…"
        parts += [
            f'<text x="{_LABEL - 8}" y="{top + 15}" text-anchor="end">{escape(label)}</text>',
            f'<rect x="{_LABEL}" y="{top + 3}" width="{width:.1f}" height="{_ROW - 6}"/>',
            f'<text x="{_LABEL + width + 6:.1f}" y="{top + 15}">{count}</text>',
        ]
    return "\n".join([*parts, "</svg>"])
