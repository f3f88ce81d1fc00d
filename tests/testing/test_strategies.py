"""Hypothesis strategies draw what fits, and are simplest when everything succeeds."""

import json
from pathlib import Path
from typing import Any

from hypothesis import find, given, settings

from aslkit.operations.contract import breaches, contract
from aslkit.simulation import simulate
from aslkit.simulation.resources.account import Account
from aslkit.testing import machine
from aslkit.testing.strategies import inputs, outcomes

DEFINITIONS = Path(__file__).parents[2] / "definitions"
REFRESH = machine(DEFINITIONS / "db-refresh.asl.yaml")
CONTRACT = contract(REFRESH)


@settings(max_examples=50, deadline=None)
@given(inputs(REFRESH))
def test_every_input_keeps_the_contract(value: Any) -> None:
    assert breaches(CONTRACT, value) == []


@settings(max_examples=50, deadline=None)
@given(inputs(REFRESH), outcomes(REFRESH))
def test_there_is_an_answer_for_every_invocation(input: Any, account: Account) -> None:
    execution = simulate(REFRESH, input=input, resources=account, history=False)
    assert execution.status in ("SUCCEEDED", "FAILED", "TIMED_OUT")


def test_the_simplest_answers_let_the_refresh_succeed() -> None:
    input = json.loads((DEFINITIONS / "inputs" / "dev.json").read_text())
    simplest = find(outcomes(REFRESH), lambda account: True)
    assert simulate(REFRESH, input=input, resources=simplest).status == "SUCCEEDED"
