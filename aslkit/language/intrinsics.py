"""Intrinsic function text -> its parse tree, and a closure that evaluates it on a scope.

The grammar and the functions are those of the States Language specification, "Intrinsic Functions", with the limits of
the Step Functions guide, "Intrinsic functions for JSONPath states".
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from math import floor, isfinite
from typing import TYPE_CHECKING, Any, NoReturn

from aslkit.language.errors import RUNTIME, StatesError
from aslkit.language.jsonpath import PathNotFound, PathSyntaxError, parse_path, regex
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random
    from typing import Literal as OneOf

    from aslkit.language.jsonpath import Json, Path, Scope

    Kind = OneOf["any", "array", "boolean", "number", "object", "string"]

MAX_NESTING = 10
"""How many calls may lie inside each other. Source: Step Functions guide, "Intrinsic functions for JSONPath states"."""

MAX_CHARACTERS = 10_000
"""The longest text that Hash, Base64Encode and Base64Decode take. Source: the same page."""

MAX_RANGE = 1_000
"""The most elements that ArrayRange makes. Source: the same page."""


class IntrinsicSyntaxError(ValueError):
    """The text is no intrinsic function call: `reason` says why, `position` is the offending character's index."""

    def __init__(self, text: str, position: int, reason: str) -> None:
        super().__init__(f"{text!r} at character {position}: {reason}")
        self.text = text
        self.position = position
        self.reason = reason


# --- the parse tree --------------------------------------------------------------------------------------------------


class Literal(Record):
    """A string, number, true, false or null written in the call.

    `pieces` are the parts of a string between its unescaped `{}`: one more than there are placeholders for
    States.Format. It is empty for what is no string.
    """

    value: Json
    position: int
    pieces: tuple[str, ...] = ()


class PathArgument(Record):
    """A path written in the call: `$.a`, `$$.Execution.Id`, `$variable.a`."""

    path: Path
    position: int


class Call(Record):
    """One invocation: its function's name, its arguments in order, where it begins, and its own text."""

    name: str
    arguments: tuple[Argument, ...]
    position: int
    text: str


Argument = Literal | PathArgument | Call


@lru_cache(4096)
def parse_intrinsic(text: str) -> Call:
    """The parse tree of one invocation; function names and numbers of arguments are not judged (see `mistakes`).

    Blanks may stand around arguments and at the end, not at the beginning. Raises IntrinsicSyntaxError, also for an
    escape other than \\' \\{ \\} \\\\ (recorded on AWS: such a definition is refused) and for too deep nesting.
    """
    reader = _Reader(text)
    call = reader.call(1)
    reader.skip_blanks()
    if reader.at < len(text):
        raise reader.error("nothing may follow the closing parenthesis")
    return call


_NAME = r"[A-Za-z_][A-Za-z0-9_.]*"
_NUMBER = r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"
_BLANKS = r"[ \t\r\n]*"
_STRING_PART = r"[^'\\{]+|\\[\s\S]|\{\}|[{']"


_WORDS = {"true": True, "false": False, "null": None}


