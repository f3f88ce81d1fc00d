"""What runs at the same time: the same Glue job in several branches or iterations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import JSONATA, Choice, Fail, Map, Parallel, Succeed, Task, Wait, all_states
from aslkit.language.errors import ALL, TASK_FAILED
from aslkit.lint.engine import INFO, WARNING, Hit, rule
from aslkit.lint.graph import enclosing
from aslkit.lint.retries import duration_text, total_wait

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import State, StateMachine

CONCURRENT_RUNS = "Glue.ConcurrentRunsExceededException"
PATIENCE = 900
"""Seconds of retrying after which a job that was busy is taken to have ended."""


@rule(WARNING)
def same_job_at_once(machine: StateMachine) -> Iterator[Hit]:
    """Branches or iterations that run at the same time start the same Glue job.

    A Glue job runs once at a time unless its MaxConcurrentRuns says more (default 1): the second start fails with
    Glue.ConcurrentRunsExceededException. Where a retrier matches that error and goes on for at least 15 minutes nothing
    is said; where it gives up sooner this is advice. Jobs are the same by their literal name, or by the same path into
    data that both branches share.

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
                      JobName: load
                      Arguments:
                        --table: orders
                    End: true
              - StartAt: Clients
                States:
                  Clients:
                    Type: Task
                    Resource: arn:aws:states:::glue:startJobRun.sync
                    TimeoutSeconds: 3600
                    Parameters:
                      JobName: load  # <-
                      Arguments:
                        --table: clients
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
                      JobName: load
                      Arguments:
                        --table: orders
                    Retry:
                      - ErrorEquals: [Glue.ConcurrentRunsExceededException]
                        IntervalSeconds: 120
                        BackoffRate: 1
                        MaxAttempts: 30
                    End: true
              - StartAt: Clients
                States:
                  Clients:
                    Type: Task
                    Resource: arn:aws:states:::glue:startJobRun.sync
                    TimeoutSeconds: 3600
                    Parameters:
                      JobName: load
                      Arguments:
                        --table: clients
                    Retry:
                      - ErrorEquals: [Glue.ConcurrentRunsExceededException]
                        IntervalSeconds: 120
                        BackoffRate: 1
                        MaxAttempts: 30
                    End: true
            End: true
    """
    for first, second, job, around in (*_in_branches(machine), *_in_iterations(machine)):
        patience = max(_patience(first), _patience(second))
        if patience < PATIENCE:
            yield _at_once(machine, first, second, job, around, patience)


def _in_branches(machine: StateMachine) -> Iterator[tuple[Task, Task, str, State]]:
    """Two tasks in different branches of a Parallel that start one job."""
    first: dict[tuple[Pointer, str], tuple[Task, int | str]] = {}
    for scope, task, job in _jobs(machine):
        for around, branch in _branches(machine, scope) if _is_fixed(task, job) else _own_branch(machine, scope, job):
            known, where = first.setdefault((around.pointer, job), (task, branch))
            if where != branch:
                yield known, task, job, around
                break


def _jobs(machine: StateMachine) -> Iterator[tuple[StateMachine, Task, str]]:
    """Every task inside a Parallel or Map that starts a Glue job, with the job's name or the expression for it."""
    for scope, state in all_states(machine):
        if scope.pointer and isinstance(state, Task) and ":glue:startJobRun" in (state.resource or ""):
            job = _job(state)
            if job is not None:
                yield scope, state, job


def _job(task: Task) -> str | None:
    given = task.arguments if task.query_language == JSONATA else task.parameters
    if not isinstance(given, dict):
        return None
    job = given.get("JobName", given.get("JobName.$"))
    return job if isinstance(job, str) else None


def _branches(machine: StateMachine, scope: StateMachine) -> Iterator[tuple[State, int | str]]:
    """The Parallels around a scope, innermost first, each with the branch that leads to the scope."""
    around = enclosing(machine).get(scope.pointer)
    while around is not None:
        outer, state = around
        if isinstance(state, Parallel):
            yield state, scope.pointer[-1]
        scope = outer
        around = enclosing(machine).get(scope.pointer)


def _is_expression(task: Task, job: str) -> bool:
    return "{%" in job if task.query_language == JSONATA else "JobName" not in (task.parameters or {})


def _is_fixed(task: Task, job: str) -> bool:
    """Whether the same text means the same job wherever it stands: a literal name, or part of the execution's input."""
    return not _is_expression(task, job) or job.startswith("$$.Execution.Input")


def _own_branch(machine: StateMachine, scope: StateMachine, job: str) -> Iterator[tuple[State, int | str]]:
    """The Parallel directly around a scope that keeps its input: a path means the same in all such branches."""
    around = enclosing(machine)[scope.pointer][1]
    if (
        job.startswith("$.")
        and isinstance(around, Parallel)
        and all(_keeps_input(state) for state in scope.states.values())
    ):
        yield around, scope.pointer[-1]


def _keeps_input(state: State) -> bool:
    """Whether what follows a state in its scope reads the same data as the state itself."""
    if state.query_language == JSONATA or state.input_path != "$":
        return False
    return isinstance(state, (Choice, Wait, Fail, Succeed)) or (
        state.output_path == "$" and (state.end or state.raw.get("ResultPath", "$") is None)
    )


def _in_iterations(machine: StateMachine) -> Iterator[tuple[Task, Task, str, State]]:
    """A task in a Map whose job does not depend on the item, twice."""
    for scope, task, job in _jobs(machine):
        around = enclosing(machine)[scope.pointer][1]
        if isinstance(around, Map) and _is_fixed(task, job) and _is_concurrent(around):
            yield task, task, job, around


def _is_concurrent(state: Map) -> bool:
    """Whether iterations surely run at the same time: there is no limit, or one above 1."""
    if state.max_concurrency is not None:
        return isinstance(state.max_concurrency, int) and state.max_concurrency != 1
    return state.raw.keys().isdisjoint(("MaxConcurrency", "MaxConcurrencyPath"))


def _at_once(machine: StateMachine, first: Task, second: Task, job: str, around: State, patience: float) -> Hit:
    field = "Arguments" if second.query_language == JSONATA else "Parameters"
    name = "JobName" if "JobName" in second.raw.get(field, {}) else "JobName.$"
    line = machine.document.span(first.pointer).line
    where = (
        f'the iterations of "{around.name}" start the Glue job {job} at the same time'
        if first is second
        else f'"{first.name}" (line {line}) and "{second.name}" start the Glue job {job} at the same time'
    )
    retried = f"; retrying gives up after {duration_text(patience)}" if patience else ""
    return Hit(
        (*second.pointer, field, name),
        f"{where}: unless its MaxConcurrentRuns (default 1) allows that, the second start fails with "
        f"{CONCURRENT_RUNS}{retried}",
        related=(first.pointer,),
        severity=INFO if patience else None,
    )


def _patience(task: Task) -> float:
    """For how many seconds a task retries to start its job; without end when it catches that the job is busy."""
    if any(CONCURRENT_RUNS in catcher.error_equals for catcher in task.catch):
        return float("inf")
    matching = next((one for one in task.retry if not MATCHES.isdisjoint(one.error_equals)), None)
    return 0 if matching is None else total_wait(matching)


MATCHES = frozenset({CONCURRENT_RUNS, TASK_FAILED, ALL})
