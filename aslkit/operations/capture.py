"""A recorded execution -> a scenario that says the same without the names of real accounts and people.

What tasks answered becomes `when`, with the time that it took; how the execution went becomes `then`; a stop and
redrives are told as such. With the definition the scenario is run once: an expectation that the simulator does not meet
is left out, and said.
"""

from __future__ import annotations

import re
from collections import Counter
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from aslkit.definition.document import load
from aslkit.definition.duration import duration_text
from aslkit.definition.model import Task, walk
from aslkit.language.payload import json_text
from aslkit.operations.export import to_yaml
from aslkit.operations.scrub import Scrub
from aslkit.record import Record
from aslkit.simulation.context import instant
from aslkit.simulation.execution import ABORTED, FAILED
from aslkit.simulation.recording import RUNNING, UNKNOWN, HistoryError, read_history
from aslkit.simulation.resources.account import FAKED
from aslkit.simulation.scenario import run_scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aslkit.definition.model import StateMachine
    from aslkit.simulation.recording import HistoryEvent, PastAttempt, PastVisit, Recording
    from aslkit.simulation.scenario import Verdict

Json = Any


class Captured(Record):
    """A scenario made of a recording: one entry of `scenarios`, what was replaced (how many of each kind), and remarks
    on what the scenario does not say."""

    scenario: dict[str, Json]
    replaced: dict[str, int]
    remarks: tuple[str, ...] = ()


def capture(recording: Recording, *, name: str, machine: StateMachine | None = None) -> Captured:
    """The scenario of a recorded execution.

    Account numbers, e-mail addresses, passwords, keys, tokens, UUIDs and job run ids are replaced, the same by the same
    everywhere (`aslkit.operations.scrub`). With `machine` the results of Glue jobs and messages are left out where
    nothing depends on them, and the expectations are those that a run of the scenario meets. Raises HistoryError for an
    execution that has not ended or has no input, and for one that was stopped at an instant that the history does not
    tell; DefinitionError for payloads that no scenario file can hold.
    """
    if recording.status == RUNNING:
        raise HistoryError("the history has no end; capture it when the execution has ended")
    if recording.input is UNKNOWN:
        raise HistoryError("the history lacks the execution's input (cut off, or a log without execution data)")
    if machine is None:
        scrub = _scrub(recording, machine)
        return Captured(scenario=_drafted(recording, name, scrub, mails=False), replaced=dict(scrub.counts))
    scrub = _scrub(recording, machine)
    scrub_short = deepcopy(scrub)
    mails = any(isinstance(state, Task) and PUBLISH in (state.resource or "") for _, state in walk(machine))
    scenario, remarks = checked(_drafted(recording, name, scrub, mails=mails), machine)
    short, more = checked(_drafted(recording, name, scrub_short, mails=mails, short=True), machine)
    if _expected(short) == _expected(scenario) and more == remarks:
        scenario, scrub = short, scrub_short
    return Captured(scenario=scenario, replaced=dict(scrub.counts), remarks=tuple(remarks))


PUBLISH = ":sns:publish"


def _scrub(recording: Recording, machine: StateMachine | None) -> Scrub:
    """What knows all secrets of a recording. What the definition says, and what its states are called, is no secret."""
    scrub = Scrub()
    said = _texts(None if machine is None else machine.document.data)
    public = "\n".join([*said, *(visit.state for visit in recording.root.visits)])
    scrub.learn([dict(event.details) for event in recording.events], public=public)
    return scrub


def _texts(value: Json) -> Iterator[str]:
    """All names and texts in a JSON value."""
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _texts(item)
        case dict():
            for name, item in value.items():
                yield name
                yield from _texts(item)


