"""Verdicts on scenarios -> text, JSON, JUnit XML; and what the scenarios never used of a definition."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from aslkit.definition.model import parse
from aslkit.operations.coverage import measured, merged
from aslkit.record import Record
from aslkit.report.colour import Paint
from aslkit.report.coverage import missed, numbers, plain
from aslkit.report.findings import counted
from aslkit.report.remarks import brief, place, remark_line
from aslkit.report.timeline import clock, ending, lines, timeline
from aslkit.simulation.coverage import coverage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aslkit.definition.document import Document
    from aslkit.operations.coverage import Measured
    from aslkit.simulation.coverage import Coverage
    from aslkit.simulation.scenario import Difference, Remark, Verdict

MOST_MOMENTS = 30
NOT_RUN = "not run: something is wrong with the file itself, which has a case of its own"


class Report(Record):
    """What came of one scenario file; `coverage` is None unless it was asked for."""

    document: Document
    definition: Document
    verdicts: Sequence[Verdict]
    coverage: Coverage | None = None


def reported(document: Document, definition: Document, verdicts: Sequence[Verdict], *, covered: bool) -> Report:
    """The report on a file's verdicts, with what is `covered` of the definition if that is asked for."""
    if not covered:
        return Report(document, definition, verdicts)
    executions = [verdict.execution for verdict in verdicts if verdict.execution is not None]
    return Report(document, definition, verdicts, coverage(parse(definition), executions))


def as_text(reports: Sequence[Report], paint: Paint) -> str:
    """A line for each scenario; below one that failed what differs, the timeline up to it and how it ended; a
    summary."""
    shown = [line for report in reports for line in _file(report, paint)]
    shared = [line for one in _shared(reports) for line in _coverage(one, paint, "all of them together")]
    return "\n".join([*shown, *shared, *([""] if shared else []), summary(reports, paint)])


def verdict_text(report: Report, verdict: Verdict) -> str:
    """One scenario that failed: what differs, each with its place below, the timeline up to it and how it ended,
    without its name and without colours."""
    told = [text for one in _wrong(verdict) for text in reason(report.document, one)]
    return "\n".join([*(told or [NOT_RUN]), *_how_it_went(verdict, Paint(False))])


def reason(document: Document, one: Remark | Difference) -> tuple[str, str]:
    """What is wrong, and below it where: the first line alone says it where there is room for no more."""
    return brief(one.message), f"  {place(document, one)}"


def summary(reports: Sequence[Report], paint: Paint) -> str:
    """`57 passed, 0 failed` with the number of files."""
    verdicts = [verdict for report in reports for verdict in report.verdicts]
    failed = sum(not verdict.passed for verdict in verdicts)
    text = f"{len(verdicts) - failed} passed, {failed} failed"
    return f"{paint(text, 'red' if failed else 'green', 'bold')} in {counted(len(reports), 'scenario file')}"


def as_json(reports: Sequence[Report]) -> str:
    """A list of {file, definition, scenarios, coverage}; each scenario {name, line, passed, status, duration,
    transitions, remarks, differences}, and `notes` where there are some."""
    return json.dumps([_plain(report) for report in reports], indent=2, ensure_ascii=False)


def as_junit(reports: Sequence[Report]) -> str:
    """One test suite for each file, one test case for each scenario, with its `virtual_seconds` as a property. `time`
    is 0: no clock is read, and virtual time takes none."""
    from xml.etree import ElementTree

    root = ElementTree.Element("testsuites", name="aslkit")
    for report in reports:
        failed = sum(not verdict.passed for verdict in report.verdicts)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=report.document.source,
            tests=str(len(report.verdicts)),
            failures=str(failed),
            errors="0",
            skipped="0",
        )
        for verdict in report.verdicts:
            case = ElementTree.SubElement(
                suite, "testcase", classname=report.document.source, name=_clean(verdict.name), time="0"
            )
            if verdict.execution is not None:
                facts = ElementTree.SubElement(case, "properties")
                length = f"{verdict.execution.duration:.3f}".rstrip("0").rstrip(".")
                ElementTree.SubElement(facts, "property", name="virtual_seconds", value=length)
            if verdict.notes:
                ElementTree.SubElement(case, "system-out").text = _clean("\n".join(verdict.notes))
            if not verdict.passed:
                first, *rest = _explained(report, verdict, Paint(False))
                failure = ElementTree.SubElement(case, "failure", message=_clean(first))
                failure.text = _clean("\n".join([first, *rest]))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _file(report: Report, paint: Paint) -> Iterator[str]:
    yield paint(report.document.source, "bold")
    for verdict in report.verdicts:
        yield from _verdict(report, verdict, paint)
    if report.coverage is not None:
        yield from _coverage(measured(report.definition, report.coverage), paint)
    yield ""