class _Reader:
    """Reads one invocation from left to right; `at` is the index of the next character."""

    __slots__ = ("at", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def error(self, reason: str, at: int | None = None) -> IntrinsicSyntaxError:
        return IntrinsicSyntaxError(self.text, self.at if at is None else at, reason)

    def skip_blanks(self) -> None:
        blanks = regex(_BLANKS).match(self.text, self.at)
        assert blanks is not None
        self.at = blanks.end()

    def take(self, character: str) -> bool:
        found = self.text.startswith(character, self.at)
        self.at += found
        return found

    def call(self, depth: int) -> Call:
        start = self.at
        name = regex(_NAME).match(self.text, start)
        if name is None:
            raise self.error("the name of an intrinsic function is expected here")
        if depth > MAX_NESTING:
            raise self.error(f"intrinsic functions nest at most {MAX_NESTING} deep")
        self.at = name.end()
        if not self.take("("):
            raise self.error(f"'(' is expected after '{name[0]}'")
        arguments = tuple(self.arguments(depth))
        return Call(name[0], arguments, start, self.text[start : self.at])

    def arguments(self, depth: int) -> Iterator[Argument]:
        self.skip_blanks()
        if self.take(")"):
            return
        while True:
            yield self.argument(depth)
            self.skip_blanks()
            if self.take(")"):
                return
            if not self.take(","):
                raise self.error("',' or ')' is expected here")
            self.skip_blanks()

    def argument(self, depth: int) -> Argument:
        match self.text[self.at : self.at + 1]:
            case "'":
                return self.string()
            case "$":
                return self.path()
            case first if first and first in "-0123456789":
                return self.number()
            case _:
                return self.word() or self.call(depth + 1)

    def string(self) -> Literal:
        start = self.at
        self.at += 1
        pieces = [""]
        while part := regex(_STRING_PART).match(self.text, self.at):
            match part[0]:
                case "'":
                    self.at = part.end()
                    return Literal("{}".join(pieces), start, tuple(pieces))
                case "{}":
                    pieces.append("")
                case written:
                    pieces[-1] += self.unescaped(written)
            self.at = part.end()
        raise self.error("the string that begins here has no closing quote", start)

    def unescaped(self, written: str) -> str:
        if not written.startswith("\\"):
            return written
        if written[1] not in "'{}\\":
            raise self.error(rf"'{written}' is no escape: only \', \{{, \}} and \\ are")
        return written[1]

    def number(self) -> Literal:
        start = self.at
        written = regex(_NUMBER).match(self.text, start)
        if written is None:
            raise self.error("a digit is expected after '-'")
        self.at = written.end()
        try:
            value = _finite(written[0]) if written[1] or written[2] else int(written[0])
        except ValueError:
            raise self.error("the number is too large", start) from None
        return Literal(value, start)

    def word(self) -> Literal | None:
        word = regex(_NAME).match(self.text, self.at)
        if word is None or word[0] not in _WORDS:
            return None
        start, self.at = self.at, word.end()
        return Literal(_WORDS[word[0]], start)

    def path(self) -> PathArgument:
        start = self.at
        self.at = _end_of_path(self.text, start)
        try:
            return PathArgument(parse_path(self.text[start : self.at].rstrip()), start)
        except PathSyntaxError as error:
            raise self.error(error.reason, start + error.position) from None


def _end_of_path(text: str, start: int) -> int:
    """The path ends at the `,` or `)` that lies outside its brackets, parentheses, strings and regular expressions."""
    depth, quote, at = 0, "", start
    while at < len(text):
        character = text[at]
        if quote:
            at += character == "\\"
            quote = "" if character == quote else quote
        elif depth and character in "'\"/":
            quote = character
        elif character in "[(":
            depth += 1
        elif depth and character in "])":
            depth -= 1
        elif character in ",)":
            break
        at += 1
    return min(at, len(text))


# --- JSON text -------------------------------------------------------------------------------------------------------


def _finite(text: str) -> float:
    """The float that the text writes. Raises ValueError where it is beyond the largest one."""
    value = float(text)
    if not isfinite(value):
        raise ValueError(f"{text} is too large a number")
    return value


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_refuse_constant)


def json_text(value: Json) -> str:
    """The compact JSON text of a value as AWS prints it: no blanks, keys in their order, non-ASCII text as it is."""
    return _ENCODER.encode(value)


# --- what the functions do -------------------------------------------------------------------------------------------


class IntrinsicFailure(Exception):
    """The function cannot work on these values; the text says why."""


def _whole(number: float) -> int:
    """The nearest integer, halves upwards: -1.5 gives -1, 2.5 gives 3 (recorded on AWS: Java's Math.round)."""
    if type(number) is int:
        return number
    below = floor(number)
    return below + (number - below >= 0.5)


def _math_add(one: float, other: float) -> int:
    total = _whole(one) + _whole(other)
    if -(2**63) <= total < 2**63:
        return total
    raise IntrinsicFailure("the sum does not fit in 64 bits")


def _math_random(source: Random, start: float, end: float, seed: float | None = None) -> int:
    """From start to end - 1. Equal seeds give equal numbers; which ones is AWS's own affair."""
    if seed is not None:
        from random import Random

        source = Random(_whole(seed))
    low, high = _whole(start), _whole(end)
    if low >= high:
        raise IntrinsicFailure(f"the start number {low} is not less than the end number {high}")
    return source.randrange(low, high)


def _uuid(source: Random) -> str:
    from uuid import UUID

    return str(UUID(int=source.getrandbits(128), version=4))


def _array(*values: Json) -> list[Json]:
    return list(values)


def _array_partition(array: list[Json], size: float) -> list[list[Json]]:
    chunk = _whole(size)
    if chunk < 1:
        raise IntrinsicFailure(f"the chunk size {chunk} is not a positive number")
    return [array[start : start + chunk] for start in range(0, len(array), chunk)]


def _array_contains(array: list[Json], value: Json) -> bool:
    wanted = _identity(value)
    return any(_identity(element) == wanted for element in array)


