"""The error lists: what each retrier and catcher matches, what none can match, and how long retrying takes."""

from __future__ import annotations

from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

from aslkit.definition.model import MAX_WAIT, Map, Retrying, all_states, fact, is_substitution
from aslkit.language.errors import (
    ALL,
    DATA_LIMIT_EXCEEDED,
    HEARTBEAT_TIMEOUT,
    PERMISSIONS,
    QUERY_EVALUATION_ERROR,
    RUNTIME,
    TASK_FAILED,
    TIMEOUT,
)
from aslkit.lint.engine import ERROR, INFO, WARNING, Delete, Hit, Reorder, Replace, mend, rule
from aslkit.lint.graph import enclosing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Catcher, Retrier, State, StateMachine
    from aslkit.lint.engine import Fix

RESERVED = (
    ALL,
    TASK_FAILED,
    TIMEOUT,
    HEARTBEAT_TIMEOUT,
    PERMISSIONS,
    DATA_LIMIT_EXCEEDED,
    QUERY_EVALUATION_ERROR,
    RUNTIME,
    "States.BranchFailed",
    "States.ExceedToleratedFailureThreshold",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
)
"""The error names that Step Functions itself gives. Source: AWS, "Handling errors in Step Functions workflows"."""

REPORTED_AS_RUNTIME = frozenset(
    {
        "States.IntrinsicFailure",
        "States.NoChoiceMatched",
        "States.ParameterPathFailure",
        "States.ResultPathMatchFailure",
    }
)
"""Names of the language that AWS reports as States.Runtime. Source: the same page; recorded on AWS."""


def _retrying(machine: StateMachine) -> Iterator[Retrying]:
    """The states that list errors."""
    for _, state in all_states(machine):
        if isinstance(state, Retrying) and (state.retry or state.catch):
            yield state


def _lists(state: Retrying) -> tuple[Sequence[Retrier | Catcher], Sequence[Retrier | Catcher]]:
    return state.retry, state.catch


def _entries(state: Retrying) -> Iterator[Retrier | Catcher]:
    yield from state.retry
    yield from state.catch


@fact
def _reserved(machine: StateMachine) -> tuple[tuple[State, Retrier | Catcher, Pointer, str], ...]:
    """The names in error lists that begin with "States." but are none of the three common ones, with their places."""
    return tuple(
        (state, entry, (*entry.pointer, "ErrorEquals", index), name)
        for state in _retrying(machine)
        for entry in _entries(state)
        for index, name in enumerate(entry.error_equals)
        if name not in COMMON and name[:7].lower() == "states."
    )


COMMON = frozenset({ALL, TASK_FAILED, TIMEOUT})


def _kind(entry: Retrier | Catcher) -> str:
    return "retrier" if type(entry).__name__ == "Retrier" else "catcher"


def _line(machine: StateMachine, pointer: Pointer) -> int:
    return machine.document.span(pointer).line


@rule(ERROR, fixable=True)
def all_errors_alone(machine: StateMachine) -> Iterator[Hit]:
    """States.ALL stands in a list with other error names.

    It matches every error, so that the others say nothing. AWS refuses the definition (SCHEMA_VALIDATION_FAILED).

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [States.ALL, States.TaskFailed]  # <-
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [States.ALL]
            End: true
    """
    for state in _retrying(machine):
        for entry in _entries(state):
            if len(entry.error_equals) > 1 and ALL in entry.error_equals:
                yield Hit(
                    (*entry.pointer, "ErrorEquals"),
                    f'"States.ALL" stands alone in its list or not at all: AWS refuses this {_kind(entry)} of '
                    f'"{state.name}"',
                    fix=_alone(entry),
                )


def _alone(entry: Retrier | Catcher) -> Fix | None:
    """Without the other names, which States.ALL matches as well; None when it does not match one of them."""
    names = entry.error_equals
    kept = names.index(ALL)
    if not {DATA_LIMIT_EXCEEDED, RUNTIME}.isdisjoint(names) or any(map(is_substitution, names)):
        return None
    place = (*entry.pointer, "ErrorEquals")
    others = [Delete((*place, index)) for index in reversed(range(len(names))) if index != kept]
    return mend("leave States.ALL alone", *others)


