"""What the text of a YAML file says that its data no longer shows."""

from __future__ import annotations

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.lint import yaml_traps
from aslkit.lint.plugins import rules_of

RULES = rules_of(yaml_traps)
TASK = "StartAt: A\nStates:\n  A:\n    Type: Pass\n    End: true\n    Result:\n      "


def found(line: str) -> list[tuple[str, int, str]]:
    """(rule, line, message) for one line inside a Result, which stands on line 7."""
    machine = parse(load(f"{TASK}{line}\n"))
    return [
        (rule.id, (hit.span or machine.document.span(hit.pointer)).line, hit.message)
        for rule in RULES
        for hit in rule(machine)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "text: Job #3 failed",
        "text: Refresh #1",
        "text: the channel #alerts",
        "channel: #alerts",
        "list: [a, b]\n      x: run #7",
    ],
)
def test_a_text_that_a_comment_cuts_off_is_told(line: str) -> None:
    assert [rule for rule, _, _ in found(line)][:1] == ["cut-by-comment"]


@pytest.mark.parametrize(
    "line",
    [
        "text: 'Job #3 failed'",
        "text: Job 3 failed # 3 is the number",
        "text: Job 3 failed  #3 was the number",
        "number: 60 #1 minute",
        "text: a name #todo find a better one",
        "text: name #shortened",
        "text: a#3",
        "text: |\n        Job #3 failed",
        "x: 1 #5",
    ],
)
def test_a_comment_that_is_meant_is_none(line: str) -> None:
    assert [one for one in found(line) if one[0] == "cut-by-comment"] == []


def test_the_message_shows_what_is_left() -> None:
    assert found("channel: #alerts") == [
        (
            "cut-by-comment",
            7,
            '"channel" is null, no value at all: "#alerts" behind the blank is a comment to YAML; quotes keep the text '
            "whole",
        ),
        ("empty-value", 7, 'nothing is written behind "channel" of "A", which makes it null: null is what is sent'),
    ]


def test_null_that_is_written_is_meant() -> None:
    assert found("a: null\n      b: ~") == []


def test_fields_of_two_states_in_one_mapping_are_one_finding() -> None:
    first = "    Type: Pass\n    Comment: x\n    Next: B\n"
    text = f"StartAt: A\nStates:\n  A:\n{first}    B:\n{first}"
    machine = parse(load(text))
    hits = list(yaml_traps.duplicate_key(machine))
    assert [(hit.span.line if hit.span else 0, hit.message) for hit in hits] == [
        (
            8,
            '"Type", "Comment", "Next" stand twice in /States/A: two objects have run together, mostly because lines '
            "are indented too far or not far enough; readers keep one of the two and drop the other without a word",
        )
    ]


def test_a_merge_replaces_a_mapping_as_a_whole() -> None:
    text = """\
StartAt: A
States:
  A: &base {Type: Pass, Parameters: {x: 1, y: 2}, Next: B}
  B: {<<: *base, Parameters: {x: 3}, Next: C}
  C: {<<: [*base], Parameters: {x: 1, y: 5}, Next: D}
  D: {<<: *base, Parameters: {<<: {y: 1}, x: 3}, Next: E}
  E: {Type: Succeed}
"""
    machine = parse(load(text))
    assert [hit.message for hit in yaml_traps.merge_replaces_mapping(machine)] == [
        '"Parameters" replaces that of the merge key (line 3) as a whole: "y" of it is not here'
    ]
