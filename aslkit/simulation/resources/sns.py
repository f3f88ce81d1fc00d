"""SNS topics -> Resource: a fake SNS that keeps what is published and refuses what SNS refuses.

Source: Amazon SNS API, Publish; results and causes are as recorded on AWS.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from aslkit.definition.resource import TOKEN
from aslkit.language.payload import json_text
from aslkit.record import Record
from aslkit.simulation.faults import FAULTS, Fault
from aslkit.simulation.resources import REQUEST_RESPONSE, Outcome, OutcomeError
from aslkit.simulation.resources.scripted import Fails, Faulty, Hangs, Returns, Takes, fault_outcome, plain_outcome
from aslkit.simulation.resources.sdk import START, metadata, uuid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aslkit.simulation.resources import Json, Request
    from aslkit.simulation.resources.scripted import Reply

PUBLISH = "publish"
MAX_MESSAGE = 262_144
TOPIC_ARN = re.compile(r"arn:[a-z0-9-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
RECEIVERS = ("TopicArn", "TargetArn", "PhoneNumber")


class Publication(Record):
    """A message that SNS took: `topic` is the topic's ARN (or the target, or the phone number), `message` is text."""

    topic: str
    subject: str | None
    message: str
    at: float
    state: str


class Rejection(Record):
    """A message that SNS refused, and why."""

    topic: str
    subject: str | None
    error: str | None
    cause: str | None
    at: float
    state: str


class FakeSns(Record):
    """SNS with these topics, each by ARN or by name; with `topics` None every well-formed topic ARN exists.

    With `fault` every message is refused that way. `start` is the instant at which the execution starts, epoch seconds.
    """

    topics: tuple[str, ...] | None = None
    fault: Fault | None = None
    start: float = START

    def begin(self) -> SnsService:
        return SnsService(self)

    def knows(self, arn: str) -> bool:
        """Whether there is a topic of that ARN."""
        return self.topics is None or arn in self.topics or arn.rpartition(":")[2] in self.topics


class SnsService:
    """A fake SNS during one execution; `published` and `rejected` hold the messages in order of time."""

    def __init__(self, sns: FakeSns) -> None:
        self.sns = sns
        self.published: list[Publication] = []
        self.rejected: list[Rejection] = []

    def invoke(self, request: Request, reply: Reply | None = None) -> Outcome:
        """The outcome of Publish. `reply` says what a script wants to come out.

        Raises OutcomeError for anything else that a task asks of SNS, and for a message that carries a task token when
        the script does not say what comes back.
        """
        if request.action != PUBLISH or request.pattern not in (REQUEST_RESPONSE, TOKEN):
            raise OutcomeError(
                f"state '{request.state}' calls {request.resource}; the fake SNS knows publish, with and without "
                ".waitForTaskToken, and nothing else: Step Functions has no other integration with SNS",
                request,
            )
        if reply is None and self.sns.fault is not None:
            reply = Faulty(fault=self.sns.fault)
        parameters = request.parameters if isinstance(request.parameters, dict) else {}
        refusal = self._refusal(request, parameters, reply)
        if refusal is not None:
            self.rejected.append(_rejection(request, parameters, refusal))
            return refusal
        if isinstance(reply, Hangs) and request.pattern == REQUEST_RESPONSE:
            return Outcome(never=True)
        return self._publish(request, parameters, reply)

    def stop(self, request: Request, at: float) -> None:
        """A published message cannot be called back."""

    def _refusal(self, request: Request, parameters: dict[str, Json], reply: Reply | None) -> Outcome | None:
        """The refusal that a script or SNS's own rules ask for, else None."""
        if isinstance(reply, Faulty):
            return fault_outcome(request, reply)
        if isinstance(reply, Fails) and request.pattern == REQUEST_RESPONSE:
            return plain_outcome(request, reply)
        message = next(_objections(parameters), None)
        if message is not None:
            return _refuse(request, "invalid-parameter", f"Invalid parameter: {message}")
        topic = parameters.get("TopicArn")
        if isinstance(topic, str) and not self.sns.knows(topic):
            return _refuse(request, "topic-not-found")
        return None

    def _publish(self, request: Request, parameters: dict[str, Json], reply: Reply | None) -> Outcome:
        awaited = reply if isinstance(reply, (Returns, Fails, Hangs)) else None
        waits = request.pattern == TOKEN
        if waits and awaited is None:
            raise OutcomeError(
                f"state '{request.state}' waits for its task token to come back, and nothing says what invocation "
                f"{request.invocation} brings; write it under `when`: {{state: {request.state}, returns: ...}} or "
                "`hangs: true`",
                request,
            )
        publication = Publication(
            topic=_topic(parameters),
            subject=parameters.get("Subject"),
            message=_text(parameters.get("Message")),
            at=request.at,
            state=request.state,
        )
        self.published.append(publication)
        receipt = self._receipt(request, publication)
        if waits and awaited is not None:
            return plain_outcome(request, awaited, submitted=receipt)
        after = reply.after if isinstance(reply, (Returns, Takes)) else None
        return Outcome(result=reply.value if isinstance(reply, Returns) else receipt, after=after or 0.0)

    def _receipt(self, request: Request, publication: Publication) -> dict[str, Json]:
        """What Publish answers; a FIFO topic also numbers its messages. Source: recorded on AWS."""
        fifo = publication.topic.endswith(".fifo")
        receipt: dict[str, Json] = {
            "MessageId": uuid("message", len(self.published), request.serial),
            **metadata(
                uuid("request", request.serial),
                at=self.sns.start + request.at,
                content_type="text/xml",
                length=352 if fifo else 294,
            ),
        }
        if fifo:
            receipt["SequenceNumber"] = f"{10**19 + len(self.published) * 2**8:020d}"
        return receipt


