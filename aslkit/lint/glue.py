"""What is particular to starting Glue job runs: arguments, capacity, minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.definition.model import fact
from aslkit.lint.calls import calls, given, is_literal, literal, payload
from aslkit.lint.engine import INFO, WARNING, Hit, Rename, Replace, mend, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Json, StateMachine, Task
    from aslkit.lint.engine import Fix


@rule(WARNING, fixable=True)
def glue_arguments(machine: StateMachine) -> Iterator[Hit]:
    """The Arguments of a Glue job run are texts under names that begin with two hyphens.

    AWS takes the definition, and the run is refused when the task is reached: a number, a boolean or a list is no text;
    quote it. A job reads only arguments that begin with `--`.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
              Arguments:
                --max_rows: 100  # <-
                month.$: $.month  # <-
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
              Arguments:
                --max_rows: "100"
                --month.$: $.month
            End: true
    """
    for task, place, sent in _runs(machine):
        arguments = sent.get("Arguments")
        place = (*place, "Arguments")
        if isinstance(arguments, dict):
            for name, value in arguments.items():
                mistake = _argument_mistake(name, value)
                if mistake is not None:
                    fix = _mended_argument((*place, name), value)
                    yield Hit((*place, name), f'"{task.name}": {mistake}', fix=fix)
        elif arguments is not None and not (isinstance(arguments, str) and not is_literal(arguments)):
            kind = "a list" if isinstance(arguments, list) else "a single value"
            yield Hit(
                place,
                f'"{task.name}": the Arguments of a Glue job run are a mapping of names to texts, not {kind}; the run '
                "is refused when the task is reached",
            )


def _argument_mistake(name: str, value: Json) -> str | None:
    bare = name.removesuffix(".$")
    if not bare.startswith("--") and is_literal(bare):
        right = f"--{bare.lstrip('-')}"
        return (
            f'the Glue argument "{bare}" does not begin with "--", and the job does not see it: did you mean "{right}"?'
        )
    if isinstance(value, str):
        return None
    return (
        f'the Glue argument "{bare}" is {_described(value)}, and Glue takes texts only: the run is refused when the '
        f"task is reached{_quoted(value)}"
    )


def _mended_argument(pointer: Pointer, value: Json) -> Fix | None:
    """With two dashes, or as a text; None for a value that no text stands for."""
    name = str(pointer[-1])
    bare = name.removesuffix(".$")
    if not bare.startswith("--") and is_literal(bare):
        right = f"--{name.lstrip('-')}"
        return mend(f'write "{right}"', Rename(pointer, right))
    if isinstance(value, bool):
        return mend("put it in quotes", Replace(pointer, str(value).lower()))
    return mend("put it in quotes", Replace(pointer, str(value))) if isinstance(value, int) else None


def _described(value: Json) -> str:
    match value:
        case None:
            return "empty (null)"
        case bool():
            return f"the boolean {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _quoted(value: Json) -> str:
    match value:
        case bool():
            return f'; "{str(value).lower()}" in quotes is a text'
        case int() | float():
            return f'; "{value}" in quotes is a text'
        case _:
            return ""


@rule(WARNING)
def glue_capacity(machine: StateMachine) -> Iterator[Hit]:
    """The capacity of a Glue job run is given either as MaxCapacity or as WorkerType and NumberOfWorkers.

    With both, Glue refuses the run (Glue.InvalidInputException) when the task is reached.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
              WorkerType: G.1X
              NumberOfWorkers: 10
              MaxCapacity: 10  # <-
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
              WorkerType: G.1X
              NumberOfWorkers: 10
            End: true
    """
    for task, place, sent in _runs(machine):
        keys = given(sent)
        workers = next((name for name in ("WorkerType", "NumberOfWorkers") if name in keys), None)
        if "MaxCapacity" in keys and workers is not None:
            yield Hit(
                (*place, keys["MaxCapacity"]),
                f'"{task.name}": Glue takes MaxCapacity or {workers}, not both (line '
                f"{machine.document.span((*place, keys[workers])).line}); the run is refused when the task is reached",
                related=((*place, keys[workers]),),
            )


MOST_MINUTES = 10_080


@rule(INFO)
def glue_timeout(machine: StateMachine) -> Iterator[Hit]:
    """The Timeout of a Glue job run, in minutes, is shorter than the TimeoutSeconds of its task.

    A task that gives up first ends with States.Timeout and stops the run, so that the run's own Timeout never takes
    effect. Glue takes at most 10,080 minutes (7 days); a larger number is mostly one of seconds, and a warning: the run
    is refused when the task is reached.

    Bad:

        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            TimeoutSeconds: 3600
            Parameters:
              JobName: load
              Timeout: 480  # <-
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
              Timeout: 50
            End: true
    """
    for task, place, sent in _runs(machine):
        minutes = literal(sent, "Timeout")
        if type(minutes) is not int:
            continue
        if minutes > MOST_MINUTES:
            yield Hit(
                (*place, "Timeout"),
                f'"{task.name}": Glue\'s Timeout is in minutes and at most {MOST_MINUTES:,}; the run is refused when '
                f"the task is reached{_as_minutes(minutes)}",
                severity=WARNING,
            )
        elif isinstance(task.timeout_seconds, int) and task.timeout_seconds <= minutes * 60:
            yield Hit(
                (*place, "Timeout"),
                f'"{task.name}" gives up after {task.timeout_seconds:,} s (line '
                f"{machine.document.span((*task.pointer, 'TimeoutSeconds')).line}), before the run's own Timeout of "
                f"{minutes:,} minutes ({minutes * 60:,} s) can take effect",
                related=((*task.pointer, "TimeoutSeconds"),),
            )


def _as_minutes(seconds: int) -> str:
    return f"; {seconds:,} s are {seconds // 60:,} minutes" if seconds % 60 == 0 else ""


@fact
def _runs(machine: StateMachine) -> tuple[tuple[Task, Pointer, Mapping[str, Json]], ...]:
    """The tasks that start a Glue job run, with what they send."""
    return tuple(
        (task, *sent)
        for task, target in calls(machine)
        if target.product == "glue" and target.action == "startJobRun" and (sent := payload(task)) is not None
    )
