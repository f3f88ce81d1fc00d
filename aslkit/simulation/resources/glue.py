"""Glue jobs -> Resource: a fake Glue whose jobs run in virtual time and end as real ones do.

Source: AWS Glue API (StartJobRun, JobRun); the results and causes are as recorded on AWS.
"""

from __future__ import annotations

import math
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from aslkit.language.errors import RUNTIME, TASK_FAILED
from aslkit.language.payload import json_text
from aslkit.record import Record
from aslkit.simulation.faults import FAULTS
from aslkit.simulation.resources import REQUEST_RESPONSE, SYNC, Outcome, OutcomeError
from aslkit.simulation.resources.scripted import (
    Fails,
    Faulty,
    Hangs,
    Returns,
    fault_outcome,
    plain_outcome,
)
from aslkit.simulation.resources.sdk import START, hexadecimal, metadata, uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aslkit.simulation.resources import Json, Request
    from aslkit.simulation.resources.scripted import Reply

START_JOB_RUN = "startJobRun"

MINUTE = 60.0
MAX_TIMEOUT = 10_080
MAX_WORKERS = 100_000
TIMEOUT_LAG = 10.0
"""Seconds between the end of a run's Timeout and the end of the run. Source: recorded on AWS."""

DPU_PER_WORKER = {"G.025X": 0.25, "G.2X": 2, "G.4X": 4, "G.8X": 8, "Z.2X": 2}
"""Data processing units of a worker; 1 for any other type. Source: AWS Glue API, Job."""


class GlueJob(Record):
    """A job as its owner set it up.

    `name` may hold `*` for any characters. `duration` is how long one run works, in seconds. `timeout` is in minutes;
    None is Glue's default: 2,880 up to version 4.0, 480 from 5.0. `max_retries` are Glue's own: they happen while the
    task still waits (how a task follows them is not recorded). Source: AWS Glue API, Job.
    """

    name: str
    duration: float = 60.0
    max_concurrent_runs: int = 1
    timeout: int | None = None
    max_retries: int = 0
    glue_version: str = "4.0"
    worker_type: str = "G.1X"
    number_of_workers: int = 10
    queuing: bool = False
    python_shell: bool = False


class FakeGlue(Record):
    """Glue with these jobs; with `jobs` None there is a job of any name, which takes `duration` seconds.

    `stopped_fails` says what a task reports of a run that somebody stopped by hand (not recorded: a failure unless told
    otherwise). `start` is the instant at which the execution starts, in epoch seconds.
    """

    jobs: tuple[GlueJob, ...] | None = None
    duration: float = 60.0
    stopped_fails: bool = True
    start: float = START

    def begin(self) -> GlueService:
        return GlueService(self)

    def job(self, name: str) -> GlueJob | None:
        """The first job whose name fits, None when there is none."""
        if self.jobs is None:
            return GlueJob(name=name, duration=self.duration)
        return next((job for job in self.jobs if fnmatchcase(name, _pattern(job.name))), None)


def _pattern(name: str) -> str:
    """A job's name as fnmatch reads it: only `*` is special."""
    return name.replace("[", "[[]").replace("?", "[?]")


