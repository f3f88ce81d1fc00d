"""Document -> StateMachine: one record for each thing that the States Language names, and a walk over them.

`parse` is total: a field of the wrong shape becomes absent (the schema rule reports it), so that every other rule runs
on every file. Each class below is the only statement of its fields: the field `timeout_seconds: int | str | None`
reads the JSON field `TimeoutSeconds`, and its annotation says which values fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aslkit.definition.document import Document, Pointer

Json = Any
"""A JSON value in plain Python: dict, list, str, int, float, bool or None. Shared, never mutated."""


class Absent:
    """The value of a JSON-valued field that is not written (`Result: null` is written). False in a condition."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()

JSONPATH = "JSONPath"
JSONATA = "JSONata"


class Placed(Record):
    """Something that stands at one place of a definition.

    `raw` is the plain object that is written there; a rule asks it whether a field is present at all
    (`"Retry" in raw`), because a misshapen field and a `${Substitution}` in place of a number are absent from the typed
    fields.
    """

    pointer: Pointer
    raw: Mapping[str, Json]


class Retrier(Placed):
    """An element of `Retry`. Source: States Language specification, "Retrying after error"."""

    error_equals: tuple[str, ...] = ()
    interval_seconds: int = 1
    max_attempts: int = 3
    backoff_rate: float = 2.0
    max_delay_seconds: int | None = None
    jitter_strategy: str = "NONE"
    comment: str | None = None

    def waits(self) -> Iterator[float]:
        """The seconds before attempt 2, 3, …: interval * rate^(k-1), capped; `max_attempts` numbers, without jitter."""
        for attempt in range(self.max_attempts):
            yield self.wait(attempt)

    def wait(self, earlier: int) -> float:
        """The seconds to wait when this retrier has retried `earlier` times before (0 for its first retry)."""
        cap = self.max_delay_seconds
        try:
            seconds = self.interval_seconds * self.backoff_rate**earlier
        except OverflowError:
            seconds = float("inf")
        return min(seconds, float(cap) if cap is not None else MAX_WAIT)


MAX_WAIT = 99_999_999.0
"""The longest wait that the service knows, in seconds (the maximum of every ...Seconds field)."""


class Catcher(Placed):
    """An element of `Catch`. Without `ResultPath` the error object {Error, Cause} replaces the whole input."""

    error_equals: tuple[str, ...] = ()
    next: str | None = None
    result_path: str | None = "$"
    assign: Json = ABSENT
    output: Json = ABSENT
    comment: str | None = None


class ChoiceRule(Placed):
    """A choice rule: a JSONata `condition`; or a comparison (`operator` on `variable` with `operand`); or And, Or, Not
    over `rules`. Only the outermost rule of an element of `Choices` has `next`."""

    next: str | None = None
    condition: Json = ABSENT
    variable: str | None = None
    operator: str | None = None
    operand: Json = ABSENT
    rules: tuple[ChoiceRule, ...] = ()
    assign: Json = ABSENT
    output: Json = ABSENT
    comment: str | None = None


class State(Placed):
    """What every state has. `query_language` is the one in force here: its own, else its machine's, else JSONPath."""

    name: str
    query_language: str = JSONPATH
    comment: str | None = None
    next: str | None = None
    end: bool = False
    input_path: str | None = "$"
    output_path: str | None = "$"
    assign: Json = ABSENT
    output: Json = ABSENT

    @property
    def type(self) -> str:
        """The state type as written in a definition: Task, Parallel, Map, Choice, Pass, Wait, Succeed, Fail."""
        return type(self).__name__

    @property
    def retry(self) -> tuple[Retrier, ...]:
        return ()

    @property
    def catch(self) -> tuple[Catcher, ...]:
        return ()

    @property
    def machines(self) -> tuple[StateMachine, ...]:
        """The state machines inside this state: a Parallel's branches, a Map's item processor."""
        return ()

    def transitions(self) -> Iterator[tuple[Pointer, str]]:
        """(place, target) of every transition that leaves this state: Next, Default, a choice rule's, a catcher's."""
        if self.next is not None:
            yield (*self.pointer, "Next"), self.next
        for catcher in self.catch:
            if catcher.next is not None:
                yield (*catcher.pointer, "Next"), catcher.next


class Pass(State):
    parameters: Json = ABSENT
    result: Json = ABSENT
    result_path: str | None = "$"


class Succeed(State):
    pass


class Fail(State):
    error: str | None = None
    error_path: str | None = None
    cause: str | None = None
    cause_path: str | None = None


class Wait(State):
    """Exactly one of the four durations is present; `seconds` and `timestamp` may be JSONata strings."""

    seconds: int | str | None = None
    seconds_path: str | None = None
    timestamp: str | None = None
    timestamp_path: str | None = None


class Choice(State):
    choices: tuple[ChoiceRule, ...] = ()
    default: str | None = None

    def transitions(self) -> Iterator[tuple[Pointer, str]]:
        for rule in self.choices:
            if rule.next is not None:
                yield (*rule.pointer, "Next"), rule.next
        if self.default is not None:
            yield (*self.pointer, "Default"), self.default


