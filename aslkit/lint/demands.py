"""What a project's own rule may demand: of retries, catchers, time-outs, parameters, names, of the whole definition."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from aslkit.definition.duration import duration_text
from aslkit.definition.model import JSONATA, Choice, Map, Retrying, Task, all_states, is_substitution
from aslkit.definition.resource import parse_resource
from aslkit.lint.calls import is_literal, payload
from aslkit.lint.graph import edges, is_end, outer_states, spread
from aslkit.lint.policy import fits_resource, matches, several
from aslkit.lint.retries import total_wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Catcher, Json, Retrier, State, StateMachine

    Broken = Iterator[tuple[Pointer, str]]
    Demand = Callable[[StateMachine, State, Any], Broken]


# --- retries ---------------------------------------------------------------------------------------------------------


def _retry(machine: StateMachine, state: State, demand: Any) -> Broken:
    """Each error has a retrier, and the first that takes it has the values demanded; `false`: there is no Retry."""
    if not isinstance(state, Retrying) or is_substitution(state.raw.get("Retry")):
        return
    if not isinstance(demand, dict):
        if demand is False and state.retry:
            yield (*state.pointer, "Retry"), f'"{state.name}" has a Retry, and the project has none here'
        return
    yield from _never_retried(state, demand.get("never", ()))
    if demand.keys() <= {"never"}:
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


def _never_retried(state: State, errors: Any) -> Broken:
    """The first retrier that takes an error has MaxAttempts 0."""
    for error in errors:
        retrier = next((one for one in state.retry if _takes(one.error_equals, error)), None)
        if retrier is not None and retrier.max_attempts and _is_known(retrier, "attempts"):
            yield retrier.pointer, f'"{state.name}" retries {error}, and the project never does'


def _values(state: State, retrier: Retrier, demand: Mapping[str, Any]) -> Broken:
    for name, (field, attribute) in RETRY_FIELDS.items():
        if name not in demand or not _is_known(retrier, name):
            continue
        actual = getattr(retrier, attribute)
        if not _within(actual, demand[name]):
            place = (*retrier.pointer, field) if field in retrier.raw else retrier.pointer
            yield place, f'{field} of "{state.name}" {_written(actual)}, and the project has {_bounds(demand[name])}'
    if "total" in demand and all(_is_known(retrier, name) for name in RETRY_FIELDS):
        total = total_wait(retrier)
        if not _within(total, demand["total"]):
            yield (
                retrier.pointer,
                f'the waits of this retrier of "{state.name}" add up to {duration_text(total)}; the project has '
                f"{_bounds(demand['total'], duration_text)}",
            )


RETRY_FIELDS = {
    "attempts": ("MaxAttempts", "max_attempts"),
    "interval": ("IntervalSeconds", "interval_seconds"),
    "backoff": ("BackoffRate", "backoff_rate"),
    "max-delay": ("MaxDelaySeconds", "max_delay_seconds"),
    "jitter": ("JitterStrategy", "jitter_strategy"),
}


def _is_known(retrier: Retrier, name: str) -> bool:
    """Whether a field has the value that the model gives it: what a placeholder stands for is unknown, and what does
    not fit, which the schema rule tells, is no value at all."""
    field, attribute = RETRY_FIELDS[name]
    written = retrier.raw.get(field)
    return field not in retrier.raw or (written == getattr(retrier, attribute) and not isinstance(written, bool))


def _written(actual: Any) -> str:
    return "is not set" if actual is None else f"is {actual:g}" if isinstance(actual, (int, float)) else f"is {actual}"


def _takes(names: tuple[str, ...], error: str) -> bool:
    """Whether ErrorEquals takes an error. Source: States Language, "Errors": TaskFailed is all but a time-out."""
    return error in names or "States.ALL" in names or ("States.TaskFailed" in names and error not in NO_TASK_FAILURE)


NO_TASK_FAILURE = ("States.ALL", "States.Timeout", "States.HeartbeatTimeout")


def _within(actual: Any, wanted: Json) -> bool:
    if not isinstance(wanted, dict):
        return bool(actual == wanted)
    if actual is None:
        return False
    return bool(wanted.get("at-least", actual) <= actual <= wanted.get("at-most", actual))


def _bounds(wanted: Json, text: Callable[[Any], str] = lambda value: f"{value:g}") -> str:
    if isinstance(wanted, str):
        return wanted
    if not isinstance(wanted, dict):
        return text(wanted)
    return " and ".join(f"{name.replace('-', ' ')} {text(value)}" for name, value in wanted.items())


def _runs(machine: StateMachine, state: State, demand: Mapping[str, Any]) -> Broken:
    """How often a state runs at worst, the Retry of the states around it included."""
    if not isinstance(state, Retrying):
        return
    runs = 1
    around = (state, *outer_states(machine, state))
    if not all(_is_known(retrier, "attempts") for one in around for retrier in one.retry):
        return
    for one in around:
        runs *= 1 + max((retrier.max_attempts for retrier in one.retry), default=0)
    if not _within(runs, demand):
        place = (*state.pointer, "Retry") if "Retry" in state.raw else state.pointer
        yield place, f'"{state.name}" runs up to {runs:,} times, and the project has {_bounds(demand)}'


# --- catchers --------------------------------------------------------------------------------------------------------


def _catch(machine: StateMachine, state: State, demand: Any) -> Broken:
    """Each error is caught, by the state or (unless `enclosing` is false) by a Parallel or Map around it; `false`:
    there is no Catch."""
    if not isinstance(demand, dict):
        if demand is False and state.catch:
            yield (*state.pointer, "Catch"), f'"{state.name}" has a Catch, and the project has none here'
        return
    around = [state, *(outer_states(machine, state) if demand.get("enclosing", True) else ())]
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


def _leads(machine: StateMachine, around: list[State], catcher: Catcher, demand: Mapping[str, Any]) -> Broken:
    owner = next(state for state in around if catcher in state.catch)
    if demand.get("keeps-input") and catcher.result_path == "$" and "Output" not in catcher.raw:
        yield catcher.pointer, f'the catcher of "{owner.name}" has no ResultPath: {{Error, Cause}} replaces the input'
    scope = _scope(machine, owner)
    if catcher.next is None or catcher.next not in scope.states:
        return
    place = (*catcher.pointer, "Next")
    if "to" in demand and not matches(catcher.next, demand["to"]):
        wanted = " or ".join(several(demand["to"]))
        yield place, f'the catcher of "{owner.name}" leads to "{catcher.next}"; the project leads to {wanted}'
    if (told := demand.get("publishes")) and (silent := _silent_end(scope, catcher.next, told)) is not None:
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


def _silent_end(scope: StateMachine, start: str, told: Json) -> str | None:
    """The end that is reached from `start` without passing a state that publishes, if there is one."""

    def onward(name: str) -> Iterator[str]:
        if not _publishes(scope.states[name], told):
            yield from (edge.target for edge in edges(scope)[name])

    silent = (name for name in spread([start], onward) if not _publishes(scope.states[name], told))
    return next((name for name in silent if is_end(scope.states[name])), None)


def _publishes(state: State, told: Json) -> bool:
    """Whether a task publishes to SNS, or calls what the policy names instead."""
    if not isinstance(state, Task) or state.resource is None:
        return False
    if told is not True:
        return fits_resource(state.resource, told)
    arn = parse_resource(state.resource)
    return arn is not None and arn.service in ("sns", "aws-sdk:sns") and arn.action.startswith("publish")


# --- time-outs, waiting ----------------------------------------------------------------------------------------------


def _timer(field: str) -> Demand:
    def demand(machine: StateMachine, state: State, wanted: Json) -> Broken:
        if not isinstance(state, Task) or not wanted:
            return
        if field not in state.raw and f"{field}Path" not in state.raw:
            yield state.pointer, f'"{state.name}" has no {field}: it may wait for 99,999,999 seconds'
            return
        actual = state.raw.get(field)
        if isinstance(wanted, dict) and type(actual) is int and actual > 0 and not _within(actual, wanted):
            bounds = _bounds(wanted, duration_text)
            told = f'{field} of "{state.name}" is {duration_text(actual)}; the project has {bounds}'
            yield (*state.pointer, field), told

    return demand


def _waits(machine: StateMachine, state: State, wanted: Json) -> Broken:
    """The task waits until its work is done (.sync), or for its token."""
    if not isinstance(state, Task) or state.resource is None or not wanted or is_substitution(state.resource):
        return
    arn = parse_resource(state.resource)
    if arn is not None and arn.pattern == "":
        yield (
            (*state.pointer, "Resource"),
            f'"{state.name}" only starts its work and goes on: a failure of it is never seen here',
        )


# --- data ------------------------------------------------------------------------------------------------------------


def _keeps_input(machine: StateMachine, state: State, wanted: Json) -> Broken:
    """The result of a state does not replace its input."""
    if not isinstance(state, Retrying) or not wanted or state.end:
        return
    if state.query_language == JSONATA:
        if "Output" not in state.raw:
            yield state.pointer, f'"{state.name}" has no Output: its result replaces the input'
    elif state.raw.get("ResultPath", "$") == "$":
        place = (*state.pointer, "ResultPath") if "ResultPath" in state.raw else state.pointer
        yield place, f'"{state.name}" has no ResultPath: its result replaces the input'


def _parameters(machine: StateMachine, state: State, wanted: Mapping[str, Any]) -> Broken:
    """Parameters that have to be there (true, or patterns of their text) or must not (false), by dotted name."""
    if not isinstance(state, Task):
        return
    place, sent = payload(state) or (state.pointer, {})
    for name, demand in wanted.items():
        at, value, found = _parameter(sent, name.split("."))
        if demand is False:
            if found:
                yield (*place, *at), f'"{state.name}" has the parameter {name}, and the project has it nowhere here'
        elif not found:
            yield place, f'"{state.name}" has no parameter {name}'
        elif demand is not True and isinstance(value, str) and is_literal(value) and not matches(value, demand):
            expected = " or ".join(several(demand))
            yield (*place, *at), f'{name} of "{state.name}" is "{value}", and the project has {expected}'


def _parameter(sent: Json, names: list[str]) -> tuple[Pointer, Json, bool]:
    """(the keys that lead to a parameter, its value or None where a path gives it, whether it is there)."""
    at: Pointer = ()
    for name in names:
        if not isinstance(sent, dict):
            return at, None, isinstance(sent, str)  # a path or an expression may bring it
        if name not in sent:
            dynamic = f"{name}.$"
            return (*at, dynamic), None, dynamic in sent
        at, sent = (*at, name), sent[name]
    return at, sent, True


def _forbid(machine: StateMachine, state: State, wanted: Mapping[str, Any]) -> Broken:
    for pointer, text in _texts(state):
        if wanted.get("hard-coded-arns") and _pattern("arn").search(text):
            yield pointer, f'"{state.name}" holds the ARN {text!r}: it works in one account and region only'
        elif wanted.get("account-ids") and (found := _pattern("account").search(text)):
            yield pointer, f'"{state.name}" holds the account id {found.group()}: it works in one account only'
        elif wanted.get("regions") and (found := _pattern("region").search(text)):
            yield pointer, f'"{state.name}" holds the region {found.group()}: it works there only'


PATTERNS = {
    "account": r"(?<![0-9])[0-9]{12}(?![0-9])",
    "arn": r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:",
    "region": r"\b(?:us|eu|ap|sa|ca|me|af|il|mx|cn)(?:-gov|-iso[a-z]?)?-[a-z]{4,9}-[0-9]\b",
}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(PATTERNS[name])


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


# --- form ------------------------------------------------------------------------------------------------------------


def _called(machine: StateMachine, state: State, patterns: Json) -> Broken:
    if not matches(state.name, patterns) and not is_substitution(state.name):
        yield state.pointer, f'"{state.name}" is not called {" or ".join(several(patterns))}'


def _comment(machine: StateMachine, state: State, wanted: Json) -> Broken:
    if wanted and not state.comment:
        yield state.pointer, f'"{state.name}" has no Comment'


def _default(machine: StateMachine, state: State, wanted: Json) -> Broken:
    if wanted and isinstance(state, Choice) and "Default" not in state.raw:
        yield state.pointer, f'"{state.name}" has no Default: a value that no rule matches fails the execution'


def _concurrency(machine: StateMachine, state: State, wanted: Json) -> Broken:
    """The MaxConcurrency of a Map; 0, the default, is no limit."""
    limit = state.raw.get("MaxConcurrency", 0)
    if not isinstance(state, Map) or "MaxConcurrencyPath" in state.raw:
        return
    if type(limit) is int and not _within(limit or float("inf"), wanted):
        place = (*state.pointer, "MaxConcurrency") if "MaxConcurrency" in state.raw else state.pointer
        at_once = f"{limit} items" if limit else "any number of items"
        yield place, f'"{state.name}" runs {at_once} at once, and the project has {_bounds(wanted)}'


def _forbidden(machine: StateMachine, state: State, wanted: Json) -> Broken:
    if wanted:
        called = f" ({state.resource})" if isinstance(state, Task) and state.resource is not None else ""
        yield state.pointer, f'the project has no such state as "{state.name}", a {state.type}{called}'


# --- the whole definition --------------------------------------------------------------------------------------------


def _machine_timeout(machine: StateMachine, wanted: Json) -> Broken:
    if wanted and "TimeoutSeconds" not in machine.raw:
        yield ("States",), "the state machine has no TimeoutSeconds: an execution may run for a year"
    elif (
        isinstance(wanted, dict)
        and machine.timeout_seconds is not None
        and not _within(machine.timeout_seconds, wanted)
    ):
        actual, bounds = duration_text(machine.timeout_seconds), _bounds(wanted, duration_text)
        yield ("TimeoutSeconds",), f"TimeoutSeconds of the state machine is {actual}; the project has {bounds}"


def _machine_comment(machine: StateMachine, wanted: Json) -> Broken:
    if wanted and not machine.comment:
        yield ("StartAt",), "the state machine has no Comment"


def _machine_language(machine: StateMachine, wanted: Json) -> Broken:
    for _, state in all_states(machine):
        if state.query_language != wanted:
            place: Pointer = (*state.pointer, "QueryLanguage") if "QueryLanguage" in state.raw else state.pointer
            yield place, f'"{state.name}" is in {state.query_language}, and the project is in {wanted}'
            if machine.query_language != wanted:
                return  # the definition as a whole is


def _machine_states(machine: StateMachine, wanted: Json) -> Broken:
    count = len(all_states(machine))
    if not _within(count, wanted):
        yield ("States",), f"the state machine has {count:,} states, and the project has {_bounds(wanted)}"


def _machine_has(machine: StateMachine, patterns: Json) -> Broken:
    for pattern in several(patterns):
        if not any(matches(state.name, pattern) for _, state in all_states(machine)):
            yield ("States",), f"the state machine has no state called {pattern}"


DEMANDS: Mapping[str, Demand] = {
    "retry": _retry,
    "runs": _runs,
    "catch": _catch,
    "timeout": _timer("TimeoutSeconds"),
    "heartbeat": _timer("HeartbeatSeconds"),
    "waits": _waits,
    "keeps-input": _keeps_input,
    "parameters": _parameters,
    "forbid": _forbid,
    "called": _called,
    "comment": _comment,
    "default": _default,
    "concurrency": _concurrency,
    "forbidden": _forbidden,
}
MACHINE_DEMANDS: Mapping[str, Callable[[StateMachine, Json], Broken]] = {
    "timeout": _machine_timeout,
    "comment": _machine_comment,
    "query-language": _machine_language,
    "states": _machine_states,
    "has": _machine_has,
}
