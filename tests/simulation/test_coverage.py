"""Coverage: which parts of a definition the executions used, and which they never did."""

from __future__ import annotations

from typing import Any

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.simulation import Execution, simulate
from aslkit.simulation.coverage import CATCHER, KINDS, RETRIER, STATE, TRANSITION, Coverage, coverage
from aslkit.simulation.faults import FAULTS
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.scripted import Faulty, When

TEXT = """
StartAt: Choose
States:
  Choose:
    Type: Choice
    Choices:
      - {Variable: $.n, NumericEquals: 1, Next: Load}
      - {Variable: $.n, NumericEquals: 2, Next: Skip}
    Default: Each
  Load:
    Type: Task
    Resource: arn:aws:states:::glue:startJobRun.sync
    Parameters: {JobName: load}
    Retry:
      - {ErrorEquals: [Glue.EntityNotFoundException], MaxAttempts: 0}
      - {ErrorEquals: [Glue.ThrottlingException], MaxAttempts: 2}
      - {ErrorEquals: [States.TaskFailed], MaxAttempts: 1}
    Catch:
      - {ErrorEquals: [States.Timeout], Next: Skip}
      - {ErrorEquals: [States.ALL], Next: Skip}
    Next: Skip
  Skip: {Type: Pass, End: true}
  Each:
    Type: Map
    ItemsPath: $.items
    ItemProcessor:
      StartAt: Item
      States: {Item: {Type: Pass, Next: Done}, Done: {Type: Succeed}}
    End: true
"""
FAILED = When(state="Load", reply=Faulty(fault=FAULTS["glue"]["failed"]))
ONCE = When(state="Load", first=1, last=1, reply=Faulty(fault=FAULTS["glue"]["failed"]))


def machine() -> StateMachine:
    return parse(load(TEXT, source="cover.asl.yaml"))


def run(n: int, *script: When) -> Execution:
    return simulate(machine(), input={"n": n, "items": [1, 2, 3]}, resources=Account(script=script))


def numbers(found: Coverage) -> dict[str, tuple[int, int]]:
    return {kind: (found.used(kind), found.total(kind)) for kind in KINDS}


def use_of(found: Coverage, *pointer: Any) -> int:
    """The uses of the part at a place."""
    (count,) = [count for part, count in found.uses.items() if part.pointer == ("States", *pointer)]
    return count


def test_nothing_is_covered_without_an_execution() -> None:
    assert numbers(coverage(machine(), [])) == {STATE: (0, 6), TRANSITION: (0, 5), RETRIER: (0, 2), CATCHER: (0, 2)}


def test_each_way_through_is_counted_at_its_place() -> None:
    found = coverage(machine(), [run(1), run(2), run(3)])
    assert numbers(found) == {STATE: (6, 6), TRANSITION: (5, 5), RETRIER: (0, 2), CATCHER: (0, 2)}
    assert use_of(found, "Choose") == 3
    assert [use_of(found, "Choose", "Choices", index, "Next") for index in (0, 1)] == [1, 1]
    assert use_of(found, "Choose", "Default") == 1
    assert use_of(found, "Each", "ItemProcessor", "States", "Item", "Next") == 3


def test_a_retrier_is_used_when_it_tries_again_and_a_catcher_when_it_catches() -> None:
    once, always = coverage(machine(), [run(1, ONCE)]), coverage(machine(), [run(1, FAILED)])
    for found, caught in ((once, 0), (always, 1)):
        assert use_of(found, "Load", "Retry", 2) == 1
        assert use_of(found, "Load", "Retry", 1) == 0
        assert use_of(found, "Load", "Catch", 1) == caught
        assert use_of(found, "Load", "Next") == 1 - caught


def test_what_was_never_used_is_named_in_the_order_of_the_definition() -> None:
    assert [part.text for part in coverage(machine(), [run(1, FAILED), run(3)]).missed] == [
        "the transition from 'Choose' to 'Skip' by choice rule 2",
        "the transition from 'Load' to 'Skip'",
        "retrier 2 of 'Load' (Glue.ThrottlingException)",
        "catcher 1 of 'Load' (States.Timeout)",
    ]


def test_a_part_says_where_it_stands() -> None:
    (missed,) = [part for part in coverage(machine(), [run(1), run(2)]).missed if part.kind == STATE][:1]
    assert (missed.text, missed.pointer) == ("state 'Each'", ("States", "Each"))


def test_the_sum_of_two_coverages_is_the_coverage_of_all_executions() -> None:
    first, second = [run(1), run(2)], [run(3), run(1, FAILED)]
    together = coverage(machine(), first) + coverage(machine(), second)
    assert together == coverage(machine(), [*first, *second])
    assert together + coverage(machine(), []) == together
