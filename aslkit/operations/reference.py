"""Rules -> docs/rules: a page for each rule, made of its manual, and a table of all. Run as a module to write them."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aslkit.lint import ALL_RULES
from aslkit.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aslkit.lint.engine import Rule

MEANINGS = {
    "error": "AWS refuses the definition",
    "warning": "AWS takes it, and it fails at run time or does the wrong thing",
    "info": "advice",
}


def pages() -> Mapping[str, str]:
    """File name -> Markdown text, for every page below docs/rules."""
    rules = sorted(ALL_RULES, key=lambda rule: rule.id)
    return {"index.md": _index(rules)} | {f"{rule.id}.md": _page(rule) for rule in rules}


def _index(rules: list[Rule]) -> str:
    lines = [
        "# Rules",
        "",
        "Every rule has one severity, which a project can raise or lower in its [configuration](../configuration.md):",
        "",
        *(f"- **{severity}**: {meaning}" for severity, meaning in MEANINGS.items()),
        "",
        "`*`: `aslkit lint --fix` mends it, where one mend is obvious.",
        "",
        "| rule | severity | what it finds |",
        "|---|---|---|",
        *(
            f"| [{rule.id}]({rule.id}.md){' `*`' if rule.fixable else ''} | {rule.severity} | {_summary(rule)} |"
            for rule in rules
        ),
    ]
    return "\n".join(lines) + "\n"


class Manual(Record):
    """The manual of a rule, taken apart: its first sentence; what follows at run time; both with the examples, as plain
    text and as Markdown; AWS's diagnostic codes that it speaks of; where its fact comes from, and the version that has
    it first, where it says so (a line `Source: …` or `Since: …`)."""

    summary: str
    text: str
    plain: str
    markdown: str
    codes: tuple[str, ...] = ()
    source: str | None = None
    since: str | None = None


def manual_of(rule: Rule) -> Manual:
    """The manual of a rule."""
    whole = inspect.cleandoc(rule.manual)
    prose = whole.partition("\nBad:\n")[0]
    stated = {found[1]: " ".join(found[2].split()) for found in STATED.finditer(prose)}
    plain = f"{STATED.sub('', prose).strip()}\n{whole[len(prose) :]}".rstrip()
    titled = f"\n{plain}".replace("\nBad:\n", "\n## Bad\n").replace("\nGood:\n", "\n## Good\n").lstrip("\n")
    return Manual(
        summary=prose.partition("\n")[0],
        text=STATED.sub("", prose).partition("\n")[2].strip(),
        plain=plain,
        markdown=_fenced(titled),
        codes=tuple(dict.fromkeys(code for code in CODE.findall(prose) if code not in NO_CODES)),
        source=stated.get("Source"),
        since=stated.get("Since"),
    )


STATED = re.compile(r"^(Source|Since):[ \t]*((?:[^\n]+\n?)+)", re.MULTILINE)
CODE = re.compile(r"\b[A-Z]{2,}(?:_[A-Z]+)+\b")
NO_CODES = frozenset({"TIMED_OUT"})
"""Words that look like a diagnostic code and are the status of an execution."""


def _page(rule: Rule) -> str:
    manual = manual_of(rule)
    facts = [f"Severity: **{rule.severity}** ({MEANINGS[rule.severity]})"]
    if rule.fixable:
        facts.append("Mended by `aslkit lint --fix`, where one mend is obvious")
    if manual.codes:
        facts.append(f"AWS's diagnostic code: {', '.join(f'`{code}`' for code in manual.codes)}")
    facts += [f"{name}: {value}" for name, value in (("Source", manual.source), ("Since", manual.since)) if value]
    lines = [f"# {rule.id}", "", *_listed(facts), "", manual.markdown]
    if rule.own_options:
        lines += ["", "## Options", "", "| option | default |", "|---|---|"]
        lines += [f"| `{name.replace('_', '-')}` | `{value!r}` |" for name, value in rule.own_options.items()]
    return "\n".join(lines) + "\n"


def _listed(facts: list[str]) -> list[str]:
    return facts if len(facts) == 1 else [f"- {fact}" for fact in facts]


def _summary(rule: Rule) -> str:
    return rule.summary.replace("|", "\\|")


def _fenced(text: str) -> str:
    """Indented examples as fenced YAML, which a site colours."""
    lines: list[str] = []
    inside = False
    for line in [*text.split("\n"), "end"]:
        if line.startswith("    ") and not inside:
            lines.append("```yaml")
            inside = True
        elif inside and line and not line.startswith("    "):
            while not lines[-1]:
                lines.pop()
            lines += ["```", ""]
            inside = False
        lines.append(line[4:] if inside else line)
    return "\n".join(lines[:-1]).rstrip()


def write(folder: Path) -> None:
    """Writes every page that differs, and removes the pages of rules that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for name, text in wanted.items():
        page = folder / name
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
    for page in folder.glob("*.md"):
        if page.name not in wanted:
            page.unlink()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
