"""A scenario file and its state machine -> verdicts: does the machine do what the file says, and is the file right?

A scenario has three parts: `given` (input and services), `when` (what goes wrong, or what a task answers) and `then`
(what comes of it); each redrive has a `when` and a `then` of its own. Nothing here reads a file: the caller passes a
function that does.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from aslkit.definition.document import DefinitionError, load
from aslkit.definition.duration import duration_text
from aslkit.definition.model import parse
from aslkit.definition.spelling import nearest
from aslkit.record import Record
from aslkit.simulation import SimulationRefused, simulate
from aslkit.simulation.context import instant
from aslkit.simulation.execution import ABORTED
from aslkit.simulation.expectation import Difference, differences
from aslkit.simulation.items import s3_object
from aslkit.simulation.reading import Remark
from aslkit.simulation.redrive import NotRedrivable, redrive
from aslkit.simulation.resources import OutcomeError
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.glue import FakeGlue, GlueJob
from aslkit.simulation.resources.scripted import ScriptService, When, range_text
from aslkit.simulation.resources.sdk import START, uuid
from aslkit.simulation.resources.sns import FakeSns
from aslkit.simulation.resources.step_functions import FakeStepFunctions
from aslkit.simulation.scenario_file import (
    SOURCES,
    Scenario,
    ScenarioFile,
    definition_name,
    file_text,
    read_scenarios,
    unreadable_definition,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from aslkit.definition.document import Document, Pointer
    from aslkit.definition.model import StateMachine
    from aslkit.simulation.execution import Execution
    from aslkit.simulation.items import S3Object
    from aslkit.simulation.resources import Request, Resource, Service
    from aslkit.simulation.scenario_file import Part, Stop

    Read = Callable[[str], str | bytes]
    """The text of a file beside the scenario file, by its name; raises OSError or LookupError when there is none."""

__all__ = [
    "Difference",
    "Remark",
    "Scenario",
    "ScenarioFile",
    "ScenarioRunner",
    "Verdict",
    "definition_name",
    "read_scenarios",
    "run_scenarios",
    "unreadable_definition",
]

Json = Any

UNREADABLE = (OSError, LookupError, ValueError)
"""What reading a file raises when it is not there; ValueError for what is no name of a file, as it holds a NUL."""


class Verdict(Record):
    """What came of one scenario.

    `remarks` say what is wrong with the file itself, `differences` which expectations are not met. `execution` is as it
    stands after its last redrive; None when nothing was run: because of the remarks here, or of those on the whole
    file, which come as a verdict of their own under the name of the file. `notes` say what to know of it even if it
    passed.
    """

    name: str
    pointer: Pointer
    remarks: tuple[Remark, ...] = ()
    differences: tuple[Difference, ...] = ()
    execution: Execution | None = None
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return self.execution is not None and not self.remarks and not self.differences


def run_scenarios(
    document: Document,
    machine: StateMachine,
    *,
    read: Read | None = None,
    only: Callable[[str], bool] | None = None,
) -> list[Verdict]:
    """The verdict on every scenario of a file, in its order; before them one on the file itself if there is anything.

    `read` gives the text of an input file by its name; `only` chooses scenarios by their name. Never raises for what
    the file says.
    """
    file = read_scenarios(document, machine)
    chosen = [scenario for scenario in file.scenarios if only is None or only(scenario.name)]
    runner = ScenarioRunner(file, machine, read)
    verdicts = [runner.verdict(scenario) for scenario in chosen]
    remarks = list(file.remarks)
    if len(chosen) == len(file.scenarios):
        remarks.extend(runner.used_by_none())
    if remarks:
        verdicts.insert(0, Verdict(name=document.source, pointer=(), remarks=tuple(remarks)))
    return verdicts


class ScenarioRunner:
    """Runs the scenarios of one file; remembers which entries that they share gave a reply in any of them, and whether
    all of them were run to their ends.

    `read` gives the text of a file beside the scenario file by its name.
    """

    def __init__(self, file: ScenarioFile, machine: StateMachine, read: Read | None) -> None:
        self.file = file
        self.machine = machine
        self.read = read
        self.used: set[int] = set()
        self.ran: set[Pointer] = set()
        self.whole = True
        self.files: dict[str, tuple[Json, str | None]] = {}

    def verdict(self, scenario: Scenario, around: Callable[[Account], Resource] | None = None) -> Verdict:
        """What comes of a scenario; `around` makes of its services what the machine calls instead."""
        remarks = list(scenario.remarks)
        ends: list[Execution] = []
        found: list[Difference] = []
        if not remarks and not self.file.remarks:
            for run in self._runs(scenario, remarks, around):
                ends.append(run.execution)
                remarks.extend((*self._unused(run), *_too_late(run)))
                found.extend(differences(run.part.then, (*run.part.pointer, "then"), run.execution))
        self.ran.add(scenario.pointer)
        self.whole = self.whole and len(ends) == len(scenario.parts)
        return Verdict(
            name=scenario.name,
            pointer=scenario.pointer,
            remarks=tuple(remarks),
            differences=tuple(found),
            execution=ends[-1] if ends else None,
        )

    def never_used(self) -> Iterator[Remark]:
        """A remark for each shared entry that gave no reply in any scenario."""
        for index, (pointer, when) in enumerate(self.file.shared):
            if index not in self.used:
                yield Remark(pointer, f"no scenario ever comes to this outcome for {when.target}")

    def used_by_none(self) -> list[Remark]:
        """A remark for each shared entry that gives no reply in any scenario of the file; none unless all of these can
        be run to their ends. Runs those that were not run before, until each entry has given a reply."""
        for scenario in self.file.scenarios:
            if len(self.used) < len(self.file.shared) and scenario.pointer not in self.ran:
                self.verdict(scenario)
        return list(self.never_used()) if self.whole and self.file.scenarios else []

    def _runs(
        self, scenario: Scenario, remarks: list[Remark], around: Callable[[Account], Resource] | None
    ) -> Iterator[Run]:
        """The parts of a scenario, one after the other; no more of them after a remark on what cannot be run."""
        given = merged(self.file.given, scenario.given)
        input = self.input((*scenario.pointer, "given"), scenario.given, given, remarks)
        if remarks:
            return
        run: Run | None = None
        for part in scenario.parts:
            try:
                if run is None:
                    execution = self._started(part, given, input, around)
                else:
                    execution = self._redriven(part, given, run.execution)
            except NotRedrivable as refused:
                remarks.append(Remark(part.pointer, str(refused)))
                return
            except (OutcomeError, SimulationRefused) as refused:
                place = (*part.pointer, "when") if part.whens else part.pointer
                remarks.append(Remark(place, str(refused)))
                return
            before = None if run is None else run.execution
            run = Run(part=part, execution=execution, before=before, redriven=bool(scenario.redrives))
            yield run

    def _started(
        self, part: Part, given: Mapping[str, Any], input: Json, around: Callable[[Account], Resource] | None
    ) -> Execution:
        services = account(given, self._script(part), self.machines(given), self.objects(given))
        return simulate(
            self.machine,
            input=input,
            resources=services if around is None else around(services),
            start=given.get("start", START),
            seed=given.get("seed", 0),
            **stop_of(part.stop, 0.0),
        )

    def _redriven(self, part: Part, given: Mapping[str, Any], before: Execution) -> Execution:
        return redrive(
            self.machine,
            before,
            resources=Later(before, self._script(part)),
            after=part.after,
            seed=given.get("seed", 0),
            **stop_of(part.stop, before.duration + part.after),
        )

    def _script(self, part: Part) -> tuple[When, ...]:
        """What the script says in a part: its own entries, then those that all scenarios share."""
        return tuple(when for _, when in (*part.whens, *self.file.shared))

    def input(self, own: Pointer, said: Mapping[str, Any], given: Mapping[str, Any], remarks: list[Remark]) -> Json:
        """The execution's input; after a remark when it cannot be had. `own` is where it is `said`, of what is given,
        what the defaults do not say."""
        input = given.get("input", {})
        if "file" in given:
            place = own if "file" in said else ("defaults", "given")
            input = self._file(given["file"], (*place, "file"), remarks)
        elif "schedule" in given:
            input = scheduled_event(given["schedule"], given.get("start", START))
        if "with" in given or "without" in given:
            if not isinstance(input, dict):
                remarks.append(Remark(own, "`with` and `without` change an object, and the input is none"))
                return input
            missing = [(place, name) for place, name in given.get("without", ()) if name not in input]
            remarks.extend(Remark(place, f"the input has no '{name}' to leave out") for place, name in missing)
            left_out = {name for _, name in given.get("without", ())}
            kept = {name: value for name, value in input.items() if name not in left_out}
            input = changed(kept, given.get("with", {}))
        return input

    def _file(self, name: str, pointer: Pointer, remarks: list[Remark]) -> Json:
        """The value that an input file holds; None after a remark."""
        if name not in self.files:
            self.files[name] = _loaded(name, self.read)
        value, wrong = self.files[name]
        if wrong is not None:
            remarks.append(Remark(pointer, wrong))
        return value

    def machines(self, given: Mapping[str, Any]) -> dict[str, StateMachine]:
        """The state machines that tasks start, by name or ARN. Raises SimulationRefused for a file that is none."""
        found = {}
        for name, file in given.get("machines", {}).items():
            document, wrong = _read(file, self.read)
            if document is None:
                raise SimulationRefused(f"the state machine '{name}' cannot be run: {wrong}")
            found[name] = parse(document)
        return found

    def objects(self, given: Mapping[str, Any]) -> Iterator[S3Object]:
        """What S3 holds. Raises SimulationRefused for a file that cannot be read."""
        for _, entry in given.get("objects", ()):
            body = entry.get("Body", "")
            if "file" in entry:
                try:
                    body = self.read(entry["file"]) if self.read is not None else ""
                except UNREADABLE:
                    name = file_text(entry["file"])
                    raise SimulationRefused(
                        f"s3://{entry['Bucket']}/{entry['Key']} cannot be had: there is no file '{name}' that can be "
                        "read"
                    ) from None
            yield s3_object(entry["Bucket"], entry["Key"], body)

    def _unused(self, run: Run) -> Iterator[Remark]:
        """A remark for each of a part's own entries that was not wholly used in it."""
        services: Any = run.execution.services
        script: ScriptService = services.script
        own = len(run.part.whens)
        self.used.update(index - own for index, used in enumerate(script.used) if used and index >= own)
        for index, gaps in script.unused():
            if index < own:
                pointer, when = run.part.whens[index]
                yield Remark(pointer, _unused_text(when, gaps, script.reached[index], run))


