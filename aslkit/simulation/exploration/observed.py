"""One explored run -> what its properties ask of it: what broke it, who was told, which jobs ran, what it costs."""

from __future__ import annotations

import json
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from aslkit.definition.model import Fail, Task
from aslkit.language.errors import RUNTIME
from aslkit.language.payload import json_text
from aslkit.simulation.execution import FAILED
from aslkit.simulation.exploration.catalogue import LASTING
from aslkit.simulation.resources.scripted import job_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aslkit.simulation.execution import Attempt, Execution, Visit
    from aslkit.simulation.exploration.ground import Ground, Placed, Placement
    from aslkit.simulation.resources.glue import JobRun

Json = Any

TRANSITION_PRICE = 0.000025
"""US dollars for a state transition. Source: AWS Step Functions pricing, standard workflows, us-east-1."""
DPU_HOUR_PRICE = 0.44
"""US dollars for an hour of a data processing unit. Source: AWS Glue pricing, us-east-1."""

NOTIFIER, INPUT = "notifier", "input"
FAILED_RUNS = frozenset({"FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED"})
EPSILON = 1e-6


class Mail(NamedTuple):
    """A message that somebody got: which state sent it, when, and its subject and text."""

    state: str
    at: float
    subject: str | None
    text: str


class Breaking(NamedTuple):
    """The failure that broke a run: the state (with the states around it), its job, the error, and when."""

    state: str
    around: tuple[str, ...]
    job: str | None
    error: str | None
    cause: str | None
    at: float


