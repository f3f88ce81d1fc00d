"""The fake SNS: it keeps what is published and refuses what SNS refuses."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aslkit.simulation.faults import FAULTS
from aslkit.simulation.resources import Outcome, OutcomeError, Request
from aslkit.simulation.resources.scripted import Fails, Faulty, Hangs, Returns, Takes
from aslkit.simulation.resources.sns import FakeSns, Publication, SnsService, is_subject

TOPIC = "arn:aws:sns:us-east-1:111122223333:alarms"
FIFO = f"{TOPIC}.fifo"
SERIALS = count(1)
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"


def request(*, at: float = 0.0, pattern: str = "", action: str = "publish", **parameters: Any) -> Request:
    given_ = {"TopicArn": TOPIC, "Message": "hello", **parameters}
    return Request(
        serial=next(SERIALS),
        state="Tell",
        pointer=("States", "Tell"),
        resource=f"arn:aws:states:::sns:{action}" + (f".{pattern}" if pattern else ""),
        service="sns",
        action=action,
        pattern=pattern,
        parameters={name: value for name, value in given_.items() if value is not None},
        invocation=1,
        attempt=0,
        at=at,
    )


def refusal(**parameters: Any) -> tuple[str | None, str]:
    """The error and the message of a message that is refused."""
    service = FakeSns().begin()
    outcome = service.invoke(request(**parameters))
    assert outcome.failed
    assert service.published == []
    return outcome.error, (outcome.cause or "").partition(" (Service: AmazonSNS; Status Code: ")[0]


def test_publishing_keeps_the_message_and_gives_the_receipt() -> None:
    service = FakeSns().begin()
    outcome = service.invoke(request(at=90.0, Subject="Hello"))
    assert service.published == [Publication(topic=TOPIC, subject="Hello", message="hello", at=90.0, state="Tell")]
    result = outcome.result
    assert list(result) == ["MessageId", "SdkHttpMetadata", "SdkResponseMetadata"]
    assert re.fullmatch(UUID, result["MessageId"])
    request_id = result["SdkResponseMetadata"]["RequestId"]
    assert result["SdkHttpMetadata"] == {
        "AllHttpHeaders": {
            "x-amzn-RequestId": [request_id],
            "connection": ["keep-alive"],
            "Content-Length": ["294"],
            "Date": ["Wed, 01 Jan 2025 02:01:30 GMT"],
            "Content-Type": ["text/xml"],
        },
        "HttpHeaders": {
            "connection": "keep-alive",
            "Content-Length": "294",
            "Content-Type": "text/xml",
            "Date": "Wed, 01 Jan 2025 02:01:30 GMT",
            "x-amzn-RequestId": request_id,
        },
        "HttpStatusCode": 200,
    }


def test_a_message_that_is_no_text_is_sent_as_json() -> None:
    service = FakeSns().begin()
    service.invoke(request(Message={"Message": "Größe", "n": [1, None]}))
    assert service.published[0].message == '{"Message":"Größe","n":[1,null]}'


def test_a_fifo_topic_numbers_its_messages() -> None:
    service = FakeSns().begin()
    grouped = [request(TopicArn=FIFO, MessageGroupId="g", MessageDeduplicationId=name) for name in "abc"]
    numbers = [service.invoke(message).result["SequenceNumber"] for message in grouped]
    assert numbers == sorted(set(numbers))
    assert all(re.fullmatch(r"\d{20}", number) for number in numbers)


def test_a_fifo_message_needs_a_group() -> None:
    outcome = FakeSns().begin().invoke(request(TopicArn=FIFO))
    assert outcome.error == "SNS.InvalidParameterException"
    assert re.fullmatch(
        r"Invalid parameter: The MessageGroupId parameter is required for FIFO topics \(Service: AmazonSNS; "
        rf"Status Code: 400; Error Code: InvalidParameter; Request ID: {UUID}; Proxy: null\)",
        outcome.cause or "",
    )


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"TopicArn": None}, "TopicArn or TargetArn Reason: no value for required parameter"),
        ({"TopicArn": "alarms"}, "TopicArn Reason: An ARN must have at least 6 elements, not 1"),
        ({"TopicArn": "arn:aws:sns:us-east-1:1:alarms"}, "TopicArn"),
        ({"TopicArn": 7}, "TopicArn Reason: An ARN must have at least 6 elements, not 1"),
        ({"Message": None}, "Empty message"),
        ({"Message": ""}, "Empty message"),
        ({"Message": "ü" * 131_073}, "Message too long"),
        ({"Subject": ""}, "Subject"),
        ({"Subject": "x" * 100}, "Subject"),
        ({"Subject": "two\nlines"}, "Subject"),
        ({"Subject": "bell\x07"}, "Subject"),
        ({"Subject": 7}, "Subject"),
        ({"MessageStructure": "json"}, "Message Structure - JSON message body failed to parse"),
        (
            {"MessageStructure": "json", "Message": {"email": "x"}},
            "Message Structure - No default entry in JSON message body",
        ),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_parameter_that_sns_does_not_take_is_refused(parameters: dict[str, Any], message: str) -> None:
    assert refusal(**parameters) == ("SNS.InvalidParameterException", f"Invalid parameter: {message}")


@pytest.mark.parametrize(
    "parameters",
    [
        {"Message": "x" * 262_144},
        {"Subject": "x" * 99},
        {"TopicArn": None, "PhoneNumber": "+4912345"},
        {"TopicArn": None, "TargetArn": "arn:aws:sns:us-east-1:111122223333:endpoint/APNS/a/b"},
        {"TopicArn": "arn:aws-us-gov:sns:us-gov-west-1:111122223333:alarms"},
        {"MessageStructure": "json", "Message": {"default": "x", "email": "y"}},
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_parameter_at_the_edge_is_taken(parameters: dict[str, Any]) -> None:
    service = FakeSns().begin()
    assert not service.invoke(request(**parameters)).failed
    assert len(service.published) == 1


def test_an_unlisted_topic_does_not_exist() -> None:
    service = FakeSns(topics=("other", "arn:aws:sns:us-east-1:111122223333:third")).begin()
    outcome = service.invoke(request(Subject="Hello", at=5.0))
    assert outcome.error == "SNS.NotFoundException"
    assert (outcome.cause or "").startswith("Topic does not exist (Service: AmazonSNS; Status Code: 404; ")
    assert [(mail.topic, mail.subject, mail.error, mail.at) for mail in service.rejected] == [
        (TOPIC, "Hello", "SNS.NotFoundException", 5.0)
    ]


@pytest.mark.parametrize("topics", [("alarms",), (TOPIC,), None])
def test_a_topic_is_known_by_its_name_or_arn(topics: tuple[str, ...] | None) -> None:
    assert FakeSns(topics=topics).knows(TOPIC)


def test_a_fake_can_be_told_to_refuse_everything() -> None:
    service = FakeSns(fault=FAULTS["sns"]["throttled"]).begin()
    assert service.invoke(request()).error == "SNS.ThrottledException"
    assert service.invoke(request(), Returns(value=1)).result == 1
    assert [len(service.published), len(service.rejected)] == [1, 1]


def test_a_script_says_what_comes_out() -> None:
    service = FakeSns().begin()
    assert service.invoke(request(), Takes(after=3.0)).after == 3.0
    assert service.invoke(request(), Fails(error="E", cause="c")) == Outcome(failed=True, error="E", cause="c")
    assert service.invoke(request(), Faulty(fault=FAULTS["sns"]["access-denied"])).error == (
        "SNS.AuthorizationErrorException"
    )
    assert service.invoke(request(), Hangs()).never
    assert len(service.published) == 1


def publish_and_wait(service: SnsService, reply: Any) -> Outcome:
    return service.invoke(request(pattern="waitForTaskToken"), reply)


def test_a_message_with_a_task_token_is_published_and_then_waited_for() -> None:
    service = FakeSns().begin()
    returned = publish_and_wait(service, Returns(value={"approved": True}, after=60.0))
    failed = publish_and_wait(service, Fails(error="Refused", after=5.0))
    hanging = publish_and_wait(service, Hangs())
    assert (returned.result, returned.after) == ({"approved": True}, 60.0)
    assert (failed.error, failed.cause, hanging.never) == ("Refused", None, True)
    assert all("MessageId" in outcome.submitted for outcome in (returned, failed, hanging))
    assert len(service.published) == 3


def test_nobody_sends_a_task_token_back_unless_the_script_says_so() -> None:
    service = FakeSns().begin()
    with pytest.raises(OutcomeError, match="state 'Tell' waits for its task token to come back"):
        publish_and_wait(service, None)
    assert service.published == []


@pytest.mark.parametrize(("action", "pattern"), [("subscribe", ""), ("publish", "sync")])
def test_an_integration_that_does_not_exist_is_a_mistake_in_what_was_given(action: str, pattern: str) -> None:
    with pytest.raises(OutcomeError, match="the fake SNS knows publish"):
        FakeSns().begin().invoke(request(action=action, pattern=pattern))


@given(st.text(max_size=120))
@settings(max_examples=100, deadline=None)
def test_a_subject_that_is_taken_has_1_to_99_characters_on_one_line(subject: str) -> None:
    taken = 0 < len(subject) < 100 and len(subject.splitlines()) == 1 and all(ord(letter) >= 32 for letter in subject)
    if is_subject(subject):
        assert taken
