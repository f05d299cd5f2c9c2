"""All verdicts as one page to print: no script, nothing fetched, everything escaped; pictures have their tables behind.

What is for auditors alone (`Table.private`) is left out: reasons in somebody's words, facts about people, why somebody
was refused beside her name.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from client.folder import CHECKPOINT
from client.questions.answered import Answered
from client.questions.case import Case
from client.questions.charts import bars
from client.questions.verdicts import TIMES, UNPROVABLE, Cell, Table, Verdict
from client.reading import visible
from crypto.hashing import sha256
from crypto.notes import b64
from policies.statements import day_text

_ROWS: Final = 200  # of one table; the others are in the CSV files
_STYLE: Final = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, "Noto Sans", sans-serif; color: #1a1a1a; background: #fff; max-width: 56rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.8rem; margin-bottom: 0; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .3rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
pre { background: #f4f4f1; border: 1px solid #ccc; padding: .7rem; white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
th, td { border: 1px solid #ccc; padding: .25rem .5rem; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
th { background: #f4f4f1; overflow-wrap: normal; }
.answer { font-weight: 700; border: 2px solid; border-radius: .3rem; padding: 0 .5rem; white-space: nowrap; }
code { overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
.short td:first-child { white-space: nowrap; }
.either { color: #333; }
.clean { color: #14532d; }
.fault { color: #8a1c1c; }
.open { color: #5b4a00; }
.unsaid { border-left: 4px solid #999; padding-left: .8rem; color: #444; }
svg { width: 100%; max-width: 40rem; height: auto; font: 13px system-ui, sans-serif; }
svg rect { fill: #31577a; }
.plus { white-space: pre-wrap; font-family: monospace; }
@page { size: A4; margin: 16mm; }
@media print {
  body { max-width: none; margin: 0; padding: 0; font-size: 10.5pt; }
  .wide { overflow: visible; }
  thead { display: table-header-group; }
  tr, svg, pre { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  a { color: inherit; text-decoration: none; }
}
"""
_POLICY: Final = f"default-src 'none'; style-src 'sha256-{b64(sha256(_STYLE.encode()))}'"  # this style and no other


def page(case: Case, answered: Sequence[Answered]) -> str:
    """Return the page. The same folder gives the same page, byte for byte."""
    origin = case.trust.log_policy.origin
    title = f"Audit of {origin}"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        *_checkpoint(case),
        "<h2>In short</h2>",
        _summary(answered),
        *(part for one in answered for part in _section(one)),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _checkpoint(case: Case) -> Iterable[str]:
    note = case.source.text(CHECKPOINT)
    newest = case.newest_day()
    yield (
        f"<p>This speaks of the log of <b>{case.audit.size}</b> leaves with the root "
        f"<code>{case.audit.root.hex()}</code>, as its signed checkpoint says"
        + ("" if newest is None else f"; the last day that a gate speaks of is {day_text(newest)}")
        + ".</p>"
    )
    yield f"<pre>{escape(visible_lines(note))}</pre>"
    yield (
        "<p>A <b>leaf</b> is a place in that log, and the proof of what stands here. Whoever has the log and an "
        "auditor's key comes to this same page by <code>amana audit report</code>. People are named by their "
        "pseudonyms, and no report is named.</p>"
    )


def visible_lines(text: str) -> str:
    """Return text of several lines with nothing hidden in it."""
    return "\n".join(map(visible, text.split("\n")))


def _summary(answered: Sequence[Answered]) -> str:
    rows = "".join(
        f'<tr><td>{one.question.number}</td><td><a href="#q{one.question.number}">{escape(one.question.question)}</a>'
        f"</td><td>{_answer(one)}</td><td>{_leaves(one.verdict)}</td></tr>"
        for one in answered
    )
    return (
        '<div class="wide"><table class="short"><thead><tr><th></th><th>Question</th><th>Answer</th>'
        "<th>To explain</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _answer(one: Answered) -> str:
    """Return the answer; its colour says no more than its words and the leaves beside it."""
    verdict, clean = one.verdict, one.question.clean
    asked = verdict.limited or bool(clean and verdict.answer != clean) or verdict.answer == UNPROVABLE
    kind = "fault" if verdict.faults else "open" if asked else "clean" if clean else "either"
    return f'<span class="answer {kind}">{escape(verdict.said)}</span>'


def _leaves(verdict: Verdict) -> str:
    indexes = sorted({one.index for one in verdict.faults})
    shown = ", ".join(f"leaf {index}" if index >= 0 else "the log" for index in indexes[:_ROWS])
    return shown + (f" and {len(indexes) - _ROWS} more" if len(indexes) > _ROWS else "")


def _section(one: Answered) -> Iterable[str]:
    number, verdict = one.question.number, one.verdict
    yield f'<section id="q{number}"><h2>{number}. {escape(one.question.question)}</h2>'
    yield f"<p>{_answer(one)} {escape(verdict.sentence)}</p>"
    if verdict.counts:
        counts = ", ".join(f"{escape(what)}: <b>{escape(str(count))}</b>" for what, count in verdict.counts.items())
        yield f"<p>{counts}</p>"
    if verdict.faults:
        rows: list[tuple[Cell, ...]] = [(fault.index, fault.fault) for fault in verdict.faults]
        yield _table(Table("faults", ("leaf", "to be explained"), tuple(rows)))
    for each in verdict.tables:
        if each.rows and not each.private:
            yield f"<h3>{escape(each.name.replace('-', ' '))}</h3>"
            if TIMES in each.columns[1:2]:
                yield bars(
                    f"{number}: {each.name.replace('-', ' ')}", [(str(row[0]), int(row[1])) for row in each.rows]
                )
            yield _table(each)
    yield from (f'<p class="unsaid">{escape(line)}</p>' for line in verdict.unsaid)
    yield "</section>"


def _table(each: Table) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in each.columns)
    kind = ' class="plus"' if each.name == "diff" else ""
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{escape(visible(str(cell)))}</td>" for cell in row) + "</tr>"
        for row in each.rows[:_ROWS]
    )
    more = len(each.rows) - _ROWS
    rest = f"<p>{more} more rows are in the CSV files of <code>amana audit ask --csv</code>.</p>" if more > 0 else ""
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{rest}'