class Run:
    """A run on its ground, with the mishaps that were placed in it."""

    def __init__(self, ground: Ground, placement: Placement, execution: Execution) -> None:
        self.ground = ground
        self.placement = placement
        self.execution = execution

    @property
    def status(self) -> str:
        return self.execution.status

    @cached_property
    def mails(self) -> list[Mail]:
        """What the notifiers sent, in order of time."""
        services: Any = self.execution.services
        sent = [
            Mail(one.state, one.at, one.subject, f"{one.subject or ''}\n{one.message}")
            for one in services.sns.published
            if one.state in self.ground.notifiers
        ]
        told = {one.state for one in sent}
        for visit in self.execution.visits:
            if visit.state in self.ground.notifiers and visit.state not in told:
                sent += [Mail(visit.state, one.started, None, text) for one, text in _calls(visit)]
        return sorted(sent, key=lambda mail: mail.at)

    @cached_property
    def breaking(self) -> Breaking | None:
        """The last failure that a task's retries did not mend, the notifiers' own only if there is no other."""
        states = self.ground.states
        ended = [visit for visit in self.execution.visits if visit.ended in ("failed", "caught")]
        tasks = [visit for visit in ended if isinstance(states[visit.state], Task)]
        own = [visit for visit in tasks if visit.state not in self.ground.notifiers]
        others = [visit for visit in ended if not isinstance(states[visit.state], Fail)]
        chosen = own or tasks or others or ended
        if not chosen:
            return None
        visit = max(chosen, key=lambda one: (one.left or 0.0, len(one.pointer)))
        requests = [attempt.request for attempt in visit.attempts if attempt.request is not None]
        return Breaking(
            visit.state,
            tuple(str(name) for key, name in pairwise(visit.pointer) if key == "States"),
            job_name(requests[-1]) if requests else None,
            visit.error,
            visit.cause,
            visit.left or 0.0,
        )

    def tells_error(self, mail: Mail) -> bool:
        """Whether a message carries the error that broke the run: its name, or what its cause says."""
        broke = self.breaking
        if broke is None or mail.at < broke.at - EPSILON:
            return False
        return any(part in mail.text for part in _telling(broke.error, broke.cause))

    def names_failed(self, mail: Mail) -> bool:
        """Whether a message says which state or job failed."""
        broke = self.breaking
        return broke is not None and any(
            name in mail.text for name in (*broke.around, *((broke.job,) if broke.job else ()))
        )

    @cached_property
    def residual(self) -> str | None:
        """Why no definition could have told anybody of this failure: INPUT, NOTIFIER; None if one could."""
        if self.status != FAILED:
            return None
        if self.execution.error == RUNTIME and any(not placed.state for placed in self.placement):
            return INPUT
        broke = self.breaking
        since = broke.at if broke is not None else 0.0
        tried = [
            visit
            for visit in self.execution.visits
            if visit.state in self.ground.notifiers and (visit.left or 0.0) >= since - EPSILON
        ]
        return NOTIFIER if tried and all(self._silenced(visit) for visit in tried) else None

    def _silenced(self, visit: Visit) -> bool:
        """Whether a notifier fell silent by mishaps that its retries could not mend: lasting ones, or several."""
        failed = [attempt for attempt in visit.attempts if attempt.failed]
        placed = [self.placed_at(attempt) for attempt in failed]
        if not failed or visit.ended == "exited" or any(one is None for one in placed):
            return False
        return len(failed) > 1 or any(one is not None and one.times == LASTING for one in placed)

    def placed_at(self, attempt: Attempt) -> Placed | None:
        """The mishap that was placed at an attempt."""
        request = attempt.request
        if request is None:
            return None
        iteration = tuple(index for _, index in request.iteration)
        return next((one for one in self.placement if one.covers(request.state, iteration, request.invocation)), None)

    @property
    def job_runs(self) -> Sequence[JobRun]:
        services: Any = self.execution.services
        runs: Sequence[JobRun] = services.glue.runs
        return runs

    def unnoticed_runs(self) -> Iterator[JobRun]:
        """Glue job runs that ended badly, of which the task that started them knows nothing."""
        failed = {attempt.request.serial for attempt in self.attempts() if attempt.failed and attempt.request}
        cut = {attempt.request.serial for attempt in self.attempts() if not attempt.outcome and attempt.request}
        aborted = {
            attempt.request.serial
            for visit in self.execution.visits
            if visit.ended == "aborted"
            for attempt in visit.attempts
            if attempt.request is not None
        }
        for run in self.job_runs:
            if run.state in FAILED_RUNS and run.serial not in failed | cut | aborted and not run.attempt:
                yield run

    def attempts(self) -> Iterator[Attempt]:
        return self.execution.attempts()

    @cached_property
    def starts(self) -> dict[str, int]:
        """How often each Glue job was started."""
        counts: dict[str, int] = {}
        for run in self.job_runs:
            counts[run.name] = counts.get(run.name, 0) + 1
        return counts

    @property
    def cost(self) -> float:
        """US dollars: state transitions, and the data processing units of the job runs."""
        hours: float = sum(
            run.description(0.0)["MaxCapacity"] * (min(run.ended, self.execution.duration) - run.started) / 3600
            for run in self.job_runs
        )
        return self.execution.transitions * TRANSITION_PRICE + hours * DPU_HOUR_PRICE

    def facts(self) -> dict[str, Json]:
        """The run as JSON data, for properties written as expressions."""
        execution = self.execution
        return {
            "status": execution.status,
            "error": execution.error,
            "cause": execution.cause,
            "output": execution.output,
            "duration": execution.duration,
            "transitions": execution.transitions,
            "cost": self.cost,
            "states": execution.path,
            "starts": self.starts,
            "mails": [
                {"state": one.state, "at": one.at, "subject": one.subject, "text": one.text} for one in self.mails
            ],
            "faults": [
                {"state": one.state, "invocation": one.invocation, "error": self.ground.mishap(one).called}
                for one in self.placement
            ],
        }


def _calls(visit: Visit) -> Iterator[tuple[Attempt, str]]:
    """The successful calls of a notifier that is no SNS topic, each with what it was asked to say."""
    for attempt in visit.attempts:
        request = attempt.request
        if request is not None and attempt.ended is not None and not attempt.failed and request.service != "sns":
            yield attempt, json_text(request.parameters)


def _telling(error: str | None, cause: str | None) -> Iterator[str]:
    """The texts of which one in a message is enough to know the error."""
    if error:
        yield error
    if cause:
        yield cause
        yield from inner_messages(cause)
    if not error and not cause:
        yield ""


def inner_messages(cause: str) -> Iterator[str]:
    """The message inside a cause that is JSON text."""
    if cause[:1] != "{":
        return
    try:
        value = json.loads(cause)
    except ValueError:
        return
    for key in ("ErrorMessage", "errorMessage"):
        if isinstance(value.get(key), str) and value[key]:
            yield value[key]