class Run(Record):
    """A part of a scenario, the execution at its end and the one `before` it, None for the first; and whether the
    scenario is `redriven` at all."""

    part: Part
    execution: Execution
    before: Execution | None
    redriven: bool

    @property
    def where(self) -> str:
        """When the part is, in words."""
        if self.before is not None:
            return "after this redrive"
        return "before the redrive" if self.redriven else "in this scenario"


class Later(Record):
    """The services as an execution left them, which answer as a script says from now on. It counts the invocations of
    the whole execution."""

    execution: Execution
    script: tuple[When, ...]

    def begin(self) -> Service:
        services: Any = deepcopy(self.execution.services)
        services.script = _heard(self.script, _asked(self.execution))
        begun: Service = services
        return begun


def _heard(script: Sequence[When], requests: Iterable[Request]) -> ScriptService:
    """A script that has counted some requests, and has answered none of them."""
    heard = ScriptService(script)
    for request in requests:
        heard.reply(request)
    for used in heard.used:
        used.clear()
    return heard


def _asked(execution: Execution) -> list[Request]:
    """What the tasks of an execution have asked, and those of the executions nested in it."""
    services: Any = execution.services
    return [
        attempt.request
        for one in (execution, *services.step_functions.executions)
        for visit in one.visits
        for attempt in visit.attempts
        if attempt.request is not None
    ]


