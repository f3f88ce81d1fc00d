"""A distributed Map state: its items, or batches of them, as child executions; its result what these gave.

A child execution is a run of its own, with a history of its own; the history of its parent tells only of the map run.
Recorded on AWS: the events of a map run that succeeds or cannot read its items, and what a field that refers to no
number causes. Guessed: that a child execution whose input is too large fails, and the texts that say so here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from aslkit.language.errors import DATA_LIMIT_EXCEEDED, RUNTIME, TIMEOUT, StatesError
from aslkit.simulation.context import Identity, StateScope, execution_facts
from aslkit.simulation.dataflow import compile_place
from aslkit.simulation.execution import FAILED, SUCCEEDED, TIMED_OUT
from aslkit.simulation.history import KINDS
from aslkit.simulation.items import GET_OBJECT, Objects, batches, limited, read_items
from aslkit.simulation.kernel import NEVER, BoundReached, Ending, Fork, Kernel, Sleep, Thread
from aslkit.simulation.limits import MAX_EXPRESS_SECONDS, MAX_SECONDS
from aslkit.simulation.map import MapProgram, selected
from aslkit.simulation.numbers import integer, shown
from aslkit.simulation.resources import OutcomeError, Request
from aslkit.simulation.resources.sdk import uuid
from aslkit.simulation.results import COMPACT, ChildRun, Form, collected, result_files
from aslkit.simulation.retry import Failure
from aslkit.simulation.states import line

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from aslkit.simulation.execution import Attempt, Iteration, Visit
    from aslkit.simulation.items import Reading
    from aslkit.simulation.kernel import Body, Effect
    from aslkit.simulation.states import MachineProgram

    Evaluator = Callable[[StateScope], Any]

Json = Any

CONCURRENCY = 10_000
"""Child executions that run at once in one map run. Source: guide, "Distributed mode"."""
STATE_DATA = "STATE_DATA"
"""What `$$.Map.Item.Source` says of items that come with the state's input. Source: guide, "Context object"."""
THRESHOLD_EXCEEDED = "States.ExceedToleratedFailureThreshold"


# --- the fields ------------------------------------------------------------------------------------------------------


class ReaderProgram(NamedTuple):
    """A compiled ItemReader."""

    resource: str
    reading: Reading
    arguments: Evaluator
    max_items: Evaluator | None


class BatcherProgram(NamedTuple):
    """A compiled ItemBatcher; each part is None where it is not written."""

    most: Evaluator | None
    size: Evaluator | None
    shared: Evaluator | None


class WriterProgram(NamedTuple):
    """A compiled ResultWriter; without `arguments` the results stay in the output of the state."""

    arguments: Evaluator | None
    form: Form


def integer_at(path: str, field: str) -> Callable[[StateScope], int]:
    """The path of a field that takes an integer, which may be written as a string (recorded on AWS)."""
    read = compile_place(path)

    def whole(scope: StateScope) -> int:
        value = read(scope)
        number = integer(value)
        if number is None:
            raise _no_number(field, value, "integer", path)
        return number

    return whole


def float_at(path: str, field: str) -> Callable[[StateScope], float]:
    """The path of a field that takes any number."""
    read = compile_place(path)

    def number(scope: StateScope) -> float:
        value = read(scope)
        if type(value) in (int, float) or (isinstance(value, str) and NUMBER.fullmatch(value)):
            return float(value)
        raise _no_number(field, value, "float", path)

    return number


NUMBER = re.compile(r"(?a)-?\d{1,18}(\.\d{1,18})?")


def _no_number(field: str, value: Json, kind: str, path: str) -> StatesError:
    return StatesError(
        RUNTIME, f'The {field} field refers to value "{shown(value)}" which is not a valid {kind}: {path}'
    )


class Tolerance(NamedTuple):
    """How many items, and how many of a hundred, may fail; None where that is not written.

    Of two limits either counts; without any a single failed item is too much. Source: guide, "Setting failure
    thresholds for Distributed Map".
    """

    number: int | None
    percentage: float | None

    def exceeded(self, failed: int, total: int) -> bool:
        if self.number is None and self.percentage is None:
            return failed > 0
        return (self.number is not None and failed > self.number) or (
            self.percentage is not None and failed * 100 > self.percentage * total
        )


# --- a map run -------------------------------------------------------------------------------------------------------


class Limits(NamedTuple):
    """What a map run is told before it starts."""

    concurrency: int
    tolerance: Tolerance
    max_items: int | None
    arguments: Json
    most: int | None
    size: int | None
    shared: Json
    target: tuple[str, str] | None
    """Bucket and prefix of the results, None where they stay in the output of the state."""


