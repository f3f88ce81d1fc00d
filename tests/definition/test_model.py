"""A document becomes a typed model of the whole language; what is misshapen is absent, and nothing ever raises."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.definition.document import load
from aslkit.definition.model import (
    ABSENT,
    Catcher,
    Choice,
    Map,
    Parallel,
    Pass,
    Retrier,
    State,
    StateMachine,
    Task,
    all_states,
    fact,
    parse,
    walk,
)


def machine(text: str) -> StateMachine:
    return parse(load(text))


def state(fields: str) -> State:
    return machine(f"StartAt: A\nStates:\n  A: {{{fields}}}\n").states["A"]


def values(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record._fields if name not in ("pointer", "raw", "document")}


def test_defaults_of_the_specification_are_filled_in() -> None:
    assert values(state("Type: Task, Retry: [{}], Catch: [{}]").retry[0]) == {
        "error_equals": (),
        "interval_seconds": 1,
        "max_attempts": 3,
        "backoff_rate": 2.0,
        "max_delay_seconds": None,
        "jitter_strategy": "NONE",
        "comment": None,
    }
    assert values(state("Type: Task, Catch: [{}]").catch[0]) == {
        "error_equals": (),
        "next": None,
        "result_path": "$",
        "assign": ABSENT,
        "output": ABSENT,
        "comment": None,
    }


def test_every_field_of_a_task_is_read() -> None:
    text = """\
StartAt: A
QueryLanguage: JSONPath
States:
  A:
    Type: Task
    Comment: c
    QueryLanguage: JSONata
    Resource: r
    InputPath: null
    OutputPath: $.o
    Parameters: {a: 1}
    Arguments: "{% 1 %}"
    ResultSelector: {b: 2}
    ResultPath: null
    Assign: {v: 1}
    Output: x
    TimeoutSeconds: "{% 5 %}"
    TimeoutSecondsPath: $.t
    HeartbeatSeconds: 3
    HeartbeatSecondsPath: $.h
    Credentials: {RoleArn: x}
    Retry:
      - {ErrorEquals: [E], IntervalSeconds: 2, MaxAttempts: 4, BackoffRate: 1.5,
         MaxDelaySeconds: 9, JitterStrategy: FULL}
    Catch:
      - {ErrorEquals: [E, F], Next: B, ResultPath: null, Assign: {w: 1}, Output: y}
    Next: B
