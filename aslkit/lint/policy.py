"""A project's own rules, written as data in aslkit.yaml: which states they are about and what they demand."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from aslkit.definition.model import Task, all_states
from aslkit.definition.resource import parse_resource
from aslkit.lint.engine import WARNING, Hit, rule
from aslkit.lint.graph import outer_states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Json, State, StateMachine


@rule(WARNING)
def policy(machine: StateMachine, *, policies: Iterable[Mapping[str, Any]] = ()) -> Iterator[Hit]:
    """A rule of the project is broken.

    The rules stand under `policies` in aslkit.yaml: which states each is about, and what it demands of them (retries,
    catchers and where they lead, time-outs, no hard-coded ARNs). AWS knows nothing of them: the definition deploys, and
    does not behave as the team has agreed.

    Bad:

        # config: {policies: [{name: jobs retry, type: Task, retry: {errors: [States.TaskFailed], attempts: 2}}]}
        StartAt: Split
        States:
          Split:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters: {JobName: split}
            Retry:
              - ErrorEquals: [States.TaskFailed]
                MaxAttempts: 5  # <-
            End: true

    Good:

        # config: {policies: [{name: jobs retry, type: Task, retry: {errors: [States.TaskFailed], attempts: 2}}]}
        StartAt: Split
        States:
          Split:
            Type: Task
            Resource: arn:aws:states:::glue:startJobRun.sync
            Parameters: {JobName: split}
            Retry:
              - ErrorEquals: [States.TaskFailed]
                MaxAttempts: 2
            End: true
    """
    for one in policies:
        for pointer, message in _broken(machine, one):
            reason = f" ({one['reason']})" if one.get("reason") else ""
            yield Hit(pointer, f"{one['name']}: {message}{reason}", severity=one.get("severity"))


def _broken(machine: StateMachine, one: Mapping[str, Any]) -> Iterator[tuple[Pointer, str]]:
    from aslkit.lint.demands import DEMANDS, MACHINE_DEMANDS

    for name, demand in one.get("machine", {}).items():
        yield from MACHINE_DEMANDS[name](machine, demand)
    demands = [(DEMANDS[name], value) for name, value in one.items() if name in DEMANDS]
    if demands:
        for state in _selected(machine, one):
            for demand, value in demands:
                yield from demand(machine, state, value)


# --- which states ----------------------------------------------------------------------------------------------------


def _selected(machine: StateMachine, one: Mapping[str, Any]) -> Iterator[State]:
    for _, state in all_states(machine):
        if _fits(machine, state, one):
            yield state


def _fits(machine: StateMachine, state: State, one: Mapping[str, Any]) -> bool:
    """Whether every selector that is given fits a state."""
    return all(SELECTORS[name](machine, state, one[name]) for name in SELECTORS if name in one)


def _named(machine: StateMachine, state: State, patterns: Json) -> bool:
    return matches(state.name, patterns)


def _typed(machine: StateMachine, state: State, types: Json) -> bool:
    return state.type in several(types)


def _calling(machine: StateMachine, state: State, patterns: Json) -> bool:
    return isinstance(state, Task) and state.resource is not None and fits_resource(state.resource, patterns)


def _at_depth(machine: StateMachine, state: State, depth: Json) -> bool:
    return bool(sum(key == "States" for key in state.pointer) - 1 == depth)


def _inside(machine: StateMachine, state: State, types: Json) -> bool:
    return any(outer.type in several(types) for outer in outer_states(machine, state))


def _not_among(machine: StateMachine, state: State, one: Json) -> bool:
    return not one or not _fits(machine, state, one)


SELECTORS: Mapping[str, Callable[[StateMachine, State, Json], bool]] = {
    "states": _named,
    "type": _typed,
    "resource": _calling,
    "depth": _at_depth,
    "inside": _inside,
    "except": _not_among,
}


def fits_resource(resource: str, patterns: Json) -> bool:
    """Whether a task's Resource fits: the whole ARN, or `glue:startJobRun.sync`."""
    arn = parse_resource(resource)
    short = "" if arn is None else f"{arn.service}:{arn.action}{'.' if arn.pattern else ''}{arn.pattern}"
    return matches(resource, patterns) or (bool(short) and matches(short, patterns))


def several(value: Json) -> list[Any]:
    """The items of a list, or the one that stands for it."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def matches(text: str, patterns: Json) -> bool:
    """Whether a text fits one of the patterns with * and ?."""
    return any(_pattern(pattern).fullmatch(text) for pattern in several(patterns))


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """A pattern with * and ? as a regular expression."""
    return re.compile(re.sub(r"(?:\\\*)+", ".*", re.escape(text)).replace(r"\?", "."), re.DOTALL)
