"""Definitions inside templates: each is found, and each value keeps its place in the template."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.document import DefinitionError, Document, load
from aslkit.definition.embedded import (
    definition_files,
    definitions,
    has_directives,
    load_template,
    load_terraform,
    places,
)


def template(text: str) -> Document:
    return load_template(textwrap.dedent(text), source="template.yaml")


def only(document: Document) -> Document:
    """The one definition inside a template."""
    (found,) = definitions(document)
    assert found.document is not None
    return found.document


def written(document: Document, *pointer: str | int) -> tuple[int, str]:
    """The line of a value, and how it is written there."""
    span = document.value_span(pointer)
    return span.line, document.text[span.start : span.end]


SERVERLESS = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {Arn: !GetAtt [X, Arn], Path: !If [A, !Ref B, !Sub "${C}"]}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Role: !GetAtt Role.Arn
      Definition:
        StartAt: Load
        States:
          Load:
            Type: Task
            Resource: !GetAtt Function.Arn
            TimeoutSeconds: {Ref: Timeout}
            Parameters: {a: !If [x, 1, 2], b: !Sub "x-${Y}", c: !GetAtt [F, Arn], d: {Fn::Join: ["", [a]]}}
            End: true
"""


def test_an_object_in_a_template_is_a_definition_with_placeholders_for_what_the_deployment_fills_in() -> None:
    document = only(template(SERVERLESS))
    assert document.data == {
        "StartAt": "Load",
        "States": {
            "Load": {
                "Type": "Task",
                "Resource": "${Function.Arn}",
                "TimeoutSeconds": "${Timeout}",
                "Parameters": {"a": "${Fn::If}", "b": "x-${Y}", "c": "${F.Arn}", "d": "${Fn::Join}"},
                "End": True,
            }
        },
    }
    assert written(document, "States", "Load", "Type") == (12, "Task")
    assert written(document, "States", "Load", "Resource") == (13, "!GetAtt Function.Arn")
    assert written(document, "States", "Load", "Parameters", "b") == (15, '!Sub "x-${Y}"')


def test_the_tags_of_a_template_are_refused_in_a_definition() -> None:
    with pytest.raises(DefinitionError, match="the tag !Ref means nothing to the States Language"):
        load("StartAt: !Ref A\n")


@pytest.mark.parametrize(
    ("value", "line", "text"),
    [
        ('|\n        {"StartAt": "A",\n         "States": {}}', 6, '"A"'),
        ('!Sub |\n        {"StartAt": "A",\n         "States": {}}', 6, '"A"'),
        ('!Sub\n        - |\n          {"StartAt": "A", "States": {}}\n        - {B: C}', 7, '"A"'),
        ('>-\n        {"StartAt":\n        "A", "States": {}}', 7, '"A"'),
        ('\'{"StartAt": "A", "Comment": "it\'\'s", "States": {}}\'', 5, '"A"'),
        ('"{\\"StartAt\\": \\"A\\", \\"States\\": {}}"', 5, '\\"A\\"'),
        ('{Fn::Sub: \'{"StartAt": "A", "States": {}}\'}', 5, '"A"'),
        ('{Fn::Join: ["", [\'{"Comment": "\', !Ref X, \'", \', \'"StartAt": "A", "States": {}}\']]}', 5, '"A"'),
        ('!Join ["\\n", [\'{"StartAt":\', \'"A", "States": {}}\']]', 5, '"A"'),
    ],
)
def test_a_definition_as_text_keeps_the_places_of_its_values(value: str, line: int, text: str) -> None:
    document = only(
        load_template(
            f"Resources:\n  Machine:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n"
            f"      DefinitionString: {value}\n",
            source="template.yaml",
        )
    )
    assert document.data["StartAt"] == "A"
    assert written(document, "StartAt") == (line, text)
    assert document.span(("StartAt",)).line in (line, line - 1)


def test_a_text_that_is_no_json_is_told_with_its_place_in_the_template() -> None:
    document = template(
        """\
        Resources:
          Machine:
            Type: AWS::StepFunctions::StateMachine
            Properties:
              DefinitionString: |
                {"StartAt": "A",
                 "States": {},}
        """
    )
    (found,) = definitions(document)
    assert str(found.error) == (
        "template.yaml:7:23: /Resources/Machine/Properties/DefinitionString: this is not JSON: expecting property name "
        "enclosed in double quotes"
    )


