"""An execution that did not succeed -> the same execution, gone on with where it ended.

A redrive leaves what succeeded as it is. The state that was not left goes on: a Task is scheduled again, of a Parallel
or inline Map only the branches and iterations that failed or were aborted. Source: guide, "Restarting state machine
executions with redrive"; what the history then looks like is not recorded (docs/replay.md says what is assumed).
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from aslkit.language.errors import DATA_LIMIT_EXCEEDED
from aslkit.simulation.context import Identity, StateScope, execution_facts, instant
from aslkit.simulation.distributed import DistributedMapProgram
from aslkit.simulation.execution import SUCCEEDED, Execution, Visit
from aslkit.simulation.history import Kind
from aslkit.simulation.kernel import Bounds, Kernel, Thread
from aslkit.simulation.limits import MAX_EVENTS, MAX_PAYLOAD, MAX_SECONDS, MAX_THREADS, MAX_TRANSITIONS
from aslkit.simulation.map import MapProgram
from aslkit.simulation.parallel import ParallelProgram
from aslkit.simulation.program import compile_machine
from aslkit.simulation.recording import UNKNOWN, parsed, read_history
from aslkit.simulation.run import Silent, last_second
from aslkit.simulation.states import (
    ChoiceProgram,
    FailProgram,
    MachineProgram,
    PassProgram,
    RetryingProgram,
    StateProgram,
    line,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from aslkit.definition.model import StateMachine
    from aslkit.simulation.execution import Attempt
    from aslkit.simulation.kernel import Body, Effect
    from aslkit.simulation.recording import PastLine, PastVisit
    from aslkit.simulation.resources import Resource

Json = Any

REDRIVEN = Kind("ExecutionRedriven", ("redriveCount",))
MOST_EVENTS = 24_999
"""An execution with as many events cannot be redriven. Source: guide, "Redrive eligibility"."""
MAX_AGE = 14 * 86_400.0
"""Seconds after its end within which an execution can be redriven. Source: guide, "Redrive eligibility"."""


class NotRedrivable(ValueError):
    """The execution cannot be redriven, and why."""


def why_not_redrivable(execution: Execution, *, after: float = 0.0) -> str | None:
    """Why an execution cannot be redriven so many seconds after its end; None when it can."""
    if execution.status == SUCCEEDED:
        return "Execution is SUCCEEDED and cannot be redriven"  # as recorded on AWS
    if not execution.events:
        return "Execution was simulated without its history, which tells where to go on; simulate it with history=True"
    if (execution.error or "").startswith("Simulation."):
        return f"Execution was ended by the simulator ({execution.error}), not by AWS; there is nothing to redrive"
    if len(execution.events) >= MOST_EVENTS:
        return f"Execution has {len(execution.events):,} events; one with {MOST_EVENTS:,} or more cannot be redriven"
    if after > MAX_AGE:
        return "Execution ended more than 14 days ago and cannot be redriven"
    return None


def redrive(
    machine: StateMachine,
    execution: Execution,
    *,
    resources: Resource | None = None,
    after: float = 0.0,
    seed: int = 0,
    name: str = "execution",
    machine_name: str = "StateMachine",
    account: str = "111111111111",
    region: str = "us-east-1",
    role: str = "arn:aws:iam::111111111111:role/StepFunctionsRole",
    stop_at: float | None = None,
    stop_error: str | None = None,
    stop_cause: str | None = None,
) -> Execution:
    """The whole execution, its history and visits included, after a redrive `after` seconds after it ended.

    `machine` and the names are those that it was simulated with: a redrive never sees another definition. Without
    `resources` the services go on as the execution left them; otherwise those answer from now on. The invocations of a
    state are counted on in both cases. Retriers, time-outs and the machine's TimeoutSeconds begin anew. `stop_at` is in
    seconds since the first start. Raises NotRedrivable when AWS would refuse, and what `simulate` raises.
    """
    reason = why_not_redrivable(execution, after=after)
    if reason is not None:
        raise NotRedrivable(reason)
    recording = read_history({"events": execution.history})
    count = len(recording.redrives) + 1
    identity = Identity(name, machine_name, region, account, role)
    now = execution.duration + after
    kernel = RedrivenKernel(
        service=_services(execution) if resources is None else resources.begin(),
        identity=identity,
        facts=_facts(identity, recording.input, execution.start, now, count),
        start=execution.start,
        seed=seed,
        bounds=Bounds(MAX_EVENTS, MAX_TRANSITIONS, MAX_THREADS, MAX_PAYLOAD),
    )
    kernel.take_up(execution, now)
    whole = execution.error == DATA_LIMIT_EXCEEDED
    program = going_on(compile_machine(machine), recording.root, {}, whole=whole)
    root = Thread(None, 0, StateScope(kernel, {}, kernel.random))
    root.last = kernel.note_aside(len(execution.events), REDRIVEN, count)

    def body(thread: Thread) -> Body:
        return line(kernel, thread, program, recording.input)

    timeout = float(machine.timeout_seconds) if machine.timeout_seconds is not None else MAX_SECONDS
    latest = min(now + timeout, MAX_SECONDS)
    ending = kernel.go_on(root, body, last_second(kernel, latest, stop_at, stop_error, stop_cause))
    return Execution(
        **{
            **{name: getattr(execution, name) for name in Execution._fields},
            "status": ending.status,
            "output": ending.output,
            "error": ending.error,
            "cause": ending.cause,
            "duration": kernel.now,
            "transitions": kernel.transitions,
            "visits": kernel.visits,
            "services": kernel.service,
            "events": kernel.events,
            "machine": machine,
        }
    )


def _services(execution: Execution) -> Any:
    """A copy of the services as the execution left them, so that it can be redriven twice."""
    return Silent() if execution.services is None else deepcopy(execution.services)


def _facts(identity: Identity, input: Json, start: float, now: float, count: int) -> dict[str, Json]:
    """The lasting parts of the context object: with RedriveCount and RedriveTime. Source: guide, "Context object"."""
    facts = execution_facts(identity, input, start)
    return {**facts, "Execution": {**facts["Execution"], "RedriveCount": count, "RedriveTime": instant(start + now)}}


class RedrivenKernel(Kernel):
    """A kernel that takes up the events, visits and counts of an earlier run."""

    def take_up(self, execution: Execution, now: float) -> None:
        self.now = now
        self.events = list(execution.events)
        self.noted = len(self.events)
        self.visits = list(execution.visits)
        self.transitions = execution.transitions
        for visit in execution.visits:
            for attempt in visit.attempts:
                if attempt.request is not None:
                    self.count_request(visit.state, visit.iteration)

    def enter(self, thread: Thread, state: StateProgram, raw: Json) -> Visit:
        """A state that goes on is not entered again."""
        return state.take_up(self, thread) if isinstance(state, GoingOn) else super().enter(thread, state, raw)


# --- where to go on --------------------------------------------------------------------------------------------------


def going_on(machine: MachineProgram, past: PastLine, variables: dict[str, Json], *, whole: bool) -> MachineProgram:
    """The state machine as it goes on after what a line of control has done; `variables` are those at its beginning.

    `whole`: a Parallel or Map runs again with all of its branches or iterations. Raises NotRedrivable when the history
    lacks a payload or tells of states that the machine does not have.
    """
    if not past.visits:
        return machine
    for visit in past.visits:
        variables = {**variables, **_assigned(visit)}
    last = past.visits[-1]
    program = MachineProgram()
    if last.exited is not None:
        program.start = Known(known(last.exited.payload("output"), last))
        return program
    state = next((state for state in states_of(machine) if state.name == last.state), None)
    if state is None:
        raise NotRedrivable(f"the execution ended in state '{last.state}', which the machine does not have")
    program.start = GoingOn(_container(state, last, variables, whole=whole), last, variables)
    return program


def _container(state: StateProgram, past: PastVisit, variables: dict[str, Json], *, whole: bool) -> StateProgram:
    """The state, or of a Parallel or inline Map that had begun a copy that does only what is left."""
    if isinstance(state, DistributedMapProgram):
        raise NotRedrivable(
            f"'{state.name}' is a Distributed Map; that AWS redrives its unsuccessful child executions is not simulated"
        )
    if whole or not past.forks:
        return state
    lines = past.forks[-1]
    if isinstance(state, ParallelProgram):
        by_name = {line.visits[0].state: line for line in lines if line.visits}
        branches = [
            going_on(branch, by_name[branch.start.name], variables, whole=whole)
            if branch.start.name in by_name
            else branch
            for branch in state.branches
        ]
        return RestOfParallel(state, branches)
    if isinstance(state, MapProgram):
        rest = {line.index: going_on(state.machine, line, variables, whole=whole) for line in lines if line.visits}
        return RestOfMap(state, rest)
    return state


def states_of(machine: MachineProgram) -> Iterator[StateProgram]:
    """The states of a machine that can be reached, without those inside them."""
    pending, seen = [machine.start], {machine.start.name}
    while pending:
        state = pending.pop()
        yield state
        following = [state.next]
        if isinstance(state, ChoiceProgram):
            following += [way.target for way in state.ways]
        if isinstance(state, RetryingProgram):
            following += [catcher.target for catcher in state.catchers]
        for target in following:
            if target is not None and target.name not in seen:
                seen.add(target.name)
                pending.append(target)


def known(value: Json, past: PastVisit) -> Json:
    """A payload of the history. Raises NotRedrivable when it is cut off."""
    if value is UNKNOWN:
        raise NotRedrivable(
            f"the history lacks a payload of state '{past.state}', so that nothing can go on from there"
        )
    return value


def _assigned(visit: PastVisit) -> dict[str, Json]:
    """The variables that a visit assigned when its state was left."""
    assigned = None if visit.exited is None else visit.exited.details.get("assignedVariables")
    return {name: known(parsed(text), visit) for name, text in assigned.items()} if isinstance(assigned, dict) else {}


# --- states that go on -----------------------------------------------------------------------------------------------


class GoingOn(StateProgram):
    """A state that was entered before the redrive and goes on with its own input."""

    __slots__ = ("event", "input", "state", "variables")

    waits = True

    def __init__(self, state: StateProgram, past: PastVisit, variables: dict[str, Json]) -> None:
        _copy_slots(state, self)
        self.state = state
        self.event = past.entered.id
        self.input = known(past.entered.payload("input"), past)
        self.variables = variables

    def take_up(self, kernel: RedrivenKernel, thread: Thread) -> Visit:
        """The visit that goes on, whose next event follows the one that says that the state was entered.

        A Fail state is entered again. Source: guide, "Redrive behavior of individual states".
        """
        thread.scope.variables = self.variables
        if thread.parent is not None:
            thread.last = self.event
        if isinstance(self.state, FailProgram):
            return Kernel.enter(kernel, thread, self.state, self.input)
        kernel.count_transition()
        visit = Visit(self.name, self.pointer, thread.iteration, kernel.now, self.event, next(kernel.ticks))
        kernel.visits.append(visit)
        thread.visit = visit
        thread.stopped = self.stopped
        thread.scope.input = self.input
        if self.reads_context:
            thread.scope.context = self.state.context(kernel, thread, visit)
        return visit

    def visit(self, kernel: Kernel, thread: Thread, visit: Visit, raw: Json) -> Generator[Effect, Any, Any]:
        """A Pass is left without being run again. Source: guide, "Redrive behavior of individual states"; that its
        output is then its input is assumed."""
        if isinstance(self.state, PassProgram):
            kernel.exit(thread, visit, self.state, self.input, None, self.edge)
            return self.input, self.next
        if self.state.waits:
            return (yield from self.state.visit(kernel, thread, visit, self.input))
        return self.state.visit(kernel, thread, visit, self.input)


class Known(GoingOn):
    """The end of a branch that had succeeded: gives its output, and does nothing."""

    __slots__ = ("output",)

    waits = False

    def __init__(self, output: Json) -> None:
        self.output = output

    def take_up(self, kernel: RedrivenKernel, thread: Thread) -> Visit:
        return Visit("", (), thread.iteration, kernel.now, 0)

    def visit(self, kernel: Kernel, thread: Thread, visit: Visit, raw: Json) -> Any:
        return self.output, None


class RestOfParallel(ParallelProgram):
    """A Parallel whose first attempt does what is left of its branches; a retry runs all of them."""

    __slots__ = ("whole",)

    whole: ParallelProgram

    def __init__(self, state: ParallelProgram, branches: list[MachineProgram]) -> None:
        _copy_slots(state, self)
        self.whole = state
        self.branches = branches

    def attempt(self, kernel: Kernel, thread: Thread, visit: Visit, attempt: Attempt) -> Generator[Effect, Any, Json]:
        if attempt.number:
            return self.whole.attempt(kernel, thread, visit, attempt)
        return super().attempt(kernel, thread, visit, attempt)


class RestOfMap(MapProgram):
    """An inline Map whose first attempt does what is left of its iterations; a retry runs all of them."""

    __slots__ = ("rest", "whole")

    rest: dict[int | None, MachineProgram]
    whole: MapProgram

    def __init__(self, state: MapProgram, rest: dict[int | None, MachineProgram]) -> None:
        _copy_slots(state, self)
        self.whole = state
        self.rest = rest

    def attempt(self, kernel: Kernel, thread: Thread, visit: Visit, attempt: Attempt) -> Generator[Effect, Any, Json]:
        if attempt.number:
            return self.whole.attempt(kernel, thread, visit, attempt)
        return super().attempt(kernel, thread, visit, attempt)

    def iteration(
        self, kernel: Kernel, thread: Thread, visit: Visit, above: StateScope, index: int, item: Json
    ) -> Body:
        machine = self.rest.get(index)
        if machine is not None and isinstance(machine.start, Known):
            return line(kernel, thread, machine, item)
        program = self.whole
        if machine is not None:
            program = MapProgram.__new__(MapProgram)
            _copy_slots(self.whole, program)
            program.machine = machine
        return program.iteration(kernel, thread, visit, above, index, item)


def _copy_slots(given: Any, made: Any) -> None:
    """Gives a program all that another one has."""
    for cls in type(given).__mro__:
        for slot in vars(cls).get("__slots__", ()):
            if hasattr(given, slot) and hasattr(type(made), slot):
                setattr(made, slot, getattr(given, slot))
