"""Findings -> JUnit XML: a test suite for each file, a test case for each finding."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aslkit.lint.engine import Finding


def as_junit(findings: Iterable[Finding], files: Sequence[str]) -> str:
    """A suite for each file; a failure for each finding, advice as a case that passes, one passing case for a file
    without findings. There are no times: no clock is read."""
    root = ElementTree.Element("testsuites", name="aslkit lint")
    by_file: dict[str, list[Finding]] = {name: [] for name in files}
    for finding in findings:
        by_file.setdefault(finding.source, []).append(finding)
    for name, found in by_file.items():
        _suite(root, name, found)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _suite(root: ElementTree.Element, name: str, found: Sequence[Finding]) -> None:
    failures = sum(finding.severity != "info" for finding in found)
    counts = {"tests": len(found) or 1, "failures": failures, "errors": 0, "skipped": 0}
    attributes = {"name": clean(name), **{key: str(value) for key, value in counts.items()}}
    suite = ElementTree.SubElement(root, "testsuite", attributes)
    if not found:
        ElementTree.SubElement(suite, "testcase", classname=clean(name), name="aslkit lint", file=clean(name))
    for finding in found:
        _case(suite, name, finding)


def _case(suite: ElementTree.Element, name: str, finding: Finding) -> None:
    span, message = finding.span, clean(finding.message)
    place = f"{clean(name)}:{span.line}:{span.column}"
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=clean(name),
        name=f"{finding.rule} at {span.line}:{span.column}",
        file=clean(name),
        line=str(span.line),
    )
    told = f"{place}: {finding.severity}: {message} [{finding.rule}]"
    if finding.severity == "info":
        ElementTree.SubElement(case, "system-out").text = told
    else:
        ElementTree.SubElement(case, "failure", message=message, type=finding.severity).text = told


def clean(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold."""
    return "".join(
        character
        if character in "\t\n\r" or (" " <= character < "\ud800") or "\ue000" <= character not in "\ufffe\uffff"
        else "\ufffd"
        for character in text
    )