def test_what_the_deployment_fills_in_as_a_whole_is_no_definition() -> None:
    document = template(
        """\
        Resources:
          One: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: !Ref Text}}
          Two: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: {Fn::FindInMap: [a, b, c]}}}
          Three: {Type: AWS::Serverless::StateMachine, Properties: {Definition: !Include x}}
          Four: {Type: AWS::Serverless::StateMachine, Properties: 1}
          Five: 1
        """
    )
    assert list(definitions(document)) == []
    assert list(definitions(load("[1]"))) == list(definitions(load("Resources: [1]"))) == []


def test_a_definition_that_cloudformation_makes_text_of_is_an_object() -> None:
    document = template(
        """\
        Resources:
          Machine:
            Type: AWS::StepFunctions::StateMachine
            Properties:
              DefinitionString:
                Fn::ToJsonString:
                  StartAt: !Ref A
        """
    )
    inner = only(document)
    assert inner.data == {"StartAt": "${A}"}
    assert written(inner, "StartAt") == (7, "!Ref A")


def test_the_files_of_definitions_are_named() -> None:
    document = template(
        """\
        Resources:
          One: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: machines/one.asl.json}}
          Two: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: "s3://bucket/two.asl.json"}}
          Three: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: {Bucket: b, Key: k}}}
        """
    )
    assert list(definition_files(document)) == ["machines/one.asl.json"]


# --- places ----------------------------------------------------------------------------------------------------------


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30),
    st.sampled_from(["json", "single"]),
)
@settings(max_examples=100, deadline=None)
def test_every_character_of_a_quoted_scalar_is_found_again(value: str, style: str) -> None:
    quoted = json.dumps(value) if style == "json" else "'" + value.replace("'", "''") + "'"
    text = f"a: {quoted}\n"
    where = places(text, 3, len(text) - 1, value)
    assert len(where) == len(value)
    assert where == sorted(where)
    for character, place in zip(value, where, strict=True):
        assert text[place] in (character, "\\") or character.isspace()


@given(
    st.recursive(st.text("ab \\\"'/{}", max_size=8), lambda inner: st.dictionaries(st.text("xyz", min_size=1), inner))
)
@settings(max_examples=100, deadline=None)
def test_a_definition_as_a_block_of_text_has_the_places_of_its_lines(value: Any) -> None:
    data = {"StartAt": "A", "Comment": "c", "More": value}
    lines = textwrap.indent(json.dumps(data, indent=1), " " * 8)
    document = load_template(
        f"Resources:\n M:\n  Type: AWS::StepFunctions::StateMachine\n  Properties:\n   DefinitionString: |\n{lines}\n",
        source="t.yaml",
    )
    inner = only(document)
    assert inner.data == data
    assert [written(inner, name)[0] for name in data] == [7, 8, 9]
    assert written(inner, "Comment")[1] == '"c"'


# --- Terraform -------------------------------------------------------------------------------------------------------

TERRAFORM = """\
{
  "StartAt": "A",
  "States": {
    %{ if fast ~}
    "A": {"Type": "Pass", "Next": "${names["b"]}"},
    %{ else ~}
    "A": {"Type": "Wait", %{ if x }"Seconds": 1,%{ endif } "Next": "Z"},
    %{ endif ~}
    %{ for x in xs ~}
    "B": {"Type": "Wait", "Seconds": ${jsonencode({a = "}"})}, "Next": "C"},
    %{ endfor ~}
    "C": {"Type": "Succeed"}
  }
}
"""


def test_of_a_terraform_template_the_first_branch_counts_and_expressions_are_placeholders() -> None:
    document = load_terraform(TERRAFORM, source="m.asl.json.tftpl")
    assert (document.source, document.text) == ("m.asl.json.tftpl", TERRAFORM)
    assert document.data == {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Pass", "Next": "${names__b__}"},
            "B": {"Type": "Wait", "Seconds": "${jsonencode__a________}", "Next": "C"},
            "C": {"Type": "Succeed"},
        },
    }
    assert written(document, "States", "B", "Next") == (10, '"C"')


@pytest.mark.parametrize(
    ("text", "known"),
    [("%{ if a }", True), ("%{~ for x in y ~}", True), ('"{%{"a": 1}%}"', False), ("%{ endif }", False)],
)
def test_directives_are_told_from_jsonata(text: str, known: bool) -> None:
    assert has_directives(text) is has_directives(text.encode()) is known


@given(st.text('${}"%ifelsend~: \n', max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_terraform_template_or_a_clear_error(text: str) -> None:
    try:
        document = load_terraform(text, source="m.tftpl")
    except DefinitionError as error:
        assert error.source == "m.tftpl"
    else:
        assert document.text == text
