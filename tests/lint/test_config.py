"""A config is read whole, or refused with the place of what means nothing; the schema for editors agrees."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest
import yaml

from aslkit.definition.document import load
from aslkit.definition.schemas import schema_text
from aslkit.lint.config import ConfigError, config_from_toml, for_path, names, read_config
from aslkit.lint.engine import Config, PathSettings, Setting

WHOLE = """\
fail-on: error
type: EXPRESS
select: [shape, policy]
ignore: yaml-1-1
rules:
  task-without-timeout: warning
  retries-multiply: {severity: off}
policies:
  - name: jobs
    states: [A*, B?]
    type: Task
    resource: glue:*
    depth: 0
    inside: Map
    severity: info
    reason: r
    retry: {errors: [E], attempts: 2, interval: {at-least: 1m, at-most: 90s}, backoff: 1.5, max-delay: 10m}
    catch: {errors: E, publishes: true, ends: Fail, keeps-input: true, enclosing: false}
    timeout: {at-most: 2h}
    heartbeat: true
    waits: true
    forbid: {hard-coded-arns: true, account-ids: false}
    machine: {timeout: true}
paths:
  - glob: [old/**, "*.old.asl.yaml"]
    rules: {retries-multiply: warning}
"""
READ = Config(
    settings={
        "task-without-timeout": Setting(options={}, severity="warning"),
        "retries-multiply": Setting(options={}, severity="off"),
    },
    select=("shape", "policy"),
    ignore=("yaml-1-1",),
    fail_on="error",
    workflow_type="EXPRESS",
    policies=(
        {
            "name": "jobs",
            "states": ("A*", "B?"),
            "type": ("Task",),
            "resource": ("glue:*",),
            "depth": 0,
            "inside": ("Map",),
            "severity": "info",
            "reason": "r",
            "retry": {
                "errors": ("E",),
                "attempts": 2,
                "interval": {"at-least": 60.0, "at-most": 90.0},
                "backoff": 1.5,
                "max-delay": 600.0,
            },
            "catch": {"errors": ("E",), "publishes": True, "ends": "Fail", "keeps-input": True, "enclosing": False},
            "timeout": {"at-most": 7200.0},
            "heartbeat": True,
            "waits": True,
            "forbid": {"hard-coded-arns": True, "account-ids": False},
            "machine": {"timeout": True},
        },
    ),
    paths=(
        PathSettings(
            glob=("old/**", "*.old.asl.yaml"),
            settings={"retries-multiply": Setting(options={}, severity="warning")},
        ),
    ),
)


def test_every_key_of_a_config_is_read() -> None:
    assert read_config(load(WHOLE)) == READ


def test_toml_says_the_same() -> None:
    text = '[tool.aslkit]\nfail-on = "error"\n[tool.aslkit.rules]\nshape = "info"\n'
    assert config_from_toml(text, "pyproject.toml") == Config(
        fail_on="error", settings={"shape": Setting(options={}, severity="info")}
    )


def test_a_pyproject_without_a_table_says_nothing() -> None:
    assert config_from_toml("[project]\nname = 'x'\n", "pyproject.toml") is None


def test_a_mistake_in_toml_has_its_line() -> None:
    with pytest.raises(ConfigError) as caught:
        config_from_toml('[project]\nname = "x"\n\n[tool.aslkit]\nfail_on = "error"\n', "pyproject.toml")
    assert str(caught.value) == 'pyproject.toml:5:1: the config knows no "fail_on"; did you mean "fail-on"?'


WRONG = [
    ("failon: error", '1:1: the config knows no "failon"; did you mean "fail-on"?'),
    ("fail-on: errors", '1:1: "fail-on" cannot be "errors"; did you mean "error"?'),
    ("rules: {shap: error}", '1:9: "rules" knows no "shap"; did you mean "shape"?'),
    ("rules: {shape: 3}", '1:9: "shape" cannot be 3; it is one of off, error, warning, info'),
    ("rules: {shape: {level: info}}", '1:17: "shape" knows no "level"; it knows severity'),
    ("select: [shape, nope]", '1:17: there is no rule "nope"'),
    ("policies: {}", '1:1: "policies" is a list, each with a name and what it demands'),
    ("policies:\n  - waits: true", "2:5: a policy has a name: findings begin with it"),
    (
        "policies:\n  - name: x",
        '2:5: "x" demands nothing; it has one of retry, runs, catch, timeout',
    ),
    ("policies: [{name: x, waits: 1}]", '1:22: "waits" is true or false, and not 1'),
    (
        "policies: [{name: x, retry: {interval: soon}}]",
        '1:30: "interval" is a number of seconds, or text like 90s, 10m, 1h30m',
    ),
    ("policies: [{name: x, retry: {attempts: -1}}]", '1:30: "attempts" is a number of 0 or more, and not -1'),
    ("policies: [{name: x, timeout: {atmost: 5}}]", '1:32: "timeout" knows no "atmost"; did you mean "at-most"?'),
    ("policies: [{name: x, type: Job, waits: true}]", '1:22: "type" cannot be "Job"'),
    ("[]", "1:1: the config is an object of rules, select, ignore, fail-on, type, policies"),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=lambda text: text[:40])
def test_what_means_nothing_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(load(text, source="aslkit.yaml"))
    assert str(caught.value).startswith(f"aslkit.yaml:{message}")


@pytest.fixture(scope="module")
def schema() -> Any:
    return jsonschema_rs.Draft202012Validator(json.loads(schema_text("config")))


def test_the_schema_takes_what_the_reader_takes(schema: Any) -> None:
    assert schema.is_valid(load(WHOLE).data)


KNOWN_TO_THE_READER_ALONE = ("shap", "nope", "level")
"""Rule ids and their options are not in the schema: it would change with every rule."""


@pytest.mark.parametrize(
    "text", [text for text, _ in WRONG if not any(word in text for word in KNOWN_TO_THE_READER_ALONE)]
)
def test_the_schema_refuses_what_the_reader_refuses(schema: Any, text: str) -> None:
    assert not schema.is_valid(load(text).data)


def test_every_property_has_title_and_description() -> None:
    def bare(value: Any, where: str) -> list[str]:
        found = []
        for name, inner in (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        ):
            if name == "properties":
                found += [
                    f"{where}/{key}"
                    for key, one in inner.items()
                    if not {"title", "description"} <= one.keys() and key not in ("at-least", "at-most", "severity")
                ]
            found += bare(inner, f"{where}/{name}")
        return found

    assert bare(json.loads(schema_text("config")), "") == []


def test_the_examples_of_the_documentation_are_good() -> None:
    from pathlib import Path

    for page in ("configuration.md", "policies.md"):
        text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
        block = text.split("```yaml\n")[1].split("```")[0]
        assert yaml.safe_load(block)
        read_config(load(block, source=page))


@pytest.mark.parametrize(
    ("pattern", "path", "named"),
    [
        ("m.asl.yaml", "m.asl.yaml", True),
        ("m.asl.yaml", "deep/in/m.asl.yaml", True),
        ("*.asl.yaml", "in/m.asl.yaml", True),
        ("old/", "in/old/m.asl.yaml", True),
        ("old/*.yaml", "old/m.asl.yaml", True),
        ("old/*.yaml", "old/in/m.asl.yaml", False),
        ("old/**", "old/in/m.asl.yaml", True),
        ("old/**/m.asl.yaml", "old/m.asl.yaml", True),
        ("**/**/**/**/m?.asl.yaml", "a/b/m1.asl.yaml", True),
        ("old/**", "older/m.asl.yaml", False),
        ("a+b/*", "aab/m.asl.yaml", False),
    ],
)
def test_a_glob_names_paths(pattern: str, path: str, named: bool) -> None:
    assert names(pattern, path) is named


