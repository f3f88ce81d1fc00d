"""Branches side by side that do the same, but for one number."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aslkit.definition.model import Parallel, Task, all_states, fact
from aslkit.lint.engine import INFO, Hit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Retrier, StateMachine

FIELDS = {"IntervalSeconds": "interval_seconds", "MaxAttempts": "max_attempts", "BackoffRate": "backoff_rate"}


@rule(INFO)
def siblings_retry_differently(machine: StateMachine) -> Iterator[Hit]:
    """Two branches call the same thing in the same way, and retry it with different numbers.

    Branches of one Parallel that start the same kind of job and retry the same errors mostly mean the same schedule; a
    number that only one of them has is mostly a slip of the pen (6 for 60). A policy of the project says which numbers
    are right.

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
                    Retry:
                      - ErrorEquals: [States.TaskFailed]
                        IntervalSeconds: 60
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
                      - ErrorEquals: [States.TaskFailed]
                        IntervalSeconds: 6  # <-
                        MaxAttempts: 2
                    End: true
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
                      - ErrorEquals: [States.TaskFailed]
                        IntervalSeconds: 60
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
                      - ErrorEquals: [States.TaskFailed]
                        IntervalSeconds: 60
                        MaxAttempts: 2
                    End: true
            End: true
    """
    for _, state in all_states(machine):
        if isinstance(state, Parallel) and len(state.branches) > 1:
            for alike in _alike(state).values():
                yield from _odd_ones(machine, alike)


def _alike(state: Parallel) -> Mapping[tuple[object, ...], list[tuple[Task, Retrier]]]:
    """What is done in the branches and which errors are retried -> the retriers of it, one branch after the other."""
    found: dict[tuple[object, ...], list[tuple[Task, Retrier]]] = {}
    for branch in state.branches:
        for task in branch.states.values():
            if isinstance(task, Task):
                for retrier in task.retry:
                    found.setdefault((task.resource, retrier.error_equals), []).append((task, retrier))
    return found


def _odd_ones(machine: StateMachine, alike: Sequence[tuple[Task, Retrier]]) -> Iterator[Hit]:
    """One hit for each number in which one retrier differs, when the retriers differ in nothing else."""
    differing = [field for field in FIELDS if len({_value(retrier, field) for _, retrier in alike}) > 1]
    if len(alike) < 2 or len(differing) != 1 or any(field not in one.raw for _, one in alike for field in differing):
        return
    field = differing[0]
    counts = Counter(_value(retrier, field) for _, retrier in alike)
    common, most = max(counts.items(), key=lambda item: (item[1], _uses(machine)[field, item[0]]))
    odd = [(task, retrier) for task, retrier in alike if _value(retrier, field) != common]
    if len(odd) == 1 and (most > 1 or _uses(machine)[field, common] >= _uses(machine)[field, _value(odd[0][1], field)]):
        task, retrier = odd[0]
        other, example = next((task, one) for task, one in alike if _value(one, field) == common)
        place: Pointer = (*example.pointer, field)
        yield Hit(
            (*retrier.pointer, field),
            f'{field} of "{task.name}" is {_value(retrier, field):g}; "{other.name}" in the branch beside it, which '
            f"calls and retries the same, has {common:g} (line {machine.document.span(place).line})",
            related=(place,),
        )


def _value(retrier: Retrier, field: str) -> float:
    return float(getattr(retrier, FIELDS[field]))


@fact
def _uses(machine: StateMachine) -> Counter[tuple[str, float]]:
    """How often each number of each field is used in the whole definition."""
    return Counter(
        (field, _value(retrier, field))
        for _, state in all_states(machine)
        for retrier in state.retry
        for field in FIELDS
    )