def _drafted(recording: Recording, name: str, scrub: Scrub, *, mails: bool, short: bool = False) -> dict[str, Json]:
    """The scenario, not yet run. `mails`: it says also that none was published; `short`: the fakes of Glue and SNS make
    up the results themselves."""
    parts = list(parted(recording))
    given = _given(recording, parts)
    head = {"name": scrub(name), "given": {**given, "input": scrub(given["input"])}}
    first, *redrives = (
        {
            **_redriven(part),
            "when": [_scrubbed(entry, scrub) for entry in _when(part, short=short)],
            "then": _then(part, scrub, mails=mails),
        }
        for part in parts
    )
    return _filled({**head, **first, "redrive": [_filled(redrive) for redrive in redrives]})


TOLD = frozenset({"returns", "fails", "error", "cause", "topic", "subject", "message"})
"""The words of an entry or a message that hold what was recorded; the rest is of the definition, or of ours."""


def _scrubbed(words: dict[str, Json], scrub: Scrub) -> dict[str, Json]:
    return {word: scrub(value) if word in TOLD else value for word, value in words.items()}


def _filled(words: dict[str, Json]) -> dict[str, Json]:
    """What says something."""
    return {key: value for key, value in words.items() if value != []}


def _expected(scenario: dict[str, Json]) -> list[Json]:
    """What a scenario expects, at each end of the execution."""
    return [part["then"] for part in (scenario, *scenario.get("redrive", ()))]


def scenario_file(scenario: dict[str, Json], definition: str | None = None) -> str:
    """A scenario file of one scenario, as YAML text."""
    return scenarios_file([scenario], definition)


def scenarios_file(scenarios: list[dict[str, Json]], definition: str | None = None) -> str:
    """A scenario file, as YAML text."""
    head = "" if definition is None else f"definition: {json_text(definition)}\n"
    return head + to_yaml(load(json_text({"scenarios": scenarios}), source="captured"))


# --- the redrives ----------------------------------------------------------------------------------------------------


class PastPart(Record):
    """A part of an execution, from its start or a redrive to its end: the `whole` up to that end, the events of it that
    came `before` this part, the `path` so far."""

    whole: Recording
    before: int
    path: tuple[str, ...]

    @property
    def tasks(self) -> list[PastAttempt]:
        """The attempts that this part adds."""
        return [task for task in self.whole.tasks if task.scheduled.id > self.before]

    @property
    def began(self) -> float | None:
        """When it began, in epoch seconds."""
        return self.whole.events[self.before].at


def parted(recording: Recording) -> Iterator[PastPart]:
    """The parts of an execution, each as it was told at its end.

    A state that a redrive goes on with stands in the path again; a Fail state is entered again anyway. Raises
    HistoryError for a redrive of an execution that had not ended.
    """
    path: list[str] = []
    visits: list[PastVisit] = []
    before = 0
    for redrive in (*recording.redrives, None):
        whole = recording if redrive is None else _up_to(recording, redrive)
        if visits and visits[-1].exited is None and visits[-1].type != "Fail":
            path.append(visits[-1].state)
        path += [visit.state for visit in whole.root.visits[len(visits) :]]
        yield PastPart(whole, before, tuple(path))
        visits, before = whole.root.visits, len(whole.events)


def _up_to(recording: Recording, redrive: HistoryEvent) -> Recording:
    """What was recorded before a redrive."""
    rows = [
        {"id": one.id, "previousEventId": one.previous, "type": one.type, "timestamp": one.at, "details": one.details}
        for one in recording.events[: redrive.id - 1]
    ]
    found = read_history(rows)
    if found.status == RUNNING:
        raise HistoryError(f"the history tells of a redrive (event {redrive.id}) and of no end before it")
    return found


def _redriven(part: PastPart) -> dict[str, Json]:
    """How long after its end the execution was redriven, where a history says it."""
    if part.before == 0:
        return {}
    ended, began = part.whole.events[part.before - 1].at, part.began
    return {} if ended is None or began is None or began <= ended else {"after": _duration(began - ended)}


def _stop(part: PastPart) -> Iterator[dict[str, Json]]:
    """The entry that stops the execution, if somebody did."""
    whole = part.whole
    if whole.status != ABORTED:
        return
    if whole.ended is None or part.began is None:
        raise HistoryError("somebody stopped the execution, and the history does not say when (it has no timestamps)")
    said = {"error": whole.error, "cause": whole.cause}
    yield {"stop": _duration(max(whole.ended - part.began, 0.0)), **{name: text for name, text in said.items() if text}}


