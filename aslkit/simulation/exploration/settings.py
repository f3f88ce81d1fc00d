"""The `explore` part of a scenario file -> Settings: what can go wrong besides, and what a team holds to be right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.language.choice import COMBINATORS, OPERATORS
from aslkit.language.jsonpath import PathSyntaxError, compile_path
from aslkit.record import Record
from aslkit.simulation import reading
from aslkit.simulation.exploration.catalogue import BOTH, EVERY, LASTING, ONCE, Added, Muted
from aslkit.simulation.reading import (
    UNFIT,
    Closed,
    ListOf,
    MapOf,
    OneOf,
    Remark,
    Unfit,
    placed,
    shown,
    suggestion,
    unfit,
)
from aslkit.simulation.resources.scripted import Fails, Returns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.simulation.reading import Kind

Json = Any

ALL = "all"
"""In place of a number of faults: every sequence of outcomes, each call either succeeding or failing."""
DEFAULT_FAULTS = 2
DEFAULT_RUNS = 100_000
MOST_FAULTS = 8
MOST_RUNS = 100_000_000


class Custom(Record):
    """A property of a team's own: `holds` is a choice rule or a JSONata expression on the facts of a run, `python` the
    `module:function` of a function that gets the run and gives what is wrong with it."""

    name: str
    explanation: str = ""
    holds: Json = None
    python: str | None = None


class Settings(Record):
    """What a scenario file says under `explore`; every field has a default, so that none need be written.

    `notifiers` are the states whose messages tell people (by default those that publish to SNS), `success` those of
    them that tell of a good end (by default those that publish last when nothing goes wrong). `event_rule` are the
    statuses of the EventBridge rule that watches the executions, None when there is no such rule. `waits` maps
    patterns of state names to the waits before their retries of a failed job. `limits` bound each run. With `redrive`
    every failed run has to succeed when it is redriven and nothing goes wrong any more. After a `harmless` fault a run
    may end well.
    """

    faults: int | str = DEFAULT_FAULTS
    max_runs: int = DEFAULT_RUNS
    added: tuple[Added, ...] = ()
    muted: tuple[Muted, ...] = ()
    harmless: tuple[Muted, ...] = ()
    notifiers: tuple[str, ...] | None = None
    success: tuple[str, ...] | None = None
    event_rule: tuple[str, ...] | None = None
    limits: Mapping[str, Any] = {}
    starts: Mapping[str, int] = {}
    waits: Mapping[str, tuple[float, ...]] = {}
    redrive: bool = False
    skipped: tuple[str, ...] = ()
    custom: tuple[Custom, ...] = ()


def settings_of(read: Mapping[str, Any]) -> Settings:
    """The settings that EXPLORE has read."""
    limits = {name: value for name, value in read.get("limits", {}).items() if name != "starts"}
    names = {"notifiers": "notifiers", "success": "success", "event-rule": "event_rule"}
    given = {field: tuple(text for _, text in read[key]) for key, field in names.items() if key in read}
    return Settings(
        faults=read.get("faults", DEFAULT_FAULTS),
        max_runs=read.get("max-runs", DEFAULT_RUNS),
        added=tuple(_added(entry) for _, entry in read.get("add", ())),
        muted=tuple(Muted(entry["fault"], entry.get("state", EVERY)) for _, entry in read.get("mute", ())),
        harmless=tuple(Muted(entry.get("fault", EVERY), entry["state"]) for _, entry in read.get("harmless", ())),
        limits=limits,
        starts=read.get("limits", {}).get("starts", {}),
        waits={name: tuple(length for _, length in lengths) for name, lengths in read.get("waits", {}).items()},
        redrive=read.get("redrive", False),
        skipped=tuple(name for _, name in read.get("skip", ())),
        custom=tuple(_custom(entry) for _, entry in read.get("properties", ())),
        **given,
    )


def _added(entry: Mapping[str, Any]) -> Added:
    after = entry.get("after")
    reply: Fails | Returns
    if "returns" in entry:
        reply = Returns(entry["returns"], after)
    else:
        reply = Fails(entry["error"], entry.get("cause"), after)
    return Added(entry.get("state", EVERY), reply, entry.get("times", BOTH))


def _custom(entry: Mapping[str, Any]) -> Custom:
    return Custom(entry["name"], entry.get("explanation", ""), entry.get("holds"), entry.get("python"))


def number_of_faults(value: Json, pointer: Pointer, remarks: list[Remark]) -> int | str | Unfit:
    """A whole number of faults, or `all`."""
    if value == ALL:
        return ALL
    if type(value) is int and 0 <= value <= MOST_FAULTS:
        return value
    return unfit(value, pointer, remarks, f"a number of faults from 0 to {MOST_FAULTS}, or all,")


def _condition(value: Json, pointer: Pointer, remarks: list[Remark]) -> Json:
    """A choice rule, or a JSONata expression between {% and %}."""
    if isinstance(value, dict):
        remarks.extend(_wrong_with_rule(value, pointer))
        return value
    if isinstance(value, str) and value.startswith("{%") and value.endswith("%}"):
        return value
    return unfit(value, pointer, remarks, "a choice rule, or a JSONata expression between {% and %},")


def _wrong_with_rule(rule: Json, pointer: Pointer) -> Iterator[Remark]:
    """The unknown keys and the malformed paths of a choice rule, and of those inside it; whether the known keys go
    together is found where the rule is compiled."""
    for name, value in rule.items() if isinstance(rule, dict) else ():
        place = (*pointer, name)
        if name not in RULE_WORDS:
            known = suggestion(name, RULE_WORDS)
            yield Remark(place, f"a choice rule here knows no key {shown(name)}{known}")
        elif isinstance(value, str) and (name == VARIABLE or (name in OPERATORS and OPERATORS[name].operand == "path")):
            yield from _wrong_with_path(value, place)
        elif name in COMBINATORS:
            inner = placed(value, place) if isinstance(value, list) else [(place, value)]
            for where, part in inner:
                yield from _wrong_with_rule(part, where)


def _wrong_with_path(text: str, pointer: Pointer) -> Iterator[Remark]:
    try:
        compile_path(text)
    except PathSyntaxError as error:
        yield Remark(pointer, f"{shown(text)} is no path: {error.reason} at character {error.position}")


VARIABLE = "Variable"
RULE_WORDS = (VARIABLE, *COMBINATORS, "Comment", *OPERATORS)
"""What a choice rule may say that only holds or does not."""


def _property(value: Json, pointer: Pointer, remarks: list[Remark]) -> dict[str, Any] | Unfit:
    """A property, whose name stands in every remark on what it holds."""
    own: list[Remark] = []
    read = PROPERTY(value, pointer, own)
    name = read.get("name") if isinstance(read, dict) else None
    for one in own:
        inside = name is not None and one.pointer[: len(pointer) + 1] == (*pointer, "holds")
        remarks.append(Remark(one.pointer, f"property {shown(name)}: {one.message}") if inside else one)
    return read


MOST_CHARACTERS = 1_000


def _name(value: Json, pointer: Pointer, remarks: list[Remark]) -> str | Unfit:
    """A name or a pattern, short enough to stand whole in a message; AWS's own have at most 256 characters."""
    if isinstance(value, str) and len(value) > MOST_CHARACTERS:
        return unfit(value, pointer, remarks, f"a text of at most {MOST_CHARACTERS:,} characters")
    return reading.text(value, pointer, remarks)