class JobRun:
    """One run of a job. Times are virtual seconds since the execution started.

    `state` is the state in which the run ends; for a run that hangs it is RUNNING, and `ended` is infinite. `state_at`
    tells the state at an instant.
    """

    __slots__ = (
        "arguments",
        "attempt",
        "ended",
        "id",
        "job",
        "message",
        "name",
        "parameters",
        "previous",
        "requested",
        "serial",
        "started",
        "state",
        "timeout",
    )

    def __init__(
        self,
        *,
        id: str,
        name: str,
        job: GlueJob,
        parameters: dict[str, Json],
        serial: int,
        requested: float,
        attempt: int = 0,
        previous: str | None = None,
    ) -> None:
        self.id = id
        self.name = name
        self.job = job
        self.parameters = parameters
        self.arguments: dict[str, str] = parameters.get("Arguments") or {}
        self.serial = serial
        self.requested = requested
        self.attempt = attempt
        self.previous = previous
        self.timeout = _timeout(job, parameters)
        self.started = self.ended = requested
        self.state = "SUCCEEDED"
        self.message: str | None = None

    def state_at(self, at: float) -> str:
        if at < self.started:
            return "WAITING"
        return self.state if at >= self.ended else "RUNNING"

    def running_at(self, at: float) -> bool:
        return self.started <= at < self.ended

    def description(self, start: float) -> dict[str, Json]:
        """The JobRun object that a task gives, keys in order of the alphabet; `start` is the execution's, in epoch
        seconds. Source: recorded on AWS."""
        workers: int = self.parameters.get("NumberOfWorkers") or self.job.number_of_workers
        worker: str = self.parameters.get("WorkerType") or self.job.worker_type
        capacity = _capacity(self, worker, workers)
        completed = _milliseconds(start + self.ended)
        fields: dict[str, Json] = {
            "AllocatedCapacity": int(capacity),
            "Attempt": self.attempt,
            "CompletedOn": completed,
            "ExecutionTime": int(self.ended - self.started),
            "GlueVersion": self.job.glue_version,
            "Id": self.id,
            "JobMode": "SCRIPT",
            "JobName": self.name,
            "JobRunState": self.state,
            "LastModifiedOn": completed,
            "LogGroupName": "/aws-glue/python-jobs" if self.job.python_shell else "/aws-glue/jobs",
            "MaxCapacity": capacity,
            "PredecessorRuns": [],
            "StartedOn": _milliseconds(start + self.started),
            "Timeout": self.timeout,
        }
        if not self.job.python_shell:
            fields |= {"NumberOfWorkers": workers, "WorkerType": worker}
        if self.message is not None:
            fields["ErrorMessage"] = self.message
        if self.previous is not None:
            fields["PreviousRunId"] = self.previous
        fields |= {name: self.parameters[name] for name in ECHOED if name in self.parameters}
        return dict(sorted(fields.items()))


ECHOED = ("Arguments", "ExecutionClass", "JobRunQueuingEnabled", "NotificationProperty", "SecurityConfiguration")
"""Parameters of StartJobRun that the job run repeats."""