def _verdict(report: Report, verdict: Verdict, paint: Paint) -> Iterator[str]:
    mark = paint("ok    ", "green") if verdict.passed else paint("FAILED", "red", "bold")
    execution = verdict.execution
    ran = "" if execution is None else f"  {execution.status} after {clock(execution.duration)}"
    yield f"  {mark}  {brief(verdict.name)}{paint(ran, 'dim')}"
    if verdict.passed:
        return
    yield from (f"            {text}" for text in _explained(report, verdict, paint))


def _explained(report: Report, verdict: Verdict, paint: Paint) -> list[str]:
    """What is wrong, with the places in the scenario file, and how the execution went."""
    told = [remark_line(report.document, one) for one in _wrong(verdict)] or [NOT_RUN]
    return [*told, *_how_it_went(verdict, paint)]


def _wrong(verdict: Verdict) -> list[Remark | Difference]:
    return [*verdict.remarks, *verdict.differences]


def _how_it_went(verdict: Verdict, paint: Paint) -> Iterator[str]:
    """The timeline up to the first instant at which the execution had gone another way, and how it ended."""
    execution = verdict.execution
    if execution is None:
        return
    instants = [difference.at for difference in verdict.differences if difference.at is not None]
    whole = timeline(execution) if instants else []
    moments = [moment for moment in whole if moment.at <= min(instants)]
    if len(moments) > MOST_MOMENTS:
        yield f"… {counted(len(moments) - MOST_MOMENTS, 'earlier moment')}"
    yield from lines(moments[-MOST_MOMENTS:], paint)
    goes_on = "… goes on: " if len(moments) < len(whole) else ""
    yield f"{goes_on}{ending(execution, paint)}"


def together(reports: Sequence[Report]) -> list[Measured]:
    """What the scenario files used, definition by definition, all files of one put together."""
    return merged(measured(report.definition, report.coverage) for report in reports if report.coverage is not None)


def _shared(reports: Sequence[Report]) -> list[Measured]:
    """The coverage of each definition that several scenario files are about."""
    counts = Counter(report.definition.source for report in reports)
    return [one for one in together(reports) if counts[one.definition] > 1]


def _coverage(one: Measured, paint: Paint, whose: str = "") -> Iterator[str]:
    told = f" by {whose}" if whose else ""
    yield f"  of {one.definition}{told} {numbers(one.coverage)}"
    yield from (f"  {line}" for line in missed(one, paint))


def _plain(report: Report) -> dict[str, Any]:
    return {
        "file": report.document.source,
        "definition": report.definition.source,
        "scenarios": [_plain_verdict(report, verdict) for verdict in report.verdicts],
        "coverage": None if report.coverage is None else plain(measured(report.definition, report.coverage)),
    }


def _plain_verdict(report: Report, verdict: Verdict) -> dict[str, Any]:
    execution = verdict.execution
    return {
        "name": verdict.name,
        "line": report.document.span(verdict.pointer).line,
        "passed": verdict.passed,
        "status": execution.status if execution is not None else None,
        "duration": execution.duration if execution is not None else None,
        "transitions": execution.transitions if execution is not None else None,
        "remarks": [
            {"line": report.document.span(remark.pointer).line, "message": remark.message} for remark in verdict.remarks
        ],
        "differences": [
            {
                "line": report.document.span(difference.pointer).line,
                "subject": difference.subject,
                "expected": difference.expected,
                "actual": difference.actual,
            }
            for difference in verdict.differences
        ],
        **({"notes": list(verdict.notes)} if verdict.notes else {}),
    }


def _clean(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold."""
    return "".join(
        character if character in "\t\n" or (character >= " " and character not in "\ufffe\uffff") else "\ufffd"
        for character in text
    )
