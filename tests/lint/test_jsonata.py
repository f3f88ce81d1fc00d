"""The findings about the text of JSONata expressions: where they stand, what they say, and what gives none."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.lint import jsonata
from aslkit.lint.engine import Config, Rule, check

RULES = [value for value in vars(jsonata).values() if isinstance(value, Rule)]

TASK = "Type: Task, Resource: 'arn:aws:lambda:eu-west-1:111122223333:function:work', TimeoutSeconds: 60"


def found(states: str) -> list[tuple[int, int, str, str]]:
    """(line among the states, column, severity, rule) of every finding about a JSONata machine with these states."""
    text = "QueryLanguage: JSONata\nStartAt: A\nStates:\n" + textwrap.indent(textwrap.dedent(states).strip("\n"), "  ")
    findings = check(parse(load(text, source="machine.yaml")), RULES, Config())
    return [(one.span.line - 3, one.span.column - 2, one.severity, one.rule) for one in findings]


def messages(states: str) -> list[str]:
    text = "QueryLanguage: JSONata\nStartAt: A\nStates:\n" + textwrap.indent(textwrap.dedent(states).strip("\n"), "  ")
    return [one.message for one in check(parse(load(text, source="machine.yaml")), RULES, Config())]


def output(expression: str) -> str:
    return f"A: {{Type: Pass, Output: '{expression}', End: true}}"


def test_a_syntax_error_is_shown_at_its_character_in_a_block_of_lines() -> None:
    assert found("""
        A:
          Type: Pass
          Output: |-
            {% (
              $a := $states.input.a;
              $a && 1
            ) %}
          End: true
    """) == [(6, 11, "error", "jsonata-syntax")]


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ('"a" && "b"', "texts are joined with &, conditions with the word and"),
        ("$a || $b", "conditions are joined with the word or"),
        ("$a == 1", "JSONata compares with ="),
        ("$a[?(@.b < 1)]", "this is JSONPath: in JSONata a filter is written items[price > 10]"),
        ("$a %} and {% $b", "a string is one expression as a whole: join texts with & inside it"),
    ],
)
def test_what_was_probably_meant_by_a_broken_expression_is_said(expression: str, hint: str) -> None:
    [message] = messages(output("{% " + expression + " %}"))
    assert message.endswith("AWS refuses the definition; " + hint)


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("{% 1", "error"),
        ("{% 1 %", "error"),
        ("1 %}", "error"),
        ("{%}", "error"),
        (" {% 1 %}", "warning"),
        ("{% 1 %} ", "warning"),
        ("Month {% $states.input.month %} is done", "warning"),
        ("$states.input.month", "warning"),
    ],
)
def test_delimiters_stand_at_both_ends_of_the_string(text: str, severity: str) -> None:
    assert found(output(text)) == [(1, 17, severity, "jsonata-delimiters")]


def test_the_line_break_behind_a_block_of_lines_makes_it_plain_text() -> None:
    assert messages("""
        A:
          Type: Pass
          Output: |
            {% 1 %}
          End: true
    """) == [
        '"{% 1 %}⏎" of "Output" in "A" is plain text: it ends with a line break (write |- or >- for | or >) behind %}, '
        "and an expression ends with %}"
    ]


@pytest.mark.parametrize(
    ("expression", "meant"),
    [
        ("month", "$states.input.month"),
        ("states.input.month", "$states"),
        ("uppercase($states.input.a)", "$uppercase"),
        ("$sum(orders.price)", "$states.input.orders"),
        ('{"a": month}', "$states.input.month"),
    ],
)
def test_a_bare_name_is_refused_and_what_it_means_is_said(expression: str, meant: str) -> None:
    [message] = messages(output("{% " + expression + " %}"))
    assert message.endswith(f"an expression has no input document: AWS refuses the definition; did you mean {meant}?")


def test_a_bare_name_that_is_a_variable_is_said_to_be_one() -> None:
    assert messages("""
        A: {Type: Pass, Assign: {month: 1}, Next: B}
        B: {Type: Pass, Output: "{% month %}", End: true}
    """)[0].endswith("did you mean $month?")


@pytest.mark.parametrize("expression", ["$", "$$", "$.month", "$$.month", "$sum($)"])
def test_there_is_no_input_document(expression: str) -> None:
    assert [one[2:] for one in found(output("{% " + expression + " %}"))] == [("error", "jsonata-reference")]


def test_a_bare_name_in_a_function_is_undefined_and_not_refused() -> None:
    assert found(output("{% $map($states.input.a, function($v) { name }) %}")) == [
        (1, 66, "warning", "jsonata-reference")
    ]


@pytest.mark.parametrize(
    "expression",
    [
        "$states.input.orders[price > 10 and $.open].name",
        '$states.input.orders.{"a": name, "b": $}',
        "$states.input.orders{category: $sum(price)}",
        "$states.input.orders^(>price)",
        "$states.input.(name & last)",
        "$map($states.input.a, function($v) { $v.name })",
        '$states.input ~> |orders|{"seen": open}|',
        "($a := $states.input.a; $a.b)",
        "$states.input.items@$i.$i.name",
        "$states",
        "$states.context.Execution.Input",
        '$uuid() & $hash($states.input.a, "SHA-256") & $string($range(1, 9, 2)) & $string($partition([1], 1))',
        "$parse($states.input.text).a",
        "",
    ],
)
def test_good_expressions_give_no_finding(expression: str) -> None:
    assert found(output("{% " + (expression or "1") + " %}")) == []


def test_result_and_error_output_exist_in_output_and_assign_alone() -> None:
    assert found(f"""
        A:
          {TASK.replace(", ", chr(10) + "          ")}
          Arguments: {{a: "{{% $states.result.a %}}"}}
          Output: "{{% $states.result.a %}}"
          Assign: {{a: "{{% $states.result.a %}}", b: "{{% $states.errorOutput.Cause %}}"}}
          Catch:
            - ErrorEquals: [States.ALL]
              Output: "{{% $states.errorOutput.Error %}}"
              Assign: {{a: "{{% $states.result %}}"}}
              Next: B
          Next: B
        B: {{Type: Pass, Output: "{{% $states.result %}}", End: true}}
    """) == [
        (5, 22, "error", "jsonata-states-field"),
        (7, 48, "error", "jsonata-states-field"),
        (11, 23, "warning", "jsonata-states-field"),
        (14, 29, "error", "jsonata-states-field"),
    ]


def test_an_unknown_field_of_states_is_undefined() -> None:
    assert messages(output("{% $states.inputs.a %}")) == [
        'the expression {% $states.inputs.a %} of "Output" in "A" reads $states.inputs, which does not exist: it is '
        "undefined; did you mean $states.input?"
    ]


def test_functions_that_do_not_exist() -> None:
    assert found(output('{% $uppercse($states.input.a) & $eval("1") %}')) == [
        (1, 29, "warning", "jsonata-function"),
        (1, 58, "error", "jsonata-function"),
    ]


@pytest.mark.parametrize(
    ("state", "findings"),
    [
        ("{Type: Wait, Seconds: '{% \"a\" %}', End: true}", 1),
        ("{Type: Wait, Seconds: '{% $states.input.n * 60 %}', End: true}", 0),
        ("{Type: Wait, Timestamp: '{% 5 %}', End: true}", 1),
        ("{Type: Wait, Timestamp: '{% $now() %}', End: true}", 0),
        ("{Type: Fail, Cause: '{% {} %}'}", 1),
        ("{Type: Fail, Cause: '{% $string($states.input) %}'}", 0),
        ("{Type: Pass, Output: '{% function($x){$x} %}', End: true}", 1),
        ("{Type: Choice, Choices: [{Condition: '{% \"yes\" %}', Next: A}], Default: A}", 1),
        ("{Type: Choice, Choices: [{Condition: '{% $states.input.a in [1] %}', Next: A}], Default: A}", 0),
        ("{Type: Choice, Choices: [{Condition: '{% $states.input.a ? true : 1 %}', Next: A}], Default: A}", 0),
    ],
)
def test_a_result_of_the_wrong_type_whatever_the_input(state: str, findings: int) -> None:
    assert [rule for *_, rule in found(f"A: {state}")] == ["jsonata-type"] * findings


def test_a_substitution_may_be_anything() -> None:
    assert found(output("{% ${Expression} && %}")) == []


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from([*'$.[](){}|?:;,^&+-*/%=<>@#~!"` aλ1\\n', "states", "function", "{%", "%}"]), max_size=30
    ).map("".join)
)
def test_any_text_is_linted_without_failing(text: str) -> None:
    import json

    states = {"A": {"Type": "Pass", "Output": "{% " + text + " %}", "Assign": {"a": text}, "End": True}}
    definition = {"QueryLanguage": "JSONata", "StartAt": "A", "States": states}
    from aslkit.lint import lint

    lint(parse(load(json.dumps(definition), source="m.json")))