def stop_of(stop: Stop | None, began: float) -> dict[str, Any]:
    """What tells `simulate` and `redrive` of a stop; `began` is in virtual seconds since the execution started."""
    if stop is None:
        return {}
    return {"stop_at": began + stop.after, "stop_error": stop.error, "stop_cause": stop.cause}


def _too_late(run: Run) -> Iterator[Remark]:
    """A remark on a stop that the execution did not live to see."""
    stop, execution = run.part.stop, run.execution
    began = 0.0 if run.before is None else run.before.duration + run.part.after
    if stop is not None and (execution.status != ABORTED or execution.duration < began + stop.after):
        ended, late = duration_text(execution.duration), duration_text(began + stop.after)
        yield Remark(
            stop.pointer, f"the execution has ended {execution.status} after {ended}; a stop at {late} is late"
        )


def _loaded(name: str, read: Read | None) -> tuple[Json, str | None]:
    """The value in a file, or what is wrong with the file."""
    document, wrong = _read(name, read)
    return None if document is None else document.data, wrong


def _read(name: str, read: Read | None) -> tuple[Document | None, str | None]:
    if read is None:
        return None, f"the file '{name}' cannot be read here"
    try:
        return load(read(name), source=name), None
    except DefinitionError as error:
        return None, f"the file cannot be used: {error}"
    except UNREADABLE:
        return None, f"there is no file '{file_text(name)}' that can be read"


def _unused_text(when: When, gaps: Sequence[tuple[int, int]], reached: int, run: Run) -> str:
    """Why an entry of the script gave fewer replies than it says."""
    missing = ", ".join(range_text(first, last) for first, last in gaps)
    past = [request for request in ([] if run.before is None else _asked(run.before)) if when.concerns(request)]
    if reached == 0 or (past and len(past) == sum(map(when.concerns, _asked(run.execution)))):
        return f"{when.target} is never invoked {run.where}{_job_guess(when, run.execution)}"
    [before] = _heard((when,), past).reached
    if gaps[0][0] <= before:
        return f"invocation {missing} of {when.target} came before this redrive, and invocations are counted on"
    if gaps[0][0] <= reached:
        return f"an earlier entry answers invocation {missing} of {when.target}"
    return f"{when.target} comes only to invocation {reached} {run.where}; invocation {missing} never happens"


