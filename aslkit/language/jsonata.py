"""JSONata text -> an expression that evaluates on `$states` and variables, and says what it reads.

The language is that of the States Language specification, "JSONata": there is no input document, `$states` and the
variables are bound, `$partition`, `$range`, `$hash`, `$random`, `$uuid` and `$parse` exist, `$eval` does not. The
engine is jlens, imported when the first expression that needs it is compiled; nothing else of aslkit knows of it.

The engine counts in doubles, as JSONata does, and writes 3.0 as 3. An integer beyond 2**53 that only passes through
comes out as it went in.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aslkit.language.intrinsics import FUNCTIONS, IntrinsicFailure, json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from random import Random

    import jlens

    from aslkit.definition.document import Pointer
    from aslkit.language.jsonpath import Json

    Read = bool | dict[str, "Read"]

__all__ = [
    "FUNCTION",
    "UNDEFINED",
    "Expression",
    "JsonataError",
    "JsonataSyntaxError",
    "compile_jsonata",
    "expressions",
    "inner",
]

LIMITS: dict[str, Any] = {
    "max_steps": 2_000_000,
    "max_array_length": 100_000,
    "max_string_length": 4_000_000,
    "max_result_size": 16_000_000,
    "timeout": 2.0,
}
"""What one evaluation may use; far more than data of 256 KiB needs.

The timeout, in seconds, is a net below the others for what takes few steps and long: exploding regular expressions.
"""

MAX_DISTINCT = 20_000
"""The longest array where `$distinct` is called, which compares each element with each other one and never stops."""

GRACE = 1.0
"""Seconds after the timeout when an evaluation is given up that does not stop by itself."""

STACK = 256 * 2**20
"""Bytes of stack, enough to release what LIMITS["max_steps"] can nest into each other."""


class _Sentinel:
    """A result that is no JSON value."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


UNDEFINED: Any = _Sentinel("UNDEFINED")
"""The expression returned nothing."""

FUNCTION: Any = _Sentinel("FUNCTION")
"""The expression returned a function or a regular expression."""


class JsonataSyntaxError(ValueError):
    """The text is no JSONata: `reason` and `code` are the engine's, `position` the index of the offending character,
    None where no single one is at fault."""

    def __init__(self, text: str, position: int | None, reason: str, code: str | None = None) -> None:
        place = "" if position is None else f" at character {position}"
        super().__init__(f"{text!r}{place}: {reason}")
        self.text = text
        self.position = position
        self.reason = reason
        self.code = code


