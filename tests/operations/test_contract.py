"""The input contract of a definition: what it reads, how much it needs it, and where an input breaks it."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.operations.contract import Field, breaches, contract, json_schema, shown, unread

GLUE = "Type: Task, Resource: 'arn:aws:states:::glue:startJobRun.sync', TimeoutSeconds: 60"
LAMBDA = "Type: Task, Resource: 'arn:aws:lambda:eu-west-1:111122223333:function:work', TimeoutSeconds: 60"


def machine(states: str, language: str = "JSONPath") -> StateMachine:
    text = f"QueryLanguage: {language}\nStartAt: A\nStates:\n"
    return parse(load(text + textwrap.indent(textwrap.dedent(states).strip("\n"), "  "), source="machine.yaml"))


def needs(fields: tuple[Field, ...]) -> dict[str, tuple[str, str]]:
    return {shown(field.path): ("|".join(field.types), field.need) for field in fields}


def read(states: str, language: str = "JSONPath") -> dict[str, tuple[str, str]]:
    return needs(contract(machine(states, language)))


def broken(states: str, value: Any, language: str = "JSONPath") -> list[str]:
    return [breach.message for breach in breaches(contract(machine(states, language)), value)]


def test_a_field_is_always_needed_when_every_route_reads_it() -> None:
    assert read(f"""
        A: {{Type: Choice, Choices: [{{Variable: $.full, BooleanEquals: true, Next: B}}], Default: C}}
        B: {{{LAMBDA}, Parameters: {{m.$: $.month, s.$: $.size}}, ResultPath: null, Next: D}}
        C: {{{LAMBDA}, Parameters: {{m.$: $.month}}, ResultPath: null, Next: D,
             Catch: [{{ErrorEquals: [States.ALL], ResultPath: $.error, Next: F}}]}}
        D: {{Type: Wait, SecondsPath: $.pause, End: true}}
        F: {{Type: Fail, CausePath: $.owner}}
    """) == {
        "$.full": ("boolean", "always"),
        "$.month": ("", "always"),
        "$.size": ("", "sometimes"),
        "$.pause": ("integer", "always"),
        "$.owner": ("string", "sometimes"),
    }


def test_what_is_only_asked_for_may_be_missing() -> None:
    assert read("""
        A: {Type: Choice, Choices: [{Variable: $.note, IsPresent: true, Next: B}], Default: C}
        B: {Type: Pass, Parameters: {n.$: $.note}, End: true}
        C: {Type: Succeed}
    """) == {"$.note": ("", "optional")}


def test_a_value_is_followed_through_templates_variables_items_and_the_context() -> None:
    assert read(f"""
        A: {{Type: Pass, Parameters: {{rows.$: $.tables, m.$: $$.Execution.Input.month}}, Next: B}}
        B: {{Type: Pass, Assign: {{job.$: $$.Execution.Input.job}}, Next: M}}
        M:
          Type: Map
          ItemsPath: $.rows
          ItemProcessor:
            StartAt: I
            States:
              I: {{{GLUE}, Parameters: {{JobName.$: $.name, NumberOfWorkers.$: $job.workers}}, End: true}}
          End: true
    """) == {
        "$.tables": ("array", "always"),
        "$.month": ("", "always"),
        "$.job": ("object", "always"),
        "$.tables[*].name": ("string", "always"),
        "$.job.workers": ("integer", "sometimes"),
    }


def test_what_a_result_gives_is_no_part_of_the_contract() -> None:
    assert (
        read(f"""
        A: {{{LAMBDA}, Next: B}}
        B: {{{LAMBDA}, Parameters: {{m.$: $.month}}, ResultPath: $.b, Next: C}}
        C: {{{LAMBDA}, Parameters: {{m.$: $.b.month}}, End: true}}
    """)
        == {}
    )


def test_expressions_in_jsonata_read_the_input_too() -> None:
    assert read(
        """
        A:
          Type: Task
          Resource: arn:aws:states:::sns:publish
          TimeoutSeconds: "{% $states.input.limit %}"
          Arguments:
            TopicArn: "{% $states.input.topic %}"
            Message: "{% 'Done ' & $states.input.suffix & ($exists($states.input.a.b) ? $states.input.a.b : '') %}"
          End: true
    """,
        "JSONata",
    ) == {
        "$.topic": ("string", "always"),
        "$.suffix": ("", "optional"),
        "$.a.b": ("", "optional"),
        "$.limit": ("integer", "always"),
    }


STATES = f"""
    A: {{{GLUE}, Parameters: {{JobName.$: $.job.name, NumberOfWorkers.$: $.workers}}, ResultPath: null, Next: B}}
    B:
      Type: Map
      ItemsPath: $.tables
      ItemProcessor: {{StartAt: C, States: {{C: {{Type: Wait, SecondsPath: $.s, End: true}}}}}}
      End: true
