"""The test file of AWS Step Functions Local -> verdicts on its cases: what does the machine do when tasks answer so?

A MockConfigFile names cases of state machines, for each the response that a Task state gives, and for each response
what its invocations return or throw. Source: AWS Step Functions Local documentation. Nothing here reads a file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, Any

from aslkit.definition.model import Task, walk
from aslkit.definition.resource import parse_resource
from aslkit.record import Record
from aslkit.simulation import reading
from aslkit.simulation.examples import example
from aslkit.simulation.reading import UNFIT, Closed, MapOf, Remark, Unfit, suggestion
from aslkit.simulation.resources import OutcomeError
from aslkit.simulation.resources.scripted import Fails, Returns, range_text
from aslkit.simulation.scenario import Scenario, ScenarioFile, ScenarioRunner, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aslkit.definition.document import Document, Pointer
    from aslkit.definition.model import StateMachine
    from aslkit.simulation.execution import Execution
    from aslkit.simulation.resources import Outcome, Request
    from aslkit.simulation.resources.account import Account, AccountService
    from aslkit.simulation.resources.scripted import When
    from aslkit.simulation.scenario import Read

Json = Any

MACHINES, CASES, RESPONSES = "StateMachines", "TestCases", "MockedResponses"
RETURN, THROW = "Return", "Throw"


class Answer(Record):
    """What the invocations `first` to `last` of a state give; they count from 0."""

    first: int
    last: int
    reply: Returns | Fails


class Response(Record):
    """A mocked response: its answers in rising order, without a gap. One with remarks is used by no run."""

    name: str
    answers: tuple[Answer, ...] = ()
    remarks: tuple[Remark, ...] = ()

    def reply(self, invocation: int) -> Returns | Fails | None:
        """What an invocation gives, None for one that is not described."""
        index = bisect_right(self.answers, invocation, key=lambda answer: answer.first) - 1
        if index < 0 or invocation > self.answers[index].last:
            return None
        return self.answers[index].reply


class Case(Record):
    """A test case: the responses by the names of the states that give them. One with remarks is not run."""

    name: str
    pointer: Pointer
    responses: Mapping[str, Response]
    remarks: tuple[Remark, ...] = ()


class MockConfig(Record):
    """What a mock file says: the cases of each state machine. `remarks` are what is wrong and concerns no single case;
    `unused` are the responses of no case, which do no harm."""

    document: Document
    machines: Mapping[str, tuple[Case, ...]]
    remarks: tuple[Remark, ...] = ()
    unused: tuple[Remark, ...] = ()


# --- running ---------------------------------------------------------------------------------------------------------


class CaseRunner:
    """Runs the cases of one state machine.

    `given` is as GIVEN of the scenario file reads it. What a case does not mock meets the fakes that `given` describes
    and the answers of `whens` (each with its place); `read` gives the text of a file that `given` names.
    """

    def __init__(
        self,
        machine: StateMachine,
        *,
        given: Mapping[str, Any] | None = None,
        whens: Iterable[tuple[Pointer, When]] = (),
        read: Read | None = None,
    ) -> None:
        self.states = {state.name: state for _, state in walk(machine)}
        shared = ScenarioFile(machine.document, machine.document.source, given or {}, tuple(whens), scenarios=())
        self.runner = ScenarioRunner(shared, machine, read)

    def verdict(self, case: Case) -> Verdict:
        """What comes of a case: it passes when it ran and all that it says fits, however the execution ends; what it
        was answered that nobody said is noted."""
        verdict = self.runner.verdict(
            Scenario(
                name=case.name,
                pointer=case.pointer,
                given={},
                whens=(),
                then={},
                remarks=(*case.remarks, *self._misplaced(case)),
            ),
            around=lambda account: Mocked(account, case),
        )
        if verdict.execution is None:
            return verdict
        return Verdict.of({**verdict.__dict__, "notes": tuple(_made_up(case, verdict.execution))})

    def never_used(self) -> Iterator[Remark]:
        """A remark for each of `whens` that gave no reply in any case."""
        yield from self.runner.never_used()

    def _misplaced(self, case: Case) -> Iterator[Remark]:
        """Remarks on names that are no names of Task states."""
        for name in case.responses:
            state, place = self.states.get(name), (*case.pointer, name)
            if state is None:
                known = [known for known, state in self.states.items() if isinstance(state, Task)]
                yield Remark(place, f"the definition has no state '{name}'{suggestion(name, known)}")
            elif not isinstance(state, Task):
                yield Remark(place, f"state '{name}' is a {state.type}; only a Task asks a service for an answer")


class Mocked(Record):
    """An account behind the mocked responses of a case."""

    account: Account
    case: Case

    def begin(self) -> MockedService:
        return MockedService(self.account.begin(), self.case)


class MockedService:
    """The services of an account during one execution; the states of a case are answered before these are asked.

    `invoked` counts the invocations of each of these states over the whole execution, retries and map iterations alike.
    What nothing else answers is answered by an example; `made_up` has these states, each with what it calls.
    """

    def __init__(self, account: AccountService, case: Case) -> None:
        self.account = account
        self.case = case
        self.invoked: Counter[str] = Counter()
        self.made_up: dict[str, str] = {}
        self.script = account.script
        self.glue = account.glue
        self.sns = account.sns
        self.objects = account.objects

    def invoke(self, request: Request) -> Outcome:
        """The outcome of an attempt. Raises OutcomeError for an invocation that a response does not describe, and for
        one that the script leaves out while it knows others of the kind."""
        response = self.case.responses.get(request.state)
        if response is None:
            return self._real(request)
        number = self.invoked[request.state]
        self.invoked[request.state] += 1
        reply = response.reply(number)
        if reply is None:
            raise OutcomeError(_not_described(request.state, number, response), request)
        return self.account.script.outcome(request, reply)

    def stop(self, request: Request, at: float) -> None:
        """The task no longer waits: a fake that was asked hears of it."""
        self.account.stop(request, at)

    def _real(self, request: Request) -> Outcome:
        """What the account answers; where it knows nothing of the call, an example in the shape of the real answer."""
        try:
            return self.account.invoke(request)
        except OutcomeError:
            resource = parse_resource(request.resource)
            if resource is None or any(when.concerns(request) for when in self.script.whens):
                raise
            self.made_up[request.state] = f"{request.service}:{request.action}"
            return self.script.outcome(request, Returns(example(resource)))


def _made_up(case: Case, execution: Execution) -> Iterator[str]:
    """What a run was answered that nobody said."""
    services: Any = execution.services
    for state, call in services.made_up.items():
        yield (
            f"case '{case.name}' leaves state '{state}' to the real service; here it got a made-up answer of {call}, "
            "and a file for --outcomes can say a better one"
        )


def _not_described(state: str, number: int, response: Response) -> str:
    described = range_text(0, response.answers[-1].last)
    return (
        f"state '{state}' comes to invocation {number} (the first is 0; retries and map iterations count), and "
        f"response '{response.name}' describes {described}; Step Functions Local fails such an execution"
    )


# --- reading ---------------------------------------------------------------------------------------------------------


def read_mock_config(document: Document) -> MockConfig:
    """The cases that a document writes down; never raises: what does not fit becomes a remark on each case that it
    concerns, or on the file."""
    remarks = [
        Remark(twice.pointer, f"the key '{twice.pointer[-1]}' stands twice here; only the last one counts")
        for twice in document.duplicates
    ]
    read = FILE(document.data, (), remarks)
    top: dict[str, Any] = {} if isinstance(read, Unfit) else read
    written: dict[str, dict[str, dict[str, str]]] = {
        machine: content.get(CASES, {}) for machine, content in top.get(MACHINES, {}).items()
    }
    answers: dict[str, tuple[Answer, ...]] = top.get(RESPONSES, {})
    used = {name for cases in written.values() for named in cases.values() for name in named.values()}
    if not any(written.values()) and not remarks:
        remarks.append(Remark((MACHINES,), "there is no case here, so that nothing is run"))
    own, rest = _sorted(remarks, used)
    responses = {name: Response(name, known, tuple(own.get((RESPONSES, name), ()))) for name, known in answers.items()}
    return MockConfig(
        document=document,
        machines={
            machine: tuple(
                _case(named, (MACHINES, machine, CASES, name), responses, own) for name, named in cases.items()
            )
            for machine, cases in written.items()
        },
        remarks=tuple(rest),
        unused=tuple(
            Remark((RESPONSES, name), f"no case uses the response '{name}'") for name in answers if name not in used
        ),
    )


def _sorted(remarks: Iterable[Remark], used: set[str]) -> tuple[dict[Pointer, list[Remark]], list[Remark]]:
    """The remarks inside each case and each used response by its place, and the others."""
    own: dict[Pointer, list[Remark]] = {}
    rest = []
    for remark in remarks:
        match remark.pointer:
            case (str(first), _, str(third), _, *_) if (first, third) == (MACHINES, CASES):
                own.setdefault(remark.pointer[:4], []).append(remark)
            case (str(first), name, *_) if first == RESPONSES and name in used:
                own.setdefault(remark.pointer[:2], []).append(remark)
            case _:
                rest.append(remark)
    return own, rest


def _case(
    named: Mapping[str, str],
    pointer: Pointer,
    responses: Mapping[str, Response],
    own: Mapping[Pointer, Iterable[Remark]],
) -> Case:
    """A case with the remarks on itself and on the responses that it uses."""
    missing = [
        Remark((*pointer, state), f"there is no response '{name}'{suggestion(name, responses)}")
        for state, name in named.items()
        if name not in responses
    ]
    found = {state: responses[name] for state, name in named.items() if name in responses}
    theirs = dict.fromkeys(remark for response in found.values() for remark in response.remarks)
    return Case(
        name=str(pointer[-1]),
        pointer=pointer,
        responses=found,
        remarks=(*own.get(pointer, ()), *missing, *theirs),
    )


# --- the format ------------------------------------------------------------------------------------------------------


def _answers(value: Json, pointer: Pointer, remarks: list[Remark]) -> tuple[Answer, ...]:
    """The answers of a response, in rising order; none after a remark that it has none."""
    read = MapOf("answers by invocation", _reply)(value, pointer, remarks)
    if isinstance(read, Unfit):
        return ()
    if not value:
        remarks.append(Remark(pointer, "this response answers no invocation; its first key is 0"))
    ranges = [(*numbers, key) for key in value if (numbers := _numbers(key, (*pointer, key), remarks)) is not None]
    expected = 0
    for first, last, key in sorted(ranges):
        if first != expected:
            remarks.append(Remark((*pointer, key), _out_of_line(first, last, expected)))
        expected = max(expected, last + 1)
    return tuple(Answer(first, last, read[key]) for first, last, key in sorted(ranges) if key in read)


def _out_of_line(first: int, last: int, expected: int) -> str:
    if first > expected:
        missing = range_text(expected, first - 1)
        return f"invocation {missing} is not described; Step Functions Local fails an execution that comes to it"
    return f"invocation {range_text(first, min(last, expected - 1))} is described already"


NUMBERS = re.compile(r"(0|[1-9][0-9]{0,17})(?:-(0|[1-9][0-9]{0,17}))?")
MOST = 2**31 - 1


def _numbers(key: str, pointer: Pointer, remarks: list[Remark]) -> tuple[int, int] | None:
    """The first and the last invocation that a key names; None after a remark."""
    match = NUMBERS.fullmatch(key)
    if match is None:
        message = f"{reading.shown(key)} is no invocation (0 is the first) and no range of them like 1-2"
        remarks.append(Remark(pointer, message))
        return None
    first, last = int(match[1]), int(match[2] or match[1])
    if first > last:
        remarks.append(Remark(pointer, f"the range '{key}' ends before it begins"))
        return None
    if last > MOST:
        remarks.append(Remark(pointer, f"no execution comes to invocation {last}; up to {MOST} can be described"))
        return None
    return first, last


def _reply(value: Json, pointer: Pointer, remarks: list[Remark]) -> Returns | Fails | Unfit:
    """What one answer says."""
    read = ANSWER(value, pointer, remarks)
    if isinstance(read, Unfit):
        return UNFIT
    if RETURN in value and THROW in value:
        remarks.append(Remark((*pointer, THROW), f"`{RETURN}` and `{THROW}` exclude each other"))
    elif RETURN not in value and THROW not in value:
        remarks.append(Remark(pointer, f"what comes out is not said: `{RETURN}` or `{THROW}` is expected"))
    if RETURN in read:
        return Returns(value=read[RETURN])
    thrown = read.get(THROW, {})
    return Fails(error=thrown.get("Error"), cause=thrown.get("Cause"))


def _named(value: Json, pointer: Pointer, remarks: list[Remark]) -> dict[str, str]:
    """The names of responses by state; none after a remark that this is no object."""
    read = MapOf("names of responses by state", reading.text)(value, pointer, remarks)
    return {} if isinstance(read, Unfit) else read


ANSWER = Closed(
    "an answer",
    {
        RETURN: reading.anything,
        THROW: Closed("`Throw`", {"Error": reading.text, "Cause": reading.text_or_null}, required=("Error",)),
    },
)
FILE = Closed(
    "a mock file",
    {
        MACHINES: MapOf(
            "state machines by name",
            Closed("a state machine", {CASES: MapOf("cases by name", _named)}, required=(CASES,)),
        ),
        RESPONSES: MapOf("responses by name", _answers),
    },
    required=(MACHINES, RESPONSES),
)