def _array_unique(array: list[Json]) -> list[Json]:
    first: dict[object, Json] = {}
    for element in array:
        first.setdefault(_identity(element), element)
    return list(first.values())


def _identity(value: Json) -> object:
    """Equal for two values just when they are the same JSON: 1 is 1.0 but not true, and objects have no order."""
    match value:
        case bool():
            return (bool, value)
        case list():
            return (list, *map(_identity, value))
        case dict():
            return frozenset((key, _identity(member)) for key, member in value.items())
        case _:
            return value


def _array_range(start: float, end: float, step: float) -> list[int]:
    first, last, stride = _whole(start), _whole(end), _whole(step)
    if stride == 0:
        raise IntrinsicFailure("the step of the range is 0")
    count = (last - first) // stride + 1
    if count > MAX_RANGE:
        raise IntrinsicFailure(f"the range has more than {MAX_RANGE} elements")
    return [first + index * stride for index in range(count)]


def _array_get_item(array: list[Json], index: float) -> Json:
    place = _whole(index)
    if 0 <= place < len(array):
        return array[place]
    raise IntrinsicFailure(f"the index {place} is out of bounds for an array of length {len(array)}")


def _base64_encode(text: str) -> str:
    from base64 import b64encode

    return b64encode(_bytes(text)).decode()


def _base64_decode(text: str) -> str:
    """The text whose UTF-8 bytes are written in MIME's Base64, which ignores characters outside its alphabet."""
    from base64 import b64decode

    written = b"".join(_BASE64_ALPHABET.findall(_bytes(text)))
    try:
        return b64decode(written + b"=" * (-len(written) % 4)).decode(errors="replace")
    except ValueError:
        raise IntrinsicFailure("the text is not Base64") from None


_BASE64_ALPHABET = re.compile(rb"[A-Za-z0-9+/]+")

_ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def _hash(text: str, algorithm: str) -> str:
    from hashlib import new

    if algorithm not in _ALGORITHMS:
        raise IntrinsicFailure(f"'{algorithm}' is not one of the algorithms {', '.join(_ALGORITHMS)}")
    return new(_ALGORITHMS[algorithm], _bytes(text), usedforsecurity=False).hexdigest()


def _bytes(text: str) -> bytes:
    if len(text) > MAX_CHARACTERS:
        raise IntrinsicFailure(f"the text has {len(text)} characters, and at most {MAX_CHARACTERS} are allowed")
    return text.encode(errors="replace")


def _string_to_json(text: str) -> Json:
    """The value that the text writes; blank text is null (recorded on AWS)."""
    if not text.strip(" \t\r\n"):
        return None
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise IntrinsicFailure(f"the text is not JSON at character {error.pos}") from None
    except ValueError as error:
        raise IntrinsicFailure(f"the text is not JSON: {error}") from None


def _json_merge(one: dict[str, Json], other: dict[str, Json], deep: bool) -> dict[str, Json]:
    """The members of both, the second's where both have one. Only shallow merging exists; the guide says so."""
    if deep:
        raise IntrinsicFailure("only shallow merging exists, and the third argument is true")
    return one | other


def _string_split(text: str, delimiters: str) -> list[str]:
    """The non-empty pieces between any of the delimiters' characters (recorded on AWS)."""
    if not delimiters:
        return [text] if text else []
    if len(delimiters) > 1:
        text = text.translate(dict.fromkeys(map(ord, delimiters), delimiters[0]))
    return [piece for piece in text.split(delimiters[0]) if piece]


def _format(template: str, *values: Json) -> str:
    return _interpolate(template.split("{}"), values)


def _interpolate(pieces: list[str] | tuple[str, ...], values: tuple[Json, ...] | list[Json]) -> str:
    if len(pieces) != len(values) + 1:
        gaps = len(pieces) - 1
        given = "1 value is" if len(values) == 1 else f"{len(values)} values are"
        raise IntrinsicFailure(f"the template has {gaps} placeholder{'s' * (gaps != 1)} {{}}, and {given} given")
    text = pieces[0]
    for value, piece in zip(values, pieces[1:], strict=True):
        text += plain_text(value) + piece
    return text


def plain_text(value: Json) -> str:
    """How States.Format writes a value: Java's toString, `{Arg1=1, Arg2=[]}` for an object (recorded on AWS)."""
    return _WRITERS[type(value)](value)


def _array_text(array: list[Json]) -> str:
    return f"[{', '.join(map(plain_text, array))}]"


