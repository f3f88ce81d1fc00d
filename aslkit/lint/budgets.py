"""What retrying costs: how long a state may go on at worst, and how often its job runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import Map, Parallel, Task, all_states
from aslkit.language.errors import PERMISSIONS
from aslkit.lint.engine import INFO, Hit, rule
from aslkit.lint.graph import enclosing
from aslkit.lint.retries import TOP_TIMEOUT, duration_text, total_wait

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.definition.model import Retrier, StateMachine


@rule(INFO)
def long_retries(machine: StateMachine, *, longest: int = 21_600) -> Iterator[Hit]:
    """The waits of a retrier add up to many hours.

    Each wait is BackoffRate times the one before: 60 s with the default rate of 2 is 17 hours after ten attempts. As
    long as it retries, the execution looks as if it were running; nobody is told. `longest`: the seconds that are taken
    for meant (21,600 are 6 hours).

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [Glue.ConcurrentRunsExceededException]
                IntervalSeconds: 60
                MaxAttempts: 10  # <-
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [Glue.ConcurrentRunsExceededException]
                IntervalSeconds: 60
                MaxAttempts: 10
                MaxDelaySeconds: 600
            End: true
    """
    limit = machine.timeout_seconds
    for _, state in all_states(machine):
        for retrier in state.retry:
            seconds = total_wait(retrier)
            if seconds > longest and (limit is None or seconds < limit):
                field = "MaxAttempts" if "MaxAttempts" in retrier.raw else "ErrorEquals"
                yield Hit(
                    (*retrier.pointer, field),
                    f'"{state.name}" waits up to {duration_text(seconds)} between its {retrier.max_attempts + 1:,} '
                    f"attempts (the last time {duration_text(retrier.wait(max(retrier.max_attempts - 1, 0)))}) before "
                    "its failure is one",
                )


@rule(INFO)
def attempts_outlast_timeout(machine: StateMachine) -> Iterator[Hit]:
    """All attempts of a task together may take longer than the whole state machine may run.

    Each attempt may take TimeoutSeconds of the task, and the waits between them come on top; a Parallel or Map around
    that retries too runs them all again. When the state machine's TimeoutSeconds are over first, the execution ends as
    TIMED_OUT, past every Catch: the failure route is not taken and nobody is told.

    Bad:

        StartAt: Load
        TimeoutSeconds: 14400
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 7200
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [States.ALL]  # <-
                IntervalSeconds: 60
                MaxAttempts: 2
            End: true

    Good:

        StartAt: Load
        TimeoutSeconds: 28800
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 7200
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [States.ALL]
                IntervalSeconds: 60
                MaxAttempts: 2
            End: true
    """
    limit = machine.timeout_seconds
    if limit is None:
        return
    late = [cost for cost in _costs(machine) if cost[2] >= limit]
    if len(late) >= SEVERAL:
        names = ", ".join(f'"{state.name}" ({duration_text(total)})' for state, _, total in late[:2])
        yield Hit(
            TOP_TIMEOUT,
            f"the state machine times out after {duration_text(limit)}, past every Catch; {len(late)} of its tasks may "
            f"take longer with all their attempts and the waits between them: {names}, …",
            related=tuple(state.retry[0].pointer for state, *_ in late),
        )
        return
    for state, attempts, total in late:
        yield Hit(
            state.retry[0].pointer,
            f'{attempts} attempts of "{state.name}" and the waits between them may take {duration_text(total)}; the '
            f"state machine times out after {duration_text(limit)} (line {machine.document.span(TOP_TIMEOUT).line}), "
            "past every Catch",
            related=(TOP_TIMEOUT,),
        )


SEVERAL = 3
"""From this many tasks on, it is the state machine's time-out that is too short."""


def _costs(machine: StateMachine) -> Iterator[tuple[Task, int, float]]:
    """Each task that retries, but for those of which one attempt or the waits alone take too long (findings of their
    own): how often it runs at worst, and how many seconds that takes."""
    limit = machine.timeout_seconds or 0
    for scope, state in all_states(machine):
        if not isinstance(state, Task) or not state.retry or any(total_wait(one) >= limit for one in state.retry):
            continue
        each = state.timeout_seconds if isinstance(state.timeout_seconds, int) else 0
        if each < limit:
            waits = sum(total_wait(retrier) for retrier in state.retry)
            attempts = 1 + sum(retrier.max_attempts for retrier in state.retry if _retries_runs(retrier))
            rounds, between = _around(machine, scope)
            yield state, rounds * attempts, rounds * (waits + attempts * each) + between


def _retries_runs(retrier: Retrier) -> bool:
    """Whether what is retried may have run for long; an error that a service names refuses the start, at once."""
    return any(name.startswith("States.") for name in retrier.error_equals)