def _by_name(what: str, kind: Kind) -> Kind:
    """The kind of an object whose keys are names or patterns, and whose values are of one kind."""
    whole = MapOf(what, kind)

    def read(value: Json, pointer: Pointer, remarks: list[Remark]) -> dict[str, Any] | Unfit:
        remarks.extend(
            Remark((*pointer, name), f"the name {shown(name)} has more than {MOST_CHARACTERS:,} characters")
            for name in (value if isinstance(value, dict) else ())
            if len(name) > MOST_CHARACTERS
        )
        return whole(value, pointer, remarks)

    return read


def _amount(value: Json, pointer: Pointer, remarks: list[Remark]) -> float | Unfit:
    if type(value) in (int, float) and 0 <= value <= 1e12:
        return float(value)
    return unfit(value, pointer, remarks, "an amount of US dollars")


ADDED = Closed(
    "a fault",
    {
        "state": _name,
        "error": _name,
        "cause": reading.text,
        "returns": reading.anything,
        "after": reading.seconds,
        "times": OneOf({ONCE: (ONCE,), LASTING: (LASTING,), "both": BOTH}),
    },
)


def _fault(value: Json, pointer: Pointer, remarks: list[Remark]) -> Any:
    """A fault with its error, or another answer."""
    read = ADDED(value, pointer, remarks)
    if isinstance(value, dict) and ("error" in value) == ("returns" in value):
        remarks.append(
            Remark(pointer, "a fault has an `error`, another answer `returns`, and this has not one of them")
        )
        return UNFIT
    if isinstance(value, dict) and "returns" in value and "cause" in value:
        remarks.append(Remark((*pointer, "cause"), "what `returns` has no `cause`"))
    return read


NAMES = ListOf("names", _name)
STATUSES = OneOf({status: status for status in ("FAILED", "TIMED_OUT", "ABORTED")})
COUNT = reading.whole(0, 1_000_000)

PROPERTY = Closed(
    "a property",
    {"name": _name, "explanation": reading.text, "holds": _condition, "python": _name},
    required=("name",),
)
EXPLORE = Closed(
    "`explore`",
    {
        "faults": number_of_faults,
        "max-runs": reading.whole(1, MOST_RUNS),
        "add": ListOf("faults", _fault),
        "mute": ListOf("faults", Closed("a muted fault", {"state": _name, "fault": _name}, required=("fault",))),
        "harmless": ListOf("faults", Closed("a harmless fault", {"state": _name, "fault": _name}, required=("state",))),
        "notifiers": NAMES,
        "success": NAMES,
        "event-rule": ListOf("statuses", STATUSES),
        "redrive": reading.boolean,
        "limits": Closed(
            "`limits`",
            {
                "duration": reading.seconds,
                "transitions": COUNT,
                "cost": _amount,
                "starts": _by_name("numbers by job", COUNT),
            },
        ),
        "waits": _by_name("lists of durations by state", ListOf("durations", reading.seconds)),
        "skip": NAMES,
        "properties": ListOf(
            "properties",
            _property,
        ),
    },
)
"""The kind of `explore` in a scenario file."""
