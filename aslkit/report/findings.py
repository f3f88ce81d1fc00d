"""Findings -> text with the source line and a caret, or JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from aslkit.definition.document import pointer_text
from aslkit.lint.engine import SEVERITIES
from aslkit.report.colour import Paint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from aslkit.lint.engine import Finding

COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}
MAX_LINE = 200
REPLACED = "\ufffd"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def as_json(findings: Iterable[Finding]) -> str:
    """A JSON list of {file, line, column, end_line, end_column, severity, rule, message, pointer}; places count from 1,
    the end is exclusive."""
    return json.dumps([_plain(finding) for finding in findings], indent=2, ensure_ascii=False)


def as_text(
    findings: Sequence[Finding], texts: Mapping[str, Sequence[str]], *, files: int, paint: Paint, mended: int = 0
) -> str:
    """Each finding as `path:line:column: severity: message [rule]` with its source line, and a summary line.

    `texts` holds the lines of each source that has findings, `mended` is how many findings were mended before.
    """
    lines = [line for finding in findings for line in _shown(finding, texts.get(finding.source, ()), paint)]
    return "\n".join([*lines, summary(findings, files, paint, mended)])


def summary(findings: Sequence[Finding], files: int, paint: Paint, mended: int = 0) -> str:
    """`2 errors and 1 warning in 3 files`, and how many of them can be, or were, mended."""
    where = f"in {counted(files, 'file')}{f', {mended} mended' if mended else ''}"
    counts = [(sum(finding.severity == severity for finding in findings), severity) for severity in SEVERITIES]
    parts = [paint(counted(count, severity), COLOURS[severity]) for count, severity in counts if count]
    if not parts:
        return paint(f"nothing found {where}", "green")
    fixable = 0 if mended else sum(finding.fix is not None for finding in findings)
    hint = f"; --fix can mend {fixable}" if fixable else ""
    return f"{' and '.join(filter(None, [', '.join(parts[:-1]), parts[-1]]))} {where}{hint}"


def statistics(findings: Sequence[Finding]) -> str:
    """How many findings each rule has, the most first: `   3  catch-loses-input`."""
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.rule] = counts.get(finding.rule, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return "\n".join(f"{count:>4}  {rule}" for rule, count in ordered)


def counted(count: int, word: str) -> str:
    """`1 error`, `2 errors`, `3 info`."""
    return f"{count:,} {word}" if count == 1 or word == "info" else f"{count:,} {word}s"


def _shown(finding: Finding, lines: Sequence[str], paint: Paint) -> Iterator[str]:
    span = finding.span
    place = paint(f"{finding.source}:{span.line}:{span.column}", "bold")
    severity = paint(finding.severity, COLOURS[finding.severity])
    yield f"{place}: {severity}: {CONTROL.sub(REPLACED, finding.message)} {paint(f'[{finding.rule}]', 'dim')}"
    if span.line <= len(lines):
        yield from _quoted(finding, lines[span.line - 1], paint)


def _quoted(finding: Finding, line: str, paint: Paint) -> Iterator[str]:
    """The source line and a caret below the place; of a long line, the part around it."""
    span = finding.span
    first = span.column - 1
    width = max(1, (span.end_column if span.end_line == span.line else len(line) + 1) - span.column)
    cut = max(0, first - MAX_LINE // 2) if len(line) > MAX_LINE else 0
    part = CONTROL.sub(REPLACED, line[cut : cut + MAX_LINE].replace("\t", " "))
    margin = f"{span.line:>6} | "
    yield paint(margin, "dim") + part
    marks = "^" * max(1, min(width, len(part) - first + cut))
    yield paint(" " * 6 + " | ", "dim") + " " * (first - cut) + paint(marks, COLOURS[finding.severity])


def _plain(finding: Finding) -> dict[str, Any]:
    span = finding.span
    return {
        "file": finding.source,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "severity": finding.severity,
        "rule": finding.rule,
        "message": finding.message,
        "pointer": pointer_text(finding.pointer),
    }
