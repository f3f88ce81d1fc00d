"""Findings in the definitions inside a template stand in the template, and mend it."""

from __future__ import annotations

import textwrap

from aslkit.definition.document import Document
from aslkit.definition.embedded import load_template
from aslkit.lint import RULES
from aslkit.lint.embedded import check_template
from aslkit.lint.engine import Config, Finding
from aslkit.lint.fixes import mended

TEMPLATE = textwrap.dedent(
    """\
    Resources:
      One:
        Type: AWS::Serverless::StateMachine
        Properties:
          Definition:
            StartAt: Laod  # here
            States:
              Load: {Type: Pass, Parameters: {a: !Ref B}, Next: Done}
              # aslkit: ignore[yaml-1-1] a word
              Done: {Type: Pass, Result: no, End: true}
      Two:
        Type: AWS::StepFunctions::StateMachine
        Properties:
          DefinitionString: |
            {
              "StartAt": "Laod",
              "States": {"Load": {"Type": "Succeed"}}
            }
      Three:
        Type: AWS::StepFunctions::StateMachine
        Properties: {DefinitionString: "{"}
      Four:
        Type: AWS::Serverless::StateMachine
        Properties:
          Definition:
            StartAt: A
            States:
              A: {Type: Succeed}
              # aslkit: ignore[yaml-1-1] nothing
    """
)


def read(text: str) -> Document:
    return load_template(text, source="template.yaml")


def found(document: Document) -> list[Finding]:
    return check_template(document, RULES, Config())


def test_each_finding_has_its_line_and_its_pointer_in_the_template() -> None:
    assert [(one.rule, one.span.line, one.pointer[:3], one.fix is not None) for one in found(read(TEMPLATE))] == [
        ("transition-target", 6, ("Resources", "One", "Properties"), True),
        ("transition-target", 16, ("Resources", "Two", "Properties"), False),
        ("syntax", 21, (), False),
        ("unused-ignore", 29, ("Resources", "Four", "Properties"), False),
    ]


def test_a_definition_in_a_template_is_mended_there() -> None:
    done = mended(read(TEMPLATE), found, read=read)
    assert done.document.text == TEMPLATE.replace("StartAt: Laod", "StartAt: Load")


def test_a_rule_that_is_off_finds_nothing_in_a_template_either() -> None:
    config = Config(ignore=("transition-target", "syntax", "unused-ignore"))
    assert check_template(read(TEMPLATE), RULES, config) == []
