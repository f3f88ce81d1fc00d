"""Error lists and retrying: dead entries, names that never match, and how long a retrier waits."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.document import load
from aslkit.definition.model import Retrier, parse
from aslkit.lint import retries
from aslkit.lint.engine import Rule
from aslkit.lint.retries import duration_text, total_wait

RULES = tuple(value for value in vars(retries).values() if isinstance(value, Rule))


def found(text: str) -> list[tuple[str, int, str]]:
    """(rule, line, message) of everything that this module's rules find."""
    machine = parse(load(textwrap.dedent(text), source="test.asl.yaml"))
    return [(rule.id, machine.document.span(hit.pointer).line, hit.message) for rule in RULES for hit in rule(machine)]


def lists(*, retry: list[Any] | None = None, catch: list[Any] | None = None) -> list[tuple[str, str]]:
    """(rule, message) for one task with these error lists."""
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}
    task |= {"Retry": retry or [], "Catch": [{"Next": "B", **catcher} for catcher in catch or []]}
    text = str({"StartAt": "A", "States": {"A": task, "B": {"Type": "Fail"}}}).replace("True", "true")
    return [(rule, message) for rule, _, message in found(text)]


def entries(*names: list[str], **fields: Any) -> list[Any]:
    return [{"ErrorEquals": errors, **fields} for errors in names]


@pytest.mark.parametrize(
    "names",
    [
        [["States.TaskFailed"], ["States.Timeout"]],
        [["States.TaskFailed"], ["States.ALL"]],
        [["States.TaskFailed"], ["States.HeartbeatTimeout"]],
        [["States.TaskFailed", "Mine"]],
        [["Mine"], ["Mine", "Yours"]],
        [["${Error}"], ["${Error}x"]],
        [["States.TaskFailed"], ["${Error}"]],
        [["States.QuorumMet"], ["States.RanOutOfTime", "States.FauxFailure1"]],
        [[]],
    ],
)
def test_lists_that_may_match_are_left_alone(names: list[list[str]]) -> None:
    assert lists(retry=entries(*names)) == []
    assert lists(catch=entries(*names)) == []


def test_a_retrier_is_never_asked_when_each_of_its_errors_is_matched_before() -> None:
    assert lists(retry=entries(["Mine"], ["States.TaskFailed"], ["Mine", "Yours"])) == [
        (
            "never-asked",
            'this retrier of "A" is never asked: "Mine", "Yours" are matched by the retrier on line 1',
        )
    ]


def test_a_retrier_that_excludes_errors_from_a_later_one_is_meant() -> None:
    exclusion = [{"ErrorEquals": ["Mine"], "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"]}]
    assert lists(retry=exclusion) == []


def test_what_stands_after_states_all_is_one_finding() -> None:
    assert lists(catch=entries(["States.ALL"], ["Mine"], ["Yours"])) == [
        (
            "all-errors-last",
            'this catcher of "A" stands after that of "States.ALL" (line 1), which matches every error: '
            "AWS refuses the definition",
        )
    ]


@pytest.mark.parametrize("name", ["States.Runtime", "States.ParameterPathFailure", "States.IntrinsicFailure"])
def test_errors_that_end_the_execution_at_once_are_neither_retried_nor_caught(name: str) -> None:
    assert [rule for rule, _ in lists(retry=entries([name]), catch=entries([name]))] == ["uncatchable-error"] * 2


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("States.TaskFailedId", "States.TaskFailed"),
        ("states.all", "States.ALL"),
        ("States.TimeOut", "States.Timeout"),
        ("States.Timout", "States.Timeout"),
    ],
)
def test_a_name_like_a_reserved_one_is_told_with_that_name(name: str, meant: str) -> None:
    assert lists(catch=entries([name])) == [
        (
            "reserved-error-name",
            f'Step Functions gives no error "{name}", so that this catcher of "A" never matches; '
            f'did you mean "{meant}"?',
        )
    ]


def test_a_delay_is_compared_with_the_default_interval_but_not_with_a_substitution() -> None:
    assert [rule for rule, _ in lists(retry=entries(["X"], MaxDelaySeconds=1))] == ["max-delay-not-above-interval"]
    assert lists(retry=entries(["X"], MaxDelaySeconds=1, IntervalSeconds="${Interval}")) == []


def test_retries_that_outlast_the_state_machine_are_told_with_both_durations() -> None:
    text = """\
    StartAt: A
    TimeoutSeconds: 3600
    States:
      A:
        Type: Task
        Resource: arn:aws:states:::lambda:invoke
        Retry:
          - ErrorEquals: [States.ALL]
            IntervalSeconds: 120
            MaxAttempts: 100
            BackoffRate: 1.02
        End: true
    """
    assert found(text) == [
        (
            "retries-outlast-timeout",
            9,
            'the waits of this retrier of "A" add up to 10.4 h; the state machine times out after 60 min (line 2), '
            "past every Catch",
        )
    ]


NESTED = """\
StartAt: Outer
States:
  Outer:
    Type: Parallel
    Branches:
      - StartAt: Middle
        States:
          Middle:
            Type: Parallel
            Branches:
              - StartAt: Inner
                States:
                  Inner:
                    Type: Task
                    Resource: arn:aws:states:::lambda:invoke
                    Retry:
                      - ErrorEquals: [States.ALL]
                        MaxAttempts: 4
                    End: true
            End: true
    Retry:
      - ErrorEquals: [ERROR]
        MaxAttempts: 2
    End: true
"""


def test_a_retry_around_a_retry_multiplies_through_every_level() -> None:
    assert found(NESTED.replace("ERROR", "States.ALL")) == [
        (
            "retries-multiply",
            22,
            '"Outer" runs all of its states again, also those that succeeded, while "Inner" (line 13) retries on its '
            "own: up to 15 runs of it",
        )
    ]


def test_a_retry_of_one_named_error_around_a_retry_is_meant() -> None:
    assert found(NESTED.replace("ERROR", "Mine")) == []


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 60),
    st.integers(1, 1000),
    st.floats(1, 5, allow_nan=False),
    st.none() | st.integers(1, 5000),
)
def test_the_total_is_the_sum_of_the_waits(attempts: int, interval: int, rate: float, delay: int | None) -> None:
    retrier = Retrier(
        pointer=(),
        raw={},
        max_attempts=attempts,
        interval_seconds=interval,
        backoff_rate=rate,
        max_delay_seconds=delay,
    )
    assert total_wait(retrier) == pytest.approx(sum(retrier.waits()), rel=1e-6)


@pytest.mark.parametrize("rate", [0, 1, 1.0000001, 2, 1e300, 10**400])
@pytest.mark.parametrize("size", [0, 1, 99_999_999, 10**400])
def test_the_total_is_bounded_and_at_once_for_any_numbers(rate: float, size: int) -> None:
    for delay in (None, 0, size):
        retrier = Retrier(
            pointer=(), raw={}, max_attempts=size, interval_seconds=size, backoff_rate=rate, max_delay_seconds=delay
        )
        assert 0 <= total_wait(retrier) <= 1e16


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (90, "90 s"), (120, "2 min"), (7200, "2 h"), (5400, "90 min"), (86400 * 30, "30 days")],
)
def test_a_duration_is_shown_in_the_largest_unit_of_which_there_are_two(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
