"""Numbers of pages are said with spaces or commas; ids are names, and “7,140” is nobody's."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "templates"
SAID_AS_A_NUMBER = re.compile(
    r"\{\{ (?:[a-z_]+\.)+(?:pk|(?:customer|ticket|order|segment)_id) \}\}|(?:before|after)=\{\{ [a-z_.]+ \}\}"
)


def test_an_id_is_written_as_it_is():
    templates = sorted(TEMPLATES.rglob("*.*"))
    assert len(templates) > 100

    faults = {
        str(path.relative_to(TEMPLATES)): found
        for path in templates
        if (found := SAID_AS_A_NUMBER.findall(path.read_text(encoding="utf-8")))
    }
    assert not faults, "add |unlocalize"
