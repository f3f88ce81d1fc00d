"""Executions recorded on AWS run the same way here, as far as they use what is simulated."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.simulation import recorded, simulate

SHARED = Path(__file__).parents[3] / "shared"


def test_recorded_attempts_answer_by_state_and_invocation() -> None:
    text = (
        "StartAt: T\nStates:\n  T: {Type: Task, Resource: 'arn:aws:states:::lambda:invoke', End: true,"
        " Retry: [{ErrorEquals: [E], IntervalSeconds: 3}]}\n"
    )
    attempts = [
        {"state": "T", "iteration": [], "attempt": 0, "error": "E", "cause": "c", "outcomeEvent": "TaskFailed"},
        {"state": "T", "iteration": [], "attempt": 1, "result": {"x": 1}, "outcomeEvent": "TaskSucceeded"},
    ]
    execution = simulate(parse(load(text)), input={}, resources=recorded(attempts))
    assert (execution.status, execution.output, execution.waits("T")) == ("SUCCEEDED", {"x": 1}, [3.0])


@pytest.mark.skipif(not SHARED.is_dir(), reason="the recordings are not here")
def test_at_least_nine_of_ten_recorded_outcomes_come_out_the_same() -> None:
    spec = importlib.util.spec_from_file_location("compare", SHARED / "tools" / "compare_executions.py")
    assert spec is not None
    assert spec.loader is not None
    compare = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(compare)

    def same(case: dict[str, Any]) -> bool:
        text = case.get("definition_raw") or json.dumps(case["definition"])
        resources = recorded(case.get("mocks") or [], objects=case.get("s3") or [])
        try:
            got = simulate(parse(load(text, source=case["id"])), input=case["input"], resources=resources)
        except (ValueError, LookupError):  # not simulated yet
            return False
        output = got.output if got.status == "SUCCEEDED" else compare.MISSING
        return bool(compare.check_outcome(case, got.status, output, got.error, got.cause)["status_output"])

    cases = [json.loads(path.read_text()) for path in sorted((SHARED / "corpus" / "executions").glob("*.json"))]
    chosen = [case for case in cases if case["reproducible"] and "jsonpath" in case["tags"]]
    assert sum(same(case) for case in chosen) >= 0.9 * len(chosen)
