"""No change of the contract without a word to those who build on it."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import yaml
from django.conf import settings
from django.test import Client

from crm.api.contract_changes import CHANGELOG, contract_changes

SNAPSHOT = settings.BASE_DIR / "docs" / "api-schema.yml"
FINGERPRINT = re.compile(r"^Fingerprint: `(\w+)`$", re.MULTILINE)
# What only explains: another word for the same thing is no news.
WORDS = {"description", "summary", "title"}


def bare(value: Any) -> Any:
    """Without words and examples. (A member of a shape that is called so is no word: what it is says an object.)"""
    if isinstance(value, list):
        return [bare(each) for each in value]
    if not isinstance(value, dict):
        return value
    explains = {name for name in WORDS & set(value) if isinstance(value[name], str)}
    explains |= {"examples"} if "schema" in value else set()
    return {name: bare(each) for name, each in value.items() if name not in explains}


def fingerprint(schema: dict[str, Any]) -> str:
    """Of operations and shapes: twelve letters of the SHA-256 of their JSON."""
    told = {part: bare(schema.get(part, {})) for part in ("paths", "webhooks", "components")}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]


def test_every_change_of_the_contract_is_told() -> None:
    now = fingerprint(yaml.load(SNAPSHOT.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))

    (told,) = FINGERPRINT.findall(CHANGELOG.read_text(encoding="utf-8"))
    assert told == now, (
        f"docs/api-schema.yml is not what docs/api-changelog.md was written for. Tell there, under the day of the "
        f"change, what was added, changed or deprecated, as those who call the API would say it; then write {now} as "
        f"the fingerprint at its head."
    )


def test_words_are_no_news_and_a_member_that_is_called_like_one_is() -> None:
    def schema(**shape: Any) -> dict[str, Any]:
        return {"components": {"schemas": {"ArticleView": {"type": "object", **shape}}}}

    said = fingerprint(schema(description="What readers see."))

    assert said == fingerprint(schema(description="What a reader sees.")) == fingerprint(schema())
    assert said != fingerprint(schema(properties={"title": {"type": "string"}}))
    assert said != fingerprint(schema(properties={"summary": {"type": "string"}}))


def test_the_newest_day_stands_on_top_and_none_is_empty() -> None:
    days = [day.date for day in contract_changes()]

    assert days == sorted(set(days), reverse=True)
    assert all(day.changes for day in contract_changes())


def test_each_change_says_of_what_sort_it_is() -> None:
    sorts = ("Added: ", "Changed: ", "Deprecated: ", "Removed: ")

    assert [
        change for day in contract_changes() for change in day.changes if not change[0].startswith(sorts)
    ] == []


def test_the_reference_shows_the_changes() -> None:
    page = Client().get("/api/v1/docs/").content.decode()

    for day in contract_changes():
        assert f"<h2>{day.date}</h2>" in page
    assert "`" not in page
    assert "<code>x-codeSamples</code>" in page
