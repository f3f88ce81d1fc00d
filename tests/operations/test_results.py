"""What a definition reads of the results of its tasks."""

from __future__ import annotations

import textwrap

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.operations.contract import shown
from aslkit.operations.results import results

CALL = "Type: Task, Resource: 'arn:aws:states:::lambda:invoke', TimeoutSeconds: 60"


def read(states: str, language: str = "JSONPath") -> dict[str, dict[str, tuple[str, str]]]:
    """Task -> path in its result -> its types and how much it is needed."""
    text = f"QueryLanguage: {language}\nStartAt: A\nStates:\n" + textwrap.indent(textwrap.dedent(states).strip(), "  ")
    return {
        name: {shown(field.path): ("|".join(field.types), field.need) for field in fields}
        for name, fields in results(parse(load(text, source="machine.yaml"))).fields.items()
    }


def test_a_result_is_followed_through_selectors_paths_maps_and_variables() -> None:
    assert read(f"""
        A: {{{CALL}, Parameters: {{FunctionName.$: $.f}}, ResultSelector: {{rows.$: $.Payload.rows, n.$: $.Payload.n}},
             Assign: {{n.$: $.n}}, ResultPath: $.a, Next: B}}
        B: {{Type: Map, ItemsPath: $.a.rows, ResultPath: null, Next: C, ItemProcessor: {{StartAt: D, States: {{
             D: {{{CALL}, Parameters: {{FunctionName.$: $.name}}, OutputPath: $.Payload.ok, End: true}}}}}}}}
        C: {{Type: Choice, Choices: [{{Variable: $n, NumericGreaterThan: 1, Next: E}}], Default: E}}
        E: {{Type: Succeed}}
    """) == {
        "A": {
            "$.Payload.rows": ("array", "always"),
            "$.Payload.rows[*].name": ("string", "always"),
            "$.Payload.n": ("number", "always"),
        },
        "D": {"$.Payload.ok": ("", "sometimes")},
    }


def test_a_result_is_followed_through_expressions() -> None:
    assert read(
        f"""
        A: {{{CALL}, Arguments: {{FunctionName: f}}, Assign: {{n: "{{% $states.result.Payload.n %}}"}},
             Output: {{all: "{{% $states.result.Payload %}}"}}, Next: B}}
        B: {{{CALL}, Arguments: {{FunctionName: "{{% $states.input.all.name %}}"}}, Next: C}}
        C: {{Type: Pass, Output: "{{% $states.input.Payload.m %}}", End: true}}
        """,
        "JSONata",
    ) == {
        "A": {
            "$.Payload.n": ("", "always"),
            "$.Payload": ("object", "always"),
            "$.Payload.name": ("string", "always"),
        },
        "B": {"$.Payload.m": ("", "always")},
    }


@pytest.mark.parametrize("text", ["", "States: 1", "StartAt: A\nStates: {A: 1, B: {Type: Task}}", "[1]"])
def test_a_definition_in_pieces_has_results_too(text: str) -> None:
    assert set(results(parse(load(text or "{}", source="machine.yaml"))).fields) <= {"B"}