class Job(NamedTuple):
    """What one child execution is to do: its input, its `$$.Map.Item`, how many items it stands for."""

    raw: Json
    item: Json
    weight: int


class MapRun:
    """The child executions of one attempt of a distributed Map; `machine` is the name of their state machine."""

    __slots__ = ("arn", "children", "failed", "jobs", "machine", "tolerance", "total", "uuid")

    def __init__(self, arn: str, tolerance: Tolerance) -> None:
        self.arn = arn
        *_, self.machine, self.uuid = arn.split(":")
        self.tolerance = tolerance
        self.jobs: list[Job] = []
        self.children: list[ChildRun] = []
        self.total = self.failed = 0

    def add(self, jobs: list[Job]) -> None:
        self.jobs = jobs
        self.children = [ChildRun(job.raw) for job in jobs]
        self.total = sum(job.weight for job in jobs)

    def end(self, index: int, ending: Ending) -> None:
        """Raises Failure when more items failed than are tolerated, which ends all other child executions."""
        child = self.children[index]
        child.status, child.output, child.error, child.cause = ending
        if ending.status != SUCCEEDED:
            self.failed += self.jobs[index].weight
            if self.tolerance.exceeded(self.failed, self.total):
                raise Failure(THRESHOLD_EXCEEDED, "The specified tolerated failure threshold was exceeded")


