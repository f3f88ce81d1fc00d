"""A document and its state machine -> the scenarios that it writes down, and a remark for everything that does not fit.

The tables at the end are the whole format; schemas/scenario.schema.json says the same to editors.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from aslkit.definition.document import pointer_text
from aslkit.definition.model import Retrying, Task, walk
from aslkit.definition.resource import LAMBDA_ARN, parse_resource
from aslkit.record import Record
from aslkit.simulation import reading
from aslkit.simulation.expectation import EXPECTATIONS, THEN
from aslkit.simulation.exploration.settings import EXPLORE
from aslkit.simulation.faults import FAULTS
from aslkit.simulation.reading import UNFIT, Closed, ListOf, MapOf, OneOf, Remark, Unfit, shown, suggestion, unfit
from aslkit.simulation.resources.glue import MAX_TIMEOUT
from aslkit.simulation.resources.scripted import Fails, Faulty, Hangs, Returns, Takes, When

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from aslkit.definition.document import Document, Pointer
    from aslkit.definition.model import State, StateMachine
    from aslkit.simulation.resources.scripted import Reply

Json = Any

SUFFIX = ".scenarios."
DEFINITION_SUFFIX = ".asl."


class Stop(Record):
    """Somebody stops the execution (StopExecution) `after` so many seconds since it started or was redriven."""

    pointer: Pointer
    after: float
    error: str | None = None
    cause: str | None = None


class Part(Record):
    """A part of an execution, up to its end: from its start, or from a redrive `after` so many seconds since it had
    ended. The script holds in this part alone, what is expected is expected of the whole so far."""

    pointer: Pointer
    after: float
    whens: tuple[tuple[Pointer, When], ...]
    stop: Stop | None
    then: Mapping[str, Any]


class Scenario(Record):
    """One scenario: what is given, what the script says (with the place of each entry), and what is expected.

    `given` and `then` are as GIVEN and THEN read them. `remarks` are about its own part of the file; a scenario with
    remarks is not run.
    """

    name: str
    pointer: Pointer
    given: Mapping[str, Any]
    whens: tuple[tuple[Pointer, When], ...]
    then: Mapping[str, Any]
    remarks: tuple[Remark, ...] = ()
    tags: tuple[str, ...] = ()
    stop: Stop | None = None
    redrives: tuple[Part, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """The execution up to its first end, and every redrive of it."""
        return Part(self.pointer, 0.0, self.whens, self.stop, self.then), *self.redrives


class ScenarioFile(Record):
    """What a scenario file says; it may hold no scenario, only what is shared or explored. `given` and `shared` are its
    defaults, `explore` is as EXPLORE reads it; `remarks` belong to no single scenario."""

    document: Document
    definition: str
    given: Mapping[str, Any]
    shared: tuple[tuple[Pointer, When], ...]
    scenarios: tuple[Scenario, ...]
    remarks: tuple[Remark, ...] = ()
    explore: Mapping[str, Any] = {}


def definition_name(document: Document) -> str:
    """The name of the definition that a scenario file is about, as seen from the file's folder: what it says under
    `definition`, else its own name with `.asl.` in place of `.scenarios.`."""
    said = _said_definition(document)
    if said is not None:
        return said
    own = re.split(r"[/\\]", document.source)[-1]
    stem, found, ending = own.rpartition(SUFFIX)
    return f"{stem}{DEFINITION_SUFFIX}{ending}" if found else own


def _said_definition(document: Document) -> str | None:
    data = document.data
    said = data.get("definition") if isinstance(data, dict) else None
    return said if isinstance(said, str) and said else None


def unreadable_definition(document: Document) -> str:
    """How a message begins on the definition of a scenario file that cannot be read: with the line where its name is
    written, if it is; what comes behind says which file and why."""
    if _said_definition(document) is None:
        return f"{document.source} is about a definition that cannot be read"
    line, column = document.span(("definition",))[:2]
    return f"{document.source}:{line}:{column}: the definition cannot be read"


def file_text(name: str) -> str:
    """The name of a file in a message: a NUL, which no name has, is written so that it can be seen."""
    return name.replace("\0", "\\0")


def read_scenarios(document: Document, machine: StateMachine) -> ScenarioFile:
    """The scenarios that a document writes down; never raises: what does not fit becomes a remark."""
    remarks = [
        Remark(twice.pointer, f"the key '{twice.pointer[-1]}' stands twice here; only the last one counts")
        for twice in document.duplicates
    ]
    read = FILE(document.data, (), remarks)
    top: dict[str, Any] = {} if isinstance(read, Unfit) else read
    states = {state.name: state for _, state in walk(machine)}
    defaults = top.get("defaults", {})
    _check_source(defaults.get("given", {}), ("defaults", "given"), remarks)
    shared = tuple(_whens(defaults.get("when", ()), states, remarks))
    remarks.extend(
        Remark(pointer, "a stop belongs to one scenario, and not to what all of them share")
        for pointer, raw in defaults.get("when", ())
        if STOP in raw
    )
    scenarios = [_scenario(raw, pointer, states, machine, remarks) for pointer, raw in top.get("scenarios", ())]
    if top.get("scenarios") == []:
        remarks.append(Remark(("scenarios",), "there is no scenario here, so that nothing is checked"))
    remarks.extend(_repeated(scenarios))
    own, rest = _sorted(remarks)
    return ScenarioFile(
        document=document,
        definition=definition_name(document),
        given=defaults.get("given", {}),
        shared=shared,
        scenarios=tuple(_remarked(scenario, own.get(scenario.pointer, ())) for scenario in scenarios),
        remarks=tuple(rest),
        explore=top.get("explore", {}),
    )


def _sorted(remarks: list[Remark]) -> tuple[dict[Pointer, list[Remark]], list[Remark]]:
    """The remarks of each scenario by its place, and the others."""
    own: dict[Pointer, list[Remark]] = {}
    rest = []
    for remark in remarks:
        if len(remark.pointer) >= 2 and remark.pointer[0] == "scenarios":
            own.setdefault(remark.pointer[:2], []).append(remark)
        else:
            rest.append(remark)
    return own, rest


def _remarked(scenario: Scenario, remarks: Iterable[Remark]) -> Scenario:
    return Scenario(**{**scenario.__dict__, "remarks": tuple(remarks)})


def _repeated(scenarios: list[Scenario]) -> Iterator[Remark]:
    counts = Counter(scenario.name for scenario in scenarios)
    for scenario in scenarios:
        if counts[scenario.name] > 1:
            yield Remark((*scenario.pointer, "name"), f"{counts[scenario.name]} scenarios are named '{scenario.name}'")


def _scenario(
    raw: dict[str, Any], pointer: Pointer, states: Mapping[str, State], machine: StateMachine, remarks: list[Remark]
) -> Scenario:
    given = raw.get("given", {})
    _check_source(given, (*pointer, "given"), remarks)
    first, *redrives = (
        _part(one, place, states, machine, remarks) for place, one in ((pointer, raw), *raw.get("redrive", ()))
    )
    return Scenario(
        name=raw.get("name", pointer_text(pointer)),
        pointer=pointer,
        given=given,
        whens=first.whens,
        then=first.then,
        tags=tuple(tag for _, tag in raw.get("tags", ())),
        stop=first.stop,
        redrives=tuple(redrives),
    )


def _part(
    raw: dict[str, Any], pointer: Pointer, states: Mapping[str, State], machine: StateMachine, remarks: list[Remark]
) -> Part:
    when, then = raw.get("when", ()), raw.get("then", {})
    remarks.extend(unknown_states(then, (*pointer, "then"), machine))
    return Part(
        pointer=pointer,
        after=raw.get("after", 0.0),
        whens=tuple(_whens(when, states, remarks)),
        stop=_stop(when, remarks),
        then=then,
    )


def _check_source(given: Mapping[str, Any], pointer: Pointer, remarks: list[Remark]) -> None:
    """Remarks on a second source of the input."""
    sources = [name for name in SOURCES if name in given]
    remarks.extend(
        Remark((*pointer, name), f"the input already comes from `{sources[0]}`; an execution has one input")
        for name in sources[1:]
    )


SOURCES = ("input", "file", "schedule")
"""The keys of `given` that say where the input comes from."""


# --- when ------------------------------------------------------------------------------------------------------------


def _whens(
    entries: Iterable[tuple[Pointer, dict[str, Any]]], states: Mapping[str, State], remarks: list[Remark]
) -> Iterator[tuple[Pointer, When]]:
    for pointer, raw in entries:
        unfit_keys = {one.pointer[len(pointer)] for one in remarks if one.pointer[:-1] == pointer}
        target = _only(raw, TARGETS, pointer, "what this entry is about", unfit_keys, remarks)
        if STOP in raw or STOP in unfit_keys:
            continue
        outcome = _outcome(raw, pointer, unfit_keys, remarks)
        if target is None or outcome is None:
            continue
        wrong = list(_misplaced(raw, target, outcome, pointer, states))
        remarks.extend(wrong)
        if not wrong:
            yield pointer, _when(raw, target, _reply(raw, outcome))


STOP = "stop"
TARGETS = ("state", "job", "resource", STOP)
PRESETS = tuple(FAULTS)
OWN_WORDS = ("returns", "fails", "hangs")
OUTCOMES = (*OWN_WORDS, *PRESETS)


def _only(
    raw: Mapping[str, Any],
    names: tuple[str, ...],
    pointer: Pointer,
    what: str,
    unfit_keys: AbstractSet[str | int],
    remarks: list[Remark],
) -> str | None:
    """The one of these keys that is given; None after a remark when there is none or more than one, or when the value
    of one does not fit, which has its remark already."""
    found = [name for name in names if name in raw]
    if not unfit_keys.isdisjoint(names):
        return None
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"`{name}`" for name in names)
    if not found:
        remarks.append(Remark(pointer, f"{what} is not said: one of {listed} is expected"))
    else:
        remarks.append(Remark((*pointer, found[1]), f"`{found[0]}` and `{found[1]}` exclude each other"))
    return None


def _outcome(
    raw: Mapping[str, Any], pointer: Pointer, unfit_keys: AbstractSet[str | int], remarks: list[Remark]
) -> str | None:
    """The key that says what comes out; `after` when that stands alone."""
    if "after" in raw and not any(name in raw or name in unfit_keys for name in OUTCOMES):
        return "after"
    return _only(raw, OUTCOMES, pointer, "what comes out", unfit_keys, remarks)


def _stop(entries: Iterable[tuple[Pointer, dict[str, Any]]], remarks: list[Remark]) -> Stop | None:
    """The one entry that stops the execution, if there is one."""
    stops = [(pointer, raw) for pointer, raw in entries if STOP in raw]
    for pointer, raw in stops:
        remarks.extend(
            Remark((*pointer, name), f"`{name}` says nothing of a stop, which has an `error` and a `cause`")
            for name in raw
            if name not in (*TARGETS, "error", "cause")
        )
    remarks.extend(Remark(pointer, "an earlier entry stops the execution, which ends it") for pointer, _ in stops[1:])
    return next((Stop(place, raw[STOP], raw.get("error"), raw.get("cause")) for place, raw in stops), None)


def _misplaced(
    raw: Mapping[str, Any], target: str, outcome: str, pointer: Pointer, states: Mapping[str, State]
) -> Iterator[Remark]:
    """What does not go together in an entry."""
    if outcome not in PRESETS:
        for name in ("error", "message"):
            if name in raw:
                yield Remark((*pointer, name), f"`{name}` changes a fault preset, and there is none in this entry")
    if "cause" in raw:
        yield Remark((*pointer, "cause"), "`cause` belongs to a `stop`, or inside `fails`")
    if outcome == "hangs" and "after" in raw:
        yield Remark((*pointer, "after"), "what hangs never answers; `after` says nothing here")
    calls = list(_calls(raw[target], target, states))
    if "heartbeats" in raw and outcome not in OWN_WORDS:
        yield Remark(
            (*pointer, "heartbeats"), f"`heartbeats` go with one of {', '.join(f'`{one}`' for one in OWN_WORDS)}"
        )
    elif "heartbeats" in raw and calls and not any(map(_may_hear, calls)):
        message = f"{target} '{raw[target]}' is no activity and waits for no task token: nobody sends heartbeats to it"
        yield Remark((*pointer, "heartbeats"), message)
    if "repeat" in raw and raw.get("invocation", EACH) == EACH:
        yield Remark((*pointer, "repeat"), "this entry answers each invocation already; `repeat` says nothing here")
    services = {"glue"} if target == "job" else {_service(resource) for resource in calls}
    if not services:
        yield Remark((*pointer, target), _no_target(raw[target], target, states))
    elif outcome in PRESETS and outcome not in (*services, "states"):
        called = " and ".join(sorted(services))
        message = f"{target} '{raw[target]}' calls {called}; a fault of {outcome} never happens there"
        yield Remark((*pointer, outcome), message)


def _calls(name: str, target: str, states: Mapping[str, State]) -> Iterator[str]:
    """The resources of the tasks that an entry is about; of a Glue job all that call Glue."""
    for state in states.values():
        if not isinstance(state, Task) or state.resource is None:
            continue
        resource, arn = state.resource, parse_resource(state.resource)
        named = {
            "state": state.name == name,
            "job": _service(resource) == "glue",
            "resource": name in (resource, f"{arn.service}:{arn.action}" if arn is not None else ""),
        }
        if named[target]:
            yield resource


def _service(resource: str) -> str:
    """The service that a resource calls."""
    arn = parse_resource(resource)
    return resource if arn is None else "lambda" if arn.service == LAMBDA_ARN else arn.service


def _may_hear(resource: str) -> bool:
    """Whether a resource hears heartbeats, for all that is known of it."""
    arn = parse_resource(resource)
    return arn is None or arn.hears_heartbeats


def _no_target(name: str, target: str, states: Mapping[str, State]) -> str:
    if target == "resource":
        known = sorted({state.resource for state in states.values() if isinstance(state, Task) and state.resource})
        return f"no state calls '{name}'{suggestion(name, known)}"
    if name in states:
        return f"state '{name}' is a {states[name].type}; only a Task asks a service for an answer"
    return _no_state(name, [known for known, state in states.items() if isinstance(state, Task)])


def _no_state(name: str, known: list[str]) -> str:
    return f"the definition has no state '{name}'{suggestion(name, known)}"


def _interval(value: Json, pointer: Pointer, remarks: list[Remark]) -> float | Unfit:
    """A duration that is longer than nothing."""
    length = reading.seconds(value, pointer, remarks)
    return length or unfit(value, pointer, remarks, "a duration of more than 0 seconds")


def _when(raw: Mapping[str, Any], target: str, reply: Reply) -> When:
    first, last = raw.get("invocation", EACH)
    return When(
        reply=reply,
        first=first,
        last=None if raw.get("repeat") else last,
        iteration=raw.get("iteration"),
        **{target: raw[target]},
    )


def _reply(raw: Mapping[str, Any], outcome: str) -> Reply:
    after, beat = raw.get("after"), raw.get("heartbeats")
    match outcome:
        case "after":
            return Takes(after=raw["after"])
        case "returns":
            return Returns(value=raw["returns"], after=after, beat=beat)
        case "fails":
            return Fails(error=raw["fails"].get("error"), cause=raw["fails"].get("cause"), after=after, beat=beat)
        case "hangs":
            return Hangs(beat=beat)
        case _:
            return Faulty(fault=raw[outcome], error=raw.get("error"), message=raw.get("message"), after=after)


# --- then ------------------------------------------------------------------------------------------------------------


def unknown_states(then: Mapping[str, Any], pointer: Pointer, machine: StateMachine) -> Iterator[Remark]:
    """The names in `then`, as THEN reads it, that are no names of states, or of states that the expectation says
    nothing of."""
    states = {state.name: state for _, state in walk(machine)}
    for key, value in then.items():
        which = EXPECTATIONS[key].states
        if not which:
            continue
        named = (((*pointer, key, name), name) for name in value) if isinstance(value, dict) else value
        for place, name in named:
            yield from _unknown_state(name, place, which, states, machine)


def _unknown_state(
    name: str, place: Pointer, which: str, states: Mapping[str, State], machine: StateMachine
) -> Iterator[Remark]:
    state = states.get(name)
    if state is None:
        yield Remark(place, _no_state(name, list(states)))
    elif which == "top" and name not in machine.states:
        outer = state.pointer[1]
        yield Remark(place, f"state '{name}' stands inside '{outer}'; `path` names the states of the top level")
    elif which == "retrying" and not isinstance(state, Retrying):
        yield Remark(place, f"state '{name}' is a {state.type}; only Task, Parallel and Map are tried again")
    elif which == "calling" and not isinstance(state, Task):
        yield Remark(place, f"state '{name}' is a {state.type}; only a Task calls a service")


# --- the format ------------------------------------------------------------------------------------------------------

EACH = (1, None)
INVOCATION = re.compile(r"([1-9]\d{0,5})(?:-([1-9]\d{0,5}))?")


def _invocation(value: Json, pointer: Pointer, remarks: list[Remark]) -> tuple[int, int | None] | Unfit:
    """2, "2-3" or "each"; read as the first and the last, None without an end."""
    if value == "each":
        return EACH
    match = INVOCATION.fullmatch(str(value)) if type(value) in (int, str) else None
    if match is not None:
        first = int(match[1])
        last = int(match[2] or match[1])
        if first <= last:
            return first, last
    return unfit(value, pointer, remarks, "an invocation (1 is the first), a range like 2-3, or each")


def _iteration(value: Json, pointer: Pointer, remarks: list[Remark]) -> tuple[int, ...] | Unfit:
    """The index of a map iteration, or of nested ones, outermost first; from 0, as the history counts them."""
    indices = value if isinstance(value, list) else [value]
    if indices and all(type(index) is int and index >= 0 for index in indices):
        return tuple(indices)
    return unfit(value, pointer, remarks, "the index of a map iteration (from 0), or a list of them, outermost first,")


def _object(value: Json, pointer: Pointer, remarks: list[Remark]) -> dict[str, Json] | Unfit:
    return value if isinstance(value, dict) else unfit(value, pointer, remarks, "an object")


TAG = re.compile(r"[^\W_][\w.+/-]*")
CHOOSING = frozenset({"and", "or", "not"})
PYTEST_MARKS = frozenset(
    {"filterwarnings", "parametrize", "skip", "skipif", "tryfirst", "trylast", "usefixtures", "xfail"}
)
"""The marks by which pytest itself runs a test otherwise. Source: pytest, API reference, "Marks"."""


def _tag(value: Json, pointer: Pointer, remarks: list[Remark]) -> str | Unfit:
    """A word that `pytest -m` can choose by, and that does nothing else."""
    if not isinstance(value, str) or not value:
        return unfit(value, pointer, remarks, "a word")
    if TAG.fullmatch(value) and value not in (*CHOOSING, *PYTEST_MARKS):
        return value
    why = "is a mark of pytest, which runs a test otherwise; a tag only chooses scenarios"
    if value not in PYTEST_MARKS:
        why = "cannot be chosen by: `pytest -m` takes a word of letters, digits and . + / _ - that is not and, or, not"
    remarks.append(Remark(pointer, f"the tag {shown(value)} {why}"))
    return UNFIT


COUNT = reading.whole(1, 1_000_000)

JOB = Closed(
    "a Glue job",
    {
        "duration": reading.seconds,
        "MaxConcurrentRuns": COUNT,
        "Timeout": reading.whole(1, MAX_TIMEOUT),
        "MaxRetries": reading.whole(0, 10),
        "GlueVersion": reading.text,
        "WorkerType": reading.text,
        "NumberOfWorkers": COUNT,
        "JobRunQueuingEnabled": reading.boolean,
        "Command": OneOf({"glueetl": False, "pythonshell": True}),
    },
)
S3_OBJECT = Closed(
    "an S3 object",
    {"Bucket": reading.text, "Key": reading.text, "Body": reading.anything, "file": reading.text},
    required=("Bucket", "Key"),
)
GIVEN = Closed(
    "`given`",
    {
        "input": reading.anything,
        "file": reading.text,
        "schedule": Closed("`schedule`", {"rule": reading.text, "account": reading.text, "region": reading.text}),
        "with": _object,
        "without": ListOf("names of fields", reading.text),
        "start": reading.instant,
        "seed": reading.whole(0, 2**63 - 1),
        "glue": Closed(
            "`glue`",
            {
                "jobs": MapOf("Glue jobs by name", JOB),
                "duration": reading.seconds,
                "stopped": OneOf({"fails": True, "succeeds": False}),
            },
        ),
        "objects": ListOf("S3 objects", S3_OBJECT),
        "machines": MapOf("definitions by the name or ARN of their state machine", reading.text),
        "sns": Closed("`sns`", {"topics": ListOf("topic ARNs", reading.text), "fault": OneOf(FAULTS["sns"])}),
    },
)
WHEN = Closed(
    "an entry of `when`",
    {
        "state": reading.text,
        "job": reading.text,
        "resource": reading.text,
        "iteration": _iteration,
        "invocation": _invocation,
        "repeat": reading.true,
        "returns": reading.anything,
        "fails": Closed("`fails`", {"error": reading.text_or_null, "cause": reading.text_or_null}),
        "hangs": reading.true,
        **{service: OneOf(faults) for service, faults in FAULTS.items()},
        "error": reading.text,
        "message": reading.text_or_null,
        "after": reading.seconds,
        "heartbeats": _interval,
        "stop": reading.seconds,
        "cause": reading.text,
    },
)
WHENS = ListOf("entries", WHEN)
REDRIVE = Closed("a redrive", {"after": reading.seconds, "when": WHENS, "then": THEN})
SCENARIO = Closed(
    "a scenario",
    {
        "name": reading.text,
        "comment": reading.text,
        "tags": ListOf("words", _tag),
        "given": GIVEN,
        "when": WHENS,
        "then": THEN,
        "redrive": ListOf("redrives", REDRIVE),
    },
    required=("name", "then"),
)
FILE = Closed(
    "a scenario file",
    {
        "comment": reading.text,
        "definition": reading.text,
        "defaults": Closed("`defaults`", {"given": GIVEN, "when": WHENS}),
        "explore": EXPLORE,
        "scenarios": ListOf("scenarios", SCENARIO),
    },
    one_of=("scenarios", "defaults", "explore"),
)
