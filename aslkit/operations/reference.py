"""Rules -> docs/rules: a page for each rule, made of its manual, and a table of all. Run as a module to write them."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aslkit.lint import ALL_RULES

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
        "| rule | severity | what it finds |",
        "|---|---|---|",
        *(f"| [{rule.id}]({rule.id}.md) | {rule.severity} | {_summary(rule)} |" for rule in rules),
    ]
    return "\n".join(lines) + "\n"


def _page(rule: Rule) -> str:
    text = inspect.cleandoc(rule.manual).replace("\nBad:\n", "\n## Bad\n").replace("\nGood:\n", "\n## Good\n")
    lines = [f"# {rule.id}", "", f"Severity: **{rule.severity}** ({MEANINGS[rule.severity]})", "", _fenced(text)]
    if rule.options:
        lines += ["", "## Options", "", "| option | default |", "|---|---|"]
        lines += [f"| `{name.replace('_', '-')}` | `{value!r}` |" for name, value in rule.options.items()]
    return "\n".join(lines) + "\n"


def _summary(rule: Rule) -> str:
    return inspect.cleandoc(rule.manual).partition("\n")[0].replace("|", "\\|")


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
