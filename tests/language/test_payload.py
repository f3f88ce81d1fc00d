"""Payload templates: what is filled in, in which order, and how a missing value is told."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.language.errors import StatesError
from aslkit.language.intrinsics import IntrinsicSyntaxError
from aslkit.language.jsonpath import PathSyntaxError, Scope
from aslkit.language.payload import compile_expression, compile_template, hash_map_order, json_text, references

quick = settings(max_examples=100, deadline=None)

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)

SCOPE = Scope(
    {"name": "Bo", "list": [1, {"x": 2}], "n": 5},
    {"Execution": {"Name": "run-1"}},
    {"who": {"first": "Ada"}},
)


def fill(template, scope=SCOPE):
    return compile_template(template, "Parameters")(scope)


def failure(template, scope=SCOPE):
    with pytest.raises(StatesError) as caught:
        fill(template, scope)
    return caught.value.error, caught.value.cause


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ({}, {}),
        (
            {"a": "$.name", "b": "States.UUID()", "c": ["$.name"]},
            {"a": "$.name", "b": "States.UUID()", "c": ["$.name"]},
        ),
        ("$.name", "$.name"),
        ([1, None], [1, None]),
        ({"a.$": "$.name"}, {"a": "Bo"}),
        ({"a.$": "$"}, {"a": SCOPE.input}),
        ({"a.$": "$$.Execution.Name"}, {"a": "run-1"}),
        ({"a.$": "$who.first"}, {"a": "Ada"}),
        ({"a.$": "States.MathAdd($.n, 1)"}, {"a": 6}),
        ({"--month.$": "$.name", ".$": "$.n"}, {"": 5, "--month": "Bo"}),
        ({"a": {"b": {"c.$": "$.n", "d": 1}}}, {"a": {"b": {"d": 1, "c": 5}}}),
        ({"a": [{"b.$": "$.n"}, 1, [{"c.$": "$.name"}]]}, {"a": [{"b": 5}, 1, [{"c": "Bo"}]]}),
        ([{"b.$": "$.n"}, "$.n"], [{"b": 5}, "$.n"]),
    ],
)
def test_templates(template, value):
    assert json_text(fill(template)) == json_text(value)


def test_static_fields_come_first_and_nested_templates_keep_their_places():
    template = {"z.$": "$.n", "b": 1, "nested": {"y.$": "$.n"}, "c": 2, "a.$": "$.n"}
    assert json_text(fill(template)) == '{"b":1,"nested":{"y":5},"c":2,"a":5,"z":5}'


def test_a_filled_field_takes_the_place_of_a_static_one_of_its_name():
    assert json_text(fill({"a.$": "$.n", "a": 1, "b": 2})) == '{"a":5,"b":2}'


def test_a_static_template_is_one_shared_constant():
    template = {"a": [1, {"b": 2}]}
    evaluate = compile_template(template, "Parameters")
    assert evaluate(SCOPE) is evaluate(SCOPE) is template


@quick
@given(values, st.dictionaries(st.text(), st.sampled_from(["$", "$.list", "$who", "States.Array($, $.n)"]), min_size=1))
def test_filling_changes_neither_template_nor_input(static, expressions):
    template = {"static": static, "filled": [{f"{name}.$": text for name, text in expressions.items()}]}
    scope = copy.deepcopy((SCOPE.input, SCOPE.context, SCOPE.variables))
    before = json.dumps(template)
    filled = fill(template, Scope(*scope))
    assert json.dumps(template) == before
    assert scope == (SCOPE.input, SCOPE.context, SCOPE.variables)
    assert set(filled["filled"][0]) == set(expressions)


# --- failures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["$.no", "$.name.no.more", "$$.Execution.Input.no", "$nobody", "$nobody.name"])
def test_a_missing_value_names_the_path_the_key_and_the_input(path):
    assert failure({"outer": [{"value.$": path}]}, Scope({"a": "é"}, {"Execution": {"Input": {}}})) == (
        "States.Runtime",
        f"The JSONPath '{path}' specified for the field 'value.$' could not be found in the input '{{\"a\":\"é\"}}'",
    )


def test_a_missing_value_outside_a_template_names_the_field():
    with pytest.raises(StatesError) as caught:
        compile_expression("$.ErrorX", "ErrorPath")(Scope({"a": 1}))
    assert caught.value.cause == (
        "The JSONPath '$.ErrorX' specified for the field 'ErrorPath' could not be found in the input '{\"a\":1}'"
    )


def test_a_value_missing_in_a_function_names_the_function():
    assert failure({"value.$": "States.Format('{}', $.no)"}, Scope({})) == (
        "States.Runtime",
        "The function 'States.Format('{}', $.no)' had the following error: "
        "The JsonPath argument for the field '$.no' could not be found in the input '{}'",
    )


@pytest.mark.parametrize(
    ("value", "kind"), [(1, "number"), (True, "boolean"), (None, "null"), (["$"], "array"), ({}, "object")]
)
def test_a_dynamic_value_that_is_no_string_is_refused(value, kind):
    with pytest.raises(IntrinsicSyntaxError) as caught:
        compile_template({"a": [{"x.$": value}]}, "ResultSelector")
    assert caught.value.text == json.dumps(value)
    assert caught.value.reason == (
        f"the value of 'x.$' in ResultSelector is of type {kind}, not a path or an intrinsic function"
    )


@pytest.mark.parametrize("text", ["", "name", "States.Nope()", "States.Format('{}", " $.name"])
def test_a_dynamic_value_that_is_no_function_is_refused(text):
    with pytest.raises(IntrinsicSyntaxError):
        compile_template({"x.$": text}, "Parameters")


@pytest.mark.parametrize("text", ["$.a[x]", "$.", "$..", "$['a'"])
def test_a_dynamic_value_that_is_a_broken_path_is_refused(text):
    with pytest.raises(PathSyntaxError):
        compile_template({"x.$": text}, "Parameters")


# --- references ------------------------------------------------------------------------------------------------------


def test_references_are_the_dynamic_entries_with_their_places():
    template = {"b.$": "$.b", "a": [{"c.$": "States.UUID()"}, "$.no"], "d": {"e": {"f.$": "$$"}}, "g.$": 1, "h": "$.no"}
    assert list(references(template)) == [
        (("b.$",), "$.b"),
        (("a", 0, "c.$"), "States.UUID()"),
        (("d", "e", "f.$"), "$$"),
    ]
    assert list(references("$.a")) == []


# --- the order of keys -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "order"),
    [
        ([], []),
        (["Aa", "BB"], ["Aa", "BB"]),
        (["BB", "Aa"], ["BB", "Aa"]),
        (["one", "two", "three", "four"], ["four", "one", "two", "three"]),
        (["c", "b", "a", "b"], ["a", "b", "c"]),
        (list("mlkjihgfedcba"), list("abcdefghijklm")),
        (["q", "a"], ["q", "a"]),
        (["q", *"abcdefghijkl"], [*"abcdefghijkl", "q"]),
    ],
)
def test_dynamic_fields_stand_in_the_order_of_a_java_hash_map(names, order):
    assert hash_map_order(names) == order


def test_hashes_are_taken_over_utf_16():
    assert hash_map_order(["🆗", "a", "日"]) == ["🆗", "a", "日"]


@quick
@given(st.lists(st.text(), unique=True))
def test_the_order_holds_every_name_once(names):
    assert sorted(hash_map_order(names)) == sorted(names)


# --- JSON text -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1, "1"),
        (1.0, "1.0"),
        (-0.5, "-0.5"),
        ('é🆗/"\\\n\t', '"é🆗/\\"\\\\\\n\\t"'),
        ({"b": [1, {"a": None}], "a": {}}, '{"b":[1,{"a":null}],"a":{}}'),
    ],
)
def test_json_text_is_compact_and_keeps_order_and_characters(value, text):
    assert json_text(value) == text


@quick
@given(values)
def test_json_text_is_json(value):
    assert json.loads(json_text(value)) == value