"""
    task = machine(text).states["A"]
    assert isinstance(task, Task)
    got = values(task)
    retry, catch = got.pop("retry"), got.pop("catch")
    assert got == {
        "name": "A",
        "query_language": "JSONata",
        "comment": "c",
        "next": "B",
        "end": False,
        "input_path": None,
        "output_path": "$.o",
        "assign": {"v": 1},
        "output": "x",
        "parameters": {"a": 1},
        "arguments": "{% 1 %}",
        "result_selector": {"b": 2},
        "result_path": None,
        "resource": "r",
        "timeout_seconds": "{% 5 %}",
        "timeout_seconds_path": "$.t",
        "heartbeat_seconds": 3,
        "heartbeat_seconds_path": "$.h",
        "credentials": {"RoleArn": "x"},
    }
    assert [values(retrier) for retrier in retry] == [
        {
            "error_equals": ("E",),
            "interval_seconds": 2,
            "max_attempts": 4,
            "backoff_rate": 1.5,
            "max_delay_seconds": 9,
            "jitter_strategy": "FULL",
            "comment": None,
        }
    ]
    assert [(catcher.error_equals, catcher.next, catcher.result_path) for catcher in catch] == [(("E", "F"), "B", None)]
    assert catch[0].pointer == ("States", "A", "Catch", 0)


def test_an_old_maps_iterator_and_parameters_are_its_item_processor_and_selector() -> None:
    written = state("Type: Map, Iterator: {StartAt: B, States: {B: {Type: Succeed}}}, Parameters: {x: 1}")
    assert isinstance(written, Map)
    assert written.item_selector == {"x": 1}
    assert [inner.pointer for inner in written.machines] == [("States", "A", "Iterator")]
    assert not written.distributed


def test_a_distributed_map_says_so() -> None:
    written = state("Type: Map, ItemProcessor: {ProcessorConfig: {Mode: DISTRIBUTED}, StartAt: B, States: {}}")
    assert isinstance(written, Map)
    assert written.distributed


def test_choice_rules_nest() -> None:
    written = state(
        "Type: Choice, Default: D, Choices: [{And: [{Variable: $.a, IsNull: true}, "
        "{Not: {Variable: $.b, StringEquals: x}}], Next: N}]"
    )
    assert isinstance(written, Choice)
    rule = written.choices[0]
    assert (rule.operator, rule.next) == ("And", "N")
    assert [(inner.operator, inner.variable, inner.operand) for inner in rule.rules] == [
        ("IsNull", "$.a", True),
        ("Not", None, {"Variable": "$.b", "StringEquals": "x"}),
    ]
    assert rule.rules[1].rules[0].pointer == ("States", "A", "Choices", 0, "And", 1, "Not")
    assert list(written.transitions()) == [
        (("States", "A", "Choices", 0, "Next"), "N"),
        (("States", "A", "Default"), "D"),
    ]


def test_the_query_language_of_the_machine_is_inherited_by_every_state_inside() -> None:
    written = machine(
        "QueryLanguage: JSONata\nStartAt: P\nStates:\n  P:\n    Type: Parallel\n    QueryLanguage: JSONPath\n"
        "    Branches:\n      - {StartAt: Q, States: {Q: {Type: Pass}}}\n"
    )
    assert [(state.name, state.query_language) for _, state in walk(written)] == [("P", "JSONPath"), ("Q", "JSONata")]


def test_walk_gives_a_state_before_those_inside_it_and_all_branches_in_order() -> None:
    written = machine(
        "StartAt: P\nStates:\n  P:\n    Type: Parallel\n    Branches:\n"
        "      - {StartAt: A, States: {A: {Type: Pass}, B: {Type: Pass}}}\n"
        "      - {StartAt: C, States: {C: {Type: Pass}}}\n"
        "  Z: {Type: Succeed}\n"
    )
    assert [(scope.pointer, state.name) for scope, state in all_states(written)] == [
        ((), "P"),
        (("States", "P", "Branches", 0), "A"),
        (("States", "P", "Branches", 0), "B"),
        (("States", "P", "Branches", 1), "C"),
        ((), "Z"),
    ]


@pytest.mark.parametrize(
    ("fields", "attribute", "value"),
    [
        ("Type: Task, TimeoutSeconds: ten", "timeout_seconds", "ten"),
        ("Type: Task, TimeoutSeconds: 1.5", "timeout_seconds", None),
        ("Type: Task, TimeoutSeconds: true", "timeout_seconds", None),
        ("Type: Task, TimeoutSeconds: -1", "timeout_seconds", None),
        ("Type: Task, TimeoutSeconds: '${T}'", "timeout_seconds", None),
        ("Type: Task, Retry: 3", "retry", ()),
        ("Type: Task, Retry: [3]", "retry", ()),
        ("Type: Pass, Next: 3", "next", None),
        ("Type: Pass, Result: null", "result", None),
        ("Type: Pass", "result", ABSENT),
        ("Type: Parallel, Branches: {}", "branches", ()),
        ("Type: Map, ItemProcessor: []", "item_processor", None),
        ("Type: Choice, Choices: {}", "choices", ()),
    ],
)
def test_a_misshapen_field_is_absent(fields: str, attribute: str, value: Any) -> None:
    assert getattr(state(fields), attribute) == value


@pytest.mark.parametrize("text", ["[]", "1", "States: []", "States: {A: 1, B: {Type: Nope}, C: {Type: 1}}"])
def test_what_is_no_machine_has_no_states(text: str) -> None:
    assert machine(text).states == {}


def test_a_retrier_waits_interval_times_rate_to_the_attempt_up_to_its_cap() -> None:
    retrier = Retrier(pointer=(), raw={}, interval_seconds=60, max_attempts=4, backoff_rate=2.0, max_delay_seconds=300)
    assert list(retrier.waits()) == [60, 120, 240, 300]


def test_a_retrier_that_backs_off_without_end_waits_at_most_the_longest_wait() -> None:
    assert Retrier(pointer=(), raw={}, backoff_rate=1e300).wait(5) == 99_999_999.0


def test_a_fact_of_a_machine_is_found_once() -> None:
    calls = []

    @fact
    def names(machine: StateMachine) -> list[str]:
        calls.append(machine)
        return list(machine.states)

    written = machine("States: {A: {Type: Pass}}")
    assert (names(written), names(written), len(calls)) == (["A"], ["A"], 1)


KEYS = [
    "States",
    "StartAt",
    "Type",
    "Next",
    "Retry",
    "Catch",
    "Branches",
    "Choices",
    "ItemProcessor",
    "And",
    "Not",
    "ErrorEquals",
]
TYPES = st.sampled_from(["Task", "Map", "Parallel", "Choice", "Pass"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["$", "${X}", "{% 1 %}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner | TYPES, max_size=6),
    max_leaves=30,
)


@settings(max_examples=150, deadline=None)
@given(ANYTHING.filter(lambda data: data is not None))
def test_parse_takes_any_data(data: Any) -> None:
    for scope, found in walk(parse(load(json.dumps(data)))):
        assert found.pointer[:-2] == scope.pointer
        assert isinstance(found, (Task, Map, Parallel, Choice, Pass))
        assert all(isinstance(catcher, Catcher) for catcher in found.catch)
