"""Findings in the forms that other programs read: GitHub workflow commands, SARIF 2.1.0, JUnit XML."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from aslkit.definition.document import Span, load
from aslkit.definition.model import parse
from aslkit.lint import ALL_RULES, lint
from aslkit.lint.engine import Finding
from aslkit.report.findings import statistics
from aslkit.report.github import as_github
from aslkit.report.junit import as_junit
from aslkit.report.sarif import as_sarif

TEXT = """\
StartAt: Laod
States:
  Load:
    Type: Pass
    Result: no
    Next: Report
  Report:
    Type: Succeed
"""
DOCUMENT = load(TEXT, source="in/m 1.asl.yaml")
FINDINGS = lint(parse(DOCUMENT))
SCHEMA = Path(__file__).with_name("sarif-2.1.0.schema.json")


def finding(message: str, *, severity: str = "error", source: str = "m.asl.yaml", lines: int = 0) -> Finding:
    return Finding("shape", severity, source, Span(3, 5, 3 + lines, 9, 20, 24), message, ("States", "A"))


# --- GitHub ----------------------------------------------------------------------------------------------------------


def test_each_severity_is_a_workflow_command_of_its_own() -> None:
    found = [finding("one"), finding("two", severity="warning"), finding("three", severity="info", lines=1)]
    assert as_github(found, files=1).splitlines() == [
        "::error file=m.asl.yaml,line=3,endLine=3,col=5,endColumn=9,title=shape::one",
        "::warning file=m.asl.yaml,line=3,endLine=3,col=5,endColumn=9,title=shape::two",
        "::notice file=m.asl.yaml,line=3,endLine=4,title=shape::three",
        "1 error, 1 warning and 1 info in 1 file",
    ]


def test_what_has_a_meaning_in_a_workflow_command_is_escaped() -> None:
    found = finding("100 %, a: b\r\nc::d", source="a,b:c%.asl.yaml")
    assert as_github([found], files=1).splitlines()[0] == (
        "::error file=a%2Cb%3Ac%25.asl.yaml,line=3,endLine=3,col=5,endColumn=9,title=shape::100 %25, a: b%0D%0Ac::d"
    )


@given(st.text(), st.text(min_size=1))
@settings(max_examples=50, deadline=None)
def test_no_message_can_make_a_second_workflow_command(message: str, source: str) -> None:
    printed = as_github([finding(message, source=source)], files=1)
    assert [line for line in printed.split("\n") if line.startswith("::")] == printed.split("\n")[:-1]
    assert len(printed.split("\n")) == 2


# --- SARIF -----------------------------------------------------------------------------------------------------------


def sarif(found: list[Finding]) -> dict[str, Any]:
    """The report, which fits the schema."""
    report: dict[str, Any] = json.loads(as_sarif(found, {DOCUMENT.source: DOCUMENT}))
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(report)] == []
    return report


def test_a_sarif_report_fits_the_schema_and_holds_every_rule() -> None:
    (run,) = sarif(FINDINGS)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(rule.id for rule in ALL_RULES)
    (known,) = [rule for rule in rules if rule["id"] == "transition-target"]
    assert known["defaultConfiguration"] == {"level": "error"}
    assert known["shortDescription"] == {"text": "A transition names a state that does not exist in its own scope."}
    assert known["help"]["markdown"].count("```yaml") == 2
    assert known["properties"] == {"fixable": True, "diagnostics": ["MISSING_TRANSITION_TARGET"]}


def test_a_sarif_result_has_its_place_its_related_place_its_fix_and_its_fingerprint() -> None:
    result = sarif(FINDINGS)["runs"][0]["results"][0]
    fingerprint = result["partialFingerprints"].pop("finding/v1")
    index = result.pop("ruleIndex")
    artifact = {"uri": "in/m%201.asl.yaml", "uriBaseId": "SRCROOT"}
    assert sorted(rule.id for rule in ALL_RULES)[index] == "transition-target"
    assert (len(fingerprint), fingerprint[-2:]) == (34, ":1")
    assert result == {
        "ruleId": "transition-target",
        "level": "error",
        "message": {
            "text": 'StartAt of the definition leads to "Laod", and no such state exists: AWS refuses the definition; '
            'did you mean "Load" (line 3)?'
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": artifact,
                    "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 14},
                },
                "logicalLocations": [{"fullyQualifiedName": "/StartAt", "kind": "member"}],
            }
        ],
        "relatedLocations": [
            {
                "id": 0,
                "physicalLocation": {
                    "artifactLocation": artifact,
                    "region": {"startLine": 3, "startColumn": 3, "endLine": 3, "endColumn": 7},
                },
                "message": {"text": "/States/Load"},
            }
        ],
        "partialFingerprints": {},
        "fixes": [
            {
                "description": {"text": 'lead to "Load"'},
                "artifactChanges": [
                    {
                        "artifactLocation": artifact,
                        "replacements": [
                            {
                                "deletedRegion": {"startLine": 1, "startColumn": 10, "endLine": 1, "endColumn": 14},
                                "insertedContent": {"text": "Load"},
                            }
                        ],
                    }
                ],
            }
        ],
    }


def test_a_fingerprint_stays_when_lines_move_and_tells_equal_findings_apart() -> None:
    moved = load("# a comment\n\n" + TEXT, source=DOCUMENT.source)

    def fingerprints(found: list[Finding]) -> list[str]:
        return [one["partialFingerprints"]["finding/v1"] for one in sarif(found)["runs"][0]["results"]]

    assert fingerprints(lint(parse(moved))) == fingerprints(FINDINGS)
    assert len(set(fingerprints([*FINDINGS, *FINDINGS]))) == 2 * len(FINDINGS)


@pytest.mark.parametrize("source", ["<stdin>", "/tmp/ä b#?.asl.yaml", "a%b.asl.json"])
def test_any_file_name_is_a_uri(source: str) -> None:
    sarif([finding("one", source=source)])


# --- JUnit -----------------------------------------------------------------------------------------------------------


def test_junit_has_a_suite_for_each_file_and_a_failure_for_each_finding() -> None:
    found = [finding("one <&> \x00"), finding("two", severity="info")]
    root = ElementTree.fromstring(as_junit(found, ["m.asl.yaml", "clean.asl.yaml"]))
    assert [(suite.attrib, [case.attrib["name"] for case in suite]) for suite in root] == [
        (
            {"name": "m.asl.yaml", "tests": "2", "failures": "1", "errors": "0", "skipped": "0"},
            ["shape at 3:5", "shape at 3:5"],
        ),
        ({"name": "clean.asl.yaml", "tests": "1", "failures": "0", "errors": "0", "skipped": "0"}, ["aslkit lint"]),
    ]
    failure = root[0][0][0]
    assert (failure.tag, failure.attrib) == ("failure", {"message": "one <&> \ufffd", "type": "error"})
    assert failure.text == "m.asl.yaml:3:5: error: one <&> \ufffd [shape]"
    assert (root[0][1][0].tag, root[0][1][0].text) == ("system-out", "m.asl.yaml:3:5: info: two [shape]")


@given(st.text(), st.text())
@settings(max_examples=50, deadline=None)
def test_any_message_is_xml(message: str, source: str) -> None:
    ElementTree.fromstring(as_junit([finding(message, source=source)], [source]).encode("utf-8"))


# --- counts ----------------------------------------------------------------------------------------------------------


def test_statistics_count_the_findings_of_each_rule_the_most_first() -> None:
    assert statistics([*FINDINGS, *FINDINGS[:1]]) == "   2  transition-target\n   1  yaml-1-1"
