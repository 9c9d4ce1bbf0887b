"""What docs/webhooks.md shows works: each example is run, where its interpreter is there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from crm.webhooks import signing

DOCS = Path(settings.BASE_DIR) / "docs" / "webhooks.md"
BODY = '{"type":"crm.note_written","data":{"text":"Позвонить"}}'.encode()
RUNS = {
    "python": (
        [sys.executable, "-c"],
        "{code}\nimport json, sys\ntold = json.load(sys.stdin)\n"
        "print('yes' if is_ours(told['secret'], told['headers'], told['body'].encode()) else 'no')",
    ),
    "php": (
        ["php", "-r"],
        "{code}\n$told = json_decode(stream_get_contents(STDIN), true);\n"
        "echo is_ours($told['secret'], $told['headers'], $told['body']) ? 'yes' : 'no';",
    ),
    "js": (
        ["node", "-e"],
        "{code}\nconst told = JSON.parse(require('fs').readFileSync(0));\n"
        "console.log(isOurs(told.secret, told.headers, Buffer.from(told.body)) ? 'yes' : 'no');",
    ),
}


def says(language: str, **told: object) -> str:
    command, frame = RUNS[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    (code,) = re.findall(rf"```{language}\n(.*?)```", DOCS.read_text(), re.DOTALL)
    done = subprocess.run(
        [*command, frame.replace("{code}", code)],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("language", list(RUNS))
def test_the_example_knows_what_is_ours_and_what_is_not(language: str) -> None:
    former, secret, now = signing.fresh_secret(), signing.fresh_secret(), datetime.now(UTC)
    headers = dict(signing.headers("msg_1_90", BODY, signed_with=[secret, former], at=now))
    old = dict(signing.headers("msg_1_90", BODY, signed_with=[secret], at=now - timedelta(minutes=6)))
    told = {"headers": headers, "body": BODY.decode()}

    assert says(language, secret=secret, **told) == "yes"
    assert says(language, secret=former, **told) == "yes", "while the secret changes, either fits"
    assert says(language, secret=signing.fresh_secret(), **told) == "no"
    assert says(language, secret=secret, **{**told, "body": BODY.decode() + " "}) == "no"
    assert says(language, secret=secret, **{**told, "headers": old}) == "no"