def _object_text(members: dict[str, Json]) -> str:
    return f"{{{', '.join(f'{key}={plain_text(member)}' for key, member in members.items())}}}"


def _double_text(number: float) -> str:
    """Java's Double.toString: plain from 0.001 to below 10,000,000, else as in 1.0E10 with the fewest digits."""
    if number == 0 or 1e-3 <= abs(number) < 1e7:
        return repr(number)
    written = next(text for digits in range(17) if float(text := f"{number:.{digits}e}") == number)
    mantissa, _, exponent = written.partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}E{int(exponent)}"


_WRITERS: dict[type[Any], Callable[[Any], str]] = {
    str: str,
    int: str,
    float: _double_text,
    bool: json_text,
    type(None): json_text,
    list: _array_text,
    dict: _object_text,
}


# --- the table of functions ------------------------------------------------------------------------------------------


class Function(Record):
    """What a function takes and gives: the kinds of its arguments in order, and of its result.

    `optional` of the last arguments may be left out; a `variadic` function repeats its last kind, also no times.
    One that `draws` gets the scope's source of randomness before its arguments.
    """

    run: Callable[..., Json]
    takes: tuple[Kind, ...]
    returns: Kind
    optional: int = 0
    variadic: bool = False
    draws: bool = False

    @property
    def minimum(self) -> int:
        return len(self.takes) - self.optional - self.variadic

    @property
    def maximum(self) -> int | None:
        return None if self.variadic else len(self.takes)

    def kinds(self, count: int) -> tuple[Kind, ...]:
        """The kinds of its first `count` arguments."""
        return (self.takes + self.takes[-1:] * (count if self.variadic else 0))[:count]


FUNCTIONS: dict[str, Function] = {
    "States.Array": Function(_array, ("any",), "array", variadic=True),
    "States.ArrayContains": Function(_array_contains, ("array", "any"), "boolean"),
    "States.ArrayGetItem": Function(_array_get_item, ("array", "number"), "any"),
    "States.ArrayLength": Function(len, ("array",), "number"),
    "States.ArrayPartition": Function(_array_partition, ("array", "number"), "array"),
    "States.ArrayRange": Function(_array_range, ("number", "number", "number"), "array"),
    "States.ArrayUnique": Function(_array_unique, ("array",), "array"),
    "States.Base64Decode": Function(_base64_decode, ("string",), "string"),
    "States.Base64Encode": Function(_base64_encode, ("string",), "string"),
    "States.Format": Function(_format, ("string", "any"), "string", variadic=True),
    "States.Hash": Function(_hash, ("string", "string"), "string"),
    "States.JsonMerge": Function(_json_merge, ("object", "object", "boolean"), "object"),
    "States.JsonToString": Function(json_text, ("any",), "string"),
    "States.MathAdd": Function(_math_add, ("number", "number"), "number"),
    "States.MathRandom": Function(_math_random, ("number", "number", "number"), "number", optional=1, draws=True),
    "States.StringSplit": Function(_string_split, ("string", "string"), "array"),
    "States.StringToJson": Function(_string_to_json, ("string",), "any"),
    "States.UUID": Function(_uuid, (), "string", draws=True),
}
"""Every intrinsic function of the States Language, by its name."""

_TYPES: dict[Kind, tuple[type[Any], ...]] = {
    "any": (str, dict, list, int, float, bool, type(None)),
    "array": (list,),
    "boolean": (bool,),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}


def kind_of(value: Json) -> str:
    """The kind of a JSON value in words: "array", "boolean", "null", "number", "object" or "string"."""
    if value is None:
        return "null"
    return next(kind for kind, types in _TYPES.items() if kind != "any" and type(value) in types)


def mistakes(call: Call) -> Iterator[tuple[int, str]]:
    """What is wrong with a call whatever its paths read, as (position, reason): names, arguments' number and kinds."""
    function = FUNCTIONS.get(call.name)
    if function is None:
        yield call.position, f"there is no intrinsic function '{call.name}'"
    else:
        yield from _misfits(call, function)
    for argument in call.arguments:
        if isinstance(argument, Call):
            yield from mistakes(argument)


def _misfits(call: Call, function: Function) -> Iterator[tuple[int, str]]:
    count = len(call.arguments)
    if count < function.minimum or (function.maximum is not None and count > function.maximum):
        yield call.position, f"{call.name} takes {_arity(function)}, not {count}"
        return
    for number, (argument, kind) in enumerate(zip(call.arguments, function.kinds(count), strict=True), 1):
        given = _kind_written(argument)
        if "any" not in (kind, given) and given != kind:
            yield argument.position, f"argument {number} of {call.name} is of type {given}, not {kind}"


