"""Time-outs: the ones that nobody catches, and the ones that are missing."""

from __future__ import annotations

import textwrap

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.lint import timeouts
from aslkit.lint.engine import Rule

RULES = tuple(value for value in vars(timeouts).values() if isinstance(value, Rule))


def found(text: str) -> list[tuple[str, int, str]]:
    """(rule, line, message) of everything that this module's rules find."""
    machine = parse(load(textwrap.dedent(text), source="test.asl.yaml"))
    return [(rule.id, machine.document.span(hit.pointer).line, hit.message) for rule in RULES for hit in rule(machine)]


NESTED = """\
StartAt: Both
States:
  Both:
    Type: Parallel
    Branches:
      - StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 60
            Catch: INNER
            End: true
          Mend:
            Type: Pass
            End: true
    Catch: OUTER
    End: true
  Failed:
    Type: Fail
"""
FAILED = "[{ErrorEquals: [States.TaskFailed], Next: Failed}]"
ALL = "[{ErrorEquals: [States.ALL], Next: Mend}]"


def test_a_time_out_inside_escapes_the_catch_of_the_parallel() -> None:
    assert found(NESTED.replace("INNER", "[]").replace("OUTER", FAILED)) == [
        (
            "timeout-escapes-catch",
            17,
            '"States.TaskFailed" does not match "States.Timeout": the time-out of "Load" (line 11) escapes the Catch '
            'of "Both" and fails the execution',
        )
    ]


@pytest.mark.parametrize(("inner", "outer"), [(ALL, FAILED), ("[]", ALL), (FAILED, ALL), ("[]", "[]")])
def test_a_time_out_that_somebody_catches_or_nobody_wants_is_left_alone(inner: str, outer: str) -> None:
    assert found(NESTED.replace("INNER", inner).replace("OUTER", outer)) == []


def task(fields: str, *, resource: str = "arn:aws:states:::glue:startJobRun.sync", top: str = "") -> str:
    return f"StartAt: A\n{top}\nStates:\n  A: {{Type: Task, Resource: '{resource}', End: true, {fields}}}\n"


@pytest.mark.parametrize(
    "text",
    [
        task("TimeoutSeconds: 60"),
        task("TimeoutSeconds: '${Timeout}'"),
        task("TimeoutSecondsPath: $.timeout"),
        task("Parameters: {JobName: load, Timeout: 60}"),
        task("HeartbeatSeconds: 60", resource="arn:aws:states:::sqs:sendMessage.waitForTaskToken"),
        task("", resource="arn:aws:states:::glue:startJobRun"),
        task("", resource="arn:aws:lambda:us-east-1:123456789012:function:sync"),
        task("", resource="${Resource}"),
        task("TimeoutSeconds: 60, HeartbeatSeconds: '${Beat}'"),
        task("TimeoutSeconds: 60", top="TimeoutSeconds: 61"),
    ],
)
def test_tasks_that_end_in_time_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_a_task_without_time_out_waits_as_long_as_the_state_machine_may() -> None:
    assert found(task("", top="TimeoutSeconds: 3600")) == [
        (
            "task-without-timeout",
            4,
            '"A" waits for the end of what it starts and has no TimeoutSeconds: when that never comes, it waits until '
            "the whole state machine times out (line 2)",
        )
    ]


def test_equal_time_outs_are_too_much() -> None:
    assert [
        rule for rule, _, _ in found(task("TimeoutSeconds: 60, HeartbeatSeconds: 60", top="TimeoutSeconds: 60"))
    ] == [
        "heartbeat-not-below-timeout",
        "timeout-never-reached",
    ]
