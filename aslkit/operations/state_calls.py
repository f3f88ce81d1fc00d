"""Executions of scenarios -> the calls of AWS's TestState that ask the same of one state after the other, on real AWS.

Each call is tried here first: what AWS cannot be asked, and what does not answer the same each time, becomes a note.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aslkit.definition.model import Map, Parallel, StateMachine, Task, walk
from aslkit.language.errors import RUNTIME
from aslkit.language.payload import json_text
from aslkit.record import Record
from aslkit.simulation.context import START
from aslkit.simulation.mocks import MODES, STRICT
from aslkit.simulation.recording import parsed, read_history
from aslkit.simulation.resources import OutcomeError
from aslkit.simulation.retry import Failure, first_match
from aslkit.simulation.teststate import TestStateError, test_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.definition.model import State
    from aslkit.simulation.execution import Attempt, Execution, Visit
    from aslkit.simulation.recording import PastLine, PastVisit

Json = Any


class StateCall(Record):
    """One call: `request` without the definition, and the `response` that AWS is to give; both with the API's keys, and
    with JSON texts where the API has them. `scenarios` are those in which the state is asked this."""

    request: Mapping[str, Json]
    response: Mapping[str, Json]
    scenarios: tuple[str, ...]


class StateCalls(Record):
    """The calls for one definition, whose text is the parameter `definition` of each; `notes` tell what is left out."""

    definition: str
    calls: tuple[StateCall, ...]
    notes: tuple[str, ...] = ()


def state_calls(machine: StateMachine, executions: Mapping[str, Execution]) -> StateCalls:
    """A call for each attempt of each state that the executions visited, the same call once; by scenario names.

    A task is mocked with what it was answered, a Parallel and a Map with what their branches and iterations gave.
    Source of the parameters: TestState in the API reference.
    """
    wanted: dict[str, tuple[dict[str, Json], dict[str, Json], dict[str, None]]] = {}
    notes: dict[str, None] = {}
    for name, execution in executions.items():
        for request, response in _Asking(machine, execution, notes).calls():
            text = json_text([request, response])
            wanted.setdefault(text, (request, response, {}))[2][name] = None
    calls = []
    for request, response, names in wanted.values():
        checked = _checked(machine, request, response)
        if isinstance(checked, str):
            notes[f"state '{request['stateName']}' is left out once: {checked}"] = None
        else:
            calls.append(StateCall(*checked, tuple(names)))
    return StateCalls(json_text(machine.document.data), tuple(calls), tuple(notes))


def as_json(found: StateCalls) -> str:
    """{definition, calls: [{scenarios, request, response}], notes}."""
    data = {
        "definition": found.definition,
        "calls": [
            {"scenarios": list(call.scenarios), "request": dict(call.request), "response": dict(call.response)}
            for call in found.calls
        ],
        "notes": list(found.notes),
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


# --- what to ask -----------------------------------------------------------------------------------------------------


class _Asking:
    """The calls that one execution gives."""

    def __init__(self, machine: StateMachine, execution: Execution, notes: dict[str, None]) -> None:
        self.states = {state.pointer: state for _, state in walk(machine)}
        self.notes = notes
        self.visits = {visit.event: visit for visit in execution.visits}
        self.past = read_history(execution.history).visits
        self.variables: dict[PastVisit, dict[str, Json]] = {}
        """What each visit sees: the variables of the lines around it, and what was assigned before in its own."""
        self.next: dict[PastVisit, PastVisit] = {}
        """What came after each visit in the same line of control."""
        latest: dict[PastLine, PastVisit] = {}
        for past in self.past:
            before, outer = latest.get(past.line), past.line.outer
            latest[past.line] = past
            if before is not None:
                self.next[before] = past
                self.variables[past] = self.variables[before] | _assigned(before)
            else:
                self.variables[past] = {} if outer is None else self.variables[outer]

    def calls(self) -> Iterator[tuple[dict[str, Json], dict[str, Json]]]:
        for past in self.past:
            visit = self.visits.get(past.entered.id)
            if visit is not None:
                yield from self._visit(self.states[visit.pointer], visit, past)

    def _visit(self, state: State, visit: Visit, past: PastVisit) -> Iterator[tuple[dict[str, Json], dict[str, Json]]]:
        if isinstance(state, Map) and state.distributed:
            self.notes[f"state '{state.name}' is left out: the results of a distributed Map are in S3 or not kept"] = (
                None
            )
            return
        asked: dict[str, Json] = {"stateName": state.name, "input": json_text(past.entered.payload("input"))}
        if variables := self.variables[past]:
            asked["variables"] = json_text(variables)
        if not isinstance(state, Task | Parallel | Map):
            yield from self._answered(asked, visit, past)
            return
        for attempt in visit.attempts:
            mocked = _mocked(state, attempt, past)
            if mocked is None:
                continue  # it was stopped from outside
            request = {**asked, "mock": mocked, **_configuration(state, visit, attempt)}
            if attempt.retrier is not None:
                yield request, _response("RETRIABLE", error=attempt.error, cause=attempt.cause)
            elif attempt is visit.attempts[-1]:
                yield from self._answered(request, visit, past)

    def _answered(
        self, request: dict[str, Json], visit: Visit, past: PastVisit
    ) -> Iterator[tuple[dict[str, Json], dict[str, Json]]]:
        """The request with what the visit came to; nothing for one that was stopped from outside."""
        onward: dict[str, Json] = {}
        if past.exited is not None:
            following = None if visit.edge is None else self.next.get(past)
            onward = {
                "output": json_text(past.exited.payload("output")),
                "nextState": None if following is None else following.state,
            }
        match visit.ended:
            case "exited":
                yield request, _response("SUCCEEDED", **onward)
            case "caught":
                yield request, _response("CAUGHT_ERROR", error=visit.error, cause=visit.cause, **onward)
            case "failed":
                yield request, _response("FAILED", error=visit.error, cause=visit.cause)


def _response(status: str, **fields: Json) -> dict[str, Json]:
    return {"status": status, **{key: value for key, value in fields.items() if value is not None}}


def _mocked(state: Task | Parallel | Map, attempt: Attempt, past: PastVisit) -> dict[str, Json] | None:
    """The mock in place of the state's work; None where that was stopped from outside."""
    if attempt.failed and (not isinstance(state, Task) or attempt.outcome is None or not _answers(attempt)):
        error = {"error": attempt.error or "", **({} if attempt.cause is None else {"cause": attempt.cause})}
        return {"errorOutput": error}
    if isinstance(state, Task):
        return None if attempt.outcome is None else {"result": json_text(attempt.outcome.result)}
    if attempt.ended is None or attempt.number >= len(past.forks):
        return {"result": "[]"} if attempt.ended is not None else None  # a Map without items has no iterations
    lines = sorted(past.forks[attempt.number], key=lambda line: line.index or 0)
    return {"result": json_text([_output(line) for line in lines])}