class Retrying(State):
    """What Task, Parallel and Map have in common: a result, and errors that Retry and Catch see."""

    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()
    parameters: Json = ABSENT
    arguments: Json = ABSENT
    result_selector: Json = ABSENT
    result_path: str | None = "$"


class Task(Retrying):
    """A task. Absent time-outs mean 99,999,999 s: in practice, never."""

    resource: str | None = None
    timeout_seconds: int | str | None = None
    timeout_seconds_path: str | None = None
    heartbeat_seconds: int | str | None = None
    heartbeat_seconds_path: str | None = None
    credentials: Json = ABSENT


class Parallel(Retrying):
    branches: tuple[StateMachine, ...] = ()

    @property
    def machines(self) -> tuple[StateMachine, ...]:
        return self.branches


class Map(Retrying):
    """A map. `item_processor` also holds what an old definition calls Iterator, `item_selector` its Parameters."""

    item_processor: StateMachine | None = None
    item_selector: Json = ABSENT
    items: Json = ABSENT
    items_path: str = "$"
    item_reader: Json = ABSENT
    item_batcher: Json = ABSENT
    result_writer: Json = ABSENT
    max_concurrency: int | str | None = None
    max_concurrency_path: str | None = None
    tolerated_failure_count: int | str | None = None
    tolerated_failure_count_path: str | None = None
    tolerated_failure_percentage: float | str | None = None
    tolerated_failure_percentage_path: str | None = None
    label: str | None = None

    @property
    def machines(self) -> tuple[StateMachine, ...]:
        return () if self.item_processor is None else (self.item_processor,)

    @property
    def distributed(self) -> bool:
        """Whether the items run as child executions of their own (ProcessorConfig.Mode DISTRIBUTED)."""
        return self.item_processor is not None and self.item_processor.processor_config.get("Mode") == "DISTRIBUTED"


class StateMachine(Placed):
    """A state machine: the whole definition (`pointer` is ()), a Parallel's branch, or a Map's item processor."""

    document: Document
    states: Mapping[str, State]
    processor_config: Mapping[str, Json]
    start_at: str | None = None
    comment: str | None = None
    version: str | None = None
    query_language: str = JSONPATH
    timeout_seconds: int | None = None


def walk(machine: StateMachine) -> Iterator[tuple[StateMachine, State]]:
    """Every state of the definition, each with the state machine that it stands in; a state before those inside it."""
    pending = [(machine, iter(machine.states.values()))]
    while pending:
        scope, states = pending[-1]
        state = next(states, None)
        if state is None:
            pending.pop()
            continue
        yield scope, state
        pending.extend((inner, iter(inner.states.values())) for inner in reversed(state.machines))


Found = TypeVar("Found")


def fact(find: Callable[[StateMachine], Found]) -> Callable[[StateMachine], Found]:
    """Makes `find`, a pure function of a state machine, look only once at each machine: many rules ask the same."""
    name = f"_{find.__module__}.{find.__qualname__}"

    def found(machine: StateMachine) -> Found:
        known = machine.__dict__
        if name not in known:
            known[name] = find(machine)
        return cast("Found", known[name])

    found.__name__, found.__doc__, found.__module__ = find.__name__, find.__doc__, find.__module__
    return found


@fact
def all_states(machine: StateMachine) -> tuple[tuple[StateMachine, State], ...]:
    """What `walk` yields, kept."""
    return tuple(walk(machine))


def parse(document: Document) -> StateMachine:
    """The state machine that a document writes down; never raises: what has the wrong shape is absent.

    Source: States Language specification.
    """
    data = document.data
    return _machine(document, (), data if isinstance(data, dict) else {}, JSONPATH)


def is_substitution(value: Json) -> bool:
    """Whether a value holds a `${Name}` that the deployment fills in, so that nothing is known of it here."""
    return isinstance(value, str) and "${" in value


def _machine(document: Document, pointer: Pointer, raw: Mapping[str, Json], inherited: str) -> StateMachine:
    values = _read(StateMachine, pointer, raw)
    language = values["query_language"] = _language(raw, inherited)
    states, config = raw.get("States"), raw.get("ProcessorConfig")
    values["document"] = document
    values["processor_config"] = config if isinstance(config, dict) else {}
    values["states"] = {
        name: state
        for name, value in (states.items() if isinstance(states, dict) else ())
        if (state := _state(document, (*pointer, "States", name), value, language)) is not None
    }
    return StateMachine.of(values)


def _language(raw: Mapping[str, Json], inherited: str) -> str:
    own = raw.get("QueryLanguage")
    return own if own in (JSONPATH, JSONATA) else inherited