def _kind_written(argument: Argument) -> str:
    match argument:
        case Literal():
            return kind_of(argument.value)
        case Call() if argument.name in FUNCTIONS:
            return FUNCTIONS[argument.name].returns
        case _:
            return "any"


def _arity(function: Function) -> str:
    least, most = function.minimum, function.maximum
    if most is None:
        return f"at least {least} argument{'s' * (least != 1)}"
    amount = str(least) if least == most else f"{least} to {most}"
    return f"{amount} argument{'s' * (amount != '1')}"


def placeholders(call: Call) -> int | None:
    """How many `{}` the literal template of a States.Format call has; None where its template is no literal string."""
    match call:
        case Call("States.Format", (Literal(pieces=(_, *rest)), *_)):
            return len(rest)
        case _:
            return None


# --- compilation -----------------------------------------------------------------------------------------------------


@lru_cache(4096)
def compile_intrinsic(text: str) -> Callable[[Scope], Json]:
    """A closure that evaluates the invocation on a scope.

    Raises IntrinsicSyntaxError for what `parse_intrinsic` or `mistakes` finds, PathSyntaxError for a path that parses
    and that no run can read. The closure raises StatesError when an argument is missing or unfit: States.Runtime, as
    the guide keeps States.IntrinsicFailure for later.
    """
    call = parse_intrinsic(text)
    for position, reason in mistakes(call):
        raise IntrinsicSyntaxError(text, position, reason)
    return _compile(call)


def _compile(argument: Argument) -> Callable[[Scope], Json]:
    match argument:
        case Literal():
            value = argument.value
            return lambda scope: value
        case PathArgument():
            from aslkit.language.jsonpath import compile_path

            return compile_path(argument.path.text)
        case Call():
            return _guarded(argument, _body(argument))


def _guarded(call: Call, body: Callable[[Scope], Json]) -> Callable[[Scope], Json]:
    def evaluate(scope: Scope) -> Json:
        try:
            return body(scope)
        except (PathNotFound, IntrinsicFailure, RecursionError) as error:
            raise _failed(call, error, scope) from None

    return evaluate


def _body(call: Call) -> Callable[[Scope], Json]:
    function, readers = FUNCTIONS[call.name], [_compile(argument) for argument in call.arguments]
    types = [_TYPES[kind] for kind in function.kinds(len(readers))]
    match call:
        case Call("States.Format", (Literal(pieces=pieces), *_)):
            return lambda scope: _interpolate(pieces, [read(scope) for read in readers[1:]])
        case Call(arguments=(_, _)) if not function.draws:
            return _body_on_two(function, readers, types)

    def body(scope: Scope) -> Json:
        values = [read(scope) for read in readers]
        for value, allowed in zip(values, types, strict=True):
            if type(value) not in allowed:
                raise _mismatch(function, values)
        return function.run(scope.random, *values) if function.draws else function.run(*values)

    return body


def _body_on_two(
    function: Function, readers: list[Callable[[Scope], Json]], types: list[tuple[type[Any], ...]]
) -> Callable[[Scope], Json]:
    """Most calls are on two arguments: worth a closure without loops."""
    run, (read_one, read_other), (one_allowed, other_allowed) = function.run, readers, types

    def body(scope: Scope) -> Json:
        one, other = read_one(scope), read_other(scope)
        if type(one) in one_allowed and type(other) in other_allowed:
            return run(one, other)
        raise _mismatch(function, [one, other])

    return body


def _mismatch(function: Function, values: list[Json]) -> IntrinsicFailure:
    number, kind, value = next(
        (number, kind, value)
        for number, (kind, value) in enumerate(zip(function.kinds(len(values)), values, strict=True), 1)
        if type(value) not in _TYPES[kind]
    )
    return IntrinsicFailure(f"argument {number} is of type {kind_of(value)}, not {kind}")


def _failed(call: Call, error: Exception, scope: Scope) -> StatesError:
    """The frame is AWS's, also the text for a path that is not found; AWS's other reasons are not recorded."""
    match error:
        case PathNotFound():
            reason = (
                f"The JsonPath argument for the field '{error.text}' could not be found "
                f"in the input '{json_text(scope.input)}'"
            )
        case RecursionError():
            reason = "the value is nested too deeply"
        case _:
            reason = str(error)
    return StatesError(RUNTIME, f"The function '{call.text}' had the following error: {reason}")
