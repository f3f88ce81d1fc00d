"""What a project's own rules may demand beyond retries and catchers; the schema for editors takes each of them."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
import yaml

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.definition.schemas import schema_text
from aslkit.lint.config import ConfigError, read_config
from aslkit.lint.policy import policy

MACHINE = """\
StartAt: Split
States:
  Split:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    Parameters:
      JobName: split
      WorkerType: G.025X
      Arguments: {--env.$: $.env, --home: s3://eu-west-1-data}
    Retry:
      - ErrorEquals: [Glue.EntityNotFoundException, States.TaskFailed]
        IntervalSeconds: 60
        MaxAttempts: 4
    Catch:
      - {ErrorEquals: [States.ALL], ResultPath: $.error, Next: Tell}
    Next: Each
  Each:
    Type: Map
    MaxConcurrency: 40
    Comment: one by one
    Retry: [{ErrorEquals: [States.ALL], MaxAttempts: 1}]
    ItemProcessor:
      StartAt: Load
      States:
        Load:
          Type: Task
          Resource: ${Load}
          Retry: [{ErrorEquals: [States.ALL], MaxAttempts: 2, JitterStrategy: FULL}]
          End: true
    ResultPath: null
    Next: Look
  Look:
    Type: Choice
    Choices: [{Variable: $.rows, NumericEquals: 0, Next: Tell}]
  Tell:
    Type: Task
    Resource: arn:aws:states:::events:putEvents
    Parameters.$: $.event
    Next: Failed
  Failed: {Type: Fail}
"""
SCHEMA = jsonschema_rs.validator_for(yaml.safe_load(schema_text("config")))


def found(text: str, machine: str = MACHINE) -> list[tuple[int, str]]:
    """(line, message) of what a policy, written as YAML without its name, finds in a machine."""
    written: dict[str, Any] = {"policies": [{"name": "P", **yaml.safe_load(text)}]}
    assert SCHEMA.is_valid(written)
    config = read_config(load(yaml.safe_dump(written)))
    parsed = parse(load(machine))
    return [
        (parsed.document.span(hit.pointer).line, hit.message[3:]) for hit in policy(parsed, policies=config.policies)
    ]


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("{states: Split, retry: false}", [(10, '"Split" has a Retry, and the project has none here')]),
        ("{states: Tell, retry: false, catch: false}", []),
        (
            "{retry: {never: [Glue.EntityNotFoundException]}, states: [Split, Tell]}",
            [(11, '"Split" retries Glue.EntityNotFoundException, and the project never does')],
        ),
        (
            "{states: Split, retry: {errors: States.TaskFailed, total: {at-most: 10m}, jitter: FULL}}",
            [
                (11, 'JitterStrategy of "Split" is NONE, and the project has FULL'),
                (11, 'the waits of this retrier of "Split" add up to 15m; the project has at most 10m'),
            ],
        ),
        ("{states: Load, retry: {jitter: FULL, total: 3}}", []),
        (
            "{type: Task, runs: {at-most: 5}}",
            [(28, '"Load" runs up to 6 times, and the project has at most 5')],
        ),
        ("{states: Split, catch: false}", [(14, '"Split" has a Catch, and the project has none here')]),
        (
            "{states: Split, catch: {to: Notify*}}",
            [(15, 'the catcher of "Split" leads to "Tell"; the project leads to Notify*')],
        ),
        ("{states: Split, catch: {to: T*, publishes: [events:*], ends: Fail}}", []),
        (
            "{states: Split, catch: {publishes: true}}",
            [
                (
                    15,
                    'the catcher of "Split" leads to the end "Failed" by a route on which nothing is published',
                )
            ],
        ),
        (
            "{type: [Task, Map], keeps-input: true}",
            [
                (3, '"Split" has no ResultPath: its result replaces the input'),
                (35, '"Tell" has no ResultPath: its result replaces the input'),
            ],
        ),
        (
            "{resource: glue:*, parameters: {WorkerType: [G.1X, G.2X], Arguments.--env: prod, Timeout: true,"
            " JobName: false, Arguments.--home.x: true}}",
            [
                (8, 'WorkerType of "Split" is "G.025X", and the project has G.1X or G.2X'),
                (6, '"Split" has no parameter Timeout'),
                (7, '"Split" has the parameter JobName, and the project has it nowhere here'),
            ],
        ),
        (
            "{forbid: {regions: true}}",
            [(9, '"Split" holds the region eu-west-1: it works there only')],
        ),
        (
            "{called: ['[A-Z]*', L*, S*, E*, T*]}",
            [(40, '"Failed" is not called [A-Z]* or L* or S* or E* or T*')],
        ),
        ("{type: Map, comment: true}", []),
        ("{states: Look, comment: true}", [(32, '"Look" has no Comment')]),
        (
            "{default: true}",
            [(32, '"Look" has no Default: a value that no rule matches fails the execution')],
        ),
        (
            "{concurrency: {at-most: 10}}",
            [(19, '"Each" runs 40 items at once, and the project has at most 10')],
        ),
        (
            "{type: Task, except: {resource: [glue:*, '${*']}, forbidden: true}",
            [
                (
                    35,
                    'the project has no such state as "Tell", a Task (arn:aws:states:::events:putEvents)',
                )
            ],
        ),
        ("{except: {}, type: Choice, comment: false}", []),
        (
            "{machine: {comment: true, states: {at-most: 4}, has: [Tell, Notify*], query-language: JSONata}}",
            [
                (1, "the state machine has no Comment"),
                (2, "the state machine has 6 states, and the project has at most 4"),
                (2, "the state machine has no state called Notify*"),
                (3, '"Split" is in JSONPath, and the project is in JSONata'),
            ],
        ),
    ],
    ids=lambda value: value[:50] if isinstance(value, str) else None,
)
def test_what_a_policy_finds(text: str, findings: list[tuple[int, str]]) -> None:
    assert sorted(found(text)) == sorted(findings)


def test_a_map_without_a_limit_runs_any_number_of_items_at_once() -> None:
    machine = MACHINE.replace("    MaxConcurrency: 40\n", "")
    assert found("{concurrency: {at-most: 10}}", machine) == [
        (17, '"Each" runs any number of items at once, and the project has at most 10')
    ]
    assert found("{concurrency: {at-most: 10}}", MACHINE.replace("40", "${N}")) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("retry: true", '"retry" is false (there is none), or an object of what it demands'),
        ("parameters: {}", '"parameters" is an object: the name of a parameter, and true, false or patterns'),
        ("parameters: {A: 5}", '"A" is a text or a list of texts, and not 5'),
        ("except: {name: x}", '"except" knows no "name"'),
        ("retry: {jitter: some}", '"jitter" cannot be "some"'),
    ],
)
def test_what_means_nothing_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(load(f"policies:\n  - name: x\n    {text}\n"))
    assert caught.value.message.startswith(message)
