"""Loops that ask for the status of a job: what becomes of each status, how long they go round, whether they wait."""

from __future__ import annotations

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.lint import polling, statuses
from aslkit.lint.plugins import rules_of

RULES = (*rules_of(statuses), *rules_of(polling))
MACHINE = """\
StartAt: Rest
TimeoutSeconds: 3600
States:
  Rest: {Type: Wait, Seconds: 60, Next: Ask}
  Ask:
    Type: Task
    Resource: arn:aws:states:::aws-sdk:glue:getJobRun
    Parameters: {JobName: load, RunId.$: $.id}
    ResultSelector: {state.$: $.JobRun.JobRunState}
    ResultPath: $.job
    Next: Look
  Look:
    Type: Choice
    Choices:
      - {Variable: $.job.state, StringEquals: SUCCEEDED, Next: Done}
      - {Variable: $.job.state, StringMatches: "*ING", Next: Rest}
    Default: Failed
  Done: {Type: Succeed}
  Failed: {Type: Fail}
"""
DEFAULT = "    Default: Failed\n"


def found(text: str = MACHINE, *changes: tuple[str, str]) -> list[tuple[str, int, str]]:
    """(rule, line, message) of everything that these rules find in a definition with changes."""
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    machine = parse(load(text))
    return [(rule.id, machine.document.span(hit.pointer).line, hit.message) for rule in RULES for hit in rule(machine)]


def test_a_loop_that_handles_every_status_is_fine() -> None:
    assert found() == []


def test_a_final_status_that_leads_back_into_the_loop_is_told() -> None:
    back = ('StringMatches: "*ING", Next: Rest', "StringEquals: FAILED, Next: Failed")
    assert found(MACHINE, (DEFAULT, "    Default: Rest\n"), back) == [
        (
            "status-not-handled",
            17,
            'STOPPED, TIMEOUT, ERROR, EXPIRED of $.job.state are final, and "Look" leads back to "Rest": a job that '
            "ended so is polled until the execution ends",
        )
    ]


def test_a_final_status_without_a_rule_or_default_is_told() -> None:
    rules = 'StringMatches: "*ING", Next: Rest}\n'
    more = f'{rules}      - {{Variable: $.job.state, StringMatches: "*ED", Next: Failed}}\n'
    assert found(MACHINE, (DEFAULT, ""), (rules, more)) == [
        (
            "status-not-handled",
            12,
            '"Look" has no rule for TIMEOUT, ERROR of $.job.state and no Default: the execution fails there with '
            "States.Runtime, past every Catch",
        )
    ]


@pytest.mark.parametrize(
    "change",
    [
        ("    ResultPath: $.job\n", "    ResultPath: $.job\n    OutputPath: $.job\n"),
        ("$.JobRun.JobRunState", "$.JobRun.Other"),
        ("aws-sdk:glue:getJobRun", "lambda:invoke"),
        ("  Done:", "  Other: {Type: Pass, Result: {state: x}, ResultPath: $.job, Next: Look}\n  Done:"),
        ("StringEquals: SUCCEEDED", "StringEqualsPath: $.wanted"),
    ],
)
def test_what_is_not_surely_the_status_is_left_alone(change: tuple[str, str]) -> None:
    assert found(MACHINE, (DEFAULT, "    Default: Rest\n"), change) == []


def test_a_text_that_is_no_status_is_told_with_the_one_that_is_meant() -> None:
    assert found(MACHINE, ("StringEquals: SUCCEEDED", "StringEquals: SUCCESS")) == [
        (
            "status-never-given",
            15,
            '"Look" compares $.job.state with "SUCCESS", which is no such status, so that the rule never matches: did '
            'you mean "SUCCEEDED"?',
        )
    ]


def test_a_whole_response_that_replaces_the_input_is_followed_as_well() -> None:
    changes = [
        ("    ResultSelector: {state.$: $.JobRun.JobRunState}\n    ResultPath: $.job\n", ""),
        ("{Variable: $.job.state, StringEquals: SUCCEEDED", "{Variable: $.JobRun.JobRunState, StringEquals: DONE"),
    ]
    assert [rule for rule, _, _ in found(MACHINE, *changes)] == ["status-never-given"]


def test_a_loop_without_a_bound_is_told_with_its_rounds() -> None:
    text = MACHINE.replace("TimeoutSeconds: 3600\n", "")
    assert found(text) == [
        (
            "poll-without-end",
            3,
            'the loop of "Rest" has no bound: when what it waits for never comes, it goes round until the history is '
            "full (2,777 rounds of 9 events, about 46.3 h), and the execution fails past every Catch",
        )
    ]
    counted = (
        "    Default: Failed",
        "      - {Variable: $.n, NumericGreaterThan: 9, Next: Failed}\n    Default: Failed",
    )
    assert found(text, counted) == []


def test_a_loop_without_a_wait_is_told_unless_it_reads_page_by_page() -> None:
    changes = [
        ("StartAt: Rest", "StartAt: Ask"),
        ("  Rest: {Type: Wait, Seconds: 60, Next: Ask}\n", ""),
        ('StringMatches: "*ING", Next: Rest', 'StringMatches: "*ING", Next: Ask'),
    ]
    assert found(MACHINE, *changes) == [
        (
            "poll-without-wait",
            15,
            '"Ask" is asked again at once, and no Wait state stands in the loop: the service throttles it, and the '
            "history is full within minutes, past every Catch",
        )
    ]
    assert found(MACHINE, *changes, ("RunId.$: $.id", "NextToken.$: $.id")) == []
