"""The findings about variables: read before they are assigned, with the route; scopes, names."""

from __future__ import annotations

import textwrap

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.lint import data, variables
from aslkit.lint.engine import Config, Rule, check

RULES = [value for module in (variables, data) for value in vars(module).values() if isinstance(value, Rule)]

TASK = "Type: Task, Resource: 'arn:aws:lambda:eu-west-1:111122223333:function:work', TimeoutSeconds: 60"


def found(states: str, language: str = "JSONata") -> list[tuple[int, str, str]]:
    """(line among the states, rule, message) of every finding about a machine with these states, A the first."""
    text = f"QueryLanguage: {language}\nStartAt: A\nStates:\n"
    text += textwrap.indent(textwrap.dedent(states).strip("\n"), "  ")
    findings = check(parse(load(text, source="machine.yaml")), RULES, Config())
    return [(one.span.line - 3, one.rule, one.message) for one in findings]


def test_a_variable_that_no_state_assigns_is_told_with_the_one_that_was_meant() -> None:
    assert found("""
        A: {Type: Pass, Assign: {topic: 1}, Next: B}
        B: {Type: Pass, Output: "{% $topc %}", Assign: {x: "{% $topic + $x %}"}, End: true}
    """) == [
        (
            2,
            "unassigned-variable",
            '"B" reads $topc, which no state assigns: the expression gives nothing, and the state fails with '
            "States.QueryEvaluationError; did you mean $topic?",
        ),
        (
            2,
            "unassigned-variable",
            '"B" reads $x, which this state itself assigns, but for the next state: the expression gives nothing, and '
            "the state fails with States.QueryEvaluationError",
        ),
    ]


def test_the_route_without_the_assignment_is_told() -> None:
    assert found("""
        A: {Type: Choice, Choices: [{Condition: "{% $states.input.full %}", Next: B}], Default: C}
        B: {Type: Pass, Assign: {size: 1}, Next: D}
        C: {Type: Pass, Next: D}
        D: {Type: Pass, Next: E}
        E: {Type: Pass, Output: "{% 'size ' & $size %}", End: true}
    """) == [
        (
            5,
            "unassigned-variable",
            '"E" reads $size, which is not assigned on the route "A" → "C" → "D" → "E" ("B" assigns it, line 5): the '
            "text has a gap here",
        )
    ]


def test_a_route_from_outside_is_told_to_a_reader_inside() -> None:
    [(line, rule, message)] = found("""
        A: {Type: Choice, Choices: [{Condition: "{% $states.input.full %}", Next: B}], Default: M}
        B: {Type: Pass, Assign: {size: 1}, Next: M}
        M:
          Type: Map
          Items: [1]
          ItemProcessor:
            StartAt: I
            States:
              I: {Type: Pass, Output: "{% $size %}", End: true}
          End: true
    """)
    assert (line, rule) == (9, "unassigned-variable")
    assert 'not assigned on the route "A" → "M" ("B" assigns it, line 5)' in message


def test_in_jsonpath_the_execution_fails() -> None:
    assert found(
        """
        A: {Type: Pass, Assign: {rows.$: $.rows}, Next: B}
        B: {Type: Pass, Parameters: {a.$: $rows.a, b.$: "States.Format('{}', $row)"}, End: true}
    """,
        "JSONPath",
    ) == [
        (
            2,
            "unassigned-variable",
            '"B" reads $row, which no state assigns: the execution fails here with States.Runtime, which no Catch sees'
            "; did you mean $rows?",
        )
    ]


def test_what_is_assigned_inside_ends_there() -> None:
    assert found("""
        A:
          Type: Parallel
          Branches:
            - StartAt: I
              States:
                I: {Type: Pass, Assign: {own: 1}, Next: J}
                J: {Type: Pass, Output: "{% $own %}", End: true}
          Next: B
        B: {Type: Pass, Output: "{% $own %}", End: true}
    """) == [
        (
            9,
            "unassigned-variable",
            '"B" reads $own, which "I" (line 9) assigns inside "A", where it ends with the branch: the expression '
            "gives nothing, and the state fails with States.QueryEvaluationError",
        )
    ]


