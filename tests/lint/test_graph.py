"""The graph of one scope: its edges, what enters each state, what an execution reaches."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.lint.graph import (
    Edge,
    edges,
    enclosing,
    ends_well,
    incoming,
    is_end,
    reachable,
    regular,
    scopes,
    spread,
    way_back,
)

TEXT = """
StartAt: Load
States:
  Load:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    Catch:
      - ErrorEquals: [States.ALL]
        Next: Failed
    Next: Look
  Look:
    Type: Choice
    Choices:
      - Variable: $.again
        IsPresent: true
        Next: Load
    Default: Both
  Both:
    Type: Parallel
    Branches:
      - StartAt: Inner
        States:
          Inner:
            Type: Pass
            End: true
    End: true
  Failed:
    Type: Fail
  Lost:
    Type: Pass
    Next: Nowhere
"""


def machine(text: str = TEXT) -> StateMachine:
    return parse(load(text, source="test.asl.yaml"))


def test_edges_hold_the_place_of_each_target_and_the_catcher_that_takes_them() -> None:
    definition = machine()
    catcher = definition.states["Load"].catch[0]
    assert edges(definition) == {
        "Load": (
            Edge("Load", "Look", ("States", "Load", "Next")),
            Edge("Load", "Failed", ("States", "Load", "Catch", 0, "Next"), catcher),
        ),
        "Look": (
            Edge("Look", "Load", ("States", "Look", "Choices", 0, "Next")),
            Edge("Look", "Both", ("States", "Look", "Default")),
        ),
        "Both": (),
        "Failed": (),
        "Lost": (),
    }


def test_incoming_is_the_same_edges_by_their_target() -> None:
    definition = machine()
    assert {name: [edge.source for edge in found] for name, found in incoming(definition).items()} == {
        "Load": ["Look"],
        "Look": ["Load"],
        "Both": ["Look"],
        "Failed": ["Load"],
        "Lost": [],
    }


def test_a_catcher_reaches_what_the_regular_flow_does_not() -> None:
    assert reachable(machine()) == {"Load", "Look", "Both", "Failed"}
    assert regular(machine()) == {"Load", "Look", "Both"}


def test_nothing_is_reached_when_start_at_names_no_state() -> None:
    assert reachable(machine(TEXT.replace("StartAt: Load", "StartAt: Nowhere"))) == frozenset()


def test_a_branch_is_a_scope_and_knows_what_is_around_it() -> None:
    definition = machine()
    both = definition.states["Both"]
    assert scopes(definition) == (definition, both.machines[0])
    assert enclosing(definition) == {("States", "Both", "Branches", 0): (definition, both)}


def test_ends_are_end_succeed_and_fail() -> None:
    states = machine().states
    assert [name for name, state in states.items() if is_end(state)] == ["Both", "Failed"]
    assert [name for name, state in states.items() if ends_well(state)] == ["Both"]


def test_the_way_back_leads_from_a_state_to_the_start() -> None:
    following = {"a": "bc", "b": "d", "c": "d", "d": ""}
    found = spread(["a"], following.__getitem__)
    assert found == {"a": None, "b": "a", "c": "a", "d": "b"}
    assert list(way_back(found, "d")) == ["d", "b", "a"]


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.lists(st.sampled_from("abcdefgh"), max_size=3)))
def test_spread_is_closed_and_every_name_in_it_has_a_way_back(graph: dict[str, list[str]]) -> None:
    found = spread(["a"], lambda name: graph.get(name, []))
    assert all(target in found for name in found for target in graph.get(name, []))
    assert all(list(way_back(found, name))[-1] == "a" for name in found)