class JsonataError(Exception):
    """An evaluation that failed: `code` is JSONata's, None where it has none for this.

    The form of the reason, `T2001: The left side of the "+" operator must evaluate to a number`, is guessed.
    """

    def __init__(self, reason: str, code: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


# --- where expressions stand -----------------------------------------------------------------------------------------


def inner(text: object) -> str | None:
    """The expression inside a string `{% … %}`, without the blanks around it; None for every other value."""
    if isinstance(text, str) and text.startswith("{%") and text.endswith("%}") and len(text) >= 4:
        return text[2:-2].strip()
    return None


def expressions(template: Json) -> Iterator[tuple[Pointer, str]]:
    """Every string `{% … %}` of a value, as (pointer inside the value, expression text), in written order."""
    text = inner(template)
    if text is not None:
        yield (), text
    for key, value in _members(template):
        for pointer, found in expressions(value):
            yield (key, *pointer), found


def _members(value: Json) -> Iterable[tuple[str | int, Json]]:
    match value:
        case dict():
            return value.items()
        case list():
            return enumerate(value)
        case _:
            return ()


# --- expressions -----------------------------------------------------------------------------------------------------


_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_ROUTE = re.compile(rf"\${_NAME}(?:\.(?!(?:true|false|null)\b){_NAME})*")
_MENTIONED = re.compile(rf"\$({_NAME})")
_CALLED = re.compile(rf"\$({_NAME})\s*\(")
_LAMBDA = re.compile(r"\bfunction\b|λ")
_LONG_INTEGER = re.compile(r"-?\d{16,}")
_STATES = "states"


class Expression:
    """A compiled expression: `text` is what stands between the delimiters.

    A route of names, `$states.input.order.id`, is walked here and needs the engine only where it meets an array.
    """

    __slots__ = ("_also", "_checked", "_engine", "_folds", "_limits", "_mentioned", "_reads", "_route", "text")

    def __init__(self, text: str) -> None:
        """Raises JsonataSyntaxError."""
        self.text = text
        self._route = tuple(text[1:].split(".")) if _ROUTE.fullmatch(text) else None
        self._engine: jlens.Expression | None = None
        self._checked: jlens.Expression | None = None
        self._reads = _route_reads(self._route) if self._route else _read_by(self._compiled())
        self._mentioned = frozenset(_MENTIONED.findall(text))
        self._also = self._mentioned - self._reads["bindings"].keys() - {_STATES}
        self._folds = _folds(text)
        self._limits = LIMITS | {"max_array_length": MAX_DISTINCT} if "distinct" in self._mentioned else LIMITS

    def _compiled(self) -> jlens.Expression:
        if self._engine is None:
            self._engine = _engine(self.text)
        return self._engine

    # What it reads.

    @property
    def variables(self) -> frozenset[str]:
        """The names, without `$`, of the variables that it reads; not those it sets itself, nor functions."""
        return frozenset(self._reads["bindings"].keys() - {_STATES} - AWS_FUNCTIONS)

    @property
    def states_fields(self) -> frozenset[str] | None:
        """The fields of `$states` that it reads: "input", "result", "errorOutput", "context"; None where all."""
        read = self._reads["bindings"].get(_STATES, {})
        return None if read is True else frozenset(read)

    # What it gives.

    def evaluate(
        self, states: Mapping[str, Json], variables: Mapping[str, Json], *, now: float, random: Random | None
    ) -> Json:
        """The value on `$states` and the variables, or UNDEFINED, or FUNCTION.

        `now` is in seconds since the epoch; `random` feeds `$random`, `$uuid` and `$shuffle`. The value may share
        parts with what it is made of. Raises JsonataError, also for what exceeds LIMITS.
        """
        if self._route is not None:
            value = _walk(self._route, states, variables)
            if value is not _ARRAY:
                return value
        options = {"now": round(now * 1000), **self._limits}
        bindings = self._bindings(states, variables)
        if not DRAWING.isdisjoint(self._mentioned):
            _bind_drawing(bindings, options, random)
        if self._folds:
            return _on_large_stack(lambda: self._run(bindings, options))
        return self._run(bindings, options)

    def _run(self, bindings: dict[str, Json], options: dict[str, Any]) -> Json:
        try:
            text = self._compiled().evaluate_json(None, bindings, **options)
            return self._nothing(bindings, options) if text is None else _value(text, self.text, bindings)
        except JsonataError:
            raise
        except Exception as error:
            raise _failed(error) from None

    def _bindings(self, states: Mapping[str, Json], variables: Mapping[str, Json]) -> dict[str, Json]:
        bindings: dict[str, Json] = {}
        for name, read in self._reads["bindings"].items():
            if name == _STATES:
                bindings[name] = _cut(dict(states), read)
            elif name in variables:
                bindings[name] = _cut(variables[name], read)
        for name in self._also:
            # A variable with the name of a built-in function, or of a local variable, which hides it where it is set.
            if name in variables:
                bindings[name] = variables[name]
        if "eval" in self._mentioned:
            bindings.setdefault("eval", None)
        return bindings

    def _nothing(self, bindings: dict[str, Json], options: dict[str, Any]) -> Json:
        """UNDEFINED or FUNCTION: in an array the engine writes a function as null, and nothing not at all."""
        if self._checked is None:
            try:
                self._checked = _engine(f"[1,\n{self.text}\n]")
            except JsonataSyntaxError:
                return UNDEFINED  # One level more than the engine's limit of 1000.
        return FUNCTION if self._checked.evaluate_json(None, bindings, **options) == "[1,null]" else UNDEFINED


@lru_cache(4096)
def compile_jsonata(text: str) -> Expression:
    """The expression that the text, without its delimiters, writes. Raises JsonataSyntaxError."""
    return Expression(text)


def _engine(text: str) -> jlens.Expression:
    from jlens import Expression as Engine
    from jlens import JlensError

    try:
        engine = Engine(text)
    except JlensError as error:
        position = error.position if error.start is None else error.start
        raise JsonataSyntaxError(text, position, str(error), error.code) from None
    except UnicodeEncodeError as error:
        raise JsonataSyntaxError(text, error.start, "half of a surrogate pair is no character") from None
    for name, (run, signature) in REGISTERED.items():
        if f"${name}" in text:
            engine.register_function(name, run, signature)
    return engine


def _read_by(engine: jlens.Expression) -> dict[str, Any]:
    return {**engine.reads()}


# --- expressions that never end --------------------------------------------------------------------------------------


def _folds(text: str) -> bool:
    """Whether the text may put values into each other without end: by `$reduce`, or by a function that calls itself.

    The engine releases what is nested in recursion and compares what is shared in exponential time; neither heeds its
    limits.
    """
    calls = set(_CALLED.findall(text))
    return _LAMBDA.search(text) is not None and (":=" in text or "$reduce" in text or not calls <= BUILT_IN)


def _on_large_stack(run: Callable[[], Json]) -> Json:
    """What `run` returns or raises, in a thread with STACK bytes, which is left alone when it does not end in time."""
    from threading import Thread, stack_size

    outcome: list[Callable[[], Json]] = []

    def work() -> None:
        try:
            value = run()
            outcome.append(lambda: value)
        except BaseException as error:
            outcome.append(_raising(error))

    usual = stack_size(STACK)
    try:
        thread = Thread(target=work, daemon=True)
        thread.start()
    finally:
        stack_size(usual)
    thread.join(LIMITS["timeout"] + GRACE)
    if not outcome:
        raise _too_long()
    return outcome[0]()


def _raising(error: BaseException) -> Callable[[], Json]:
    def fail() -> Json:
        raise error

    return fail


# --- a route of names ------------------------------------------------------------------------------------------------

_ARRAY = _Sentinel("ARRAY")
"""A route met an array, whose members it would map."""


def _route_reads(route: tuple[str, ...]) -> dict[str, Any]:
    read: Read = True
    for name in reversed(route):
        read = {name: read}
    return {"bindings": read}


def _walk(route: tuple[str, ...], states: Mapping[str, Json], variables: Mapping[str, Json]) -> Json:
    root, *names = route
    if root == _STATES:
        value: Json = dict(states)
    elif root in variables:
        value = variables[root]
    else:
        return UNDEFINED if root not in BUILT_IN else _ARRAY
    for name in names:
        if isinstance(value, list):
            return _ARRAY
        if not isinstance(value, dict) or name not in value:
            return UNDEFINED
        value = value[name]
    return value


# --- what goes into the engine, and what comes out of it -------------------------------------------------------------


def _cut(value: Json, read: Read) -> Json:
    """The value without the fields that are not read: converting them would cost more than the evaluation."""
    if read is True:
        return value
    assert isinstance(read, dict)
    match value:
        case dict():
            return {name: _cut(value[name], below) for name, below in read.items() if name in value}
        case list():
            return [_cut(member, read) for member in value]
        case _:
            return value


def _value(text: str, written: str, bindings: dict[str, Json]) -> Json:
    """The value of the engine's JSON text; integers too long for a double are those that went in, where these are
    known."""
    try:
        if _LONG_INTEGER.search(text) is None:
            return json.loads(text)
        return json.loads(text, parse_int=_exact(written, bindings))
    except RecursionError:
        raise JsonataError("the result is nested too deeply") from None


def _exact(written: str, bindings: dict[str, Json]) -> Callable[[str], int]:
    data = {name: value for name, value in bindings.items() if not callable(value)}
    seen = set(map(int, _LONG_INTEGER.findall(json_text(data) + written)))
    by_double: dict[float, int] = {}
    for number in seen:
        by_double[float(number)] = number if float(number) not in by_double else int(float(number))

    def exact(text: str) -> int:
        double = float(text)
        return by_double.get(double, int(double)) if abs(double) > 2**53 else int(text)

    return exact


def _failed(error: Exception) -> Exception:
    """Running out of steps and running out of time are one: which comes first is the machine's affair."""
    from jlens import JlensError

    match error:
        case JlensError(code="U1006" | "D1012"):
            return _too_long()
        case JlensError():
            return JsonataError(f"{error.code}: {error}", error.code)
        case TypeError() | ValueError():
            return JsonataError(f"A value that the expression reads cannot be used: {error}")
        case _:
            return error


def _too_long() -> JsonataError:
    return JsonataError("D1012: Evaluation timeout. Check for infinite loop", "D1012")


# --- the functions that AWS adds -------------------------------------------------------------------------------------


def _sequence(values: list[Json]) -> Json:
    """JSONata's sequences: one element is that element, none is nothing (recorded on AWS for `$range`)."""
    match values:
        case []:
            return None
        case [single]:
            return single
        case _:
            return values


_NULL = float("nan")
"""What a function returns to the engine for null: None is nothing, and what is not a number becomes null."""


def _parsed(value: Json) -> Json:
    return _NULL if value is None else value


def _like(intrinsic: str, name: str, finish: Callable[[Json], Json]) -> Callable[..., Json]:
    """The function that works like an intrinsic function; of an argument that is nothing it makes nothing, as
    JSONata's own do. Its errors' wording is guessed."""
    run = FUNCTIONS[intrinsic].run

    def call(*values: Json) -> Json:
        if any(value is None for value in values):
            return None
        try:
            return finish(run(*values))
        except IntrinsicFailure as error:
            raise JsonataError(f'The function "{name}" failed: {error}') from None
        except RecursionError:
            raise JsonataError(f'The function "{name}" failed: the value is nested too deeply') from None

    return call


REGISTERED: dict[str, tuple[Callable[..., Json], str]] = {
    "hash": (_like("States.Hash", "hash", str), "<ss:s>"),
    "parse": (_like("States.StringToJson", "parse", _parsed), "<s:x>"),
    "partition": (_like("States.ArrayPartition", "partition", _sequence), "<an:x>"),
    "range": (_like("States.ArrayRange", "range", _sequence), "<nnn:x>"),
}
"""Functions of their arguments alone, with JSONata's signatures."""

DRAWING = frozenset({"random", "shuffle", "uuid"})


def _bind_drawing(bindings: dict[str, Json], options: dict[str, Any], random: Random | None) -> None:
    """Equal seeds give equal numbers; which ones is AWS's own affair."""
    from random import Random

    source = Random(0) if random is None else random

    def draw(*seed: Json) -> float:
        if not seed or seed[0] is None:
            return source.random()
        if len(seed) > 1 or type(seed[0]) not in (int, float):
            raise _misfit("random", len(seed))
        return Random(seed[0]).random()

    def uuid(*given: Json) -> Json:
        if given:
            raise _misfit("uuid", 1)
        return FUNCTIONS["States.UUID"].run(source)

    options["seed"] = source.getrandbits(32)
    bindings.setdefault("random", draw)
    bindings.setdefault("uuid", uuid)


def _misfit(name: str, number: int) -> JsonataError:
    return JsonataError(f'T0410: Argument {number} of function "{name}" does not match function signature', "T0410")


AWS_FUNCTIONS = frozenset({*REGISTERED, "random", "uuid"})
"""Source: Step Functions guide, "Transforming data with JSONata in Step Functions"."""

_LIBRARY = """
    abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl
    decodeUrlComponent distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase
    formatInteger formatNumber fromMillis join keys length lookup lowercase map match max merge millis min not now
    number pad parseInteger power reduce replace reverse round shuffle sift single sort split spread sqrt string
    substring substringAfter substringBefore sum toMillis trim type uppercase zip
"""
"""Source: JSONata documentation, "Function library", without eval."""

BUILT_IN = AWS_FUNCTIONS | frozenset(_LIBRARY.split())
