"""The index of what AWS's actions answer."""

from __future__ import annotations

import json
import zlib

from aslkit.definition.services import OUTPUTS, Shape, index_version, outputs, service, service_names
from aslkit.operations.index import outputs_index, service_outputs

MODEL = {
    "metadata": {"serviceId": "Garden"},
    "operations": {
        "Plant": {"output": {"shape": "Bed"}},
        "Water": {},
    },
    "shapes": {
        "Bed": {
            "type": "structure",
            "required": ["Name"],
            "members": {
                "Name": {"shape": "Name"},
                "Kind": {"shape": "Kind"},
                "seed": {"shape": "Seed"},
                "Neighbours": {"shape": "Beds"},
                "Depths": {"shape": "Depths"},
                "Notes": {"shape": "Notes"},
            },
        },
        "Beds": {"type": "list", "member": {"shape": "Bed"}},
        "Depths": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Depth"}},
        "Depth": {"type": "double"},
        "Name": {"type": "string", "min": 1, "max": 20},
        "Kind": {"type": "string", "enum": ["HERB", "TREE"]},
        "Seed": {"type": "blob", "max": 9},
        "Notes": {"type": "structure", "members": {}, "document": True},
    },
}


def test_an_answer_is_followed_to_the_end_and_may_hold_itself() -> None:
    assert service_outputs(MODEL) == {
        "actions": {"plant": 0},
        "shapes": [
            [
                "o",
                {"Name": "s1-20", "Kind": 1, "Seed": "x0-9", "Neighbours": 2, "Depths": 3, "Notes": "?"},
                "Name",
            ],
            ["e", "HERB", "TREE"],
            ["l", 0],
            ["m", "s1-20", "n"],
        ],
    }


def test_the_same_models_give_the_same_bytes_in_any_order() -> None:
    models = {"garden": ("garden", MODEL), "yard": ("yard", MODEL)}
    assert outputs_index(models, version="1") == outputs_index(dict(reversed(models.items())), version="1")


def test_both_indexes_are_of_one_version_and_the_same_services() -> None:
    with open(OUTPUTS, "rb") as file:
        directory = json.loads(zlib.decompress(file.read(int.from_bytes(file.read(4), "big"))))
    assert directory["version"] == index_version()
    assert tuple(directory["services"]) == service_names()


def test_the_actions_of_the_two_indexes_are_the_same() -> None:
    for name in ("glue", "s3", "ec2", "sfn", "dynamodb"):
        found, known = outputs(name), service(name)
        assert found is not None
        assert known is not None
        assert set(found.actions) <= set(known.actions)


def test_the_answer_of_start_job_run_is_the_id_of_a_run() -> None:
    glue = outputs("glue")
    assert glue is not None
    answer = glue.shape(glue.actions["startJobRun"])
    assert (answer.kind, tuple(answer.members)) == ("structure", ("JobRunId",))
    assert glue.shape(answer.members["JobRunId"]) == Shape("string", least=1, most=255)


def test_the_index_is_less_than_a_megabyte() -> None:
    with open(OUTPUTS, "rb") as file:
        assert len(file.read()) < 1_000_000
