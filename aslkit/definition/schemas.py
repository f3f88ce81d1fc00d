"""Name of one of our JSON Schemas -> its text."""

from __future__ import annotations

import os.path

# pathlib and importlib.resources take 9 and 18 ms to import, which every cold lint would pay

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PLACES = (os.path.join(PACKAGE, "schemas"), os.path.join(os.path.dirname(PACKAGE), "schemas"))
"""Where the schemas are: inside an installed package, and beside the package in a source checkout."""


def schema_text(name: str) -> str:
    """The text of the schema `name`: "asl" (definitions), "scenario", "config".

    Raises FileNotFoundError, which names both places, when it is in neither: the installation is broken.
    """
    paths = [os.path.join(place, f"{name}.schema.json") for place in PLACES]
    for path in paths:
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return file.read()
    raise FileNotFoundError(f'the schema "{name}" is missing: neither {paths[0]} nor {paths[1]} exists')
