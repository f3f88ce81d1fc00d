"""Targets, unreachable states, ends, loops and names: what is found, and what is left alone."""

from __future__ import annotations

import textwrap

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.lint.engine import Replace, Rule, mend
from aslkit.lint.flow import duplicate_state_name, endless_loop, no_end_state, transition_target, unreachable_state

RULES = (transition_target, unreachable_state, no_end_state, endless_loop, duplicate_state_name)


def machine(text: str) -> StateMachine:
    return parse(load(textwrap.dedent(text), source="test.asl.yaml"))


def found(text: str, *rules: Rule) -> list[tuple[str, int, str]]:
    """(rule, line, message) of the hits of the flow rules, or of those given."""
    definition = machine(text)
    return [
        (rule.id, definition.document.span(hit.pointer).line, hit.message)
        for rule in rules or RULES
        for hit in rule(definition)
    ]


def test_a_misspelt_target_is_one_finding_and_what_it_cuts_off_is_none() -> None:
    assert found(
        """\
        StartAt: Load
        States:
          Load:
            Type: Pass
            Next: 'Report '
          Report:
            Type: Pass
            Next: Done
          Done:
            Type: Succeed
        """
    ) == [
        (
            "transition-target",
            5,
            '"Load" leads to "Report ", and no such state exists: AWS refuses the definition; '
            'did you mean "Report" (line 6)?',
        )
    ]


def test_a_misspelt_target_has_a_fix_that_replaces_the_name_alone() -> None:
    text = "StartAt: Laod\nStates:\n  Load:\n    Type: Succeed\n"
    definition = machine(text)
    (hit,) = transition_target(definition)
    assert hit.fix == mend('lead to "Load"', Replace(("StartAt",), "Load"))


def test_a_target_in_a_branch_is_told_with_the_name_of_the_parallel() -> None:
    text = """\
    StartAt: Both
    States:
      Both:
        Type: Parallel
        Branches:
          - StartAt: Inner
            States:
              Inner:
                Type: Pass
                Next: After
        Next: After
      After:
        Type: Pass
        Next: Inner
    """
    assert [(line, message) for _, line, message in found(text, transition_target)] == [
        (
            14,
            '"After" leads to "Inner", which stands in branch 1 of "Both" (line 8): no transition leads into or out of '
            "a branch or an item processor, and AWS refuses the definition",
        ),
        (
            10,
            '"Inner" leads to "After", which stands in the definition (line 12): no transition leads into or out of '
            "a branch or an item processor, and AWS refuses the definition",
        ),
    ]


def test_start_at_of_an_item_processor_is_a_target() -> None:
    text = """\
    StartAt: Each
    States:
      Each:
        Type: Map
        ItemProcessor:
          StartAt: Nowhere at all
          States:
            Item:
              Type: Pass
              End: true
        End: true
    """
    assert found(text) == [
        (
            "transition-target",
            6,
            'StartAt of the item processor of "Each" leads to "Nowhere at all", and no such state exists: '
            "AWS refuses the definition",
        )
    ]


def test_a_substitution_may_be_any_target_so_that_nothing_is_unreachable() -> None:
    text = """\
    StartAt: Load
    States:
      Load:
        Type: Pass
        Next: ${After}
      Report:
        Type: Succeed
    """
    assert found(text) == []


def test_the_first_of_the_states_that_are_cut_off_is_told_with_those_behind_it() -> None:
    text = """\
    StartAt: Load
    States:
      Load:
        Type: Pass
        Next: Done
      Check:
        Type: Pass
        Next: Mend
      Mend:
        Type: Pass
        Next: Check
      Done:
        Type: Succeed
      Alone:
        Type: Succeed
    """
    assert found(text) == [
        (
            "unreachable-state",
            13 + 1,
            'nothing leads to "Alone": AWS refuses the definition',
        ),
        (
            "unreachable-state",
            6,
            'nothing leads to "Check": AWS refuses the definition; with it "Mend" cannot be reached; '
            '"Load", written before it, leads to "Done" (line 5)',
        ),
    ]


@pytest.mark.parametrize(
    "state",
    [
        "{Type: Pass}",
        "{Type: Choice, Choices: none}",
        "{Type: Choice, Choices: [{Variable: $.a, IsPresent: true}]}",
        "{Type: Pass, Next: [Report]}",
        "{Type: Bogus}",
        "{Type: Pass, Catch: [{Next: Report}], End: true}",
    ],
)
def test_nothing_is_called_unreachable_while_a_transition_is_missing_or_misplaced(state: str) -> None:
    assert found(f"StartAt: Load\nStates:\n  Load: {state}\n  Report: {{Type: Succeed}}\n") == []


@pytest.mark.parametrize(
    "text", ["{}", "StartAt: A", "StartAt: A\nStates: {}", "States: {A: 1}", "StartAt: 1\nStates: []"]
)
def test_a_definition_without_states_is_left_to_the_schema(text: str) -> None:
    assert found(text) == []


def test_a_scope_that_never_ends_is_one_finding() -> None:
    text = """\
    StartAt: Both
    States:
      Both:
        Type: Parallel
        Branches:
          - StartAt: Ping
            States:
              Ping: {Type: Pass, Next: Pong}
              Pong: {Type: Pass, Next: Ping}
              Other: {Type: Pass, Next: Ping}
        End: true
    """
    assert found(text) == [
        (
            "no-end-state",
            7,
            'no state of branch 1 of "Both" ends it (End: true, Succeed or Fail): AWS refuses the definition',
        )
    ]


LOOP = """\
StartAt: Ready
States:
  Ready:
    Type: Choice
    Choices:
      - Variable: $.done
        IsPresent: true
        Next: Done
    Default: Rest
  Rest:
    Type: Wait
    Seconds: 60
    Next: Poll
  Poll:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Catch:
      - ErrorEquals: [ERROR]
        Next: Done
    Next: Rest
  Done:
    Type: Succeed
"""


def test_a_loop_that_only_a_failure_leaves_is_endless() -> None:
    assert found(LOOP.replace("ERROR", "States.ALL")) == [
        (
            "endless-loop",
            20,
            '"Poll" leads back to "Rest", and only a failure leaves the loop of "Rest", "Poll": '
            "it runs until the execution times out",
        )
    ]


def test_a_loop_that_an_error_of_the_workflow_leaves_is_none() -> None:
    assert found(LOOP.replace("ERROR", "QueueIsEmpty")) == []


def test_a_poll_loop_with_a_choice_that_leaves_it_is_none() -> None:
    assert found(LOOP.replace("Next: Rest", "Next: Ready").replace("ERROR", "States.ALL")) == []


def test_a_name_that_stands_in_two_branches_is_told_at_the_second() -> None:
    text = """\
    StartAt: Both
    States:
      Both:
        Type: Parallel
        Branches:
          - StartAt: Same
            States:
              Same: {Type: Succeed}
          - StartAt: Same
            States:
              Same: {Type: Succeed}
        End: true
    """
    assert found(text) == [
        (
            "duplicate-state-name",
            11,
            'the name "Same" is taken by the state on line 8: names are unique in the whole definition, '
            "and AWS refuses it",
        )
    ]


def test_a_state_that_nothing_but_a_failure_leaves_and_that_does_not_end_is_left_to_the_schema() -> None:
    text = """\
    StartAt: Load
    States:
      Load:
        Type: Task
        Resource: arn:aws:states:::lambda:invoke
        Catch:
          - ErrorEquals: [States.ALL]
            Next: Failed
      Failed:
        Type: Fail
    """
    assert found(text) == []