@rule(ERROR, fixable=True)
def all_errors_last(machine: StateMachine) -> Iterator[Hit]:
    """A retrier or catcher of States.ALL is not the last one of its list.

    It matches every error, so that the ones after it are never asked. AWS refuses the definition
    (SCHEMA_VALIDATION_FAILED).

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [States.ALL]
              - ErrorEquals: [Glue.ConcurrentRunsExceededException]  # <-
                IntervalSeconds: 120
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [Glue.ConcurrentRunsExceededException]
                IntervalSeconds: 120
              - ErrorEquals: [States.ALL]
            End: true
    """
    for state in _retrying(machine):
        for entries in _lists(state):
            for entry, after in pairwise(entries):
                if ALL in entry.error_equals:
                    yield Hit(
                        (*after.pointer, "ErrorEquals"),
                        f'this {_kind(after)} of "{state.name}" stands after that of "States.ALL" (line '
                        f"{_line(machine, entry.pointer)}), which matches every error: AWS refuses the definition",
                        related=(entry.pointer,),
                        fix=_last(entries, entry),
                    )
                    break


def _last(entries: Sequence[Retrier | Catcher], entry: Retrier | Catcher) -> Fix | None:
    """With the entry of States.ALL at the end; None when there are several."""
    if sum(ALL in one.error_equals for one in entries) > 1:
        return None
    place = int(entry.pointer[-1])
    order = tuple(index for index in range(len(entries)) if index != place)
    return mend("put States.ALL last", Reorder(entry.pointer[:-1], (*order, place)))


@rule(WARNING)
def never_asked(machine: StateMachine) -> Iterator[Hit]:
    """A retrier or catcher whose errors are all matched by earlier ones.

    The first entry that matches an error decides. A retrier that has used up its attempts still decides: the later ones
    are not asked instead of it, the state goes on to its Catch. States.TaskFailed matches every error that a task
    gives but States.Timeout.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [States.TaskFailed]
                MaxAttempts: 2
              - ErrorEquals: [Glue.ConcurrentRunsExceededException]  # <-
                IntervalSeconds: 120
                MaxAttempts: 10
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [Glue.ConcurrentRunsExceededException]
                IntervalSeconds: 120
                MaxAttempts: 10
              - ErrorEquals: [States.TaskFailed]
                MaxAttempts: 2
            End: true
    """
    for state in _retrying(machine):
        for entries in _lists(state):
            if len(entries) > 1:
                yield from _shadowed(machine, state, entries)


def _shadowed(machine: StateMachine, state: State, entries: Sequence[Retrier | Catcher]) -> Iterator[Hit]:
    matched: dict[str, Retrier | Catcher] = {}
    for entry in entries:
        taken = {name: by for name in entry.error_equals if (by := _matching(matched, name)) is not None}
        if ALL in matched:
            return  # that States.ALL is not the last one is a finding of its own
        if taken and len(taken) == len(entry.error_equals):
            by = next(iter(taken.values()))
            yield Hit(
                (*entry.pointer, "ErrorEquals"),
                f'this {_kind(entry)} of "{state.name}" is never asked: {_listed(taken)} '
                f"{'is' if len(taken) == 1 else 'are'} matched by the {_kind(by)} on line "
                f"{_line(machine, by.pointer)}",
                related=(by.pointer,),
            )
        for name in entry.error_equals:
            matched.setdefault(name, entry)


def _matching(matched: dict[str, Retrier | Catcher], name: str) -> Retrier | Catcher | None:
    """The earlier entry that surely matches an error name.

    What States.TaskFailed does to the names that begin with "States." is told differently in different places.
    """
    if is_substitution(name):
        return None
    same = matched.get(name)
    return matched.get(TASK_FAILED) if same is None and not name.startswith("States.") else same


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


@rule(WARNING)
def uncatchable_error(machine: StateMachine) -> Iterator[Hit]:
    """A Retry or Catch names an error that it never sees.

    States.Runtime (a path that does not exist, a payload that cannot be built) ends the execution at once: it is not
    retried, and no catcher gets it, States.ALL included. AWS reports States.ParameterPathFailure,
    States.IntrinsicFailure, States.ResultPathMatchFailure and States.NoChoiceMatched as States.Runtime. Only a rule
    outside the state machine (an EventBridge rule on the status of its executions) sees such a failure.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            Catch:
              - ErrorEquals: [States.Runtime]  # <-
                Next: Failed
            End: true
          Failed:
            Type: Fail

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            Catch:
              - ErrorEquals: [States.ALL]
                Next: Failed
            End: true
          Failed:
            Type: Fail
    """
    for state, entry, pointer, name in _reserved(machine):
        verb = "retried" if _kind(entry) == "retrier" else "caught"
        if name == RUNTIME:
            yield Hit(pointer, f'"States.Runtime" cannot be {verb}: it ends the execution at once, past "{state.name}"')
        elif name in REPORTED_AS_RUNTIME:
            yield Hit(
                pointer,
                f'AWS reports "{name}" as "States.Runtime", which cannot be {verb}: it ends the execution at once',
            )


