"""A script, a fake Glue, a fake SNS, nested state machines -> Resource: all that a machine can call, as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.record import Record
from aslkit.simulation.items import Objects, S3Object
from aslkit.simulation.resources.glue import FakeGlue, GlueService
from aslkit.simulation.resources.scripted import ScriptService, When
from aslkit.simulation.resources.sns import FakeSns, SnsService
from aslkit.simulation.resources.step_functions import FakeStepFunctions, StepFunctionsService

if TYPE_CHECKING:
    from aslkit.simulation.resources import Outcome, Request


FAKED = frozenset({"glue:startJobRun.sync", "glue:startJobRun", "sns:publish"})
"""The calls that a fake answers by itself."""


class Account(Record):
    """What stands behind the tasks of a state machine.

    A request first meets the script. What the script leaves open the fake Glue and the fake SNS decide, and a Step
    Functions that runs the state machines it is given; any other service answers what the script says and nothing else.
    `objects` are what S3 holds for the ItemReader of a distributed Map.
    """

    script: tuple[When, ...] = ()
    glue: FakeGlue = FakeGlue()
    sns: FakeSns = FakeSns()
    step_functions: FakeStepFunctions = FakeStepFunctions()
    objects: tuple[S3Object, ...] = ()

    def begin(self) -> AccountService:
        return AccountService(self)


class AccountService:
    """An account during one execution: `glue.runs`, `sns.published`, `objects.written` and `script.used` tell what
    happened."""

    def __init__(self, account: Account) -> None:
        self.script = ScriptService(account.script)
        self.glue: GlueService = account.glue.begin()
        self.sns: SnsService = account.sns.begin()
        self.step_functions = StepFunctionsService(account.step_functions, self)
        self.objects = Objects(account.objects)

    def invoke(self, request: Request) -> Outcome:
        """The outcome of an attempt. Raises OutcomeError when neither the script nor a fake knows it."""
        reply = self.script.reply(request)
        match request.service:
            case "glue":
                return self.glue.invoke(request, reply)
            case "sns":
                return self.sns.invoke(request, reply)
            case "states" if reply is None and self.step_functions.described.knows(request):
                return self.step_functions.invoke(request)
            case _:
                return self.script.outcome(request, reply)

    def stop(self, request: Request, at: float) -> None:
        """The task no longer waits: Glue stops the job run, SNS has nothing to stop."""
        if request.service == "glue":
            self.glue.stop(request, at)
