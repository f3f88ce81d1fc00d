"""The same Glue job in branches and iterations."""

from __future__ import annotations

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.lint.concurrency import same_job_at_once

RETRY = "[{ErrorEquals: [States.ALL], IntervalSeconds: %d, MaxAttempts: %d, BackoffRate: 1}]"
LONG = RETRY % (60, 15)
SHORT = RETRY % (30, 2)


def task(parameters: str, more: str = "") -> str:
    glue = "arn:aws:states:::glue:startJobRun.sync"
    return f"{{Type: Task, Resource: '{glue}', Parameters: {parameters}, {more} End: true}}"


def both(first: str, second: str, top: str = "") -> list[tuple[str | None, str]]:
    """(severity, message) for a Parallel of two branches with one state each."""
    branches = f"[{{StartAt: A, States: {{A: {first}}}}}, {{StartAt: B, States: {{B: {second}}}}}]"
    return found(f"StartAt: P\n{top}\nStates:\n  P: {{Type: Parallel, End: true, Branches: {branches}}}\n")


def each(state: str, more: str = "") -> list[tuple[str | None, str]]:
    """(severity, message) for a Map over one state."""
    inner = f"{{StartAt: A, States: {{A: {state}}}}}"
    return found(f"StartAt: M\nStates:\n  M: {{Type: Map, End: true, {more} ItemProcessor: {inner}}}\n")


def found(text: str) -> list[tuple[str | None, str]]:
    return [(hit.severity, hit.message) for hit in same_job_at_once(parse(load(text, source="test.asl.yaml")))]


MESSAGE = (
    '"A" (line 4) and "B" start the Glue job {} at the same time: unless its MaxConcurrentRuns (default 1) allows '
    "that, the second start fails with Glue.ConcurrentRunsExceededException"
)


def test_the_same_name_or_the_same_path_is_the_same_job() -> None:
    assert both(task("{JobName: load}"), task("{JobName: load}")) == [(None, MESSAGE.format("load"))]
    path = "{JobName.$: $.job}"
    assert both(task(path), task(path)) == [(None, MESSAGE.format("$.job"))]


def test_retrying_for_some_time_makes_it_advice_and_for_long_nothing() -> None:
    tasks = [task("{JobName: load}", f"Retry: {retry},") for retry in (SHORT, LONG)]
    assert both(tasks[0], tasks[0]) == [("info", MESSAGE.format("load") + "; retrying gives up after 60 s")]
    assert both(tasks[1], tasks[1]) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (task("{JobName: load}"), task("{JobName: index}")),
        (task("{JobName.$: $.a}"), task("{JobName.$: $.b}")),
        (task("{JobName.$: $.a}", "InputPath: $.x,"), task("{JobName.$: $.a}", "InputPath: $.y,")),
        (task("{JobName.$: $job}"), task("{JobName.$: $job}")),
        (task("{}"), task("{}")),
    ],
)
def test_jobs_that_may_differ_are_left_alone(first: str, second: str) -> None:
    assert both(first, second) == []


def test_iterations_start_one_job_unless_it_comes_from_the_item() -> None:
    assert each(task("{JobName: load}")) == [
        (
            None,
            'the iterations of "M" start the Glue job load at the same time: unless its MaxConcurrentRuns (default 1) '
            "allows that, the second start fails with Glue.ConcurrentRunsExceededException",
        )
    ]
    assert each(task("{JobName.$: $.job}")) == []


@pytest.mark.parametrize("limit", ["MaxConcurrency: 1,", "MaxConcurrency: '${Limit}',", "MaxConcurrencyPath: $.n,"])
def test_a_map_that_may_run_one_iteration_at_a_time_is_left_alone(limit: str) -> None:
    assert each(task("{JobName: load}"), limit) == []