def test_the_later_settings_of_a_path_win_and_options_add_up() -> None:
    def settings(severity: str | None, **options: Any) -> dict[str, Setting]:
        return {"shape": Setting(options=options, severity=severity)}

    config = Config(
        settings=settings("error", one=1),
        paths=(
            PathSettings(("old/**",), settings("info", two=2)),
            PathSettings(("*.asl.yaml",), settings(None, three=3)),
            PathSettings(("elsewhere/**",), settings("off")),
        ),
    )
    assert for_path(config, "old/m.asl.yaml") == Config(settings=settings("info", one=1, two=2, three=3))
    assert for_path(config, "m.asl.yaml") == Config(settings=settings("error", one=1, three=3))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("paths: {}\n", 't.yaml:1:1: "paths" is a list, each with a glob and the rules for the files that it names'),
        ("paths: [{glob: a}]\n", 't.yaml:1:9: an entry of "paths" has "glob" and "rules"; here is no "rules"'),
        ("paths: [{rules: {}}]\n", 't.yaml:1:9: an entry of "paths" has "glob" and "rules"; here is no "glob"'),
        ("paths: [{glob: a, rules: {shap: off}}]\n", 't.yaml:1:27: "rules" knows no "shap"; did you mean "shape"?'),
    ],
)
def test_settings_of_paths_that_mean_nothing_are_told_with_their_place(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as told:
        read_config(load(text, source="t.yaml"))
    assert str(told.value) == message