@rule(INFO)
def data_limit_caught(machine: StateMachine) -> Iterator[Hit]:
    """A Retry or Catch relies on States.DataLimitExceeded.

    AWS documents it as an error that ends the execution; where the result of a task is too large it has been seen
    caught. Retrying it gives the same result again.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters:
              FunctionName: load
            Catch:
              - ErrorEquals: [States.DataLimitExceeded]  # <-
                Next: Failed
            End: true
          Failed:
            Type: Fail

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters:
              FunctionName: load
            Catch:
              - ErrorEquals: [States.ALL]
                Next: Failed
            End: true
          Failed:
            Type: Fail
    """
    for state, _, pointer, name in _reserved(machine):
        if name == DATA_LIMIT_EXCEEDED:
            yield Hit(
                pointer,
                f'"States.DataLimitExceeded" is documented to end the execution; "{state.name}" may never see it',
            )


@rule(WARNING, fixable=True)
def reserved_error_name(machine: StateMachine) -> Iterator[Hit]:
    """An error name that begins with "States." and resembles one that exists.

    Error names are compared letter by letter. AWS takes any name here, and the retrier or catcher never matches. A name
    that resembles none of Step Functions' own is taken for an invention of the workflow.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [States.Taskfailed]  # <-
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [States.TaskFailed]
            End: true
    """
    for state, entry, pointer, name in _reserved(machine):
        if name not in RESERVED and not is_substitution(name):
            meant = _meant(name)
            if meant is not None:
                yield Hit(
                    pointer,
                    f'Step Functions gives no error "{name}", so that this {_kind(entry)} of "{state.name}" never '
                    f'matches; did you mean "{meant}"?',
                    fix=mend(f'write "{meant}"', Replace(pointer, meant)) if _is_sure(name) else None,
                )


def _meant(name: str) -> str | None:
    from aslkit.definition.spelling import nearest

    found = nearest(name[7:], [known[7:] for known in RESERVED])
    return None if found is None else f"States.{found}"


def _is_sure(name: str) -> bool:
    from aslkit.definition.spelling import only_near

    return only_near(name[7:], [known[7:] for known in RESERVED]) is not None


@rule(WARNING)
def max_delay_not_above_interval(machine: StateMachine) -> Iterator[Hit]:
    """MaxDelaySeconds is not greater than IntervalSeconds.

    Every wait is cut to MaxDelaySeconds, the first one included: IntervalSeconds and BackoffRate have no effect.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [States.TaskFailed]
                IntervalSeconds: 60
                MaxDelaySeconds: 30  # <-
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [States.TaskFailed]
                IntervalSeconds: 60
                MaxDelaySeconds: 300
            End: true
    """
    for state in _retrying(machine):
        for retrier in state.retry:
            delay, interval = retrier.max_delay_seconds, retrier.interval_seconds
            if delay and delay <= interval and retrier.raw.get("IntervalSeconds", interval) == interval:
                yield Hit(
                    (*retrier.pointer, "MaxDelaySeconds"),
                    f'MaxDelaySeconds ({delay}) of "{state.name}" is not greater than IntervalSeconds ({interval}): '
                    f"every wait is {delay} s",
                )


@rule(INFO)
def pointless_retrier(machine: StateMachine) -> Iterator[Hit]:
    """A retrier with MaxAttempts 0 that no other retrier follows.

    MaxAttempts 0 keeps an error from being retried by the retriers after it. Without any it changes nothing: what no
    retrier matches is not retried either.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [Glue.EntityNotFoundException]
                MaxAttempts: 0  # <-
            End: true

    Good:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [Glue.EntityNotFoundException]
                MaxAttempts: 0
              - ErrorEquals: [States.ALL]
            End: true
    """
    for state in _retrying(machine):
        if state.retry and state.retry[-1].raw.get("MaxAttempts") == 0:
            yield Hit(
                (*state.retry[-1].pointer, "MaxAttempts"),
                f'this retrier of "{state.name}" changes nothing: it retries no error, and no retrier stands after it '
                "that it could keep one from",
            )


def total_wait(retrier: Retrier) -> float:
    """The seconds that a retrier waits when all its attempts fail, without jitter; in constant time.

    Source: States Language, "Retrying after error".
    """
    cap = min(MAX_WAIT, MAX_WAIT if retrier.max_delay_seconds is None else retrier.max_delay_seconds)
    attempts, interval, rate = (
        min(retrier.max_attempts, MAX_WAIT),
        min(retrier.interval_seconds, cap),
        retrier.backoff_rate,
    )
    if rate <= 1 or interval in (0, cap):
        return attempts * interval
    growing = min(attempts, int(log(cap / interval, rate)) + 1)
    return float(interval * ((rate**growing - 1) / (rate - 1)) + (attempts - growing) * cap)


