"""A machine, its input and what its tasks answer -> Execution: a function of its arguments alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aslkit.language.payload import json_text
from aslkit.simulation.context import Identity, execution_facts
from aslkit.simulation.execution import Execution
from aslkit.simulation.kernel import NEVER, Bounds, Kernel
from aslkit.simulation.limits import MAX_EVENTS, MAX_PAYLOAD, MAX_SECONDS, MAX_THREADS, MAX_TRANSITIONS, size_of
from aslkit.simulation.program import SimulationRefused, compile_machine
from aslkit.simulation.resources import OutcomeError
from aslkit.simulation.states import line

if TYPE_CHECKING:
    from aslkit.definition.model import StateMachine
    from aslkit.simulation.kernel import Body, Thread
    from aslkit.simulation.resources import Outcome, Request, Resource

Json = Any

START = 1_735_696_800.0
"""2025-01-01T02:00:00Z, when an execution starts unless it is told otherwise."""


def simulate(
    machine: StateMachine,
    *,
    input: Json,
    resources: Resource | None = None,
    start: float = START,
    seed: int = 0,
    name: str = "execution",
    machine_name: str = "StateMachine",
    account: str = "111111111111",
    region: str = "us-east-1",
    role: str = "arn:aws:iam::111111111111:role/StepFunctionsRole",
    history: bool = True,
    max_events: int = MAX_EVENTS,
    max_transitions: int = MAX_TRANSITIONS,
    max_threads: int = MAX_THREADS,
    max_payload: int = MAX_PAYLOAD,
) -> Execution:
    """The execution of the machine in virtual time.

    `start` is in epoch seconds; `seed` decides jitter and the random intrinsic functions. Without `history` no events
    are kept and their number is not limited; `max_transitions` and `max_threads` (branches and iterations alive at
    once) then end a run that would not end. Raises SimulationRefused for a machine that cannot run or an input that no
    execution can have, NotSimulated for what the simulator does not know yet, and OutcomeError when nobody says what a
    task answers.
    """
    program = compile_machine(machine)
    _check_input(input, max_payload)
    identity = Identity(name, machine_name, region, account, role)
    service = Silent() if resources is None else resources.begin()
    kernel = Kernel(
        service=service,
        identity=identity,
        facts=execution_facts(identity, input, start),
        start=start,
        seed=seed,
        bounds=Bounds(max_events if history else NEVER, max_transitions, max_threads, max_payload),
    )

    def body(root: Thread) -> Body:
        return line(kernel, root, program, input)

    seconds = MAX_SECONDS if machine.timeout_seconds is None else min(float(machine.timeout_seconds), MAX_SECONDS)
    ending = kernel.run(body, seconds, (input, role))
    return Execution(
        status=ending.status,
        output=ending.output,
        error=ending.error,
        cause=ending.cause,
        duration=kernel.now,
        transitions=kernel.transitions,
        visits=kernel.visits,
        services=service,
        start=start,
        events=kernel.events,
    )


def _check_input(input: Json, limit: int) -> None:
    """Raises SimulationRefused for an input that StartExecution refuses."""
    try:
        json_text(input)
    except (TypeError, ValueError, RecursionError):
        raise SimulationRefused("the input is not JSON, or is nested too deep") from None
    if size_of(input, limit) > limit:
        raise SimulationRefused(f"the input takes more than {limit:,} bytes, which StartExecution refuses")


class Silent:
    """The service of a run that was given none: whatever a task asks is a mistake in what was given."""

    def invoke(self, request: Request) -> Outcome:
        raise OutcomeError(f"nobody says what state '{request.state}' answers ({request.resource})", request)

    def stop(self, request: Request, at: float) -> None:
        """Nothing was started."""
