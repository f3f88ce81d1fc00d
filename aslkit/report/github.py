"""Findings -> GitHub workflow commands: annotations beside the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.report.colour import Paint
from aslkit.report.findings import summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aslkit.lint.engine import Finding

COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}
IN_TEXT = {ord("%"): "%25", ord("\r"): "%0D", ord("\n"): "%0A"}
IN_VALUE = {**IN_TEXT, ord(":"): "%3A", ord(","): "%2C"}
"""What must not stand as it is, in the text of a command and in the values before it. Source: the toolkit of GitHub
Actions, workflow commands."""


def as_github(findings: Sequence[Finding], *, files: int) -> str:
    """A workflow command for each finding, and a summary line that is none."""
    return "\n".join([*map(_command, findings), summary(findings, files, Paint(False))])


def _command(finding: Finding) -> str:
    span = finding.span
    places = [("file", finding.source), ("line", span.line), ("endLine", span.end_line), ("col", span.column)]
    if span.end_line == span.line:  # columns of several lines are refused
        places.append(("endColumn", span.end_column))
    else:
        places.pop()
    values = ",".join(_values([*places, ("title", finding.rule)]))
    return f"::{COMMANDS[finding.severity]} {values}::{finding.message.translate(IN_TEXT)}"


def _values(pairs: Iterable[tuple[str, object]]) -> Iterable[str]:
    return (f"{name}={str(value).translate(IN_VALUE)}" for name, value in pairs)