"""


def test_an_input_that_has_all_breaks_nothing() -> None:
    assert broken(STATES, {"job": {"name": "a"}, "workers": 2, "tables": []}) == []


def test_what_is_missing_is_told_with_the_state_that_fails() -> None:
    assert broken(STATES, {"job": {"nane": "a"}, "workers": "2", "tables": [{"s": 1}, {"s": "x"}, {}]}) == [
        '$.job.name is missing: "A" (line 4) reads $.job.name and fails with States.Runtime, which no Catch sees; the '
        'input has "nane", which nothing reads',
        '$.workers is a string, where an integer is needed: "A" (line 4) reads $.workers and fails',
        '$.tables[1].s is a string, where an integer is needed: "C" (line 8) reads $.s and fails',
        '$.tables[2].s is missing: "C" (line 8) reads $.s and fails with States.Runtime, which no Catch sees',
    ]


def test_a_comparison_with_another_type_is_no_failure() -> None:
    states = """
        A: {Type: Choice, Choices: [{Variable: $.n, NumericEquals: 1, Next: B}], Default: B}
        B: {Type: Succeed}
    """
    assert broken(states, {"n": "1"}) == []


def test_what_nothing_reads_is_told_unless_a_task_takes_all() -> None:
    one = machine(STATES)
    value = {"job": {}, "extra": 1}
    assert unread(one, contract(one), value) == ["extra"]
    other = machine(f"A: {{{LAMBDA}, End: true}}")
    assert unread(other, contract(other), value) == []


def test_the_schema_takes_what_fits_and_refuses_what_does_not() -> None:
    from jsonschema import Draft202012Validator

    schema = json_schema(contract(machine(STATES)), title="Input")
    Draft202012Validator.check_schema(schema)
    judge = Draft202012Validator(schema)
    assert judge.is_valid({"job": {"name": "a"}, "workers": 2, "tables": [{"s": 1}], "more": 1})
    assert not judge.is_valid({"job": {"name": "a"}, "workers": "2", "tables": []})
    assert not judge.is_valid({"job": {"name": "a"}, "workers": 2, "tables": [{}]})
    assert not judge.is_valid({"workers": 2, "tables": []})


@pytest.mark.parametrize("states", ["A: {}", "A: {Type: Nonsense}", "A: {Type: Map}", "B: {Type: Pass, Next: B}"])
def test_a_definition_in_pieces_has_a_contract_too(states: str) -> None:
    assert read(states) in ({}, {"$": ("", "always")})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["job", "name", "tables", "s", "workers"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_any_value_is_checked(value: Any) -> None:
    broken(STATES, value)


def test_a_value_that_may_be_left_out_is_followed_and_breaks_nothing() -> None:
    states = f"""
        A: {{Type: Pass, Output: {{v: "{{% $exists($states.input.n) ? $states.input.n : 'none' %}}"}}, Next: B}}
        B: {{{LAMBDA}, Arguments: {{n: "{{% $states.input.v %}}"}}, Next: C}}
        C: {{Type: Pass, Next: D,
             Output: "{{% $merge([$states.input, {{'w': $states.context.Execution.Input.m}}]) %}}"}}
        D: {{{GLUE}, Arguments: {{JobName: "{{% $states.input.w %}}"}}, End: true}}
    """
    assert read(states, "JSONata") == {"$.n": ("", "optional"), "$.m": ("string", "optional")}
    assert broken(states, {}, "JSONata") == []


def test_arguments_that_one_expression_gives_are_an_object() -> None:
    states = f'A: {{{GLUE}, Arguments: "{{% $states.input.arguments %}}", End: true}}'
    assert read(states, "JSONata") == {"$.arguments": ("object", "always")}