class DistributedMapProgram(MapProgram):
    """`concurrency`, `count` and `percentage` give the numbers of their fields, None where they are not written."""

    __slots__ = ("batcher", "count", "express", "label", "percentage", "reader", "writer")

    count: Evaluator | None
    percentage: Evaluator | None
    label: str | None
    express: bool
    reader: ReaderProgram | None
    batcher: BatcherProgram | None
    writer: WriterProgram | None

    def attempt(self, kernel: Kernel, thread: Thread, visit: Visit, attempt: Attempt) -> Generator[Effect, Any, Json]:
        scope = thread.scope
        self.flow.effective_input(scope)
        items = self.items(scope) if self.reader is None else []
        kernel.note(thread, KINDS["MapStateStarted"], len(items))
        limits = self.limits(scope)
        run = MapRun(self.arn(kernel, thread), limits.tolerance)
        started = kernel.note(thread, KINDS["MapRunStarted"], run.arn)
        try:
            run.add(self.jobs(kernel, thread, scope, items, limits))
            yield Fork(len(run.jobs), limits.concurrency, lambda index, below: self.child(kernel, below, run, index))
        except StatesError as error:
            thread.last = started
            self.results(kernel, run, limits.target)  # what there is until then is written all the same
            raise self.broken_off(kernel, thread, visit, error) from None
        thread.last = started
        # what follows the state follows this event, recordings from November 2024 on say MapRunStarted
        kernel.note(thread, KINDS["MapRunSucceeded"])
        kernel.note_aside(thread.last, KINDS["MapStateSucceeded"])
        return self.results(kernel, run, limits.target)

    def broken_off(self, kernel: Kernel, thread: Thread, visit: Visit, error: StatesError) -> Failure:
        """The failure of the map run."""
        if error.error in OWN_CAUSES:
            failure = Failure(error.error, error.cause)
        else:
            failure = self.explained(kernel, thread, visit, error)
        kernel.note(thread, KINDS["MapRunFailed"], failure.error, failure.cause)
        failure.inside = True
        return failure

    # --- before it starts --------------------------------------------------------------------------------------------

    def limits(self, scope: StateScope) -> Limits:
        """Raises StatesError; the causes are as recorded on AWS."""
        concurrency = self.concurrency(scope)
        if concurrency is not None and concurrency < 0:
            raise StatesError(RUNTIME, "MaxConcurrency cannot be negative.")
        count = self.count and self.count(scope)
        if count is not None and count < 0:
            raise StatesError(RUNTIME, "ToleratedFailureCount cannot be negative.")
        percentage = self.percentage and self.percentage(scope)
        if percentage is not None and not 0 <= percentage <= 100:
            raise StatesError(RUNTIME, "ToleratedFailurePercentage must be between 0 and 100.")
        reader, batcher = self.reader, self.batcher or NO_BATCHER
        return Limits(
            concurrency=min(concurrency or CONCURRENCY, CONCURRENCY),
            tolerance=Tolerance(count, percentage),
            max_items=reader and reader.max_items and reader.max_items(scope),
            arguments=reader and reader.arguments(scope),
            most=_positive(batcher.most and batcher.most(scope), "MaxItemsPerBatch"),
            size=_positive(batcher.size and batcher.size(scope), "MaxInputBytesPerBatch"),
            shared=batcher.shared and batcher.shared(scope),
            target=self.target(scope),
        )

    def target(self, scope: StateScope) -> tuple[str, str] | None:
        if self.writer is None or self.writer.arguments is None:
            return None
        arguments = self.writer.arguments(scope)
        return _text(arguments, "Bucket"), _text(arguments, "Prefix", "")

    def arn(self, kernel: Kernel, thread: Thread) -> str:
        """Source: form recorded on AWS; without a Label the service makes one up."""
        identity = kernel.identity
        machine = identity.machine.partition("/")[0]
        label = self.label or uuid("label", machine, self.name)
        run = uuid("map run", identity.execution_arn, self.name, thread.last)
        return f"arn:aws:states:{identity.region}:{identity.account}:mapRun:{machine}/{label}:{run}"

    # --- items -------------------------------------------------------------------------------------------------------

    def jobs(self, kernel: Kernel, thread: Thread, scope: StateScope, items: list[Json], limits: Limits) -> list[Job]:
        """Raises StatesError."""
        if self.reader is None:
            found = [(item, STATE_DATA) for item in items]
        else:
            found = self.read(kernel, thread, self.reader, limits)
        known = [{"Index": index, "Value": item, "Source": source} for index, (item, source) in enumerate(found)]
        inputs = [item["Value"] if self.selector is None else self.chosen(kernel, scope, item) for item in known]
        if self.batcher is None:
            return [Job(raw, item, 1) for raw, item in zip(inputs, known, strict=True)]
        return [
            Job(batch, {"Index": index, "Value": batch}, len(batch["Items"]))
            for index, batch in enumerate(batches(inputs, limits.shared, limits.most, limits.size))
        ]

    def chosen(self, kernel: Kernel, above: StateScope, item: Json) -> Json:
        assert self.selector is not None
        return selected(self.selector, StateScope(kernel, above.variables, above.random), above, item)

    def read(self, kernel: Kernel, thread: Thread, reader: ReaderProgram, limits: Limits) -> list[tuple[Json, str]]:
        """The items that ItemReader finds, each with where it comes from.

        Raises StatesError, and OutcomeError when nobody says what S3 holds.
        """
        request = self.request(kernel, thread, reader, limits.arguments)
        gets = reader.reading.action == GET_OBJECT
        bucket = _text(limits.arguments, "Bucket")
        place = _text(limits.arguments, "Key" if gets else "Prefix", None if gets else "")
        limited([], limits.max_items)
        objects = objects_in(kernel)
        if objects is None or bucket not in objects.buckets:
            raise OutcomeError(
                f"state '{self.name}' reads s3://{bucket}/{place}, and nobody says what the bucket '{bucket}' holds; "
                "give it among the `objects`",
                request,
            )
        items = read_items(objects, reader.reading, bucket, place, uuid("request", request.serial))
        return limited(items, limits.max_items)

    def request(self, kernel: Kernel, thread: Thread, reader: ReaderProgram, arguments: Json) -> Request:
        serial, invocation = kernel.count_request(self.name, thread.iteration)
        return Request(
            serial=serial,
            state=self.name,
            pointer=self.pointer,
            resource=reader.resource,
            service="s3",
            action=reader.reading.action,
            pattern="",
            parameters=arguments,
            invocation=invocation,
            attempt=0,
            at=kernel.now,
            iteration=thread.iteration,
        )

    # --- child executions --------------------------------------------------------------------------------------------

    def child(self, kernel: Kernel, thread: Thread, run: MapRun, index: int) -> Body:
        """One child execution. That it fails is no failure of its thread, unless too many did."""
        job = run.jobs[index]
        identity = self.identity(kernel.identity, run, index)
        run.children[index].start(identity, kernel.start + kernel.now)
        child = ChildExecution(kernel, identity, job, iteration=(*thread.iteration, (self.name, index)))
        try:
            ending = yield from child.running(self.machine)
        finally:
            run.children[index].stopped = kernel.start + kernel.now
        run.end(index, ending)

    def identity(self, above: Identity, run: MapRun, index: int) -> Identity:
        """What a child execution is called. Source: form of its ARN as in the guide, "ResultWriter (Map)"."""
        return Identity(
            name=uuid("child", run.uuid, index),
            machine=run.machine,
            region=above.region,
            account=above.account,
            role=above.role,
            express=self.express,
        )

    # --- results -----------------------------------------------------------------------------------------------------

    def results(self, kernel: Kernel, run: MapRun, target: tuple[str, str] | None) -> Json:
        """The result of the state; where there is a target, the results are written there."""
        form = COMPACT if self.writer is None else self.writer.form
        if target is None:
            return collected(run.children, form)
        bucket, prefix = target
        folder = f"{prefix.removesuffix('/')}/{run.uuid}".lstrip("/")
        now = kernel.start + kernel.now
        files = result_files(run.children, form, arn=run.arn, bucket=bucket, folder=folder, now=now)
        objects = objects_in(kernel)
        if objects is not None:
            for file in files:
                objects.put(file)
        return {"MapRunArn": run.arn, "ResultWriterDetails": {"Bucket": bucket, "Key": files[-1].key}}


