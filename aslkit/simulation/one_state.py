"""A definition and the name of a state -> that state alone, and the program of a machine that has no other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aslkit.definition import model
from aslkit.definition.document import DefinitionError, load
from aslkit.definition.model import JSONATA, JSONPATH, StateMachine, parse
from aslkit.definition.resource import ACTIVITY, parse_resource
from aslkit.language.payload import json_text
from aslkit.record import Record
from aslkit.simulation.limits import MAX_PAYLOAD, TOO_DEEP, size_of
from aslkit.simulation.program import SimulationRefused, compile_machine
from aslkit.simulation.refusals import invalid, invalid_text, refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.simulation.states import StateProgram

Json = Any

NAME = "StateName"
"""What TestState calls the state that it runs, whatever its own name is (recorded on AWS)."""
MAX_DEFINITION = 1_048_576
"""Bytes of a definition. Source: Step Functions quotas."""


def fitting(value: Json, name: str, code: str = "ValidationException", limit: int = MAX_PAYLOAD) -> Json:
    """The value, which is JSON and within the limit of bytes and of depth. Raises TestStateError."""
    try:
        size = size_of(value, limit)
        if TOO_DEEP < size <= limit:
            json_text(value)
    except (AttributeError, TypeError, ValueError):
        raise refused(f"The {name} is not JSON", code) from None
    if size == TOO_DEEP:
        raise refused(f"The {name} is nested too deep", code)
    if size > limit:
        raise refused(f"The {name} takes more than {limit:,} bytes", code)
    return value


def json_value(text: str) -> Json:
    """The value of a JSON text. Raises ValueError, also for NaN and Infinity, and RecursionError."""
    return json.loads(text, parse_constant=_no_constant)


def _no_constant(word: str) -> Json:
    raise ValueError(word)


WORKING = frozenset({"Task", "Parallel", "Map"})
"""The states whose work needs a role, and can be mocked."""


class Tested(Record):
    """The state of a test: its raw JSON, the query language in force, where it stands, and the names of the states that
    it may lead to (None where nothing is known of them)."""

    raw: Mapping[str, Json]
    language: str
    pointer: Pointer
    siblings: Mapping[str, Json] | None = None

    @property
    def type(self) -> str:
        return str(self.raw["Type"])

    @property
    def waits(self) -> bool:
        """Whether it is a task that waits for more than a service's first answer: for a job, a token or a worker."""
        resource = self.raw.get("Resource")
        arn = parse_resource(resource) if self.type == "Task" and isinstance(resource, str) else None
        return arn is not None and (bool(arn.pattern) or arn.service == ACTIVITY)


def find(definition: Json, name: str | None) -> Tested:
    """The state that a call is about. Raises TestStateError where the definition does not have it."""
    data = _data(definition)
    if name is None:
        if "States" in data and "Type" not in data:
            raise invalid("The definition is a whole state machine: stateName says which of its states to test", ())
        return _known(data, _language(data, JSONPATH), (), None)
    missing = [field for field in ("States", "StartAt") if field not in data]
    if missing:
        raise invalid(f"These fields are required: [{', '.join(missing)}]", ())
    for pointer, raw, inherited, siblings in _states(data):
        if pointer[-1] == name:
            return _known(raw, _language(raw, inherited), pointer, siblings)
    raise refused("State not found in definition")


def _data(definition: Json) -> dict[str, Json]:
    if isinstance(definition, StateMachine):
        definition = definition.document.data
    elif isinstance(definition, str):
        try:
            definition = load(definition, source="definition").data
        except DefinitionError as error:
            raise invalid_text(f"INVALID_JSON_DESCRIPTION: {error}") from None
    if not isinstance(definition, dict):
        raise invalid_text("INVALID_JSON_DESCRIPTION: Definition must be a valid JSON object")
    found: dict[str, Json] = fitting(definition, "definition", "InvalidDefinition", MAX_DEFINITION)
    return found