def _job_guess(when: When, execution: Execution) -> str:
    if when.job is None:
        return ""
    services: Any = execution.services
    meant = nearest(when.job, {run.name for run in services.glue.runs})
    return f"; did you mean '{meant}'?" if meant not in (None, when.job) else ""


# --- given -----------------------------------------------------------------------------------------------------------


def merged(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """What is given to a scenario: its own words win over the shared ones; an input of its own replaces the shared one,
    settings of a service and of a job are put together."""
    replaced = SOURCES if any(name in own for name in SOURCES) else ()
    result: dict[str, Any] = {name: value for name, value in shared.items() if name not in replaced}
    for name, value in own.items():
        merge = MERGES.get(name)
        result[name] = merge(result[name], value) if merge is not None and name in result else value
    return result


def _merged_glue(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    jobs = _merged_jobs(shared["jobs"], own["jobs"]) if "jobs" in shared and "jobs" in own else None
    return {**shared, **own} if jobs is None else {**shared, **own, "jobs": jobs}


def _merged_jobs(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A scenario's jobs first, so that its patterns win; what it leaves open of a job is as shared."""
    rest = {name: job for name, job in shared.items() if name not in own}
    return {name: {**shared.get(name, {}), **job} for name, job in own.items()} | rest


def changed(value: Json, change: Json) -> Json:
    """A value with some fields changed, objects inside it field by field; nothing that is given is mutated."""
    if not isinstance(value, dict) or not isinstance(change, dict):
        return change
    return {**value, **{name: changed(value.get(name), inner) for name, inner in change.items()}}


MERGES: dict[str, Callable[[Any, Any], Any]] = {
    "with": changed,
    "without": lambda shared, own: [*shared, *own],
    "glue": _merged_glue,
    "sns": lambda shared, own: {**shared, **own},
    "machines": lambda shared, own: {**shared, **own},
    "objects": lambda shared, own: [*shared, *own],
}
"""The keys of `given` whose shared and own values are put together."""


def account(
    given: Mapping[str, Any],
    script: Sequence[When] = (),
    machines: Mapping[str, StateMachine] | None = None,
    objects: Iterable[S3Object] = (),
) -> Account:
    """The services that a `given` describes; `machines` are those that tasks may start, `objects` what S3 holds."""
    glue, sns = given.get("glue", {}), given.get("sns", {})
    start = given.get("start", START)
    duration = glue.get("duration", GlueJob.duration)
    jobs = glue.get("jobs")
    topics = sns.get("topics")
    return Account(
        script=tuple(script),
        glue=FakeGlue(
            jobs=None if jobs is None else tuple(_job(name, job, duration) for name, job in jobs.items()),
            duration=duration,
            stopped_fails=glue.get("stopped", True),
            start=start,
        ),
        sns=FakeSns(
            topics=None if topics is None else tuple(topic for _, topic in topics),
            fault=sns.get("fault"),
            start=start,
        ),
        objects=tuple(objects),
        step_functions=FakeStepFunctions(machines=machines or {}, start=start),
    )


JOB_FIELDS = {
    "duration": "duration",
    "MaxConcurrentRuns": "max_concurrent_runs",
    "Timeout": "timeout",
    "MaxRetries": "max_retries",
    "GlueVersion": "glue_version",
    "WorkerType": "worker_type",
    "NumberOfWorkers": "number_of_workers",
    "JobRunQueuingEnabled": "queuing",
    "Command": "python_shell",
}
"""Key of a job in a scenario file -> field of GlueJob."""


def _job(name: str, job: Mapping[str, Any], duration: float) -> GlueJob:
    return GlueJob(name=name, **{"duration": duration, **{JOB_FIELDS[key]: value for key, value in job.items()}})


def scheduled_event(schedule: Mapping[str, str], at: float) -> dict[str, Json]:
    """The input of an execution that a schedule without a constant input starts at an instant (epoch seconds).

    Source: Amazon EventBridge, "Scheduled events".
    """
    region = schedule.get("region", "us-east-1")
    owner = schedule.get("account", "111111111111")
    rule = f"arn:aws:events:{region}:{owner}:rule/{schedule.get('rule', 'schedule')}"
    return {
        "version": "0",
        "id": uuid("event", rule, at),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": owner,
        "time": instant(at).replace(".000Z", "Z"),
        "region": region,
        "resources": [rule],
        "detail": {},
    }