def _around(machine: StateMachine, scope: StateMachine) -> tuple[int, float]:
    """How often the states around a scope run it at worst, and the seconds that they wait in between."""
    rounds, waits = 1, 0.0
    around = enclosing(machine).get(scope.pointer)
    while around is not None:
        outer, state = around
        if isinstance(state, Map) and state.distributed:
            break
        attempts = max((one.max_attempts for one in state.retry), default=0)
        rounds *= 1 + attempts
        waits = waits * (1 + attempts) + sum(total_wait(one) for one in state.retry)
        around = enclosing(machine).get(outer.pointer)
    return rounds, waits


@rule(INFO)
def retry_cannot_help(machine: StateMachine) -> Iterator[Hit]:
    """A retrier names an error that stays the same however often it is tried.

    A job that does not exist, a parameter that is not valid, a permission that the role lacks: nobody mends them while
    the execution waits. Each attempt only puts off the failure route. MaxAttempts 0 keeps such an error from a later
    retrier of States.ALL.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [Glue.EntityNotFoundException]  # <-
                MaxAttempts: 3
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [Glue.EntityNotFoundException]
                MaxAttempts: 0
              - ErrorEquals: [States.ALL]
                MaxAttempts: 3
            End: true
    """
    for _, state in all_states(machine):
        for retrier in state.retry:
            if retrier.max_attempts:
                for index, name in enumerate(retrier.error_equals):
                    if _stays(name):
                        yield Hit(
                            (*retrier.pointer, "ErrorEquals", index),
                            f'"{name}" is the same at every attempt: retrying "{state.name}" only puts off its failure',
                        )


STAYING = frozenset({"EntityNotFound", "InvalidInput", "InvalidParameter", "InvalidParameterValue", "AccessDenied",
                     "Validation", "InvalidArn", "StateMachineDoesNotExist", "InvalidToken"})  # fmt: skip
"""Errors of services whose cause is the request or the account."""


def _stays(name: str) -> bool:
    service, dot, error = name.partition(".")
    return name == PERMISSIONS or (bool(dot) and service != "States" and error.removesuffix("Exception") in STAYING)


@rule(INFO)
def retry_repeats_jobs(machine: StateMachine) -> Iterator[Hit]:
    """A Parallel or an inline Map is retried as a whole, jobs that had succeeded included.

    When one branch fails, Retry of the Parallel runs every branch again: hours of jobs that were done are paid for
    twice, and what they wrote is written twice. A Retry at the job that fails repeats that job only. (A redrive of the
    execution repeats only what failed.)

    Bad:

        StartAt: Both
        States:
          Both:
            Type: Parallel
            Branches:
              - StartAt: Orders
                States:
                  Orders:
                    Type: Task
                    Resource: arn:aws:states:::glue:startJobRun.sync
                    TimeoutSeconds: 3600
                    Parameters:
                      JobName: orders
                    End: true
              - StartAt: Clients
                States:
                  Clients:
                    Type: Task
                    Resource: arn:aws:states:::glue:startJobRun.sync
                    TimeoutSeconds: 3600
                    Parameters:
                      JobName: clients
                    End: true
            Retry:
              - ErrorEquals: [States.ALL]  # <-
                MaxAttempts: 2
            End: true

    Good:

        StartAt: Both
        States:
          Both:
            Type: Parallel
            Branches:
              - StartAt: Orders
                States:
                  Orders:
                    Type: Task
                    Resource: arn:aws:states:::glue:startJobRun.sync
                    TimeoutSeconds: 3600
                    Parameters:
                      JobName: orders
                    Retry:
                      - ErrorEquals: [States.ALL]
                        MaxAttempts: 2
                    End: true
              - StartAt: Clients
                States:
                  Clients:
                    Type: Task
                    Resource: arn:aws:states:::glue:startJobRun.sync
                    TimeoutSeconds: 3600
                    Parameters:
                      JobName: clients
                    Retry:
                      - ErrorEquals: [States.ALL]
                        MaxAttempts: 2
                    End: true
            End: true
    """
    for _, state in all_states(machine):
        if not isinstance(state, (Parallel, Map)) or not state.retry or (isinstance(state, Map) and state.distributed):
            continue
        retrier = next((one for one in state.retry if one.max_attempts), None)
        jobs = [task for inner in state.machines for task in _jobs(inner)]
        several = len(jobs) > 1 or isinstance(state, Map)
        if retrier is not None and jobs and several and not any(job.retry for job in jobs):
            named = " and ".join(f'"{job.name}"' for job in jobs[:2]) + (" …" if len(jobs) > 2 else "")
            yield Hit(
                retrier.pointer,
                f'when one part of "{state.name}" fails, its Retry runs {named} again, also what had succeeded, up to '
                f"{retrier.max_attempts + 1} times",
                related=tuple(job.pointer for job in jobs[:10]),
            )


def _jobs(scope: StateMachine) -> Iterator[Task]:
    """The tasks of a scope that wait for the end of a job."""
    for state in scope.states.values():
        if isinstance(state, Task) and (state.resource or "").endswith((".sync", ".sync:2")):
            yield state