class GlueService:
    """A fake Glue during one execution; `runs` holds every job run, in the order in which they were asked for."""

    def __init__(self, glue: FakeGlue) -> None:
        self.glue = glue
        self.runs: list[JobRun] = []
        self._open: list[JobRun] = []
        self._calls = 0

    def invoke(self, request: Request, reply: Reply | None = None) -> Outcome:
        """The outcome of StartJobRun, with or without .sync. `reply` says what a script wants to come out.

        Raises OutcomeError for anything else that a task asks of Glue.
        """
        if request.action != START_JOB_RUN or request.pattern not in (REQUEST_RESPONSE, SYNC):
            raise OutcomeError(
                f"state '{request.state}' calls {request.resource}; the fake Glue knows startJobRun, with and without "
                ".sync, and nothing else: Step Functions has no other integration with Glue",
                request,
            )
        self._calls += 1
        if isinstance(reply, Fails):
            return plain_outcome(request, reply)
        if isinstance(reply, Faulty) and reply.fault.run is None:
            return fault_outcome(request, reply)
        parameters = request.parameters if isinstance(request.parameters, dict) else {}
        refusal = _refusal(request, parameters) or self._unavailable(request, parameters)
        if refusal is not None:
            return refusal
        return self._run(request, parameters, reply)

    def stop(self, request: Request, at: float) -> None:
        """Stops the run that a task waits for: it ends STOPPED at `at`, and Glue's own retries never start."""
        if request.pattern != SYNC:
            return
        for run in self._going_on(at):
            if run.serial != request.serial:
                continue
            if run.attempt and run.started > at:
                self.runs.remove(run)
            else:
                run.started = min(run.started, at)
                run.ended = at
                run.state = "STOPPED"
                run.message = None

    def _unavailable(self, request: Request, parameters: dict[str, Json]) -> Outcome | None:
        """The refusal of a job that does not exist or already runs as often as it may, else None."""
        name = parameters["JobName"]
        job = self.glue.job(name)
        if job is None:
            return _refuse(request, "entity-not-found")
        running = sum(run.name == name and run.running_at(request.at) for run in self._going_on(request.at))
        if running >= job.max_concurrent_runs and not _queued(job, parameters):
            return _refuse(request, "concurrent-runs-exceeded")
        return None

    def _add(self, run: JobRun) -> None:
        self.runs.append(run)
        self._open.append(run)

    def _going_on(self, at: float) -> list[JobRun]:
        """The runs that end after an instant, which is none before that of the last question."""
        self._open = [run for run in self._open if run.ended > at]
        return self._open

    def _run(self, request: Request, parameters: dict[str, Json], reply: Reply | None) -> Outcome:
        """Starts the run, with Glue's own retries if it fails, and tells the task what becomes of it."""
        name = parameters["JobName"]
        job = self.glue.job(name) or GlueJob(name=name)
        first = JobRun(
            id=f"jr_{hexadecimal('glue', name, self._calls)}",
            name=name,
            job=job,
            parameters=parameters,
            serial=request.serial,
            requested=request.at,
        )
        self._play(first, reply, at=self._free_at(job, name, request.at))
        self._add(first)
        last = self._retried(first, reply) if first.state == "FAILED" else first
        return self._outcome(request, reply, first, last)

    def _play(self, run: JobRun, reply: Reply | None, *, at: float) -> None:
        """Decides when a run that starts at `at` ends, and how."""
        run.started = at
        if isinstance(reply, Hangs):
            run.ended, run.state = math.inf, "RUNNING"
            return
        if isinstance(reply, Faulty) and reply.fault.run is not None:
            run.state = reply.fault.run
            run.message = reply.message if reply.message is not None else reply.fault.message
        scripted = None if reply is None else reply.after
        works = run.job.duration if scripted is None else scripted
        limit = run.timeout * MINUTE
        if run.state == "TIMEOUT":
            works = limit + TIMEOUT_LAG if scripted is None else scripted
        elif works > limit:
            works, run.state, run.message = limit + TIMEOUT_LAG, "TIMEOUT", None
        run.ended = at + works

    def _retried(self, first: JobRun, reply: Reply | None) -> JobRun:
        """The last of the runs that Glue itself starts after a failed one (MaxRetries); each fails as the first did."""
        last = first
        for attempt in range(1, first.job.max_retries + 1):
            run = JobRun(
                id=f"{first.id}_attempt_{attempt}",
                name=first.name,
                job=first.job,
                parameters=first.parameters,
                serial=first.serial,
                requested=last.ended,
                attempt=attempt,
                previous=last.id,
            )
            self._play(run, reply, at=last.ended)
            self._add(run)
            last = run
        return last

    def _outcome(self, request: Request, reply: Reply | None, first: JobRun, last: JobRun) -> Outcome:
        receipt = self._receipt(request, first)
        if request.pattern == REQUEST_RESPONSE:
            return Outcome(result=receipt, never=isinstance(reply, Hangs))
        submitted = {**receipt, "JobName": first.name}
        if isinstance(reply, Hangs):
            return Outcome(never=True, submitted=submitted)
        after = last.ended - request.at
        description = last.description(self.glue.start)
        if last.state == "SUCCEEDED" or (last.state == "STOPPED" and not self.glue.stopped_fails):
            result = reply.value if isinstance(reply, Returns) else description
            return Outcome(result=result, after=after, submitted=submitted)
        error = reply.error if isinstance(reply, Faulty) and reply.error is not None else TASK_FAILED
        return Outcome(failed=True, error=error, cause=json_text(description), after=after, submitted=submitted)

    def _receipt(self, request: Request, run: JobRun) -> dict[str, Json]:
        """What StartJobRun answers at once. Source: recorded on AWS."""
        wrapping = metadata(
            uuid("request", request.serial),
            at=self.glue.start + request.at,
            content_type="application/x-amz-json-1.1",
            length=len(run.id) + len('{"JobRunId":""}'),
        )
        return {"JobRunId": run.id, **wrapping}

    def _free_at(self, job: GlueJob, name: str, at: float) -> float:
        """When a run that is asked for at `at` can start: at once, or a queued one when enough others have ended (the
        place that a run leaves because somebody stops it early is not taken earlier)."""
        ends = sorted(run.ended for run in self._going_on(at) if run.name == name)
        waiting = len(ends) - job.max_concurrent_runs
        return at if waiting < 0 else ends[waiting]


