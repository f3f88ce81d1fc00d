"""A compiled state and its raw input -> its output and the state that follows: one class for each state type.

A state that never waits is an ordinary method; the others are generators that yield effects. Retry and Catch are one
loop around the work of Task, Parallel and Map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from aslkit.definition.model import ABSENT
from aslkit.language.errors import RUNTIME, TIMEOUT, StatesError
from aslkit.simulation.context import instant
from aslkit.simulation.execution import Attempt
from aslkit.simulation.history import KINDS
from aslkit.simulation.jsonata import QueryFailure
from aslkit.simulation.kernel import Sleep
from aslkit.simulation.limits import MAX_WAIT
from aslkit.simulation.retry import Failure, delay, first_match, too_large

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Retrier, State
    from aslkit.simulation.context import StateScope
    from aslkit.simulation.dataflow import Flow, RuleFlow
    from aslkit.simulation.execution import Visit
    from aslkit.simulation.kernel import Body, Effect, Kernel, Thread

    Evaluator = Callable[[StateScope], Any]
    Following = tuple[Any, "StateProgram | None"]

Json = Any


class MachineProgram:
    """A compiled state machine: the state it starts at. Every state knows those that may follow it."""

    __slots__ = ("start",)

    start: StateProgram


def line(kernel: Kernel, thread: Thread, machine: MachineProgram, raw: Json) -> Body:
    """Visits one state after the other, from the start of a state machine to its end; returns the last output."""
    state: StateProgram | None = machine.start
    value = raw
    while state is not None:
        visit = kernel.enter(thread, state, value)
        try:
            if state.waits:
                value, state = yield from state.visit(kernel, thread, visit, value)
            else:
                value, state = state.visit(kernel, thread, visit, value)
        except StatesError as error:
            failure = state.explained(kernel, thread, visit, error)
            kernel.fail(thread, visit, failure)
            raise failure from None
    return value


# --- what all states have in common ----------------------------------------------------------------------------------


class StateProgram:
    """A compiled state. `edge` is the pointer of its Next; `next` the state there, None where the machine ends."""

    __slots__ = ("edge", "entered", "exited", "flow", "name", "next", "pointer", "reads_context", "stopped")

    waits = False

    def __init__(self, state: State, flow: Flow, *, reads_context: bool) -> None:
        self.name = state.name
        self.pointer = state.pointer
        self.flow = flow
        self.reads_context = reads_context
        self.entered = KINDS[f"{state.type}StateEntered"]
        self.exited = KINDS.get(f"{state.type}StateExited", self.entered)
        self.stopped = KINDS.get(f"{state.type}StateAborted")
        self.next: StateProgram | None = None
        self.edge: Pointer | None = None if state.next is None else (*state.pointer, "Next")

    def visit(self, kernel: Kernel, thread: Thread, visit: Visit, raw: Json) -> Any:
        """(output, following state), or a generator that returns them where the state waits.

        Raises StatesError.
        """
        raise NotImplementedError

    def context(self, kernel: Kernel, thread: Thread, visit: Visit) -> dict[str, Json]:
        """The context object as this state reads it now."""
        context = {**kernel.facts, "State": {"Name": self.name, "EnteredTime": instant(kernel.start + visit.entered)}}
        if thread.item is not None:
            context["Map"] = {"Item": thread.item}
        return context

    def exit(self, kernel: Kernel, thread: Thread, visit: Visit, raw: Json, result: Json) -> Following:
        """Leaves by Next, or ends the state machine."""
        flow, scope = self.flow, thread.scope
        output = flow.output(scope, raw, result)
        assigned = flow.assigned(scope, raw, result)
        if output is not raw and not kernel.fits(output):
            raise too_large(self.name, final=True)
        kernel.exit(thread, visit, self, output, assigned, self.edge)
        return output, self.next

    def explained(self, kernel: Kernel, thread: Thread, visit: Visit, error: StatesError) -> Failure:
        """The error with its cause as AWS words it. Source: the prefix is recorded on AWS."""
        if isinstance(error, Failure):
            return error
        failure = Failure(
            error.error,
            f"An error occurred while executing the state '{self.name}' (entered at the event id #{visit.event}). "
            f"{error.cause}",
        )
        if isinstance(error, QueryFailure):
            failure.inside = True
            if not error.entered:
                thread.last = kernel.previous(visit.event)
            kernel.note(thread, KINDS["EvaluationFailed"], failure.error, failure.cause, error.location, self.name)
        return failure


# --- states without retries ------------------------------------------------------------------------------------------


class PassProgram(StateProgram):
    __slots__ = ("result",)

    result: Json

    def visit(self, kernel: Kernel, thread: Thread, visit: Visit, raw: Json) -> Following:
        self.flow.effective_input(thread.scope)
        arguments = self.flow.arguments(thread.scope)
        return self.exit(kernel, thread, visit, raw, arguments if self.result is ABSENT else self.result)


class SucceedProgram(StateProgram):
    __slots__ = ()

    def visit(self, kernel: Kernel, thread: Thread, visit: Visit, raw: Json) -> Following:
        return self.exit(kernel, thread, visit, raw, self.flow.effective_input(thread.scope))


class FailProgram(StateProgram):
    __slots__ = ("cause", "error")

    error: Evaluator
    cause: Evaluator

    def visit(self, kernel: Kernel, thread: Thread, visit: Visit, raw: Json) -> Following:
        scope = thread.scope
        raise Failure(self.error(scope), self.cause(scope))


class WaitProgram(StateProgram):
    """`seconds` is how long to wait, of the scope and the present instant (epoch seconds)."""

    __slots__ = ("seconds",)

    waits = True
    seconds: Callable[[StateScope, float], float]

    def visit(self, kernel: Kernel, thread: Thread, visit: Visit, raw: Json) -> Generator[Effect, Any, Following]:
        effective = self.flow.effective_input(thread.scope)
        seconds = self.seconds(thread.scope, kernel.start + kernel.now)
        if seconds > MAX_WAIT:
            raise StatesError(RUNTIME, "Wait state delay is too long.")
        yield Sleep(max(seconds, 0.0))
        return self.exit(kernel, thread, visit, raw, effective)


class Way(NamedTuple):
    """A way out of a Choice: when it is taken, its pointer, what it passes on and assigns, where it leads."""

    condition: Evaluator
    edge: Pointer
    flow: RuleFlow
    target: StateProgram


class ChoiceProgram(StateProgram):
    """`ways` are the choice rules in their order, then Default, whose condition always holds."""

    __slots__ = ("ways",)

    ways: list[Way]

    def visit(self, kernel: Kernel, thread: Thread, visit: Visit, raw: Json) -> Following:
        scope = thread.scope
        effective = self.flow.effective_input(scope)
        for way in self.ways:
            if way.condition(scope):
                break
        else:
            raise StatesError(
                RUNTIME, "Failed to transition out of the state. The state does not point to a next state."
            )
        assigned = way.flow.assigned(scope, raw, effective)
        output = way.flow.output(scope, raw, effective)
        if output is not raw and not kernel.fits(output):
            raise too_large(self.name, final=True)
        kernel.exit(thread, visit, self, output, assigned, way.edge)
        return output, way.target


# --- states that retry and catch -------------------------------------------------------------------------------------


class CatcherProgram(NamedTuple):
    """A compiled catcher: `error_equals` as written, what it makes of the error, its transition."""

    error_equals: tuple[str, ...]
    flow: RuleFlow
    edge: Pointer
    target: StateProgram


class RetryingProgram(StateProgram):
    """Task, Parallel and Map. `broken` is the event of a failure that came from inside, None for a Task."""

    __slots__ = ("broken", "catchers", "retriers")

    waits = True

    def __init__(self, state: State, flow: Flow, *, reads_context: bool) -> None:
        super().__init__(state, flow, reads_context=reads_context)
        self.retriers: Sequence[Retrier] = state.retry
        self.catchers: list[CatcherProgram] = []
        self.broken = KINDS.get(f"{state.type}StateFailed")

    def attempt(self, kernel: Kernel, thread: Thread, visit: Visit, attempt: Attempt) -> Generator[Effect, Any, Json]:
        """The result of one attempt; `scope.input` holds the raw input. Raises StatesError."""
        raise NotImplementedError

    def visit(self, kernel: Kernel, thread: Thread, visit: Visit, raw: Json) -> Generator[Effect, Any, Following]:
        """Attempts until one succeeds, or the first retrier that covers the failure is used up; then Catch.

        Each retrier counts its own attempts, for this visit. Source: States Language, "Retrying after error".
        """
        attempts: list[Attempt] = []
        visit.attempts = attempts
        used = [0] * len(self.retriers)
        waited = 0.0
        while True:
            attempt = Attempt(len(attempts), kernel.now, waited)
            attempts.append(attempt)
            thread.scope.input = raw
            if self.reads_context:
                thread.scope.context = self.context(kernel, thread, visit)
            try:
                raw_result = yield from self.attempt(kernel, thread, visit, attempt)
                attempt.ended = kernel.now
                return self.exit(kernel, thread, visit, raw, self.flow.result(thread.scope, raw_result))
            except StatesError as error:
                failure = self.explained(kernel, thread, visit, error)
            attempt.fail(kernel.now, failure.error, failure.cause, heartbeat=failure.heartbeat)
            attempt.retrier = self.next_retrier(failure, used)
            if attempt.retrier is None:
                return self.caught(kernel, thread, visit, raw, failure)
            waited = delay(self.retriers[attempt.retrier], used[attempt.retrier], kernel.random)
            used[attempt.retrier] += 1
            kernel.count_transition()
            yield Sleep(waited)

    def next_retrier(self, failure: Failure, used: list[int]) -> int | None:
        """The first retrier that covers the failure, unless it is used up."""
        index = first_match(self.retriers, failure)
        return index if index is not None and used[index] < self.retriers[index].max_attempts else None

    def caught(self, kernel: Kernel, thread: Thread, visit: Visit, raw: Json, failure: Failure) -> Following:
        """Leaves by the first catcher that covers the failure; raises the failure where there is none."""
        if failure.inside and self.broken is not None:
            kernel.note(thread, self.broken)
        index = first_match(self.catchers, failure)
        if index is None:
            raise failure
        _, flow, edge, target = self.catchers[index]
        # a time-out has no cause in the history and an empty one here (recorded on AWS)
        cause = "" if failure.error == TIMEOUT and failure.cause is None else failure.cause
        error = {"Error": failure.error, "Cause": cause}
        output = flow.output(thread.scope, raw, error)
        assigned = flow.assigned(thread.scope, raw, error)
        if not kernel.fits(output):
            raise too_large(self.name, final=True)
        kernel.exit(thread, visit, self, output, assigned, edge)
        visit.catch(index, failure.error, failure.cause)
        return output, target

    def context(self, kernel: Kernel, thread: Thread, visit: Visit) -> dict[str, Json]:
        context = super().context(kernel, thread, visit)
        context["State"]["RetryCount"] = max(len(visit.attempts) - 1, 0)
        return context