def _state(document: Document, pointer: Pointer, raw: Json, inherited: str) -> State | None:
    """The state written at `pointer`, or None when its Type says nothing (the schema rule reports that)."""
    kind = raw.get("Type") if isinstance(raw, dict) else None
    cls = STATE_TYPES.get(kind) if isinstance(kind, str) else None
    if cls is None:
        return None
    values = _read(cls, pointer, raw)
    values["name"] = pointer[-1]
    values["query_language"] = _language(raw, inherited)
    if "Retry" in raw and issubclass(cls, Retrying):
        values["retry"] = _placed(Retrier, (*pointer, "Retry"), raw["Retry"])
    if "Catch" in raw and issubclass(cls, Retrying):
        values["catch"] = _placed(Catcher, (*pointer, "Catch"), raw["Catch"])
    if cls is Choice:
        values["choices"] = _rules((*pointer, "Choices"), raw.get("Choices"))
    elif cls is Parallel:
        values["branches"] = tuple(
            _machine(document, (*pointer, "Branches", index), branch, inherited)
            for index, branch in enumerate(_array(raw.get("Branches")))
            if isinstance(branch, dict)
        )
    elif cls is Map:
        _add_map_values(values, document, pointer, raw, inherited)
    return cls.of(values)


def _add_map_values(
    values: dict[str, Any], document: Document, pointer: Pointer, raw: Mapping[str, Json], inherited: str
) -> None:
    field = next((field for field in ("ItemProcessor", "Iterator") if isinstance(raw.get(field), dict)), None)
    if field is not None:
        values["item_processor"] = _machine(document, (*pointer, field), raw[field], inherited)
    if "ItemSelector" not in raw and "Parameters" in raw:
        values["item_selector"] = raw["Parameters"]


def _rules(pointer: Pointer, raw: Json) -> tuple[ChoiceRule, ...]:
    return tuple(_rule((*pointer, index), rule) for index, rule in enumerate(_array(raw)) if isinstance(rule, dict))


def _rule(pointer: Pointer, raw: Mapping[str, Json]) -> ChoiceRule:
    values = _read(ChoiceRule, pointer, raw)
    operator = next((name for name in raw if name not in RULE_FIELDS), None)
    if operator is not None:
        values["operator"], values["operand"] = operator, raw[operator]
    if operator in ("And", "Or"):
        values["rules"] = _rules((*pointer, operator), raw[operator])
    elif operator == "Not" and isinstance(raw["Not"], dict):
        values["rules"] = (_rule((*pointer, "Not"), raw["Not"]),)
    return ChoiceRule.of(values)


PlacedType = TypeVar("PlacedType", bound=Placed)


def _placed(cls: type[PlacedType], pointer: Pointer, raw: Json) -> tuple[PlacedType, ...]:
    return tuple(
        cls.of(_read(cls, (*pointer, index), value))
        for index, value in enumerate(_array(raw))
        if isinstance(value, dict)
    )


def _array(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _read(cls: type[Placed], pointer: Pointer, raw: Mapping[str, Json]) -> dict[str, Any]:
    """Where something stands, and the typed values of those of its fields that are written and fit their annotation."""
    table = FIELDS[cls]
    values: dict[str, Any] = {"pointer": pointer, "raw": raw}
    for name, value in raw.items():
        entry = table.get(name)
        if entry is not None and entry[1](value):
            values[entry[0]] = tuple(value) if entry[1] is _is_strings else value
    return values


def _is_string(value: Json) -> bool:
    return isinstance(value, str)


def _is_integer(value: Json) -> bool:
    return type(value) is int and value >= 0


def _is_boolean(value: Json) -> bool:
    return isinstance(value, bool)


def _is_strings(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


FITS: dict[str, Callable[[Json], bool]] = {
    "str": _is_string,
    "str | None": lambda value: value is None or isinstance(value, str),
    "bool": _is_boolean,
    "int": _is_integer,
    "int | None": _is_integer,
    "int | str | None": lambda value: _is_integer(value) or (_is_string(value) and not is_substitution(value)),
    "float": lambda value: type(value) in (int, float) and value >= 0,
    "float | str | None": lambda value: (
        (type(value) in (int, float) and value >= 0) or (_is_string(value) and not is_substitution(value))
    ),
    "tuple[str, ...]": _is_strings,
    "Json": lambda value: True,
}
"""What a JSON value must be for a field of that annotation; a field of another annotation is built by hand above."""

STATE_TYPES: dict[str, type[State]] = {
    cls.__name__: cls for cls in (Task, Parallel, Map, Choice, Pass, Wait, Succeed, Fail)
}
RULE_FIELDS = frozenset({"Next", "Variable", "Condition", "Assign", "Output", "Comment"})
BY_HAND = frozenset({"name", "query_language", "operator", "operand", "_fields", "_required"})


def _table(cls: type[Placed]) -> dict[str, tuple[str, Callable[[Json], bool]]]:
    """Field name in JSON -> (attribute, test of a value), from the annotations of a class and its bases."""
    table = {}
    for base in reversed(cls.__mro__):
        for name, annotation in vars(base).get("__annotations__", {}).items():
            if annotation in FITS and name not in BY_HAND:
                table[name.title().replace("_", "")] = (name, FITS[annotation])
    return table


FIELDS: dict[type[Placed], dict[str, tuple[str, Callable[[Json], bool]]]] = {
    cls: _table(cls) for cls in (*STATE_TYPES.values(), Retrier, Catcher, ChoiceRule, StateMachine)
}
