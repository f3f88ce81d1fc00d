"""A project's own rules: which states they are about, what they demand, and what is never a finding."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.lint.config import read_config
from aslkit.lint.policy import policy

MACHINE = """\
StartAt: SplitA
States:
  SplitA:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    Parameters: {JobName: a}
    TimeoutSeconds: 600
    Retry:
      - ErrorEquals: [States.TaskFailed]
        IntervalSeconds: 60
        MaxAttempts: 2
        BackoffRate: 2
      - ErrorEquals: [States.ALL]
        MaxAttempts: 9
    Catch:
      - ErrorEquals: [States.ALL]
        ResultPath: $.error
        Next: Tell
    Next: Both
  Both:
    Type: Parallel
    Branches:
      - StartAt: Inner
        States:
          Inner:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun
            Parameters: {JobName: "job-123456789012"}
            End: true
    Catch:
      - ErrorEquals: [States.TaskFailed]
        Next: Give up
    End: true
  Tell:
    Type: Task
    Resource: arn:aws:states:::sns:publish
    Parameters: {TopicArn: "arn:aws:sns:us-east-1:123456789012:t", Message: m}
    Next: Failed
  Failed: {Type: Fail}
  Give up: {Type: Succeed}
"""


def found(text: str, machine: str = MACHINE) -> list[tuple[int, str]]:
    """(line, message) of what a policy, written as YAML without its name, finds in a machine."""
    config = read_config(load(yaml.safe_dump({"policies": [{"name": "P", **yaml.safe_load(text)}]})))
    parsed = parse(load(machine))
    return [(parsed.document.span(hit.pointer).line, hit.message) for hit in policy(parsed, policies=config.policies)]


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("{states: Split*, retry: {errors: States.TaskFailed, attempts: 2, interval: 1m, backoff: 2}}", []),
        (
            "{states: Split*, retry: {errors: States.TaskFailed, interval: 30, attempts: {at-most: 1}}}",
            [
                (11, 'P: MaxAttempts of "SplitA" is 2, and the project has at most 1'),
                (10, 'P: IntervalSeconds of "SplitA" is 60, and the project has 30'),
            ],
        ),
        (
            "{states: Split*, retry: {errors: [States.Timeout], attempts: 2}}",
            [(14, 'P: MaxAttempts of "SplitA" is 9, and the project has 2')],
        ),
        (
            "{states: Split*, retry: {errors: [X], max-delay: 5m}}",
            [(9, 'P: MaxDelaySeconds of "SplitA" is not set, and the project has 300')],
        ),
        (
            "{resource: 'glue:startJobRun*', reason: because, retry: {errors: [E]}}",
            [(25, 'P: "Inner" has no retrier for E, so that its first failure is final (because)')],
        ),
        ("{states: SplitA, catch: {publishes: true, ends: Fail, keeps-input: true}}", []),
        (
            "{inside: Parallel, catch: {errors: [States.TaskFailed], publishes: true, ends: Fail, keeps-input: true}}",
            [
                (31, 'P: the catcher of "Both" has no ResultPath: {Error, Cause} replaces the input'),
                (32, 'P: the catcher of "Both" leads to the end "Give up" by a route on which nothing is published'),
                (32, 'P: the catcher of "Both" leads to "Give up", a Succeed; the project ends in Fail'),
            ],
        ),
        (
            "{states: Inner, catch: {}}",
            [(25, 'P: nothing catches States.ALL of "Inner": the execution fails there and then')],
        ),
        (
            "{states: Inner, catch: {errors: States.TaskFailed, enclosing: false}}",
            [(25, 'P: nothing catches States.TaskFailed of "Inner": the execution fails there and then')],
        ),
        (
            "{type: Task, depth: 0, timeout: {at-most: 5m}}",
            [
                (7, 'P: TimeoutSeconds of "SplitA" is 10m; the project has at most 5m'),
                (34, 'P: "Tell" has no TimeoutSeconds: it may wait for 99,999,999 seconds'),
            ],
        ),
        (
            "{resource: glue:startJobRun*, waits: true}",
            [(27, 'P: "Inner" only starts its work and goes on: a failure of it is never seen here')],
        ),
        (
            "{forbid: {hard-coded-arns: true, account-ids: true}}",
            [
                (28, 'P: "Inner" holds the account id 123456789012: it works in one account only'),
                (
                    37,
                    "P: \"Tell\" holds the ARN 'arn:aws:sns:us-east-1:123456789012:t': it works in one account and "
                    "region only",
                ),
            ],
        ),
        (
            "{machine: {timeout: true}}",
            [(2, "P: the state machine has no TimeoutSeconds: an execution may run for a year")],
        ),
        ("{type: [Map, Wait], timeout: true}", []),
    ],
    ids=lambda value: value[:50] if isinstance(value, str) else None,
)
def test_what_a_policy_finds(text: str, findings: list[tuple[int, str]]) -> None:
    assert found(text) == findings


def test_what_a_placeholder_stands_for_is_never_a_finding() -> None:
    machine = (
        MACHINE.replace("MaxAttempts: 2", "MaxAttempts: ${N}")
        .replace("TimeoutSeconds: 600", "TimeoutSeconds: ${T}")
        .replace("arn:aws:sns:us-east-1:123456789012:t", "${Topic}")
    )
    assert (
        found("{states: SplitA, retry: {errors: States.TaskFailed, attempts: 7}, timeout: {at-most: 1s}}", machine)
        == []
    )
    assert found("{states: Tell, forbid: {hard-coded-arns: true, account-ids: true}}", machine) == []


def test_a_machine_that_lasts_too_long_is_found_at_its_timeout() -> None:
    assert found("{machine: {timeout: {at-most: 1d}}}", "TimeoutSeconds: 172800\n" + MACHINE) == [
        (1, "P: TimeoutSeconds of the state machine is 48h; the project has at most 24h")
    ]


def test_the_severity_of_a_policy_is_its_own() -> None:
    parsed = parse(load(MACHINE))
    one: dict[str, Any] = {"name": "P", "machine": {"timeout": True}, "severity": "info"}
    assert [hit.severity for hit in policy(parsed, policies=[one])] == ["info"]


@pytest.mark.parametrize("written", ["-1", '"3"', "true", "${Attempts}"])
@pytest.mark.parametrize(
    "demand",
    ["retry: {attempts: 2}", "retry: {total: {at-most: 1}}", "runs: {at-most: 1}", "retry: {never: States.Timeout}"],
)
def test_a_number_that_aws_refuses_or_that_is_not_known_is_no_finding_of_a_policy(written: str, demand: str) -> None:
    machine = MACHINE.replace("MaxAttempts: 9", f"MaxAttempts: {written}").replace("MaxAttempts: 2", "MaxAttempts: 0")
    assert found(f"{{states: SplitA, {demand}}}", machine) == []


def test_a_time_out_that_aws_refuses_is_no_finding_of_a_policy() -> None:
    machine = MACHINE.replace("TimeoutSeconds: 600", "TimeoutSeconds: -5")
    assert found("{states: SplitA, timeout: {at-least: 1m}}", machine) == []
