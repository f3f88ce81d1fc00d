"""What is explored -> runs of it: the definition, its input and services, and one run for each placement of mishaps.

A plan is plain data, so that every process can build the same ground from it. A run is a function of its placements.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from aslkit.definition.document import load
from aslkit.definition.model import Map, Retrying, Task, parse, walk
from aslkit.definition.resource import parse_resource
from aslkit.language.errors import RUNTIME
from aslkit.record import Record
from aslkit.simulation.context import START
from aslkit.simulation.execution import ABORTED, SUCCEEDED
from aslkit.simulation.exploration.catalogue import (
    LASTING,
    ONCE,
    InputMishap,
    Mishap,
    catalogue,
    input_mishaps,
    is_muted,
    stays,
)
from aslkit.simulation.exploration.decisions import entered_again, errors_decide, reads_clock
from aslkit.simulation.exploration.settings import Settings, settings_of
from aslkit.simulation.exploration.usual import answered, first_answers, forgotten
from aslkit.simulation.limits import MAX_EVENTS, MAX_TRANSITIONS
from aslkit.simulation.reading import Remark
from aslkit.simulation.resources.account import Account
from aslkit.simulation.resources.glue import FakeGlue, GlueJob
from aslkit.simulation.resources.scripted import Fails, Faulty, When
from aslkit.simulation.resources.words import entry
from aslkit.simulation.run import simulate
from aslkit.simulation.scenario import account, scheduled_event
from aslkit.simulation.scenario_file import read_scenarios

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from aslkit.simulation.execution import Execution
    from aslkit.simulation.items import S3Object
    from aslkit.simulation.resources.scripted import Reply

Json = Any

MOST_TRANSITIONS = 5_000
"""Transitions after which a run counts as one without end, beyond what all retriers together may make and what the run
with nothing going wrong does."""
MOST_EVENTS_EACH = 8
"""Events of a transition, at most: with fewer transitions than that a run does not come to the limit of events."""


class Plan(Record):
    """What to explore, as plain data: `given`, `when` and `explore` in the words of a scenario file, the input, the
    definitions that tasks may start by name, and what S3 holds."""

    definition: Json
    source: str
    input: Json
    given: Mapping[str, Json] = {}
    when: Sequence[Json] = ()
    explore: Mapping[str, Json] = {}
    machines: Mapping[str, Json] = {}
    objects: tuple[S3Object, ...] = ()
    strict: bool = False


class PlanError(ValueError):
    """The plan cannot be explored; `remarks` say where and why."""

    def __init__(self, remarks: Iterable[Remark]) -> None:
        self.remarks = tuple(remarks)
        super().__init__("; ".join(remark.message for remark in self.remarks))


class Placed(NamedTuple):
    """One mishap at one invocation, from which on it lasts if `times` is LASTING.

    `state` "" is the input, `mishap` then an InputMishap's name. `iteration` holds the indices of the map iterations;
    None is every iteration of them, of a mishap that lasts from the very first call on.
    `after` is when a timed mishap comes, in seconds; None leaves that to the service.
    """

    state: str
    iteration: tuple[int, ...] | None
    invocation: int
    mishap: str
    times: str
    after: float | None = None

    def covers(self, state: str, iteration: tuple[int, ...], invocation: int) -> bool:
        """Whether an invocation of a state is one that this mishap befalls."""
        if state != self.state or self.iteration not in (None, iteration):
            return False
        return invocation == self.invocation or (invocation > self.invocation and self.times == LASTING)


Placement = tuple[Placed, ...]


class Remembering(FakeGlue):
    """A fake Glue that looks for the job of a name only once; thousands of runs ask for the same few."""

    def job(self, name: str) -> GlueJob | None:
        known: dict[str, GlueJob | None] = self.__dict__.setdefault("_jobs", {})
        if name not in known:
            known[name] = super().job(name)
        return known[name]


class Ground:
    """A plan made ready. Raises PlanError for what a scenario file would be remarked upon."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.machine = parse(load(json.dumps(plan.definition), source=plan.source))
        words = {"defaults": {"given": dict(plan.given), "when": list(plan.when)}, "explore": dict(plan.explore)}
        document = load(json.dumps({**words, "scenarios": [{"name": "explored", "then": {}}]}), source=plan.source)
        file = read_scenarios(document, self.machine)
        if file.remarks:
            raise PlanError(file.remarks)
        self.given = file.given
        self.settings: Settings = settings_of(file.explore)
        self.script = tuple(when for _, when in file.shared)
        machines = {name: parse(load(json.dumps(raw), source=name)) for name, raw in plan.machines.items()}
        described = account(self.given, self.script, machines, plan.objects)
        self.account = Account.of({**described.__dict__, "glue": Remembering.of(described.glue.__dict__)})
        self.start: float = self.given.get("start", START)
        self.seed: int = self.given.get("seed", 0)
        self.menus = catalogue(self.machine, added=self.settings.added, muted=self.settings.muted)
        self.inputs = {one.name: one for one in input_mishaps(plan.input, muted=self.settings.muted)}
        self.states = {state.name: state for _, state in walk(self.machine)}
        self.apart = frozenset(self._apart())
        self.around = frozenset(name for name, state in self.states.items() if state.machines)
        self.errors_matter = errors_decide(self.machine, starts_machines=bool(plan.machines))
        self.reads_clock = self.times_matter = reads_clock(self.machine)
        self.entered_again = entered_again(self.machine)
        self.counted = tuple(when for when in self.script if when.first > 1 or when.last is not None)
        self.jitters = any(one.jitter_strategy == "FULL" for state in self.states.values() for one in state.retry)
        retries = sum(retrier.max_attempts for state in self.states.values() for retrier in state.retry)
        self.bound = min(MOST_TRANSITIONS + 2 * retries, MAX_EVENTS)  # each makes an event at least
        self.notifiers = frozenset(
            name for name, state in self.states.items() if isinstance(state, Task) and self._notifies(state)
        )
        self.bystander = self._bystander()
        self.bound = min(self.bound + 2 * self.bystander.transitions, MAX_EVENTS)
        self.menus |= self._with_first_answers()
        self.mishaps = {state: {mishap.name: mishap for mishap in menu} for state, menu in self.menus.items()}
        self.has_answers = any(mishap.is_answer for menu in self.menus.values() for mishap in menu)
        self.answered = tuple(answered(self.states, self.bystander, self.settings.added))
        self.forgotten = tuple(forgotten(self.states))
        self.unvisited = frozenset(self.states) - {visit.state for visit in self.bystander.visits}
        self.success = self._success()

    def mishap(self, placed: Placed) -> Mishap | InputMishap:
        return self.mishaps[placed.state][placed.mishap] if placed.state else self.inputs[placed.mishap]

    def is_answer(self, placed: Placed) -> bool:
        """Whether a mishap is no fault, but another answer that the team has added."""
        return bool(placed.state) and self.mishaps[placed.state][placed.mishap].is_answer

    def faults(self, placement: Placement) -> int:
        """How many faults there are among mishaps."""
        return len(placement) - sum(map(self.is_answer, placement))

    def run(self, placement: Placement, *, history: bool = False) -> Execution:
        """The run in which these mishaps happen, with its history or within the bound on its transitions.

        Raises OutcomeError when nobody says what a task answers.
        """
        placed_first = sorted(placement, key=self.is_answer)  # a fault may befall a call that would be answered
        script = (*(self.when(placed) for placed in placed_first if placed.state), *self.script)
        execution = self._simulated(placement, script, history=history)
        if history or execution.status == ABORTED or execution.transitions * MOST_EVENTS_EACH < MAX_EVENTS:
            return execution
        return self._simulated(placement, script, history=True)

    def _simulated(self, placement: Placement, script: tuple[When, ...], *, history: bool) -> Execution:
        return simulate(
            self.machine,
            input=self.input(placement),
            resources=Account.of({**self.account.__dict__, "script": script}) if placement else self.account,
            start=self.start,
            seed=self.seed,
            history=history,
            max_transitions=MAX_TRANSITIONS if history else self.bound,
        )

    def _bystander(self) -> Execution:
        """The run in which nothing goes wrong; one that is too long for the bound may end well all the same."""
        execution = self.run(())
        if execution.status != ABORTED:
            return execution
        whole = self.run((), history=True)
        return execution if whole.error == RUNTIME else whole

    def input(self, placement: Placement) -> Json:
        """The input of a run, with what is wrong with it."""
        value = self.plan.input
        for placed in placement:
            if placed.state:
                continue
            mishap = self.inputs[placed.mishap]
            if mishap.without is None:
                value = scheduled_event({}, self.start)
            else:
                value = {name: inner for name, inner in value.items() if name != mishap.without}
        return value

    def when(self, placed: Placed) -> When:
        """The entry of a script that makes the mishap happen."""
        mishap = self.mishaps[placed.state][placed.mishap]
        return When(
            state=placed.state,
            first=placed.invocation,
            last=placed.invocation if placed.times == ONCE else None,
            iteration=placed.iteration or None,
            reply=_timed(mishap.reply, placed.after),
        )

    def written(self, placed: Placed) -> dict[str, Json]:
        """The same entry in the words of a scenario file."""
        return entry(self.when(placed))

    def _apart(self) -> Iterator[str]:
        """The states whose failures stay in the child executions of a distributed Map."""
        maps = [state.pointer for state in self.states.values() if isinstance(state, Map) and state.distributed]
        for name, state in self.states.items():
            if any(len(state.pointer) > len(outer) and state.pointer[: len(outer)] == outer for outer in maps):
                yield name

    def _with_first_answers(self) -> dict[str, tuple[Mishap, ...]]:
        """The menus of the tasks that are asked again until they answer otherwise: they may never do."""
        return {
            state: (*self.menus[state], mishap)
            for state, answer in first_answers(self.bystander)
            if not is_muted(state, mishap := stays(answer), self.settings.muted)
        }

    def _notifies(self, state: Task) -> bool:
        """Whether a state tells people: it publishes to SNS without waiting for an answer, or the settings say so."""
        if self.settings.notifiers is not None:
            return any(fnmatchcase(state.name, pattern) for pattern in self.settings.notifiers)
        arn = parse_resource(state.resource or "")
        return arn is not None and (arn.service, arn.action, arn.pattern) in PUBLISHING

    def _success(self) -> frozenset[str]:
        """The notifiers that tell of a good end: those that publish when nothing goes wrong and no work is left."""
        if self.settings.success is not None:
            return frozenset(
                name for name in self.notifiers if any(fnmatchcase(name, one) for one in self.settings.success)
            )
        if self.bystander.status != SUCCEEDED:
            return frozenset()
        visits = [visit for visit in self.bystander.visits if isinstance(self.states[visit.state], Task)]
        last = max((visit.went for visit in visits if visit.state not in self.notifiers), default=0)
        return frozenset(visit.state for visit in visits if visit.state in self.notifiers and visit.came > last)

    def retriers(self, state: str) -> Sequence[Any]:
        found = self.states[state]
        return found.retry if isinstance(found, Retrying) else ()


PUBLISHING = {
    ("sns", "publish", ""),
    ("aws-sdk:sns", "publish", ""),
    ("aws-sdk:ses", "sendEmail", ""),
    ("aws-sdk:sesv2", "sendEmail", ""),
}
"""Service, action and pattern of the calls that tell people."""


def _timed(reply: Reply, after: float | None) -> Reply:
    if after is None or not isinstance(reply, Faulty | Fails):
        return reply
    return type(reply)(**{**reply.__dict__, "after": after})