def _known(raw: Json, language: str, pointer: Pointer, siblings: Mapping[str, Json] | None) -> Tested:
    if not isinstance(raw, dict) or "Type" not in raw:
        raise invalid("These fields are required: [Type]", pointer)
    if raw["Type"] not in WORDS:
        raise invalid(f"The field 'Type' should have one of these values: [{', '.join(WORDS)}]", (*pointer, "Type"))
    return Tested(raw, language, pointer, siblings)


WORDS = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map")


def _states(data: Json) -> Iterator[tuple[Pointer, Json, str, Mapping[str, Json]]]:
    """(place, raw state, query language around it, its siblings) of every state, those inside others too."""
    pending: list[tuple[Pointer, Json, str]] = [((), data, JSONPATH)]
    for place, machine, inherited in pending:  # which grows meanwhile
        states = machine.get("States") if isinstance(machine, dict) else None
        if not isinstance(states, dict):
            continue
        language = _language(machine, inherited)
        for name, raw in states.items():
            pointer = (*place, "States", name)
            yield pointer, raw, language, states
            pending.extend((inner, below, language) for inner, below in _machines(pointer, raw))


def _machines(pointer: Pointer, raw: Json) -> Iterator[tuple[Pointer, Json]]:
    if not isinstance(raw, dict):
        return
    branches = raw.get("Branches")
    for index, branch in enumerate(branches if isinstance(branches, list) else ()):
        yield (*pointer, "Branches", index), branch
    for field in ("ItemProcessor", "Iterator"):
        if field in raw:
            yield (*pointer, field), raw[field]


def inner_names(tested: Tested) -> set[str]:
    """The names of the states inside a Parallel or a Map."""
    around = {"States": {NAME: tested.raw}}
    return {str(pointer[-1]) for pointer, *_ in _states(around) if len(pointer) > 2}


def _language(raw: Json, inherited: str) -> str:
    own = raw.get("QueryLanguage") if isinstance(raw, dict) else None
    return own if own in (JSONPATH, JSONATA) else inherited


NOTHING_INSIDE = {"StartAt": "Inside", "States": {"Inside": {"Type": "Pass", "End": True}}}
"""What stands for a branch or an item processor whose work is mocked."""


def own_part(tested: Tested) -> dict[str, Json]:
    """The state without what it contains, which is mocked; a Map as a distributed one, which may have all fields."""
    raw = dict(tested.raw)
    if tested.type == "Parallel":
        raw["Branches"] = [NOTHING_INSIDE]
    elif tested.type == "Map":
        processor = next((field for field in ("ItemProcessor", "Iterator") if field in raw), "ItemProcessor")
        raw[processor] = {**NOTHING_INSIDE, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    return raw


def machine_of(raw: Mapping[str, Json], language: str) -> StateMachine:
    """The machine of that one state."""
    definition = {"QueryLanguage": language, "StartAt": NAME, "States": {NAME: raw}}
    try:
        return parse(load(json.dumps(definition), source="definition"))
    except DefinitionError as error:
        raise invalid_text(error.message) from None


def with_targets(machine: StateMachine, tested: Tested) -> StateMachine:
    """The machine with a state that does nothing in the place of each state that the tested one leads to."""
    states = dict(machine.states)
    for place, target in machine.states[NAME].transitions():
        if tested.siblings is not None and target not in tested.siblings:
            where = (*tested.pointer, *place[2:])
            raise invalid(f"Missing '{place[-1]}' target: {target}", where, "MISSING_TRANSITION_TARGET")
        if target not in states:
            pointer = ("States", target)
            states[target] = model.Succeed.of({"pointer": pointer, "raw": {"Type": "Succeed"}, "name": target})
    return StateMachine.of({**vars(machine), "states": states})


def compiled(machine: StateMachine, tested: Tested) -> StateProgram:
    """The program of the tested state. Raises TestStateError, with the place, for a state that cannot run."""
    try:
        return compile_machine(machine).start
    except SimulationRefused as error:
        message = error.message.replace(f"state '{NAME}'", "the state")
        raise invalid(message, (*tested.pointer, *error.pointer[2:])) from None