@rule(WARNING)
def retries_outlast_timeout(machine: StateMachine) -> Iterator[Hit]:
    """A retrier waits longer than the whole state machine may run.

    When TimeoutSeconds of the state machine are over, the execution ends as TIMED_OUT, which no catcher sees: no
    failure route is taken and nobody is told.

    Bad:

        StartAt: Load
        TimeoutSeconds: 3600
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [States.TaskFailed]
                IntervalSeconds: 600
                MaxAttempts: 5  # <-
            End: true

    Good:

        StartAt: Load
        TimeoutSeconds: 86400
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters:
              JobName: load
            Retry:
              - ErrorEquals: [States.TaskFailed]
                IntervalSeconds: 600
                MaxAttempts: 5
            End: true
    """
    limit = machine.timeout_seconds
    for state in _retrying(machine) if limit is not None else ():
        for retrier in state.retry:
            seconds = total_wait(retrier)
            if limit is not None and seconds >= limit:
                yield Hit(
                    _longest(retrier, limit),
                    f'the waits of this retrier of "{state.name}" add up to {duration_text(seconds)}; the state '
                    f"machine times out after {duration_text(limit)} (line {_line(machine, TOP_TIMEOUT)}), past every "
                    "Catch",
                    related=(TOP_TIMEOUT,),
                )


def _longest(retrier: Retrier, limit: int) -> Pointer:
    """The field that makes a retrier take longer than the limit: a long interval, else many attempts."""
    field = "IntervalSeconds" if retrier.interval_seconds * max(retrier.max_attempts, 1) >= limit else "MaxAttempts"
    return (*retrier.pointer, field) if field in retrier.raw else retrier.pointer


TOP_TIMEOUT = ("TimeoutSeconds",)


def duration_text(seconds: float) -> str:
    """Seconds in words, in the largest unit of which there are two."""
    seconds = min(seconds, MAX_WAIT)
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.1f}".removesuffix(".0") + f" {unit}"
    return f"{seconds:g} s"


@rule(INFO)
def retries_multiply(machine: StateMachine) -> Iterator[Hit]:
    """A Parallel or Map retries what its states retry already.

    Retrying a Parallel or an inline Map runs all of it again, also what had succeeded; the attempts inside multiply
    with those outside. Retry inside, and catch outside.

    Bad:

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
                    Parameters:
                      JobName: load
                    Retry:
                      - ErrorEquals: [States.TaskFailed]
                        MaxAttempts: 2
                    End: true
            Retry:
              - ErrorEquals: [States.ALL]  # <-
                MaxAttempts: 3
            End: true

    Good:

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
                    Parameters:
                      JobName: load
                    Retry:
                      - ErrorEquals: [States.TaskFailed]
                        MaxAttempts: 2
                    End: true
            End: true
    """
    multiplied: dict[Pointer, tuple[Retrier, State, int]] = {}
    for scope, state in all_states(machine):
        inner = max((retrier.max_attempts for retrier in state.retry if _meets_any(retrier)), default=0)
        outer = _around(machine, scope) if inner else None
        if outer is not None:
            around, retrier = outer
            runs = (1 + inner) * (1 + retrier.max_attempts)
            known = multiplied.get(around.pointer)
            if known is None or known[2] < runs:
                multiplied[around.pointer] = retrier, state, runs
    for pointer, (retrier, state, runs) in multiplied.items():
        yield Hit(
            retrier.pointer,
            f'"{pointer[-1]}" runs all of its states again, also those that succeeded, while "{state.name}" '
            f"(line {_line(machine, state.pointer)}) retries on its own: up to {runs} runs of it",
            related=(state.pointer,),
        )


def _around(machine: StateMachine, scope: StateMachine) -> tuple[State, Retrier] | None:
    """The nearest state around a scope that retries what fails in it, with the retrier that does."""
    around = enclosing(machine).get(scope.pointer)
    while around is not None:
        outer, state = around
        if isinstance(state, Map) and state.distributed:
            return None
        retrier = next((one for one in state.retry if one.max_attempts and _meets_any(one)), None)
        if retrier is not None:
            return state, retrier
        around = enclosing(machine).get(outer.pointer)
    return None


def _meets_any(retrier: Retrier) -> bool:
    return not {ALL, TASK_FAILED}.isdisjoint(retrier.error_equals)