def _answers(attempt: Attempt) -> bool:
    """Whether a task failed although its service gave a result: what was done with that failed."""
    outcome = attempt.outcome
    return outcome is not None and not outcome.failed and not outcome.never and attempt.error != "States.Timeout"


def _output(line: PastLine) -> Json:
    """What a branch or an iteration gave."""
    last = line.visits[-1].exited if line.visits else None
    return None if last is None else last.payload("output")


def _assigned(past: PastVisit) -> dict[str, Json]:
    """The variables that a visit assigned."""
    assigned = None if past.exited is None else past.exited.details.get("assignedVariables")
    return {name: parsed(text) for name, text in (assigned or {}).items()}


def _configuration(state: Task | Parallel | Map, visit: Visit, attempt: Attempt) -> dict[str, Json]:
    """How often the retrier that is asked about this failure has tried again before."""
    if not attempt.failed:
        return {}
    index = first_match(state.retry, Failure(attempt.error, attempt.cause, heartbeat=attempt.heartbeat))
    before = sum(one.retrier == index for one in visit.attempts[: attempt.number]) if index is not None else 0
    return {"stateConfiguration": {"retrierRetryCount": before}} if before else {}


# --- trying it -------------------------------------------------------------------------------------------------------

ARGUMENTS = {
    "stateName": "state_name",
    "input": "input",
    "variables": "variables",
    "mock": "mock",
    "stateConfiguration": "state_configuration",
}

OTHER_START, OTHER_SEED = START + 86_461.0, 1
"""Another time and other random numbers than a scenario has, so that what hangs on them is found."""


def _checked(
    machine: StateMachine, request: dict[str, Json], response: dict[str, Json]
) -> tuple[dict[str, Json], dict[str, Json]] | str:
    """The call with the strictest mock that is not refused; why not, where it is not answered as in the execution.

    A fake may leave out fields that the service's model calls required, which STRICT refuses.
    """
    refused = ""
    for mode in MODES if "result" in request.get("mock", {}) else (STRICT,):
        mock = {} if mode == STRICT else {"mock": {**request["mock"], "fieldValidationMode": mode}}
        tried = {**request, **mock}
        try:
            arguments: dict[str, Json] = {ARGUMENTS[key]: value for key, value in tried.items()}
            answer = test_state(machine, **arguments, start=OTHER_START, seed=OTHER_SEED)
        except TestStateError as error:
            refused = refused or f"TestState refuses it ({error})"
            continue
        except OutcomeError as error:
            return error.message
        return _compared(tried, _said(answer), response)
    return refused


def _said(answer: dict[str, Json]) -> dict[str, Json]:
    """An answer of `test_state` as the API gives it."""
    output = {} if answer["status"] in ("FAILED", "RETRIABLE") else {"output": json_text(answer["output"])}
    return _response(**{**answer, "output": None, **output})


def _compared(
    request: dict[str, Json], found: dict[str, Json], wanted: dict[str, Json]
) -> tuple[dict[str, Json], dict[str, Json]] | str:
    """The call, if its answer is the wanted one. An empty cause is none, and that of States.Runtime names the state and
    its event, which TestState calls otherwise (recorded on AWS): there its own words are wanted."""
    left_out = ("cause",) if wanted.get("error") == RUNTIME else ()
    keys = [key for key in dict.fromkeys((*wanted, *found)) if key not in left_out]
    for key in keys:
        if (found.get(key) or "") != (wanted.get(key) or ""):
            now, then = _short(found.get(key)), _short(wanted.get(key))
            return f"alone it answers otherwise ({key}: {now}, and in the execution {then})"
    return request, found


def _short(value: Json) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
