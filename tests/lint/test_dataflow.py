"""What enters each state on each route, as shapes; and that recorded executions fit what the analysis says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import StateMachine, all_states, parse
from aslkit.lint.dataflow import ELSEWHERE, ERROR_OUTPUT, UNWRITTEN, flow, route
from aslkit.lint.shapes import (
    ABSENT,
    MAYBE,
    NUMBER,
    PRESENT,
    STRING,
    UNKNOWN,
    Array,
    Loss,
    Object,
    Reading,
    Scalar,
    Shape,
    array,
    array_of,
    built,
    literal,
    read,
)

LAMBDA = "arn:aws:lambda:eu-west-1:111122223333:function:work"
INVOKE = "arn:aws:states:::lambda:invoke"
EXECUTIONS = Path(__file__).parents[3] / "shared" / "corpus" / "executions"


def machine_of(states: dict[str, Any], **fields: Any) -> StateMachine:
    """A machine that starts at the first of the states."""
    definition = {"StartAt": next(iter(states)), **fields, "States": states}
    return parse(load(json.dumps(definition), source="machine.json"))


def entering(states: dict[str, Any], name: str, **fields: Any) -> Shape:
    """The joined shape of the raw input of the state of that name, wherever it stands."""
    machine = machine_of(states, **fields)
    pointer = next(state.pointer for _, state in all_states(machine) if state.name == name)
    raw = flow(machine).visits[pointer].raw
    assert raw is not None
    return raw


def plain(shape: Shape) -> Any:
    """A shape as plain data, losses left out: `name?` may be missing, `...` tells that an object is open."""
    match shape:
        case Object(members, is_open):
            shown = {name + "?" * (not one.certain): plain(one.shape) for name, one in members.items()}
            return {**shown, "...": True} if is_open and shown else "any" if is_open else shown
        case Array(None, each):
            return [plain(each), "..."]
        case Array(elements):
            return list(map(plain, elements or ()))
        case Scalar(kind, value):
            return value[0] if value else kind


def test_anything_may_enter_the_first_state() -> None:
    assert entering({"A": {"Type": "Succeed"}}, "A") == UNKNOWN


def test_the_result_of_a_task_replaces_the_input() -> None:
    states = {"A": {"Type": "Task", "Resource": INVOKE, "Next": "B"}, "B": {"Type": "Succeed"}}
    found = entering(states, "B")
    assert sorted(found.members) == [  # type: ignore[union-attr]
        "ExecutedVersion",
        "FunctionError",
        "LogResult",
        "Payload",
        "SdkHttpMetadata",
        "SdkResponseMetadata",
        "StatusCode",
    ]
    assert found.losses == (Loss("result", ("States", "A"), UNKNOWN),)


def test_result_path_keeps_the_input() -> None:
    states = {
        "A": {"Type": "Pass", "Result": {"a": 1}, "Next": "B"},
        "B": {"Type": "Pass", "Result": 2, "ResultPath": "$.b.c", "Next": "C"},
        "C": {"Type": "Task", "Resource": LAMBDA, "ResultPath": None, "Next": "D"},
        "D": {"Type": "Succeed"},
    }
    assert plain(entering(states, "D")) == {"a": 1, "b": {"c": 2}}


def test_input_path_parameters_result_selector_and_output_path_are_applied_in_order() -> None:
    states = {
        "A": {"Type": "Pass", "Result": {"in": {"x": 1, "y": [1, "two"]}}, "Next": "B"},
        "B": {
            "Type": "Pass",
            "InputPath": "$.in",
            "Parameters": {"made": {"first.$": "$.y[0]", "text.$": "States.Format('{}', $.x)", "all.$": "$"}},
            "ResultPath": "$.out",
            "OutputPath": "$.out.made",
            "Next": "C",
        },
        "C": {"Type": "Succeed"},
    }
    assert plain(entering(states, "C")) == {"first": 1, "text": "string", "all": {"x": 1, "y": [1, "two"]}}


def test_result_selector_reads_the_result() -> None:
    states = {
        "A": {
            "Type": "Task",
            "Resource": "arn:aws:states:::glue:startJobRun.sync",
            "ResultSelector": {"state.$": "$.JobRunState", "at.$": "$.StartedOn"},
            "ResultPath": "$.run",
            "Next": "B",
        },
        "B": {"Type": "Succeed"},
    }
    assert plain(entering(states, "B")) == {"run": {"state": "string", "at": "number"}, "...": True}


def test_null_for_input_path_and_output_path_is_an_empty_object() -> None:
    states = {"A": {"Type": "Wait", "Seconds": 1, "OutputPath": None, "Next": "B"}, "B": {"Type": "Succeed"}}
    assert plain(entering(states, "B")) == {}


def test_a_catcher_writes_into_the_raw_input_and_not_into_the_effective_one() -> None:
    states = {
        "A": {"Type": "Pass", "Result": {"a": {"b": 1}}, "Next": "B"},
        "B": {
            "Type": "Task",
            "Resource": LAMBDA,
            "InputPath": "$.a",
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "C"}],
            "End": True,
        },
        "C": {"Type": "Succeed"},
    }
    assert plain(entering(states, "C")) == {"a": {"b": 1}, "error": {"Error": "string", "Cause": "string"}}


def test_a_catcher_without_result_path_replaces_the_input_and_says_so() -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    states = {
        "A": {"Type": "Task", "Resource": LAMBDA, "Catch": catch, "End": True},
        "B": {"Type": "Succeed"},
    }
    loss = Loss("catch", ("States", "A", "Catch", 0), UNKNOWN)
    assert entering(states, "B") == ERROR_OUTPUT._replace(losses=(loss,))  # type: ignore[union-attr]


def test_the_failure_route_knows_that_the_failed_state_wrote_nothing_and_where_the_error_is() -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "B"}]
    states = {
        "A": {"Type": "Task", "Resource": LAMBDA, "ResultPath": "$.made", "Catch": catch, "End": True},
        "B": {"Type": "Succeed"},
    }
    found = entering(states, "B")
    unwritten = read(found, ("made",))
    assert (unwritten.presence, [loss.kind for loss in unwritten.losses]) == (MAYBE, [UNWRITTEN])
    assert [loss.kind for loss in found.losses] == [ELSEWHERE]


def test_where_routes_meet_each_route_is_kept_and_the_joined_shape_doubts_what_one_of_them_lacks() -> None:
    states = {
        "A": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": True, "Next": "B"}], "Default": "C"},
        "B": {"Type": "Pass", "Result": {"b": 1, "both": 1}, "Next": "D"},
        "C": {"Type": "Pass", "Result": {"c": 1, "both": 2}, "Next": "D"},
        "D": {"Type": "Succeed"},
    }
    visit = flow(machine_of(states)).visits["States", "D"]
    assert {pointer: plain(shape) for pointer, shape in visit.entering.items()} == {
        ("States", "B", "Next"): {"b": 1, "both": 1},
        ("States", "C", "Next"): {"c": 1, "both": 2},
    }
    assert visit.raw is not None
    assert plain(visit.raw) == {"b?": 1, "both": "number", "c?": 1}


def test_the_output_of_a_parallel_is_the_array_of_its_branches_outputs() -> None:
    states = {
        "P": {
            "Type": "Parallel",
            "Parameters": {"month.$": "$.month", "fixed": True},
            "Branches": [
                {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}},
                {"StartAt": "Two", "States": {"Two": {"Type": "Pass", "Result": [], "End": True}}},
            ],
            "Next": "Z",
        },
        "Z": {"Type": "Succeed"},
    }
    assert plain(entering(states, "One")) == {"month": "any", "fixed": True}
    assert plain(entering(states, "Z")) == [{"month": "any", "fixed": True}, []]


def test_nothing_follows_a_parallel_with_a_branch_that_only_fails() -> None:
    states = {
        "P": {
            "Type": "Parallel",
            "Branches": [{"StartAt": "F", "States": {"F": {"Type": "Fail"}}}],
            "Next": "Z",
        },
        "Z": {"Type": "Succeed"},
    }
    assert ("States", "Z") not in flow(machine_of(states)).visits


def test_a_map_gives_each_iteration_an_item_and_gathers_the_outputs() -> None:
    states = {
        "A": {"Type": "Pass", "Result": {"rows": [{"n": 1}, {"n": 2, "m": 3}], "month": "05"}, "Next": "M"},
        "M": {
            "Type": "Map",
            "ItemsPath": "$.rows",
            "ItemSelector": {"row.$": "$$.Map.Item.Value", "at.$": "$$.Map.Item.Index", "month.$": "$.month"},
            "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}},
            "Next": "Z",
        },
        "Z": {"Type": "Succeed"},
    }
    one = {"row": {"n": "number", "m?": 3}, "at": "number", "month": "05"}
    assert plain(entering(states, "I")) == one
    assert plain(entering(states, "Z")) == [one, "..."]


def test_a_map_without_item_selector_gives_the_item_alone() -> None:
    states = {
        "A": {"Type": "Pass", "Result": {"rows": [{"n": 1}]}, "Next": "M"},
        "M": {
            "Type": "Map",
            "ItemsPath": "$.rows",
            "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}},
            "End": True,
        },
    }
    assert plain(entering(states, "I")) == {"n": 1}


def test_batches_have_items_and_the_batch_input() -> None:
    states = {
        "M": {
            "Type": "Map",
            "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"month.$": "$.month"}},
            "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}},
            "End": True,
        },
    }
    assert plain(entering(states, "I")) == {"Items": ["any", "..."], "BatchInput": {"month": "any"}}


def test_behind_a_test_for_presence_nothing_is_said_of_the_path() -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "C"}]
    states = {
        "A": {"Type": "Task", "Resource": LAMBDA, "Catch": catch, "End": True},
        "C": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.month", "IsPresent": True, "Next": "D"}],
            "Default": "E",
        },
        "D": {"Type": "Succeed"},
        "E": {"Type": "Succeed"},
    }
    for name in ("D", "E"):
        assert read(entering(states, name), ("month",)) == Reading(UNKNOWN, MAYBE, 0, entering(states, name))


def test_a_loop_comes_to_an_end_when_it_adds_nothing() -> None:
    states = {
        "A": {"Type": "Pass", "Result": 0, "ResultPath": "$.tries", "Next": "B"},
        "B": {"Type": "Pass", "Parameters": {"tries.$": "States.MathAdd($.tries, 1)"}, "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.tries", "NumericEquals": 3, "Next": "D"}], "Default": "B"},
        "D": {"Type": "Succeed"},
    }
    assert plain(entering(states, "B")) == {"tries": "number", "...": True}
    assert plain(entering(states, "D")) == {"tries": "number"}


def test_a_loop_that_always_adds_something_becomes_unknown() -> None:
    states = {
        "A": {"Type": "Pass", "Result": {}, "Next": "B"},
        "B": {"Type": "Pass", "Parameters": {"before.$": "$"}, "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "D"}], "Default": "B"},
        "D": {"Type": "Succeed"},
    }
    assert entering(states, "B") == UNKNOWN


def test_jsonata_states_pass_on_the_result_or_the_keys_of_their_output() -> None:
    states = {
        "A": {"Type": "Pass", "Output": {"a": "{% 1 %}", "b": {"c": 1}}, "Next": "B"},
        "B": {
            "Type": "Task",
            "Resource": LAMBDA,
            "Output": "{% $states.input %}",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}],
            "Next": "D",
        },
        "C": {"Type": "Succeed"},
        "D": {"Type": "Succeed"},
    }
    language = {"QueryLanguage": "JSONata"}
    assert plain(entering(states, "B", **language)) == {"a": 1, "b": {"c": 1}}
    assert plain(entering(states, "C", **language)) == {"Error": "string", "Cause": "string"}
    assert plain(entering(states, "D", **language)) == {"a": 1, "b": {"c": 1}}


def test_substitutions_variables_and_paths_that_are_no_plain_route_are_unknown() -> None:
    parameters = {"a": "${Name}", "b.$": "$name.x", "c.$": "$.rows[*].n", "d.$": "${Path}", "e.$": "States.UUID()"}
    states = {"A": {"Type": "Pass", "Parameters": parameters, "Next": "B"}, "B": {"Type": "Succeed"}}
    assert plain(entering(states, "B")) == dict.fromkeys("abcd", "any") | {"e": "string"}


def test_every_read_is_recorded_with_its_place_and_what_it_finds() -> None:
    states = {
        "A": {"Type": "Pass", "Result": {"a": 1, "b": "x"}, "Next": "B"},
        "B": {
            "Type": "Task",
            "Resource": LAMBDA,
            "TimeoutSecondsPath": "$.a",
            "Parameters": {"list": [{"v.$": "States.Format('{} {}', $.b, $.c)"}]},
            "End": True,
        },
    }
    reads = flow(machine_of(states)).visits["States", "B"].reads
    call = ("States", "B", "Parameters", "list", 0, "v.$")
    assert [(one.pointer, one.route.text, one.found.presence) for one in reads] == [
        (call, "$.b", PRESENT),
        (call, "$.c", ABSENT),
        (("States", "B", "TimeoutSecondsPath"), "$.a", PRESENT),
    ]


def test_half_broken_definitions_are_analysed_as_far_as_they_go() -> None:
    states = {
        "A": {"Type": "Map", "Next": "B"},
        "B": {"Type": "Parallel", "Next": "C", "Branches": [{"StartAt": 7}]},
        "C": {"Type": "Choice", "Default": "Nowhere"},
    }
    assert sorted(flow(machine_of(states)).visits) == [("States", "A"), ("States", "B")]
    assert flow(parse(load("[]", source="x.json"))).visits == {}


def test_a_chain_of_states_that_each_write_another_field_is_bounded() -> None:
    states: dict[str, Any] = {
        f"S{number}": {"Type": "Pass", "Result": 1, "ResultPath": f"$.f{number}", "Next": f"S{number + 1}"}
        for number in range(1000)
    }
    found = entering(states | {"S1000": {"Type": "Succeed"}}, "S1000")
    assert isinstance(found, Object)
    assert (len(found.members), found.open) == (128, True)


def test_plain_paths_need_no_parser() -> None:
    assert [
        (one.root, one.keys) for one in map(route, ("$", "$.a.b", "$$.Map.Item", "$.a[0]['b c']", "$v.x")) if one
    ] == [
        ("$", ()),
        ("$", ("a", "b")),
        ("$$", ("Map", "Item")),
        ("$", ("a", 0, "b c")),
        ("variable", ("v", "x")),
    ]
    assert route("$.a..") is None


# --- recorded executions ---------------------------------------------------------------------------------------------


def fits(value: Any, shape: Shape) -> bool:
    """Whether a value is one of those that a shape stands for."""
    match shape:
        case Object(members, is_open):
            if not isinstance(value, dict):
                return is_open and not any(one.certain for one in members.values())
            return (is_open or value.keys() <= members.keys()) and all(
                fits(value[name], one.shape) if name in value else not one.certain for name, one in members.items()
            )
        case Array(None, each):
            return isinstance(value, list) and all(fits(one, each) for one in value)
        case Array(elements):
            return (
                isinstance(value, list) and len(value) == len(elements or ()) and all(map(fits, value, elements or ()))
            )
        case Scalar(kind, known):
            return KINDS.get(kind) is type(value) or (kind == "number" and type(value) is float) or value in known


KINDS = {"string": str, "number": int, "boolean": bool, "null": type(None)}


def misfits(case: dict[str, Any]) -> list[tuple[str, Any]]:
    """(state, input) of every state that was entered with what its shape excludes."""
    text = case.get("definition_raw") or json.dumps(case["definition"])
    machine = parse(load(text, source="machine.json"))
    raw: dict[str, list[Shape]] = {}
    for visit in flow(machine).visits.values():
        raw.setdefault(visit.state.name, []).append(visit.raw or UNKNOWN)
    return [
        (details["name"], details["input"])
        for event in case["expected"].get("events") or ()
        if (details := event.get("stateEnteredEventDetails"))
        and "input" in details
        and "<" not in str(details["input"])
        and not any(fits(decoded(details["input"]), shape) for shape in raw.get(details["name"], [UNKNOWN]))
    ]


def decoded(text: Any) -> Any:
    return json.loads(text) if isinstance(text, str) else text


@pytest.mark.skipif(not EXECUTIONS.is_dir(), reason="the recordings are not here")
def test_what_was_recorded_on_aws_fits_the_shapes() -> None:
    found = {
        path.stem: wrong
        for path in sorted(EXECUTIONS.glob("*.json"))
        if (wrong := misfits(json.loads(path.read_text())))
    }
    assert found == {}


def test_the_shapes_of_results_have_the_kinds_that_their_services_document() -> None:
    assert fits({"n": 1}, built({"n": NUMBER})) and not fits({"n": "1"}, built({"n": NUMBER}))
    assert fits(["a"], array_of(STRING)) and not fits(["a", "b"], array([STRING]))
    assert fits({"a": [None, True]}, literal({"a": [None, True]}))
