"""A choice rule of a JSONPath Choice state -> a closure that says whether it matches.

Source: States Language specification, "Choice State" and "Timestamps". A value of another type than the operator's
makes the comparison false, never an error (recorded on AWS).
"""

from __future__ import annotations

import operator
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from aslkit.language.errors import RUNTIME, StatesError
from aslkit.language.jsonpath import PathNotFound, compile_path
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal

    from aslkit.language.jsonpath import Json, Scope

    OperandKind = Literal["boolean", "number", "path", "pattern", "string", "timestamp"]
    Read = Callable[[Scope], Json]
    Condition = Callable[[Scope], bool]
    Convert = Callable[[Json], Any]
    Test = Callable[[Any, Any], bool]

COMBINATORS = ("And", "Or", "Not")

MAX_NESTING = 100
"""How deep And, Or and Not may nest here; AWS publishes no limit."""


class ConditionSyntaxError(ValueError):
    """The choice rule is malformed: `reason` says how."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# --- rules -----------------------------------------------------------------------------------------------------------


def compile_condition(rule: Json) -> Condition:
    """A closure that evaluates a choice rule (its raw JSON, And, Or and Not nested) from left to right, lazily.

    Raises ConditionSyntaxError for a malformed rule and PathSyntaxError for a malformed path in it. The closure raises
    StatesError (States.Runtime) when a path finds nothing, except in IsPresent.
    """
    matches = _compile(rule, 1)

    def condition(scope: Scope) -> bool:
        try:
            return matches(scope)
        except PathNotFound as missing:
            raise StatesError(
                RUNTIME,
                f"Invalid path '{missing.text}': The choice state's condition path references an invalid value.",
            ) from None

    return condition


def _compile(rule: Json, depth: int) -> Condition:
    if not isinstance(rule, dict):
        raise ConditionSyntaxError("a choice rule is not an object")
    if depth > MAX_NESTING:
        raise ConditionSyntaxError(f"choice rules nest more than {MAX_NESTING} deep")
    match [name for name in rule if name in OPERATORS or name in COMBINATORS]:
        case ["Not"]:
            return _negation(_compile(rule["Not"], depth + 1))
        case ["And" | "Or" as name]:
            return _combination(name, [_compile(part, depth + 1) for part in _parts(rule, name)])
        case [name]:
            return _comparison(rule, name)
        case []:
            raise ConditionSyntaxError("a choice rule has no comparison operator")
        case names:
            raise ConditionSyntaxError(f"a choice rule has more than one comparison operator: {', '.join(names)}")


def _parts(rule: dict[str, Json], name: str) -> list[Json]:
    parts = rule[name]
    if isinstance(parts, list) and parts:
        return parts
    raise ConditionSyntaxError(f"the value of '{name}' is not a non-empty array of choice rules")


def _negation(part: Condition) -> Condition:
    return lambda scope: not part(scope)


def _combination(name: str, parts: Sequence[Condition]) -> Condition:
    decisive = name == "Or"

    def combination(scope: Scope) -> bool:
        for part in parts:
            if part(scope) is decisive:
                return decisive
        return not decisive

    return combination


def _comparison(rule: dict[str, Json], name: str) -> Condition:
    variable, operand, entry = rule.get("Variable"), rule[name], OPERATORS[name]
    if not isinstance(variable, str):
        raise ConditionSyntaxError(f"a choice rule with '{name}' has no 'Variable'")
    if not fits(operand, entry.operand):
        raise ConditionSyntaxError(f"the value of '{name}' is not a {entry.operand}")
    return entry.build(compile_path(variable), operand)


def _compare(convert: Convert, test: Test, read: Read, operand: Json) -> Condition:
    expected = convert(operand)

    def comparison(scope: Scope) -> bool:
        value = convert(read(scope))
        return value is not None and test(value, expected)

    return comparison


def _compare_with_path(convert: Convert, test: Test, read: Read, operand: str) -> Condition:
    read_other = compile_path(operand)

    def comparison(scope: Scope) -> bool:
        value, other = convert(read(scope)), convert(read_other(scope))
        return value is not None and other is not None and test(value, other)

    return comparison


def _is(convert: Convert, read: Read, expected: bool) -> Condition:
    return lambda scope: (convert(read(scope)) is not None) is expected


def _is_null(read: Read, expected: bool) -> Condition:
    return lambda scope: (read(scope) is None) is expected


def _is_present(read: Read, expected: bool) -> Condition:
    def present(scope: Scope) -> bool:
        try:
            read(scope)
        except PathNotFound:
            return not expected
        return expected

    return present


# --- the types that are compared: the value itself or what it means, None for another type ----------------------------


def _string(value: Json) -> str | None:
    return value if type(value) is str else None


def _number(value: Json) -> float | None:
    return value if type(value) is int or type(value) is float else None


def _boolean(value: Json) -> bool | None:
    return value if type(value) is bool else None


def _timestamp(value: Json) -> tuple[int, str] | None:
    return parse_timestamp(value) if type(value) is str else None


_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def parse_timestamp(text: str) -> tuple[int, str] | None:
    """The instant as (seconds since 1970-01-01T00:00:00Z, digits of the fraction without final zeros), else None.

    Two instants compare exactly, whatever their offsets and however long their fractions. The text is RFC 3339 with
    upper-case T and Z (specification, "Timestamps"); days, hours and seconds are those of the calendar and the clock,
    without leap seconds.
    """
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.group(1, 2, 3, 4, 5, 6))
    fraction, sign, *offset = found.group(7, 8, 9, 10)
    ahead_hours, ahead_minutes = (int(part or 0) for part in offset)
    if not 1 <= month <= 12 or not 1 <= day <= _days_in(year, month):
        return None
    if hour > 23 or minute > 59 or second > 59 or ahead_hours > 23 or ahead_minutes > 59:
        return None
    ahead = (ahead_hours * 60 + ahead_minutes) * 60
    local = _days_since_1970(year, month, day) * 86_400 + (hour * 60 + minute) * 60 + second
    return local - (-ahead if sign == "-" else ahead), (fraction or "").rstrip("0")


def _days_in(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _DAYS[month - 1] + (month == 2 and leap)


def _days_since_1970(year: int, month: int, day: int) -> int:
    """Counted in years that begin in March, so that the leap day is the last one of a year."""
    year -= month < 3
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * ((month - 3) % 12) + 2) // 5 + day - 719_469


# --- StringMatches ---------------------------------------------------------------------------------------------------

_PATTERN_PART = re.compile(r"[^*\\]+|\\[*\\]|\*")


def pattern_pieces(pattern: str) -> tuple[str, ...] | None:
    r"""The literal texts between the `*` of a StringMatches pattern, with `\*` and `\\` resolved.

    None where a backslash escapes nothing, on which the guide's page "Choice workflow state" promises an error at run
    time.
    """
    pieces, at = [""], 0
    while part := _PATTERN_PART.match(pattern, at):
        at = part.end()
        if part[0] == "*":
            pieces.append("")
        else:
            pieces[-1] += part[0].removeprefix("\\")
    return tuple(pieces) if at == len(pattern) else None


def _matches(read: Read, pattern: str) -> Condition:
    pieces = pattern_pieces(pattern)
    if pieces is None:
        return partial(_open_escape, pattern)

    def matches(scope: Scope) -> bool:
        value = read(scope)
        return type(value) is str and _fits_pieces(value, pieces)

    return matches


def _open_escape(pattern: str, scope: Scope) -> bool:
    raise StatesError(RUNTIME, f"The StringMatches pattern '{pattern}' has a backslash that escapes neither * nor \\.")


def _fits_pieces(text: str, pieces: tuple[str, ...]) -> bool:
    """Takes every piece at its earliest place, which is enough as `*` matches anything: linear in the text."""
    first, *middle = pieces
    if not middle:
        return text == first
    last = middle.pop()
    at, end = len(first), len(text) - len(last)
    if at > end or not text.startswith(first) or not text.endswith(last):
        return False
    for piece in middle:
        at = text.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True


# --- the table of operators ------------------------------------------------------------------------------------------


class Operator(Record):
    """A comparison operator: the kind of its operand, and what makes a condition of `Variable`'s reader and operand."""

    operand: OperandKind
    build: Callable[[Read, Any], Condition]