def test_the_items_of_a_distributed_map_see_no_variable_from_outside() -> None:
    states = """
        A: {Type: Pass, Assign: {topic: 1}, Next: M}
        M:
          Type: Map
          Items: [1]
          ItemSelector: {topic: "{% $topic %}"}
          ItemProcessor:
            ProcessorConfig: {Mode: INLINE}
            StartAt: I
            States:
              I: {Type: Pass, Output: "{% $topic %}", End: true}
          End: true
    """
    assert found(states) == []
    [(line, rule, message)] = found(states.replace("INLINE", "DISTRIBUTED, ExecutionType: STANDARD"))
    assert (line, rule) == (10, "unassigned-variable")
    assert 'assigned outside the distributed Map "M" (line 4)' in message


QUIET = {
    "a test of its presence": """
        A: {Type: Choice, Choices: [{Condition: "{% $exists($n) %}", Next: C}], Default: B}
        B: {Type: Pass, Assign: {n: 1}, Next: A}
        C: {Type: Pass, Output: "{% $n %}", End: true}
    """,
    "a value instead": """
        A: {Type: Pass, Output: "{% $exists($n) ? $n : 0 %}", Assign: {n: 1, m: "{% $m ?? 0 %}"}, Next: A}
    """,
    "assigned on every route": f"""
        A:
          {TASK.replace(", ", chr(10) + "          ")}
          Assign: {{ok: true}}
          Catch: [{{ErrorEquals: [States.ALL], Assign: {{ok: false}}, Next: B}}]
          Next: B
        B: {{Type: Pass, Output: "{{% $ok %}}", End: true}}
    """,
    "of a choice rule and of Default": """
        A: {Type: Choice, Choices: [{Condition: "{% true %}", Assign: {n: 1}, Next: B}], Assign: {n: 2}, Default: B}
        B: {Type: Pass, Output: "{% $n %}", End: true}
    """,
    "a name of the expression itself": """
        A: {Type: Pass, Output: "{% ($n := 1; $f := function($x) { $x + $n }; $f(1)) %}", End: true}
    """,
    "names that a substitution gives": """
        A: {Type: Pass, Assign: "${Variables}", Next: B}
        B: {Type: Pass, Output: "{% $n %}", End: true}
    """,
}


@pytest.mark.parametrize("states", QUIET.values(), ids=QUIET)
def test_no_finding_where_the_variable_is_there(states: str) -> None:
    assert found(states) == []


def test_a_test_of_presence_in_jsonpath_is_one() -> None:
    states = """
        A: {Type: Choice, Choices: [{Variable: $n, IsPresent: true, Next: C}], Default: B}
        B: {Type: Pass, Assign: {n: 1}, Next: A}
        C: {Type: Pass, Parameters: {n.$: $n}, End: true}
    """
    assert found(states, "JSONPath") == []


def test_what_a_variable_holds_is_known() -> None:
    assert [
        one[:2]
        for one in found("""
        A: {Type: Pass, Assign: {job: {name: "a", size: 1}}, Next: B}
        B: {Type: Pass, Output: "{% $job.nane %}", End: true}
    """)
    ] == [(2, "undefined-in-jsonata")]


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("states", ["variable-name"]),
        ("a-b", ["variable-name"]),
        ("1a", ["variable-name"]),
        ("a" * 81, ["variable-name"]),
        ("größe", []),
        ("a" * 80, []),
    ],
)
def test_names_that_aws_does_not_accept(name: str, rules: list[str]) -> None:
    findings = found(f"A: {{Type: Pass, Assign: {{{name}: 1}}, End: true}}")
    assert [rule for _, rule, _ in findings if rule != "unread-variable"] == rules


def test_a_variable_from_outside_cannot_be_assigned_inside() -> None:
    [(line, rule, message)] = found(
        """
        A: {Type: Pass, Assign: {n: 1}, Next: P}
        P:
          Type: Parallel
          Branches: [{StartAt: I, States: {I: {Type: Pass, Assign: {n.$: $n}, End: true}}}]
          End: true
    """,
        "JSONPath",
    )
    assert (line, rule) == (4, "variable-of-outer-scope")
    assert message.startswith('"I" assigns $n, a variable from outside "P" ("A", line 4)')
