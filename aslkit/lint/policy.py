"""A project's own rules, written as data in aslkit.yaml: which states they are about and what they demand."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from aslkit.definition.duration import duration_text
from aslkit.definition.model import Catcher, Retrying, Task, all_states, is_substitution
from aslkit.definition.resource import parse_resource
from aslkit.lint.engine import WARNING, Hit, rule
from aslkit.lint.graph import edges, enclosing, is_end, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Json, Retrier, State, StateMachine

    Demand = Callable[[StateMachine, State, Any], Iterator[tuple[Pointer, str]]]


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
        if all(SELECTORS[name](machine, state, one[name]) for name in SELECTORS if name in one):
            yield state


def _named(machine: StateMachine, state: State, patterns: Json) -> bool:
    return _matches(state.name, patterns)


def _typed(machine: StateMachine, state: State, types: Json) -> bool:
    return state.type in _several(types)


def _calling(machine: StateMachine, state: State, patterns: Json) -> bool:
    """Whether a task's Resource fits: the whole ARN, or `glue:startJobRun.sync`."""
    if not isinstance(state, Task) or state.resource is None:
        return False
    arn = parse_resource(state.resource)
    short = "" if arn is None else f"{arn.service}:{arn.action}{'.' if arn.pattern else ''}{arn.pattern}"
    return _matches(state.resource, patterns) or (bool(short) and _matches(short, patterns))


def _at_depth(machine: StateMachine, state: State, depth: Json) -> bool:
    return bool(sum(key == "States" for key in state.pointer) - 1 == depth)


def _inside(machine: StateMachine, state: State, types: Json) -> bool:
    return any(outer.type in _several(types) for outer in _outer(machine, state))


SELECTORS: Mapping[str, Callable[[StateMachine, State, Json], bool]] = {
    "states": _named,
    "type": _typed,
    "resource": _calling,
    "depth": _at_depth,
    "inside": _inside,
}


def _several(value: Json) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _matches(text: str, patterns: Json) -> bool:
    return any(_pattern(pattern).fullmatch(text) for pattern in _several(patterns))


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """A pattern with * and ? as a regular expression."""
    return re.compile(re.sub(r"(?:\\\*)+", ".*", re.escape(text)).replace(r"\?", "."), re.DOTALL)


def _outer(machine: StateMachine, state: State) -> Iterator[State]:
    """The Parallel and Map states around a state, innermost first."""
    found = enclosing(machine)
    scope = state.pointer[:-2]
    while scope in found:
        _, outer = found[scope]
        yield outer
        scope = outer.pointer[:-2]


# --- what they demand ------------------------------------------------------------------------------------------------


def _retry(machine: StateMachine, state: State, demand: Mapping[str, Any]) -> Iterator[tuple[Pointer, str]]:
    """Each error has a retrier, and the first that takes it has the values demanded."""
    if not isinstance(state, Retrying) or is_substitution(state.raw.get("Retry")):
        return
    told: set[Pointer] = set()
    for error in demand.get("errors", ["States.ALL"]):
        retrier = next((one for one in state.retry if _takes(one.error_equals, error)), None)
        if retrier is None:
            place = (*state.pointer, "Retry") if "Retry" in state.raw else state.pointer
            yield place, f'"{state.name}" has no retrier for {error}, so that its first failure is final'
        elif retrier.pointer not in told:
            told.add(retrier.pointer)
            yield from _values(state, retrier, demand)


def _values(state: State, retrier: Retrier, demand: Mapping[str, Any]) -> Iterator[tuple[Pointer, str]]:
    for name, (field, attribute) in RETRY_FIELDS.items():
        if name not in demand or is_substitution(retrier.raw.get(field)):
            continue
        actual = getattr(retrier, attribute)
        if not _within(actual, demand[name]):
            place = (*retrier.pointer, field) if field in retrier.raw else retrier.pointer
            written = "is not set" if actual is None else f"is {actual:g}"
            yield place, f'{field} of "{state.name}" {written}, and the project has {_bounds(demand[name])}'