# --- given -----------------------------------------------------------------------------------------------------------


def _given(recording: Recording, parts: Sequence[PastPart]) -> dict[str, Json]:
    given: dict[str, Json] = {"input": recording.input}
    if recording.started is not None:
        given["start"] = instant(recording.started)
    at_once = max(_at_once(part.tasks) for part in parts)
    if at_once > 1:
        given["glue"] = {"jobs": {"*": {"MaxConcurrentRuns": at_once}}}
    return given


def _at_once(tasks: Sequence[PastAttempt]) -> int:
    """How many runs of one Glue job there were at once, at most: as many as MaxConcurrentRuns allowed at least."""
    runs: dict[str, list[tuple[int, int]]] = {}
    for task in tasks:
        job = task.parameters.get("JobName") if isinstance(task.parameters, dict) else None
        if isinstance(job, str) and task.resource.startswith("glue:"):
            done = task.done.id if task.done is not None else NEVER
            runs.setdefault(job, []).append((task.scheduled.id, done))
    counts = (sum(begun <= start < done for begun, done in of_job) for of_job in runs.values() for start, _ in of_job)
    return max(counts, default=0)


NEVER = 2**31


# --- when ------------------------------------------------------------------------------------------------------------


def _when(part: PastPart, *, short: bool) -> list[dict[str, Json]]:
    """What happened in a part."""
    return [*in_ranges(list(_entries(part, short=short))), *_stop(part)]


def _entries(part: PastPart, *, short: bool) -> Iterator[dict[str, Json]]:
    """One entry for each attempt of a part: by state and iteration, in the order of the invocations, which count over
    the whole execution."""
    counts: Counter[Json] = Counter()
    found = []
    for attempt, task in zip(part.whole.attempts, part.whole.tasks, strict=True):
        iteration = [index for _, index in task.visit.line.iteration]
        key = (attempt["state"], tuple(iteration))
        counts[key] += 1
        entry: dict[str, Json] = {"state": attempt["state"]}
        if iteration:
            entry["iteration"] = iteration[0] if len(iteration) == 1 else iteration
        entry["invocation"] = counts[key]
        outcome = _outcome(attempt, short=short and task.resource in FAKED)
        if outcome and task.scheduled.id > part.before:
            found.append((key, {**entry, **outcome}))
    order = {key: number for number, key in enumerate(dict.fromkeys(key for key, _ in found))}
    yield from (entry for _, entry in sorted(found, key=lambda item: order[item[0]]))


def _outcome(attempt: dict[str, Json], *, short: bool) -> dict[str, Json]:
    """What an entry says that came out; nothing where a fake does the same by itself."""
    alive = {"heartbeats": _duration(attempt["heartbeatInSeconds"])} if attempt.get("heartbeats") else {}
    if attempt.get("hang") or attempt.get("unfinished"):
        return {"hangs": True, **alive}
    after = {"after": _duration(attempt["after"])} if attempt.get("after") else {}
    if "result" not in attempt:
        error = {name: attempt[name] for name in ("error", "cause") if attempt.get(name) is not None}
        return {"fails": error or {"error": None}, **after, **alive}
    return after if short else {"returns": attempt["result"], **after, **alive}


def _duration(seconds: float) -> str:
    return duration_text(seconds)


def in_ranges(entries: list[dict[str, Json]]) -> list[dict[str, Json]]:
    """Entries of `when` with one range for invocations in a row that have the same outcome."""
    merged: list[dict[str, Json]] = []
    for entry in entries:
        if merged and _same(_without_number(merged[-1]), _without_number(entry)):
            first = str(merged[-1]["invocation"]).partition("-")[0]
            merged[-1] = {**merged[-1], "invocation": f"{first}-{entry['invocation']}"}
        else:
            merged.append(entry)
    return merged


