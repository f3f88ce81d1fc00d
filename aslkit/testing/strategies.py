"""Hypothesis strategies: state machines, their inputs, what their tasks may answer; all shrink to something readable.

Needs the package hypothesis.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from aslkit.definition.model import Task, all_states
from aslkit.definition.resource import parse_resource
from aslkit.language.errors import ALL
from aslkit.operations.contract import contract, json_schema
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.scripted import Fails, Hangs, Reply, Returns, When

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hypothesis.strategies import SearchStrategy

    from aslkit.definition.model import StateMachine

Json = Any

RESOURCES = (
    "arn:aws:states:::glue:startJobRun.sync",
    "arn:aws:states:::lambda:invoke",
    "arn:aws:states:::sns:publish",
    "arn:aws:states:::aws-sdk:s3:listBuckets",
)
ERRORS = ("States.TaskFailed", "States.Timeout", "Glue.ConcurrentRunsExceededException", "MyError")
"""What a task may fail with, beside the names that its own retriers and catchers know."""
MAX_ANSWERS = 3
"""How many invocations of a task are answered one by one; all later ones get the last answer."""

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10) | st.sampled_from(["", "a", "x y", "é"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "items"]), inner, max_size=3)
    ),
    max_leaves=5,
)
"""JSON values, mostly with fields that the paths of `state_machines` may read."""


# --- inputs ----------------------------------------------------------------------------------------------------------


def inputs(machine: StateMachine) -> SearchStrategy[Json]:
    """Inputs that keep the contract of a machine (`aslkit input`): the fields that every route needs are there, others
    may be, and each has a type that fits where it is known."""
    return _of_schema(json_schema(contract(machine), title="input"))


def _of_schema(schema: Mapping[str, Json]) -> SearchStrategy[Json]:
    """Values that fit what `json_schema` writes: type, properties, required, items."""
    types = schema.get("type", "any")
    names = [types] if isinstance(types, str) else types
    return st.one_of([_of_type(name, schema) for name in names])


def _of_type(name: str, schema: Mapping[str, Json]) -> SearchStrategy[Json]:
    if name == "object":
        properties = {key: _of_schema(inner) for key, inner in schema.get("properties", {}).items()}
        needed = {key: properties[key] for key in schema.get("required", ())}
        rest = {key: strategy for key, strategy in properties.items() if key not in needed}
        return st.fixed_dictionaries(needed, optional=rest)
    if name == "array":
        return st.lists(_of_schema(schema.get("items", {})), max_size=3)
    return SCALARS.get(name, VALUES)


SCALARS: dict[str, SearchStrategy[Json]] = {
    "string": st.sampled_from(["", "a", "x y", "é"]),
    "integer": st.integers(0, 10),
    "number": st.integers(0, 10) | st.sampled_from([0.5, 1e3]),
    "boolean": st.booleans(),
    "null": st.none(),
}


# --- what tasks answer -----------------------------------------------------------------------------------------------


@st.composite
def outcomes(draw: st.DrawFn, machine: StateMachine) -> Account:
    """What the tasks of a machine answer: for each Task state up to three answers, the last one for ever.

    Every task may succeed, fail with a name that its own Retry and Catch know or with another, or never answer. The
    account's `script` shows what was drawn.
    """
    script: list[When] = []
    for _, state in all_states(machine):
        if isinstance(state, Task):
            replies = draw(st.lists(_replies(state), min_size=1, max_size=MAX_ANSWERS))
            for number, reply in enumerate(replies, 1):
                script.append(When(reply, state=state.name, first=number, last=number))
            script.append(When(replies[-1], state=state.name, first=len(replies) + 1, last=None))
    return Account(script=tuple(script))


def _replies(state: Task) -> SearchStrategy[Reply]:
    lists = [*(retrier.error_equals for retrier in state.retry), *(catcher.error_equals for catcher in state.catch)]
    names = {name for listed in lists for name in listed if name != ALL}
    fails = st.builds(
        Fails,
        error=st.sampled_from([*ERRORS, *sorted(names - set(ERRORS))]),
        cause=st.sampled_from([None, "It broke."]),
    )
    glue = state.resource is not None and (arn := parse_resource(state.resource)) is not None and arn.service == "glue"
    returns = st.builds(Returns, value=st.just({}) if glue else VALUES, after=st.sampled_from([None, 5.0, 600.0]))
    return st.one_of(returns, fails, st.just(Hangs()))


# --- state machines --------------------------------------------------------------------------------------------------


@st.composite
def state_machines(draw: st.DrawFn, *, max_states: int = 4, depth: int = 2, jsonata: bool = True) -> dict[str, Json]:
    """Definitions that AWS takes, as plain objects: all state types, both query languages, loops, branches, map
    iterations, retriers and catchers. Parallel and Map states hold state machines up to `depth` levels inside."""
    language = draw(st.sampled_from(["JSONPath", "JSONata"])) if jsonata else "JSONPath"
    machine = draw(_machine(language, max_states, depth, count()))
    return {"QueryLanguage": language, "TimeoutSeconds": 86_400, **machine}


@st.composite
def _machine(draw: st.DrawFn, language: str, max_states: int, depth: int, numbers: Iterator[int]) -> dict[str, Json]:
    names = [f"S{next(numbers)}" for _ in range(draw(st.integers(1, max_states)))]
    states: dict[str, Json] = {}
    for index, name in enumerate(names):
        following = names[index + 1] if index + 1 < len(names) else None
        kinds = [*MIDDLE, *(ENDS if following is None else ()), *(INNER if depth else ())]
        kind = draw(st.sampled_from(kinds))
        if kind == "Choice" and following is None:
            kind = "Succeed"
        fields = draw(STATES[kind](language, names, following, max_states, depth, numbers))
        ending = {} if kind in (*ENDS, "Choice") else {"Next": following} if following else {"End": True}
        states[name] = {"Type": kind, **fields, **ending}
    return {"StartAt": names[0], "States": states}


MIDDLE = ("Pass", "Wait", "Task", "Choice")
ENDS = ("Succeed", "Fail")
INNER = ("Parallel", "Map")


def _read(language: str) -> SearchStrategy[Json]:
    """A value that may read the input."""
    if language == "JSONata":
        return st.sampled_from(
            ["{% $states.input %}", "{% $states.input.a %}", "{% $exists($states.input.a) %}", "text"]
        )
    return st.sampled_from(["$", "$.a", "$.items", "$$.Execution.Name"])


@st.composite
def _template(draw: st.DrawFn, language: str) -> dict[str, Json]:
    names = draw(st.lists(st.sampled_from(["a", "b", "items"]), unique=True, max_size=2))
    suffix = "" if language == "JSONata" else ".$"
    return {f"{name}{suffix}": draw(_read(language)) for name in names} | draw(
        st.fixed_dictionaries({}, optional={"fixed": VALUES})
    )


@st.composite
def _pass(draw: st.DrawFn, language: str, *rest: Any) -> dict[str, Json]:
    if language == "JSONata":
        return draw(
            st.fixed_dictionaries(
                {}, optional={"Output": _template(language), "Assign": st.just({"seen": "{% $states.input %}"})}
            )
        )
    return draw(
        st.fixed_dictionaries(
            {},
            optional={
                "Parameters": _template(language),
                "ResultPath": st.sampled_from(["$", "$.b", None]),
                "OutputPath": st.sampled_from(["$", "$.a"]),
                "Assign": st.just({"seen.$": "$"}),
            },
        )
    )


@st.composite
def _wait(draw: st.DrawFn, *rest: Any) -> dict[str, Json]:
    return {"Seconds": draw(st.sampled_from([0, 1, 60, 100_000]))}


@st.composite
def _task(draw: st.DrawFn, language: str, names: list[str], following: str | None, *rest: Any) -> dict[str, Json]:
    resource = draw(st.sampled_from(RESOURCES))
    arguments = {
        "glue": {"JobName": "job"},
        "lambda": {"FunctionName": "f"},
        "sns": {"TopicArn": TOPIC, "Message": "m"},
    }
    field = "Arguments" if language == "JSONata" else "Parameters"
    service = resource.removeprefix("arn:aws:states:::").split(":")[0]
    return {
        "Resource": resource,
        field: arguments.get(service, {}),
        **draw(st.fixed_dictionaries({}, optional={"TimeoutSeconds": st.sampled_from([1, 30])})),
        **draw(_failing(language, names)),
    }


TOPIC = "arn:aws:sns:us-east-1:111111111111:topic"


@st.composite
def _failing(draw: st.DrawFn, language: str, names: list[str]) -> dict[str, Json]:
    """Retry and Catch of a state that may have them."""
    errors = st.sampled_from([["States.TaskFailed"], ["MyError", "States.Timeout"], ["States.ALL"]])
    retrier = st.fixed_dictionaries(
        {"ErrorEquals": errors, "MaxAttempts": st.integers(0, 2)},
        optional={"IntervalSeconds": st.integers(1, 60), "JitterStrategy": st.just("FULL")},
    )
    catcher = st.fixed_dictionaries({"ErrorEquals": errors, "Next": st.sampled_from(names)})
    return draw(
        st.fixed_dictionaries(
            {}, optional={"Retry": st.lists(retrier, max_size=1), "Catch": st.lists(catcher, max_size=1)}
        )
    )


@st.composite
def _choice(draw: st.DrawFn, language: str, names: list[str], following: str | None, *rest: Any) -> dict[str, Json]:
    if language == "JSONata":
        test = {"Condition": draw(st.sampled_from(["{% $exists($states.input.a) %}", "{% $states.input.a = 1 %}"]))}
    else:
        test = {"Variable": "$.a", **draw(st.sampled_from([{"IsPresent": True}, {"NumericGreaterThan": 0}]))}
    rule = {**test, "Next": draw(st.sampled_from(names))}
    return {"Choices": [rule], "Default": following}


@st.composite
def _parallel(
    draw: st.DrawFn,
    language: str,
    names: list[str],
    following: str | None,
    max_states: int,
    depth: int,
    numbers: Iterator[int],
) -> dict[str, Json]:
    branches = [draw(_machine(language, max_states, depth - 1, numbers)) for _ in range(draw(st.integers(1, 2)))]
    return {"Branches": branches, **draw(_failing(language, names))}


@st.composite
def _map(
    draw: st.DrawFn,
    language: str,
    names: list[str],
    following: str | None,
    max_states: int,
    depth: int,
    numbers: Iterator[int],
) -> dict[str, Json]:
    if language == "JSONata":
        items = {"Items": draw(st.sampled_from(["{% $states.input.items %}", [1, 2], "{% [1..3] %}"]))}
    else:
        items = draw(st.fixed_dictionaries({}, optional={"ItemsPath": st.sampled_from(["$", "$.items"])}))
    return {
        **items,
        "MaxConcurrency": draw(st.integers(0, 2)),
        "ItemProcessor": draw(_machine(language, max_states, depth - 1, numbers)),
        **draw(_failing(language, names)),
    }


@st.composite
def _fail(draw: st.DrawFn, *rest: Any) -> dict[str, Json]:
    return draw(st.fixed_dictionaries({}, optional={"Error": st.just("MyError"), "Cause": st.just("It broke.")}))


def _succeed(*rest: Any) -> SearchStrategy[dict[str, Json]]:
    return st.just({})


STATES: dict[str, Callable[..., SearchStrategy[dict[str, Json]]]] = {
    "Pass": _pass,
    "Wait": _wait,
    "Task": _task,
    "Choice": _choice,
    "Parallel": _parallel,
    "Map": _map,
    "Fail": _fail,
    "Succeed": _succeed,
}
