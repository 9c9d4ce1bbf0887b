"""Mappings that are there already: one file each, as far as the vendor's public documents show.

None counts before it was tried on a sample of the shop's own: what a document says, an installation may say otherwise.
`source` is where it was read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Ready:
    name: str
    label: str
    source: str
    mapping: Mapping[str, str]


@cache
def all_ready() -> Mapping[str, Ready]:
    """By their names."""
    files = sorted(Path(__file__).parent.glob("*.json"))
    return {file.stem: Ready(name=file.stem, **json.loads(file.read_text("utf-8"))) for file in files}
