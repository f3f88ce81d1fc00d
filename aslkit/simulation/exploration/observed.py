"""One explored run -> what its properties ask of it: what broke it, who was told, which jobs ran, what it costs."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from aslkit.definition.model import Fail, Map, Retrying, Task
from aslkit.language.errors import QUERY_EVALUATION_ERROR, RUNTIME
from aslkit.simulation.execution import FAILED
from aslkit.simulation.exploration.catalogue import LASTING
from aslkit.simulation.resources import REQUEST_RESPONSE
from aslkit.simulation.resources.scripted import job_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aslkit.simulation.execution import Attempt, Execution, Iteration, Visit
    from aslkit.simulation.exploration.ground import Ground, Placed, Placement
    from aslkit.simulation.resources.glue import JobRun

Json = Any

TRANSITION_PRICE = 0.000025
"""US dollars for a state transition. Source: AWS Step Functions pricing, standard workflows, us-east-1."""
DPU_HOUR_PRICE = 0.44
"""US dollars for an hour of a data processing unit. Source: AWS Glue pricing, us-east-1."""

NOTIFIER, INPUT = "notifier", "input"
FAILED_RUNS = frozenset({"FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED"})


class Mail(NamedTuple):
    """A message that somebody got: which state sent it, in which visit (its `came`), when, to which topic (None for
    what is no topic), its subject, and all of its text."""

    state: str
    came: int
    at: float
    to: str | None
    subject: str | None
    text: str


class Breaking(NamedTuple):
    """The failure that broke a run: the state (with the states around it), its job, the error, when, and the `went` of
    its visit. One that is `decided` is a Fail state that the run came to although nothing had failed."""

    state: str
    around: tuple[str, ...]
    job: str | None
    error: str | None
    cause: str | None
    at: float
    went: int
    decided: bool


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
        sent = [
            _mail(visit, attempt)
            for visit in self.execution.visits
            if visit.state in self.ground.notifiers
            for attempt in visit.attempts
            if attempt.outcome is not None and not (attempt.outcome.failed or attempt.outcome.never)
        ]
        return sorted(sent, key=lambda mail: mail.at)

    @cached_property
    def breaking(self) -> Breaking | None:
        """The last failure that was not mended, the notifiers' own only if there is no other.

        What fails in a child execution of a distributed Map does not come out of it: the Map is what failed.
        """
        states, apart = self.ground.states, self.ground.apart
        ended = [
            visit
            for visit in self.execution.visits
            if visit.ended in ("failed", "caught")
            and visit.state not in apart
            and not (self.is_harmless(visit) or self.is_mended(visit))
        ]
        tasks = [
            visit for visit in ended if isinstance(states[visit.state], Task) or _is_distributed(states[visit.state])
        ]
        own = [visit for visit in tasks if visit.state not in self.ground.notifiers]
        others = [visit for visit in ended if not isinstance(states[visit.state], Fail)]
        chosen = own or tasks or others or ended
        if not chosen:
            return None
        if own or tasks:
            visit = max(chosen, key=lambda one: one.went)
        else:
            visit = max(chosen, key=lambda one: (one.left or 0.0, len(one.pointer), one.went))
        requests = [attempt.request for attempt in visit.attempts if attempt.request is not None]
        return Breaking(
            visit.state,
            tuple(str(name) for key, name in pairwise(visit.pointer) if key == "States"),
            job_name(requests[-1]) if requests else None,
            visit.error,
            visit.cause,
            visit.left or 0.0,
            visit.went,
            isinstance(states[visit.state], Fail),
        )

    def is_mended(self, visit: Visit) -> bool:
        """Whether the state of a visit came to a good end later, in the same iteration."""
        return self._ended_well.get((visit.state, visit.iteration), 0) > visit.went

    @cached_property
    def _ended_well(self) -> dict[tuple[str, Iteration], int]:
        """The `went` of the last good end of each state in each iteration."""
        return {
            (visit.state, visit.iteration): visit.went for visit in self.execution.visits if visit.ended == "exited"
        }

    def is_harmless(self, visit: Visit) -> bool:
        """Whether the settings call the failure of a visit harmless, by its error or by the mishap placed there."""
        patterns = [one.name for one in self.ground.settings.harmless if fnmatchcase(visit.state, one.state)]
        if not patterns:
            return False
        placed = self.placed_at(visit.attempts[-1]) if visit.attempts else None
        names = (visit.error or "", self.ground.mishap(placed).name if placed is not None else "")
        return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)

    def is_after(self, mail: Mail) -> bool:
        """Whether a message was sent after the failure that broke the run, within the same instant too; of one that is
        decided, before it."""
        return self.breaking is None or self.breaking.decided or mail.came > self.breaking.went

    def tells_error(self, mail: Mail) -> bool:
        """Whether a message carries the error that broke the run: its name, or what its cause says. Where that is
        decided, any message does that tells of no good end."""
        broke = self.breaking
        if broke is None or not self.is_after(mail):
            return False
        if broke.decided:
            return mail.state not in self.ground.success
        return any(part in mail.text for part in _telling(broke.error, broke.cause))

    def names_failed(self, mail: Mail) -> bool:
        """Whether a message says which state or job failed."""
        broke = self.breaking
        if broke is None or broke.decided:
            return broke is not None
        return any(name in mail.text for name in (*broke.around, *((broke.job,) if broke.job else ())))

    @cached_property
    def residual(self) -> str | None:
        """Why no definition could have told anybody of this failure: INPUT, NOTIFIER; None if one could."""
        if self.status != FAILED:
            return None
        if any(not placed.state for placed in self.placement) and self._no_catcher_sees_it():
            return INPUT
        broke = self.breaking
        since = broke.went if broke is not None else 0
        tried = [
            visit for visit in self.execution.visits if visit.state in self.ground.notifiers and visit.went >= since
        ]
        return NOTIFIER if tried and all(self._silenced(visit) for visit in tried) else None

    def _no_catcher_sees_it(self) -> bool:
        """Whether the run failed where nothing could have caught it: States.Runtime, or an expression of a state of the
        top level that has no Catch at all, such as a Pass or a Choice."""
        if self.execution.error == RUNTIME:
            return True
        ended = [visit for visit in self.execution.visits if visit.ended in ("failed", "caught")]
        return self.execution.error == QUERY_EVALUATION_ERROR and all(
            visit.is_top_level and not isinstance(self.ground.states[visit.state], Retrying) for visit in ended
        )

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
        return next((one for one in self._placed if one.covers(request.state, iteration, request.invocation)), None)

    @cached_property
    def _placed(self) -> list[Placed]:
        """The mishaps, those first that win where several are placed."""
        return sorted(self.placement, key=self.ground.is_answer)

    @property
    def job_runs(self) -> Sequence[JobRun]:
        services: Any = self.execution.services
        runs: Sequence[JobRun] = services.glue.runs
        return runs

    @cached_property
    def unawaited(self) -> list[JobRun]:
        """The job runs for which nobody waits: other things happen while they go on."""
        started = {
            attempt.request.serial
            for attempt in self.attempts()
            if attempt.request is not None and attempt.request.pattern == REQUEST_RESPONSE
        }
        return [job for job in self.job_runs if job.serial in started]

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


def _mail(visit: Visit, attempt: Attempt) -> Mail:
    request = attempt.request
    parameters = request.parameters if request is not None and isinstance(request.parameters, dict) else {}
    subject, to = parameters.get("Subject"), parameters.get("TopicArn")
    told = [subject, parameters.get("Message")] if "TopicArn" in parameters else parameters
    return Mail(
        visit.state,
        visit.came,
        attempt.started,
        to if isinstance(to, str) else None,
        subject if isinstance(subject, str) else None,
        "\n".join(_texts(told)),
    )


def _texts(value: Json) -> Iterator[str]:
    """All texts inside a value, those in JSON that is written as text too."""
    pending = [value]
    while pending:
        match pending.pop():
            case str() as text:
                yield text
                if text[:1] in ("{", "["):
                    pending.append(_parsed(text))
            case dict() as entries:
                pending.extend(entries.values())
            case list() as items:
                pending.extend(items)


def _parsed(text: str) -> Json:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_distributed(state: Any) -> bool:
    return isinstance(state, Map) and state.distributed


def _telling(error: str | None, cause: str | None) -> Iterator[str]:
    """The texts of which one in a message is enough to know the error."""
    if error:
        yield error
    if cause:
        yield cause
        yield json.dumps(cause, ensure_ascii=False)[1:-1]
        yield from inner_messages(cause)
    if not error and not cause:
        yield ""


def inner_messages(cause: str) -> Iterator[str]:
    """The message inside a cause that is JSON text."""
    value = _parsed(cause) if cause[:1] == "{" else None
    if not isinstance(value, dict):
        return
    for key in ("ErrorMessage", "errorMessage"):
        if isinstance(value.get(key), str) and value[key]:
            yield value[key]
