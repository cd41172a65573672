"""The lists of words that texts and altered claims are made with by rule: JSON files beside this one."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def load_words(name: str) -> Any:
    """What `name`.json holds."""
    return json.loads(resources.files("evals").joinpath(f"{name}.json").read_text(encoding="utf8"))
