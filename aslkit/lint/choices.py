"""Choice rules: which ones decide nothing, and what happens when none matches."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

from aslkit.definition.model import JSONATA, Choice, all_states
from aslkit.lint.engine import INFO, WARNING, Hit, rule
from aslkit.lint.graph import scopes
from aslkit.lint.statuses import asked, fits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import ChoiceRule, Json, StateMachine

MOST_RULES = 40
"""The most rules, inner ones counted, of a Choice that is looked at pair by pair."""


class Interval(NamedTuple):
    """Numbers from `low` to `high`, each end with 1 when it belongs to them."""

    low: tuple[float, int]
    high: tuple[float, int]


def _interval(rule: ChoiceRule) -> Interval | None:
    """The numbers for which a comparison with a number holds."""
    number = rule.operand
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return None
    match rule.operator:
        case "NumericEquals":
            return Interval((number, 1), (number, 1))
        case "NumericLessThan":
            return Interval((-inf, 0), (number, 0))
        case "NumericLessThanEquals":
            return Interval((-inf, 0), (number, 1))
        case "NumericGreaterThan":
            return Interval((number, 0), (inf, 0))
        case "NumericGreaterThanEquals":
            return Interval((number, 1), (inf, 0))
        case _:
            return None


def implies(one: ChoiceRule, other: ChoiceRule) -> bool:
    """Whether it is certain that `other` holds wherever `one` does."""
    if _same(one, other):
        return True
    if one.operator == "Or" and one.rules:
        return all(implies(inner, other) for inner in one.rules)
    if other.operator == "And" and other.rules:
        return all(implies(one, inner) for inner in other.rules)
    if one.operator == "And" and any(implies(inner, other) for inner in one.rules):
        return True
    if other.operator == "Or" and any(implies(one, inner) for inner in other.rules):
        return True
    if one.operator == other.operator == "Not" and one.rules and other.rules:
        return implies(other.rules[0], one.rules[0])
    return one.variable is not None and one.variable == other.variable and _comparison_implies(one, other)


def _same(one: ChoiceRule, other: ChoiceRule) -> bool:
    names = {"Variable", "Condition", one.operator or "", other.operator or ""}
    written = [name for name in names if name in one.raw or name in other.raw]
    return written not in ([], ["Variable"]) and all(
        name in one.raw and name in other.raw and _equal(one.raw[name], other.raw[name]) for name in written
    )


def _equal(one: Json, other: Json) -> bool:
    return type(one) is type(other) and bool(one == other)


def _comparison_implies(one: ChoiceRule, other: ChoiceRule) -> bool:
    first, second = one.operand, other.operand
    inner, outer = _interval(one), _interval(other)
    if inner is not None and outer is not None:
        return _starts(outer) <= _starts(inner) and _stops(inner) <= _stops(outer)
    if other.operator == "StringMatches" and one.operator == "StringEquals" and _texts(first, second):
        return fits(first, second) is True
    if other.operator == "IsPresent" and second is True:
        return not (one.operator == "IsPresent" and first is False) and one.operator not in TESTS
    kind = KINDS.get((one.operator or "")[:6])
    return kind is not None and other.operator == kind and second is True


TESTS = frozenset({"IsPresent", "IsNull", "IsString", "IsNumeric", "IsBoolean", "IsTimestamp"})
KINDS = {"String": "IsString", "Numeri": "IsNumeric", "Boolea": "IsBoolean"}
"""How the operators of a kind of value begin -> the test of that kind."""


def _starts(numbers: Interval) -> tuple[float, int]:
    return numbers.low[0], -numbers.low[1]


def _stops(numbers: Interval) -> tuple[float, int]:
    return numbers.high


def _texts(*values: Json) -> bool:
    return all(isinstance(value, str) and "${" not in value for value in values)


@rule(WARNING)
def choice_rule_never_decides(machine: StateMachine) -> Iterator[Hit]:
    """A choice rule never decides: an earlier one matches whenever it does, or it contradicts itself.

    The first rule that matches decides. A rule behind one that is as wide or wider (`> 5` before `> 10`, the same
    comparison twice) leads nowhere, and neither does an And of two comparisons that exclude each other.

    Bad:

        StartAt: Look
        States:
          Look:
            Type: Choice
            Choices:
              - Variable: $.rows
                NumericGreaterThan: 0
                Next: Load
              - Variable: $.rows  # <-
                NumericGreaterThan: 1000000
                Next: Split
            Default: Done
          Load:
            Type: Pass
            Next: Done
          Split:
            Type: Pass
            Next: Done
          Done:
            Type: Succeed

    Good:

        StartAt: Look
        States:
          Look:
            Type: Choice
            Choices:
              - Variable: $.rows
                NumericGreaterThan: 1000000
                Next: Split
              - Variable: $.rows
                NumericGreaterThan: 0
                Next: Load
            Default: Done
          Load:
            Type: Pass
            Next: Done
          Split:
            Type: Pass
            Next: Done
          Done:
            Type: Succeed
    """
    for state in _choices(machine):
        shadowed: dict[Pointer, list[ChoiceRule]] = {}
        for index, later in enumerate(state.choices):
            earlier = next((one for one in state.choices[:index] if implies(later, one)), None)
            if earlier is not None:
                shadowed.setdefault(earlier.pointer, []).append(later)
            elif (clash := _contradiction(later)) is not None:
                yield _impossible(machine, state, *clash)
        for pointer, rules in shadowed.items():
            yield _shadowed(machine, state, pointer, rules)


def _shadowed(machine: StateMachine, state: Choice, earlier: Pointer, rules: Sequence[ChoiceRule]) -> Hit:
    lines = ", ".join(str(machine.document.span(one.pointer).line) for one in rules[1:])
    others = f", and so do those on line {lines}" if lines else ""
    line = machine.document.span(earlier).line
    leads = next(one.next for one in state.choices if one.pointer == earlier)
    return Hit(
        rules[0].pointer,
        f'this rule of "{state.name}" never decides{others}: whenever it matches, the rule on line {line} does, which '
        f'leads to "{leads}"',
        related=(earlier, *(one.pointer for one in rules[1:])),
    )


def _impossible(machine: StateMachine, state: Choice, first: ChoiceRule, second: ChoiceRule) -> Hit:
    line = machine.document.span(first.pointer).line
    return Hit(
        second.pointer,
        f'this rule of "{state.name}" never matches: {_said(second)} excludes {_said(first)} (line {line}) in the same '
        "And",
        related=(first.pointer,),
    )


def _choices(machine: StateMachine) -> Iterator[Choice]:
    for _, state in all_states(machine):
        if isinstance(state, Choice) and sum(1 for _ in _flat(state.choices)) <= MOST_RULES:
            yield state


def _flat(rules: Sequence[ChoiceRule]) -> Iterator[ChoiceRule]:
    for one in rules:
        yield one
        yield from _flat(one.rules)


def _said(rule: ChoiceRule) -> str:
    return f"{rule.variable} {rule.operator} {rule.operand}"


def _contradiction(rule: ChoiceRule) -> tuple[ChoiceRule, ChoiceRule] | None:
    """Two conjuncts of a rule that exclude each other."""
    joined = list(_conjuncts(rule))
    for index, second in enumerate(joined):
        for first in joined[:index]:
            if first.variable is not None and first.variable == second.variable and _exclude(first, second):
                return first, second
    return None


def _conjuncts(rule: ChoiceRule) -> Iterator[ChoiceRule]:
    if rule.operator == "And":
        for inner in rule.rules:
            yield from _conjuncts(inner)
    else:
        yield rule


def _exclude(one: ChoiceRule, other: ChoiceRule) -> bool:
    first, second = _interval(one), _interval(other)
    if first is not None and second is not None:
        low, high = max(_starts(first), _starts(second)), min(_stops(first), _stops(second))
        return low[0] > high[0] or (low[0] == high[0] and not (low[1] == -1 and high[1] == 1))
    if one.operator != other.operator or one.operand == other.operand:
        return False
    if one.operator in ("StringEquals", "TimestampEquals"):
        return _texts(one.operand, other.operand)
    return one.operator in (*TESTS, "BooleanEquals") and isinstance(one.operand, bool)


@rule(INFO)
def choice_without_default(machine: StateMachine) -> Iterator[Hit]:
    """A Choice has no Default, and its rules do not cover every value.

    When no rule matches, the execution fails with States.NoChoiceMatched, which AWS reports as States.Runtime: no Retry
    or Catch sees it, no failure route is taken. A Default that leads to a Fail state says what was unexpected. Not said
    where the rules surely cover everything: true and false, < and >=, a comparison and its Not.

    Bad:

        StartAt: Look
        States:
          Look:  # <-
            Type: Choice
            Choices:
              - Variable: $.environment
                StringEquals: dev
                Next: Small
              - Variable: $.environment
                StringEquals: prod
                Next: Large
          Small:
            Type: Succeed
          Large:
            Type: Succeed

    Good:

        StartAt: Look
        States:
          Look:
            Type: Choice
            Choices:
              - Variable: $.environment
                StringEquals: dev
                Next: Small
              - Variable: $.environment
                StringEquals: prod
                Next: Large
            Default: Unknown
          Small:
            Type: Succeed
          Large:
            Type: Succeed
          Unknown:
            Type: Fail
            Error: UnknownEnvironment
    """
    for scope in scopes(machine):
        for state in scope.states.values():
            if not isinstance(state, Choice) or "Default" in state.raw or not state.choices:
                continue
            if state.name not in asked(scope) and not _covers_all(state):
                yield Hit(
                    state.pointer,
                    f'"{state.name}" has no Default: when no rule matches, the execution fails with States.Runtime, '
                    "past every Catch",
                )


def _covers_all(state: Choice) -> bool:
    """Whether some rule surely matches, or that is too much to tell."""
    if state.query_language == JSONATA:
        return _conditions_cover_all([one.condition for one in state.choices])
    wide = list(_alternatives(state.choices))
    if len(wide) > MOST_RULES:
        return True
    for index, one in enumerate(wide):
        if one.operator == "Not" and one.rules and any(implies(one.rules[0], other) for other in wide):
            return True
        for other in wide[:index]:
            if one.variable is not None and one.variable == other.variable and _complete(one, other):
                return True
    return False


def _alternatives(rules: Sequence[ChoiceRule]) -> Iterator[ChoiceRule]:
    for one in rules:
        if one.operator == "Or":
            yield from _alternatives(one.rules)
        else:
            yield one


def _complete(one: ChoiceRule, other: ChoiceRule) -> bool:
    """Whether two comparisons of one variable leave nothing out."""
    first, second = _interval(one), _interval(other)
    if first is not None and second is not None:
        low, high = sorted((first, second), key=_starts)
        return (
            low.low[0] == -inf
            and high.high[0] == inf
            and (high.low[0] < low.high[0] or (high.low[0] == low.high[0] and bool(high.low[1] or low.high[1])))
        )
    if one.operator == other.operator and one.operator in (*TESTS, "BooleanEquals"):
        return isinstance(one.operand, bool) and isinstance(other.operand, bool) and one.operand != other.operand
    return frozenset({str(one.operator), str(other.operator)}) in COMPLETE and one.operand == other.operand


COMPLETE = frozenset(
    frozenset({f"{kind}{less}{path}", f"{kind}{more}{path}"})
    for kind in ("Numeric", "String", "Timestamp")
    for path in ("", "Path")
    for less, more in (("LessThan", "GreaterThanEquals"), ("LessThanEquals", "GreaterThan"))
)
"""Two operators of which one holds whenever both can compare."""


def _conditions_cover_all(conditions: Sequence[Json]) -> bool:
    """Whether a condition is true, or the negation of another one; also where one cannot be compared as text."""
    texts = {str(one).removeprefix("{%").removesuffix("%}").strip() for one in conditions}
    plain = {"".join(text.replace("!=", "=").split()) for text in texts}
    return len(plain) < len(texts) or any(text in ("true", "True") or text.startswith("$not(") for text in texts)
