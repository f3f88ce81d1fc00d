"""Choice rules: every operator on every type, timestamps, patterns, and what is refused."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.language.choice import (
    OPERATORS,
    ConditionSyntaxError,
    compile_condition,
    fits,
    parse_timestamp,
    pattern_pieces,
)
from aslkit.language.errors import StatesError
from aslkit.language.jsonpath import PathSyntaxError, Scope

quick = settings(max_examples=100, deadline=None)

NOON = "2024-02-29T12:00:00Z"
VALUES = [None, True, False, 0, 1, 1.0, 2.5, "", "b", NOON, "2024-02-29T13:00:00+01:00", [], [1], {}, {"a": 1}]


def holds(rule, **input):
    return compile_condition(rule)(Scope(input, {"State": {"RetryCount": 0}}, {"limit": 3}))


def held_by(operator, operand):
    """The values of the list for which the comparison is true."""
    return [value for value in VALUES if holds({"Variable": "$.v", operator: operand}, v=value)]


def refusal(rule):
    with pytest.raises(ConditionSyntaxError) as caught:
        compile_condition(rule)
    return caught.value.reason


def same(one, other):
    """Equal lists whose elements have equal types too: True is not 1."""
    return [(type(value), value) for value in one] == [(type(value), value) for value in other]


# --- operators -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operator", "operand", "expected"),
    [
        ("BooleanEquals", True, [True]),
        ("BooleanEquals", False, [False]),
        ("NumericEquals", 1, [1, 1.0]),
        ("NumericEquals", 1.0, [1, 1.0]),
        ("NumericLessThan", 1, [0]),
        ("NumericLessThanEquals", 1, [0, 1, 1.0]),
        ("NumericGreaterThan", 1, [2.5]),
        ("NumericGreaterThanEquals", 1, [1, 1.0, 2.5]),
        ("StringEquals", "b", ["b"]),
        ("StringLessThan", "b", ["", NOON, "2024-02-29T13:00:00+01:00"]),
        ("StringLessThanEquals", "b", ["", "b", NOON, "2024-02-29T13:00:00+01:00"]),
        ("StringGreaterThan", "a", ["b"]),
        ("StringGreaterThanEquals", "b", ["b"]),
        ("StringMatches", "2024-*", [NOON, "2024-02-29T13:00:00+01:00"]),
        ("StringMatches", "*", ["", "b", NOON, "2024-02-29T13:00:00+01:00"]),
        ("TimestampEquals", NOON, [NOON, "2024-02-29T13:00:00+01:00"]),
        ("TimestampLessThan", "2024-02-29T12:00:00.001Z", [NOON, "2024-02-29T13:00:00+01:00"]),
        ("TimestampLessThanEquals", NOON, [NOON, "2024-02-29T13:00:00+01:00"]),
        ("TimestampGreaterThan", NOON, []),
        ("TimestampGreaterThanEquals", "2024-02-29T12:00:00.000Z", [NOON, "2024-02-29T13:00:00+01:00"]),
        ("IsBoolean", True, [True, False]),
        ("IsNull", True, [None]),
        ("IsNumeric", True, [0, 1, 1.0, 2.5]),
        ("IsPresent", True, VALUES),
        ("IsString", True, ["", "b", NOON, "2024-02-29T13:00:00+01:00"]),
        ("IsTimestamp", True, [NOON, "2024-02-29T13:00:00+01:00"]),
    ],
)
def test_an_operator_holds_for_values_of_its_type_alone(operator, operand, expected):
    assert same(held_by(operator, operand), expected)


@pytest.mark.parametrize("operator", ["IsBoolean", "IsNull", "IsNumeric", "IsPresent", "IsString", "IsTimestamp"])
def test_a_type_test_for_false_holds_for_all_other_values(operator):
    expected = held_by(operator, True)
    others = [value for value in VALUES if not any(same([value], [other]) for other in expected)]
    assert same(held_by(operator, False), others)


@pytest.mark.parametrize("operator", [name.removesuffix("Path") for name in OPERATORS if name.endswith("Path")])
def test_the_path_form_compares_with_the_value_that_the_path_selects(operator):
    for operand in VALUES:
        rule = {"Variable": "$.v", f"{operator}Path": "$.o"}
        given = [value for value in VALUES if holds(rule, v=value, o=operand)]
        assert same(given, held_by(operator, operand) if fits(operand, OPERATORS[operator].operand) else [])


def test_variable_may_be_a_context_path_or_a_variable():
    assert holds({"Variable": "$$.State.RetryCount", "NumericLessThanPath": "$limit"})
    assert not holds({"Variable": "$limit", "NumericLessThanPath": "$$.State.RetryCount"})


def test_the_table_tells_the_kinds_of_operands():
    orders = ["Equals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
    kinds = {"String": "string", "Numeric": "number", "Timestamp": "timestamp"}
    compared = {prefix + order: kind for prefix, kind in kinds.items() for order in orders}
    compared["BooleanEquals"] = "boolean"
    tests = ["IsBoolean", "IsNull", "IsNumeric", "IsPresent", "IsString", "IsTimestamp"]
    assert {name: entry.operand for name, entry in OPERATORS.items()} == {
        **compared,
        **{f"{name}Path": "path" for name in compared},
        **dict.fromkeys(tests, "boolean"),
        "StringMatches": "pattern",
    }


# --- And, Or, Not ----------------------------------------------------------------------------------------------------

YES, NO, BROKEN = ({"Variable": path, "IsNull": True} for path in ("$.null", "$.one", "$.missing"))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"Not": YES}, False),
        ({"Not": {"Not": YES}}, True),
        ({"And": [YES]}, True),
        ({"And": [YES, NO]}, False),
        ({"And": [NO, BROKEN]}, False),
        ({"Or": [NO]}, False),
        ({"Or": [NO, YES]}, True),
        ({"Or": [YES, BROKEN]}, True),
        ({"And": [{"Or": [NO, YES]}, {"Not": {"And": [YES, NO]}}], "Next": "A", "Assign": {}, "Comment": ""}, True),
        ({"And": [{"Variable": "$.missing", "IsPresent": True}, BROKEN]}, False),
    ],
)
def test_rules_combine_from_left_to_right_and_lazily(rule, expected):
    assert holds(rule, null=None, one=1) is expected


# --- missing values --------------------------------------------------------------------------------------------------


def test_is_present_is_false_for_a_missing_value():
    assert not holds({"Variable": "$.a.b", "IsPresent": True}, a={})
    assert holds({"Variable": "$.a.b", "IsPresent": False}, a={})
    assert holds({"Variable": "$nobody", "IsPresent": False})


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({"Variable": "$.no", "IsNull": True}, "$.no"),
        ({"Variable": "$.no", "StringEquals": "a"}, "$.no"),
        ({"Variable": "$.no", "StringMatches": "a*"}, "$.no"),
        ({"Variable": "$.a", "NumericEqualsPath": "$.b.c"}, "$.b.c"),
        ({"Variable": "$$.Nothing", "IsString": True}, "$$.Nothing"),
        ({"Not": {"Or": [{"Variable": "$nobody", "IsString": True}]}}, "$nobody"),
    ],
)
def test_a_missing_value_fails_the_state(rule, path):
    with pytest.raises(StatesError) as caught:
        holds(rule, a=1, b={})
    assert (caught.value.error, caught.value.cause) == (
        "States.Runtime",
        f"Invalid path '{path}': The choice state's condition path references an invalid value.",
    )


# --- malformed rules -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("$.a", "a choice rule is not an object"),
        ({}, "a choice rule has no comparison operator"),
        ({"Variable": "$.a", "Next": "A"}, "a choice rule has no comparison operator"),
        ({"Condition": "{% true %}"}, "a choice rule has no comparison operator"),
        (
            {"Variable": "$.a", "IsNull": True, "IsString": True},
            "a choice rule has more than one comparison operator: IsNull, IsString",
        ),
        ({"And": [], "Next": "A"}, "the value of 'And' is not a non-empty array of choice rules"),
        ({"Or": YES}, "the value of 'Or' is not a non-empty array of choice rules"),
        ({"Not": [YES]}, "a choice rule is not an object"),
        ({"IsNull": True}, "a choice rule with 'IsNull' has no 'Variable'"),
        ({"Variable": 1, "IsNull": True}, "a choice rule with 'IsNull' has no 'Variable'"),
        ({"Variable": "$.a", "IsNull": "true"}, "the value of 'IsNull' is not a boolean"),
        ({"Variable": "$.a", "NumericEquals": "1"}, "the value of 'NumericEquals' is not a number"),
        ({"Variable": "$.a", "NumericEquals": True}, "the value of 'NumericEquals' is not a number"),
        ({"Variable": "$.a", "StringEquals": 1}, "the value of 'StringEquals' is not a string"),
        ({"Variable": "$.a", "StringEqualsPath": 1}, "the value of 'StringEqualsPath' is not a path"),
        ({"Variable": "$.a", "StringMatches": None}, "the value of 'StringMatches' is not a pattern"),
        ({"Variable": "$.a", "TimestampEquals": "noon"}, "the value of 'TimestampEquals' is not a timestamp"),
    ],
)
def test_a_malformed_rule_is_refused(rule, reason):
    assert refusal(rule) == reason


@pytest.mark.parametrize("rule", [{"Variable": "a", "IsNull": True}, {"Variable": "$", "StringEqualsPath": "b"}])
def test_a_malformed_path_is_refused(rule):
    with pytest.raises(PathSyntaxError):
        compile_condition(rule)


def test_rules_nest_a_hundred_deep_and_no_deeper():
    rule = YES
    for _ in range(99):
        rule = {"Not": rule}
    assert not holds(rule, null=None)
    assert refusal({"Not": rule}) == "choice rules nest more than 100 deep"


# --- timestamps ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", (0, "")),
        ("1970-01-01T01:30:00+01:30", (0, "")),
        ("1969-12-31T23:59:59.500Z", (-1, "5")),
        ("2000-02-29T00:00:00-00:00", (951782400, "")),
        ("2016-03-14T01:59:00.000000000000000001Z", (1457920740, "000000000000000001")),
        ("0000-01-01T00:00:00Z", (-62167219200, "")),
    ],
)
def test_a_timestamp_is_an_exact_instant(text, instant):
    assert parse_timestamp(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-02-29",
        "2024-02-29T12:00:00",
        "2024-02-29 12:00:00Z",
        "2024-02-29t12:00:00Z",
        "2024-02-29T12:00:00z",
        "2024-02-29T12:00Z",
        "2024-02-29T12:00:00.Z",
        "2024-02-29T12:00:00+0100",
        "2024-02-29T12:00:00+01:60",
        "2024-02-29T12:00:00+24:00",
        "2024-02-29T12:00:60Z",
        "2024-02-29T12:60:00Z",
        "2024-02-29T24:00:00Z",
        "2023-02-29T12:00:00Z",
        "1900-02-29T12:00:00Z",
        "2024-04-31T12:00:00Z",
        "2024-13-01T12:00:00Z",
        "2024-00-01T12:00:00Z",
        "2024-01-00T12:00:00Z",
        "29-02-2024T12:00:00Z",
        "2024-02-29T12:00:00Z\n",
        " 2024-02-29T12:00:00Z",
        "٢٠٢٤-02-29T12:00:00Z",
    ],
)
def test_other_text_is_no_timestamp(text):
    assert parse_timestamp(text) is None


zones = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=zones)


@quick
@given(moments, moments)
def test_timestamps_compare_as_instants(one, other):
    rule = {"Variable": "$.one", "TimestampLessThanPath": "$.other"}
    assert holds(rule, one=one.isoformat(), other=other.isoformat()) is (one < other)


# --- StringMatches ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "pieces"),
    [
        ("", ("",)),
        ("a", ("a",)),
        ("*", ("", "")),
        ("a*b**", ("a", "b", "", "")),
        (r"\*", ("*",)),
        (r"\\*", ("\\", "")),
        (r"a\\\*b*", ("a\\*b", "")),
        ("ab\ncd*", ("ab\ncd", "")),
        ("\\", None),
        (r"a\b", None),
        (r"*\\" + "\\", None),
    ],
)
def test_patterns(pattern, pieces):
    assert pattern_pieces(pattern) == pieces


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("foo*.log", "foo23.log", True),
        ("foo*.log", "foo.log", True),
        ("foo*.log", "fo.log", False),
        ("a*a", "a", False),
        ("*ab*ab", "abab", True),
        ("*ab*ab", "aab", False),
        ("a*b*c", "a-b-b-c", True),
        (r"\**", "*x", True),
        (r"\**", "x", False),
        ("*", "many\nlines", True),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_string_matches(pattern, text, expected):
    assert holds({"Variable": "$.t", "StringMatches": pattern}, t=text) is expected


def test_an_open_escape_fails_the_state():
    with pytest.raises(StatesError) as caught:
        holds({"Variable": "$.t", "StringMatches": "a\\b"}, t="a")
    assert (caught.value.error, caught.value.cause) == (
        "States.Runtime",
        r"The StringMatches pattern 'a\b' has a backslash that escapes neither * nor \.",
    )


@quick
@given(st.text("ab*\\"), st.text("ab*\\"))
def test_string_matches_agrees_with_a_regular_expression(pattern, text):
    pieces = pattern_pieces(pattern)
    if pieces is not None:
        expected = re.fullmatch("[ab*\\\\]*".join(map(re.escape, pieces)), text) is not None
        assert holds({"Variable": "$.t", "StringMatches": pattern}, t=text) is expected


def test_string_matches_does_not_backtrack():
    rule = compile_condition({"Variable": "$.t", "StringMatches": "*a" * 100 + "*" + "a" * 100 + "b*c"})
    assert not rule(Scope({"t": "a" * 200_000 + "c"}))