NO_BATCHER = BatcherProgram(None, None, None)
OWN_CAUSES = frozenset({THRESHOLD_EXCEEDED, "States.ItemReaderFailed", "States.ResultWriterFailed"})
"""The errors of a map run, whose causes do not name the state (recorded on AWS)."""


def objects_in(kernel: Kernel) -> Objects | None:
    """What S3 holds, if the service of this run says so in its attribute `objects`."""
    found = getattr(kernel.service, "objects", None)
    return found if isinstance(found, Objects) else None


def _positive(number: int | None, field: str) -> int | None:
    if number is not None and number <= 0:
        raise StatesError(RUNTIME, f"{field} must be positive.")
    return number


def _text(arguments: Json, name: str, default: str | None = None) -> str:
    """A string among the arguments of an integration. Raises StatesError."""
    value = arguments.get(name, default) if isinstance(arguments, dict) else None
    if not isinstance(value, str):
        raise StatesError(RUNTIME, f"The field '{name}' must be a string but was: {shown(value)}")
    return value


# --- a child execution -----------------------------------------------------------------------------------------------


class ChildExecution(Kernel):
    """A run of its own, moved on by the clock of the run above it.

    It has its own identity, context, queue, threads and count of events (which are not kept); services, visits,
    invocations, randomness and the bounds of the whole run are those above it.
    """

    def __init__(self, above: Kernel, identity: Identity, job: Job, *, iteration: Iteration) -> None:
        vars(self).update(vars(above))
        self.above = above
        self.identity = identity
        self.facts = execution_facts(identity, job.raw, above.start + above.now)
        self.job = job
        self.iteration = iteration
        self.keeps_events = False
        self.events = []
        self.queue = []
        self.noted = self.serial = self.threads = 0

    def running(self, machine: MachineProgram) -> Generator[Sleep, None, Ending]:
        """How it ends. Never raises for what happens in it; stopped from outside it stops its tasks."""
        if (refused := self.refused()) is not None:
            return refused
        self.note_aside(0, KINDS["ExecutionStarted"], self.job.raw, self.identity.role)
        root = Thread(None, 0, StateScope(self, {}, self.random))
        root.iteration, root.item = self.iteration, self.job.item
        root.body = line(self, root, machine, self.job.raw)
        self.wake(root, 0.0, None)
        end = self.now + (MAX_EXPRESS_SECONDS if self.identity.express else MAX_SECONDS)
        try:
            while (due := self.queue[0][0] if self.queue else NEVER) <= end:
                if due > self.above.now:
                    yield Sleep(due - self.above.now)
                if (ending := self.turn(root)) is not None:
                    return ending
            yield Sleep(end - self.above.now)
            return self.ended(TIMED_OUT, TIMEOUT, None, 0)
        except BoundReached as bound:
            if bound.status != FAILED:
                raise
            return self.ended(FAILED, bound.error, bound.cause, root.last)
        finally:
            self.now = self.above.now
            self.close(root, None)

    def refused(self) -> Ending | None:
        """How it ends when its input takes more bytes than one may have, or is nested too deep."""
        try:
            if self.fits(self.job.raw):
                return None
        except StatesError as error:
            return Ending(FAILED, None, error.error, error.cause)
        cause = f"The input of the child execution takes more than {self.bounds.payload:,} bytes."
        return Ending(FAILED, None, DATA_LIMIT_EXCEEDED, cause)

    def add_event(self, previous: int, kind: Any, values: tuple[Json, ...]) -> int:
        """Only counts. An Express execution has no history that could be full; nor has a run that keeps none."""
        self.noted = number = self.noted + 1
        if number >= self.bounds.events and self.bounds.keeps_events and not self.identity.express:
            raise self.history_is_full(number)
        return number

    def count_transition(self) -> None:
        self.above.count_transition()

    def count_request(self, state: str, iteration: Iteration) -> tuple[int, int]:
        return self.above.count_request(state, iteration)