def fits(operand: Json, kind: OperandKind) -> bool:
    """Whether the operand is of the kind; a "path" or "pattern" is any string here, its syntax is judged elsewhere."""
    return _KINDS[kind](operand) is not None


_KINDS: dict[OperandKind, Convert] = {
    "boolean": _boolean,
    "number": _number,
    "path": _string,
    "pattern": _string,
    "string": _string,
    "timestamp": _timestamp,
}

_ORDERED: dict[str, OperandKind] = {"String": "string", "Numeric": "number", "Timestamp": "timestamp"}

_TESTS: dict[str, Test] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}

_COMPARED: dict[str, tuple[OperandKind, Test]] = {
    **{prefix + suffix: (kind, test) for prefix, kind in _ORDERED.items() for suffix, test in _TESTS.items()},
    "BooleanEquals": ("boolean", operator.eq),
}

OPERATORS: dict[str, Operator] = {
    **{name: Operator(kind, partial(_compare, _KINDS[kind], test)) for name, (kind, test) in _COMPARED.items()},
    **{
        f"{name}Path": Operator("path", partial(_compare_with_path, _KINDS[kind], test))
        for name, (kind, test) in _COMPARED.items()
    },
    "StringMatches": Operator("pattern", _matches),
    "IsBoolean": Operator("boolean", partial(_is, _boolean)),
    "IsNull": Operator("boolean", _is_null),
    "IsNumeric": Operator("boolean", partial(_is, _number)),
    "IsPresent": Operator("boolean", _is_present),
    "IsString": Operator("boolean", partial(_is, _string)),
    "IsTimestamp": Operator("boolean", partial(_is, _timestamp)),
}
"""Every comparison operator of the States Language, by its name."""
