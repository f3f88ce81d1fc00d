"""Coverage: which parts of a definition the executions used, and which they never did."""

from __future__ import annotations

from typing import Any

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, parse
from aslkit.simulation import Execution, simulate
from aslkit.simulation.coverage import (
    CATCHER,
    CHOICE,
    ERROR,
    KINDS,
    RETRY,
    STATE,
    TRANSITION,
    Coverage,
    coverage,
    parts,
)
from aslkit.simulation.faults import FAULTS
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.scripted import Fails, Faulty, Hangs, When

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
      - {ErrorEquals: [MyError, States.HeartbeatTimeout, States.TaskFailed], MaxAttempts: 2}
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
TWICE = When(state="Load", first=1, last=2, reply=Faulty(fault=FAULTS["glue"]["failed"]))
ONCE = When(state="Load", first=1, last=1, reply=Faulty(fault=FAULTS["glue"]["failed"]))


def machine() -> StateMachine:
    return parse(load(TEXT, source="cover.asl.yaml"))


def run(n: int, *script: When) -> Execution:
    return simulate(machine(), input={"n": n, "items": [1, 2, 3]}, resources=Account(script=script))


def numbers(found: Coverage) -> dict[str, tuple[int, int]]:
    return {kind: (found.used(kind), found.total(kind)) for kind in KINDS}


def use_of(found: Coverage, *pointer: Any) -> int | dict[str, int]:
    """The uses of the part at a place, or of the parts there by `which`."""
    counts = {part.which: count for part, count in found.uses.items() if part.pointer == ("States", *pointer)}
    return counts.get("", counts)


def test_nothing_is_covered_without_an_execution() -> None:
    assert numbers(coverage(machine(), [])) == {
        STATE: (0, 6),
        TRANSITION: (0, 3),
        CHOICE: (0, 4),
        RETRY: (0, 4),
        CATCHER: (0, 2),
        ERROR: (0, 3),
    }


def test_each_way_through_is_counted_at_its_place() -> None:
    found = coverage(machine(), [run(1), run(2), run(3)])
    assert numbers(found) == {
        STATE: (6, 6),
        TRANSITION: (3, 3),
        CHOICE: (4, 4),
        RETRY: (0, 4),
        CATCHER: (0, 2),
        ERROR: (0, 3),
    }
    assert use_of(found, "Choose") == 3
    assert use_of(found, "Choose", "Choices", 0) == {"met": 1, "not met": 2}
    assert use_of(found, "Choose", "Choices", 1) == {"met": 1, "not met": 1}
    assert use_of(found, "Choose", "Default") == 1
    assert use_of(found, "Each", "ItemProcessor", "States", "Item", "Next") == 3


def test_that_the_last_rule_is_not_met_is_no_part_without_a_default() -> None:
    text = TEXT.replace("    Default: Each\n", "")
    found = parts(parse(load(text, source="cover.asl.yaml")))
    assert [(part.pointer[-1], part.which) for part in found if part.kind == CHOICE] == [
        (0, "met"),
        (0, "not met"),
        (1, "met"),
    ]


def test_every_retry_of_a_retrier_counts_on_its_own_and_a_catcher_when_it_catches() -> None:
    once, twice, always = (coverage(machine(), [run(1, script)]) for script in (ONCE, TWICE, FAILED))
    for found, second, caught in ((once, 0, 0), (twice, 1, 0), (always, 1, 1)):
        assert use_of(found, "Load", "Retry", 2) == {"1": 1, "2": second}
        assert use_of(found, "Load", "Retry", 1) == {"1": 0, "2": 0}
        assert use_of(found, "Load", "Catch", 1) == caught
        assert use_of(found, "Load", "Next") == 1 - caught


def test_a_retrier_with_many_attempts_has_no_more_parts_than_the_first_twenty() -> None:
    text = TEXT.replace("ThrottlingException], MaxAttempts: 2", "ThrottlingException], MaxAttempts: 99999999")
    found = parts(parse(load(text, source="cover.asl.yaml")))
    assert [part.which for part in found if part.pointer[-2:] == ("Retry", 1)] == [str(one) for one in range(1, 21)]


def names(found: Coverage) -> list[int | dict[str, int]]:
    return [use_of(found, "Load", "Retry", 2, "ErrorEquals", index) for index in range(3)]


def test_an_error_counts_for_its_own_name_and_only_without_one_for_the_wildcards() -> None:
    mine = When(state="Load", first=1, last=1, reply=Fails(error="MyError"))
    assert names(coverage(machine(), [run(1, mine)])) == [1, 0, 0]
    assert names(coverage(machine(), [run(1, ONCE)])) == [0, 0, 1]


def test_a_missed_heartbeat_counts_for_its_name_although_the_history_calls_it_a_time_out() -> None:
    text = """
StartAt: Ask
States:
  Ask:
    Type: Task
    Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
    Parameters: {QueueUrl: q, MessageBody.$: $$.Task.Token}
    HeartbeatSeconds: 10
    TimeoutSeconds: 100
    Catch: [{ErrorEquals: [States.Timeout, States.HeartbeatTimeout], Next: Done}]
    Next: Done
  Done: {Type: Succeed}
"""
    ask = parse(load(text, source="ask.asl.yaml"))
    execution = simulate(ask, input={}, resources=Account(script=(When(state="Ask", reply=Hangs()),)))
    found = coverage(ask, [execution])
    place = ("Ask", "Catch", 0, "ErrorEquals")
    assert [use_of(found, *place, index) for index in (0, 1)] == [0, 1]


def test_what_was_never_used_is_named_in_the_order_of_the_definition() -> None:
    assert [part.text for part in coverage(machine(), [run(1, FAILED), run(3)]).missed] == [
        "choice rule 2 of 'Choose' is met (to 'Skip')",
        "the transition from 'Load' to 'Skip'",
        "retry 1 of 2 by retrier 2 of 'Load' (Glue.ThrottlingException)",
        "retry 2 of 2 by retrier 2 of 'Load' (Glue.ThrottlingException)",
        "error name 'MyError' of retrier 3 of 'Load'",
        "error name 'States.HeartbeatTimeout' of retrier 3 of 'Load'",
        "catcher 1 of 'Load' (States.Timeout)",
    ]


def test_the_sum_of_two_coverages_is_the_coverage_of_all_executions() -> None:
    first, second = [run(1), run(2)], [run(3), run(1, FAILED)]
    together = coverage(machine(), first) + coverage(machine(), second)
    assert together == coverage(machine(), [*first, *second])
    assert together + coverage(machine(), []) == together