RETRY_FIELDS = {
    "attempts": ("MaxAttempts", "max_attempts"),
    "interval": ("IntervalSeconds", "interval_seconds"),
    "backoff": ("BackoffRate", "backoff_rate"),
    "max-delay": ("MaxDelaySeconds", "max_delay_seconds"),
}


def _takes(names: tuple[str, ...], error: str) -> bool:
    """Whether ErrorEquals takes an error. Source: States Language, "Errors": TaskFailed is all but a time-out."""
    return error in names or "States.ALL" in names or ("States.TaskFailed" in names and error not in NO_TASK_FAILURE)


NO_TASK_FAILURE = ("States.ALL", "States.Timeout", "States.HeartbeatTimeout")


def _within(actual: float | None, wanted: Json) -> bool:
    if not isinstance(wanted, dict):
        return bool(actual == wanted)
    if actual is None:
        return False
    return bool(wanted.get("at-least", actual) <= actual <= wanted.get("at-most", actual))


def _bounds(wanted: Json) -> str:
    if not isinstance(wanted, dict):
        return f"{wanted:g}"
    return " and ".join(f"{name.replace('-', ' ')} {value:g}" for name, value in wanted.items())


def _catch(machine: StateMachine, state: State, demand: Mapping[str, Any]) -> Iterator[tuple[Pointer, str]]:
    """Each error is caught, by the state or (unless `enclosing` is false) by a Parallel or Map around it."""
    around = [state, *(_outer(machine, state) if demand.get("enclosing", True) else ())]
    if any(is_substitution(one.raw.get("Catch")) for one in around):
        return
    told: set[Pointer] = set()
    for error in demand.get("errors", ["States.ALL"]):
        catcher = next((found for one in around for found in one.catch if _takes(found.error_equals, error)), None)
        if catcher is None:
            place = (*state.pointer, "Catch") if "Catch" in state.raw else state.pointer
            yield place, f'nothing catches {error} of "{state.name}": the execution fails there and then'
        elif catcher.pointer not in told:
            told.add(catcher.pointer)
            yield from _leads(machine, around, catcher, demand)


def _leads(
    machine: StateMachine, around: list[State], catcher: Catcher, demand: Mapping[str, Any]
) -> Iterator[tuple[Pointer, str]]:
    owner = next(state for state in around if catcher in state.catch)
    if demand.get("keeps-input") and catcher.result_path == "$" and "Output" not in catcher.raw:
        yield catcher.pointer, f'the catcher of "{owner.name}" has no ResultPath: {{Error, Cause}} replaces the input'
    scope = _scope(machine, owner)
    if catcher.next is None or catcher.next not in scope.states:
        return
    place = (*catcher.pointer, "Next")
    if demand.get("publishes") and (silent := _silent_end(scope, catcher.next)) is not None:
        yield (
            place,
            f'the catcher of "{owner.name}" leads to the end "{silent}" by a route on which nothing is published',
        )
    ends = demand.get("ends")
    for name in spread([catcher.next], lambda name: (edge.target for edge in edges(scope)[name])) if ends else ():
        end = scope.states[name]
        if is_end(end) and end.type != ends:
            yield place, f'the catcher of "{owner.name}" leads to "{name}", a {end.type}; the project ends in {ends}'


def _scope(machine: StateMachine, state: State) -> StateMachine:
    return next((scope for scope, one in all_states(machine) if one is state), machine)


def _silent_end(scope: StateMachine, start: str) -> str | None:
    """The end that is reached from `start` without passing a state that publishes, if there is one."""

    def onward(name: str) -> Iterator[str]:
        if not _publishes(scope.states[name]):
            yield from (edge.target for edge in edges(scope)[name])

    reached = spread([start], onward)
    return next((name for name in reached if is_end(scope.states[name]) and not _publishes(scope.states[name])), None)


