"""docs/rules says what the rules say."""

from pathlib import Path

from aslkit.operations.reference import pages

FOLDER = Path(__file__).parents[2] / "docs" / "rules"


def test_the_pages_of_the_rules_are_up_to_date() -> None:
    written = {page.name: page.read_text(encoding="utf-8") for page in FOLDER.glob("*.md")}
    assert written == dict(pages()), "write them with: python -m aslkit.operations.reference docs/rules"
