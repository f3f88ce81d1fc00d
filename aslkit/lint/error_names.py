"""Error names in Retry and Catch that the integration of the task never raises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import Retrier
from aslkit.definition.raised import has_prefix, may_raise, prefixes, raised, spelling
from aslkit.definition.services import JOB
from aslkit.definition.spelling import nearest, only_near
from aslkit.lint.calls import calls
from aslkit.lint.engine import INFO, WARNING, Hit, Replace, mend, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.definition.model import Catcher, StateMachine, Task
    from aslkit.lint.calls import Target

SHOWN = 8


@rule(WARNING, fixable=True)
def error_never_raised(machine: StateMachine) -> Iterator[Hit]:
    """Retry and Catch name errors that the integration of the task can raise.

    A name that the service does not have never matches: the retrier never retries, the catcher never catches. In
    particular a job run that fails under `.sync` is always `States.TaskFailed`, whatever the reason. Advice when the
    same list has other names that do match. Names without the prefix of a service are left alone: they may be yours.

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
              - ErrorEquals: [Glue.JobRunTimeout]  # <-
                MaxAttempts: 2
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
              - ErrorEquals: [Glue.ConcurrentRunsExceededException, States.TaskFailed]
                MaxAttempts: 2
            End: true
    """
    dead: dict[tuple[str, str], str | None] = {}
    for task, target in calls(machine):
        for retrier in task.retry:
            yield from _of_clause(task, target, retrier, dead)
        for catcher in task.catch:
            yield from _of_clause(task, target, catcher, dead)


def _of_clause(
    task: Task, target: Target, clause: Retrier | Catcher, dead: dict[tuple[str, str], str | None]
) -> Iterator[Hit]:
    reasons = []
    for index, name in enumerate(clause.error_equals):
        key = (target.name, name)
        if key not in dead:
            dead[key] = _why_dead(target, name)
        reason = dead[key]
        if reason is not None:
            reasons.append((index, name, reason))
    alone = len(reasons) == len(clause.error_equals)
    kind = "retrier" if isinstance(clause, Retrier) else "catcher"
    for index, name, reason in reasons:
        effect = f"so this {kind} never matches" if alone else "so the name does nothing in this list"
        place = (*clause.pointer, "ErrorEquals", index)
        meant = _surely_meant(target, name)
        yield Hit(
            place,
            f'"{task.name}": {target.name} never raises "{name}", {effect}{reason}',
            severity=WARNING if alone else INFO,
            fix=mend(f'write "{meant}"', Replace(place, meant)) if meant and meant not in clause.error_equals else None,
        )


def _surely_meant(target: Target, name: str) -> str | None:
    """The name of an error of the call that a name resembles, and no other."""
    exact = spelling(target.arn, name)
    if exact is None and has_prefix(target.arn, name):
        near = only_near(name.partition(".")[2], raised(target.arn))
        return f"{prefixes(target.arn)[0]}.{near}" if near is not None else None
    return exact


def _why_dead(target: Target, name: str) -> str | None:
    """What to say of a name that a call never raises; None for one that it may raise."""
    if may_raise(target.arn, name):
        return None
    prefix, _, error = name.partition(".")
    exact = spelling(target.arn, name)
    if exact is not None:
        return f': did you mean "{exact}"?'
    if not has_prefix(target.arn, name):
        return f"; errors of {prefix} come from its own tasks"
    own, known = prefixes(target.arn)[0], raised(target.arn)
    near = nearest(error, known)
    if near is not None:
        return f': did you mean "{own}.{near}"?'
    if target.pattern.startswith(JOB):
        return '; a run that fails or times out is "States.TaskFailed"'
    return f"; it raises {', '.join(f'{own}.{one}' for one in known)}" if len(known) <= SHOWN else ""