def _publishes(state: State) -> bool:
    if not isinstance(state, Task) or state.resource is None:
        return False
    arn = parse_resource(state.resource)
    return arn is not None and arn.service in ("sns", "aws-sdk:sns") and arn.action.startswith("publish")


def _timer(field: str) -> Demand:
    def demand(machine: StateMachine, state: State, wanted: Json) -> Iterator[tuple[Pointer, str]]:
        if not isinstance(state, Task) or not wanted:
            return
        if field not in state.raw and f"{field}Path" not in state.raw:
            yield state.pointer, f'"{state.name}" has no {field}: it may wait for 99,999,999 seconds'
        elif isinstance(wanted, dict) and type(actual := state.raw.get(field)) is int:
            yield from _timer_value(state, field, actual, wanted)

    return demand


def _timer_value(state: State, field: str, actual: int, wanted: Json) -> Iterator[tuple[Pointer, str]]:
    if not _within(actual, wanted):
        bounds = " and ".join(f"{name.replace('-', ' ')} {duration_text(value)}" for name, value in wanted.items())
        yield (*state.pointer, field), f'{field} of "{state.name}" is {duration_text(actual)}; the project has {bounds}'


def _waits(machine: StateMachine, state: State, wanted: Json) -> Iterator[tuple[Pointer, str]]:
    """The task waits until its work is done (.sync), or for its token."""
    if not isinstance(state, Task) or state.resource is None or not wanted or is_substitution(state.resource):
        return
    arn = parse_resource(state.resource)
    if arn is not None and arn.pattern == "":
        yield (
            (*state.pointer, "Resource"),
            f'"{state.name}" only starts its work and goes on: a failure of it is never seen here',
        )


ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
ARN_TEXT = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:")


def _forbid(machine: StateMachine, state: State, wanted: Mapping[str, Any]) -> Iterator[tuple[Pointer, str]]:
    for pointer, text in _texts(state):
        if wanted.get("hard-coded-arns") and ARN_TEXT.search(text):
            yield pointer, f'"{state.name}" holds the ARN {text!r}: it works in one account and region only'
        elif wanted.get("account-ids") and (found := ACCOUNT.search(text)):
            yield pointer, f'"{state.name}" holds the account id {found.group()}: it works in one account only'


def _texts(state: State) -> Iterator[tuple[Pointer, str]]:
    """Every literal text of a state's own fields that its work may use, with its place."""
    for field in ("Resource", "Parameters", "Arguments", "Credentials", "ItemReader", "ResultWriter", "Result"):
        if field in state.raw:
            yield from _strings((*state.pointer, field), state.raw[field])


def _strings(pointer: Pointer, value: Json) -> Iterator[tuple[Pointer, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings((*pointer, key), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _strings((*pointer, index), inner)


def _machine_timeout(machine: StateMachine, wanted: Json) -> Iterator[tuple[Pointer, str]]:
    if wanted and "TimeoutSeconds" not in machine.raw:
        yield ("States",), "the state machine has no TimeoutSeconds: an execution may run for a year"
    elif (
        isinstance(wanted, dict)
        and machine.timeout_seconds is not None
        and not _within(machine.timeout_seconds, wanted)
    ):
        bounds = " and ".join(f"{name.replace('-', ' ')} {duration_text(value)}" for name, value in wanted.items())
        actual = duration_text(machine.timeout_seconds)
        yield ("TimeoutSeconds",), f"TimeoutSeconds of the state machine is {actual}; the project has {bounds}"


DEMANDS: Mapping[str, Demand] = {
    "retry": _retry,
    "catch": _catch,
    "timeout": _timer("TimeoutSeconds"),
    "heartbeat": _timer("HeartbeatSeconds"),
    "waits": _waits,
    "forbid": _forbid,
}
MACHINE_DEMANDS: Mapping[str, Callable[[StateMachine, Json], Iterator[tuple[Pointer, str]]]] = {
    "timeout": _machine_timeout,
}