def _queued(job: GlueJob, parameters: dict[str, Json]) -> bool:
    return parameters.get("JobRunQueuingEnabled", job.queuing) is True


def _timeout(job: GlueJob, parameters: dict[str, Json]) -> int:
    """The minutes after which Glue ends a run. Source: AWS Glue API, StartJobRun."""
    asked: int | None = parameters.get("Timeout") or job.timeout
    if asked is not None:
        return asked
    major = job.glue_version.split(".", 1)[0]
    return 480 if major.isdecimal() and int(major) >= 5 else 2880


def _refusal(request: Request, parameters: dict[str, Json]) -> Outcome | None:
    """The refusal of parameters that StartJobRun does not take, else None."""
    name = parameters.get("JobName")
    if name is None:
        cause = (
            f"The Parameters '{json_text(request.parameters)}' could not be used to start the Task: "
            "[The field 'JobName' is required but was missing]"
        )
        return Outcome(failed=True, error=RUNTIME, cause=cause)
    if not isinstance(name, str) or not 1 <= len(name) <= 255:
        return _refuse(request, "invalid-input", "JobName is no text of 1 to 255 characters")
    wrong = next(_wrong_parameters(parameters), None)
    return None if wrong is None else _refuse(request, "invalid-input", wrong)


def _wrong_parameters(parameters: dict[str, Json]) -> Iterator[str]:
    """What StartJobRun has against its parameters, in our words. Source: AWS Glue API, StartJobRun."""
    for name, (fits, expected) in PARAMETERS.items():
        value = parameters.get(name)
        if value is not None and not fits(value):
            yield f"{name} is {_short(value)}, not {expected}"
    arguments = parameters.get("Arguments")
    for name, value in arguments.items() if isinstance(arguments, dict) else ():
        if not isinstance(value, str):
            yield f"the value of {name} is {_short(value)}, which is no string"


PARAMETERS: dict[str, tuple[Callable[[Json], bool], str]] = {
    "Arguments": (lambda value: isinstance(value, dict), "an object"),
    "Timeout": (lambda value: type(value) is int and 1 <= value <= MAX_TIMEOUT, f"1 to {MAX_TIMEOUT:,} minutes"),
    "WorkerType": (lambda value: isinstance(value, str), "a string"),
    "NumberOfWorkers": (lambda value: type(value) is int and 1 <= value <= MAX_WORKERS, "a number of workers"),
    "MaxCapacity": (lambda value: type(value) in (int, float) and 0 < value <= MAX_WORKERS, "a number of units"),
}
"""Parameters that the fake reads: what fits, and what that is called."""


def _short(value: Json) -> str:
    text = json_text(value)
    return text if len(text) <= 100 else f"{text[:97]}..."


def _refuse(request: Request, fault: str, message: str | None = None) -> Outcome:
    return fault_outcome(request, Faulty(fault=FAULTS["glue"][fault], message=message))


def _capacity(run: JobRun, worker: str, workers: int) -> float:
    """The data processing units of a run."""
    asked: float | None = run.parameters.get("MaxCapacity")
    if asked is not None:
        return float(asked)
    return 0.0625 if run.job.python_shell else float(DPU_PER_WORKER.get(worker, 1) * workers)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
