"""Cases of AWS Step Functions Local -> scenarios that say the same; executions of scenarios -> a MockConfigFile."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from aslkit.definition.document import Document, Entry
from aslkit.definition.duration import duration_text
from aslkit.definition.model import ABSENT, JSONPATH, Map, Retrying, Task, walk
from aslkit.language.errors import TASK_FAILED, TIMEOUT
from aslkit.language.payload import json_text
from aslkit.operations.capture import Captured, checked, in_ranges
from aslkit.record import Record
from aslkit.simulation.execution import FAILED, SUCCEEDED
from aslkit.simulation.expectation import top_level
from aslkit.simulation.mock_config import CASES, MACHINES, RESPONSES, RETURN, THROW, CaseRunner, read_mock_config
from aslkit.simulation.resources.scripted import range_text
from aslkit.simulation.scenario_file import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from aslkit.definition.model import State, StateMachine
    from aslkit.simulation.execution import Attempt, Execution
    from aslkit.simulation.mock_config import Case
    from aslkit.simulation.resources import Outcome, Request

Json = Any


class Asked(Record):
    """One attempt of a Task: what it asked, and what it was answered."""

    attempt: Attempt
    request: Request
    outcome: Outcome

    @property
    def unanswered(self) -> bool:
        """Whether the answer never came, or came too late."""
        late = self.attempt.failed and self.attempt.error == TIMEOUT and self.outcome.error != TIMEOUT
        return self.outcome.never or late


def asked(execution: Execution) -> list[Asked]:
    """The attempts of all Tasks in the order in which they asked; child executions of a distributed Map included."""
    found = [
        Asked(attempt, attempt.request, attempt.outcome)
        for visit in execution.visits
        for attempt in visit.attempts
        if attempt.request is not None and attempt.outcome is not None
    ]
    return sorted(found, key=lambda one: (one.request.at, one.request.serial))


def _input(execution: Execution) -> Json:
    *_, (input, _) = execution.events[0]
    return input


# --- a case as a scenario --------------------------------------------------------------------------------------------


def scenario(case: Case, execution: Execution, machine: StateMachine, given: Mapping[str, Json]) -> Captured:
    """The scenario that says what a case does: what each invocation is answered, and how the execution goes.

    `execution` is the run of the case, `given` what was given to it besides its answers, as it is written in a scenario
    file. The expectations are those that a run of the scenario meets. Raises DefinitionError for answers nested too
    deep to be written.
    """
    input = _input(execution)
    draft = {
        "name": case.name,
        "given": {
            **{key: value for key, value in given.items() if key not in LEFT_OUT},
            **({} if input == {} else {"input": input}),
        },
        "when": in_ranges(list(_entries(execution))),
        "then": _then(execution),
    }
    found, remarks = checked({key: value for key, value in draft.items() if value}, machine)
    return Captured(scenario=found, replaced={}, remarks=tuple(remarks))


LEFT_OUT = (*SOURCES, "with", "without")
"""What is given that the input itself stands for."""


def _entries(execution: Execution) -> Iterator[dict[str, Json]]:
    """An entry of `when` for each attempt, those of a state together; the same for all map iterations where they are
    answered alike."""
    states: dict[str, dict[tuple[int, ...], list[dict[str, Json]]]] = {}
    for one in asked(execution):
        chain = tuple(index for _, index in one.request.iteration)
        entries = states.setdefault(one.request.state, {}).setdefault(chain, [])
        entries.append({"invocation": one.request.invocation, **_outcome(one)})
    for state, iterations in states.items():
        first, *others = iterations.values()
        if all(json_text(other) == json_text(first) for other in others):
            yield from ({"state": state, **entry} for entry in first)
            continue
        for chain, entries in iterations.items():
            place = {"iteration": chain[0] if len(chain) == 1 else list(chain)} if chain else {}
            yield from ({"state": state, **place, **entry} for entry in entries)


def _outcome(one: Asked) -> dict[str, Json]:
    """What an entry says that comes out; a job of the fake Glue would take its time where nothing is said of it."""
    outcome = one.outcome
    if outcome.never:
        return {"hangs": True}
    timed = outcome.after > 0 or (one.request.service == "glue" and not outcome.failed)
    after = {"after": duration_text(outcome.after)} if timed else {}
    if outcome.failed:
        return {"fails": {"error": outcome.error, **_cause("cause", outcome)}, **after}
    return {"returns": outcome.result, **after}


def _cause(key: str, outcome: Outcome) -> dict[str, str]:
    return {} if outcome.cause is None else {key: outcome.cause}


def _then(execution: Execution) -> dict[str, Json]:
    then: dict[str, Json] = {"status": execution.status}
    if execution.status == FAILED:
        then["error"] = execution.error
    if execution.status == SUCCEEDED:
        then["output"] = execution.output
    then["path"] = [visit.state for visit in top_level(execution)]
    tried = Counter(one.request.state for one in asked(execution))
    if again := {state: number for state, number in tried.items() if number > 1}:
        then["invocations"] = again
    then["duration"] = duration_text(execution.duration)
    return then


def not_reached(case: Case, execution: Execution) -> Iterator[str]:
    """What a case says that its run never comes to, which Step Functions Local leaves at that."""
    services: Any = execution.services
    for state, response in case.responses.items():
        number, last = services.invoked[state], response.answers[-1].last
        if number <= last:
            lost = range_text(number, last)
            yield f"the run never comes to invocation {lost} of state '{state}', which '{response.name}' describes"


# --- executions as cases ---------------------------------------------------------------------------------------------


class Written(Record):
    """The content of a MockConfigFile, and notes on what it cannot say."""

    content: dict[str, Json]
    notes: tuple[str, ...] = ()


def mock_config(name: str, executions: Mapping[str, Execution], machine: StateMachine) -> Written:
    """A MockConfigFile with a case for each execution of a state machine, by the names of their scenarios.

    `name` is that of the state machine for Step Functions Local. The names of cases are made of letters, digits, - and
    _. A result that is dropped unread (ResultPath null) is written as {}, so that cases share it. Each case is run
    once with the file and its own input: a note tells of one that ends otherwise.
    """
    responses = _Responses(machine)
    cases = dict(zip(_case_names(executions), executions.values(), strict=True))
    written = {
        case: {state: responses.name_of(state, answers) for state, answers in _by_state(execution).items()}
        for case, execution in cases.items()
    }
    content = {MACHINES: {name: {CASES: written}}, RESPONSES: responses.content}
    notes = [note for case, execution in cases.items() for note in _unsaid(case, execution, responses)]
    if any(one.outcome.after > 0 for execution in executions.values() for one in asked(execution)):
        notes.insert(0, "the file cannot say how long a task takes: every answer comes at once")
    return Written(content, (*notes, *_otherwise(content, cases, machine)))


def _by_state(execution: Execution) -> dict[str, list[Asked]]:
    """The attempts of each Task in the order in which they asked."""
    found: dict[str, list[Asked]] = {}
    for one in asked(execution):
        found.setdefault(one.request.state, []).append(one)
    return found


def _case_names(names: Iterable[str]) -> Iterator[str]:
    """Each name as it can follow the # behind a state machine's ARN."""
    taken: set[str] = set()
    for name in names:
        yield _free(re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-") or "case", taken, "-")


def _free(name: str, taken: set[str], joint: str = "") -> str:
    """The name, with the next number behind it if it is taken; it is then."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}{joint}{number}"
    taken.add(free)
    return free


class _Responses:
    """The mocked responses of a file: each once, whichever cases use it."""

    def __init__(self, machine: StateMachine) -> None:
        self.machine = machine
        self.unread = set(_unread(machine))
        self.content: dict[str, dict[str, Json]] = {}
        self.names: dict[tuple[str, str], str] = {}
        self.taken: set[str] = set()

    def name_of(self, state: str, answers: Sequence[Asked]) -> str:
        """The name of the response that gives these answers one after the other."""
        ranges = self.ranges(state, answers)
        key = (state, json_text(ranges))
        if key not in self.names:
            self.names[key] = name = _free(_response_name(state, list(ranges.values())), self.taken)
            self.content[name] = ranges
        return self.names[key]

    def ranges(self, state: str, answers: Iterable[Asked]) -> dict[str, dict[str, Json]]:
        """What the file says of a state's invocations."""
        return _ranges(_answer(one, unread=state in self.unread) for one in answers)


def _ranges(answers: Iterable[dict[str, Json]]) -> dict[str, dict[str, Json]]:
    """Answers by the numbers of their invocations, equal ones in a row by their range."""
    found, first = {}, 0
    for _, group in groupby(answers, key=json_text):
        [answer, *more] = group
        last = first + len(more)
        found[range_text(first, last)] = answer
        first = last + 1
    return found


def _unread(machine: StateMachine, *, output: bool = True) -> Iterator[str]:
    """The Tasks whose results nothing depends on; without `output` nothing depends on that of the machine."""
    for state in machine.states.values():
        drops = _drops_result(state) or (not output and state.end and _passes_result(state))
        if drops and isinstance(state, Task):
            yield state.name
        for inner in state.machines:
            yield from _unread(inner, output=not drops)


def _drops_result(state: State) -> bool:
    return isinstance(state, Retrying) and state.result_path is None and _is_plain(state)


def _passes_result(state: State) -> bool:
    return isinstance(state, Retrying) and state.output_path in ("$", None) and _is_plain(state)


def _is_plain(state: Retrying) -> bool:
    """Whether nothing reads a result but ResultPath and OutputPath."""
    writes = isinstance(state, Map) and state.result_writer is not ABSENT
    return (
        state.query_language == JSONPATH and state.result_selector is ABSENT and state.assign is ABSENT and not writes
    )


def _answer(one: Asked, *, unread: bool = False) -> dict[str, Json]:
    """What the file says of one invocation. A result that fails its task is never dropped: it is too large."""
    outcome = one.outcome
    if one.unanswered:
        return {THROW: {"Error": TIMEOUT}}
    if outcome.failed:
        return {THROW: {"Error": outcome.error or TASK_FAILED, **_cause("Cause", outcome)}}
    return {RETURN: {} if unread and not one.attempt.failed else outcome.result}


def _response_name(state: str, answers: list[dict[str, Json]]) -> str:
    """The state, and what it does first and last: LoadThrowsTimeoutThenReturns."""
    first, last = _does(answers[0]), _does(answers[-1])
    return _word(state) + (first if first == last else f"{first}Then{last}")


def _does(answer: dict[str, Json]) -> str:
    return f"Throws{_word(answer[THROW]['Error'].rpartition('.')[2])}" if THROW in answer else "Returns"


def _word(text: str) -> str:
    """A text as one word: "load the table" is LoadTheTable."""
    return "".join(part[:1].upper() + part[1:] for part in re.findall(r"[^\W_]+", text))


# --- what the file cannot say ----------------------------------------------------------------------------------------


def _unsaid(case: str, execution: Execution, responses: _Responses) -> Iterator[str]:
    """Notes on the states whose answers the file says otherwise than they were, or not surely."""
    at_once = {
        state.name for _, state in walk(responses.machine) if isinstance(state, Map) and state.max_concurrency != 1
    }
    states = _by_state(execution)
    found = {
        "not answered in time, which the file cannot say: States.Timeout is thrown": [
            state for state, answers in states.items() if any(one.unanswered for one in answers)
        ],
        "failing without an error name, which the file cannot say: States.TaskFailed is thrown": [
            state for state, answers in states.items() if any(_is_nameless(one) for one in answers)
        ],
        "answered differently in map iterations that run at once, and which of them asks first is not certain "
        "(with MaxConcurrency 1 it is)": [
            state
            for state, answers in states.items()
            if len(responses.ranges(state, answers)) > 1 and _is_uncertain(answers, at_once)
        ],
    }
    for what, names in found.items():
        if names:
            yield f"case '{case}': {', '.join(names)} {'is' if len(names) == 1 else 'are'} {what}"


def _is_nameless(one: Asked) -> bool:
    return one.outcome.failed and not one.outcome.error and not one.unanswered


def _is_uncertain(answers: Sequence[Asked], at_once: set[str]) -> bool:
    """Whether the order of the invocations, which decides who is answered what, may be another one."""
    iterations = {one.request.iteration for one in answers}
    concurrent = any(name in at_once for iteration in iterations for name, _ in iteration)
    return concurrent and len(iterations) > 1


def _otherwise(content: dict[str, Json], cases: Mapping[str, Execution], machine: StateMachine) -> Iterator[str]:
    """A note for each case that does not end with the file as its execution did."""
    document = Document(source="", text="", data=content, root=Entry(0, 0, 0, 0, False), entries={})
    [written] = read_mock_config(document).machines.values()
    for case, execution in zip(written, cases.values(), strict=True):
        given = {"input": _input(execution), "start": execution.start}
        verdict = CaseRunner(machine, given=given).verdict(case)
        if verdict.execution is None:
            yield f"case '{case.name}' does not run with the file: {verdict.remarks[0].message}"
            continue
        ends = zip(_ends(execution).items(), _ends(verdict.execution).values(), strict=True)
        if other := [what for (what, was), now in ends if json_text(was) != json_text(now)]:
            yield (
                f"case '{case.name}' ends otherwise with the file, which knows no durations, stops and redrives: "
                f"{', '.join(other)}"
            )


def _ends(execution: Execution) -> dict[str, Json]:
    """How an execution goes, as far as a case has a say in it."""
    return {
        "status": execution.status,
        "error": execution.error,
        "path": [visit.state for visit in top_level(execution)],
        "output": execution.output,
    }