def _objections(parameters: dict[str, Json]) -> Iterator[str]:
    """What SNS has against a message, in its own words, the first first."""
    yield from _receiver_objections(parameters)
    message = parameters.get("Message")
    text = _text(message)
    if message is None or text == "":
        yield "Empty message"
    if len(text.encode("utf-8", "surrogatepass")) > MAX_MESSAGE:
        yield "Message too long"
    if parameters.get("MessageStructure") == "json":
        yield from _structure_objections(text)
    subject = parameters.get("Subject")
    if subject is not None and not is_subject(subject):
        yield "Subject"


def is_subject(subject: Json) -> bool:
    """Whether SNS takes a subject: 1 to 99 characters without line breaks and control characters. Source: Amazon SNS
    API, Publish."""
    return isinstance(subject, str) and 0 < len(subject) < 100 and CONTROL.search(subject) is None


def _receiver_objections(parameters: dict[str, Json]) -> Iterator[str]:
    given = [name for name in RECEIVERS if parameters.get(name) is not None]
    if not given:
        yield "TopicArn or TargetArn Reason: no value for required parameter"
    topic = parameters.get("TopicArn")
    if topic is not None and not (isinstance(topic, str) and TOPIC_ARN.fullmatch(topic)):
        elements = str(topic).count(":") + 1
        few = f" Reason: An ARN must have at least 6 elements, not {elements}" if elements < 6 else ""
        yield f"TopicArn{few}"
    if isinstance(topic, str) and topic.endswith(".fifo") and not parameters.get("MessageGroupId"):
        yield "The MessageGroupId parameter is required for FIFO topics"


def _structure_objections(text: str) -> Iterator[str]:
    """MessageStructure json needs an object with a text under `default`. Source: Amazon SNS API, Publish."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        yield "Message Structure - JSON message body failed to parse"
        return
    if not isinstance(value, dict) or not isinstance(value.get("default"), str):
        yield "Message Structure - No default entry in JSON message body"


def _rejection(request: Request, parameters: dict[str, Json], outcome: Outcome) -> Rejection:
    subject = parameters.get("Subject")
    return Rejection(
        topic=_topic(parameters),
        subject=subject if isinstance(subject, str) else None,
        error=outcome.error,
        cause=outcome.cause,
        at=request.at,
        state=request.state,
    )


def _topic(parameters: dict[str, Json]) -> str:
    return next((str(parameters[name]) for name in RECEIVERS if parameters.get(name) is not None), "")


def _refuse(request: Request, fault: str, message: str | None = None) -> Outcome:
    return fault_outcome(request, Faulty(fault=FAULTS["sns"][fault], message=message))


def _text(value: Json) -> str:
    """A message as it is sent: text stays, anything else becomes JSON text. Source: recorded on AWS."""
    return value if isinstance(value, str) else json_text(value)
