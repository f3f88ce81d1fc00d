"""Hypothesis strategies: state machines, their inputs, what their tasks answer; all shrink to something readable.

Needs the package hypothesis.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from itertools import count, product
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from aslkit.definition.model import Map, StateMachine, Task, all_states
from aslkit.definition.spelling import nearest
from aslkit.language.errors import ALL
from aslkit.language.payload import json_text
from aslkit.lint.graph import loops, outer_states, regular
from aslkit.operations.contract import contract
from aslkit.simulation.exploration.catalogue import LASTING, catalogue
from aslkit.simulation.resources.scripted import Fails, Returns, Takes, When
from aslkit.testing import ScenarioError, check_type
from aslkit.testing.answers import answers
from aslkit.testing.script import MACHINE, Scripted, scenario
from aslkit.testing.values import Leaf, Many, Values, Whole, plainest, values_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from aslkit.definition.model import State
    from aslkit.simulation.exploration.catalogue import Mishap
    from aslkit.simulation.resources.scripted import Reply

__all__ = ["inputs", "outcomes", "scenario", "state_machines"]

Json = Any

RESOURCES = (
    "arn:aws:states:::glue:startJobRun.sync",
    "arn:aws:states:::lambda:invoke",
    "arn:aws:states:::sns:publish",
    "arn:aws:states:::aws-sdk:s3:listBuckets",
)
ERRORS = ("States.TaskFailed", "States.Timeout", "Glue.ConcurrentRunsExceededException", "MyError")
"""What a task may fail with, beside what its service and its own retriers and catchers know."""
MAX_FAULTS = 3
"""How many things go wrong in one execution."""
MAX_ANSWERS = 3
"""How many invocations of a task are answered one by one."""
LATE = (5.0, 600.0)
"""The seconds after which something comes that does not come when it usually does."""

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
    """Inputs that keep the contract of a machine (`aslkit input`): what a state fails without is there, other fields
    that are read may be.

    Each value is of use to what reads it: a topic is the ARN of one, what a choice rule compares lies on either side of
    what it is compared with, arrays are short. Any value at all is drawn for a machine that reads nothing. Raises
    TypeError for what is no machine.
    """
    check_type("machine", machine, StateMachine, MACHINE)
    fields = contract(machine)
    return _drawn(values_of(machine, fields)) if fields else VALUES


def _drawn(values: Values) -> SearchStrategy[Json]:
    """Values of which there is to choose from."""
    match values:
        case Leaf():
            return st.sampled_from(values.values).map(deepcopy)
        case Whole():
            parts = {name: _drawn(part.values) for name, part in values.parts.items()}
            needed = {name: strategy for name, strategy in parts.items() if values.parts[name].needed}
            rest = {name: strategy for name, strategy in parts.items() if name not in needed}
            return st.fixed_dictionaries(needed, optional=rest)
        case Many():
            return _lists(values)


def _lists(values: Many) -> SearchStrategy[Json]:
    """Arrays in which no plain value stands twice, if there are enough of them."""
    most = max(values.least, MAX_ITEMS)
    if isinstance(values.each, Leaf) and len(values.each.values) >= most:
        return st.lists(_drawn(values.each), min_size=values.least, max_size=most, unique_by=json_text)
    return st.lists(_drawn(values.each), min_size=values.least, max_size=most)


MAX_ITEMS = 3
"""How many elements an array has, unless one behind them is read."""


# --- what tasks answer -----------------------------------------------------------------------------------------------


def outcomes(machine: StateMachine, *, returns: Mapping[str, Json] | None = None) -> SearchStrategy[Scripted]:
    """What the tasks of a machine answer: most succeed, and up to MAX_FAULTS things go wrong.

    A fault befalls one invocation of a state or all from one on, in one map iteration or in each: an error that its
    service, its Retry or its Catch knows or another one, a late answer, a strange one, or none. Where no fake answers
    by itself, a task gives what the definition reads of its result, mostly what leads to a good end. `returns` says
    what states give instead: state -> a result, as `returns` of a scenario has it, or a strategy for it.

    What is drawn is shown as the `when` of a scenario. The simplest is that nothing goes wrong. For a state in
    `returns` that is no Task drawing raises ScenarioError: that test fails, and not the import of all tests beside it.
    Raises TypeError for what is no machine, and for `returns` that are no results by state.
    """
    check_type("machine", machine, StateMachine, MACHINE)
    check_type("returns", returns, (Mapping, type(None)), "an object of results by state")
    for name in returns or {}:
        check_type("returns", name, str, "the name of a state before each result")
    tasks = {state.name: state for _, state in all_states(machine) if isinstance(state, Task)}
    usual = {name: _plainest(values) for name, values in answers(machine).items()}
    results = {name: usual[name] | _drawn(values) for name, values in answers(machine).items()}
    for name, value in (returns or {}).items():
        results[name] = usual[name] = value if isinstance(value, SearchStrategy) else st.just(value).map(deepcopy)
    given = [
        _answers(name, results[name], usual[name], again=_comes_again(machine, state))
        for name, state in tasks.items()
        if name in results
    ]
    wrong: SearchStrategy[list[When]] = st.just([])
    if tasks:
        wrong |= st.lists(_faults(machine, tasks, usual), min_size=1, max_size=MAX_FAULTS, unique_by=_invocation)

    @st.composite
    def accounts(draw: st.DrawFn) -> Scripted:
        __tracebackhide__ = True
        _check_tasks(returns or {}, tasks)
        faults = draw(wrong)
        answered = [when for strategy in given for when in draw(strategy)]
        return Scripted(script=(*faults, *answered))

    return accounts()


def _check_tasks(names: Iterable[str], tasks: Mapping[str, Task]) -> None:
    __tracebackhide__ = True
    for name in names:
        if name not in tasks:
            meant = nearest(name, list(tasks))
            guess = f"; did you mean '{meant}'?" if meant else ""
            raise ScenarioError(f"returns: the definition has no Task '{name}'{guess}")


def _plainest(values: Values) -> SearchStrategy[Json]:
    return st.just(plainest(values)).map(deepcopy)


def _answers(
    state: str, results: SearchStrategy[Json], usual: SearchStrategy[Json], *, again: bool
) -> SearchStrategy[tuple[When, ...]]:
    """The answers to a state: the same each time; in a loop the first ones differ, and the last leads out of it."""
    if not again:
        return results.map(lambda value: (When(Returns(value), state=state, last=None),))
    return st.tuples(st.lists(results, max_size=MAX_ANSWERS - 1), usual).map(
        lambda drawn: (
            *(When(Returns(value), state=state, first=at, last=at) for at, value in enumerate(drawn[0], 1)),
            When(Returns(drawn[1]), state=state, first=len(drawn[0]) + 1, last=None),
        )
    )


def _comes_again(machine: StateMachine, state: State) -> bool:
    """Whether a state, or one around it, stands in a loop."""
    scopes = {found.pointer: scope for scope, found in all_states(machine)}
    return any(one.name in loops(scopes[one.pointer]) for one in (state, *outer_states(machine, state)))


# --- what goes wrong -------------------------------------------------------------------------------------------------


def _faults(
    machine: StateMachine, tasks: Mapping[str, Task], usual: Mapping[str, SearchStrategy[Json]]
) -> SearchStrategy[When]:
    """Something that goes wrong in one of the tasks: in a third of all cases in one that is entered only when something
    else has gone wrong, if there is one."""
    menus = catalogue(machine)
    groups: list[list[_Fault]] = [[], []]
    for name, state in tasks.items():
        places = _places(sum(isinstance(outer, Map) for outer in outer_states(machine, state)))
        replies = _replies(menus[name], _named(machine, state), usual.get(name))
        staying = [mishap.reply for mishap in menus[name] if mishap.times == (LASTING,)]
        group = groups[0 if _is_regular(machine, state) else 1]
        group += [_Fault(name, reply, places, reply in staying) for reply in replies]
    groups = [group for group in (groups[0], *groups) if group]

    # few choices for each fault, and no list of strategies: a list of these shrinks well
    @st.composite
    def faults(draw: st.DrawFn) -> When:
        group = groups[draw(st.integers(0, len(groups) - 1))]
        state, reply, places, stays = group[draw(st.integers(0, len(group) - 1))]
        first, lasts, iteration = places[draw(st.integers(0, len(places) - 1))]
        return When(
            draw(reply) if isinstance(reply, SearchStrategy) else reply,
            state=state,
            first=first,
            last=None if lasts or stays else first,
            iteration=iteration,
        )

    return faults()


class _Fault(NamedTuple):
    """What may go wrong in a state, and where; `stays`: no second call mends it."""

    state: str
    reply: Reply | SearchStrategy[Reply]
    places: list[_Place]
    stays: bool


def _is_regular(machine: StateMachine, state: State) -> bool:
    """Whether a state can be entered although nothing was caught."""
    scopes = {found.pointer: scope for scope, found in all_states(machine)}
    return all(one.name in regular(scopes[one.pointer]) for one in (state, *outer_states(machine, state)))


_Place = tuple[int, bool, tuple[int, ...] | None]
"""(the first invocation, whether all later ones are meant too, the map iteration or None for each)"""


def _places(maps: int) -> list[_Place]:
    """Where something may go wrong in a state inside so many Maps. Most tasks are invoked once, or retried until they
    succeed: what befalls the first invocation, and what lasts from there on, stands here more than once."""
    often = [(1, False), (1, False), *[(1, True)] * 4]
    later = [(first, lasts) for first in range(2, MAX_ANSWERS + 1) for lasts in (False, True)]
    iterations: list[tuple[int, ...] | None] = [None, *(product(range(MAX_ITEMS), repeat=maps) if maps else ())]
    return [(first, lasts, iteration) for iteration in iterations for first, lasts in (*often, *later)]


def _invocation(when: When) -> tuple[str | None, int, tuple[int, ...] | None]:
    return when.state, when.first, when.iteration


def _replies(
    menu: Sequence[Mishap], named: set[str], usual: SearchStrategy[Json] | None
) -> Iterator[Reply | SearchStrategy[Reply]]:
    """What a task may answer when something goes wrong; `usual` is what it answers else, None where a fake does."""
    yield from (mishap.reply for mishap in menu)
    yield from (Fails(error, cause) for error in dict.fromkeys((*ERRORS, *sorted(named))) for cause in CAUSES)
    for after in LATE:
        yield Takes(after) if usual is None else st.builds(Returns, value=usual, after=st.just(after))
        yield from (_later(mishap.reply, after) for mishap in menu if mishap.timed)
    if usual is not None:
        yield st.builds(Returns, value=VALUES)


CAUSES = (None, "It broke.")


def _later(reply: Reply, after: float) -> Reply:
    return type(reply)(**{**reply.__dict__, "after": after})


def _named(machine: StateMachine, state: Task) -> set[str]:
    """The error names that the retriers and catchers of a state, and of those around it, know."""
    found: set[str] = set()
    for one in (state, *outer_states(machine, state)):
        found.update(*(retrier.error_equals for retrier in one.retry))
        found.update(*(catcher.error_equals for catcher in one.catch))
    return found - {ALL}


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