def _same(one: Json, other: Json) -> bool:
    """Whether two values are the same JSON: 1 is not true."""
    return one == other and json_text(one) == json_text(other)


def _without_number(entry: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in entry.items() if name != "invocation"}


# --- then ------------------------------------------------------------------------------------------------------------


def _then(part: PastPart, scrub: Scrub, *, mails: bool) -> dict[str, Json]:
    recording = part.whole
    then: dict[str, Json] = {"status": recording.status}
    if recording.status == FAILED:
        then["error"] = scrub(recording.error)
    then["path"] = list(part.path)
    tried = Counter(task.visit.state for task in recording.tasks)
    if again := {state: number for state, number in tried.items() if number > 1}:
        then["invocations"] = again
    if recording.started is not None and recording.ended is not None and recording.ended > recording.started:
        length = recording.ended - recording.started
        then["duration"] = {"at-least": _duration(length * 0.98 // 1), "at-most": _duration(length * 1.02 // 1 + 1)}
    published = [_scrubbed(_mail(task), scrub) for task in recording.tasks if _is_mail(task)]
    if published or mails:
        then["published"] = published
    return then


def _is_mail(task: PastAttempt) -> bool:
    """Whether an attempt published a message: one that waits for a token did when it was submitted."""
    took = task.submitted is not None or (task.done is not None and not task.failed)
    return task.resource.startswith("sns:publish") and took and isinstance(task.parameters, dict)


def _mail(task: PastAttempt) -> dict[str, Json]:
    topic, subject, message = (task.parameters.get(name) for name in ("TopicArn", "Subject", "Message"))
    mail = {"topic": str(topic).rpartition(":")[2]} if topic is not None else {}
    mail |= {"subject": subject} if subject is not None else {}
    mail |= {"message": message} if isinstance(message, str) else {}
    return {**mail, "state": task.visit.state}


# --- checking --------------------------------------------------------------------------------------------------------


def checked(scenario: dict[str, Json], machine: StateMachine) -> tuple[dict[str, Json], list[str]]:
    """The scenario without the expectations that a run of it does not meet, and a remark on each of them."""
    remarks: list[str] = []
    for _ in range(MOST_CHECKS):
        verdict = _verdict(scenario, machine)
        if verdict.passed:
            break
        if not verdict.differences:
            remarks += [f"the scenario does not run as it is: {remark.message}" for remark in verdict.remarks]
            break
        first = verdict.differences[0]
        scenario, remark = _without(scenario, first.pointer[2:], first.message)
        remarks += [remark] if remark else []
    return scenario, remarks


MOST_CHECKS = 100


def _verdict(scenario: dict[str, Json], machine: StateMachine) -> Verdict:
    """What comes of the scenario; the last verdict is its own, unless the file itself has a fault."""
    return run_scenarios(load(json_text({"scenarios": [scenario]}), source="captured"), machine)[0]


def _without(scenario: dict[str, Json], place: Any, message: str) -> tuple[dict[str, Json], str | None]:
    """The scenario, or redrive, without the expectation at a place. A message that names the execution, which is called
    otherwise in a simulation, first shrinks to its first line."""
    then = {**scenario["then"]}
    match place:
        case ("redrive", int(index), *inner):
            redrives = list(scenario["redrive"])
            redrives[index], remark = _without(redrives[index], tuple(inner), message)
            return {**scenario, "redrive": redrives}, remark
        case ("then", "published", int(index), field, *_):
            mails = [dict(mail) for mail in then["published"]]
            text = str(mails[index].get(field))
            first = re.split(r"[\n.:]", text)[0]
            if field == "message" and first and first != text:
                mails[index][field] = first
                return {**scenario, "then": {**then, "published": mails}}, None
            del mails[index][field]
            return {**scenario, "then": {**then, "published": mails}}, f"not expected any more: {message}"
        case ("then", str(key), *_):
            del then[key]
            return {**scenario, "then": then}, f"not expected any more: {message}"
    return scenario, message
