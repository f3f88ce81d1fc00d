"""What retrying costs: hours of waiting, runs that outlast the state machine, errors that stay, jobs that run again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.lint import budgets, siblings
from aslkit.lint.plugins import rules_of

RULES = (*rules_of(budgets), *rules_of(siblings))
GLUE = "arn:aws:states:::glue:startJobRun.sync"


def task(*retry: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": GLUE, "Retry": list(retry), "End": True, **fields}


def retrier(*errors: str, attempts: int = 2, interval: int = 60, **fields: Any) -> dict[str, Any]:
    names = list(errors) or ["States.ALL"]
    return {"ErrorEquals": names, "IntervalSeconds": interval, "MaxAttempts": attempts, "BackoffRate": 1, **fields}


def branches(*states: dict[str, Any], **fields: Any) -> dict[str, Any]:
    inner = [{"StartAt": f"B{index}", "States": {f"B{index}": state}} for index, state in enumerate(states)]
    return {"Type": "Parallel", "Branches": inner, "End": True, **fields}


def found(state: dict[str, Any], **fields: Any) -> list[tuple[str, str, str]]:
    """(rule, last part of the pointer, message) for a definition of one state."""
    machine = parse(load(json.dumps({"StartAt": "A", "States": {"A": state}, **fields})))
    return [(rule.id, str(hit.pointer[-1]), hit.message) for rule in RULES for hit in rule(machine)]


def test_waits_of_many_hours_are_told_with_their_sum() -> None:
    assert found(task(retrier(interval=120, attempts=500, BackoffRate=1.01))) == [
        (
            "long-retries",
            "MaxAttempts",
            '"A" waits up to 20 days between its 501 attempts (the last time 4.8 h) before its failure is one',
        )
    ]
    assert found(task(retrier(interval=120, attempts=179))) == []


def test_all_attempts_together_are_held_against_the_time_of_the_state_machine() -> None:
    (one,) = found(task(retrier(), TimeoutSeconds=3600), TimeoutSeconds=7200)
    assert one == (
        "attempts-outlast-timeout",
        "0",
        '3 attempts of "A" and the waits between them may take 3 h; the state machine times out after 2 h (line 1), '
        "past every Catch",
    )


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        (task(retrier(), TimeoutSeconds=3600), {"TimeoutSeconds": 12000}),
        (task(retrier(), TimeoutSeconds=3600), {}),
        (task(retrier(), TimeoutSeconds=7200), {"TimeoutSeconds": 7200}),
        (
            task(retrier("Glue.ConcurrentRunsExceededException", attempts=60), TimeoutSeconds=3000),
            {"TimeoutSeconds": 7200},
        ),
    ],
)
def test_attempts_that_fit_or_are_another_finding_are_none(state: dict[str, Any], fields: dict[str, Any]) -> None:
    assert found(state, **fields) == []


def test_the_retry_of_a_parallel_runs_the_attempts_inside_again() -> None:
    inner = task(retrier(), TimeoutSeconds=600)
    assert found(branches(inner), TimeoutSeconds=7200) == []
    assert [one[:2] for one in found(branches(inner, Retry=[retrier(attempts=4)]), TimeoutSeconds=7200)] == [
        ("attempts-outlast-timeout", "0")
    ]


def test_when_many_tasks_take_too_long_it_is_the_state_machine_that_is_told() -> None:
    state = branches(*[task(retrier(), TimeoutSeconds=3600) for _ in range(3)])
    assert [one[:2] for one in found(state, TimeoutSeconds=7200)] == [("attempts-outlast-timeout", "TimeoutSeconds")]


@pytest.mark.parametrize(
    ("name", "attempts", "expected"),
    [
        ("Glue.EntityNotFoundException", 1, 1),
        ("States.Permissions", 1, 1),
        ("S3.AccessDenied", 1, 1),
        ("Glue.EntityNotFoundException", 0, 0),
        ("Glue.ConcurrentRunsExceededException", 1, 0),
        ("AccessDenied", 1, 0),
    ],
)
def test_errors_that_stay_the_same_are_not_worth_a_retry(name: str, attempts: int, expected: int) -> None:
    rules = [rule for rule, _, _ in found(task(retrier(name, attempts=attempts)))]
    assert rules == ["retry-cannot-help"] * expected


def test_a_parallel_that_is_retried_as_a_whole_repeats_jobs_that_had_succeeded() -> None:
    state = branches(task(), task(), Retry=[retrier()])
    assert found(state) == [
        (
            "retry-repeats-jobs",
            "0",
            'when one part of "A" fails, its Retry runs "B0" and "B1" again, also what had succeeded, up to 3 times',
        )
    ]
    assert found(branches(task(), Retry=[retrier()])) == []
    assert found(branches(task(), {"Type": "Pass", "End": True}, Retry=[retrier()])) == []
    assert found(branches(task(retrier()), task(), Retry=[retrier()])) == []  # retries-multiply tells that


def test_one_number_that_differs_between_branches_is_told_at_the_odd_one() -> None:
    state = branches(task(retrier(interval=6)), task(retrier()), task(retrier()))
    assert found(state) == [
        (
            "siblings-retry-differently",
            "IntervalSeconds",
            'IntervalSeconds of "B0" is 6; "B1" in the branch beside it, which calls and retries the same, has 60 '
            "(line 1)",
        )
    ]


@pytest.mark.parametrize(
    "states",
    [
        (task(retrier()), task(retrier())),
        (task(retrier(interval=6)), task(retrier(), Resource="arn:aws:states:::lambda:invoke")),
        (task(retrier(interval=6)), task(retrier("States.TaskFailed"))),
        (task(retrier(interval=6, attempts=9)), task(retrier())),
        (task(retrier()), task({"ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "BackoffRate": 1})),
    ],
)
def test_branches_that_differ_in_more_are_meant_to(states: tuple[dict[str, Any], ...]) -> None:
    assert [one for one in found(branches(*states)) if one[0] == "siblings-retry-differently"] == []
