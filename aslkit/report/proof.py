"""The notification proof -> text, Markdown, HTML, JSON; and the EventBridge rule for what it cannot prove."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from aslkit.report.exploration import left_out, runs_text
from aslkit.report.findings import counted
from aslkit.report.timeline import clock
from aslkit.simulation.exploration.proof import ENDS_WELL, HIDDEN, RESIDUAL, TOLD, UNCLEAR, UNNOTICED, WATCHED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aslkit.simulation.exploration.proof import Proof, ProofRow, ResidualRow

Json = Any

HEADS = ("state", "what goes wrong", "error", "tries", "told by", "after", "the run ends", "after")
RESIDUAL_HEADS = ("what happens", "the run ends", "seen by")
NOBODY = {
    ENDS_WELL: "nobody: the run ends well",
    RESIDUAL: "nobody (see below)",
    HIDDEN: "NOBODY, as if all were well",
    UNNOTICED: "NOBODY",
}


def as_file(proof: Proof, name: str) -> str:
    """The proof in the form that the ending of a file name asks for."""
    ending = name.rpartition(".")[2].lower()
    return FORMS.get(ending, as_text)(proof)


def as_json(proof: Proof) -> str:
    """{definition, summary, rows, residual, missing, event_rule}, the fields of ProofRow and ResidualRow as keys."""
    data = {
        "definition": proof.definition,
        "summary": summary(proof),
        "rows": [_fields(row) for row in proof.rows],
        "residual": [_fields(row) for row in proof.residual],
        "missing": list(proof.missing),
        "event_rule": None if proof.event_rule is None else list(proof.event_rule),
        "explored": {
            "runs": proof.explored.runs,
            "faults": proof.explored.faults,
            "properties": dict(proof.explored.held),
            "not_covered": list(left_out(proof.explored)),
        },
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def as_text(proof: Proof) -> str:
    parts = [f"Who is told: {proof.definition}", "", summary(proof), ""]
    parts += _columns(HEADS, [_cells(row) for row in proof.rows])
    parts += ["", RESIDUAL_TITLE, RESIDUAL_TEXT, ""]
    parts += _columns(RESIDUAL_HEADS, [_residual_cells(row) for row in proof.residual])
    explored = [f"- {text}" for text in _explored(proof)]
    return "\n".join([*parts, *_missing(proof), "", EXPLORED_TITLE, EXPLORED_TEXT, "", *explored]) + "\n"


def as_markdown(proof: Proof) -> str:
    parts = [f"# Who is told: {_marked(proof.definition)}", "", summary(proof), ""]
    parts += _table(HEADS, [_cells(row) for row in proof.rows])
    parts += ["", f"## {RESIDUAL_TITLE}", "", RESIDUAL_TEXT, ""]
    parts += _table(RESIDUAL_HEADS, [_residual_cells(row) for row in proof.residual])
    explored = [f"- {_marked(text)}" for text in _explored(proof)]
    return "\n".join([*parts, *_missing(proof), "", f"## {EXPLORED_TITLE}", "", EXPLORED_TEXT, "", *explored]) + "\n"


def as_html(proof: Proof) -> str:
    """One page that needs nothing else."""
    parts = [
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(proof.definition)}</title>',
        f"<style>{STYLE}</style></head><body>",
        f"<h1>Who is told: {escape(proof.definition)}</h1><p>{escape(summary(proof))}</p>",
        *_html_table(HEADS, [(_cells(row), row.verdict) for row in proof.rows]),
        f"<h2>{RESIDUAL_TITLE}</h2><p>{RESIDUAL_TEXT}</p>",
        *_html_table(RESIDUAL_HEADS, [(_residual_cells(row), "") for row in proof.residual]),
        *(f"<p>{escape(text)}</p>" for text in _missing(proof) if text),
        f"<h2>{EXPLORED_TITLE}</h2><p>{EXPLORED_TEXT}</p><ul>",
        *(f"<li>{escape(text)}</li>" for text in _explored(proof)),
        "</ul>",
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def summary(proof: Proof) -> str:
    """`170 errors that stay, at 10 states: 130 told, 34 end well, 0 told unclearly, 6 residual, …`."""
    counts = ", ".join(f"{sum(row.verdict == verdict for row in proof.rows)} {words}" for verdict, words in COUNTED)
    states = len({row.state for row in proof.rows})
    return f"{counted(len(proof.rows), 'error')} that stay, at {counted(states, 'state')}: {counts}."


COUNTED = (
    (TOLD, "told"),
    (ENDS_WELL, "end well"),
    (UNCLEAR, "told unclearly"),
    (RESIDUAL, "residual"),
    (HIDDEN, "hidden by a good end"),
    (UNNOTICED, "unnoticed"),
)


def event_rule(proof: Proof) -> str:
    """The event pattern of an EventBridge rule that sees the residual risk, for `aws events put-rule --event-pattern
    file://...`. Source: EventBridge, "Step Functions Execution Status Change"."""
    pattern = {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"status": list(WATCHED), "stateMachineArn": ["${StateMachineArn}"]},
    }
    return json.dumps(pattern, indent=2) + "\n"


RESIDUAL_TITLE = "What no definition can tell of"
RESIDUAL_TEXT = (
    "Nothing of the execution runs any more when this happens. An EventBridge rule on "
    f"`Step Functions Execution Status Change` with the statuses {', '.join(WATCHED)} sees all of it but the last, "
    "which takes an alarm on executions that are missing."
)
EXPLORED_TITLE = "What this rests on"
EXPLORED_TEXT = (
    "Each row above is one run, in which the error stays from the first call on. What else was run, and what held:"
)
STYLE = (
    "body{font:14px system-ui,sans-serif;margin:2em}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:.2em .6em;text-align:left;vertical-align:top}"
    ".told{background:#e8f5e9}.residual,.unclear{background:#fff8e1}.unnoticed,.hidden{background:#ffcdd2}"
)


def _cells(row: ProofRow) -> tuple[str, ...]:
    ends = row.status if row.ending is None else f"{row.status}, {row.ending}"
    lacks = f", which does not say {row.lacks}" if row.lacks is not None else ""
    who = f"{row.told}{lacks}" if row.told is not None else NOBODY[row.verdict]
    after = clock(row.after) if row.after is not None else ""
    return row.state, row.mishap, row.error or "", str(row.tries), who, after, ends, clock(row.lasts)


def _residual_cells(row: ResidualRow) -> tuple[str, ...]:
    ends = "there is no run" if row.status is None else row.status + (f", {row.error}" if row.error else "")
    if row.status is None:
        seen = "an alarm on missing executions"
    elif row.seen is None:
        seen = f"nobody; an EventBridge rule on {row.status} would"
    else:
        seen = "the EventBridge rule" if row.seen else f"NOBODY: the EventBridge rule does not watch {row.status}"
    return row.what, ends, seen


def _explored(proof: Proof) -> Iterator[str]:
    """What was run besides, which properties hold, and what was not run."""
    yield runs_text(proof.explored)
    for word, wanted in (("holds", True), ("broken", False)):
        named = [name for name, held in proof.explored.held.items() if held is wanted]
        if named:
            yield f"{word}: {', '.join(named)}"
    yield from (f"not run: {text}" for text in left_out(proof.explored))


def _missing(proof: Proof) -> list[str]:
    return ["", f"No run came to: {', '.join(proof.missing)}."] if proof.missing else []


def _columns(heads: Sequence[str], rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (tuple(heads), *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _table(heads: Sequence[str], rows: list[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(map(_marked, row))} |"


def _marked(text: str) -> str:
    """Text in which nothing is read as Markdown."""
    return "".join(f"\\{character}" if character in "\\|*_`<>[]#" else character for character in text)


def _html_table(heads: Sequence[str], rows: list[tuple[tuple[str, ...], str]]) -> Iterator[str]:
    yield f"<table><tr>{''.join(f'<th>{escape(head)}</th>' for head in heads)}</tr>"
    for cells, verdict in rows:
        style = f' class="{verdict}"' if verdict in (TOLD, UNCLEAR, RESIDUAL, HIDDEN, UNNOTICED) else ""
        yield f"<tr{style}>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
    yield "</table>"


def _fields(row: ProofRow | ResidualRow) -> dict[str, Json]:
    return {name: getattr(row, name) for name in row._fields}


FORMS: dict[str, Callable[[Proof], str]] = {
    "md": as_markdown,
    "html": as_html,
    "htm": as_html,
    "json": as_json,
}
"""Ending of a file name -> how the proof is written; anything else is text."""
