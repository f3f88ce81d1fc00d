"""What is particular to publishing with SNS: the message, its subject, and to whom it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aslkit.lint.calls import calls, given, intended, literal, payload
from aslkit.lint.engine import ERROR, WARNING, Hit, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aslkit.definition.document import Pointer
    from aslkit.definition.model import Json, StateMachine, Task
    from aslkit.lint.calls import Target

TARGETS = ("TopicArn", "TargetArn", "PhoneNumber")
LONGEST_SUBJECT = 100


@rule(ERROR)
def sns_message(machine: StateMachine) -> Iterator[Hit]:
    """A publish to SNS has a Message.

    AWS refuses the definition (SCHEMA_VALIDATION_FAILED): Message is required. It may be a text, or a mapping that Step
    Functions makes a JSON text of. A Subject alone is no message.

    Bad:

        StartAt: Tell
        States:
          Tell:  # <-
            Type: Task
            Resource: arn:aws:states:::sns:publish
            TimeoutSeconds: 60
            Parameters:
              TopicArn.$: $.topic
              Subject: Refresh finished
            End: true

    Good:

        StartAt: Tell
        States:
          Tell:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            TimeoutSeconds: 60
            Parameters:
              TopicArn.$: $.topic
              Subject: Refresh finished
              Message: All tables are loaded
            End: true
    """
    for task, target, place, sent in _publishes(machine):
        if "Message" not in intended(target, sent):
            yield Hit(
                task.pointer,
                f'"{task.name}" publishes to SNS without a Message (line {machine.document.span(place).line}), and AWS '
                "refuses the definition",
                related=(place,),
            )


@rule(WARNING)
def sns_target(machine: StateMachine) -> Iterator[Hit]:
    """A publish to SNS goes to exactly one of TopicArn, TargetArn and PhoneNumber; a FIFO topic needs MessageGroupId.

    AWS takes the definition, and SNS refuses the message (SNS.InvalidParameterException) when the task is reached. On
    the failure route this means that nobody hears of the failure.

    Bad:

        StartAt: Tell
        States:
          Tell:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            TimeoutSeconds: 60
            Parameters:  # <-
              Subject: Refresh finished
              Message: All tables are loaded
            End: true

    Good:

        StartAt: Tell
        States:
          Tell:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            TimeoutSeconds: 60
            Parameters:
              TopicArn.$: $.topic
              Subject: Refresh finished
              Message: All tables are loaded
            End: true
    """
    for task, target, place, sent in _publishes(machine):
        keys = given(sent)
        named = [name for name in TARGETS if name in keys]
        if intended(target, sent).isdisjoint(TARGETS):
            yield Hit(place, f'"{task.name}": SNS refuses a message without TopicArn, TargetArn or PhoneNumber')
        elif len(named) > 1:
            yield Hit(
                (*place, keys[named[1]]),
                f'"{task.name}": SNS refuses a message with both {named[0]} and {named[1]}: it goes to one of them',
                related=((*place, keys[named[0]]),),
            )
        else:
            yield from _topic_mistakes(task, place, sent)


def _topic_mistakes(task: Task, place: Pointer, sent: Mapping[str, Json]) -> Iterator[Hit]:
    topic = literal(sent, "TopicArn")
    if not isinstance(topic, str):
        return
    if topic.startswith("arn:") and topic.split(":")[2:3] != ["sns"]:
        yield Hit((*place, "TopicArn"), f'"{task.name}": "{topic}" is no topic: its ARN has "sns" behind the partition')
    elif topic.endswith(".fifo") and "MessageGroupId" not in given(sent):
        yield Hit(
            (*place, "TopicArn"),
            f'"{task.name}": "{topic}" is a FIFO topic, and SNS refuses a message to it without MessageGroupId',
        )


@rule(WARNING)
def sns_subject(machine: StateMachine) -> Iterator[Hit]:
    """The Subject of an SNS message is one line of at most 100 characters.

    SNS refuses the message otherwise (SNS.InvalidParameterException) when the task is reached, and on the failure route
    nobody hears of the failure. The Cause of an error is mostly a JSON text of hundreds of characters: it is for the
    Message.

    Bad:

        StartAt: Tell
        States:
          Tell:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            TimeoutSeconds: 60
            Parameters:
              TopicArn.$: $.topic
              Subject.$: $.error.Cause  # <-
              Message: The refresh failed
            End: true

    Good:

        StartAt: Tell
        States:
          Tell:
            Type: Task
            Resource: arn:aws:states:::sns:publish
            TimeoutSeconds: 60
            Parameters:
              TopicArn.$: $.topic
              Subject: The refresh failed
              Message.$: $.error.Cause
            End: true
    """
    for task, _, place, sent in _publishes(machine):
        key = given(sent).get("Subject")
        mistake = _subject_mistake(key, sent[key]) if key is not None else None
        if mistake is not None:
            yield Hit((*place, key or "Subject"), f'"{task.name}": {mistake}')


CAUSES = (".Cause", "['Cause']")
SHORTENING = ("substring", "ArrayGetItem", "StringToJson", "$parse", "$match", "Hash", "?")
REFUSED = "SNS refuses the message when the task is reached"


def _subject_mistake(key: str, value: Json) -> str | None:
    if not isinstance(value, str):
        return None if isinstance(value, (dict, list)) and not value else f"the Subject is no text, and {REFUSED}"
    if key.endswith(".$") or value.startswith("{%"):
        long = any(part in value for part in CAUSES) and not any(part in value for part in SHORTENING)
        return (
            f"the Cause of an error is mostly longer than the {LONGEST_SUBJECT} characters of a Subject, and {REFUSED}"
            if long
            else None
        )
    if "${" in value:
        return None
    if len(value) > LONGEST_SUBJECT:
        return f"the Subject has {len(value)} characters; {LONGEST_SUBJECT} is the most, and {REFUSED}"
    if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in value):
        return f"the Subject has a line break or a control character, and {REFUSED}"
    return None if value else f"the Subject is empty, and {REFUSED}"


def _publishes(machine: StateMachine) -> Iterator[tuple[Task, Target, Pointer, Mapping[str, Json]]]:
    """The tasks that publish to SNS, with what they send."""
    for task, target in calls(machine):
        if target.product == "sns" and target.action == "publish":
            sent = payload(task)
            if sent is not None:
                yield task, target, *sent
