"""Notices of the wrong outcome, failures past the notice, and failures that go round."""

from __future__ import annotations

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.lint import indentation, limits, notices
from aslkit.lint.plugins import rules_of

RULES = (*rules_of(notices), *rules_of(limits), *rules_of(indentation))
MACHINE = """\
StartAt: Load
States:
  Load:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    Catch:
      - {ErrorEquals: [States.ALL], ResultPath: $.error, Next: NotifyFailure}
    Next: Report
  Report:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    Catch:
      - {ErrorEquals: [States.ALL], ResultPath: $.error, Next: NotifyFailure}
    Next: NotifySuccess
  NotifySuccess:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Retry: [{ErrorEquals: [States.ALL]}]
    End: true
  NotifyFailure:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Retry: [{ErrorEquals: [States.ALL]}]
    Catch: [{ErrorEquals: [States.ALL], Next: Failed}]
    Next: Failed
  Failed: {Type: Fail, Cause: see the mail}
"""
REDRIVE = ("redrive-fails-again", 26)


def found(*changes: tuple[str, str], text: str = MACHINE) -> list[tuple[str, int]]:
    """(rule, line) of what these rules find in the definition with changes."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    machine = parse(load(text))
    return [(rule.id, machine.document.span(hit.pointer).line) for rule in RULES for hit in rule(machine)]


CAUGHT = "ResultPath: $.error, Next: NotifyFailure"


@pytest.mark.parametrize(
    ("change", "findings"),
    [
        (("StartAt", "StartAt"), [REDRIVE]),
        (("Next: NotifySuccess", "Next: NotifyFailure"), [("notice-of-other-outcome", 14), REDRIVE]),
        ((CAUGHT, "ResultPath: $.error, Next: Load"), [("failure-goes-round", 7)]),
        (
            ("    Retry: [{ErrorEquals: [States.ALL]}]\n    End", "    End"),
            [("news-fails-run", 15), ("redrive-fails-again", 25)],
        ),
        (
            ("    Catch: [{ErrorEquals: [States.ALL], Next: Failed}]\n", ""),
            [("notifier-without-catch", 20), ("redrive-fails-again", 25)],
        ),
        (
            (f"    Catch:\n      - {{ErrorEquals: [States.ALL], {CAUGHT}}}\n", ""),
            [("failure-past-notice", 3)],
        ),
        (("  Failed: {Type: Fail, Cause: see the mail}", "  Failed: {Type: Succeed}"), []),
        (("StartAt: Load\nStates:\n  Load:", 'StartAt: "Load "\nStates:\n  "Load ":'), [REDRIVE, ("state-name", 3)]),
        (
            (
                "    Next: NotifySuccess",
                "    Parameters: {x: 1, Retry: [{ErrorEquals: [States.ALL]}]}\n    Next: NotifySuccess",
            ),
            [("redrive-fails-again", 27)],
        ),
    ],
)
def test_what_is_found(change: tuple[str, str], findings: list[tuple[str, int]]) -> None:
    assert found(change) == findings


def test_a_retry_inside_what_is_sent_is_told_for_calls_of_unknown_parameters() -> None:
    text = """\
StartAt: A
States:
  A:
    Type: Task
    Resource: ${Load}
    Parameters: {x: 1, Catch: [{ErrorEquals: [States.ALL], Next: A}], Retry: [1]}
    End: true
"""
    assert found(text=text) == [("field-in-payload", 6)]


def test_a_definition_that_is_too_long_is_told() -> None:
    comment = "x" * 1000
    states = "".join(f"  S{one}: {{Type: Pass, Comment: {comment}, Next: S{one + 1}}}\n" for one in range(1100))
    text = f"StartAt: S0\nStates:\n{states}  S1100: {{Type: Succeed}}\n"
    assert found(text=text) == [("definition-size", 2)]
    assert found(text=text.replace("xx", "")) == []
    assert found(text=text.replace("x", "xxx")) == [("definition-size", 2)]
