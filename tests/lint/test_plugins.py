"""Rules of a project's own, as Python modules beside its config."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from aslkit.definition.document import load
from aslkit.definition.model import parse
from aslkit.lint import lint
from aslkit.lint.config import ConfigError, read_config
from aslkit.lint.examples import wrong_examples
from aslkit.lint.plugins import plugin_rules, rules_of

EXAMPLE = Path(__file__).parents[2] / "examples" / "own-rules"
MACHINE = "StartAt: Rest\nStates:\n  Rest: {Type: Wait, Seconds: 5, End: true}\n"


def module(folder: Path, name: str, code: str) -> str:
    """A module in a folder, under a name that no other test has."""
    (folder / f"{name}.py").write_text(code)
    return name


@pytest.fixture(autouse=True)
def modules_as_before() -> object:
    known = set(sys.modules)
    yield
    for name in set(sys.modules) - known:
        del sys.modules[name]


def test_the_rules_of_a_plugin_run_with_the_settings_of_the_config() -> None:
    text = (EXAMPLE / "aslkit.yaml").read_text()
    config = read_config(load(text, source=str(EXAMPLE / "aslkit.yaml")))
    found = lint(parse(load(MACHINE, source="m.asl.yaml")), config=config)
    assert [(one.rule, one.severity, one.span.line) for one in found] == [("short-wait", "info", 3)]
    assert str(EXAMPLE) not in sys.path


def test_the_manual_of_a_plugin_is_a_test() -> None:
    (rule,) = plugin_rules(["team_rules"], str(EXAMPLE))
    assert list(wrong_examples(rule)) == []


def test_a_manual_that_is_not_true_is_told_line_by_line(tmp_path: Path) -> None:
    code = '''
from aslkit.lint.engine import WARNING, rule


@rule(WARNING)
def never(machine, *, least: int = 1):
    """No sentence

    Bad:

        # config: {least: 2}
        StartAt: A
        States:
          A: {Type: Pass}  # <-
    """
    if least > 1:
        yield ("StartAt",), "x"
'''
    (rule,) = plugin_rules([module(tmp_path, "untrue_rules", code)], str(tmp_path))
    assert list(wrong_examples(rule)) == [
        "the first line of the manual is no sentence of at most 120 characters",
        "Bad: line 2 gives never: x",
        'Bad: line 4 gives shape: the Pass state "A" has neither Next nor End',
        "Bad: line 4 does not give never",
        "the manual has no Good:",
    ]


RULE = "from aslkit.lint.engine import INFO, rule\n\n@rule(INFO)\ndef {}(machine):\n    'x'\n    return ()\n"


@pytest.mark.parametrize(
    ("names", "files", "message"),
    [
        ("[nowhere_to_be_found]", {}, 'the plugin "nowhere_to_be_found" cannot be imported: ModuleNotFoundError'),
        (
            "[broken_rules]",
            {"broken_rules": "1 / 0"},
            'the plugin "broken_rules" cannot be imported: ZeroDivisionError',
        ),
        ("[no_rules]", {"no_rules": "x = 1"}, 'the plugin "no_rules" has no rules'),
        (
            "[one_rules, two_rules]",
            {"one_rules": RULE.format("same"), "two_rules": RULE.format("same")},
            'the plugin "two_rules" has a rule "same", and so has "one_rules"',
        ),
        (
            "taken_rules",
            {"taken_rules": RULE.format("shape")},
            'a plugin has a rule "shape", and aslkit itself has one',
        ),
        ("5", {}, '"plugins" is a text or a list of texts, and not 5'),
    ],
)
def test_a_plugin_that_cannot_be_used_is_refused_with_its_place(
    tmp_path: Path, names: str, files: dict[str, str], message: str
) -> None:
    for name, code in files.items():
        module(tmp_path, name, code)
    with pytest.raises(ConfigError) as caught:
        read_config(load(f"fail-on: error\nplugins: {names}\n", source=str(tmp_path / "aslkit.yaml")))
    assert (caught.value.line, caught.value.message.startswith(message)) == (2, True)


def test_installed_packages_bring_rules_by_an_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module(tmp_path, "acme_rules", RULE.format("acme_rule"))
    info = tmp_path / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[aslkit.rules]\nacme = acme_rules\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert [rule.id for rule in plugin_rules(["entry-points"], str(tmp_path))] == ["acme-rule"]


def test_the_rules_of_a_module_are_those_that_stand_in_it() -> None:
    from aslkit.lint import limits

    assert [rule.id for rule in rules_of(limits)] == ["definition-size", "state-name", "express-duration"]
